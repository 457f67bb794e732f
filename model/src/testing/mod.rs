//! The specification turned against its checkers: rules broken on purpose, and states that no
//! history leads to. Behind the feature `testing`; nothing here changes [`crate::transition`].

mod fault;
mod faults;
mod states;

pub use fault::{PlantedFault, faulty_transition};
pub use faults::faults;
pub use states::{DOMAIN, type_correct_states};
