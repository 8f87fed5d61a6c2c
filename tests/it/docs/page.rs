//! A Markdown page: its blocks of code, and the rest.

use crate::fixtures;
use std::path::{Path, PathBuf};

/// A page of the repository.
pub(super) struct Page {
    /// From the root of the repository, with slashes.
    pub(super) path: String,
    pub(super) text: String,
}

/// A fenced block.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    /// The line of its fence, from 1.
    pub(super) line: usize,
    /// The words behind the fence: a language, then what tests are to know.
    pub(super) info: String,
    pub(super) text: String,
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages of the repository, sorted.
pub(super) fn pages() -> Vec<Page> {
    let mut files = Vec::new();
    collect(root(), &mut files);
    files.sort();
    let page = |file: PathBuf| {
        let path = file.strip_prefix(root()).expect("a file of the repository");
        let path = path.to_str().expect("UTF-8").replace('\\', "/");
        let text = fixtures::read(&file);
        Page { path, text }
    };
    files.into_iter().map(page).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in fixtures::files(folder) {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.unwrap_or_default();
        if path.is_dir() && !path.is_symlink() {
            // Built things, and folders of tools such as `.git`.
            if !["target", "dist", "corpus"].contains(&name) && !name.starts_with('.') {
                collect(&path, files);
            }
        } else if Path::new(name).extension().is_some_and(|end| end == "md") {
            files.push(path);
        }
    }
}

impl Page {
    /// Its fenced blocks, in order.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open = false;
        for (index, line) in self.text.lines().enumerate() {
            match line.strip_prefix("```") {
                Some(_) if open => open = false,
                Some(info) => {
                    open = true;
                    blocks.push(Block {
                        line: index + 1,
                        info: info.trim().to_owned(),
                        text: String::new(),
                    });
                }
                None if open => {
                    let block = blocks.last_mut().expect("an open block");
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                None => {}
            }
        }
        assert!(!open, "{}: a block is not closed", self.path);
        blocks
    }

    /// Its lines outside of blocks, with their numbers from 1.
    pub(super) fn prose(&self) -> Vec<(usize, &str)> {
        let mut open = false;
        let mut prose = Vec::new();
        for (index, line) in self.text.lines().enumerate() {
            if line.starts_with("```") {
                open = !open;
            } else if !open {
                prose.push((index + 1, line));
            }
        }
        prose
    }
}

/// The parts of a line between back-ticks.
pub(super) fn ticked(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}
