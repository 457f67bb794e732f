//! The command line `engine`: serve a store over HTTP, or create, inspect, drive and reconcile one.
//!
//! Exit codes: 0 done, 1 the request was refused or the books differ, 2 bad input or an unusable file.

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
