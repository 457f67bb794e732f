//! The parts of the API that an input uses, and those that a server has never accepted.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::{
    Authentication, CaptureMethod, ConfirmationMethod, Create, Currency, EnvironmentEvent, Flow, Input, Operation,
    RefundProgress, Update,
};

/// The essential parts: a server that never accepts one of them has not been judged.
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
    let named = match *operation {
        Operation::CreateIntent { create, .. } => of_create(&create),
        Operation::UpdateIntent { update, .. } => vec![(true, of_update(&update))],
        Operation::ConfirmIntent { confirm, .. } => vec![
            (true, "confirm"),
            (confirm.method.is_some(), "confirm: payment_method"),
            (confirm.capture_method.is_some(), "confirm: capture_method"),
            (confirm.fee.is_some(), "confirm: application_fee_amount"),
            (confirm.transfer.is_some(), "confirm: transfer_data[amount]"),
            (confirm.off_session, "confirm: off_session"),
        ],
        Operation::CaptureIntent { capture, .. } => vec![
            (true, "capture"),
            (capture.amount.is_some(), "capture: amount_to_capture"),
            (capture.final_capture == Some(false), "capture: final_capture=false"),
            (capture.final_capture == Some(true), "capture: final_capture=true"),
            (capture.fee.is_some(), "capture: application_fee_amount"),
            (capture.transfer.is_some(), "capture: transfer_data[amount]"),
        ],
        Operation::CancelIntent { reason, .. } => {
            vec![(true, "cancel"), (reason.is_some(), "cancel: cancellation_reason")]
        }
        Operation::CreateRefund { refund, .. } => vec![
            (true, "refund"),
            (refund.amount.is_some(), "refund: amount"),
            (refund.refund_application_fee, "refund: refund_application_fee"),
            (refund.reverse_transfer, "refund: reverse_transfer"),
        ],
        Operation::CancelRefund { .. } => vec![(true, "cancel of a refund")],
        Operation::RefundFee { .. } => vec![(true, "application fee refunds")],
        Operation::ReverseTransfer { .. } => vec![(true, "transfer reversals")],
        Operation::CreateTransfer { .. } => vec![(true, "transfers")],
        Operation::CreateSetup { confirm, method } => vec![
            (true, "setup intents"),
            (method.is_some(), "setup: payment_method at creation"),
            (confirm, "setup: confirm at creation"),
        ],
        Operation::UpdateSetup { .. } => vec![(true, "setup: update")],
        Operation::ConfirmSetup { method } => {
            vec![(true, "setup: confirm"), (method.is_some(), "setup: payment_method at confirmation")]
        }
        Operation::CancelSetup { reason } => {
            vec![(true, "setup: cancel"), (reason.is_some(), "setup: cancellation_reason")]
        }
        Operation::VerifyMicrodeposits => vec![(true, "setup: deposits")],
        Operation::CreateSession(_) | Operation::ExpireSession => vec![(true, "checkout sessions")],
    };
    used.extend(named.into_iter().filter(|(is_used, _)| *is_used).map(|(_, name)| name.to_owned()));
    if let Some(method) = operation.method() {
        used.push(format!("method {}", method.token()));
    }
}

fn of_create(create: &Create) -> Vec<(bool, &'static str)> {
    vec![
        (true, "create"),
        (create.capture_method == CaptureMethod::Manual, "capture_method=manual"),
        (create.capture_method == CaptureMethod::Automatic, "capture_method=automatic"),
        (create.confirmation_method == ConfirmationMethod::Manual, "confirmation_method=manual"),
        (create.multicapture, "request_multicapture"),
        // A currency that no provider knows is no part of the API.
        (matches!(create.currency, Currency::Eur | Currency::Jpy), create.currency.name()),
        (create.fee.is_some(), "create: application_fee_amount"),
        (create.transfer.is_some(), "create: transfer_data[amount]"),
        (create.flow == Flow::Direct, "direct charges"),
        (create.flow == Flow::Destination, "destination charges"),
        (create.off_session, "create: off_session"),
        (create.method.is_some(), "create: payment_method"),
        (create.confirm, "create: confirm"),
    ]
}

const fn of_update(update: &Update) -> &'static str {
    match update {
        Update::Amount(_) => "update: amount",
        Update::Method(_) => "update: payment_method",
        Update::CaptureMethod(_) => "update: capture_method",
        Update::Fee(_) => "update: application_fee_amount",
        Update::Transfer(_) => "update: transfer_data[amount]",
        Update::Metadata => "update: metadata",
    }
}

const fn of_event(event: &EnvironmentEvent) -> &'static str {
    match event {
        EnvironmentEvent::Authenticate { result: Authentication::Abandoned, .. } => "challenge left",
        EnvironmentEvent::Authenticate { .. } | EnvironmentEvent::AuthenticateSetup { .. } => "challenge answered",
        EnvironmentEvent::Settle { .. } => "bank answers",
        EnvironmentEvent::CloseCancelWindow { .. } => "bank closes the window for cancels",
        EnvironmentEvent::PostToLedger { .. } => "posting on demand",
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

/// The meaning of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalMeaning {
    /// The server has all that the input uses: the refusal is the server's own.
    Known,
    /// One part is missing.
    Lacks,
    /// One of several parts may be missing; nothing is concluded yet.
    Unsure,
}

/// The parts of the API that a server accepts and lacks.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// The number of times each was accepted.
    through: BTreeMap<String, u64>,
    /// The missing parts, each with the server's answer.
    missing: BTreeMap<String, String>,
    /// Parts of which at least one is missing, and the server's answer.
    doubts: Vec<(Vec<String>, String)>,
}

impl Features {
    /// Returns whether the input uses no part that is known to be missing.
    #[must_use]
    pub fn have(&self, input: &Input) -> bool {
        self.missing.is_empty() || features(input).iter().all(|feature| !self.missing.contains_key(feature))
    }

    /// Returns a part that the input uses and the server lacks.
    #[must_use]
    pub fn lacking(&self, input: &Input) -> Option<String> {
        features(input).into_iter().find(|feature| self.missing.contains_key(feature))
    }

    /// Returns whether it was ever accepted.
    #[must_use]
    pub fn lets_through(&self, feature: &str) -> bool {
        self.through.contains_key(feature)
    }

    /// Returns whether it was accepted, or is known to be missing.
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

    /// Records a part that the server is known to have.
    pub fn note_part(&mut self, part: &str) {
        let count = self.through.entry(part.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// Returns the parts that the input uses and the server has never accepted.
    #[must_use]
    pub fn untried(&self, input: &Input) -> Vec<String> {
        features(input).into_iter().filter(|feature| !self.through.contains_key(feature)).collect()
    }

    /// Records a refusal of an input that must be accepted. One refusal marks at most one part as missing: the one that the
    /// answer names, or the only one that was never accepted.
    pub fn refuse(&mut self, input: &Input, param: Option<&str>, answer: &str) -> RefusalMeaning {
        let untried = self.untried(input);
        let named = param.and_then(|param| {
            let last = param.rsplit('[').next().unwrap_or(param).trim_end_matches(']');
            let is_it = |feature: &&String| !last.is_empty() && feature.contains(last);
            let mut fitting = untried.iter().filter(is_it);
            fitting.next().filter(|_| fitting.next().is_none())
        });
        match (untried.as_slice(), named) {
            ([], _) => RefusalMeaning::Known,
            (_, Some(only)) | ([only], None) => {
                self.lack(&only.clone(), answer);
                RefusalMeaning::Lacks
            }
            (_, None) => {
                if !self.doubts.iter().any(|(known, _)| *known == untried) {
                    self.doubts.push((untried, answer.to_owned()));
                }
                RefusalMeaning::Unsure
            }
        }
    }

    /// Decides the doubtful parts: of parts that were refused together and never accepted, the most special one
    /// counts as missing.
    pub fn settle_doubts(&mut self) {
        for (parts, answer) in std::mem::take(&mut self.doubts) {
            let is_open = parts.iter().all(|part| !self.through.contains_key(part) && !self.missing.contains_key(part));
            if let (true, Some(last)) = (is_open, parts.last()) {
                self.lack(last, &answer);
            }
        }
    }

    /// Removes and returns the missing parts, so that they are requested again.
    pub fn reconsider(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.missing).into_keys().collect()
    }

    /// Records that the server lacks a feature, with its answer.
    pub fn lack(&mut self, feature: &str, answer: &str) {
        self.missing.entry(feature.to_owned()).or_insert_with(|| answer.to_owned());
    }

    /// Returns the missing parts, each with the server's answer.
    pub fn missing(&self) -> impl Iterator<Item = (&str, &str)> {
        self.missing.iter().map(|(feature, answer)| (feature.as_str(), answer.as_str()))
    }

    /// Returns the accepted parts.
    pub fn through(&self) -> impl Iterator<Item = (&str, u64)> {
        self.through.iter().map(|(feature, count)| (feature.as_str(), *count))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_model::trace::Script;

    use super::*;

    fn input(line: &str) -> Input {
        Script::parse(line).unwrap().inputs().next().unwrap()
    }

    #[test]
    fn one_refusal_condemns_one_part() {
        let create = input("create pi1 1000 usd manual multicapture method=card_visa confirm\n");
        let mut known = Features::default();
        known.note(&input("create pi1 1000 usd method=card_visa confirm\n"));
        type Row<'a> = (&'a [&'a str], Option<&'a str>, RefusalMeaning, &'a [&'a str]);
        let table: [Row<'_>; 4] = [
            (&[], None, RefusalMeaning::Unsure, &[]),
            (
                &[],
                Some("payment_method_options[card][request_multicapture]"),
                RefusalMeaning::Lacks,
                &["request_multicapture"],
            ),
            (
                &["create pi1 1000 usd manual method=card_visa confirm\n"],
                None,
                RefusalMeaning::Lacks,
                &["request_multicapture"],
            ),
            (
                &["create pi1 1000 usd manual multicapture method=card_visa confirm\n"],
                Some("capture_method"),
                RefusalMeaning::Known,
                &[],
            ),
        ];
        for (through, param, expected, missing) in table {
            let mut features = known.clone();
            for line in through {
                features.note(&input(line));
            }
            assert_eq!(features.refuse(&create, param, "400"), expected, "{through:?} {param:?}");
            let found: Vec<&str> = features.missing().map(|(name, _)| name).collect();
            assert_eq!(found, missing, "{through:?} {param:?}");
        }
    }

    #[test]
    fn a_doubt_ends_with_what_is_let_through_later() {
        let both = input("create pi1 1000 usd manual multicapture method=card_visa\n");
        let mut features = Features::default();
        assert_eq!(features.refuse(&both, None, "400"), RefusalMeaning::Unsure);
        features.note(&input("create pi1 1000 usd method=card_visa\n"));
        features.settle_doubts();
        assert_eq!(features.missing().count(), 0);
        assert_eq!(features.refuse(&both, None, "400"), RefusalMeaning::Unsure);
        features.settle_doubts();
        assert_eq!(features.reconsider().into_iter().collect::<Vec<_>>(), ["request_multicapture"]);
        assert_eq!(features.missing().count(), 0);
    }
}
