//! What clusters say when a pod does not start, and which rule or check it is about.

mod constraint;
mod operator;
mod pod_security;
mod rest;
#[cfg(test)]
mod tests;

/// One thing that a cluster says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The words that tell it, any of them; `…` stands for whatever is between. Case and line breaks do not count.
    pub words: &'static [&'static str],
    /// Who says it.
    pub by: &'static str,
    /// The checks and rules that it is about, the nearest first; none where no guardrail has a part in it.
    pub ids: &'static [&'static str],
    /// Where the cause stands in a manifest.
    pub place: &'static str,
    /// What it means; empty where the page of the first id says so.
    pub means: &'static str,
    /// The way on; empty where the page of the first id says so.
    pub fix: &'static str,
}

/// All of them: Pod Security, OpenShift, operators, then the API server, the scheduler, the kubelet and the process itself.
pub fn table() -> impl Iterator<Item = &'static Said> {
    let all = [
        pod_security::TABLE,
        constraint::TABLE,
        operator::TABLE,
        rest::TABLE,
    ];
    all.into_iter().flatten()
}

/// What a message is about, and the words of it that tell so.
pub fn recognised(message: &str) -> Vec<(&'static Said, &'static str)> {
    let message = plain(message);
    let told = |said: &'static Said| {
        let mut words = said.words.iter();
        Some((said, *words.find(|words| holds(&message, words))?))
    };
    table().filter_map(told).collect()
}

fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    // As shells, JSON and YAML hand it on.
    words.join(" ").replace('\\', "").to_lowercase()
}

/// Whether the parts of `words` stand in a text, in order.
fn holds(text: &str, words: &str) -> bool {
    let words = plain(words);
    let mut rest = text;
    words.split('…').map(str::trim).all(|part| {
        let found = rest.find(part);
        rest = found.map_or("", |at| &rest[at + part.len()..]);
        found.is_some()
    })
}
