//! Links and paths in Markdown lead somewhere.

use super::page::{Page, pages, root, ticked};
use std::path::Path;

#[test]
fn relative_links_resolve() {
    let pages = pages();
    let mut bad = Vec::new();
    for page in &pages {
        for (number, line) in page.prose() {
            for target in targets(line) {
                if let Err(why) = resolve(&pages, page, target) {
                    bad.push(format!("{}:{number}: `{target}` {why}", page.path));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn paths_that_are_named_exist() {
    const FOLDERS: [&str; 11] = [
        "deploy/",
        "src/",
        "presets/",
        "tests/",
        "examples/",
        "overlays/",
        "scripts/",
        ".ci/",
        "docs/",
        "fuzz/",
        "benches/",
    ];
    let mut bad = Vec::new();
    for page in pages() {
        for (number, line) in page.prose() {
            let named = ticked(line).filter(|text| FOLDERS.iter().any(|f| text.starts_with(f)));
            // Patterns, placeholders and what comes later in a command are no paths; a line number is no part of one.
            for text in named
                .filter(|text| !text.contains(['*', '<', '{', '…', ' ']) && !has_placeholder(text))
            {
                let path = text.split_once(':').map_or(text, |(path, _)| path);
                if !root().join(path).exists() {
                    bad.push(format!("{}:{number}: `{path}` is not there", page.path));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// `NAME` or `NNNN` stands for something.
fn has_placeholder(path: &str) -> bool {
    path.split(['/', '.', '-']).any(|part| {
        part.len() > 2
            && part.chars().all(|c| c.is_ascii_uppercase())
            && !["README", "LICENSE"].contains(&part)
    })
}

/// What the links of a line point to.
fn targets(line: &str) -> Vec<&str> {
    // Code in a line is no link; an even part stands outside of back-ticks, and a link's text may hold some.
    let mut targets = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("](") {
        rest = &rest[at + 2..];
        let end = rest.find(')').unwrap_or(rest.len());
        targets.push(&rest[..end]);
        rest = &rest[end..];
    }
    targets
}

fn resolve(pages: &[Page], page: &Page, target: &str) -> Result<(), &'static str> {
    if ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| target.starts_with(scheme))
    {
        return Ok(());
    }
    let (path, anchor) = target
        .split_once('#')
        .map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
    let file = if path.is_empty() {
        root().join(&page.path)
    } else {
        root().join(folder).join(path)
    };
    if !file.exists() {
        return Err("leads nowhere");
    }
    let Some(anchor) = anchor else {
        return Ok(());
    };
    let file = file.canonicalize().map_err(|_| "leads nowhere")?;
    let same = |page: &&Page| {
        root()
            .join(&page.path)
            .canonicalize()
            .is_ok_and(|path| path == file)
    };
    let Some(there) = pages.iter().find(same) else {
        return Err("is an anchor in what is no page");
    };
    let headings = there
        .prose()
        .into_iter()
        .filter(|(_, line)| line.starts_with('#'));
    let mut slugs = headings.map(|(_, line)| slug(line.trim_start_matches('#').trim()));
    if slugs.any(|slug| slug == anchor) {
        Ok(())
    } else {
        Err("is a heading that the page does not have")
    }
}

/// How GitHub makes an anchor out of a heading.
fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
