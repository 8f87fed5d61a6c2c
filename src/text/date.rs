//! Days of the calendar, without hours: what a lock and a waiver end on. Nothing here knows which day it is.

use std::fmt;

/// A day: `2027-01-31`. They sort as they follow one another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(String);

impl Date {
    /// Reads a day of the calendar.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split('-').collect();
        let [year, month, day] = parts[..] else {
            return None;
        };
        let number = |part: &str, length: usize| {
            let digits = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<u32>().ok()).flatten()
        };
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then(|| Self(text.to_owned()))
    }

    /// The day in UTC, so many seconds after 1970 began (the Gregorian calendar's 400 years have 146,097 days).
    pub fn of_epoch(seconds: u64) -> Self {
        // Years begin in March, so that a leap day is the last.
        let days = seconds / 86_400 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        Self(format!(
            "{:04}-{month:02}-{day:02}",
            era * 400 + year + next
        ))
    }

    /// How many days come after `other`, and up to this one.
    pub fn since(&self, other: &Self) -> i64 {
        self.number() - other.number()
    }

    /// Days since 1 March of the year 0; years begin there, so that a leap day is the last.
    fn number(&self) -> i64 {
        let mut parts = self.0.split('-').map(|part| part.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0_i64);
        let (year, month, day) = (next(), next(), next());
        let year = if month < 3 { year - 1 } else { year };
        let days = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + days
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_251_199, "2024-02-29"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Date::of_epoch(seconds).to_string(), day);
            assert!(Date::parse(day).is_some(), "{day}");
        }
        for no_day in [
            "",
            "2026-13-01",
            "2026-02-29",
            "2100-02-29",
            "26-01-01",
            "2026-1-1",
            "2026-01-00",
            "+026-01-01",
        ] {
            assert_eq!(Date::parse(no_day), None, "{no_day}");
        }
    }

    #[test]
    fn days_between_days() {
        let day = |text| Date::parse(text).unwrap();
        let since = |to, from| day(to).since(&day(from));
        assert_eq!(since("2026-01-01", "2026-01-01"), 0);
        assert_eq!(since("2024-03-01", "2024-02-28"), 2);
        assert_eq!(since("2025-12-31", "2026-01-30"), -30);
        assert_eq!(since("2101-01-01", "2001-01-01"), 36_524);
        assert_eq!(since("0000-03-01", "0000-01-01"), 60);
    }
}
