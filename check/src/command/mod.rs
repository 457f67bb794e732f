//! The command line.
//!
//! Exit codes are the same for every command; [`EXIT_CODES`] is the text that `--help` shows.

mod audit;
mod cli;
mod conclusion;
mod coverage;
mod drive;
mod explore;
mod generate;
mod judge;
mod laws;
mod merchant;
mod merge;
mod on_engine;
mod options;
mod path;
mod properties;
mod protocol;
mod prove;
mod replay;
mod report;
mod scenarios;
mod select;
mod soak;
mod streams;
mod strength;
mod summary;
mod tables;
mod team;
#[cfg(test)]
mod tests;
mod unit;
mod watch;
mod web;
mod writable;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::time::Instant;

use clap::{CommandFactory, FromArgMatches};

pub use cli::EXIT_CODES;
use cli::{CheckCommand, Cli};
use options::OptionGroup;
pub use options::{CommonOptions, Which};
pub use streams::{Io, OutputStyle};

use crate::catalogue::Catalogue;

/// Finds the reports on this number of threads and returns the name and the text of each file.
pub type ReportFinder = fn(usize) -> Result<Vec<(&'static str, String)>, String>;

/// Dependencies that the caller of the command line provides.
pub struct Dependencies<'a> {
    /// The properties.
    pub catalogue: &'a dyn Catalogue,
    /// The finder of the reports.
    pub report: ReportFinder,
}

/// The result of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The command did everything, and everything is as it must be.
    Fine,
    /// Something is false, differs, was missed or does not exist.
    False,
    /// The arguments or an input file are wrong.
    Usage,
    /// Something was left out, so nothing is proven.
    Incomplete,
}

impl Exit {
    /// Returns the exit code of the process.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::False => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
        }
    }

    /// Returns the worse of two results: a falsehood before an incomplete run before success.
    const fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Usage, _) | (_, Self::Usage) => Self::Usage,
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::Incomplete, _) | (_, Self::Incomplete) => Self::Incomplete,
            (Self::Fine, Self::Fine) => Self::Fine,
        }
    }
}

/// The reason why a command has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong arguments or input: a message with the fault, its place and the accepted values.
    Usage(String),
    /// The answer could not be written.
    Output(io::Error),
}

impl Failure {
    /// Returns the failure of an input that cannot be read, with its name and the error of the system.
    fn unreadable(name: &dyn fmt::Display, error: &io::Error) -> Self {
        Self::Usage(format!("cannot read {name}: {error}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Runs the command that `arguments` name. The first argument is the name of the program.
pub fn run(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Exit {
    let mut definition = Cli::command();
    if let Some(width) = io.style.width {
        definition = definition.term_width(usize::from(width));
    }
    let cli = definition.try_get_matches_from_mut(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match cli {
        Ok(cli) => cli,
        Err(error) => {
            let is_error = error.use_stderr();
            let text = if io.style.color { error.render().ansi().to_string() } else { error.render().to_string() };
            let target: &mut dyn io::Write = if is_error { &mut io.err } else { &mut io.out };
            return match target.write_all(text.as_bytes()).and_then(|()| target.flush()) {
                Ok(()) if !is_error => Exit::Fine,
                Err(_) if !is_error => Exit::Incomplete,
                // Only the exit code can report an error that cannot be printed.
                Ok(()) | Err(_) => Exit::Usage,
            };
        }
    };
    let answer = dispatch(cli, dependencies, io).and_then(|exit| {
        io.out.flush()?;
        Ok(exit)
    });
    match answer {
        Ok(exit) => exit,
        Err(Failure::Usage(message)) => {
            let _written = writeln!(io.err, "{} {message}", io.style.bad("error:"));
            Exit::Usage
        }
        // The reader, such as `head`, has closed the pipe.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Incomplete,
        Err(Failure::Output(error)) => {
            let _written = writeln!(io.err, "{} cannot write the answer: {error}", io.style.bad("error:"));
            Exit::Incomplete
        }
    }
}

/// Returns the shared options that the named groups of arguments set.
macro_rules! common {
    ($($group:expr),+ $(,)?) => {
        CommonOptions::of(&[$(&$group as &dyn OptionGroup),+])
    };
}

fn dispatch(cli: Cli, dependencies: &Dependencies<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let Some(command) = cli.command else {
        let options = cli.explore.common();
        let began = Instant::now();
        let exit = explore::run(&[], &options, dependencies, io)?;
        // A shard, a file of results and JSON are about the scenarios alone.
        if options.shard.is_some() || options.resume.is_some() || options.json {
            return Ok(exit);
        }
        return Ok(exit.worse(protocol::after_everything(&options, began.elapsed(), io)?));
    };
    match command {
        CheckCommand::Explore { scenarios, run, team } if team.is_wanted() => {
            team::run(&scenarios, &team, &run.common(), dependencies, io)
        }
        CheckCommand::Explore { scenarios, run, team } => {
            team.check_unused().and_then(|()| explore::run(&scenarios, &run.common(), dependencies, io))
        }
        CheckCommand::Protocol { instances, deep, time, threads, output, progress } => {
            let options = CommonOptions { deep, ..common!(time, threads, output, progress) };
            protocol::run(&instances, &options, io)
        }
        CheckCommand::Laws { scenarios, max_states, time, threads, output, progress } => {
            let options = CommonOptions { max_states, ..common!(time, threads, output, progress) };
            laws::run(&scenarios, &options, io)
        }
        CheckCommand::Prove { solver, smt, output } => {
            prove::run(solver.as_deref(), smt.as_deref(), &common!(output), io)
        }
        CheckCommand::Scenarios { output } => scenarios::run(&common!(output), io),
        CheckCommand::Properties { property, output } => {
            properties::run(property.as_deref(), &common!(output), dependencies, io)
        }
        CheckCommand::Replay { file, on: replay::On::Model, output, dialect } => {
            replay::run(&file, &common!(output, dialect), dependencies, io)
        }
        CheckCommand::Replay { file, on: replay::On::Engine, output, dialect } => {
            on_engine::run(&file, &common!(output, dialect), io)
        }
        CheckCommand::Soak { args, output, progress, threads } => {
            soak::run(&args, &common!(output, progress, threads), io)
        }
        CheckCommand::Drive { args, output, progress, time } => drive::run(&args, &common!(output, progress, time), io),
        CheckCommand::Merchant { args, output, progress, time } => {
            merchant::run(&args, &common!(output, progress, time), io)
        }
        CheckCommand::Strength { args, output, progress, threads } => {
            strength::run(&args, &common!(output, progress, threads), io)
        }
        CheckCommand::Coverage { args, output } => coverage::run(&args, &common!(output), io),
        CheckCommand::Seeds { to, transitions } => coverage::seeds(&to, &transitions, io),
        CheckCommand::Audit { args, output, progress, dialect, threads } => {
            audit::run(&args, &common!(output, progress, dialect, threads), io)
        }
        CheckCommand::Watch { args, dialect } => watch::run(&args, &common!(dialect), io),
        CheckCommand::Path { predicate, scenario, search, time, threads, dialect, output, progress } => {
            let common = common!(search, time, threads, dialect, output, progress);
            path::run(&predicate, &scenario, &common, io)
        }
        CheckCommand::Web { args, dialect } => web::run(&args, &common!(dialect), io),
        CheckCommand::Report { to, html: None, threads } => report::run(&to, &common!(threads), dependencies, io),
        CheckCommand::Report { to, html: Some(html), .. } => report::html(&to, &html, io),
        CheckCommand::Merge { files, output, detail } => merge::run(&files, &common!(output, detail), dependencies, io),
        CheckCommand::Completions { shell } => generate::completions(shell, io),
        CheckCommand::Man { to } => generate::man(&to, io),
    }
}
