//! `check merge`: adds the results of shards and judges the sum.

use std::path::PathBuf;

use super::explore::read;
use super::summary::conclude;
use super::{CommonOptions, Dependencies, Exit, Failure, Io};
use crate::record::RunRecord;

pub(super) fn run(
    files: &[PathBuf],
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let Some((first, others)) = files.split_first() else {
        return Err(Failure::Usage("no file to merge".to_owned()));
    };
    let mut record = read(first)?;
    for file in others {
        let other = read(file)?;
        record.merge(other).map_err(|why| {
            Failure::Usage(format!("{} and {} cannot be added up: {why}", first.display(), file.display()))
        })?;
    }
    // What was found under other rules cannot be judged by these.
    let properties = dependencies.catalogue.properties().iter().map(|property| property.name.clone()).collect();
    let own = RunRecord::new(record.subject.clone(), properties, record.wanted.clone());
    own.belongs_with(&record)
        .map_err(|why| Failure::Usage(format!("{} is of another program: {why}", first.display())))?;
    let all = record.wanted.clone();
    conclude(&record, &all, options, dependencies.catalogue, io)
}
