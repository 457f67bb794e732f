//! The imperative shell: locks, one transaction for each decision, questions to the acquirer, the worker.

mod arrive;
mod deliver;
mod engine;
mod execute;
mod expand;
mod invariants;
mod locks;
mod open_asks;
mod touched;
mod view;
mod worker;

pub use arrive::Arrived;
pub use deliver::{DeliveryPort, NoDelivery, Post, sign};
pub use engine::{Engine, EngineParts, Request};
pub use worker::Progress;
