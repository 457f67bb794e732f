//! The objects that the small server shows.

use serde_json::{Value, json};

use super::Fault;
use super::http::Form;
use super::till::{Answer, Till, missing, no_route, place};

impl Till {
    pub(super) fn look(&self, path: &[&str], form: &Form) -> Answer {
        match path {
            ["payment_intents", id] => match place(id).filter(|place| *place < self.intents.len()) {
                Some(place) => (200, self.shown(place)),
                None => missing(),
            },
            ["charges", _] if self.has(Fault::BreaksCharges) => (500, json!({ "error": { "type": "api_error" } })),
            ["charges", id] if !self.has(Fault::HasNoCharges) => {
                match place(&id.replace("ch_", "pi_")).filter(|place| *place < self.intents.len()) {
                    Some(place) => (200, self.charge(place)),
                    None => missing(),
                }
            }
            ["refunds", id] => {
                let named = id.trim_start_matches("re_").trim_end_matches("AbCdEfGhIjKl");
                let Some((at, number)) = named.split_once('x') else { return missing() };
                let (at, number): (usize, usize) = (at.parse().unwrap(), number.parse().unwrap());
                (200, refund(at, number, self.intents[at].refunds[number]))
            }
            ["refunds"] if self.has(Fault::HasNoRefundList) => no_route(),
            ["refunds"] if self.has(Fault::RefundsByCharge) => {
                match form.get("charge").and_then(|id| place(&id.replace("ch_", "pi_"))) {
                    Some(place) => self.listed(place, form),
                    None => missing(),
                }
            }
            ["payment_intents"] if self.has(Fault::FailsPages) && form.get("limit").is_some_and(|it| it == "2") => {
                (500, json!({ "error": { "type": "api_error" } }))
            }
            ["balance_transactions", id] if self.has(Fault::ForeignBalance) || self.has(Fault::DoubleBalance) => {
                self.balance(id)
            }
            ["payment_intents"] => {
                let all = (0..self.intents.len()).rev().map(|place| self.shown(place)).collect();
                self.page(all, form)
            }
            ["refunds"] => {
                match form.get("payment_intent").and_then(|id| place(id)).filter(|at| *at < self.intents.len()) {
                    Some(place) => self.listed(place, form),
                    None => missing(),
                }
            }
            _ => no_route(),
        }
    }

    /// The balance transaction of a charge.
    fn balance(&self, id: &str) -> Answer {
        let Some(at) = place(&id.replace("txn_", "pi_")).filter(|at| *at < self.intents.len()) else {
            return missing();
        };
        let it = &self.intents[at];
        // The account has Swedish crowns.
        let is_foreign = self.has(Fault::ForeignBalance);
        let amount = it.captured * if is_foreign { 11 } else { 2 };
        let currency = if is_foreign { "sek" } else { it.currency.as_str() };
        let source = self.charge_id(at);
        let shown = json!({
            "id": id, "object": "balance_transaction", "amount": amount, "currency": currency, "fee": 7,
            "net": amount - 7, "source": source,
        });
        (200, shown)
    }

    fn listed(&self, place: usize, form: &Form) -> Answer {
        let list = self.intents[place].refunds.iter().enumerate();
        self.page(list.map(|(number, amount)| refund(place, number, *amount)).rev().collect(), form)
    }

    /// A page of a list, the newest first.
    fn page(&self, all: Vec<Value>, form: &Form) -> Answer {
        let limit = form.get("limit").map_or(10, |text| text.parse::<usize>().unwrap());
        let limit = if self.has(Fault::CapsPages) { limit.min(3) } else { limit };
        let after = form.get("starting_after").and_then(|id| all.iter().position(|it| it["id"] == **id));
        let loses = usize::from(self.has(Fault::PagesLoseItems));
        let begin = after.map_or(0, |place| place + 1 + loses);
        let data: Vec<&Value> = all.iter().skip(begin).take(limit).collect();
        (200, json!({ "object": "list", "data": data, "has_more": begin + limit < all.len() }))
    }

    pub(super) fn shown(&self, place: usize) -> Value {
        let it = &self.intents[place];
        let method = it.method.as_ref().map(|_| format!("pm_{place}AbCdEfGhIjKl"));
        let error = it.error.map(|code| json!({ "code": code }));
        let mut shown = json!({
            "id": id(place), "object": "payment_intent", "status": it.status, "amount": it.amount,
            "currency": it.currency, "amount_capturable": it.held, "amount_received": it.captured,
            "client_secret": format!("{}_secret_1", id(place)),
            "capture_method": it.capture_method,
            "confirmation_method": "automatic",
            "cancellation_reason": it.reason, "payment_method": method, "last_payment_error": error,
            "next_action": (it.status == "requires_action").then(|| json!({ "type": "use_stripe_sdk" })),
            "latest_charge": it.has_charge.then(|| self.latest_charge(place)),
        });
        if self.has(Fault::FloatAmounts) && it.captured > 0 {
            shown["amount_received"] = json!(it.captured as f64);
        }
        if self.has(Fault::OldAndPatient) {
            let charge = shown.as_object_mut().unwrap().remove("latest_charge").filter(|it| !it.is_null());
            shown["charges"] = json!({ "object": "list", "data": charge.into_iter().collect::<Vec<_>>() });
        }
        if self.has(Fault::NoReceived) {
            shown.as_object_mut().unwrap().remove("amount_received");
        }
        self.adapted(shown)
    }

    /// Returns an object as a server with the fault writes it.
    fn adapted(&self, mut shown: Value) -> Value {
        if self.has(Fault::SmallEngine) {
            let fields = shown.as_object_mut().unwrap();
            fields.retain(|name, _| !matches!(name.as_str(), "balance_transaction" | "confirmation_method"));
        }
        if self.has(Fault::AmountsAreTexts) {
            for (_, value) in shown.as_object_mut().unwrap() {
                if value.is_number() {
                    *value = json!(value.to_string());
                }
            }
        }
        shown
    }

    fn latest_charge(&self, place: usize) -> Value {
        let is_id = [Fault::HasNoCharges, Fault::BreaksCharges].into_iter().any(|fault| self.has(fault));
        if is_id { json!(self.charge_id(place)) } else { self.charge(place) }
    }

    fn charge_id(&self, place: usize) -> String {
        let changes = self.has(Fault::ChargeIdChanges) && self.intents[place].captured > 0;
        format!("{}_{place}AbCdEfGhIjKl", if changes { "py" } else { "ch" })
    }

    fn charge(&self, place: usize) -> Value {
        let it = &self.intents[place];
        let refunded: i64 = it.refunds.iter().sum();
        let is_shown = !self.is_late(Fault::LateReleases);
        let let_go = is_shown && it.status == "canceled" && it.captured == 0 && it.failed.is_none();
        let shown = json!({
            "id": self.charge_id(place), "object": "charge", "amount": it.amount, "currency": it.currency,
            "status": if it.failed.is_some() { "failed" } else { "succeeded" },
            "amount_captured": it.captured, "amount_refunded": if let_go { it.amount } else { refunded },
            "captured": it.closed, "refunded": let_go || it.closed && refunded == it.captured,
            "balance_transaction": (it.captured > 0).then(|| id(place).replace("pi_", "txn_")),
        });
        self.adapted(shown)
    }
}

fn id(place: usize) -> String {
    format!("pi_{place}AbCdEfGhIjKl")
}

pub(super) fn refund(place: usize, number: usize, amount: i64) -> Value {
    json!({ "id": format!("re_{place}x{number}AbCdEfGhIjKl"), "object": "refund", "amount": amount, "status": "succeeded" })
}
