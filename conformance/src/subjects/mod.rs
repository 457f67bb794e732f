//! Engines that stand behind the port.

mod model;

pub use model::ModelSubject;
