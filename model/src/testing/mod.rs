//! Faulty transitions and type-correct states for tests of the checkers, behind the feature `testing`. Nothing here
//! changes the function [`crate::transition`].

mod fault;
mod faults;
mod states;
mod wide;

pub use fault::{PlantedFault, faulty_transition};
pub use faults::faults;
pub use states::{DOMAIN, type_correct_states};
pub use wide::wide_state;
