//! Captures, cancellations and refunds of the small server.

use serde_json::json;

use super::Fault;
use super::http::Form;
use super::shown::refund;
use super::till::{Answer, Till, bad, missing, place, state};

impl Till {
    pub(super) fn capture(&mut self, place: usize, form: &Form) -> Answer {
        if form.keys().any(|name| name != "amount_to_capture" && name != "final_capture") {
            return bad(Some("parameter_unknown"), None);
        }
        if self.has(Fault::SmallEngine) && self.intents[place].status != "requires_capture" {
            return state();
        }
        let after_cancel = self.has(Fault::CaptureAfterCancel) && self.intents[place].status == "canceled";
        let (over, negative) = (self.has(Fault::OverCapture), self.has(Fault::NegativeCapturable));
        let intent = &mut self.intents[place];
        let asked = form.get("amount_to_capture").map(|text| text.parse::<i64>().unwrap());
        if asked.is_some_and(|asked| asked < 0) {
            return bad(None, Some("amount_to_capture"));
        }
        if intent.status != "requires_capture" && !after_cancel {
            return state();
        }
        let held = if after_cancel { intent.amount } else { intent.held };
        let amount = asked.unwrap_or(held);
        if amount == 0 {
            return bad(Some("parameter_invalid_integer"), Some("amount"));
        }
        if amount > held && !over {
            return bad(Some("amount_too_large"), Some("amount_to_capture"));
        }
        if form.contains_key("final_capture") {
            return bad(Some("payment_intent_invalid_parameter"), Some("final_capture"));
        }
        let total = intent.amount;
        intent.captured = amount;
        intent.held = if negative { amount - held - amount } else { 0 };
        intent.closed = true;
        intent.status = "succeeded";
        if self.has(Fault::CapturesTwins)
            && let Some(twin) =
                self.intents.iter_mut().rev().find(|it| it.amount == total && it.status == "requires_capture")
        {
            (twin.status, twin.captured, twin.held, twin.closed) = ("succeeded", amount, 0, true);
        }
        (200, self.shown(place))
    }

    pub(super) fn cancel(&mut self, place: usize, form: &Form) -> Answer {
        let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
        let reason = form.get("cancellation_reason").cloned();
        if self.has(Fault::SmallEngine) && ["succeeded", "canceled"].contains(&self.intents[place].status) {
            return state();
        }
        if reason.as_ref().is_some_and(|reason| !reasons.contains(&reason.as_str())) {
            return bad(None, Some("cancellation_reason"));
        }
        let is_late = self.is_late(Fault::LateErrors);
        let intent = &mut self.intents[place];
        if ["succeeded", "canceled", "processing"].contains(&intent.status) {
            self.was_wrong |= is_late;
            if is_late || self.fault == Some(Fault::ServerErrors) {
                return (500, json!({ "error": { "type": "api_error", "message": "oh" } }));
            }
            return state();
        }
        let is_release = intent.status == "requires_capture";
        intent.status = "canceled";
        intent.reason = reason;
        intent.held = 0;
        self.was_wrong |= is_release && self.is_late(Fault::LateReleases);
        (200, self.shown(place))
    }

    pub(super) fn refund(&mut self, form: &Form) -> Answer {
        let amount = form.get("amount").map_or(1, |text| text.parse::<i64>().unwrap());
        if self.has(Fault::AmountsFirst) && amount < 1 {
            return bad(Some("parameter_invalid_integer"), Some("amount"));
        }
        let by = if self.has(Fault::RefundsByCharge) { "charge" } else { "payment_intent" };
        let named = form.get(by).map(|id| id.replace("ch_", "pi_"));
        let Some(place) = named.and_then(|id| place(&id)).filter(|at| *at < self.intents.len()) else {
            return missing();
        };
        if form.keys().any(|name| name != by && name != "amount") {
            return bad(Some("parameter_unknown"), None);
        }
        let (over, forgets) = (self.has(Fault::OverRefund), self.has(Fault::RefundForgetsRefunds));
        let (of_hold, text) = (self.has(Fault::RefundOfHold), self.has(Fault::AmountsTurnText));
        let intent = &mut self.intents[place];
        let asked = form.get("amount").map(|text| text.parse::<i64>().unwrap());
        if asked.is_some_and(|asked| asked < 1) {
            return bad(Some("parameter_invalid_integer"), Some("amount"));
        }
        if intent.status == "requires_capture" && !of_hold {
            return bad(None, None);
        }
        if !["succeeded", "requires_capture"].contains(&intent.status) {
            return bad(None, None);
        }
        let taken = if of_hold { intent.amount } else { intent.captured };
        let left = taken - intent.refunds.iter().sum::<i64>();
        if left == 0 && !over {
            return bad(Some("charge_already_refunded"), None);
        }
        let amount = asked.unwrap_or(if forgets { taken } else { left });
        if amount > 1_000_000_000 || amount > left && !over && !(forgets && asked.is_none()) {
            return bad(None, Some("amount"));
        }
        intent.refunds.push(amount);
        let number = intent.refunds.len() - 1;
        let mut shown = refund(place, number, amount);
        if text && asked.is_some() {
            shown["amount"] = json!(amount.to_string());
        }
        (200, shown)
    }
}
