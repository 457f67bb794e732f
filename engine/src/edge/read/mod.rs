//! From a request's method, path and parameters to a command.
//!
//! Parameters are a tree of text (form encoding) or of JSON values; both are read alike. What cannot be read
//! becomes [`Command::Malformed`], so that an unknown object is still reported before a bad parameter (§2.4).

mod fields;
mod form;
mod money;
mod payments;
mod routes;
mod setups;

pub use form::form;
pub use routes::Verb;

use crate::ObjectId;
use crate::command::Command;
use crate::refusal::Refusal;
use serde_json::Value;

/// What reading gives: a command, or why not.
type Read = Result<Command, Refusal>;

/// The command of a request to `path` (`/v1/payment_intents/pi_…/capture`) with its parameters.
#[must_use]
pub fn command(verb: Verb, path: &str, params: &Value) -> Command {
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').filter(|part| !part.is_empty()).collect();
    routes::route(verb, &segments, params).unwrap_or_else(|refusal| {
        let target = segments.iter().find_map(|part| part.parse::<ObjectId>().ok());
        Command::Malformed { target, refusal: Box::new(refusal) }
    })
}
