//! Scripts of the stream that make buckets in an object store, and what they write into them.

use crate::check::spark::world::World;
use crate::manifest::Object;
use crate::manifest::spark::{holds, text_of};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds whose containers may make buckets.
const KINDS: [&str; 7] = [
    "Job",
    "CronJob",
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ConfigMap",
];

/// Words of commands that make buckets.
const VERBS: [&str; 2] = ["mb", "create-bucket"];

/// Words of commands and of libraries that write objects.
const WRITES: [&str; 12] = [
    "cp",
    "mirror",
    "mkdir",
    "mv",
    "pipe",
    "put",
    "put-object",
    "put_object",
    "sync",
    "tee",
    "touch",
    "upload_file",
];

/// What the scripts of a stream make.
#[derive(Debug, Default)]
pub(super) struct Makers {
    /// The object that makes each bucket.
    buckets: BTreeMap<String, String>,
    /// Commands that make no bucket, as far as somebody asks for what they name: they may write into one.
    others: Vec<String>,
    /// Whether each bucket's name is written out.
    named: bool,
}

impl Makers {
    /// Reads every script in which a bucket is made, or which names one of these.
    pub(super) fn of(world: &World<'_>, names: &BTreeSet<String>) -> Self {
        let is_named = |text: &str| names.iter().any(|name| text.contains(name));
        let is_read = |text: &str| VERBS.iter().any(|verb| holds(text, verb)) || is_named(text);
        let mut makers = Self {
            named: true,
            ..Self::default()
        };
        for kind in KINDS {
            for (object, value) in world.saying(kind, is_read) {
                let mut texts = Vec::new();
                strings(value, &mut texts);
                for command in texts.iter().flat_map(|text| commands(text)) {
                    match made(command) {
                        None if is_named(command) => makers.others.push(command.to_owned()),
                        None => {}
                        Some(bucket) => makers.make(bucket, object),
                    }
                }
            }
        }
        makers
    }

    fn make(&mut self, bucket: String, object: &Object<'_>) {
        if bucket.contains('$') || bucket.contains('{') {
            self.named = false;
        } else {
            let maker = self.buckets.entry(bucket);
            maker.or_insert_with(|| format!("`{object}`"));
        }
    }

    /// The object whose script makes a bucket.
    pub(super) fn maker(&self, bucket: &str) -> Option<&str> {
        self.buckets.get(bucket).map(String::as_str)
    }

    /// Whether buckets are made, and each of them is named.
    pub(super) fn is_whole(&self) -> bool {
        self.named && !self.buckets.is_empty()
    }

    /// Whether a command may write something below a prefix of a bucket.
    pub(super) fn fills(&self, bucket: &str, path: &str) -> bool {
        let direct = format!("{bucket}/{path}");
        // A prefix that stands in a variable may be any.
        let hidden = format!("{bucket}/$");
        let mut others = self.others.iter();
        others.any(|command| {
            let whole = command.contains(&direct) || command.contains(&hidden);
            let split = command.contains(bucket) && command.contains(path);
            (whole || split) && WRITES.iter().any(|verb| holds(command, verb))
        })
    }

    /// Whether any text names a bucket, but for URIs of what lies in it: a server may be told to make it.
    pub(super) fn mentions_bucket(&self, name: &str) -> bool {
        let uri = format!("://{name}");
        let mut others = self.others.iter();
        others.any(|command| command.contains(name) && !command.contains(&uri))
    }

    /// Whether any text names this.
    pub(super) fn mentions(&self, name: &str) -> bool {
        let mut others = self.others.iter();
        others.any(|command| command.contains(name))
    }
}

/// The bucket that a command makes.
fn made(command: &str) -> Option<String> {
    VERBS.iter().find(|verb| command.contains(**verb))?;
    let words: Vec<_> = command
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']))
        .collect();
    if let Some(at) = words.iter().position(|word| *word == "create-bucket") {
        let rest = &words[at..];
        let after = rest.iter().position(|word| *word == "--bucket");
        let joined = rest.iter().find_map(|word| word.strip_prefix("--bucket="));
        let apart = after.and_then(|at| rest.get(at + 1).copied());
        return joined.or(apart).map(str::to_owned);
    }
    let at = words.iter().position(|word| *word == "mb")?;
    let before = words[..at]
        .iter()
        .rev()
        .find(|word| !word.starts_with('-'))?;
    let program = before.rsplit('/').next()?;
    if !["mc", "s3", "mcli"].contains(&program) {
        return None;
    }
    let target = words[at + 1..].iter().find(|word| !word.starts_with('-'))?;
    let path = match target.strip_prefix("s3://") {
        Some(path) => path,
        None => target.split_once('/')?.1,
    };
    path.split('/').next().map(str::to_owned)
}

/// The commands of a script, one by one.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(['\n', ';']).flat_map(|line| line.split("&&"));
    parts
        .flat_map(|part| part.split("||"))
        .map(str::trim)
        .filter(|part| !part.is_empty() && !part.starts_with('#'))
}

/// The texts of a value; the words of a list count as one text, too.
fn strings<'v>(value: &'v Value, out: &mut Vec<Cow<'v, str>>) {
    match value {
        Value::String(text) => out.push(text.into()),
        Value::Array(items) => {
            let words: Vec<_> = items.iter().map(text_of).collect();
            if items.len() > 1 && items.iter().all(Value::is_string) {
                out.push(words.join(" ").into());
            }
            for item in items {
                strings(item, out);
            }
        }
        Value::Object(fields) => {
            for field in fields.values() {
                strings(field, out);
            }
        }
        _ => {}
    }
}
