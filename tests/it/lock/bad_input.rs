//! What can be wrong with a lock, a project and its commands: a message, a code, and the old lock stays.

use super::Place;

const ONE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n";

fn place() -> Place {
    let place = Place::new(&[("dev", ONE), ("prod", ONE)], "");
    assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(0));
    place
}

#[test]
fn a_lock_that_cannot_be_used() {
    let place = place();
    let lock = place.read("sparkk8s.lock");
    for (text, code, said) in [
        (
            lock.replace("schema: 1", "schema: 7"),
            2,
            "it is of schema 7, and this program reads schema 1",
        ),
        (
            lock.replace("objects:", "<<<<<<< HEAD\nobjects:"),
            2,
            "is a conflict of a merge",
        ),
        (
            lock.replace("kind: Lock", "kind: Locker"),
            2,
            "a lock has no such field",
        ),
        (
            lock.replace("    config:", "    konfig:"),
            2,
            "an object has no such part",
        ),
        (String::new(), 2, "it is no `kind: Lock`"),
        (
            lock.replace("  prod:\n", "  preprod:\n"),
            4,
            "does not lock the environment `prod`",
        ),
        ("a: [".to_owned(), 2, "is no lock that can be used"),
    ] {
        place.write("sparkk8s.lock", &text);
        let ended = place.verify("prod");
        assert_eq!(ended.code, Some(code), "{said}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
    // A line that somebody took out is a fact that nobody locked.
    let line = lock
        .lines()
        .find(|line| line.contains("/data/a"))
        .expect("a fact");
    place.write("sparkk8s.lock", &lock.replace(&format!("{line}\n"), ""));
    let ended = place.verify("prod");
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("config `/data/a`\n  locked  (absent)\n  now     b\n"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_keeps_a_lock_from_being_written_leaves_the_old_one() {
    let place = place();
    let lock = place.read("sparkk8s.lock");
    let twice = format!("{ONE}---\n{ONE}");
    place.write("twice.yaml", &twice);
    place.write("empty.yaml", "");
    for (from, code, said) in [
        (
            "--from=prod=twice.yaml",
            3,
            "`ConfigMap a` stands in the manifests of `prod` twice",
        ),
        (
            "--from=prod=empty.yaml",
            3,
            "manifests of prod holds no Kubernetes object",
        ),
        ("--from=prod=none.txt", 2, "none.txt"),
        ("--from=prdo=prod.yaml", 2, "did you mean `prod`?"),
        ("--from=prod", 2, "must read ENV=FILE"),
    ] {
        let ended = place.run(&["lock", "--from=dev=dev.yaml", from]);
        assert_eq!(ended.code, Some(code), "{said}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
        assert_eq!(place.read("sparkk8s.lock"), lock);
    }
    let ended = place.run(&["lock", "--from=dev=dev.yaml"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("nothing says where the manifests of `prod` come from"),
        "{}",
        ended.stderr
    );
}

#[test]
fn commands_of_the_project() {
    let place = place();
    let commands = |prod: &str| {
        format!(
            "{}  environments:\n    dev: {{render: [cat, dev.yaml]}}\n    prod: {{render: {prod}}}\n",
            super::HEAD
        )
    };
    for (prod, code, said) in [
        ("[cat, prod.yaml]", 0, ""),
        (
            "[cat, nowhere.yaml]",
            5,
            "the command of `prod` (sparkk8s.yaml:8) failed: `cat`",
        ),
        ("[no-such-program]", 5, "failed: `no-such-program`"),
        ("[\"true\"]", 3, "holds no Kubernetes object"),
        ("[]", 2, "the command of `prod` is empty"),
    ] {
        place.write("sparkk8s.yaml", &commands(prod));
        let ended = place.run(&["lock"]);
        assert_eq!(ended.code, Some(code), "{prod}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{prod}: {}", ended.stderr);
    }
    // It runs in the project's folder, wherever it is called from.
    place.write("sparkk8s.yaml", &commands("[cat, prod.yaml]"));
    let below = place.path().join("below");
    std::fs::create_dir(&below).unwrap();
    let ended = super::program(&["lock", "--check"]).within(&below).run();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn a_hook_and_a_template_may_share_a_name_and_a_host_may_send_no_hooks() {
    let hook = ONE.replace(
        "{name: a}",
        "{name: a, annotations: {helm.sh/hook: pre-install}}",
    );
    let both = format!("{ONE}---\n{hook}");
    let place = Place::new(&[("dev", &both), ("prod", &both)], "");
    assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(0));
    assert_eq!(place.verify("dev").code, Some(0));
    place.write("dev.yaml", ONE);
    assert_eq!(place.verify("dev").code, Some(0));
    place.write("dev.yaml", &hook);
    assert_eq!(place.verify("dev").code, Some(4));
    // Argo CD's hooks are sent by every host.
    let argo = hook.replace("helm.sh/hook: pre-install", "argocd.argoproj.io/hook: Sync");
    let both = format!("{ONE}---\n{argo}");
    let place = Place::new(&[("dev", &both), ("prod", &both)], "");
    assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(0));
    place.write("dev.yaml", ONE);
    assert_eq!(place.verify("dev").code, Some(4));
}

#[test]
fn what_is_not_the_same_each_time_is_named() {
    let place = place();
    // `date` would be the same twice in one second; a counter is not.
    let count = "n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; printf 'apiVersion: v1\\nkind: Secret\\nmetadata: {name: made-up}\\nstringData: {key: k%s, other: o}\\n' $n";
    place.write("count.sh", count);
    place.write(
        "sparkk8s.yaml",
        &format!(
            "{}  environments:\n    dev: {{render: [sh, count.sh]}}\n",
            super::HEAD
        ),
    );
    let ended = place.run(&["lock", "--renders", "3"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let said = "`Secret made-up` is not the same each time dev is rendered: config `/data/key`\n";
    assert!(ended.stderr.starts_with(said), "{}", ended.stderr);
    assert!(!ended.stderr.contains("/data/other") && !ended.stderr.contains("k0"));
    assert_eq!(place.run(&["lock"]).code, Some(0));
}

#[test]
fn a_lock_that_cannot_be_read_is_not_written_over() {
    let place = place();
    let path = place.path().join("sparkk8s.lock");
    std::fs::write(&path, b"\xff\xfe").unwrap();
    for more in [&[][..], &["--check"], &["--show"], &["--resolve"]] {
        let ended = place.lock(&["dev", "prod"], more);
        assert!(
            ended.stderr.contains("reading `sparkk8s.lock`"),
            "{}",
            ended.stderr
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"\xff\xfe");
    }
    assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(2));
}
