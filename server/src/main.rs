//! The command line `engine`: serves a store over HTTP, or creates, inspects, changes and reconciles one.
//!
//! Exit codes: 0 success; 1 the request was refused, an object does not exist, work was left open or the ledgers differ;
//! 2 bad input or an unusable file.

mod command;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run(command::Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
