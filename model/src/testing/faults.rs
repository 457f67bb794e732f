//! The planted faults: one line says what the broken engine does, one function breaks it.

use super::fault::Fault;

/// Every planted fault.
pub const FAULTS: &[Fault] = &[];
