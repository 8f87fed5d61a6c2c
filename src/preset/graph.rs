//! Which preset uses which: all files are read, whatever their `when` says, and no preset uses itself.

use super::model::UseEntry;
use super::path::{folder, is_path, is_within, join, normal};
use super::request::Named;
use super::{File, Known, Layer, Origin, PolicyError, Preset, builtin};
use crate::text::hint;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longer chains of `use` are refused; each link is a file.
const LONGEST_CHAIN: usize = 32;

/// Reads a policy file by its path, or says why it cannot.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// All presets that take part, each once.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// The chosen presets, in order.
    pub(super) roots: Vec<usize>,
    /// Every node after all that it uses.
    pub(super) order: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) preset: Preset,
    /// What each entry of its `use` means.
    pub(super) uses: Vec<usize>,
}

struct Loader<'a> {
    known: &'a Known<'a>,
    read: ReadFile<'a>,
    graph: Graph,
    by_path: BTreeMap<String, usize>,
    /// The presets that are being read, each used by the one before.
    chain: Vec<usize>,
    /// The folder of the chosen file, which no `use` may leave.
    root: String,
}

/// Reads the chosen presets, also one that was given as a whole, and all that they use.
pub(super) fn load(
    chosen: &[Named],
    inline: Option<&Arc<File>>,
    known: &Known<'_>,
    read: ReadFile<'_>,
) -> Result<Graph, PolicyError> {
    let mut loader = Loader {
        known,
        read,
        graph: Graph::default(),
        by_path: BTreeMap::new(),
        chain: Vec::new(),
        root: String::new(),
    };
    for named in chosen {
        let path = if is_path(&named.text) {
            normal(&named.text)
        } else {
            builtin_path(&named.text, &named.origin)?
        };
        folder(&path).clone_into(&mut loader.root);
        let node = loader.visit(&path, &named.origin)?;
        if !loader.graph.roots.contains(&node) {
            loader.graph.roots.push(node);
        }
    }
    if let Some(file) = inline {
        loader.root.clear();
        let preset = Preset::load(file, Layer::Project, known)?;
        let node = loader.enter("", preset, &file.whole())?;
        loader.graph.roots.push(node);
    }
    Ok(loader.graph)
}

pub(super) fn builtin_path(name: &str, origin: &Origin) -> Result<String, PolicyError> {
    if let Some(found) = builtin::preset(name) {
        return Ok(format!("builtin:{}", found.path));
    }
    let (bare, major) = name.split_once('@').unwrap_or((name, ""));
    if let Some(newest) = builtin::preset(bare) {
        let message = format!("there is no version `{major}` of `{bare}`");
        let help = format!("the newest is `{bare}@{}`", newest.major());
        return Err(origin.error(message).help(help));
    }
    let names = builtin::names(true);
    let near = crate::text::nearest(bare, names.iter().copied());
    let help = match near {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => hint(bare, &names).map(|names| format!("{names}, or `./{bare}.yaml` for a file")),
    };
    Err(origin
        .error(format!("there is no preset `{name}`"))
        .help(help))
}

impl Loader<'_> {
    fn visit(&mut self, path: &str, asked: &Origin) -> Result<usize, PolicyError> {
        if let Some(&node) = self.by_path.get(path) {
            self.no_cycle(node, asked)?;
            return Ok(node);
        }
        if self.chain.len() >= LONGEST_CHAIN {
            let message = format!("presets use each other more than {LONGEST_CHAIN} levels deep");
            return Err(asked.error(message));
        }
        let preset = self.preset(path, asked)?;
        self.enter(path, preset, asked)
    }

    /// Takes in a preset that was read, and all that it uses.
    fn enter(&mut self, path: &str, preset: Preset, asked: &Origin) -> Result<usize, PolicyError> {
        self.unique(&preset, asked)?;
        let node = self.graph.nodes.len();
        self.by_path.insert(path.to_owned(), node);
        let entries = preset.written.spec.uses.clone();
        let file = Arc::clone(&preset.file);
        self.graph.nodes.push(Node {
            preset,
            uses: Vec::new(),
        });
        self.chain.push(node);
        for entry in &entries {
            let used = self.used(path, &file, entry)?;
            self.graph.nodes[node].uses.push(used);
        }
        self.chain.pop();
        self.graph.order.push(node);
        Ok(node)
    }

    fn used(
        &mut self,
        path: &str,
        file: &Arc<File>,
        entry: &UseEntry,
    ) -> Result<usize, PolicyError> {
        let text = &entry.preset.value;
        let origin = file.at(entry.preset.span);
        let target = if is_path(text) {
            let target = join(folder(path), text);
            if text.starts_with('/') || !is_within(&target, &self.root) {
                let leaves = if text.starts_with('/') { "/" } else { "../" };
                let message =
                    format!("`{leaves}` in `use`: `{text}` leaves the folder of the chosen preset");
                let help = "put the file beside the preset or below".to_owned();
                return Err(origin.error(message).help(help));
            }
            target
        } else {
            builtin_path(text, &origin)?
        };
        self.visit(&target, &origin)
    }

    fn preset(&self, path: &str, asked: &Origin) -> Result<Preset, PolicyError> {
        if let Some(path) = path.strip_prefix("builtin:") {
            // Somebody may have written such a path by hand.
            let builtin = builtin::BUILTINS.iter().find(|b| b.path == path);
            let builtin =
                builtin.ok_or_else(|| asked.error(format!("there is no preset `{path}`")))?;
            return Preset::read(&builtin.file(), Layer::BuiltIn);
        }
        let text =
            (self.read)(path).map_err(|why| asked.error(format!("cannot read `{path}`: {why}")))?;
        Preset::load(&File::new(path, text), Layer::Project, self.known)
    }

    /// Ids of rules and flags name presets, so a name means one of them.
    fn unique(&self, preset: &Preset, asked: &Origin) -> Result<(), PolicyError> {
        let mut others = self.graph.nodes.iter().map(|node| &node.preset);
        let Some(other) = others.find(|other| other.name() == preset.name()) else {
            return Ok(());
        };
        let message = format!(
            "two presets are named `{}`: {} and {}",
            preset.name(),
            other.file.name,
            preset.file.name
        );
        let help = "give yours another name, or use one version only".to_owned();
        Err(asked.error(message).help(help))
    }

    fn no_cycle(&self, node: usize, asked: &Origin) -> Result<(), PolicyError> {
        let Some(start) = self.chain.iter().position(|&open| open == node) else {
            return Ok(());
        };
        let links = self.chain[start..].iter().chain([&node]);
        let links: Vec<_> = links
            .map(|&link| {
                let preset = &self.graph.nodes[link].preset;
                format!("`{}` ({})", preset.name(), preset.file.name)
            })
            .collect();
        Err(asked.error(format!("a preset uses itself: {}", links.join(" → "))))
    }
}

impl Graph {
    /// Whether `user` uses `used`, directly or not.
    pub(super) fn reaches(&self, user: usize, used: usize) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![user];
        while let Some(node) = open.pop() {
            for &next in &self.nodes[node].uses {
                if next == used {
                    return true;
                }
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        false
    }

    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.nodes
            .iter()
            .position(|node| node.preset.name() == name)
    }
}
