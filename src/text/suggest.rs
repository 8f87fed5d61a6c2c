//! Words for messages: "did you mean", lists of names, the beginning of a long value.

/// Longer words are nobody's typo.
const LONGEST: usize = 80;
/// As many characters of a value stand in a message.
const ROOM: usize = 40;

/// The candidate with the fewest typing errors between it and `word`, where that is few for its length; the first of
/// equals. An error is a letter too many, too few, another, or two swapped; case is none.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (mut own, mut other) = (Vec::new(), Vec::new());
    let word = letters(word, &mut own)?;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let Some(letters) = letters(candidate, &mut other) else {
            continue;
        };
        // At least one letter is right.
        let longest = word.len().max(letters.len());
        let allowed = (longest / 3).max(1).min(longest - 1);
        let most = match best {
            Some((0, _)) => break,
            Some((least, _)) => allowed.min(least - 1),
            None => allowed,
        };
        if let Some(distance) = distance(word, letters, most) {
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

fn letters<'l>(word: &str, room: &'l mut Vec<char>) -> Option<&'l [char]> {
    room.clear();
    let lower = word.chars().flat_map(char::to_lowercase);
    room.extend(lower.take(LONGEST + 1));
    (1..=LONGEST).contains(&room.len()).then_some(room)
}

/// Optimal string alignment: edit distance with swaps of neighbours, where it is at most `most`.
fn distance(mut a: &[char], mut b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    // What both begin and end with takes no error.
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[same..], &b[same..]);
    let ends = a.iter().rev().zip(b.iter().rev());
    let same = ends.take_while(|(x, y)| x == y).count();
    (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    let [mut before, mut last, mut row] = [[0; LONGEST + 1]; 3];
    for (j, cell) in last.iter_mut().enumerate() {
        *cell = j;
    }
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        // No row below has less than both of these.
        let is_over = |row: &[usize]| row[..=b.len()].iter().all(|cell| *cell > most);
        if is_over(&row) && is_over(&last) {
            return None;
        }
        (before, last, row) = (last, row, before);
    }
    Some(last[b.len()]).filter(|distance| *distance <= most)
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
    fn an_early_end_changes_no_distance() {
        let words = [
            "", "a", "ab", "ba", "abcd", "bacd", "abdc", "xabcdy", "acbdz", "zzzzzz",
        ];
        let words = words.map(|word| word.chars().collect::<Vec<_>>());
        for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
            let whole = distance(a, b, LONGEST).unwrap();
            for most in 0..8 {
                let cut = Some(whole).filter(|whole| *whole <= most);
                assert_eq!(distance(a, b, most), cut, "{a:?} {b:?} {most}");
            }
            assert_eq!(distance(b, a, LONGEST), Some(whole), "{a:?} {b:?}");
        }
        let far = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|word| word.chars().collect::<Vec<_>>());
            distance(&a, &b, LONGEST).unwrap()
        };
        assert_eq!([far("abcd", "bacd"), far("xabcdy", "acbdz")], [1, 3]);
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
