//! `check`: explores every reachable state of the payment model and judges each one.

use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;

use holdfast_check::catalogue::Properties;
use holdfast_check::command::{Dependencies, Io, OutputStyle, run};
use holdfast_check::evidence;
use holdfast_check::interrupt::Interrupt;

fn main() -> ExitCode {
    let catalogue = Properties::default().with_evidence(evidence::of_reports());
    let interrupt = Interrupt::of_process();
    let dependencies = Dependencies { catalogue: &catalogue, report: reports };
    let mut io = Io {
        input: &mut interrupt.reading(io::stdin()),
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        style: OutputStyle::of_terminal(),
        interrupt: interrupt.clone(),
    };
    ExitCode::from(run(std::env::args_os(), &dependencies, &mut io).code())
}

fn reports(threads: usize) -> Result<Vec<holdfast_evidence::Report>, String> {
    holdfast_evidence::all(NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN))
}
