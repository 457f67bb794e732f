//! The watch: over HTTP, on honest and doctored histories, and under our own server with disturbed deliveries.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod clients;
mod common;
mod disturbed;
mod doctored;
mod honest;
mod http;
mod killed;
mod late;
mod own_server;
mod polling;
mod posting;
