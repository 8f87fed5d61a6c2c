//! Values that a chart makes up at each render, and the project declares.

use super::Place;

/// A ConfigMap with a value of its own at each render, and who reads it.
const COUNT: &str = "n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: shop-made-up}\\ndata: {key: k%s, other: o}\\n---\\n' $n; cat pod.yaml";
const POD: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {}
    spec:
      containers:
        - {name: web, image: \"web:1\", envFrom: [{configMapRef: {name: shop-made-up}}]}
";

fn place(random: &str) -> Place {
    let place = Place::new(&[("dev", "")], "");
    place.write("count.sh", COUNT);
    place.write("pod.yaml", POD);
    let project = format!(
        "{}  environments:\n    dev: {{render: [sh, count.sh]}}\n  random: [{random}]\n",
        super::HEAD.replace("./none.yaml", "pins")
    );
    place.write("sparkk8s.yaml", &project);
    place
}

/// The digest on the pod, and what the report says of it, where the made-up value is this one.
fn pinned(place: &Place, value: &str) -> (Option<String>, String) {
    let made_up = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-made-up}\n";
    let text = format!(
        "{made_up}data: {{key: {value}, other: o}}\nbinaryData: {{key.bin: eA==}}\n---\n{POD}"
    );
    place.write("dev.yaml", &text);
    let report = "text=report.txt";
    let ended = place.run(&[
        "render", "--env", "dev", "-f", "dev.yaml", "--report", report,
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let mut lines = ended.stdout.lines();
    let digest = lines.find_map(|line| line.trim().strip_prefix("sparkk8s.io/config-digest: "));
    (digest.map(str::to_owned), place.read("report.txt"))
}

#[test]
fn what_is_declared_is_in_no_lock_and_no_digest() {
    let place = place(
        "{kind: ConfigMap, name: \"*-made-up\", key: \"key*\", reason: the chart has no setting for it}",
    );
    let (first, second) = (pinned(&place, "a"), pinned(&place, "b"));
    assert!(
        first.0.is_some() && first == second,
        "{first:?}, {second:?}"
    );
    let locked = place.run(&["lock", "--renders", "3"]);
    assert_eq!(locked.code, Some(0), "{}", locked.stderr);
    let lock = place.read("sparkk8s.lock");
    assert!(
        lock.contains("/data/other") && !lock.contains("ata/key"),
        "{lock}"
    );
    assert_eq!(place.verify("dev").code, Some(0));
    // The other key counts still.
    place.write(
        "dev.yaml",
        &place.read("dev.yaml").replace("other: o", "other: p"),
    );
    let other = place.verify("dev");
    assert_eq!(other.code, Some(4));
    assert!(other.stderr.contains("/data/other"), "{}", other.stderr);
}

#[test]
fn what_is_random_as_a_whole_pins_nothing_and_says_so() {
    let place = place("{kind: ConfigMap, name: shop-made-up, namespace: shop, reason: r}");
    let (digest, report) = pinned(&place, "a");
    assert_eq!(digest, None);
    let why = "the project declares that its values are others at each render";
    assert!(report.contains(why), "{report}");
    let graph = place.run(&["graph", "--env", "dev", "-f", "dev.yaml"]);
    assert!(graph.stdout.contains(why), "{}", graph.stdout);
    let there = place.read("dev.yaml");
    let elsewhere = there.replace(
        "{name: shop-made-up}\n",
        "{name: shop-made-up, namespace: other}\n",
    );
    place.write("dev.yaml", &elsewhere);
    let locked = place.run(&["lock", "--from", "dev=dev.yaml"]);
    assert_eq!(locked.code, Some(0), "{}", locked.stderr);
    assert!(place.read("sparkk8s.lock").contains("/data/key"));
}

#[test]
fn a_pod_that_reads_random_keys_only_is_not_called_pinned() {
    let place = place("{kind: ConfigMap, name: shop-made-up, key: key, reason: r}");
    let (_, _) = pinned(&place, "a");
    let variable = "env: [{name: K, valueFrom: {configMapKeyRef: {name: shop-made-up, key: key}}}]";
    let reads = "envFrom: [{configMapRef: {name: shop-made-up}}]";
    let text = place.read("dev.yaml").replace(reads, variable);
    place.write("dev.yaml", &text);
    let graph = place.run(&["graph", "--env", "dev", "-f", "dev.yaml"]);
    let why = "the project declares that its values are others at each render";
    assert!(graph.stdout.contains(why), "{}", graph.stdout);
    let ended = place.run(&["render", "--env", "dev", "-f", "dev.yaml"]);
    assert_eq!(ended.stdout, text);
}
