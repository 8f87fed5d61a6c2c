//! Lines of manifests as they may be shown, judged by their text: it may not be readable, or be of any style.

use super::{TELLING, begins_key, credential, tells};
use std::borrow::Cow;

/// What stands on more lines is no credential.
const MOST_QUOTED: usize = 500;

/// The lines of a text, and what each has to know of the others: they are looked at once for all of them.
#[derive(Debug)]
pub struct Lines<'s, 'l> {
    all: Cow<'s, [&'l str]>,
    /// The nearest line above each that is indented less.
    parents: Vec<Option<u32>>,
    /// Whether the document around each is a Secret.
    secret: Vec<bool>,
}

impl<'s, 'l> Lines<'s, 'l> {
    /// All lines of a text.
    pub fn of(lines: impl Into<Cow<'s, [&'l str]>>) -> Self {
        let lines = lines.into();
        Self {
            parents: parents(&lines),
            secret: secrets(&lines),
            all: lines,
        }
    }

    /// A line as it may be shown: values of Secrets, and what looks like a credential, are an ellipsis.
    pub fn shown(&self, at: usize) -> Cow<'l, str> {
        match self.hidden_part(at, self.secret[at]) {
            Some((kept, _)) => format!("{kept} …").into(),
            None => self.all[at].trim_end_matches(['\n', '\r']).into(),
        }
    }

    /// All of them as they may be shown.
    pub fn all_shown(&self) -> impl ExactSizeIterator<Item = Cow<'l, str>> {
        (0..self.all.len()).map(|at| self.shown(at))
    }

    /// What may be shown of a line, and what not.
    pub(super) fn hidden_part(&self, at: usize, secret: bool) -> Option<(&'l str, &'l str)> {
        let line = self.all.get(at)?.trim_end_matches(['\n', '\r']);
        let from = if secret {
            self.of_secret(at)
        } else {
            begins(&self.all, at)
                .or_else(|| self.goes_on(at))
                .or_else(|| in_key(&self.all, at))
        };
        let (kept, rest) = line.split_at_checked(from?)?;
        (!is_harmless(rest)).then_some((kept, rest))
    }

    /// Where a value of a Secret begins: only what names it is shown.
    fn of_secret(&self, at: usize) -> Option<usize> {
        let line = self.all[at];
        let names = ["apiVersion", "kind", "name", "namespace", "# Source", "---"];
        // Its data may have keys of the same names.
        let names_it = self.parent(at).is_none_or(|above| {
            ["metadata", "items", "apiVersion"].contains(&key(self.all[above]))
        });
        if names_it && names.contains(&key(line)) {
            return None;
        }
        let behind_key = line.find(':').map(|colon| colon + 1);
        Some(behind_key.unwrap_or_else(|| indent(line)))
    }

    /// Where a line begins that carries on what is hidden on a line above: a block, a text in quotes, or on several lines.
    fn goes_on(&self, at: usize) -> Option<usize> {
        let above = self.parent(at)?;
        let is_part = || {
            let begun = self.all[above].get(begins(&self.all, above)?..)?.trim();
            let quote = begun.chars().next().filter(|c| "\"'".contains(*c));
            let is_open = quote.is_some_and(|quote| begun.len() == 1 || !begun.ends_with(quote));
            let is_text = begun.is_empty() && !self.all[at].contains(':');
            Some(begun.starts_with(['|', '>']) || is_open || is_text)
        };
        let own = self.goes_on(above).is_some() || is_part()?;
        own.then(|| indent(self.all[at]))
    }

    fn parent(&self, at: usize) -> Option<usize> {
        self.parents[at].map(|above| above as usize)
    }

    /// Which lines have a text in them.
    pub(super) fn naming(&self, text: &str) -> impl Iterator<Item = usize> {
        let named = self.all.iter().enumerate();
        let named = named.filter(move |(_, line)| line.contains(text));
        named.map(|(at, _)| at).take(MOST_QUOTED)
    }
}

/// The nearest line above each that is indented less, in its document.
fn parents(lines: &[&str]) -> Vec<Option<u32>> {
    // Those that may still be one, each indented more than the one before.
    let mut open: Vec<(usize, u32)> = Vec::new();
    let mut parents = Vec::with_capacity(lines.len());
    for (at, line) in (0..).zip(lines) {
        let own = indent(line);
        let less = open.partition_point(|(indent, _)| *indent < own);
        parents.push(less.checked_sub(1).map(|last| open[last].1));
        if separates(line) {
            open.clear();
        } else if !line.trim().is_empty() {
            open.truncate(less);
            open.push((own, at));
        }
    }
    parents
}

/// Whether the document around each line is a Secret.
fn secrets(lines: &[&str]) -> Vec<bool> {
    let any = |lines: &[&str]| lines.iter().any(|line| is_kind_secret(line));
    let mut secret = Vec::with_capacity(lines.len());
    let mut before = false;
    for document in lines.chunk_by(|_, next| !separates(next)) {
        let (head, body) = document.split_at(usize::from(separates(document[0])));
        let own = any(body);
        // A line that separates is of both documents.
        secret.extend(head.iter().map(|_| before || own || any(head)));
        secret.extend(body.iter().map(|_| own));
        before = own;
    }
    secret
}

/// Nothing, the beginning of a collection, and words that are no credential.
fn is_harmless(value: &str) -> bool {
    let value = value.trim().trim_end_matches([',', '}', ']']);
    ["", "true", "false", "null", "{", "["].contains(&value)
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

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn separates(line: &str) -> bool {
    line.starts_with("---")
}

pub(super) fn is_kind_secret(line: &str) -> bool {
    let kept = |c: &char| !matches!(c, ' ' | '"' | '\'' | '{' | ',');
    let line: String = line.chars().filter(kept).collect();
    line.contains("kind:Secret")
}

#[cfg(test)]
mod tests {
    use super::Lines;

    fn all(text: &str) -> String {
        let lines = Lines::of(text.split_inclusive('\n').collect::<Vec<_>>());
        lines.all_shown().collect::<Vec<_>>().join("\n")
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
}
