//! Lines of manifests as they may be shown, judged by their text: it may not be readable, or be of any style.

use super::{TELLING, begins_key, credential, tells};
use std::borrow::Cow;

/// What stands on more lines is no credential.
const MOST_QUOTED: usize = 500;

/// A line as it may be shown: values of Secrets, and what looks like a credential, are an ellipsis.
pub fn shown<'l>(lines: &[&'l str], at: usize) -> Cow<'l, str> {
    let line = lines[at].trim_end_matches(['\n', '\r']);
    match hidden_part(lines, at, in_secret(lines, at)) {
        Some((kept, _)) => format!("{kept} …").into(),
        None => line.into(),
    }
}

/// Whether the line around `at` may not be shown as it is.
pub fn is_hidden(text: &str, at: usize) -> bool {
    let (start, document) = document(text, at);
    let lines: Vec<_> = document.lines().collect();
    let own = document[..at - start].matches('\n').count();
    within_secret(text, at) || (own < lines.len() && hidden_part(&lines, own, false).is_some())
}

/// A message about the document around `at`, without what it quotes of what may not be shown.
pub fn without_hidden(message: &str, text: &str, at: usize) -> String {
    let document = document(text, at).1;
    let lines: Vec<_> = document.lines().collect();
    let secret = lines.iter().any(|line| is_kind_secret(line));
    let is_hidden = |quote: &str| {
        let named = (0..lines.len()).filter(|at| lines[*at].contains(quote));
        let mut parts = named.take(MOST_QUOTED);
        parts
            .any(|at| hidden_part(&lines, at, secret).is_some_and(|(_, part)| part.contains(quote)))
    };
    let quotes = message.split('`').enumerate().map(|(index, quote)| {
        let text = quote.trim_start_matches(['&', '*']);
        // Less is a key, or a sign.
        if index % 2 == 1 && text.len() > 3 && is_hidden(text) {
            "…"
        } else {
            quote
        }
    });
    quotes.collect::<Vec<_>>().join("`")
}

/// The document around `at`, and where it begins.
fn document(text: &str, at: usize) -> (usize, &str) {
    let start = text[..at].rfind("\n---").map_or(0, |n| n + 1);
    let end = text[at..].find("\n---").map_or(text.len(), |n| at + n);
    (start, &text[start..end])
}

/// Whether the document around `at` is a Secret.
pub fn within_secret(text: &str, at: usize) -> bool {
    document(text, at).1.lines().any(is_kind_secret)
}

/// What may be shown of a line, and what not.
fn hidden_part<'l>(lines: &[&'l str], at: usize, secret: bool) -> Option<(&'l str, &'l str)> {
    let line = lines[at].trim_end_matches(['\n', '\r']);
    let from = if secret {
        of_secret(lines, at)
    } else {
        begins(lines, at)
            .or_else(|| goes_on(lines, at))
            .or_else(|| in_key(lines, at))
    };
    let (kept, rest) = line.split_at_checked(from?)?;
    (!is_harmless(rest)).then_some((kept, rest))
}

/// Nothing, the beginning of a collection, and words that are no credential.
fn is_harmless(value: &str) -> bool {
    let value = value.trim().trim_end_matches([',', '}', ']']);
    ["", "true", "false", "null", "{", "["].contains(&value)
}

/// Where a value of a Secret begins: only what names it is shown.
fn of_secret(lines: &[&str], at: usize) -> Option<usize> {
    let line = lines[at];
    let names = ["apiVersion", "kind", "name", "namespace", "# Source", "---"];
    // Its data may have keys of the same names.
    let names_it = parent(lines, at)
        .is_none_or(|above| ["metadata", "items", "apiVersion"].contains(&key(lines[above])));
    if names_it && names.contains(&key(line)) {
        return None;
    }
    let behind_key = line.find(':').map(|colon| colon + 1);
    Some(behind_key.unwrap_or_else(|| indent(line)))
}

/// Where a line of a private key begins.
fn in_key(lines: &[&str], at: usize) -> Option<usize> {
    let is_part = |line: &str| !line.trim().contains([' ', ':']);
    let above = lines[..at].iter().rev().take(MOST_QUOTED);
    let mut others = above.skip_while(|line| is_part(line) && !line.contains("-----"));
    let begun = is_part(lines[at]) && others.next().is_some_and(|line| begins_key(line));
    begun.then(|| indent(lines[at]))
}

fn key(line: &str) -> &str {
    let line = line.trim().trim_start_matches("- ");
    line.split(':').next().unwrap_or_default()
}

/// Where what may be a credential begins on its line.
fn begins(lines: &[&str], at: usize) -> Option<usize> {
    let own = [
        credential(lines[at]),
        value_of_name(lines, at),
        value_of_flag(lines, at),
    ];
    own.into_iter().flatten().min()
}

/// The value of a variable or a property whose name, on the line beside it or on its own, is a telling one.
fn value_of_name(lines: &[&str], at: usize) -> Option<usize> {
    let from = behind_value(lines[at])?;
    let is_said = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    // Not of the item before, and not of the next.
    let is_item = |line: &&str| line.trim_start().starts_with("- ");
    let before = lines[..at].iter().rev().copied().find(is_said);
    let before = before.filter(|_| !is_item(&lines[at]));
    let after = lines[at + 1..].iter().copied().find(is_said);
    let after = after.filter(|line| !is_item(line));
    let mut near = [before, Some(lines[at]), after].into_iter().flatten();
    let is_part = |c: char| !c.is_alphanumeric() && !"_-.".contains(c);
    let is_telling = |line: &str| {
        let lower = line.to_ascii_lowercase();
        ["name", "path: "].iter().any(|key| lower.contains(key))
            && (TELLING.iter().any(|word| lower.contains(word)) || line.split(is_part).any(tells))
    };
    near.any(is_telling).then_some(from)
}

/// Behind `value:`, `"value":` or `<value>`.
fn behind_value(line: &str) -> Option<usize> {
    let mut found = line
        .match_indices("value")
        .map(|(at, word)| at + word.len());
    found.find_map(|end| {
        let rest = line[end..].trim_start_matches(['"', '\'', ' ']);
        rest.starts_with([':', '>'])
            .then(|| line.len() - rest.len() + 1)
    })
}

/// An item after a telling flag.
fn value_of_flag(lines: &[&str], at: usize) -> Option<usize> {
    let flag = lines[at.checked_sub(1)?].trim().trim_start_matches("- ");
    let flag = flag.trim_end_matches(',').trim_matches(['"', '\'']);
    let is_item = |line: &str| line.trim_start().starts_with("- ") || !line.contains(':');
    (flag.starts_with('-') && tells(flag) && is_item(lines[at])).then(|| {
        let begins = indent(lines[at]);
        begins + usize::from(lines[at][begins..].starts_with("- "))
    })
}

/// Where a line begins that carries on what is hidden on a line above: a block, a text in quotes, or on several lines.
fn goes_on(lines: &[&str], at: usize) -> Option<usize> {
    let above = parent(lines, at)?;
    let is_part = || {
        let begun = lines[above].get(begins(lines, above)?..)?.trim();
        let quote = begun.chars().next().filter(|c| "\"'".contains(*c));
        let is_open = quote.is_some_and(|quote| begun.len() == 1 || !begun.ends_with(quote));
        let is_text = begun.is_empty() && !lines[at].contains(':');
        Some(begun.starts_with(['|', '>']) || is_open || is_text)
    };
    let own = goes_on(lines, above).is_some() || is_part()?;
    own.then(|| indent(lines[at]))
}

/// The nearest line above that is indented less.
fn parent(lines: &[&str], at: usize) -> Option<usize> {
    let own = indent(lines[at]);
    let above = lines[..at].iter().enumerate().rev();
    let mut above = above.take_while(|(_, line)| own > 0 && !separates(line));
    let is_parent = |line: &str| indent(line) < own && !line.trim().is_empty();
    above
        .find(|(_, line)| is_parent(line))
        .map(|(index, _)| index)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn separates(line: &str) -> bool {
    line.starts_with("---")
}

/// Whether the document around a line is a Secret.
fn in_secret(lines: &[&str], at: usize) -> bool {
    let before = lines[..at].iter().rev().take_while(|line| !separates(line));
    let after = lines[at..].iter().enumerate();
    let after = after.take_while(|(n, line)| *n == 0 || !separates(line));
    before
        .chain(after.map(|(_, line)| line))
        .any(|line| is_kind_secret(line))
}

fn is_kind_secret(line: &str) -> bool {
    let kept = |c: &char| !matches!(c, ' ' | '"' | '\'' | '{' | ',');
    let line: String = line.chars().filter(kept).collect();
    line.contains("kind:Secret")
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, shown, without_hidden};

    fn all(text: &str) -> String {
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        let lines = (0..lines.len()).map(|at| shown(&lines, at).into_owned());
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_value_goes_on_and_its_name_stands_on_either_side() {
        for (text, seen) in [
            (
                "- name: A_TOKEN\n  value: |\n    x\n      y\n- name: B\n",
                "- name: A_TOKEN\n  value: …\n     …\n       …\n- name: B",
            ),
            (
                "- name: A_TOKEN\n  # why\n  value: x\n",
                "- name: A_TOKEN\n  # why\n  value: …",
            ),
            ("- value: x\n  name: A_PASS\n", "- value: …\n  name: A_PASS"),
            (
                "- name: A\n  value: x\n- name: A_PASS\n",
                "- name: A\n  value: x\n- name: A_PASS",
            ),
            (
                "\"name\": \"A_PASS\",\n\"value\": \"x\"\n",
                "\"name\": \"A_PASS\",\n\"value\": …",
            ),
            (
                "<name>a.Password</name>\n<value>x</value>\n",
                "<name>a.Password</name>\n<value> …",
            ),
            ("\"--password\",\n\"x\"\n", "\"--password\",\n …"),
            ("password:\n  x\nuser: y\n", "password:\n   …\nuser: y"),
        ] {
            assert_eq!(all(text), seen, "{text}");
        }
    }

    #[test]
    fn data_of_a_secret_has_no_name() {
        let text = "kind: Secret\nmetadata:\n  name: s\nstringData:\n  name: x\n  kind: x\n";
        let seen = "kind: Secret\nmetadata:\n  name: s\nstringData:\n  name: …\n  kind: …";
        assert_eq!(all(text), seen);
    }

    #[test]
    fn a_message_quotes_nothing_that_is_hidden() {
        let text = "a: 1\n---\nkind: Secret\nstringData: {pass: hunter\n---\nb: hunter\n";
        let (at, other) = (text.find("pass").unwrap(), text.rfind("hunter").unwrap());
        let message = "`{pass: hun` is open, `&hunter` too, `kind` not";
        assert_eq!(
            without_hidden(message, text, at),
            "`…` is open, `…` too, `kind` not"
        );
        assert_eq!(without_hidden(message, text, other), message);
        assert!(is_hidden(text, at) && !is_hidden(text, other) && !is_hidden(text, 0));
    }
}
