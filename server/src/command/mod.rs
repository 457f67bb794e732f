//! The subcommands and their options.

mod offline;
mod serve;

use clap::{Parser, Subcommand};
use std::error::Error;

/// A payment engine with the PaymentIntent lifecycle.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example:\n  engine serve --listen 127.0.0.1:4242 --store payments.db\n\n  engine create payments.db\n  engine call payments.db post payment_intents \
                                 amount=1000 currency=usd confirm=true payment_method=pm_card_visa\n  \
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

/// Whether all went well; an error is bad input or an unusable file.
pub(crate) type Outcome = Result<bool, Box<dyn Error + Send + Sync>>;

/// Does what the command line says.
pub(crate) fn run(arguments: Arguments) -> Outcome {
    match arguments.command {
        Task::Serve(serve) => serve::run(serve),
        Task::Offline(task) => offline::run(task),
    }
}
