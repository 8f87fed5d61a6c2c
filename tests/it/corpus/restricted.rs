//! `restricted` on real charts: each renders and is compliant, or is refused with a reason.

use super::super::{fixtures, hosts, lab};
use super::{charts, count, judged};
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn a_chart_is_compliant_or_refused_by_name() {
    let psa = hosts::host("psa");
    let policy = lab::policy(&["restricted"], &[]);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let (mut rendered, mut refused) = (0, 0);
    for file in charts() {
        let guarded =
            lab::guard(&file.text, &policy).unwrap_or_else(|e| panic!("{}: {e:?}", file.name));
        let named = errors(&guarded.report, &file.name);
        assert_eq!(guarded.refused, !named.is_empty(), "{}", file.name);
        for id in named {
            *reasons.entry(id).or_default() += 1;
        }
        if guarded.refused {
            refused += 1;
            continue;
        }
        rendered += 1;
        let again = lab::guard(&guarded.text, &policy).expect("the output can be read");
        assert!(again.text == guarded.text, "{} changes again", file.name);
        if let Some(psa) = &psa {
            let verdicts = judged(psa, &guarded.text);
            assert_eq!(count(&verdicts), 0, "{}: {verdicts:?}", file.name);
        }
    }
    fixtures::say(&format!(
        "restricted: {rendered} rendered, {refused} refused: {reasons:?}"
    ));
    assert!(
        rendered + refused == 0 || (rendered > 40 && refused > 40),
        "{rendered} {refused}"
    );
}

/// The ids of the findings that refuse; each names its object, its place, why and what next.
fn errors(report: &Value, file: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let errors =
        findings.filter(|finding| finding["severity"] == "error" && finding["waived"].is_null());
    errors
        .map(|finding| {
            for field in ["id", "message", "help", "needed_by", "file"] {
                let field = if field == "needed_by" {
                    "neededBy"
                } else {
                    field
                };
                assert!(finding[field].is_string(), "{file}: no {field}: {finding}");
            }
            assert!(finding["object"]["kind"].is_string(), "{file}: {finding}");
            assert!(finding["line"].as_u64() > Some(0), "{file}: {finding}");
            finding["id"].as_str().expect("an id").to_owned()
        })
        .collect()
}
