//! Engines that stand behind the port.

mod engine;
mod model;

pub use engine::EngineSubject;
pub use model::ModelSubject;
