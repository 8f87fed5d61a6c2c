//! Help for tests: what Spark's own classes answered (`tests/spark/sizes.tsv`).

use super::version::Release;

/// A text and what Spark made of it.
pub(crate) struct Vector {
    /// The releases that answered so.
    pub(crate) releases: &'static [Release],
    pub(crate) text: String,
    /// One for each column; nothing where it was refused.
    pub(crate) answers: Vec<Option<i64>>,
}

/// The rows of a kind.
pub(crate) fn vectors(kind: &str) -> Vec<Vector> {
    let table = include_str!("../../tests/spark/sizes.tsv");
    let rows = table
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[0] == kind)
        .map(|row| vector(&row))
        .collect()
}

fn vector(row: &[&str]) -> Vector {
    let releases = match row[1] {
        "all" => &Release::ALL[..],
        "old" => &Release::ALL[..2],
        "new" => &Release::ALL[2..],
        other => panic!("{other}"),
    };
    let answers = row[3..].iter().map(|answer| answer.parse().ok());
    Vector {
        releases,
        text: if row[2] == "\"\"" {
            String::new()
        } else {
            unescaped(row[2])
        },
        answers: answers.collect(),
    }
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_at(4);
        let code = u32::from_str_radix(code, 16).unwrap();
        out.push(char::from_u32(code).unwrap());
        out.push_str(rest);
    }
    out
}
