//! What an environment runs and others do not have yet: allowed for a while, and settled by `promote`.

use std::collections::BTreeMap;
use std::fmt;

/// Why an environment is ahead, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// The last day.
    pub until: Date,
    /// Why, on one line.
    pub reason: String,
}

/// A day: `2027-01-31`. They sort as they follow one another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(String);

/// The environments that are ahead, by the place in which they are: a pointer, or with `/**` all that is below one.
pub type Places = BTreeMap<String, BTreeMap<String, Ahead>>;

/// By object.
pub type AllAhead = BTreeMap<String, Places>;

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
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ahead {
    /// Reads what `Display` writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (until, reason) = text.strip_prefix("until ")?.split_once(": ")?;
        Some(Self {
            until: Date::parse(until)?,
            reason: reason.to_owned(),
        })
    }
}

impl fmt::Display for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "until {}: {}", self.until, self.reason)
    }
}

/// A place as a lock has it: a pointer, or all that is below one. A key that is `**` is no pattern.
pub fn place(path: &str, whole: bool) -> String {
    match path.strip_suffix("/**") {
        _ if whole => format!("{path}/**"),
        Some(above) => format!("{above}/[*][*]"),
        None => path.to_owned(),
    }
}

/// Whether a place that is ahead is this one, or has it below.
pub fn covers(ahead: &str, path: &str) -> bool {
    match ahead.strip_suffix("/**") {
        Some(root) => path
            .strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        None => ahead == place(path, false),
    }
}

/// What is to say of those who are ahead for longer than was said.
pub fn overdue(all: &AllAhead, today: &Date) -> impl Iterator<Item = String> {
    let places = all
        .iter()
        .flat_map(|(id, places)| places.iter().map(move |(place, who)| (id, place, who)));
    places.flat_map(move |(id, place, who)| {
        let late = who.iter().filter(move |(_, ahead)| ahead.until < *today);
        late.map(move |(name, ahead)| format!("`{name}` is ahead in `{id}` `{place}` {ahead}"))
    })
}
