//! An input as an English sentence. Amounts are in minor units, as in traces.

use holdfast_model::trace::Value;
use holdfast_model::{
    Authentication, Call, CancellationReason, Capture, CaptureMethod, Confirm, ConfirmationMethod, Create,
    CreateRefund, CreateSession, DeliveryFault, EnvironmentEvent, Flow, Input, IntentId, KeyId, Operation,
    RefundProgress, SessionMode, SessionUi, Update,
};

/// Returns the sentence for an input, which begins with a capital letter and ends with a period.
#[must_use]
pub fn sentence(input: &Input) -> String {
    let words = match input {
        Input::Call(Call { operation, key, fault }) => {
            let key = key.map(|key| format!(" under {}", key_name(key))).unwrap_or_default();
            let fault = match fault {
                DeliveryFault::None => "",
                DeliveryFault::ErrorBefore => "; the server fails before it executes the request",
                DeliveryFault::ErrorAfter => "; the server executes the request and then responds with an error",
                DeliveryFault::AnswerLost => "; the response is lost",
            };
            format!("The merchant {}{key}{fault}", requested(operation))
        }
        Input::Begin { key, operation } => {
            format!("A request arrives under {} and waits: the merchant {}", key_name(*key), requested(operation))
        }
        Input::Finish { key } => format!("The waiting request under {} is executed and answered", key_name(*key)),
        Input::Event(event) => happened(event),
    };
    format!("{words}.")
}

/// Returns the name of a payment, as in traces.
pub(super) fn payment_name(intent: IntentId) -> String {
    Value::Intent(intent).to_string()
}

fn key_name(key: KeyId) -> String {
    format!("key{}", u16::from(key.0).saturating_add(1))
}

fn duration(seconds: u32) -> String {
    Value::Seconds(i64::from(seconds)).to_string()
}

/// Joins a sentence and its additions with commas.
fn listed(first: String, others: impl IntoIterator<Item = Option<String>>) -> String {
    std::iter::once(first).chain(others.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}

fn with_shares(fee: Option<i64>, transfer: Option<i64>) -> [Option<String>; 2] {
    [
        fee.map(|fee| format!("with an application fee of {fee}")),
        transfer.map(|transfer| format!("with {transfer} for the connected account")),
    ]
}

fn requested(operation: &Operation) -> String {
    let share = |what: &str, amount: &Option<i64>, intent: &IntentId| {
        let amount = amount.map_or_else(|| "the rest".to_owned(), |amount| amount.to_string());
        format!("{what} {amount} of {}", payment_name(*intent))
    };
    match operation {
        Operation::CreateIntent { intent, create } => created(*intent, create),
        Operation::UpdateIntent { intent, update } => updated(*intent, update),
        Operation::ConfirmIntent { intent, confirm } => confirmed(*intent, confirm),
        Operation::CaptureIntent { intent, capture } => captured(*intent, capture),
        Operation::CancelIntent { intent, reason } => {
            format!("cancels {}{}", payment_name(*intent), because(*reason))
        }
        Operation::CreateRefund { intent, refund } => refunded(*intent, refund),
        Operation::CancelRefund { intent, refund } => {
            format!("cancels refund re{} of {}", u16::from(refund.0).saturating_add(1), payment_name(*intent))
        }
        Operation::RefundFee { intent, amount } => share("refunds, of the application fee,", amount, intent),
        Operation::ReverseTransfer { intent, amount } => share("reverses, of the transfer,", amount, intent),
        Operation::CreateTransfer { intent, amount } => share("transfers to the connected account", amount, intent),
        Operation::CreateSetup { method, confirm } => {
            let method = method.map(|method| format!("for {}", method.token()));
            listed("creates the SetupIntent".to_owned(), [method, confirm.then(|| "and confirms it".to_owned())])
        }
        Operation::UpdateSetup { method } => format!("changes the method of the SetupIntent to {}", method.token()),
        Operation::ConfirmSetup { method } => {
            listed("confirms the SetupIntent".to_owned(), [method.map(|method| format!("with {}", method.token()))])
        }
        Operation::CancelSetup { reason } => format!("cancels the SetupIntent{}", because(*reason)),
        Operation::VerifyMicrodeposits => "verifies the bank account of the SetupIntent by two deposits".to_owned(),
        Operation::CreateSession(session) => opened(session),
        Operation::ExpireSession => "expires the Checkout Session".to_owned(),
    }
}

fn because(reason: Option<CancellationReason>) -> &'static str {
    match reason {
        None => "",
        Some(CancellationReason::Duplicate) => " as a duplicate",
        Some(CancellationReason::Fraudulent) => " as fraudulent",
        Some(CancellationReason::RequestedByCustomer) => " at the customer's request",
        Some(CancellationReason::Abandoned) => " as abandoned",
        Some(CancellationReason::Automatic) => " with the reason that only the system gives",
    }
}

const fn capture_method(method: CaptureMethod) -> &'static str {
    match method {
        CaptureMethod::Automatic => "captured at confirmation",
        CaptureMethod::AutomaticAsync => "captured in the background",
        CaptureMethod::Manual => "captured on request",
    }
}

fn created(intent: IntentId, create: &Create) -> String {
    let Create { amount, currency, method, multicapture, flow, fee, transfer, confirm, off_session, .. } = create;
    let first = format!("creates {} over {amount} {}", payment_name(intent), currency.name());
    let flow = match flow {
        Flow::Platform => None,
        Flow::Direct => Some("as a direct charge of the connected account".to_owned()),
        Flow::Destination => Some("for a connected account".to_owned()),
    };
    let again = match create.confirmation_method {
        ConfirmationMethod::Automatic => None,
        ConfirmationMethod::Manual => Some("confirmed by the server alone".to_owned()),
    };
    let words = [
        Some(capture_method(create.capture_method).to_owned()),
        multicapture.then(|| "in several captures if available".to_owned()),
        method.map(|method| format!("with {}", method.token())),
        again,
        flow,
    ];
    let last =
        [off_session.then(|| "without the customer".to_owned()), confirm.then(|| "and confirms it at once".to_owned())];
    listed(first, words.into_iter().chain(with_shares(*fee, *transfer)).chain(last))
}

fn updated(intent: IntentId, update: &Update) -> String {
    let change = match update {
        Update::Amount(amount) => format!("the amount to {amount}"),
        Update::Method(method) => format!("the payment method to {}", method.token()),
        Update::CaptureMethod(method) => format!("the capture method, so that it is {}", capture_method(*method)),
        Update::Fee(fee) => format!("the application fee to {fee}"),
        Update::Transfer(transfer) => format!("the connected account's share to {transfer}"),
        Update::Metadata => "its metadata".to_owned(),
    };
    format!("changes {}: {change}", payment_name(intent))
}

fn confirmed(intent: IntentId, confirm: &Confirm) -> String {
    let words = [
        confirm.method.map(|method| format!("with {}", method.token())),
        confirm.capture_method.map(|method| capture_method(method).to_owned()),
        confirm.off_session.then(|| "without the customer".to_owned()),
    ];
    let shares = with_shares(confirm.fee, confirm.transfer);
    listed(format!("confirms {}", payment_name(intent)), words.into_iter().chain(shares))
}

fn captured(intent: IntentId, capture: &Capture) -> String {
    let intent = payment_name(intent);
    let first = match capture.amount {
        Some(amount) => format!("captures {amount} of {intent}"),
        None => format!("captures all that is held of {intent}"),
    };
    let kept = match capture.final_capture {
        None => None,
        Some(true) => Some("as the final capture, which releases the rest".to_owned()),
        Some(false) => Some("and keeps the rest on hold".to_owned()),
    };
    listed(first, std::iter::once(kept).chain(with_shares(capture.fee, capture.transfer)))
}

fn refunded(intent: IntentId, refund: &CreateRefund) -> String {
    let intent = payment_name(intent);
    let first = match refund.amount {
        Some(amount) => format!("refunds {amount} of {intent}"),
        None => format!("refunds all that is left of {intent}"),
    };
    let words = [
        refund.refund_application_fee.then(|| "with the application fee".to_owned()),
        refund.reverse_transfer.then(|| "with the transfer".to_owned()),
    ];
    listed(first, words)
}

fn opened(session: &CreateSession) -> String {
    let page = match session.ui {
        SessionUi::Hosted => "on the provider's page",
        SessionUi::Embedded => "in the merchant's page",
    };
    let first = match session.mode {
        SessionMode::Payment => format!("opens a Checkout Session over {} {page}", session.amount),
        SessionMode::Setup => format!("opens a Checkout Session that saves a payment method {page}"),
    };
    let words = [
        session.manual.then(|| "captured on request".to_owned()),
        session.multicapture.then(|| "in several captures if available".to_owned()),
        session.success_url.then(|| "with a success page".to_owned()),
        session.return_url.then(|| "with a return page".to_owned()),
        session.expires_in.map(|seconds| format!("open for {}", duration(seconds))),
    ];
    listed(first, words)
}

fn happened(event: &EnvironmentEvent) -> String {
    let passed = |result: &Authentication| match result {
        Authentication::Succeeds => "passes the bank's challenge",
        Authentication::Fails => "fails the bank's challenge",
        Authentication::Abandoned => "leaves the bank's challenge",
    };
    match event {
        EnvironmentEvent::Authenticate { intent, result } => {
            format!("The customer {} of {}", passed(result), payment_name(*intent))
        }
        EnvironmentEvent::Settle { intent } => format!("The bank settles the debit of {}", payment_name(*intent)),
        EnvironmentEvent::CloseCancelWindow { intent } => {
            format!("The bank ends the time in which {} can be canceled", payment_name(*intent))
        }
        EnvironmentEvent::PostToLedger { intent } => {
            format!("The background capture of {} reaches the ledger", payment_name(*intent))
        }
        EnvironmentEvent::ExpireHold { intent } => format!("The expiry job looks at {}", payment_name(*intent)),
        EnvironmentEvent::Refund { intent, refund, progress } => {
            let progress = match progress {
                RefundProgress::Succeeds => "arrives",
                RefundProgress::Fails => "fails, and the money comes back",
                RefundProgress::DetailsGiven => "gets the details of its destination from the customer",
                RefundProgress::Returned => "is returned by the bank and needs other details",
            };
            format!("Refund re{} of {} {progress}", u16::from(refund.0).saturating_add(1), payment_name(*intent))
        }
        EnvironmentEvent::AuthenticateSetup { result } => {
            format!("The customer {} of the SetupIntent", passed(result))
        }
        EnvironmentEvent::SettleSetup => "The bank decides about the mandate of the SetupIntent".to_owned(),
        EnvironmentEvent::CustomerPays { intent, method } => {
            format!("The customer submits the Checkout page with {} (as {})", method.token(), payment_name(*intent))
        }
        EnvironmentEvent::PruneKey { key } => format!("The store forgets {}", key_name(*key)),
        EnvironmentEvent::Advance { seconds } => {
            format!("{} pass; every deadline on the way takes effect", duration(*seconds))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use holdfast_explorer::Space;
    use holdfast_model::State;
    use holdfast_model::trace::Verb;
    use holdfast_scenarios::space::ModelSpace;
    use holdfast_scenarios::{SCENARIOS, Visit};

    use super::*;

    /// Every input that a random walk can choose from.
    struct AlongAWalk;

    impl Visit for AlongAWalk {
        type Output = Vec<Input>;

        fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) -> Vec<Input> {
            let mut state = State::<P, K>::default();
            let (mut all, mut chance) = (Vec::new(), fastrand::Rng::with_seed(7));
            for _ in 0..40 {
                let mut possible = Vec::new();
                space.inputs(&state, &mut possible);
                let Some(input) = chance.choice(&possible) else { break };
                state = space.transition(&state, *input).after;
                all.extend(possible);
            }
            all
        }
    }

    /// Every kind of input, and inputs of every scenario: inputs that differ have sentences that differ.
    #[test]
    fn sentences_tell_inputs_apart() {
        let mut inputs: Vec<Input> = Verb::ALL.iter().map(|verb| verb.blank()).collect();
        for scenario in SCENARIOS {
            for variant in (scenario.variants)() {
                inputs.extend(scenario.visit(&variant, AlongAWalk));
            }
        }
        let mut known: BTreeMap<String, Input> = BTreeMap::new();
        for input in inputs {
            let words = sentence(&input);
            assert!(words.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit()), "{words}");
            assert!(words.ends_with('.') && !words.contains("  ") && !words.contains("Some("), "{words}");
            if let Some(other) = known.insert(words.clone(), input) {
                assert_eq!(other.to_string(), input.to_string(), "{words}");
            }
        }
        assert!(known.len() > 200, "{} sentences", known.len());
    }
}
