//! What an environment runs and others do not have yet: allowed for a while, and settled by `promote`.

use crate::text::Date;
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

/// The environments that are ahead, by the place in which they are: a pointer, or with `/**` all that is below one.
pub type Places = BTreeMap<String, BTreeMap<String, Ahead>>;

/// By object.
pub type AllAhead = BTreeMap<String, Places>;

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
