//! Checks of everything that a single payment does not show: pages of lists, expansion, keys across payments and paths, accounts,
//! balance transactions, fees and transfers, sessions. Each is a fixed list of requests with their expected results.

mod across;
mod checker;
mod lists;
mod money;

pub use checker::{CheckStep, Checker, Looked};

use crate::wire::TransportError;

/// The function that carries out a check.
pub type CheckFn = fn(&mut Checker<'_>) -> Result<Looked, TransportError>;

/// One check: its name, and the function that carries it out.
pub type Check = (&'static str, CheckFn);

/// Every check, in the order in which they are carried out.
pub const CHECKS: [Check; 15] = [
    ("two holds of one amount", across::two_holds),
    ("ids that stay", lists::ids_stay),
    ("pages of payments", lists::pages_of_payments),
    ("pages of refunds", lists::pages_of_refunds),
    ("expansion in answers", lists::expansion),
    ("expansion in refusals", lists::expansion_of_refusals),
    ("one key on two payments", across::key_on_two_payments),
    ("one key on two paths", across::key_on_two_paths),
    ("a retry after a cut connection", across::retry_after_cut),
    ("two accounts", across::accounts),
    ("balance transactions", money::balance),
    ("fees and their refunds", money::fees),
    ("transfers and their reversals", money::transfers),
    ("several captures", money::captures),
    ("sessions", across::sessions),
];
