//! Test helpers, connected accounts, several captures, and methods whose refunds take time.

use holdfast_model::PaymentMethod;

use super::{Probe, Probed};
use crate::profile::{AUTHENTICATE, ChallengeHelper, MethodReference};
use crate::wire::{HttpReply, HttpRequest};

impl Probe<'_> {
    pub(super) fn find_helper(&mut self) -> Probed<Option<ChallengeHelper>> {
        for helper in AUTHENTICATE {
            let Some(reply) = self.paid(PaymentMethod::AuthenticationRequired, &[])? else { return Ok(None) };
            let id = reply.text_at("/id").unwrap_or_default().to_owned();
            let asked = HttpRequest::post(helper.path.replace("{id}", &id)).with(helper.name, helper.values.0);
            let asked = if helper.secret {
                asked.with("client_secret", reply.text_at("/client_secret").unwrap_or_default())
            } else {
                asked
            };
            let answer = self.ask(&asked)?;
            let is_there = answer.is_some_and(|answer| answer.status != 404 && answer.status != 405);
            if is_there && self.status(&id)? != "requires_action" {
                return Ok(Some(helper));
            }
        }
        Ok(None)
    }

    pub(super) fn settles(&mut self) -> Probed<bool> {
        let Some(reply) = self.paid(PaymentMethod::UsBankAccount, &[])? else { return Ok(false) };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let asked =
            HttpRequest::post(format!("/v1/test_helpers/payment_intents/{id}/settle")).with("outcome", "succeeded");
        Ok(self.ask(&asked)?.is_some_and(|reply| reply.is_done()) && self.status(&id)? == "succeeded")
    }

    pub(super) fn find_account(&mut self) -> Probed<Option<String>> {
        let asked = HttpRequest::post("/v1/accounts").with("type", "custom").with("country", "US");
        let Some(reply) = self.done(&asked)? else { return Ok(None) };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let is_taken = self.paid(PaymentMethod::Visa, &[("transfer_data[destination]", &id)])?.is_some();
        Ok(is_taken.then_some(id))
    }

    /// Returns whether the charge of a hold says that several captures are available, or, where charges say nothing, whether
    /// a capture that is not the last is let through.
    pub(super) fn has_multicapture(&mut self) -> Probed<bool> {
        let hold =
            [("capture_method", "manual"), ("payment_method_options[card][request_multicapture]", "if_available")];
        let Some(reply) = self.paid(PaymentMethod::Visa, &hold)? else { return Ok(false) };
        let id = reply.text_at("/id").unwrap_or_default().to_owned();
        let look = HttpRequest::get(format!("/v1/payment_intents/{id}")).with("expand[]", "latest_charge");
        let says = "/latest_charge/payment_method_details/card/multicapture/status";
        if let Some(word) = self.ask(&look)?.and_then(|reply| reply.text_at(says).map(str::to_owned)) {
            return Ok(word == "available");
        }
        let capture = HttpRequest::post(format!("/v1/payment_intents/{id}/capture"));
        let capture = capture.with("amount_to_capture", 300).with("final_capture", false);
        let is_done = self.ask(&capture)?.is_some_and(|reply| reply.is_done());
        Ok(is_done && self.status(&id)? == "requires_capture")
    }

    /// Finds methods with slow refunds, if the server's refunds can be moved, and the card without the features.
    pub(super) fn find_special_methods(&mut self) -> Probed<()> {
        for method in [PaymentMethod::PendingRefund, PaymentMethod::RefundFails] {
            let Some(reply) = self.pay(method, MethodReference::Token, &[])?.filter(HttpReply::is_done) else {
                continue;
            };
            let id = reply.text_at("/id").unwrap_or_default().to_owned();
            let Some(refund) = self.done(&HttpRequest::post("/v1/refunds").with("payment_intent", &id))? else {
                continue;
            };
            let outcome = if method == PaymentMethod::PendingRefund { "succeeded" } else { "expired_or_canceled_card" };
            let path = format!("/v1/test_helpers/refunds/{}/report", refund.text_at("/id").unwrap_or_default());
            let report = HttpRequest::post(path).with("outcome", outcome);
            if self.ask(&report)?.is_some_and(|reply| reply.is_done()) {
                self.server.profile.refunds_move = true;
                self.server.profile.methods.insert(method, MethodReference::Token);
            }
        }
        Ok(())
    }

    /// Learns whether SetupIntents take the types of payment methods.
    pub(super) fn find_setup_types(&mut self) -> Probed<()> {
        let asked = HttpRequest::post("/v1/setup_intents").with("payment_method_types[]", "card");
        self.server.profile.setup_types = self.done(&asked)?.is_some();
        Ok(())
    }
}
