//! A request in two steps: accepted, then carried out. In between it holds its key and its objects.
//!
//! A server that responds at once does not need this. Tests, and a server with a queue, use it to let a request wait at
//! a known point instead of racing threads.

use super::Engine;
use super::engine::Request;
use super::execute::{Case, refused};
use crate::acquirer::Reference;
use crate::refusal::Reason;
use crate::response::Response;
use crate::{AccountId, ObjectId};

/// An accepted request. It must be carried out: until then no other request gets its key and its objects.
#[derive(Debug)]
#[must_use]
pub struct AcceptedRequest {
    request: Request,
    key: Option<(AccountId, String)>,
    locks: Vec<ObjectId>,
}

impl Engine {
    /// Accepts a change: it holds its key and its objects, and nothing is decided yet.
    ///
    /// # Errors
    /// The response, if the key is known, the key or an object is in use, or the account is unknown.
    pub fn accept(&self, request: Request) -> Result<AcceptedRequest, Box<Response>> {
        let (number, now) = (self.parts.ids.next(), self.parts.clock.now());
        let Some(account) = self.account(request.account) else { return Err(Box::new(self.execute(request))) };
        let version = request.version.unwrap_or(account.version);
        let refuse = |reason: Reason| Box::new(refused(number, version, reason.into()));
        let mut key = None;
        if let Some(name) = request.idempotency_key.clone() {
            let in_use = self.keys.begin(account.id, &name).ok_or_else(|| refuse(Reason::KeyInUse))?;
            let reference = Reference(number);
            let case = Case { request: request.clone(), account: &account, number, now, reference, given_up: false };
            if let Some(response) = self.known(&case, version, &name) {
                return Err(Box::new(response));
            }
            key = Some(in_use);
        }
        let (held, _) = self.hold(account.id, &request.command).ok_or_else(|| refuse(Reason::LockTimeout))?;
        Ok(AcceptedRequest { request, key: key.and_then(super::locks::KeyInUse::leave), locks: held.leave() })
    }

    /// Carries an accepted request out, decided for the current instant.
    #[must_use]
    pub fn carry_out(&self, arrived: AcceptedRequest) -> Response {
        let AcceptedRequest { request, key, locks } = arrived;
        let _key = key.map(|key| self.keys.resume(key));
        let _held = self.locks.resume(locks.clone());
        let (number, now) = (self.parts.ids.next(), self.parts.clock.now());
        let Some(account) = self.account(request.account) else { return self.execute(request) };
        let version = request.version.unwrap_or(account.version);
        let case = Case { request, account: &account, number, now, reference: Reference(number), given_up: false };
        self.decide_and_commit(&case, version, locks)
    }
}
