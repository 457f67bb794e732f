//! `check`: explores every reachable state of the payment model and judges each one.

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;

use holdfast_check::catalogue::Properties;
use holdfast_check::command::{Dependencies, Io, OutputStyle, run};
use holdfast_check::evidence;
use holdfast_check::interrupt::Interrupt;

fn main() -> ExitCode {
    let write = |folder: &Path, threads: usize| {
        holdfast_evidence::write(folder, NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN))
    };
    let catalogue = Properties::default().with_evidence(evidence::of_reports());
    let dependencies = Dependencies { catalogue: &catalogue, report: &write };
    let mut io = Io {
        input: &mut io::stdin(),
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        style: OutputStyle::of_terminal(),
        interrupt: Interrupt::of_process(),
    };
    ExitCode::from(run(std::env::args_os(), &dependencies, &mut io).code())
}
