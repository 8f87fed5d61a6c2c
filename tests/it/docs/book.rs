//! The books: every page is in the table of contents, mdBook is content, and the links of what it built lead somewhere.

use super::page::{pages, root};
use super::said::text;
use crate::{fixtures, hosts};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const LANGUAGES: [&str; 2] = ["en", "ru"];

/// What the pages call the repository where they are read outside of it.
const REPOSITORY: &str = "https://github.com/sparkk8s/sparkk8s-post/blob/HEAD/";

#[test]
fn the_table_of_contents_holds_every_page_once() {
    for language in LANGUAGES {
        let folder = format!("docs/{language}/");
        let pages = pages().into_iter().filter_map(|page| {
            let name = page.path.strip_prefix(&folder)?.to_owned();
            (name != "SUMMARY.md").then_some(name)
        });
        let summary = text(&format!("{folder}SUMMARY.md"));
        let entries = summary.split("](").skip(1);
        let mut entries: Vec<_> = entries
            .filter_map(|entry| Some(entry.split_once(')')?.0.to_owned()))
            .collect();
        entries.sort();
        assert_eq!(entries, pages.collect::<Vec<_>>(), "{folder}SUMMARY.md");
    }
}

#[test]
fn links_of_the_built_books_lead_somewhere() {
    let Some(mdbook) = hosts::host("mdbook") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(root().join("scripts/book"));
    command
        .arg(folder.path())
        .env("SPARKK8S_HOSTS", mdbook.parent().expect("a folder"));
    let output = command.output().expect("a script");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let mut htmls = BTreeMap::new();
    for language in LANGUAGES {
        for path in fixtures::files(&folder.path().join(language)) {
            // The page of a server that finds nothing has links from its root.
            let is_page = path.extension().is_some_and(|end| end == "html");
            if is_page && !path.ends_with("404.html") {
                let html = fixtures::read(&path);
                htmls.insert(path, html);
            }
        }
    }
    let mut bad = Vec::new();
    let mut followed = 0;
    for (path, html) in &htmls {
        for target in values(html, "href").chain(values(html, "src")) {
            followed += 1;
            if let Err(why) = lead(&htmls, path, &target) {
                bad.push(format!("{}: `{target}` {why}", path.display()));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(followed > 1000, "only {followed} links were found");
}

/// Whether a link leads to a file of the books, or of the repository, and to a place that is there.
fn lead(htmls: &BTreeMap<PathBuf, String>, from: &Path, target: &str) -> Result<(), &'static str> {
    if let Some(path) = target.strip_prefix(REPOSITORY) {
        let path = path.split('#').next().unwrap_or_default();
        return match root().join(path).exists() {
            true => Ok(()),
            false => Err("is not in the repository"),
        };
    }
    if target.starts_with("https://") || target.starts_with("http://") {
        return Ok(());
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = match path {
        "" => from.to_owned(),
        path => from.parent().expect("a folder").join(path),
    };
    let file = file.canonicalize().map_err(|_| "leads nowhere")?;
    if anchor.is_empty() {
        return Ok(());
    }
    let page = htmls
        .iter()
        .find(|(path, _)| path.canonicalize().is_ok_and(|path| path == file));
    let (_, html) = page.ok_or("is an anchor in what is no page")?;
    let ids: BTreeSet<_> = values(html, "id").collect();
    match ids.contains(anchor) {
        true => Ok(()),
        false => Err("is an anchor that the page does not have"),
    }
}

/// The values of an attribute, without percent signs.
fn values<'h>(html: &'h str, attribute: &str) -> impl Iterator<Item = String> + use<'h> {
    let start = format!(" {attribute}=\"");
    let length = start.len();
    let places: Vec<_> = html.match_indices(&start).map(|(at, _)| at).collect();
    places.into_iter().map(move |at| {
        let value = &html[at + length..];
        decoded(value.split('"').next().unwrap_or_default())
    })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| *first == b'%');
        let byte = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = byte.map_or(tail, |_| &tail[2..]);
    }
    String::from_utf8(bytes).expect("UTF-8")
}
