//! The report of strength.
