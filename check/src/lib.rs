//! Explores every reachable state of a model and judges each one.
#![forbid(unsafe_code)]

pub mod catalogue;
pub mod command;
pub mod evidence;
pub mod explain;
pub mod interrupt;
pub mod predicate;
pub mod progress;
pub mod record;
pub mod replay;
pub mod table;
pub mod web;
