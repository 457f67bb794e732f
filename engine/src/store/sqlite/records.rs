//! Records: conversion of objects to bytes and back.

use crate::command::JobKey;
use crate::objects::Event;
use crate::store::StoreError;
use crate::{Kind, Object};
use rusqlite::CachedStatement;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Returns the objects that a bound statement selects, read on demand. Ends at the first unreadable one, which is then
/// in `failure`.
pub(super) fn objects<'a>(
    statement: &'a mut CachedStatement<'_>,
    kind: Kind,
    failure: &'a mut Option<StoreError>,
) -> impl Iterator<Item = Object> + 'a {
    let mut rows = statement.raw_query();
    std::iter::from_fn(move || {
        let row = rows.next().map_err(StoreError::from);
        let found = row.and_then(|row| row.map(|row| object(kind, &row.get::<_, Vec<u8>>(0)?)).transpose());
        found.unwrap_or_else(|error| {
            *failure = Some(error);
            None
        })
    })
}

pub(super) fn object(kind: Kind, record: &[u8]) -> Result<Object, StoreError> {
    if kind == Kind::Event {
        return decode::<Event>(record).map(Object::from);
    }
    decode(record)
}

pub(super) fn job_key(job: JobKey) -> Result<(u8, u8, i64), StoreError> {
    Ok((job.kind as u8, job.object.kind().code(), number(job.object.number())?))
}

/// Returns the number that was stored as a signed integer; a negative one is damage.
pub(super) fn unsigned(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| StoreError(format!("the file is damaged: {stored} where no number is negative")))
}

/// Converts to SQLite's signed integers; ids and times are far below the end of the range.
pub(super) fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError(format!("{value} is beyond SQLite's integers")))
}

pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(value).map_err(|error| StoreError(format!("a record cannot be written: {error}")))
}

pub(super) fn decode<T: DeserializeOwned>(record: &[u8]) -> Result<T, StoreError> {
    postcard::from_bytes(record).map_err(|error| StoreError(format!("the file is damaged: {error}")))
}
