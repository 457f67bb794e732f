//! The reads of a server: a payment with its charge and refunds, and a SetupIntent.

use holdfast_model::IntentId;
use serde_json::Value;

use super::{FetchError, FetchedObjects, Server, id_of, latest_charge};
use crate::names::PaymentNames;
use crate::profile::{Api, RefundList};
use crate::wire::{HttpReply, HttpRequest, TransportError};

/// Sequences after which a server that never listed an event about a payment is taken to have none.
const EVENTS_IN_VAIN: u32 = 3;
/// The maximum number of refunds read for one payment.
const REFUNDS: usize = 100;

/// Returns whether an answer is a list.
pub(crate) fn is_list(shown: &Value) -> bool {
    shown.pointer("/data").is_some_and(Value::is_array)
}

/// Returns the items of a page of a list.
pub(crate) fn items(list: &Value) -> &[Value] {
    list.pointer("/data").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns the request for the page after this one; `None` at the end of the list. A server may give fewer items than
/// requested.
pub(crate) fn next_page(asked: &HttpRequest, list: &Value) -> Option<HttpRequest> {
    let last = items(list).last().and_then(id_of)?;
    let has_more = list.get("has_more") == Some(&Value::Bool(true));
    has_more.then(|| asked.clone().with("starting_after", last))
}

impl Server {
    /// Reads a payment; `None` if the server has none of that name.
    ///
    /// # Errors
    /// [`TransportError`] when there is no answer.
    pub fn look(&mut self, intent: IntentId) -> Result<Option<FetchedObjects>, TransportError> {
        let Some(names) = self.names.payment(intent).cloned() else { return Ok(None) };
        let mut look = FetchedObjects::default();
        let get = |path: String| HttpRequest { account: names.account.clone(), ..HttpRequest::get(path) };
        match self.profile.api {
            Api::Intents => {
                let asked = get(format!("/v1/payment_intents/{}", names.id));
                let asked = if self.profile.expands { asked.with("expand[]", "latest_charge") } else { asked };
                look.payment = self.see(&asked, "payment_intent", Value::is_object, &mut look.fetch_errors)?;
                let found = look.payment.as_ref().and_then(latest_charge);
                if let Some(id) = found.as_ref().and_then(id_of) {
                    self.names.note_charge(intent, &id);
                }
                look.charge = match found {
                    Some(Value::String(_)) if !self.profile.charges => None,
                    Some(Value::String(id)) => {
                        let asked = get(format!("/v1/charges/{id}"));
                        self.see(&asked, "charge", Value::is_object, &mut look.fetch_errors)?
                    }
                    found => found,
                };
            }
            Api::Charges => {
                let asked = get(format!("/v1/charges/{}", names.id));
                look.charge = self.see(&asked, "charge", Value::is_object, &mut look.fetch_errors)?;
            }
        }
        let has_charge = look.charge.is_some() || look.payment.as_ref().and_then(latest_charge).is_some();
        if has_charge || !names.refunds.is_empty() {
            look.refunds = self.refunds(intent, &names, &mut look.fetch_errors)?;
        }
        Ok(Some(look))
    }

    /// Returns the payment's refunds as the server shows them; `None` if it shows them nowhere.
    fn refunds(
        &mut self,
        intent: IntentId,
        names: &PaymentNames,
        errors: &mut Vec<FetchError>,
    ) -> Result<Option<Vec<Value>>, TransportError> {
        let get = |path: String| HttpRequest { account: names.account.clone(), ..HttpRequest::get(path) };
        let (by, id) = match (self.profile.refunds, self.profile.api) {
            (RefundList::Nowhere, _) => return Ok(None),
            (RefundList::Each, _) => {
                let mut list = Vec::new();
                for id in &names.refunds {
                    list.extend(self.see(&get(format!("/v1/refunds/{id}")), "refund", Value::is_object, errors)?);
                }
                return Ok(Some(list));
            }
            (RefundList::ByIntent, Api::Intents) => ("payment_intent", names.id.clone()),
            (RefundList::ByCharge, Api::Intents) => match self.names.charge(intent) {
                Some(id) => ("charge", id),
                None => return Ok(None),
            },
            (RefundList::ByIntent | RefundList::ByCharge, Api::Charges) => ("charge", names.id.clone()),
        };
        let asked = get("/v1/refunds".to_owned()).with(by, id).with("limit", REFUNDS);
        let (mut found, mut next) = (Vec::new(), Some(asked.clone()));
        while let Some(page) = next.filter(|_| found.len() < REFUNDS) {
            let Some(list) = self.see(&page, "refunds", is_list, errors)? else { return Ok(None) };
            found.extend(items(&list).iter().cloned());
            next = next_page(&asked, &list);
        }
        Ok(Some(found))
    }

    /// Notes that the list of events holds none about the payments of a sequence. A server whose list never holds one does
    /// not have such events.
    pub(crate) fn miss_events(&mut self) {
        self.sequences_without_events = self.sequences_without_events.saturating_add(1);
        if self.sequences_without_events == EVENTS_IN_VAIN {
            self.profile.events = false;
            self.notes.push(("events of payments".to_owned(), "none is listed".to_owned()));
        }
    }

    /// Reads the SetupIntent; `None` if there is none or it cannot be read.
    ///
    /// # Errors
    /// [`TransportError`] when the server cannot be reached.
    pub fn look_at_setup(&mut self, fetch_errors: &mut Vec<FetchError>) -> Result<Option<Value>, TransportError> {
        if self.names.setup.is_none() {
            return Ok(None);
        }
        let path = format!("/v1/setup_intents/{}", self.names.setup());
        self.see(&HttpRequest::get(path), "setup_intent", Value::is_object, fetch_errors)
    }

    /// Reads an object or a list; `None` if the server does not show it, which `fetch_errors` then says.
    ///
    /// # Errors
    /// [`TransportError`] if the drive cannot continue.
    pub(crate) fn see(
        &mut self,
        asked: &HttpRequest,
        what: &'static str,
        fits: fn(&Value) -> bool,
        fetch_errors: &mut Vec<FetchError>,
    ) -> Result<Option<Value>, TransportError> {
        if self.is_blind(what) {
            return Ok(None);
        }
        let replied = self.wire.send(asked);
        let (seen, failed) = self.looks.entry(what).or_default();
        match replied {
            Err(broken) if broken.ends_drive() => Err(broken),
            Ok(HttpReply { status: 200..300, body: Some(body), .. }) if fits(&body) => {
                *seen = seen.saturating_add(1);
                Ok(Some(body))
            }
            replied => {
                *failed = failed.saturating_add(1);
                fetch_errors.push((what, replied));
                Ok(None)
            }
        }
    }
}
