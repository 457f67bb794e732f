//! Entry point of `cargo xtask`: parses the command line and runs one task.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::main()
}
