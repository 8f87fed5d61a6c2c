//! Exit code only.

use std::process::ExitCode;

fn main() -> ExitCode {
    sparkk8s_post::main()
}
