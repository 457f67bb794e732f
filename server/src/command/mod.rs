//! The subcommands of `engine`.

mod offline;
mod serve;

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

/// The result of a subcommand: `true` is exit code 0, `false` is 1, an error (bad input, unusable file) is 2.
pub(crate) type Outcome = Result<bool, Box<dyn Error + Send + Sync>>;

/// Runs the subcommand.
pub(crate) fn run(arguments: Arguments) -> Outcome {
    match arguments.command {
        Task::Serve(serve) => serve::run(serve),
        Task::Offline(task) => offline::run(task),
    }
}
