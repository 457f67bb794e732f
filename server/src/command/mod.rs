//! The subcommands of `engine`.

mod offline;
mod serve;
mod settlement;

use clap::{Parser, Subcommand};
use std::error::Error;

/// Payment engine with the PaymentIntent lifecycle, for tests.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example:\n  engine serve --listen 127.0.0.1:4242 --store payments.db\n\n  engine create payments.db\n  engine call payments.db post payment_intents \
                                 amount=1000 currency=usd confirm=true 'payment_method_types[]=card' \
                                 payment_method=pm_card_visa\n  \
                                 engine run payments.db\n  engine reconcile payments.db"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Serve the API over HTTP until interrupted.
    Serve(serve::Serve),
    #[command(flatten)]
    Offline(offline::Task),
}

/// The end of a subcommand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Exit code 0.
    Success,
    /// Exit code 1: the request was refused, the object does not exist, or the ledgers differ.
    Failure,
    /// Exit code 3: work was left open, so the result proves nothing.
    Incomplete,
}

impl Ending {
    /// Returns success if `is_success`, otherwise failure.
    pub(crate) const fn of(is_success: bool) -> Self {
        if is_success { Self::Success } else { Self::Failure }
    }
}

/// The result of a subcommand; an error (bad input, unusable file) is exit code 2.
pub(crate) type Outcome = Result<Ending, Box<dyn Error + Send + Sync>>;

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> Outcome {
    match arguments.command {
        Task::Serve(serve) => serve::run(serve),
        Task::Offline(task) => offline::run(task),
    }
}
