//! Which day it is. Only whether something is over depends on it, and no manifest does.

use super::exit::{Exit, Failure};
use crate::report::Message;
use crate::text::Date;
use std::time::{SystemTime, UNIX_EPOCH};

/// The day of `--today`; else that of `SOURCE_DATE_EPOCH` where that is set, as for other builds that are to come out the
/// same; else the day in UTC.
pub(super) fn today(flag: Option<&str>) -> Result<Date, Failure> {
    if let Some(day) = flag {
        let no_day = || wrong(format!("`--today {day}` is no day: write it as 2027-01-31"));
        return Date::parse(day).ok_or_else(no_day);
    }
    #[expect(clippy::disallowed_methods, reason = "cli/ reads the environment")]
    if let Ok(seconds) = std::env::var("SOURCE_DATE_EPOCH")
        && !seconds.is_empty()
    {
        return seconds.parse().map(Date::of_epoch).map_err(|_| {
            wrong(format!(
                "`SOURCE_DATE_EPOCH={seconds}` is no number of seconds"
            ))
        });
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "whether a day is over depends on the date, and no manifest does"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(Date::of_epoch(now.unwrap_or_default().as_secs()))
}

fn wrong(message: String) -> Failure {
    Failure {
        exit: Exit::Usage,
        text: Message::error(message, None, None).render(),
    }
}
