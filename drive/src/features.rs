//! What of the API an input uses, and what of it a server has never let through.

use std::collections::BTreeMap;

use holdfast_model::{
    Authentication, CaptureMethod, ConfirmationMethod, Currency, EnvironmentEvent, Flow, Input, Operation,
    RefundProgress, Update,
};

/// Without these there is not much that can be found: a server on which one never goes through has not been judged.
pub const CORE: [&str; 4] = ["create", "capture", "cancel", "refund"];

/// The parts of the API that an input uses: the operation, and each parameter that is not the usual one.
#[must_use]
pub fn features(input: &Input) -> Vec<String> {
    let mut used = Vec::new();
    match input {
        Input::Call(call) => of_operation(&call.operation, &mut used),
        Input::Event(event) => used.push(of_event(event).to_owned()),
        Input::Begin { .. } | Input::Finish { .. } => used.push("requests held open".to_owned()),
    }
    used
}

fn of_operation(operation: &Operation, used: &mut Vec<String>) {
    let mut add = |is_used: bool, name: &str| {
        if is_used {
            used.push(name.to_owned());
        }
    };
    match *operation {
        Operation::CreateIntent { create, .. } => {
            add(true, "create");
            add(create.confirm, "create: confirm");
            add(create.capture_method == CaptureMethod::Manual, "capture_method=manual");
            add(create.capture_method == CaptureMethod::Automatic, "capture_method=automatic");
            add(create.confirmation_method == ConfirmationMethod::Manual, "confirmation_method=manual");
            add(create.multicapture, "request_multicapture");
            // One that no provider knows is no part of the API.
            add(matches!(create.currency, Currency::Eur | Currency::Jpy), create.currency.name());
            add(create.fee.is_some(), "create: application_fee_amount");
            add(create.transfer.is_some(), "create: transfer_data[amount]");
            add(create.flow == Flow::Direct, "direct charges");
            add(create.flow == Flow::Destination, "destination charges");
            add(create.off_session, "create: off_session");
        }
        Operation::UpdateIntent { update, .. } => match update {
            Update::Amount(_) => add(true, "update: amount"),
            Update::Method(_) => add(true, "update: payment_method"),
            Update::CaptureMethod(_) => add(true, "update: capture_method"),
            Update::Fee(_) => add(true, "update: application_fee_amount"),
            Update::Transfer(_) => add(true, "update: transfer_data[amount]"),
            Update::Metadata => add(true, "update: metadata"),
        },
        Operation::ConfirmIntent { confirm, .. } => {
            add(true, "confirm");
            add(confirm.method.is_some(), "confirm: payment_method");
            add(confirm.capture_method.is_some(), "confirm: capture_method");
            add(confirm.fee.is_some(), "confirm: application_fee_amount");
            add(confirm.transfer.is_some(), "confirm: transfer_data[amount]");
            add(confirm.off_session, "confirm: off_session");
        }
        Operation::CaptureIntent { capture, .. } => {
            add(true, "capture");
            add(capture.amount.is_some(), "capture: amount_to_capture");
            add(capture.final_capture == Some(false), "capture: final_capture=false");
            add(capture.final_capture == Some(true), "capture: final_capture=true");
            add(capture.fee.is_some(), "capture: application_fee_amount");
            add(capture.transfer.is_some(), "capture: transfer_data[amount]");
        }
        Operation::CancelIntent { reason, .. } => {
            add(true, "cancel");
            add(reason.is_some(), "cancel: cancellation_reason");
        }
        Operation::CreateRefund { refund, .. } => {
            add(true, "refund");
            add(refund.amount.is_some(), "refund: amount");
            add(refund.refund_application_fee, "refund: refund_application_fee");
            add(refund.reverse_transfer, "refund: reverse_transfer");
        }
        Operation::CancelRefund { .. } => add(true, "cancel of a refund"),
        Operation::RefundFee { .. } => add(true, "application fee refunds"),
        Operation::ReverseTransfer { .. } => add(true, "transfer reversals"),
        Operation::CreateTransfer { .. } => add(true, "transfers"),
        Operation::CreateSetup { confirm, method } => {
            add(true, "setup intents");
            add(method.is_some(), "setup: payment_method at creation");
            add(confirm, "setup: confirm at creation");
        }
        Operation::UpdateSetup { .. } => add(true, "setup: update"),
        Operation::ConfirmSetup { method } => {
            add(true, "setup: confirm");
            add(method.is_some(), "setup: payment_method at confirmation");
        }
        Operation::CancelSetup { reason } => {
            add(true, "setup: cancel");
            add(reason.is_some(), "setup: cancellation_reason");
        }
        Operation::VerifyMicrodeposits => add(true, "setup: deposits"),
        Operation::CreateSession(_) | Operation::ExpireSession => add(true, "checkout sessions"),
    }
    if let Some(method) = operation.method() {
        used.push(format!("method {}", method.token()));
    }
}

const fn of_event(event: &EnvironmentEvent) -> &'static str {
    match event {
        EnvironmentEvent::Authenticate { result: Authentication::Abandoned, .. } => "challenge left",
        EnvironmentEvent::Authenticate { .. } | EnvironmentEvent::AuthenticateSetup { .. } => "challenge answered",
        EnvironmentEvent::Settle { .. } => "bank answers",
        EnvironmentEvent::CloseCancelWindow { .. } => "bank closes the window for cancels",
        EnvironmentEvent::PostToLedger { .. } => "booking on demand",
        EnvironmentEvent::ExpireHold { .. } => "expiry job on demand",
        EnvironmentEvent::Refund { progress: RefundProgress::Succeeds | RefundProgress::Fails, .. } => {
            "network reports a refund"
        }
        EnvironmentEvent::Refund { .. } => "customer and bank move a refund",
        EnvironmentEvent::SettleSetup => "mandate answered",
        EnvironmentEvent::CustomerPays { .. } => "hosted page",
        EnvironmentEvent::PruneKey { .. } => "keys forgotten on demand",
        EnvironmentEvent::Advance { .. } => "clock",
    }
}

/// What a server was seen to let through, and what it was not.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// How often each was let through.
    through: BTreeMap<String, u64>,
    /// What it has not, and what it says when asked.
    missing: BTreeMap<String, String>,
}

impl Features {
    /// Does the server have all that the input uses, as far as is known?
    #[must_use]
    pub fn have(&self, input: &Input) -> bool {
        self.missing.is_empty() || features(input).iter().all(|feature| !self.missing.contains_key(feature))
    }

    /// What the input uses and the server has not.
    #[must_use]
    pub fn lacking(&self, input: &Input) -> Option<String> {
        features(input).into_iter().find(|feature| self.missing.contains_key(feature))
    }

    /// Was it ever let through?
    #[must_use]
    pub fn lets_through(&self, feature: &str) -> bool {
        self.through.contains_key(feature)
    }

    /// Is it known whether the server has it?
    #[must_use]
    pub fn knows(&self, feature: &str) -> bool {
        self.lets_through(feature) || self.missing.contains_key(feature)
    }

    /// An input that it let through.
    pub fn note(&mut self, input: &Input) {
        for feature in features(input) {
            let count = self.through.entry(feature).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// What the input uses and the server has never let through.
    #[must_use]
    pub fn untried(&self, input: &Input) -> Vec<String> {
        features(input).into_iter().filter(|feature| !self.through.contains_key(feature)).collect()
    }

    /// It has not got that.
    pub fn lack(&mut self, feature: &str, answer: &str) {
        self.missing.entry(feature.to_owned()).or_insert_with(|| answer.to_owned());
    }

    /// What it has not got, and what it says when asked.
    pub fn missing(&self) -> impl Iterator<Item = (&str, &str)> {
        self.missing.iter().map(|(feature, answer)| (feature.as_str(), answer.as_str()))
    }

    /// What it let through.
    pub fn through(&self) -> impl Iterator<Item = (&str, u64)> {
        self.through.iter().map(|(feature, count)| (feature.as_str(), *count))
    }
}
