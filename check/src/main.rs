//! `check`: explores every reachable state of the payment model and judges each one.

use std::io;
use std::process::ExitCode;

use holdfast_check::catalogue::{Catalogue, Claim, Moment};
use holdfast_check::command::{Look, Plugs, Stage, run};
use holdfast_check::explore::ClaimBits;
use holdfast_model::Observation;

/// No claims: `check` says that nothing is proven.
struct NoClaims;

impl Catalogue for NoClaims {
    fn claims(&self) -> &[Claim] {
        &[]
    }

    fn broken_by_state(&self, _: &Observation<'_>) -> ClaimBits {
        0
    }

    fn broken_by_step(&self, _: &Moment<'_>) -> ClaimBits {
        0
    }

    fn because(&self, _: u8, _: &Moment<'_>) -> Option<String> {
        None
    }
}

fn main() -> ExitCode {
    let no_reports = |_: &std::path::Path| Err(io::Error::other("there are no reports yet"));
    let plugs = Plugs { catalogue: &NoClaims, report: &no_reports };
    let mut stage =
        Stage { input: &mut io::stdin(), out: &mut io::stdout(), err: &mut io::stderr(), look: Look::of_terminal() };
    ExitCode::from(run(std::env::args_os(), &plugs, &mut stage).code())
}
