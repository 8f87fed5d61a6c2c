//! Words for messages: "did you mean", lists of names, the beginning of a long value.

/// Longer words are nobody's typo.
const LONGEST: usize = 80;
/// As many characters of a value stand in a message.
const ROOM: usize = 40;

/// The candidate with the fewest typing errors between it and `word`, where that is few for its length; the first of
/// equals. An error is a letter too many, too few, another, or two swapped; case is none.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = letters(word)?;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let Some(letters) = letters(candidate) else {
            continue;
        };
        // At least one letter is right.
        let longest = word.len().max(letters.len());
        let allowed = (longest / 3).max(1).min(longest - 1);
        if word.len().abs_diff(letters.len()) > allowed {
            continue;
        }
        let distance = distance(&word, &letters);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// What a message says next about `word`: the nearest candidate, or else what there is to choose from.
pub fn hint(word: &str, candidates: &[&str]) -> Option<String> {
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match candidates {
        [] => None,
        [only] => Some(format!("expected `{only}`")),
        many => Some(format!("expected one of {}", quoted(many))),
    }
}

/// Names in back-ticks, with commas.
pub fn quoted(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The first line of a text, as far as a message has room for it.
pub fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= ROOM {
        return line.to_owned();
    }
    line.chars().take(ROOM).chain(['…']).collect()
}

fn letters(word: &str) -> Option<Vec<char>> {
    let letters: Vec<_> = word.to_lowercase().chars().take(LONGEST + 1).collect();
    (1..=LONGEST).contains(&letters.len()).then_some(letters)
}

/// Optimal string alignment: edit distance with swaps of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typos_and_nothing_far() {
        let names = [
            "default", "enforce", "include", "remove", "forbid", "require", "patch",
        ];
        for (typo, name) in [
            ("defualt", "default"),
            ("enforced", "enforce"),
            ("Patch", "patch"),
            ("forbit", "forbid"),
        ] {
            assert_eq!(nearest(typo, names), Some(name), "{typo}");
        }
        assert_eq!(nearest("mutate", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"x".repeat(100_000), names), None);
    }

    #[test]
    fn short_words_allow_one_error() {
        assert_eq!(nearest("oss", ["os", "on"]), Some("os"));
        assert_eq!(nearest("xx", ["os", "on"]), None);
        assert_eq!(nearest("c", ["a", "b"]), None);
    }

    #[test]
    fn hints() {
        assert_eq!(hint("pach", &["patch"]).unwrap(), "did you mean `patch`?");
        assert_eq!(
            hint("zzz", &["a-name", "b-name"]).unwrap(),
            "expected one of `a-name`, `b-name`"
        );
        assert_eq!(hint("zzz", &[]), None);
    }
}
