//! A merchant's integration under a provider that does everything the specification permits.
//!
//! 1. [`MerchantConfig`]: the file that describes the application.
//! 2. [`check`]: purchases in virtual time under chaos, and the judgment of the merchant's books.
//! 3. [`MerchantReport`]: the faults, each as a shortest story with a diagnosis, and the coverage.
//!
//! The provider is the engine with its server in this process; the application is any program that speaks HTTP.
//!
//! ```
//! use holdfast_merchant::MerchantConfig;
//!
//! let text = |books: &str| {
//!     format!(
//!         "url = \"http://127.0.0.1:8000\"\nprovider = \"127.0.0.1:4242\"\nwebhook = \"/webhook\"\nbooks = \"{books}\"\n\
//!          [[flow]]\nname = \"buy\"\nstart = \"POST /orders\"\ncustomer = \"hosted\"\npay = \"/url\"\n"
//!     )
//! };
//! assert_eq!(MerchantConfig::parse(&text("/books/{order}"))?.flows.len(), 1);
//! let error = MerchantConfig::parse(&text("/books")).unwrap_err();
//! assert_eq!(error, "books: expected a path with {order}, such as /books/{order}");
//! # Ok::<(), String>(())
//! ```
//!
//! Read first: `config.rs` (the file), `judge.rs` (the judgments), `run.rs` (one run).
#![forbid(unsafe_code)]

pub mod attack;
pub mod books;
pub mod campaign;
pub mod config;
pub mod counts;
pub mod coverage;
mod customer;
pub mod diagnosis;
pub mod fault;
pub mod http;
mod judge;
pub mod plan;
pub mod postman;
pub mod provider;
pub mod purchase;
pub mod report;
mod rest;
pub mod run;
pub mod shop;
pub mod shrink;
pub mod timeline;

pub use campaign::{MerchantOrder, check, check_until};
pub use config::MerchantConfig;
pub use fault::{MerchantFault, MerchantFinding};
pub use holdfast_server::chaos::ChaosChoice;
pub use plan::{RunPlan, chaos_choice, merchant_choice};
pub use report::MerchantReport;
pub use shop::NotRunning;
