//! `explain --message TEXT`: what a cluster says, to the rule, the place and the way on.

use super::exit::{Exit, Failure};
use super::explain::sections;
use super::io;
use crate::check::{REMARKS, Said, messages, pages, recognised};
use crate::report::Message;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Answers all that a message says; `-` is standard input.
pub(super) fn run(text: &str) -> Result<Exit, Failure> {
    let given = match text {
        "-" => String::from_utf8_lossy(&io::read("-")?).into_owned(),
        text => text.to_owned(),
    };
    let found = recognised(&given);
    if found.is_empty() {
        return Err(unknown());
    }
    let answers: Vec<_> = found
        .into_iter()
        .map(|(said, words)| answer(said, words))
        .collect();
    io::show(&answers.join("\n"))?;
    Ok(Exit::Ok)
}

fn answer(said: &Said, words: &str) -> String {
    let id = said.ids.first().copied().unwrap_or_default();
    let page = pages().iter().find(|page| page.id == id);
    let page = page.map(|page| (page.what, page.fix));
    let remark = REMARKS.iter().find(|remark| remark.id == id);
    let known = page
        .or(remark.map(|remark| (remark.what, remark.fix)))
        .unwrap_or_default();
    let or = |own: &'static str, known: &'static str| if own.is_empty() { known } else { own };
    let more: Vec<_> = said
        .ids
        .iter()
        .map(|id| format!("sparkk8s-post explain {id}"))
        .collect();
    let more = more.join("\n");
    let mut parts = vec![
        ("what it means", or(said.means, known.0)),
        ("where it stands", said.place),
        ("what to do", or(said.fix, known.1)),
    ];
    if !more.is_empty() {
        parts.push(("more", &more));
    }
    sections(said.by, &format!("`{words}`"), &parts)
}

/// What nobody knows is not guessed at.
fn unknown() -> Failure {
    let help = "give all that is said, not only its beginning: `kubectl describe pod NAME`, `kubectl describe replicaset` \
                where there is no pod, `kubectl get events --sort-by=.lastTimestamp`, `kubectl logs NAME --previous`";
    let message = Message::error(
        "nothing in this message is known here".to_owned(),
        None,
        Some(help.to_owned()),
    );
    let mut known = BTreeMap::<_, Vec<&str>>::new();
    for said in messages() {
        known.entry(said.by).or_default().extend(said.words);
    }
    let mut text = format!("{}\nwhat is known, by who says it\n", message.render());
    for (by, words) in known {
        let words: Vec<_> = words.iter().map(|words| format!("    {words}\n")).collect();
        let _ = write!(text, "\n  {by}\n{}", words.concat());
    }
    Failure {
        exit: Exit::No,
        text,
    }
}
