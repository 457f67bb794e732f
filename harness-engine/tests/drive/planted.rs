//! Faults that a proxy plants in the replies of the real server, and changes that an honest server may make.

#![expect(clippy::wildcard_enum_match_arm, reason = "each place of a reply concerns a few of the changes")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::change::Change;
use super::relay::Relay;
use super::wire::{Ask, Reply};

/// The proxy's memory of what it has seen.
#[derive(Debug, Default)]
pub(super) struct Planter {
    change: Option<Change>,
    /// The last object that a read of a path showed.
    shown: BTreeMap<String, Value>,
    /// Ids that the change concerns.
    marked: BTreeSet<String>,
    /// The amounts of the captures of a payment.
    captures: BTreeMap<String, Vec<i64>>,
    /// The account of each payment.
    accounts: BTreeMap<String, String>,
    /// The account and the reply of each key.
    keys: BTreeMap<String, (Option<String>, Reply)>,
    /// The way of the deliveries, of a change that concerns them.
    relay: Option<Relay>,
    count: u32,
}

/// Sends a request to the real server.
type Forward<'a> = &'a mut dyn FnMut(&Ask) -> Option<Reply>;

impl Planter {
    pub(super) fn new(change: Option<Change>) -> Self {
        let relay = change.filter(|change| change.is_of_deliveries()).map(Relay::open);
        Self { change, relay, ..Self::default() }
    }

    pub(super) const fn is_honest(&self) -> bool {
        self.change.is_none()
    }

    /// Returns the reply to a request; `None` if the server gives none.
    pub(super) fn reply(&mut self, ask: &Ask, forward: Forward<'_>) -> Option<Reply> {
        let change = self.change?;
        let is_read = ask.method == "GET";
        let path = ask.segments();
        if let (["webhook_endpoints"], Some(relay), Some(url)) = (path.as_slice(), &self.relay, ask.form.get("url")) {
            let mut reply = forward(&ask.clone().with("url", &relay.url(url)))?;
            relay.note_secret(url, reply.body["secret"].as_str().unwrap());
            reply.body["url"] = json!(url);
            return Some(reply);
        }
        match (change, path.as_slice()) {
            (Change::CappedPages, _) if is_read && ask.form.contains_key("limit") => {
                let limit = ask.form["limit"].parse::<u32>().unwrap_or(3).min(3).to_string();
                return forward(&ask.clone().with("limit", &limit));
            }
            (Change::KeysForgetAccounts, _) if ask.key.is_some() => return self.keyed(ask, forward),
            (Change::HelpersRefuse, ["test_helpers", "payment_intents", _, "authenticate" | "settle"]) => {
                self.count += 1;
                if self.count > 3 {
                    return Some(refused());
                }
            }
            (Change::LastPageRepeats, ["refunds"]) if is_read && ask.form.contains_key("starting_after") => {
                let reply = forward(ask)?;
                let is_empty = reply.body["data"].as_array().is_some_and(Vec::is_empty);
                return if is_empty { forward(&ask.clone().without("starting_after")) } else { Some(reply) };
            }
            (Change::KeyedRefundsFail, ["refunds"]) if ask.key.is_some() => return Some(failed()),
            (Change::SessionsFail, ["checkout", "sessions", _]) if is_read => return Some(failed()),
            (Change::FourthCaptureRefused, ["payment_intents", id, "capture"])
                if self.captures.get(*id).is_some_and(|all| all.len() > 2) =>
            {
                return Some(refused());
            }
            (Change::SecondCapturesFail, ["payment_intents", id, "capture"])
                if self.captures.contains_key(*id) && ask.key.is_none() =>
            {
                return Some(failed());
            }
            (Change::NoHelpers, ["test_helpers", ..]) => return Some(Reply::of(404, json!({ "error": {} }))),
            (Change::PaymentsOfAccountsLeak, ["payment_intents", id, ..]) if ask.account.is_none() => {
                let account = self.accounts.get(*id).cloned();
                return forward(&Ask { account, ..ask.clone() });
            }
            _ => {}
        }
        let mut reply = forward(ask)?;
        if is_read {
            self.change_read(change, &path, &mut reply.body);
        } else {
            self.note(change, ask, &path, &mut reply);
        }
        self.change_payment(change, &mut reply.body);
        Some(reply)
    }

    /// Answers under a key without regard to the account.
    fn keyed(&mut self, ask: &Ask, forward: Forward<'_>) -> Option<Reply> {
        let key = ask.key.clone().unwrap_or_default();
        if let Some((account, reply)) = self.keys.get(&key).filter(|(account, _)| *account != ask.account) {
            assert!(account.is_some() || ask.account.is_some());
            return Some(reply.clone());
        }
        let reply = forward(ask)?;
        self.keys.insert(key, (ask.account.clone(), reply.clone()));
        Some(reply)
    }

    /// Remembers the effect of a POST, and changes its reply.
    fn note(&mut self, change: Change, ask: &Ask, path: &[&str], reply: &mut Reply) {
        if change == Change::UsedKeysConflict && reply.body["error"]["type"] == "idempotency_error" {
            reply.status = 409;
        }
        match path {
            ["refunds"] if change == Change::RepeatedRefundsDiffer && ask.key.is_some() && reply.is_done() => {
                let created = reply.body["created"].as_i64().unwrap_or(0);
                reply.body["created"] = json!(created + i64::from(self.count));
                self.count += 1;
            }
            ["transfers", _, "reversals"] if !reply.is_done() => match change {
                Change::TooLargeReversalsConflict => reply.status = 409,
                Change::TooLargeReversalsFail => *reply = failed(),
                _ => {}
            },
            ["payment_intents"] => {
                if let (Some(account), Some(id)) = (&ask.account, reply.body["id"].as_str()) {
                    self.accounts.insert(id.to_owned(), account.clone());
                }
            }
            ["payment_intents", id, "capture"] if reply.is_done() => {
                let before = self.captures.get(*id).map_or(0, |all| all.iter().sum());
                let received = reply.body["amount_received"].as_i64().unwrap_or(0);
                if received == before {
                    // A repetition under its key.
                    return;
                }
                let all = self.captures.entry((*id).to_owned()).or_default();
                let is_small = all.iter().any(|one| *one > received - before);
                all.push(received - before);
                let is_marked = match change {
                    Change::StaleCache => true,
                    Change::ThirdCaptureOffByOne => all.len() == 3,
                    Change::SmallLastCaptureStaysOpen => is_small && reply.body["status"] == "succeeded",
                    _ => false,
                };
                if is_marked {
                    self.marked.insert((*id).to_owned());
                }
            }
            ["test_helpers", "payment_intents", id, "authenticate"]
                if change == Change::SecondChallengeAnswer && !reply.is_done() =>
            {
                self.marked.insert((*id).to_owned());
            }
            ["application_fees", _, "refunds"] if change == Change::FeeRefundTooMuch && !reply.is_done() => {
                *reply = Reply::of(200, json!({ "id": "fr_planted", "object": "fee_refund", "amount": 1 }));
            }
            ["checkout", "sessions", id, "expire"] if change == Change::SessionReopens && !reply.is_done() => {
                self.marked.insert((*id).to_owned());
            }
            ["setup_intents", id, "cancel"] if change == Change::SetupStaysOpen && reply.is_done() => {
                self.marked.insert((*id).to_owned());
            }
            _ => {}
        }
    }

    /// Changes the object that a read shows.
    fn change_read(&mut self, change: Change, path: &[&str], body: &mut Value) {
        match path {
            ["payment_intents", id] => self.change_read_payment(change, id, body),
            ["events"] => events(change, body),
            ["balance_transactions", _] => balance_transaction(change, body),
            ["transfers", _] if change == Change::ReversalsRoundDown => {
                let (back, whole) =
                    (body["amount_reversed"].as_i64().unwrap_or(0), body["amount"].as_i64().unwrap_or(0));
                if back * 2 > whole && back < whole {
                    body["amount_reversed"] = json!(back - 1);
                }
            }
            ["application_fees" | "transfers", _] if change == Change::FullReturnsKeepOne => {
                for name in ["amount_refunded", "amount_reversed"] {
                    if body[name].is_number() && body[name] == body["amount"] {
                        body[name] = json!(body["amount"].as_i64().unwrap_or(1) - 1);
                    }
                }
            }
            ["checkout", "sessions", _] if change == Change::SessionWaits => body["payment_status"] = json!("pending"),
            ["application_fees", _] if change == Change::FeeSharesBySum && body["amount_refunded"] == 66 => {
                body["amount_refunded"] = json!(67);
            }
            ["checkout", "sessions", id] if self.marked.contains(*id) => body["status"] = json!("open"),
            ["setup_intents", id] if self.marked.contains(*id) => body["status"] = json!("requires_payment_method"),
            _ => {}
        }
    }

    fn change_read_payment(&mut self, change: Change, id: &str, body: &mut Value) {
        if body["object"] != "payment_intent" {
            return;
        }
        match change {
            Change::StaleCache => {
                if self.marked.remove(id) {
                    if let Some(before) = self.shown.get(id) {
                        *body = before.clone();
                    }
                } else {
                    self.shown.insert(id.to_owned(), body.clone());
                }
            }
            Change::LaggingField => {
                let now = body["amount_received"].clone();
                let before = self.shown.insert(id.to_owned(), now.clone()).unwrap_or(now);
                body["amount_received"] = before;
            }
            Change::SecondChallengeAnswer if self.marked.contains(id) => {
                body["status"] = json!("requires_payment_method");
            }
            Change::DebitSucceedsEarly if body["status"] == "processing" => {
                body["status"] = json!("succeeded");
                body["amount_received"] = body["amount"].clone();
            }
            Change::SecretChanges => {
                self.count += 1;
                body["client_secret"] = json!(format!("{id}_secret_{}", self.count));
            }
            _ => {}
        }
    }

    /// Changes a payment in every reply.
    fn change_payment(&self, change: Change, body: &mut Value) {
        let is_marked =
            body["object"] == "payment_intent" && body["id"].as_str().is_some_and(|id| self.marked.contains(id));
        match change {
            Change::ThirdCaptureOffByOne if is_marked => {
                body["amount_received"] = json!(body["amount_received"].as_i64().unwrap_or(0) + 1);
            }
            Change::SmallLastCaptureStaysOpen if is_marked => body["status"] = json!("requires_capture"),
            _ => {}
        }
    }
}

fn refused() -> Reply {
    let error = json!({ "type": "invalid_request_error", "message": "this helper can be used a few times only" });
    Reply::of(400, json!({ "error": error }))
}

fn failed() -> Reply {
    Reply::of(500, json!({ "error": { "type": "api_error", "message": "planted" } }))
}

fn balance_transaction(change: Change, body: &mut Value) {
    let (amount, fee) = (body["amount"].as_i64().unwrap_or(0), body["fee"].as_i64().unwrap_or(0));
    match change {
        Change::NetWithoutFee => {
            // The server may have no fees of its own.
            let fee = if fee == 0 { 59 } else { fee };
            (body["fee"], body["net"]) = (json!(fee), json!(amount));
        }
        Change::RefundPostedAsCharge if body["type"] == "refund" => body["type"] = json!("charge"),
        Change::RefundPostedWithFee if body["type"] == "refund" => {
            (body["fee"], body["net"]) = (json!(77), json!(amount - 77));
        }
        Change::RefundPostedPositive => body["amount"] = json!(amount.abs()),
        Change::YenWithDecimals if body["currency"] == "jpy" => {
            (body["amount"], body["net"]) = (json!(amount * 100), json!(amount * 100 - fee));
        }
        Change::ForeignBalance => {
            (body["currency"], body["amount"]) = (json!("sek"), json!(amount * 11));
            body["net"] = json!(amount * 11 - fee);
        }
        _ => {}
    }
}

/// Changes the list of events, the newest first.
fn events(change: Change, body: &mut Value) {
    let Some(data) = body["data"].as_array_mut() else { return };
    match change {
        Change::NoExpiryEvent => data.retain(|event| {
            event["type"] != "payment_intent.canceled" || event["data"]["object"]["cancellation_reason"] != "automatic"
        }),
        Change::NoRefundEvent => data.retain(|event| event["type"] != "charge.refunded"),
        Change::EventsSwap => swap(data),
        Change::SnapshotWithoutCapture => of_kind(data, "charge.captured", |event| {
            event["data"]["object"]["amount_captured"] = json!(0);
        }),
        Change::PreviousValueOff => of_kind(data, "charge.refunded", |event| {
            let before = &mut event["data"]["previous_attributes"]["amount_refunded"];
            *before = json!(before.as_i64().unwrap_or(0) + 1);
        }),
        _ => {}
    }
}

fn of_kind(data: &mut [Value], kind: &str, change: impl FnMut(&mut Value)) {
    data.iter_mut().filter(|event| event["type"] == *kind).for_each(change);
}

/// Exchanges the places of the capture and the authorization of each charge.
fn swap(data: &mut [Value]) {
    let mut swapped: Vec<Value> = Vec::new();
    for place in 0..data.len() {
        let charge = data[place]["data"]["object"]["id"].clone();
        let is_first = |event: &Value| event["type"] == "charge.succeeded" && event["data"]["object"]["id"] == charge;
        if data[place]["type"] == "charge.captured"
            && !swapped.contains(&charge)
            && let Some(other) = data.iter().position(is_first)
        {
            data.swap(place, other);
            swapped.push(charge);
        }
    }
}
