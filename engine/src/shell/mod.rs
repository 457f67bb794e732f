//! The imperative shell: locks, one transaction for each decision, requests to the acquirer, the worker.

mod accept;
mod deliver;
mod engine;
mod execute;
mod expand;
mod invariants;
mod lock_set;
mod locks;
mod open_asks;
mod view;
mod worker;

pub use accept::AcceptedRequest;
pub use deliver::{DeliveryPort, NoDelivery, Post, sign};
pub use engine::{Engine, EngineParts, Request};
pub use worker::Progress;
