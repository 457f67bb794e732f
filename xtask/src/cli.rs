//! The command line of `cargo xtask`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::ci::{self, fuzz};
use crate::process::Invocation;
use crate::workspace::Workspace;
use crate::{TaskResult, sample, seeds, tidy};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's task runner", version)]
struct XtaskCli {
    #[command(subcommand)]
    command: TaskCommand,
}

#[derive(Debug, Subcommand)]
enum TaskCommand {
    /// Run CI jobs: `quick`, `full`, or jobs by name
    Ci {
        /// `quick`, `full`, or names of jobs (see --list)
        #[arg(default_value = "quick")]
        jobs: Vec<String>,
        /// Stop at the first job that fails
        #[arg(long)]
        fail_fast: bool,
        /// List the jobs with their statements
        #[arg(long)]
        list: bool,
    },
    /// Check the repository rules: lengths, names, citations, prose, links
    Tidy {
        /// Names of rules; default: all
        rules: Vec<String>,
        /// Lower the recorded counts to the present ones; refuses to raise a total
        #[arg(long)]
        update: bool,
    },
    /// Write reports/ (`check report`)
    Report {
        /// Arguments for `check report`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Fuzz one target, starting from its corpus and its seeds
    Fuzz(FuzzArgs),
    /// Print the folder of seeds that a fuzz target starts from
    Seeds {
        /// Name of the fuzz target
        target: String,
        /// Folder with one folder of seeds per target; default: seeds/ of the fuzz crate
        folder: Option<PathBuf>,
    },
    /// Draw random comment sentences for grading, or add up a grading
    Sample {
        /// Number of sentences
        #[arg(long, default_value_t = 150)]
        count: usize,
        /// Seed of the draw; the same seed and sources give the same sentences
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// File of lines `N natural`, `N stilted` or `N twice`; exits with 1 below 95 % natural or with any `twice`
        #[arg(long, value_name = "FILE")]
        grade: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct FuzzArgs {
    /// Name of the fuzz target
    #[arg(required_unless_present = "list")]
    target: Option<String>,
    /// Use the address sanitizer (slower) instead of the fast build without a sanitizer
    #[arg(long)]
    asan: bool,
    /// Duration in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Seed of the random numbers; 0 draws new ones
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Minimize the corpus instead of fuzzing
    #[arg(long)]
    minimize: bool,
    /// List the targets that are fuzzed, as a JSON array
    #[arg(long)]
    list: bool,
}

/// Parses the command line and runs the task.
///
/// Returns 0 on success, 1 if a check failed, and 2 (from clap) for a bad command line.
#[must_use]
pub fn main() -> ExitCode {
    match run(XtaskCli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: TaskCommand) -> TaskResult<()> {
    let workspace = Workspace::load()?;
    match command {
        TaskCommand::Ci { list: true, .. } => {
            print!("{}", ci::list());
            Ok(())
        }
        TaskCommand::Ci { jobs, fail_fast, list: false } => ci::run(&workspace, &jobs, fail_fast),
        TaskCommand::Tidy { rules, update } => tidy::run(&workspace, &rules, update),
        TaskCommand::Report { arguments } => {
            let mut all = vec!["run".to_owned(), "--bin".to_owned(), "check".to_owned(), "--".to_owned()];
            all.push("report".to_owned());
            all.extend(arguments);
            Invocation::new(&workspace.root, "cargo", &all).run()
        }
        TaskCommand::Fuzz(arguments) => fuzz_one(&workspace, &arguments),
        TaskCommand::Seeds { target, folder } => {
            let folder = match folder {
                Some(folder) => folder,
                None => workspace.root.join(&workspace.fuzz()?.folder).join("seeds"),
            };
            println!("{}", seeds::choose(&folder, &target)?.display());
            Ok(())
        }
        TaskCommand::Sample { grade: Some(path), .. } => {
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let grading = sample::Grading::parse(&text)?;
            println!("{grading}");
            grading.accepted()
        }
        TaskCommand::Sample { count, seed, grade: None } => {
            for (number, sentence) in (1_usize..).zip(sample::draw(&workspace, count, seed)?) {
                println!("{number}. {}: {}", sentence.place, sentence.text);
            }
            Ok(())
        }
    }
}

fn fuzz_one(workspace: &Workspace, arguments: &FuzzArgs) -> TaskResult<()> {
    let targets = fuzz::targets(workspace)?;
    let Some(target) = arguments.target.as_ref().filter(|_| !arguments.list) else {
        println!("{}", serde_json::Value::from(targets));
        return Ok(());
    };
    if !targets.contains(target) && target != fuzz::CANARY {
        return Err(format!("unknown fuzz target \"{target}\"; expected one of {}", targets.join(", ")));
    }
    fuzz::prepare(workspace)?;
    let fuzzing = fuzz::Fuzzing { workspace, asan: arguments.asan, seed: arguments.seed };
    if arguments.minimize { fuzzing.minimize(target) } else { fuzzing.run(target, arguments.seconds) }
}

#[cfg(test)]
mod tests {
    use super::XtaskCli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        XtaskCli::command().debug_assert();
    }
}
