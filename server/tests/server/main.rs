//! Tests of the server over real connections.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![allow(clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::arithmetic_side_effects, reason = "the numbers of tests are small, and overflow is checked")]
#![allow(missing_docs, reason = "tests are named for what they show")]
#![allow(unreachable_pub, reason = "helpers are shared between the modules of one test binary")]

mod bytes;
mod chaos;
mod chaos_ledger;
mod command;
mod helpers;
mod hostile;
mod http;
mod modules;
mod pages;
mod restart;
mod running;
