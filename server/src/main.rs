//! The command line `engine`: serves a store over HTTP, or creates, inspects, changes and reconciles one.
//!
//! Exit codes: 0 success; 1 the request was refused, an object does not exist or the ledgers differ; 2 bad input or an
//! unusable file; 3 incomplete: requests to the acquirer are open.

mod command;

use clap::Parser;
use command::Ending;
use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run(command::Arguments::parse()) {
        Ok(Ending::Success) => ExitCode::SUCCESS,
        Ok(Ending::Failure) => ExitCode::from(1),
        Ok(Ending::Incomplete) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
