//! The functional core: [`decide`] turns objects and a command into changes or a refusal.
//!
//! It has no I/O, no clock and no random source. A decision that needs the acquirer stops with its request
//! ([`Stop::Ask`]). The shell records the request, sends it, and repeats the decision with the answer.

mod amounts;
mod attempt;
mod cancel;
mod capture;
mod checkout;
mod confirm;
mod connect;
mod connect_requests;
mod create;
mod customers;
mod debits;
mod decision_context;
mod invariants;
mod jobs;
mod new_charge;
mod refund;
mod refund_outcome;
mod session_follow_up;
mod settlement;
mod setup;
mod update;
mod webhooks;

pub use decision_context::{Changes, Decided, DecisionContext, Done, Reply, Stop};
pub(crate) use invariants::decision as decision_violation;

use crate::command::{Command, EnvironmentEvent};
use crate::refusal::{Reason, Refusal};
use crate::{Object, ObjectId};

/// Decides one command.
///
/// # Errors
/// [`Stop::Ask`] if the acquirer must answer first, [`Stop::Refuse`] if a rule forbids the command, [`Stop::Unable`] if
/// a resource failed.
pub fn decide(context: &DecisionContext<'_>, command: &Command) -> Decided {
    let mut done = dispatch(context, command)?;
    session_follow_up::apply(context, &mut done.changes);
    Ok(done)
}

fn dispatch(context: &DecisionContext<'_>, command: &Command) -> Decided {
    match command {
        Command::CreatePaymentIntent(request) => create::payment_intent(context, request),
        Command::UpdatePaymentIntent(request) => update::payment_intent(context, request),
        Command::ConfirmPaymentIntent(request) => confirm::payment_intent(context, request),
        Command::CapturePaymentIntent(request) => capture::payment_intent(context, request),
        Command::CancelPaymentIntent { intent, reason } => cancel::payment_intent(context, *intent, *reason),
        Command::CreateRefund(request) => refund::create(context, request),
        Command::UpdateRefund { refund, texts } => refund::update(context, *refund, texts),
        Command::CancelRefund { refund } => refund_outcome::cancel(context, *refund),
        Command::UpdateCharge { charge, texts } => update::charge(context, *charge, texts),
        Command::CaptureCharge { charge } => capture::charge(context, *charge),
        Command::CreateSetupIntent(request) => setup::create(context, request),
        Command::UpdateSetupIntent(request) => setup::update(context, request),
        Command::ConfirmSetupIntent(request) => setup::confirm(context, request),
        Command::CancelSetupIntent { intent, reason } => setup::cancel(context, *intent, *reason),
        Command::VerifyMicrodeposits { intent, proof } => setup::verify_microdeposits(context, *intent, proof),
        Command::CreateCheckoutSession(request) => checkout::create(context, request),
        Command::ExpireCheckoutSession { session } => checkout::expire(context, *session),
        Command::CreateCustomer { fields, method } => customers::create(context, fields, *method),
        Command::UpdateCustomer { customer, fields } => customers::update(context, *customer, fields),
        Command::DeleteCustomer { customer } => customers::delete(context, *customer),
        Command::CreatePaymentMethod { test_method, expiry, texts } => {
            customers::create_method(context, *test_method, *expiry, texts)
        }
        Command::ClonePaymentMethod { method, customer } => customers::clone_method(context, *method, *customer),
        Command::AttachPaymentMethod { method, customer } => customers::attach(context, *method, *customer),
        Command::DetachPaymentMethod { method } => customers::detach(context, *method),
        Command::CreateTransfer(request) => connect_requests::transfer(context, request),
        Command::CreateReversal(request) => connect_requests::reversal(context, request),
        Command::CreateFeeRefund(request) => connect_requests::fee_refund(context, request),
        Command::CreateWebhookEndpoint(request) => webhooks::create(context, request),
        Command::UpdateWebhookEndpoint(request) => webhooks::update(context, request),
        Command::DeleteWebhookEndpoint { endpoint } => webhooks::delete(context, *endpoint),
        Command::RollWebhookSecret { endpoint, keep } => webhooks::roll_secret(context, *endpoint, *keep),
        Command::CreateAccount { country, texts } => connect_requests::account(context, country, texts),
        Command::Environment(event) => environment(context, event),
        Command::Job(job) => jobs::run(context, *job),
        Command::Malformed { target, refusal } => Err(malformed(context, *target, refusal)),
        Command::Retrieve(_) | Command::List(_) => Err(Reason::Internal("a look is not a decision".to_owned()).into()),
    }
}

/// Returns the refusal of an unreadable request. An unknown object is reported before wrong parameters (CAP-15).
fn malformed(context: &DecisionContext<'_>, target: Option<ObjectId>, refusal: &Refusal) -> Stop {
    let is_there = |id| {
        let found: Option<Object> = context.objects.object(id);
        found.is_some_and(|object| object.account() == context.account.id && !object.is_deleted())
    };
    match target.filter(|id| !is_there(*id)) {
        Some(id) => {
            let (noun, param) = id.kind().name_and_param();
            decision_context::not_found(noun, id, param)
        }
        None => Stop::Refuse(Box::new(refusal.clone())),
    }
}

fn environment(context: &DecisionContext<'_>, event: &EnvironmentEvent) -> Decided {
    match event {
        EnvironmentEvent::Authenticate { intent, passes } => confirm::authenticate(context, *intent, *passes),
        EnvironmentEvent::AuthenticateSetup { intent, passes } => setup::authenticate(context, *intent, *passes),
        EnvironmentEvent::MandateAnswered { intent } => setup::mandate_answered(context, *intent),
        EnvironmentEvent::CompleteSession { session, method, email } => {
            checkout::complete(context, *session, *method, email.as_deref())
        }
        EnvironmentEvent::BankAnswers { intent, answer } => debits::bank_answers(context, *intent, Some(*answer)),
        EnvironmentEvent::CancelWindowCloses { intent } => debits::cancel_window_closes(context, *intent),
        EnvironmentEvent::RefundReported { refund, outcome } => {
            refund_outcome::reported(context, *refund, Some(*outcome))
        }
        EnvironmentEvent::RefundReturned { refund } => refund_outcome::returned(context, *refund),
        EnvironmentEvent::RefundDetailsGiven { refund } => refund_outcome::details_given(context, *refund),
    }
}
