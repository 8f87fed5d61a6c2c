//! A change lands in dev, is recorded as ahead, and settled when the others follow.

use super::Place;
use insta::assert_snapshot;

const ALL: [&str; 3] = ["dev", "staging", "prod"];

fn conf(level: &str, other: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: conf}}\ndata:\n  level: {level}\n  other: {other}\n"
    )
}

/// Three environments that are locked as the same.
fn place() -> Place {
    let same = conf("info", "one");
    let place = Place::new(&ALL.map(|name| (name, same.as_str())), "");
    assert_eq!(place.lock(&ALL, &[]).code, Some(0));
    place
}

const AHEAD: [&str; 3] = [
    "--env=dev",
    "--ahead=Spark 4.2 is tried",
    "--until=2026-12-31",
];

/// dev logs more, and that is recorded.
fn ahead() -> Place {
    let place = place();
    place.write("dev.yaml", &conf("debug", "one"));
    let ended = place.lock(&ALL, &AHEAD);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    place
}

fn promote(place: &Place, from: &str, to: &str) -> super::Ended {
    let files = ALL.map(|name| format!("--from={name}={name}.yaml"));
    let mut arguments = vec!["promote", from, to];
    arguments.extend(files.iter().map(String::as_str));
    place.run(&arguments)
}

#[test]
fn a_change_is_recorded_as_ahead_and_settled_by_promotion() {
    let place = place();
    place.write("dev.yaml", &conf("debug", "one"));
    assert_eq!(place.lock(&ALL, &[]).code, Some(4));
    assert_snapshot!(place.lock(&ALL, &AHEAD).stdout, @"sparkk8s.lock: 1 objects of dev, staging, prod, 0 sanctioned differences, ahead in 1");
    let line = "    ahead:\n      /data/level: {dev: \"until 2026-12-31: Spark 4.2 is tried\"}\n";
    assert!(
        place.read("sparkk8s.lock").contains(line),
        "{}",
        place.read("sparkk8s.lock")
    );
    // Each is held to what it has, and `lock` knows of it.
    for name in ALL {
        assert_eq!(place.verify(name).code, Some(0), "{name}");
    }
    assert!(
        place
            .lock(&ALL, &["--check"])
            .stdout
            .ends_with("; nothing new\n")
    );
    assert_snapshot!(place.lock(&ALL, &["--show"]).stdout, @r"
    `ConfigMap conf` is not the same in all environments: config `/data/level`
      dev      debug
      staging  info
      prod     info
      ahead: dev until 2026-12-31: Spark 4.2 is tried
    ");
    // staging follows, then prod.
    place.write("staging.yaml", &conf("debug", "one"));
    assert_eq!(place.verify("staging").code, Some(4));
    let ended = promote(&place, "dev", "staging");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("staging has what dev was ahead with, in 1 places")
    );
    let who = "{dev: \"until 2026-12-31: Spark 4.2 is tried\", staging: \"until 2026-12-31: Spark 4.2 is tried\"}";
    assert!(
        place.read("sparkk8s.lock").contains(who),
        "{}",
        place.read("sparkk8s.lock")
    );
    assert_eq!(place.verify("staging").code, Some(0));
    place.write("prod.yaml", &conf("debug", "one"));
    let ended = promote(&place, "staging", "prod");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(
        ended.stdout,
        "sparkk8s.lock: 1 objects of dev, staging, prod, 0 sanctioned differences\n"
    );
    assert!(!place.read("sparkk8s.lock").contains("ahead"));
}

#[test]
fn anything_else_stops_a_promotion() {
    let place = ahead();
    let lock = place.read("sparkk8s.lock");
    let refused = |place: &Place, code: i32, said: &str| {
        let ended = promote(place, "dev", "prod");
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
        assert_eq!(place.read("sparkk8s.lock"), lock);
    };
    refused(&place, 4, "prod has nothing yet that dev is ahead with");
    // Another value than dev's.
    place.write("prod.yaml", &conf("trace", "one"));
    refused(
        &place,
        4,
        "config `/data/level`\n  locked  another value, by its digest\n  now     trace\n",
    );
    // Something beside it.
    place.write("prod.yaml", &conf("debug", "two"));
    refused(
        &place,
        4,
        "prod differs from `sparkk8s.lock` in more than what dev is ahead with",
    );
    // Something in the others.
    place.write("prod.yaml", &conf("debug", "one"));
    place.write("staging.yaml", &conf("info", "two"));
    refused(
        &place,
        4,
        "the manifests of staging are not those of `sparkk8s.lock`",
    );
    place.write("staging.yaml", &conf("info", "one"));
    place.write("dev.yaml", &conf("debug", "two"));
    refused(
        &place,
        4,
        "the manifests of dev are not those of `sparkk8s.lock`",
    );
    place.write("dev.yaml", &conf("debug", "one"));
    // With all as it was, it goes.
    assert_eq!(promote(&place, "dev", "prod").code, Some(0));
    let ended = promote(&place, "dve", "prod");
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("did you mean `dev`?"),
        "{}",
        ended.stderr
    );
}

#[test]
fn only_what_one_environment_has_of_its_own_is_ahead() {
    let place = place();
    let lock = place.read("sparkk8s.lock");
    place.write("dev.yaml", &conf("debug", "one"));
    place.write("prod.yaml", &conf("info", "two"));
    let ended = place.lock(&ALL, &AHEAD);
    assert_eq!(ended.code, Some(4));
    assert!(
        ended
            .stderr
            .contains("the manifests of prod are not those of"),
        "{}",
        ended.stderr
    );
    for (wrong, said) in [
        (["--env=dve", AHEAD[1], AHEAD[2]], "did you mean `dev`?"),
        ([AHEAD[0], "--ahead= ", AHEAD[2]], "`--ahead` must say why"),
        (
            [AHEAD[0], AHEAD[1], "--until=soon"],
            "`--until soon` is no day",
        ),
        (
            [AHEAD[0], AHEAD[1], "--until=2026-11-30"],
            "is over already",
        ),
    ] {
        let ended = place.lock(&ALL, &wrong);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
    assert_eq!(place.read("sparkk8s.lock"), lock);
}

#[test]
fn a_new_object_may_be_ahead_and_what_changes_later_is_not() {
    let place = place();
    let new = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 1}]}\n";
    place.write("dev.yaml", &format!("{}---\n{new}", conf("info", "one")));
    assert_eq!(place.lock(&ALL, &AHEAD).code, Some(0));
    assert!(
        place
            .read("sparkk8s.lock")
            .contains("    in: [dev]\n    ahead:\n      \"/**\": {dev: ")
    );
    place.write("dev.yaml", &format!("{}---\n{new}", conf("debug", "one")));
    assert_eq!(place.lock(&ALL, &[]).code, Some(4));
    let both = format!("{}---\n{new}", conf("info", "one"));
    for name in ALL {
        place.write(&format!("{name}.yaml"), &both);
    }
    // What nobody is ahead with any more goes by itself.
    assert_eq!(place.lock(&ALL, &[]).code, Some(0));
    assert!(!place.read("sparkk8s.lock").contains("ahead"));
}

#[test]
fn check_says_who_is_ahead_for_too_long() {
    let place = ahead();
    let check = |seconds| {
        let arguments = ["check", "--env", "dev", "-f", "dev.yaml"];
        let checked = super::program(&arguments).within(place.path());
        checked.env("SOURCE_DATE_EPOCH", seconds).run()
    };
    // 2026-12-31 and the day after it.
    assert!(!check("1798675200").stdout.contains("ahead"));
    let ended = check("1798761600");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_snapshot!(ended.stdout, @r"
    warning[ahead-too-long]: `dev` is ahead in `ConfigMap conf` `/data/level` until 2026-12-31: Spark 4.2 is tried
     |
     = because: what was to be tried for a while has become a difference that nobody decided
     = help: let the others follow and run `sparkk8s-post promote`, or take it back (`sparkk8s.lock`); more: sparkk8s-post explain ahead-too-long
    warning[ahead-too-long]: 1 place
    sparkk8s-post check: 1 object, 0 with 0 changes by empty@1.0.0 for dev; 0 errors, 1 warning
    ");
    assert_eq!(check("never").code, Some(2));
}

/// What a lock of these environments comes to.
fn locked(place: &Place, more: &[&str]) -> (Option<i32>, String) {
    let ended = place.lock(&ALL, more);
    (ended.code, ended.stderr)
}

#[test]
fn where_somebody_is_ahead_all_are_held_to_the_lock() {
    let place = ahead();
    let lock = place.read("sparkk8s.lock");
    for (name, level) in [("dev", "trace"), ("prod", "warn")] {
        let before = place.read(&format!("{name}.yaml"));
        place.write(&format!("{name}.yaml"), &conf(level, "one"));
        for more in [&[][..], &["--update=ConfigMap/conf"]] {
            let (code, said) = locked(&place, more);
            assert_eq!(code, Some(4), "{name} {more:?}: {said}");
            assert!(said.contains("`/data/level`"), "{said}");
            assert_eq!(place.read("sparkk8s.lock"), lock);
        }
        place.write(&format!("{name}.yaml"), &before);
    }
    // The one that is ahead may go on, with a reason of its own.
    place.write("dev.yaml", &conf("trace", "one"));
    let again = [
        "--env=dev",
        "--ahead=still too little",
        "--until=2027-01-31",
    ];
    assert_eq!(locked(&place, &again).0, Some(0));
    assert!(
        place
            .read("sparkk8s.lock")
            .contains("until 2027-01-31: still too little")
    );
    // And may have longer.
    let longer = ["--env=dev", "--ahead=longer", "--until=2027-02-28"];
    assert_eq!(locked(&place, &longer).0, Some(0));
    assert!(
        place
            .read("sparkk8s.lock")
            .contains("until 2027-02-28: longer")
    );
    let (code, said) = locked(&place, &["--env=prod", AHEAD[1], AHEAD[2]]);
    assert_eq!(code, Some(4));
    assert!(
        said.contains("prod has nothing that the others do not have"),
        "{said}"
    );
    assert_eq!(promote(&place, "dev", "dev").code, Some(2));
}

#[test]
fn dev_may_go_on_while_the_others_follow() {
    let place = ahead();
    place.write("staging.yaml", &conf("debug", "one"));
    assert_eq!(promote(&place, "dev", "staging").code, Some(0));
    place.write("dev.yaml", &conf("trace", "one"));
    assert_eq!(locked(&place, &AHEAD).0, Some(0));
    place.write("prod.yaml", &conf("debug", "one"));
    let ended = promote(&place, "staging", "prod");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let who = "/data/level: {dev: \"until 2026-12-31: Spark 4.2 is tried\"}\n";
    assert!(
        place.read("sparkk8s.lock").contains(who),
        "{}",
        place.read("sparkk8s.lock")
    );
}

#[test]
fn hooks_and_secrets_are_promoted_like_anything_else() {
    let hook = conf("info", "one").replace(
        "{name: conf}",
        "{name: h, annotations: {helm.sh/hook: pre-install}}",
    );
    let secret = |text: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{a: {text}}}\n")
    };
    let all =
        |hook: &str, text: &str| format!("{}---\n{}{hook}", conf("info", "one"), secret(text));
    let with = format!("---\n{hook}");
    let same = all(&with, "one");
    let place = Place::new(&ALL.map(|name| (name, same.as_str())), "");
    assert_eq!(place.lock(&ALL, &[]).code, Some(0));
    // A hook that prod lost is prod's.
    place.write("prod.yaml", &all("", "one"));
    assert_eq!(locked(&place, &AHEAD).0, Some(4));
    place.write("prod.yaml", &same);
    place.write("dev.yaml", &all("", "two"));
    let (code, said) = locked(&place, &AHEAD);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("for want of `--secret-key`"), "{said}");
    for name in ["staging", "prod"] {
        place.write(&format!("{name}.yaml"), &all("", "two"));
        let ended = promote(&place, "dev", name);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
    assert!(!place.read("sparkk8s.lock").contains("ahead"));
}

#[test]
fn what_varies_may_vary_while_somebody_is_ahead() {
    let object = |image: &str, tag: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{image}:{tag}'}}]}}\n"
        )
    };
    let names = [
        ("dev", object("a/b", "1")),
        ("staging", object("a/b", "2")),
        ("prod", object("a/b", "1")),
    ];
    let all = [0, 1, 2].map(|at| (names[at].0, names[at].1.as_str()));
    let place = Place::new(
        &all,
        "  vary:\n    - {kind: Pod, path: \"**/image\", tag: true, reason: r}\n",
    );
    assert_eq!(place.lock(&ALL, &[]).code, Some(0));
    place.write("dev.yaml", &object("new/b", "9"));
    let (code, said) = locked(&place, &AHEAD);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    // What follows may have a tag of its own.
    place.write("staging.yaml", &object("new/b", "9"));
    place.write("prod.yaml", &object("a/b", "1"));
    assert_eq!(promote(&place, "dev", "staging").code, Some(0));
}

#[test]
fn an_environment_may_come_and_another_one_go() {
    let place = ahead();
    let four = ["dev", "qa", "staging", "prod"];
    let text = conf("debug", "one");
    place.write("qa.yaml", &text);
    place.project(&four.map(|name| (name, "")), "");
    assert_eq!(place.lock(&four, &[]).code, Some(4));
    let ended = place.lock(&four, &["--env=qa", AHEAD[1], AHEAD[2]]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    // dev goes, and nobody of that name is ahead any more.
    let less = ["qa", "staging", "prod"];
    place.project(&less.map(|name| (name, "")), "");
    assert_eq!(place.lock(&less, &[]).code, Some(0));
    assert!(!place.read("sparkk8s.lock").contains("dev"));
}
