//! Checks of everything that a single payment does not show: pages of lists, expansion, keys across payments and paths, accounts,
//! balance transactions, fees and transfers, sessions, deliveries of events. Each is a fixed list of requests with their expected results.

mod across;
mod checker;
mod delivered;
mod deliveries;
mod lists;
mod money;

pub use checker::{CheckStep, Checker, Looked};

use crate::wire::TransportError;

/// The function that carries out a check.
pub type CheckFn = fn(&mut Checker<'_>) -> Result<Looked, TransportError>;

/// One check: its name, the function that carries it out, and the requirements of the specification that it observes. A
/// planted fault shows of each that the check contradicts it.
pub type Check = (&'static str, CheckFn, &'static [&'static str]);

/// Every check, in the order in which they are carried out.
pub const CHECKS: [Check; 17] = [
    ("two holds of one amount", across::two_holds, &[]),
    ("ids that stay", lists::ids_stay, &[]),
    ("pages of payments", lists::pages_of_payments, &["P3"]),
    ("pages of refunds", lists::pages_of_refunds, &["P3"]),
    ("expansion in answers", lists::expansion, &[]),
    ("expansion in refusals", lists::expansion_of_refusals, &[]),
    ("one key on two payments", across::key_on_two_payments, &["IDEM-6"]),
    ("one key on two paths", across::key_on_two_paths, &["IDEM-6"]),
    ("a retry after a cut connection", across::retry_after_cut, &["IDEM-3"]),
    ("two accounts", across::accounts, &["IDEM-8"]),
    ("balance transactions", money::balance, &["REF-10"]),
    ("fees and their refunds", money::fees, &["REF-8", "ERR-26"]),
    ("transfers and their reversals", money::transfers, &["REF-8", "P1", "ERR-26"]),
    ("several captures", money::captures, &["B1"]),
    ("sessions", across::sessions, &["VOC-12"]),
    ("deliveries of events", deliveries::all_arrive, &["HOOK-1", "HOOK-7", "HOOK-8"]),
    ("deliveries after a failure", deliveries::again_after_failure, &["HOOK-3", "HOOK-5"]),
];
