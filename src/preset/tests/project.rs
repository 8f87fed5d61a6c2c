//! Projects: what they choose, for which environment, and what is wrong in them.

use super::*;
use insta::assert_snapshot;

const SPEC: &str = "  presets: [default, ./policy/team.yaml]
  parameters: {resources.size: medium, team.owner: nobody}
  environments:
    dev: {overlays: [dev]}
    prod:
      presets: [spark-scratch]
      overlays: [prod, policy/night.yaml]
      parameters: {owner: somebody}
";

const TEAM: &str = "  parameters:
    owner: {type: string, default: all, summary: s}
    uid: {type: integer, default: 185, minimum: 1, summary: s}
  rules:
    - {id: user, on: pod, forbid: {a: {$parameter: owner}}, because: b}
";

/// A project with that body of `spec`, in the folder two above, with a preset and an overlay beside it.
fn written(spec: &str) -> Desk {
    let head = "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {name: payments}\n";
    let night = "apiVersion: sparkk8s.io/v1alpha1\nkind: Overlay\nmetadata: {name: night}\nspec: {parameters: {team: {owner: night}}}\n";
    Desk::default()
        .file("../../sparkk8s.yaml", &format!("{head}spec:\n{spec}"))
        .preset("../../policy/team.yaml", "team", TEAM)
        .file("../../policy/night.yaml", night)
}

impl Desk {
    /// Chosen by the project, for an environment or for none.
    fn chosen(mut self, environment: Option<&str>) -> Result<Self, PolicyError> {
        let path = Named::flag("--config", ".././../sparkk8s.yaml");
        let project = Project::load(&path, &|path| self.read(path))?;
        let environment = environment.map(|name| Named::flag("--env", name));
        self.request = project.request(environment.as_ref())?;
        Ok(self)
    }
}

fn come_out(spec: &str, environment: Option<&str>) -> Result<Policy, String> {
    let desk = written(spec).chosen(environment);
    let policy = desk.and_then(|desk| desk.compose());
    policy.map_err(|error| error.plain())
}

fn policy(spec: &str, environment: Option<&str>) -> Policy {
    come_out(spec, environment).unwrap_or_else(|error| panic!("{error}"))
}

fn value(policy: &Policy, preset: &str, name: &str) -> String {
    let mut all = policy.parameters.iter();
    let found = all.find(|p| (p.preset.as_str(), p.name.as_str()) == (preset, name));
    let setting = &found.unwrap().setting;
    format!("{} by {}", setting.value, setting.origin)
}

#[test]
fn an_environment_comes_after_the_project_and_flags_after_both() {
    let none = policy(SPEC, None);
    assert_eq!(none.mark, "default@1.0.0,team@1.0.0");
    assert_eq!(
        value(&none, "resources", "size"),
        "\"medium\" by ../../sparkk8s.yaml:6"
    );
    assert_eq!(none.environment, None);
    let dev = policy(SPEC, Some("dev"));
    assert_eq!(
        value(&dev, "resources", "size"),
        "\"small\" by overlays/dev.yaml:7"
    );
    assert_eq!(
        value(&dev, "team", "owner"),
        "\"nobody\" by ../../sparkk8s.yaml:6"
    );
    let prod = policy(SPEC, Some("prod"));
    assert_eq!(prod.mark, "default@1.0.0,team@1.0.0,spark-scratch@1.0.0");
    assert_eq!(
        value(&prod, "team", "owner"),
        "\"somebody\" by ../../sparkk8s.yaml:12"
    );
    let by_hand = written(SPEC).chosen(Some("prod")).unwrap();
    let by_hand = by_hand.over("../../policy/night.yaml").policy();
    assert_eq!(
        value(&by_hand, "team", "owner"),
        "\"night\" by ../../policy/night.yaml:4"
    );
    let set = written(SPEC)
        .chosen(Some("prod"))
        .unwrap()
        .set("owner=me")
        .policy();
    assert_eq!(value(&set, "team", "owner"), "\"me\" by --set owner");
}

#[test]
fn without_presets_a_project_means_the_default_one() {
    for (spec, environment, mark) in [
        ("  environments: {}\n", None, "default@1.0.0"),
        ("  presets: []\n", None, "default@1.0.0"),
        (
            "  environments: {dev: {presets: [spark-scratch]}}\n",
            Some("dev"),
            "default@1.0.0,spark-scratch@1.0.0",
        ),
        (
            "  presets: []\n  environments: {dev: {presets: [restricted]}}\n",
            Some("dev"),
            "restricted@1.1.0",
        ),
    ] {
        assert_eq!(policy(spec, environment).mark, mark, "{spec}");
    }
}

#[test]
fn nothing_that_a_preset_did_not_open_is_weakened() {
    let spec =
        "  presets: [./policy/team.yaml]\n  environments: {dev: {overlays: [./soft.yaml]}}\n";
    let soft = "apiVersion: sparkk8s.io/v1alpha1\nkind: Overlay\nmetadata: {name: soft}\nspec: {severity: {\"team/*\": info}}\n";
    let desk = written(spec).file("../../soft.yaml", soft);
    let refused = desk.chosen(Some("dev")).unwrap().refused();
    assert_snapshot!(refused, @"../../soft.yaml:4:29: `team/user` is `error` by ../../policy/team.yaml:10, and no overlay may lower it to `info` (help: only what its preset marks `open: [severity]` can be lowered)");
}

fn wrong(spec: &str, environment: Option<&str>) -> String {
    match come_out(spec, environment) {
        Err(message) => message,
        // A whole policy would bury what is wrong.
        Ok(policy) => panic!("{spec} comes to {}", policy.mark),
    }
}

#[test]
fn what_is_wrong_in_a_project_is_told_where_it_stands() {
    let prod = Some("prod");
    let messages = [
        (SPEC, Some("prdo")),
        (SPEC, Some("qa")),
        ("  presets: [default]\n", prod),
        ("  preset: [default]\n", None),
        ("  waivers: never\n", None),
        ("  presets: default\n", None),
        ("  presets: [defalt]\n", None),
        ("  presets: [./none.yaml]\n", None),
        ("  presets: [policy/night.yaml]\n", None),
        ("  environments: [prod]\n", None),
        ("  environments: {Prod: {}}\n", None),
        ("  environments: {prod: {overlay: [prod]}}\n", None),
        ("  environments: {prod: {overlays: [prd]}}\n", None),
        ("  environments: {prod: {presets: [restrictd]}}\n", None),
        ("  environments: {prod: {}, prod: {}}\n", None),
        ("  environments: {prod: {overlays: [./none.yaml]}}\n", prod),
        ("  parameters: {size: 3}\n", None),
        ("  parameters: {size: huge}\n", None),
        ("  parameters: {sise: large}\n", None),
        ("  parameters: {resources.sise: large}\n", None),
        ("  parameters: {resorces.size: large}\n", None),
        ("  parameters: {resources: {size: large}}\n", None),
        ("  parameters: {size: {$parameter: size}}\n", None),
        (
            "  presets: [./policy/team.yaml]\n  environments: {prod: {parameters: {uid: \"1\"}}}\n",
            prod,
        ),
    ];
    assert_snapshot!(messages.map(|(spec, environment)| wrong(spec, environment)).join("\n"), @r"
    --env prdo: `../../sparkk8s.yaml` has no environment `prdo` (help: did you mean `prod`?)
    --env qa: `../../sparkk8s.yaml` has no environment `qa` (help: expected one of `dev`, `prod`)
    --env prod: `../../sparkk8s.yaml` has no environment `prod` (help: environments stand under `spec.environments`)
    ../../sparkk8s.yaml:5:3: unknown field `preset` (help: did you mean `presets`?)
    ../../sparkk8s.yaml:5:12: unknown value `never` (help: expected `forbid`)
    ../../sparkk8s.yaml:5:12: expected list, found text `default`
    ../../sparkk8s.yaml:5:13: there is no preset `defalt` (help: did you mean `default`?)
    ../../sparkk8s.yaml:5:13: cannot read `../../none.yaml`: no such file
    ../../policy/night.yaml:2:7: expected `kind: Preset`, found `Overlay` (help: overlays are chosen with `--overlay`)
    ../../sparkk8s.yaml:5:17: expected mapping, found a list
    ../../sparkk8s.yaml:5:18: `Prod` is no name (help: lower-case letters, digits and dashes)
    ../../sparkk8s.yaml:5:25: unknown field `overlay` (help: did you mean `overlays`?)
    ../../sparkk8s.yaml:5:36: there is no overlay `prd` (help: did you mean `prod`?)
    ../../sparkk8s.yaml:5:35: there is no preset `restrictd` (help: did you mean `restricted`?)
    ../../sparkk8s.yaml:5:28: the key `prod` is written twice
    ../../sparkk8s.yaml:5:36: cannot read `../../none.yaml`: no such file
    ../../sparkk8s.yaml:5:22: `resources.size`: expected string, found number `3` (help: a text that looks like a number stands in quotes)
    ../../sparkk8s.yaml:5:22: `resources.size` is one of `small`, `medium`, `large`, found text `huge`
    ../../sparkk8s.yaml:5:16: no preset in use has a parameter `sise` (help: did you mean `size`?)
    ../../sparkk8s.yaml:5:16: `resources` has no parameter `sise` (help: did you mean `size`?)
    ../../sparkk8s.yaml:5:16: no preset `resorces` is in use (help: did you mean `resources`?)
    ../../sparkk8s.yaml:5:16: `resources` is a preset; its parameters are set one by one here (help: write `resources.PARAMETER: VALUE`)
    ../../sparkk8s.yaml:5:22: a project sets plain values; it has no parameters of its own
    ../../sparkk8s.yaml:6:43: `team.uid`: expected integer, found text `1`
    ");
}

#[test]
fn what_is_wrong_in_an_external_is_told_where_it_stands() {
    let messages = [
        "{kind: Secret}",
        "[{kind: Secret, name: db}]",
        "[{kind: Secret, reason: r}]",
        "[{kind: Secret, name: db, reason: \" \"}]",
        "[{kind: Secret, name: db, reason: r}, {kind: secret, name: db, reason: r}]",
        "[{kind: Deployment, name: db, reason: r}]",
        "[{kind: Secret, name: \"db-[\", reason: r}]",
        "[{kind: Secret, name: db, namespace: \"{a\", reason: r}]",
        "[{kind: Secret, name: db, path: /a, reason: r}]",
    ];
    let wrong = |externals| wrong(&format!("  externals: {externals}\n"), None);
    assert_snapshot!(messages.map(wrong).join("\n"), @r"
    ../../sparkk8s.yaml:5:14: expected list, found a mapping
    ../../sparkk8s.yaml:5:15: the field `reason` is missing
    ../../sparkk8s.yaml:5:15: the field `name` is missing
    ../../sparkk8s.yaml:5:48: a reason must say why
    ../../sparkk8s.yaml:5:59: unknown value `secret` (help: did you mean `Secret`?)
    ../../sparkk8s.yaml:5:22: unknown value `Deployment` (help: expected one of `ConfigMap`, `PersistentVolumeClaim`, `Secret`, `Service`, `ServiceAccount`)
    ../../sparkk8s.yaml:5:36: `db-[` is no glob: `]` is missing
    ../../sparkk8s.yaml:5:51: `{a` is no glob: `}` is missing; a brace itself is `[{]`
    ../../sparkk8s.yaml:5:40: unknown field `path` (help: expected one of `kind`, `name`, `namespace`, `reason`)
    ");
}

#[test]
fn what_is_no_project_is_refused() {
    let read = |text: &str| {
        let path = Named::flag("--config", "./sparkk8s.yaml");
        Project::load(&path, &|_| Ok(text.to_owned()))
            .unwrap_err()
            .plain()
    };
    let head = "apiVersion: sparkk8s.io/v1alpha1\n";
    let messages = [
        read(""),
        read("a: [\n"),
        read(&format!("{head}kind: Preset\n")),
        read(&format!("{head}kind: Projekt\n")),
        read(&format!("{head}kind: Project\nspec: {{}}\n")),
        read(&format!(
            "{head}kind: Project\nmetadata: {{name: My Team}}\nspec: {{}}\n"
        )),
        read(&format!(
            "{head}kind: Project\nmetadata: {{name: a}}\n---\n{head}"
        )),
        Desk::default()
            .file("p.yaml", &format!("{head}kind: Project\n"))
            .choose("p.yaml")
            .refused(),
        Desk::default().chosen(None).err().unwrap().plain(),
    ];
    assert_snapshot!(messages.join("\n"), @r"
    sparkk8s.yaml:1:1: the file is empty
    sparkk8s.yaml:1:4: a bracket is never closed (help: close it, or put the text in quotes)
    sparkk8s.yaml:2:7: expected `kind: Project`, found `Preset` (help: presets are chosen with `--preset`, or in `use`)
    sparkk8s.yaml:2:7: expected `kind: Project`, found `Projekt` (help: did you mean `Project`?)
    sparkk8s.yaml:1:1: the field `metadata` is missing
    sparkk8s.yaml:3:18: `My Team` is no name (help: lower-case letters, digits and dashes)
    sparkk8s.yaml:5:1: a policy file holds one document (help: put the second one into a file of its own)
    p.yaml:2:7: expected `kind: Preset`, found `Project` (help: projects are found by themselves, or named by `--config`)
    --config .././../sparkk8s.yaml: cannot read `../../sparkk8s.yaml`: no such file
    ");
}

#[test]
fn what_is_shown_of_a_project() {
    let spec =
        "  presets: [./policy/team.yaml]\n  environments:\n    prod: {parameters: {uid: 7}}\n";
    assert_snapshot!(show(&policy(spec, Some("prod"))), @r"
    project: payments  # ../../sparkk8s.yaml:3
    environment: prod  # ../../sparkk8s.yaml:7
    presets:
      - team@1.0.0  # ../../policy/team.yaml: a test
    parameters:
      team:
        owner: all  # ../../policy/team.yaml:7
        uid: 7  # ../../sparkk8s.yaml:7
    rules:
      - id: team/user  # ../../policy/team.yaml:10
        on: pod
        forbid: {a: all}
        severity: error
        because: b
    ");
}
