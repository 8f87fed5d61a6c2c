//! The floor of every figure in `docs/performance.md`: the parser's own events, comments on, over standard input.

#![expect(clippy::print_stdout, reason = "a figure for whoever runs it")]

use granit_parser::{Parser, options};
use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .expect("UTF-8 on standard input");
    let options = options! {
        emit_anchor_events: true,
        max_buffered_comment_events: 100_000,
        flow_nesting_limit: 1_000,
        block_nesting_limit: 1_000,
    };
    let mut events = 0usize;
    for event in Parser::new_from_str_with_options(&text, options) {
        event.expect("readable YAML");
        events += 1;
    }
    println!("{events}");
}
