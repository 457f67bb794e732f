//! Explores every reachable state of a model and judges each one.

pub mod explore;

pub mod report;
pub mod scenarios;
pub mod space;
