//! From a request's method, path and parameters to a command.
//!
//! Parameters are a tree of text (form encoding) or of JSON values; both are read alike. A request that cannot be read
//! becomes [`Command::Malformed`], so that an unknown object is still reported
//! before a bad parameter (CAP-15). The table of operations is [`ROUTES`].

mod data_routes;
mod documented;
mod fields;
mod form;
mod methods;
mod money;
mod path;
mod payments;
#[cfg(test)]
mod reads;
mod routes;
mod served;
mod setups;
mod stored_data;

pub use documented::{DocumentedParameter, clearable, documented};
pub use form::form;
pub use path::{Path, Reader, Route, Verb, locate};
pub use routes::{ROUTES, command};

use crate::command::Command;
use crate::refusal::Refusal;

/// The result of reading a request: a command, or the reason for its refusal.
pub type Read = Result<Command, Refusal>;
