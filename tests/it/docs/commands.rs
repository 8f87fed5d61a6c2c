//! The commands of the pages.
//!
//! What stands behind the fence says what becomes of a block:
//!
//! | fence | |
//! |---|---|
//! | `sh` | every command is run with Helm 3 and must answer with exit code 0, or N where `# exits N` follows it |
//! | `sh helm4` | the same with Helm 4 and the plugin |
//! | `sh helmfile`, `sh helmfile helm4` | the same where helmfile is built, which takes long |
//! | `sh cluster`, `sh cluster helm4` | needs a cluster: verbs and flags must exist, and it is run where `follow.rs` follows the page |
//! | `sh machine`, `sh machine helm4` | builds or installs something: the scripts must exist, and it is run where `follow.rs` follows the page |
//! | `sh elsewhere` | not run, for it needs what tests do not have; verbs and flags must exist |
//! | `sh foreign` | not run, for it is of a program that tests do not have; what goes to ours must exist |
//! | `text output` | lines that the command before it prints, in this order; `…` stands for others |
//! | `text output cluster` | the same, of a command that needs a cluster |
//! | `yaml NAME`, `yaml wrong NAME`, `text NAME` | a file that the commands after it find; what YAML is held to stands in `yaml.rs` |
//!
//! `SPARKK8S_PAGE=en/flux` runs those pages alone whose path holds it.

use super::page::{Page, pages};
use super::run::{Place, exists, flags_exist, passed_on};
use crate::hosts;

#[test]
fn commands_answer_as_the_pages_say() {
    let Some(helm3) = hosts::host("helm3") else {
        return;
    };
    let Some(helm4) = hosts::host("helm4") else {
        return;
    };
    let [kustomize, kubectl] = ["kustomize", "kubectl"].map(hosts::host);
    let (Some(kustomize), Some(kubectl)) = (kustomize, kubectl) else {
        return;
    };
    let others = [("kustomize", kustomize), ("kubectl", kubectl)];
    let only = std::env::var("SPARKK8S_PAGE").unwrap_or_default();
    let mut bad = Vec::new();
    let mut ran = 0;
    for page in pages().into_iter().filter(|page| page.path.contains(&only)) {
        let mut place = Place::new(&helm3, &helm4, &others);
        for block in page.blocks() {
            let words: Vec<_> = block.info.split_whitespace().collect();
            let helm4 = words.contains(&"helm4");
            let verdict = match words.as_slice() {
                ["sh"] | ["sh", "helm4"] => {
                    let commands = commands(&block.text);
                    ran += commands.len();
                    commands
                        .iter()
                        .try_for_each(|command| place.run(command, helm4))
                }
                ["sh", "helmfile", ..] => match hosts::rare("helmfile") {
                    Some(_) => commands(&block.text)
                        .iter()
                        .try_for_each(|command| place.run(command, helm4)),
                    None => Ok(()),
                },
                ["sh", "cluster" | "elsewhere", ..] => {
                    let helm = place.helm(helm4);
                    commands(&block.text)
                        .iter()
                        .try_for_each(|command| flags_exist(&helm, command))
                }
                ["sh", "foreign"] => commands(&block.text).iter().try_for_each(passed_on),
                ["sh", "machine", ..] => commands(&block.text).iter().try_for_each(exists),
                ["text", "output"] => place.printed(&block.text),
                ["yaml" | "text", name] | ["yaml", "wrong", name] => {
                    place.write(name, &block.text);
                    Ok(())
                }
                ["sh", ..] => Err(format!("what is `{}`?", block.info)),
                _ => Ok(()),
            };
            if let Err(why) = verdict {
                bad.push(format!("{}:{}: {why}", page.path, block.line));
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n\n"));
    assert!(
        ran > 40 || !only.is_empty(),
        "only {ran} commands were found"
    );
}

/// A command of a page.
pub(super) struct Command {
    pub(super) text: String,
    pub(super) exit: i32,
}

/// The commands of a block, continued lines joined.
pub(super) fn commands(block: &str) -> Vec<Command> {
    let joined = block.replace("\\\n", " ");
    let lines = joined
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let command = |line: &str| {
        let (text, remark) = line.rsplit_once("  #").unwrap_or((line, ""));
        let exit = remark
            .trim()
            .strip_prefix("exits ")
            .map_or(0, |code| code.parse().expect("an exit code"));
        Command {
            text: text.trim().to_owned(),
            exit,
        }
    };
    lines.map(command).collect()
}

#[test]
fn english_and_russian_show_the_same() {
    let pages = pages();
    let of = |language: &str| {
        let folder = format!("docs/{language}/");
        let own = pages
            .iter()
            .filter_map(|page| Some((page.path.strip_prefix(&folder)?, page)));
        own.collect::<Vec<(&str, &Page)>>()
    };
    let (english, russian) = (of("en"), of("ru"));
    let names = |pages: &[(&str, &Page)]| {
        pages
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&english), names(&russian));
    assert!(english.len() > 5);
    for ((name, english), (_, russian)) in english.iter().zip(&russian) {
        let shown = |page: &Page| {
            let blocks = page
                .blocks()
                .into_iter()
                .map(|block| (block.info, block.text));
            blocks.collect::<Vec<_>>()
        };
        for (index, (left, right)) in shown(english).iter().zip(&shown(russian)).enumerate() {
            assert_eq!(left, right, "{name}: block {} differs", index + 1);
        }
        assert_eq!(
            shown(english).len(),
            shown(russian).len(),
            "{name}: one has more blocks"
        );
        let levels = |page: &Page| {
            let headings = page
                .prose()
                .into_iter()
                .filter(|(_, line)| line.starts_with('#'));
            headings
                .map(|(_, line)| line.chars().take_while(|c| *c == '#').count())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            levels(english),
            levels(russian),
            "{name}: the headings differ"
        );
    }
}
