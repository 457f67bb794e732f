//! `check explore`: every state of the chosen scenarios.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use super::select::{Job, jobs};
use super::summary::conclude;
use super::unit::Exploring;
use super::{CommonOptions, Dependencies, Exit, Failure, Io, Which, writable};
use crate::progress::ExpectedStates;
use crate::record::{RunRecord, Unit};

pub(super) fn run(
    names: &[String],
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    run_with(names, options, dependencies, io, &mut |exploring| Ok(exploring.run()))
}

/// Explores each variant by `explore`, and judges the whole.
pub(super) fn run_with(
    names: &[String],
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
    explore: &mut dyn FnMut(Exploring<'_>) -> Result<Unit, Failure>,
) -> Result<Exit, Failure> {
    let jobs = jobs(names, options)?;
    let mut record = begin(&jobs, options, dependencies)?;
    io.interrupt.listen()?;
    let sizes = dependencies.catalogue.evidence_source().sizes;
    let began = Instant::now();
    let mut mine = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let name = job.name();
        if !options.shard.is_none_or(|shard| shard.has(index)) {
            continue;
        }
        mine.push(name.clone());
        if record.units.get(&name).is_some_and(Unit::is_over) || io.interrupt.is_set() {
            continue;
        }
        let time = options.time_limit.map(|limit| limit.saturating_sub(began.elapsed()));
        if time.is_some_and(|time| time.is_zero()) {
            continue;
        }
        let exploring = Exploring {
            job,
            options,
            time,
            place: (index.saturating_add(1), jobs.len()),
            expected: expected(&jobs, index, &sizes, options),
            shown: io.style.progress && !options.no_progress,
            interrupt: io.interrupt.clone(),
        };
        let unit = explore(exploring)?;
        record
            .add(name, unit)
            .map_err(|why| Failure::Usage(format!("the file of --resume and this run contradict each other: {why}")))?;
        if let Some(file) = &options.resume {
            write(file, &record)?;
        }
    }
    conclude(&record, &mine, options, dependencies.catalogue, io)
}

/// Returns a record without results, or the one that `--resume` names.
fn begin(jobs: &[Job], options: &CommonOptions, dependencies: &Dependencies<'_>) -> Result<RunRecord, Failure> {
    let properties = dependencies.catalogue.properties().iter().map(|property| property.name.clone()).collect();
    let mut record = RunRecord::new(options.subject(), properties, jobs.iter().map(Job::name).collect());
    let Some(file) = &options.resume else { return Ok(record) };
    if let Some(known) = read_if_there(file)? {
        record
            .merge(known)
            .map_err(|why| Failure::Usage(format!("{} cannot be taken up again: {why}", file.display())))?;
    }
    writable::file(file)?;
    Ok(record)
}

/// Returns the numbers of states that the job at `index` and its successors will have, as far as they are known.
fn expected(jobs: &[Job], index: usize, sizes: &BTreeMap<String, u64>, options: &CommonOptions) -> ExpectedStates {
    let size = |job: &Job| sizes.get(&job.name()).copied();
    let runs = if options.which() == Which::Both { 2 } else { 1 };
    let after = jobs.iter().skip(index.saturating_add(1)).filter_map(size).fold(0_u64, u64::saturating_add);
    ExpectedStates { states: jobs.get(index).and_then(size), after: after.saturating_mul(runs) }
}

/// Reads a record that another run wrote.
pub(super) fn read(file: &Path) -> Result<RunRecord, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| Failure::unreadable(&file.display(), &error))?;
    RunRecord::parse(&text).map_err(wrong)
}

fn read_if_there(file: &Path) -> Result<Option<RunRecord>, Failure> {
    match fs::exists(file) {
        Ok(false) => Ok(None),
        Ok(true) | Err(_) => read(file).map(Some),
    }
}

/// Writes a record. An interrupted write leaves the previous file as it was.
fn write(file: &Path, record: &RunRecord) -> Result<(), Failure> {
    let wrong = |why: String| Failure::Usage(format!("cannot write {}: {why}", file.display()));
    let text = record.text().map_err(wrong)?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = file.with_file_name(name);
    fs::write(&new, text).and_then(|()| fs::rename(&new, file)).map_err(|error| wrong(error.to_string()))
}
