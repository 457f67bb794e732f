//! `check explore --workers N`: one variant after the other on several workers or processes.
//!
//! The feature `distributed` compiles this. Without it the options are there, and an error says how to get them.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Failure;
use super::options::{duration, threads};

/// The options of a distributed exploration.
#[derive(Clone, Debug, Args)]
pub(super) struct TeamArgs {
    /// Explore on N workers of the distributed explorer, 1 to 1024 [default with --hosts: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(super) workers: Option<NonZeroUsize>,

    /// Explore on the processes that FILE lists, one HOST:PORT a line; start `check` once for each
    #[arg(long, value_name = "FILE", requires = "process")]
    pub(super) hosts: Option<PathBuf>,

    /// Be process I of the host file, counted from 0; process 0 shows the result
    #[arg(long, value_name = "I", requires = "hosts")]
    pub(super) process: Option<usize>,

    /// Keep whole states instead of 64-bit fingerprints
    #[arg(long)]
    pub(super) whole_states: bool,

    /// Write checkpoints by level into folder DIR, and begin at the last one there
    #[arg(long, value_name = "DIR")]
    pub(super) checkpoint: Option<PathBuf>,

    /// Write a checkpoint at the end of the first level after each such time
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10m", requires = "checkpoint")]
    pub(super) checkpoint_every: Duration,

    /// Treat a process as lost after this time without a message, at least 5s
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "2m", requires = "hosts")]
    pub(super) silence: Duration,
}

impl TeamArgs {
    /// Returns whether the distributed explorer is asked for.
    pub(super) fn is_wanted(&self) -> bool {
        self.workers.is_some() || self.hosts.is_some()
    }

    /// Checks that no option of the distributed explorer stands without it.
    ///
    /// # Errors
    /// Names the option.
    pub(super) fn check_unused(&self) -> Result<(), Failure> {
        let option = match (self.whole_states, &self.checkpoint) {
            (true, _) => "--whole-states",
            (false, Some(_)) => "--checkpoint DIR",
            (false, None) => return Ok(()),
        };
        Err(Failure::Usage(format!("{option} needs the distributed explorer: add --workers N or --hosts FILE")))
    }
}

#[cfg(not(feature = "distributed"))]
pub(super) use absent::run;

#[cfg(not(feature = "distributed"))]
mod absent {
    use super::super::{CommonOptions, Dependencies, Exit, Failure, Io};
    use super::TeamArgs;

    /// Says how to get the distributed explorer.
    pub(crate) fn run(
        _: &[String],
        _: &TeamArgs,
        _: &CommonOptions,
        _: &Dependencies<'_>,
        _: &mut Io<'_>,
    ) -> Result<Exit, Failure> {
        Err(Failure::Usage(
            "--workers and --hosts need a program with the distributed explorer: \
             cargo run --features distributed --bin check -- explore ..."
                .to_owned(),
        ))
    }
}

#[cfg(feature = "distributed")]
pub(super) use present::run;

#[cfg(feature = "distributed")]
mod present {
    use std::collections::BTreeMap;
    use std::fs;
    use std::io::sink;
    use std::sync::Arc;
    use std::time::Instant;

    use holdfast_explorer::{Cluster, Distributed, Found, Hosts, Mode, Progress};
    use holdfast_scenarios::Visit;
    use holdfast_scenarios::space::ModelSpace;

    use super::super::unit::{Exploring, trace};
    use super::super::{CommonOptions, Dependencies, Exit, Failure, Io, Which, explore};
    use super::TeamArgs;
    use crate::record::Unit;
    use holdfast_evidence::RULES;

    /// Explores on several workers or processes.
    pub(crate) fn run(
        names: &[String],
        args: &TeamArgs,
        options: &CommonOptions,
        dependencies: &Dependencies<'_>,
        io: &mut Io<'_>,
    ) -> Result<Exit, Failure> {
        check(args, options)?;
        let options = CommonOptions { explorer: Some(Which::Exact), ..options.clone() };
        let cluster = cluster(args)?;
        let mut lost = Vec::new();
        let mut explored = |exploring: Exploring<'_>| {
            let team = Team { args, cluster: cluster.as_ref(), exploring: &exploring };
            let (job, began) = (exploring.job, Instant::now());
            let (unit, why) = job.scenario.visit(&job.variant, team)?;
            lost.extend(why);
            Ok(job.named(unit, began))
        };
        let is_shown = args.process.is_none_or(|process| process == 0);
        let mut nowhere = sink();
        let exit = if is_shown {
            explore::run_with(names, &options, dependencies, io, &mut explored)?
        } else {
            let (input, err, interrupt) = (&mut *io.input, &mut *io.err, io.interrupt.clone());
            let mut silent = Io { input, out: &mut nowhere, err, style: io.style, interrupt };
            explore::run_with(names, &options, dependencies, &mut silent, &mut explored)?
        };
        for why in lost {
            writeln!(io.err, "{} {why}", io.style.open("LOST:"))?;
        }
        if let Some(process) = args.process.filter(|_| !is_shown) {
            writeln!(io.out, "Process {process} is done, with exit code {}. Process 0 shows the result.", exit.code())?;
        }
        Ok(exit)
    }

    /// Options that contradict each other.
    fn check(args: &TeamArgs, options: &CommonOptions) -> Result<(), Failure> {
        let wrong = |why: &str| Err(Failure::Usage(why.to_owned()));
        match (options.explorer, &options.threads, &options.resume) {
            (Some(Which::Both | Which::Stateright), ..) => {
                wrong("--workers and --hosts explore with the exact explorer alone: leave out --explorer")
            }
            (_, Some(_), _) => wrong("--threads is for one process: with --workers or --hosts leave it out"),
            (_, _, Some(_)) if args.hosts.is_some() => {
                wrong("--resume is for one process: with --hosts use --checkpoint DIR")
            }
            _ => Ok(()),
        }
    }

    fn cluster(args: &TeamArgs) -> Result<Option<Cluster>, Failure> {
        let (Some(file), Some(process)) = (&args.hosts, args.process) else { return Ok(None) };
        let wrong = |why: String| Failure::Usage(format!("{}: {why}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| Failure::unreadable(&file.display(), &error))?;
        let hosts: Hosts = text.parse().map_err(wrong)?;
        if process >= hosts.len() {
            let last = hosts.len().saturating_sub(1);
            return Err(wrong(format!("--process {process} is not in the file; expected 0 to {last}")));
        }
        Ok(Some(Cluster { silence: args.silence, ..Cluster::new(hosts, process) }))
    }

    /// One variant, on this process's part of the team.
    struct Team<'a> {
        args: &'a TeamArgs,
        cluster: Option<&'a Cluster>,
        exploring: &'a Exploring<'a>,
    }

    impl Visit for Team<'_> {
        type Output = Result<(Unit, Option<String>), Failure>;

        fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) -> Self::Output {
            let Self { args, cluster, exploring } = self;
            let (began, name) = (Instant::now(), exploring.job.name());
            let progress = Arc::new(Progress::default());
            let workers = args.workers.map_or_else(|| exploring.options.threads(), std::num::NonZeroUsize::get);
            let subject = format!("{}; rules {RULES}; {name}", exploring.options.subject());
            let mode = if args.whole_states { Mode::Exact } else { Mode::Fingerprint };
            let mut explorer = Distributed::new(space.clone(), subject)
                .workers(workers)
                .mode(mode)
                .limits(exploring.limits(began))
                .progress(Arc::clone(&progress));
            if let Some(cluster) = cluster {
                explorer = explorer.cluster(cluster.clone());
            }
            if let Some(folder) = &args.checkpoint {
                let variant = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
                explorer = explorer.checkpoint(folder.join(variant), args.checkpoint_every);
            }
            let watch = exploring.watch("distributed", &progress, exploring.expected);
            let found = explorer.run();
            drop(watch);
            let Found { exploration, paths, lost } = found.map_err(Failure::Usage)?;
            let traces = paths.into_iter().filter_map(|(bit, path)| Some((bit, trace(&space, &path)?)));
            let counterexamples: BTreeMap<u8, String> = traces.collect();
            let unit = Unit {
                scenario: String::new(),
                variant: String::new(),
                exact: Some(exploration.summary),
                stateright: None,
                counterexamples,
                milliseconds: 0,
            };
            Ok((unit, lost.map(|why| format!("{name}: {why}"))))
        }
    }
}
