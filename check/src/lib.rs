//! Explores every reachable state of a model and judges each one.

pub mod explore;

pub mod faults;
pub mod induction;
pub mod report;
pub mod scenarios;
pub mod space;
