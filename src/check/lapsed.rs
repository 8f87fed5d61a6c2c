//! Waivers beside the day on which somebody looks: what is over, what is over soon, what was to hold for too long.

use crate::guard::{Finding, Severity, WaiverUse};
use crate::preset::{LONGEST_WAIVER, Origin, is_too_long};
use crate::text::Date;

/// The id of what is said of a waiver past its last day.
pub const EXPIRED: &str = "waiver-expired";
/// So many days before its last one a waiver is a warning of `check`.
const SOON: i64 = 30;

/// Adds what is to say of the waivers that a run needed. Those that are over still waive, unless `refuses` says where
/// somebody refuses that.
pub fn lapsed(
    uses: &[WaiverUse],
    findings: &mut Vec<Finding>,
    today: &Date,
    refuses: Option<&Origin>,
) {
    let mut said = Vec::new();
    for (index, one) in uses.iter().enumerate().filter(|(_, one)| one.is_used) {
        let Some(day) = &one.waiver.expires else {
            continue;
        };
        let is_long = one.annotation.is_some() && is_too_long(day, today);
        let is_over = day < today;
        if is_long {
            let message = format!(
                "the annotation waives nothing: {day} is more than {LONGEST_WAIVER} days away"
            );
            let help = "take a nearer day, and look at it again then".to_owned();
            let long = finding(one, "waiver-malformed", Severity::Error, message);
            said.push(Finding {
                help: Some(help),
                because: None,
                ..long
            });
        } else if is_over {
            let severity = refuses.map_or(Severity::Warning, |_| Severity::Error);
            let days = today.since(day);
            let message = format!("{} is over since {day}, for {}", name(one), in_days(days));
            let help = match refuses {
                Some(who) => format!("it waives no more, by {}", who.place()),
                None => "mend what it waives, or look at it again and set another day".to_owned(),
            };
            said.push(Finding {
                within: None,
                help: Some(help),
                ..finding(one, EXPIRED, severity, message)
            });
        }
        if is_long || (is_over && refuses.is_some()) {
            let waived = findings.iter_mut().map(|finding| &mut finding.waived);
            waived
                .filter(|waived| waived.as_ref().is_some_and(|waived| waived.by == index))
                .for_each(|waived| *waived = None);
        }
    }
    findings.extend(said);
}

/// What is to say of a waiver that a run needed, so many days before its last one.
pub fn soon(one: &WaiverUse, days: Option<i64>) -> Option<Finding> {
    let days = days.filter(|days| one.is_used && (0..=SOON).contains(days))?;
    let day = one.waiver.expires.as_ref()?;
    let left = match days {
        0 => "today is its last day".to_owned(),
        days => format!("it has {} left", in_days(days)),
    };
    let message = format!("{} ends on {day}: {left}", name(one));
    Some(Finding {
        help: Some("mend what it waives before `check` refuses it".into()),
        ..finding(one, "waiver-expires", Severity::Warning, message)
    })
}

fn name(one: &WaiverUse) -> String {
    if one.annotation.is_some() {
        return "the waiver of this annotation".to_owned();
    }
    let (rule, place) = (one.waiver.rule.text(), one.waiver.origin.place());
    format!("the waiver of `{rule}` at {place}")
}

fn in_days(days: i64) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}

fn finding(one: &WaiverUse, id: &str, severity: Severity, message: String) -> Finding {
    let (object, path) = one.annotation.clone().unzip();
    let place = object.is_none().then(|| one.waiver.origin.place());
    Finding {
        within: None,
        id: id.into(),
        severity,
        object,
        container: None,
        path: path.unwrap_or_default(),
        message,
        because: Some(format!("its reason was: {}", one.waiver.reason)),
        help: None,
        needed_by: place.map(Into::into),
        waived: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{File, Waiver};

    fn until(day: &str, annotation: bool) -> WaiverUse {
        let origin = File::new("o.yaml", "x").whole();
        WaiverUse {
            waiver: Waiver::annotation("a/b", &format!("why; until {day}"), &origin).unwrap(),
            annotation: annotation.then(|| (0, crate::yaml::Pointer::root())),
            is_used: true,
        }
    }

    fn said(one: &WaiverUse, today: &str) -> Vec<String> {
        let today = Date::parse(today).unwrap();
        let mut findings = Vec::new();
        lapsed(std::slice::from_ref(one), &mut findings, &today, None);
        let days = one.waiver.expires.as_ref().map(|day| day.since(&today));
        findings.extend(soon(one, days));
        findings.into_iter().map(|one| one.message).collect()
    }

    #[test]
    fn a_waiver_holds_through_its_last_day() {
        let one = until("2027-01-31", false);
        for (today, message) in [
            ("2026-12-31", None),
            (
                "2027-01-01",
                Some("ends on 2027-01-31: it has 30 days left"),
            ),
            ("2027-01-30", Some("ends on 2027-01-31: it has 1 day left")),
            (
                "2027-01-31",
                Some("ends on 2027-01-31: today is its last day"),
            ),
            ("2027-02-01", Some("is over since 2027-01-31, for 1 day")),
        ] {
            let expected: Vec<_> = message
                .map(|message| format!("the waiver of `a/b` at o.yaml:1:1 {message}"))
                .into_iter()
                .collect();
            assert_eq!(said(&one, today), expected, "{today}");
        }
    }

    #[test]
    fn an_annotation_for_years_waives_nothing() {
        let message = &said(&until("2036-01-31", true), "2026-01-31")[0];
        assert!(message.contains("more than 366 days away"), "{message}");
    }
}
