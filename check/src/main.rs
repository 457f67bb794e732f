//! `check`: explores every reachable state of the payment model and judges each one.

use std::io;
use std::process::ExitCode;

use holdfast_check::catalogue::Properties;
use holdfast_check::command::{Look, Plugs, Stage, run};

fn main() -> ExitCode {
    let no_reports = |_: &std::path::Path| Err(io::Error::other("there are no reports yet"));
    let catalogue = Properties::default();
    let plugs = Plugs { catalogue: &catalogue, report: &no_reports };
    let mut stage =
        Stage { input: &mut io::stdin(), out: &mut io::stdout(), err: &mut io::stderr(), look: Look::of_terminal() };
    ExitCode::from(run(std::env::args_os(), &plugs, &mut stage).code())
}
