//! The money: what the small server knows, and what it does when asked.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Fault;
use super::http::{Form, refusal};

/// Payments after which a late fault shows: more than the plan and the races make.
const LATE: usize = 1_200;

pub(crate) type Answer = (u16, Value);

#[derive(Clone, Default)]
pub(super) struct Intent {
    pub(super) status: &'static str,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) manual: bool,
    pub(super) capture_method: String,
    pub(super) method: Option<String>,
    pub(super) held: i64,
    pub(super) captured: i64,
    pub(super) has_charge: bool,
    pub(super) failed: Option<(&'static str, &'static str)>,
    pub(super) error: Option<&'static str>,
    pub(super) closed: bool,
    pub(super) reason: Option<String>,
    pub(super) confirmations: u32,
    pub(super) refunds: Vec<i64>,
}

#[derive(Clone)]
pub(crate) struct Till {
    pub(super) fault: Option<Fault>,
    pub(super) intents: Vec<Intent>,
    keys: BTreeMap<String, (String, Form, Answer)>,
    /// Requests under way.
    busy: u32,
    /// Whether a late fault has occurred.
    pub(super) was_wrong: bool,
}

pub(super) fn bad(code: Option<&str>, param: Option<&str>) -> Answer {
    refusal(400, "invalid_request_error", code, param)
}

pub(super) fn state() -> Answer {
    bad(Some("payment_intent_unexpected_state"), None)
}

pub(super) fn missing() -> Answer {
    refusal(404, "invalid_request_error", Some("resource_missing"), Some("intent"))
}

impl Till {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        Self { fault, intents: Vec::new(), keys: BTreeMap::new(), busy: 0, was_wrong: false }
    }

    /// Counts a request that begins. Returns whether another one is in progress.
    pub(crate) fn enter(&mut self) -> bool {
        self.busy += 1;
        self.busy > 1
    }

    pub(crate) fn leave(&mut self) {
        self.busy -= 1;
    }

    pub(crate) fn is_canceled(&self, path: &[&str]) -> bool {
        let named = path.get(1).and_then(|id| place(id)).and_then(|place| self.intents.get(place));
        path.first() == Some(&"payment_intents") && named.is_some_and(|intent| intent.status == "canceled")
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Returns whether a late fault shows from now on.
    pub(super) fn is_late(&self, fault: Fault) -> bool {
        self.has(fault) && self.intents.len() >= LATE
    }

    /// Answers from the state `seen`, and writes to the present one.
    pub(crate) fn act_on(
        &mut self,
        seen: &Self,
        method: &str,
        path: &[&str],
        form: &Form,
        key: Option<&str>,
    ) -> Option<Answer> {
        let mut thought = seen.clone();
        let answer = thought.answer(method, path, form, key)?;
        if answer.0 == 200 {
            let id =
                form.get("payment_intent").map_or_else(|| path.get(1).map_or("", |id| id).to_owned(), Clone::clone);
            let place = place(&id)?;
            let (before, after) = (seen.intents[place].clone(), thought.intents[place].clone());
            let here = &mut self.intents[place];
            here.captured += after.captured - before.captured;
            here.held = after.held;
            here.status = after.status;
            here.closed = after.closed;
            here.refunds.extend(after.refunds.iter().skip(before.refunds.len()));
        }
        self.keys.extend(thought.keys);
        Some(answer)
    }

    pub(crate) fn answer(&mut self, method: &str, path: &[&str], form: &Form, key: Option<&str>) -> Option<Answer> {
        if self.has(Fault::HasNothing) {
            return Some((404, json!({ "error": { "type": "invalid_request_error", "message": "no such URL" } })));
        }
        if method == "GET" {
            return Some(self.look(path, form));
        }
        let ignores = self.has(Fault::KeysAreIgnored) || self.has(Fault::KeyedAmountsTurnText);
        let is_keyed = key.is_some();
        let kept = key.filter(|_| !ignores);
        if let Some((known_path, known, answer)) = kept.and_then(|key| self.keys.get(key)) {
            let same_path = if self.has(Fault::KeysForgetPaths) {
                known_path.split('/').nth(1) == path.get(1).copied()
            } else if self.has(Fault::KeysForgetPayments) {
                known_path.split('/').next_back() == path.last().copied()
            } else {
                *known_path == path.join("/")
            };
            let same = same_path && known == form;
            return Some(if same { answer.clone() } else { refusal(400, "idempotency_error", None, None) });
        }
        if self.has(Fault::SmallEngine) && form.contains_key("expand[]") {
            return Some(bad(Some("parameter_unknown"), Some("expand")));
        }
        let mut plain = form.clone();
        let expands = plain.remove("expand[]").is_some() && path.contains(&"capture");
        let before = place(path.get(1).unwrap_or(&"")).filter(|at| *at < self.intents.len()).map(|at| self.shown(at));
        let mut answer = self.post(path, &plain)?;
        if expands && self.has(Fault::ExpandAccepts) && answer.0 >= 400 {
            answer.0 = 201;
        }
        if let (true, Some(before)) = (expands && self.has(Fault::ExpandIsStale) && answer.0 < 400, before) {
            answer.1 = before;
        }
        if is_keyed && self.has(Fault::KeyedAmountsTurnText) && answer.1["object"] == "payment_intent" {
            answer.1["amount_received"] = json!(answer.1["amount_received"].to_string());
        }
        let param = answer.1.pointer("/error/param").and_then(Value::as_str);
        let code = answer.1.pointer("/error/code").and_then(Value::as_str);
        let is_validation = matches!(param, Some("amount" | "currency" | "off_session" | "cancellation_reason"))
            && !matches!(path, ["refunds"])
            && !path.contains(&"capture")
            && code != Some("payment_intent_unexpected_state")
            || param == Some("amount_to_capture") && code.is_none();
        if let Some(key) = kept.filter(|_| !is_validation) {
            self.keys.insert(key.to_owned(), (path.join("/"), form.clone(), answer.clone()));
        }
        Some(answer)
    }

    fn post(&mut self, path: &[&str], form: &Form) -> Option<Answer> {
        Some(match path {
            ["payment_methods"] if self.has(Fault::KnowsNumbers) => {
                (200, json!({ "id": format!("pm_number_{}", form["card[number]"]), "object": "payment_method" }))
            }
            ["payment_intents"] => self.create(form),
            ["payment_intents", id, rest @ ..] => {
                let Some(place) = place(id).filter(|place| *place < self.intents.len()) else { return Some(missing()) };
                match rest {
                    ["confirm"] => self.confirm(place, form),
                    ["capture"] => self.capture(place, form),
                    ["cancel"] if self.has(Fault::DropsConnection) && self.intents[place].status == "succeeded" => {
                        return None;
                    }
                    ["cancel"] => self.cancel(place, form),
                    ["_authenticate"] => self.authenticate(place, form),
                    _ => no_route(),
                }
            }
            ["refunds"] if self.has(Fault::HasNoRefunds) => no_route(),
            ["refunds"] => self.refund(form),
            _ => no_route(),
        })
    }

    fn create(&mut self, form: &Form) -> Answer {
        let amount = form.get("amount").and_then(|text| text.parse::<i64>().ok()).unwrap_or(-1);
        let is_early = self.has(Fault::SmallAmountsAtFirst) && self.intents.len() < 250;
        let least = if self.has(Fault::SmallAmounts) || is_early { 1 } else { 50 };
        if amount < 1 {
            return bad(Some("parameter_invalid_integer"), Some("amount"));
        }
        if amount < least {
            return bad(Some("amount_too_small"), Some("amount"));
        }
        if amount > 99_999_999 {
            return bad(Some("amount_too_large"), Some("amount"));
        }
        let currency = form.get("currency").cloned().unwrap_or_default();
        if !["usd", "eur", "jpy"].contains(&currency.as_str()) {
            return bad(None, Some("currency"));
        }
        let known = ["payment_method", "amount", "currency", "confirm", "capture_method"];
        if let Some(name) = form.keys().find(|name| !known.contains(&name.as_str())) {
            return bad(Some("parameter_unknown"), Some(name));
        }
        let is_separate = self.has(Fault::ConfirmsSeparately) || self.has(Fault::ConfirmsWithMethod);
        if is_separate && form.contains_key("confirm") {
            return bad(Some("parameter_unknown"), Some("confirm"));
        }
        if self.has(Fault::ConfirmsWithMethod) && form.contains_key("payment_method") {
            return bad(Some("parameter_unknown"), Some("payment_method"));
        }
        let method = match form.get("payment_method").map(|name| self.method(name)) {
            Some(None) => {
                return refusal(404, "invalid_request_error", Some("resource_missing"), Some("payment_method"));
            }
            method => method.flatten(),
        };
        let status = if method.is_some() { "requires_confirmation" } else { "requires_payment_method" };
        let capture_method = form.get("capture_method").cloned().unwrap_or_else(|| "automatic_async".to_owned());
        let manual = capture_method == "manual";
        self.intents.push(Intent { status, amount, currency, manual, capture_method, method, ..Intent::default() });
        let place = self.intents.len() - 1;
        if form.get("confirm").is_some_and(|word| word == "true") {
            return self.confirm(place, &Form::new());
        }
        (200, self.shown(place))
    }

    /// The card that a name stands for; `None` if there is none.
    fn method(&self, name: &str) -> Option<String> {
        const CARDS: [(&str, &str); 3] = [
            ("pm_card_visa", "4242424242424242"),
            ("pm_card_visa_chargeDeclined", "4000000000000002"),
            ("pm_card_authenticationRequired", "4000002760003184"),
        ];
        let by_number = self.has(Fault::KnowsNumbers);
        let found =
            CARDS.iter().find(
                |(token, number)| {
                    if by_number { name.strip_prefix("pm_number_") == Some(number) } else { name == *token }
                },
            );
        match found {
            Some((token, _)) if !self.has(Fault::TakesEveryToken) => Some((*token).to_owned()),
            None if !self.has(Fault::TakesEveryToken) => None,
            _ => Some("pm_card_visa".to_owned()),
        }
    }

    fn confirm(&mut self, place: usize, form: &Form) -> Answer {
        if form.keys().any(|name| name != "payment_method") {
            return bad(Some("parameter_unknown"), form.keys().next().map(String::as_str));
        }
        let named = match form.get("payment_method").map(|name| self.method(name)) {
            Some(None) => {
                return refusal(404, "invalid_request_error", Some("resource_missing"), Some("payment_method"));
            }
            method => method.flatten(),
        };
        let passes = self.has(Fault::SecondConfirmPasses) && self.intents[place].status == "requires_action";
        let intent = &mut self.intents[place];
        if !["requires_payment_method", "requires_confirmation", "requires_action"].contains(&intent.status) {
            return state();
        }
        let limit = if self.fault == Some(Fault::OldAndPatient) { u32::MAX } else { 10 };
        let Some(method) = named.or_else(|| intent.method.clone()) else {
            return state();
        };
        intent.confirmations += 1;
        if intent.confirmations > limit {
            intent.status = "canceled";
            intent.reason = Some("automatic".to_owned());
            return state();
        }
        intent.method = Some(method.clone());
        intent.error = None;
        match method.as_str() {
            "pm_card_authenticationRequired" if !passes => {
                intent.status = "requires_action";
            }
            "pm_card_visa_chargeDeclined" => {
                intent.status = "requires_payment_method";
                intent.method = None;
                intent.has_charge = true;
                intent.failed = Some(("card_declined", "generic_decline"));
                intent.error = Some("card_declined");
                let shown = self.shown(place);
                return (
                    402,
                    json!({ "error": { "type": "card_error", "code": "card_declined", "decline_code": "generic_decline",
                        "payment_intent": shown, "message": "no" } }),
                );
            }
            _ => self.approve(place),
        }
        (200, self.shown(place))
    }

    fn approve(&mut self, place: usize) {
        let intent = &mut self.intents[place];
        intent.has_charge = true;
        intent.failed = None;
        if intent.manual {
            intent.status = "requires_capture";
            intent.held = intent.amount;
        } else {
            intent.status = "succeeded";
            intent.captured = intent.amount;
            intent.closed = true;
        }
    }

    fn authenticate(&mut self, place: usize, form: &Form) -> Answer {
        if self.intents[place].status != "requires_action" {
            return state();
        }
        if self.has(Fault::RefusesFailedChallenges) && form.get("success").is_none_or(|word| word != "true") {
            return bad(Some("parameter_unknown"), Some("success"));
        }
        if form.get("success").is_some_and(|word| word == "true") {
            self.approve(place);
        } else {
            let intent = &mut self.intents[place];
            intent.status = "requires_payment_method";
            intent.method = None;
            intent.error = Some("payment_intent_authentication_failure");
        }
        (200, self.shown(place))
    }
}

pub(super) fn no_route() -> Answer {
    (404, json!({ "error": { "message": "no such URL", "type": "invalid_request_error" } }))
}

pub(super) fn place(id: &str) -> Option<usize> {
    id.strip_prefix("pi_")?.strip_suffix("AbCdEfGhIjKl")?.parse().ok()
}
