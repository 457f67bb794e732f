//! Explores every reachable state of a model and judges each one.
#![forbid(unsafe_code)]

pub mod catalogue;
pub mod command;
pub mod evidence;
pub mod explain;
pub mod predicate;
pub mod progress;
pub mod record;
pub mod replay;
#[cfg(test)]
mod sources;
pub mod table;
