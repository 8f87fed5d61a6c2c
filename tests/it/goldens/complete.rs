//! That the list of goldens is complete: no rule, check or remark of the program without one, and each shows what it is named for.

use super::{Case, cases, of_each};
use serde_json::Value;
use sparkk8s_post::check::{REMARKS, pages};
use sparkk8s_post::preset::builtin::BUILTINS;
use std::collections::{BTreeMap, BTreeSet};

/// What the goldens of a kind must show, by name of the folder: the id, and the severity where it is part of the name.
type Wanted = BTreeMap<String, (String, Option<&'static str>)>;

#[test]
fn every_rule_that_is_built_in_has_a_golden() {
    let mut wanted = Wanted::new();
    for builtin in BUILTINS.iter().filter(|builtin| builtin.is_preset()) {
        let text = &builtin.file().text;
        let preset = super::fixtures::yaml(text).expect("a preset").remove(0);
        let rules = preset["spec"]["rules"].as_array().into_iter().flatten();
        for rule in rules {
            let (name, id) = (builtin.name, rule["id"].as_str().expect("an id"));
            let folder = format!("rules-{name}@{}-{id}", builtin.major());
            let shown = (format!("{name}/{id}"), None);
            let cases = choices(rule).into_iter();
            let folders: Vec<_> = cases.map(|case| format!("{folder}-{case}")).collect();
            match folders.is_empty() {
                true => wanted.extend([(folder, shown)]),
                false => wanted.extend(folders.into_iter().map(|folder| (folder, shown.clone()))),
            }
        }
    }
    assert!(wanted.len() > 70, "only {} rules were found", wanted.len());
    shown("rules-", &wanted, |case, touched, objects| {
        // The newest version is another one some day.
        let mut presets = case.arguments.iter().filter(|word| word.contains('@'));
        let pinned = presets.any(|word| case.name.starts_with(&format!("rules-{word}-")));
        let mut wrong = Vec::new();
        if !pinned {
            wrong.push(format!("{}: no version in `--preset`", case.name));
        }
        if touched >= objects {
            wrong.push(format!("{}: no object stays as it is", case.name));
        }
        wrong
    });
}

/// The choices of a parameter that a rule has a value for each.
fn choices(value: &Value) -> BTreeSet<&String> {
    match value {
        Value::Object(map) if map.contains_key("$parameter") => {
            map.keys().filter(|key| *key != "$parameter").collect()
        }
        Value::Object(map) => map.values().flat_map(choices).collect(),
        Value::Array(items) => items.iter().flat_map(choices).collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn every_check_has_goldens_for_its_severities() {
    let mut wanted = Wanted::new();
    // What rules on Spark's processes say of their own examples is held beside them.
    for page in pages().iter().filter(|page| !page.id.starts_with("spark/")) {
        let stem = format!("checks-{}", page.id.replace('/', "-"));
        let severities: &[_] = match page.id.split('/').next() {
            // What the API server or the kubelet refuses is never a mere warning.
            Some("api" | "kubelet") => &["error"],
            // Presets open these to overlays.
            Some("memory" | "image-not-pinned") => &["error", "warning", "info"],
            _ => &["error", "warning"],
        };
        for severity in severities {
            let shown = (page.id.to_owned(), Some(*severity));
            wanted.insert(format!("{stem}-{severity}"), shown);
        }
    }
    assert!(wanted.len() > 50, "only {} checks were found", wanted.len());
    shown("checks-", &wanted, |_, _, _| Vec::new());
}

#[test]
fn every_remark_has_a_golden() {
    let remarks = REMARKS.iter().map(|remark| {
        let folder = format!("remarks-{}", remark.id.replace('/', "-"));
        (folder, (remark.id.to_owned(), None))
    });
    shown("remarks-", &remarks.collect(), |_, _, _| Vec::new());
}

/// That the folders of a kind are those that are wanted, and that each shows what it is named for; `more` is asked with the
/// number of objects that have it, and of all.
fn shown(kind: &str, wanted: &Wanted, more: impl Fn(&Case, usize, usize) -> Vec<String> + Sync) {
    // Sorted by name, those of a kind stand together.
    let all = cases();
    let start = all.partition_point(|case| case.name.as_str() < kind);
    let length = all[start..].partition_point(|case| case.name.starts_with(kind));
    let cases = &all[start..start + length];
    let there: BTreeSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
    let names: BTreeSet<_> = wanted.keys().map(String::as_str).collect();
    let missing: Vec<_> = names.difference(&there).collect();
    let stray: Vec<_> = there.difference(&names).collect();
    assert!(
        missing.is_empty() && stray.is_empty(),
        "no golden: {missing:?}\nno such rule, check or remark: {stray:?}"
    );
    let wrong = of_each(cases, |case| {
        let (id, severity) = &wanted[&case.name];
        let (touched, objects) = touched(case, id, *severity);
        if touched == 0 {
            return vec![format!("{} does not show `{id}`", case.name)];
        }
        more(case, touched, objects)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The number of places in the stream, an object or the stream itself, that a rule changed or a finding is about; and the
/// number of objects.
fn touched(case: &Case, id: &str, severity: Option<&str>) -> (usize, usize) {
    let mut arguments = case.arguments_of("check");
    arguments.extend(["-o".to_owned(), "json".to_owned()]);
    let outcome = case.run(&arguments, &case.input);
    let report: Value = serde_json::from_str(&outcome["stdout"])
        .unwrap_or_else(|error| panic!("{}: {error}\n{}", case.name, outcome["stderr"]));
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let changes = list("changes").into_iter().filter(|c| c["rule"] == id);
    let graded = |f: &Value| severity.is_none_or(|severity| f["severity"] == severity);
    let findings = list("findings")
        .into_iter()
        .filter(|f| f["id"] == id && graded(f));
    let places = changes
        .chain(findings)
        .map(|it| it["object"]["index"].as_u64());
    let objects = report["summary"]["objects"].as_u64().expect("a number");
    (places.collect::<BTreeSet<_>>().len(), objects as usize)
}
