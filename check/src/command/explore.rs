//! `check explore`: every state of the chosen scenarios.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::select::jobs;
use super::unit::Exploring;
use super::verdict::conclude;
use super::{CommonOptions, Dependencies, Exit, Failure, Io};
use crate::record::{RunRecord, Unit};

pub(super) fn run(
    names: &[String],
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let jobs = jobs(names, options)?;
    let properties = dependencies.catalogue.properties().iter().map(|property| property.name.clone()).collect();
    let wanted = jobs.iter().map(super::select::Job::name).collect();
    let mut record = RunRecord::new(options.subject(), properties, wanted);
    if let Some(file) = &options.resume
        && let Some(known) = read_if_there(file)?
    {
        record
            .merge(known)
            .map_err(|why| Failure::Usage(format!("{} cannot be taken up again: {why}", file.display())))?;
    }

    let began = Instant::now();
    let mut mine = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let name = job.name();
        if !options.shard.has(index) {
            continue;
        }
        mine.push(name.clone());
        if record.units.get(&name).is_some_and(Unit::is_over) {
            continue;
        }
        let time = options.time_limit.map(|limit| limit.saturating_sub(began.elapsed()));
        if time.is_some_and(|time| time.is_zero()) {
            continue;
        }
        let shown = io.style.progress && !options.no_progress;
        let unit = Exploring { job, options, time, place: (index.saturating_add(1), jobs.len()), shown }.run();
        record.add(name, unit).map_err(|why| Failure::Usage(format!("what is known and what was found: {why}")))?;
        if let Some(file) = &options.resume {
            write(file, &record)?;
        }
    }
    conclude(&record, &mine, options, dependencies.catalogue, io)
}

/// A record that another run wrote.
pub(super) fn read(file: &Path) -> Result<RunRecord, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    RunRecord::parse(&text).map_err(wrong)
}

fn read_if_there(file: &Path) -> Result<Option<RunRecord>, Failure> {
    match fs::exists(file) {
        Ok(false) => Ok(None),
        Ok(true) | Err(_) => read(file).map(Some),
    }
}

/// All or nothing: whoever is stopped meanwhile leaves the file as it was.
fn write(file: &Path, record: &RunRecord) -> Result<(), Failure> {
    let wrong = |why: String| Failure::Usage(format!("cannot write {}: {why}", file.display()));
    let text = record.text().map_err(wrong)?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = file.with_file_name(name);
    fs::write(&new, text).and_then(|()| fs::rename(&new, file)).map_err(|error| wrong(error.to_string()))
}
