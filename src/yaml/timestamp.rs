//! Which texts go-yaml v2 accepts under `!!timestamp` (`parseTimestamp`). Untagged, they are plain text.

/// A date, or a date with a time of day in one of the four accepted layouts.
pub(super) fn is_timestamp(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    is_date(date)
        && time.is_none_or(|(separator, time)| {
            let zoned = separator != " ";
            let (clock, zone) = match time.find(['Z', '+', '-']) {
                Some(at) => (&time[..at], &time[at..]),
                None => (time, ""),
            };
            is_clock(clock)
                && if zoned {
                    is_zone(zone)
                } else {
                    zone.is_empty()
                }
        })
}

fn numbers<const N: usize>(text: &str, separator: char) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut out = [0; N];
    for slot in &mut out {
        let part = parts.next()?;
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        *slot = digits.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(out)
}

fn is_date(text: &str) -> bool {
    let Some([year, month, day]) = numbers::<3>(text, '-') else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    };
    text.find('-') == Some(4)
        && text.len() <= 10
        && (1..=12).contains(&month)
        && (1..=days).contains(&day)
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let fits = numbers::<3>(whole, ':').is_some_and(|[h, m, s]| h < 24 && m < 60 && s < 60);
    fits && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit())
}

fn is_zone(text: &str) -> bool {
    text == "Z"
        || text.strip_prefix(['+', '-']).is_some_and(|zone| {
            zone.len() == 5 && numbers::<2>(zone, ':').is_some_and(|[h, m]| h <= 24 && m < 60)
        })
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn layouts() {
        for good in [
            "2001-12-14",
            "2001-2-3",
            "2001-12-14T21:59:43.10Z",
            "2001-12-14t21:59:43-05:00",
            "2001-12-14 21:59:43",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "2001-13-14",
            "2001-02-29",
            "01-02-03",
            "2001-12-14T21:59:43",
            "2001-12-14 21:59:43 -5",
            "x",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }
}
