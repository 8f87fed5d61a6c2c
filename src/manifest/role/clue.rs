//! One clue of the table of roles: what it asks for, and whether a container has it.

use crate::manifest::{Command, Container, Image};
use crate::text::Glob;
use serde::Deserialize;
use serde_json::Value;

/// All that is named must hold; of a list, one entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Clue {
    /// Heavier clues win.
    pub(super) weight: u32,
    class: Vec<String>,
    run: Vec<Words>,
    args: Vec<Words>,
    without: Vec<Words>,
    image: Vec<Glob>,
    family: Vec<String>,
    entry: bool,
    port: Vec<u16>,
    env: Vec<Pair>,
    container: Vec<Glob>,
    pub(super) label: Vec<Pair>,
    server: bool,
}

/// Words that follow one another.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Words(Vec<Glob>);

/// `name=glob`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pair {
    name: String,
    glob: Glob,
}

/// What is looked at in one container.
pub(super) struct Seen<'v> {
    /// The container.
    pub(super) container: Container<'v>,
    /// What it runs.
    pub(super) commands: Vec<Command>,
    /// Its image, where it is legible.
    pub(super) image: Option<Image<'v>>,
    /// The family of its image, where it is known.
    pub(super) family: Option<&'v str>,
    /// Labels of the pod, then of the object, where they speak of this container.
    pub(super) labels: Option<[&'v Value; 2]>,
    /// Whether the object's kind is one that serves.
    pub(super) server: bool,
    /// Programs that start a JVM.
    pub(super) launchers: &'v [String],
}

/// What was found, in words.
type Answer = fn(&Clue, &Seen<'_>) -> Option<String>;

impl Clue {
    /// Whether the clue asks for anything at all.
    pub(super) fn is_empty(&self) -> bool {
        self.class.is_empty()
            && self.run.is_empty()
            && self.args.is_empty()
            && self.image.is_empty()
            && self.family.is_empty()
            && self.port.is_empty()
            && self.env.is_empty()
            && self.container.is_empty()
            && self.label.is_empty()
    }

    /// What was found, in words; `None` where something is missing.
    pub(super) fn holds(&self, seen: &Seen<'_>) -> Option<String> {
        if self.is_empty() || self.server && !seen.server || self.entry && !runs_entrypoint(seen) {
            return None;
        }
        let asks: [(bool, Answer); 9] = [
            (!self.class.is_empty(), Self::class),
            (!self.run.is_empty(), Self::run),
            (!self.args.is_empty(), Self::args),
            (!self.image.is_empty(), Self::image),
            (!self.family.is_empty(), Self::family),
            (!self.port.is_empty(), Self::port),
            (!self.env.is_empty(), Self::env),
            (!self.container.is_empty(), Self::container),
            (!self.label.is_empty(), Self::label),
        ];
        let asked = asks.iter().filter(|(asked, _)| *asked);
        let found: Option<Vec<_>> = asked.map(|(_, answer)| answer(self, seen)).collect();
        Some(found?.join(", "))
    }

    fn class(&self, seen: &Seen<'_>) -> Option<String> {
        let starts_a_jvm = |command: &&Command| {
            command.to_entrypoint || seen.launchers.iter().any(|l| l == command.program())
        };
        let words = seen.commands.iter().filter(starts_a_jvm);
        let class = words
            .flat_map(|command| &command.words)
            .find(|word| self.class.contains(word))?;
        Some(format!("main class `{class}`"))
    }

    fn run(&self, seen: &Seen<'_>) -> Option<String> {
        let fits = |command: &&Command| {
            self.run.iter().any(|words| words.run(command))
                && !self
                    .without
                    .iter()
                    .any(|words| words.within(&command.words))
        };
        let command = seen.commands.iter().find(fits)?;
        Some(format!("command `{}`", command.program()))
    }

    fn args(&self, seen: &Seen<'_>) -> Option<String> {
        let fits = |command: &&Command| {
            command.to_entrypoint && self.args.iter().any(|words| words.begin(&command.words))
        };
        let command = seen.commands.iter().find(fits)?;
        Some(format!("argument `{}`", command.words[0]))
    }

    fn image(&self, seen: &Seen<'_>) -> Option<String> {
        let image = seen.image?;
        let fits = self.image.iter().any(|glob| image.ends_with(glob));
        fits.then(|| format!("image `{}`", image.repository))
    }

    fn family(&self, seen: &Seen<'_>) -> Option<String> {
        let family = seen.family?;
        let fits = self.family.iter().any(|f| f == family);
        fits.then(|| format!("image family `{family}`"))
    }

    fn port(&self, seen: &Seen<'_>) -> Option<String> {
        let mut ports = seen.container.ports().map(|port| port.number);
        let port = ports.find(|port| self.port.contains(port))?;
        Some(format!("port {port}"))
    }

    fn env(&self, seen: &Seen<'_>) -> Option<String> {
        let env = seen.container.value["env"].as_array()?;
        let value = |name: &str| {
            let entry = env.iter().rev().find(|entry| entry["name"] == name);
            entry.and_then(|entry| entry["value"].as_str())
        };
        let fits = |pair: &&Pair| value(&pair.name).is_some_and(|v| pair.glob.matches(v));
        let Pair { name, glob } = self.env.iter().find(fits)?;
        // The table's word, never the value: a manifest may hold anything there.
        Some(format!("environment `{name}={}`", glob.text()))
    }

    fn container(&self, seen: &Seen<'_>) -> Option<String> {
        let name = seen.container.name();
        let fits = self.container.iter().any(|glob| glob.matches(name));
        fits.then(|| format!("container name `{name}`"))
    }

    fn label(&self, seen: &Seen<'_>) -> Option<String> {
        let labels = seen.labels?;
        let value = |name: &str| labels.iter().find_map(|map| map[name].as_str());
        let fits = |pair: &&Pair| value(&pair.name).is_some_and(|v| pair.glob.matches(v));
        let Pair { name, glob } = self.label.iter().find(fits)?;
        Some(format!("label `{name}={}`", glob.text()))
    }
}

impl Default for Clue {
    /// Asks for nothing, and so never holds.
    fn default() -> Self {
        Self {
            weight: 0,
            class: Vec::new(),
            run: Vec::new(),
            args: Vec::new(),
            without: Vec::new(),
            image: Vec::new(),
            family: Vec::new(),
            entry: false,
            port: Vec::new(),
            env: Vec::new(),
            container: Vec::new(),
            label: Vec::new(),
            server: false,
        }
    }
}

/// Whether the image runs its own entry point, with nothing but flags.
fn runs_entrypoint(seen: &Seen<'_>) -> bool {
    let only_flags = |command: &Command| command.to_entrypoint && command.words[0].starts_with('-');
    seen.commands.iter().all(only_flags)
}

impl Words {
    /// A program, by its file name or, where the first word has a slash, by its path; then the other words, anywhere.
    fn run(&self, command: &Command) -> bool {
        let Some((program, rest)) = self.0.split_first() else {
            return false;
        };
        let path = program.text().contains('/');
        let name = if path {
            command.words[0].as_str()
        } else {
            command.program()
        };
        program.matches(name) && find(rest, command.arguments())
    }

    fn begin(&self, words: &[String]) -> bool {
        words.len() >= self.0.len() && self.0.iter().zip(words).all(|(g, w)| g.matches(w))
    }

    fn within(&self, words: &[String]) -> bool {
        find(&self.0, words)
    }
}

fn find(globs: &[Glob], words: &[String]) -> bool {
    globs.is_empty()
        || words
            .windows(globs.len())
            .any(|window| globs.iter().zip(window).all(|(g, w)| g.matches(w)))
}

impl TryFrom<String> for Words {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let globs = text.split_whitespace().map(Glob::new);
        let words: Vec<_> = globs
            .collect::<Result<_, _>>()
            .map_err(|bad| bad.to_string())?;
        if words.is_empty() {
            return Err("a command needs at least one word".to_owned());
        }
        Ok(Self(words))
    }
}

impl TryFrom<String> for Pair {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, glob) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` must be `name=value`"))?;
        Ok(Self {
            name: name.to_owned(),
            glob: Glob::new(glob).map_err(|bad| bad.to_string())?,
        })
    }
}
