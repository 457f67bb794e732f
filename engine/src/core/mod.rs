//! The functional core: [`decide`] turns objects and a command into changes or a refusal.
//!
//! It has no I/O, no clock and no random source. A decision that needs the acquirer stops with its request
//! ([`Stop::Ask`]). The shell records the request, sends it, and repeats the decision with the answer.

mod accounts;
mod amounts;
mod attempt;
mod bill;
mod cancel;
mod capture;
mod charges;
mod checkout;
mod confirm;
mod connect;
mod connect_requests;
mod create;
mod customers;
mod data_requests;
mod debits;
mod decision_context;
mod invariants;
mod jobs;
mod new_charge;
mod products;
mod refund;
mod refund_outcome;
mod session_follow_up;
mod settlement;
mod setup;
mod setup_attempts;
mod stored_data;
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
    let mut done = dispatch(context, command).map_err(|stop| of_parameter(stop, command))?;
    session_follow_up::apply(context, &mut done.changes);
    setup_attempts::apply(context, &mut done.changes);
    charges::hide(&mut done.changes);
    Ok(done)
}

/// Returns a stop in which an unknown object that the request's path does not name is a wrong parameter (P15).
fn of_parameter(stop: Stop, command: &Command) -> Stop {
    let named = command.endpoint().and_then(|(_, target)| target).map(|target| target.to_string());
    // A refund concerns the charge or intent that its parameters name.
    let is_open = matches!(command, Command::CreateRefund(_) | Command::Environment(_) | Command::Malformed { .. });
    let attaches = matches!(command, Command::AttachPaymentMethod { .. });
    let is_of_path = |id: &str| is_open || attaches && id.starts_with("pm_") || named.as_deref() == Some(id);
    match stop {
        Stop::Refuse(refusal) => Stop::Refuse(Box::new(refusal.beside(is_of_path))),
        stop @ (Stop::Ask(_) | Stop::Unable(_)) => stop,
    }
}

fn dispatch(context: &DecisionContext<'_>, command: &Command) -> Decided {
    match command {
        Command::CreatePaymentIntent(request) => create::payment_intent(context, request),
        Command::UpdatePaymentIntent(request) => update::payment_intent(context, request),
        Command::ConfirmPaymentIntent(request) => confirm::payment_intent(context, request),
        Command::CapturePaymentIntent(request) => capture::payment_intent(context, request),
        Command::CancelPaymentIntent { intent, reason } => cancel::payment_intent(context, *intent, *reason),
        Command::CreateRefund(request) => charges::refund(context, request),
        Command::UpdateRefund { refund, texts } => refund::update(context, *refund, texts),
        Command::CancelRefund { refund } => refund_outcome::cancel(context, *refund),
        Command::UpdateCharge { charge, texts } => update::charge(context, *charge, texts),
        Command::CreateCharge(request) => charges::create(context, request),
        Command::CaptureCharge(request) => charges::capture(context, request),
        Command::IncrementAuthorization { intent } => update::increment(context, *intent),
        Command::VerifyPaymentMicrodeposits { intent, proof } => confirm::verify_microdeposits(context, *intent, proof),
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
        Command::CreatePaymentMethod { method, texts } => customers::create_method(context, *method, texts),
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
        Command::CreateAccount { country, texts } => accounts::create(context, country, texts),
        Command::UpdateAccount(request) => accounts::update(context, request),
        Command::DeleteAccount { account } => accounts::delete(context, *account),
        Command::CreateData(request) => data_requests::create(context, request),
        Command::UpdateTexts { object: ObjectId::CheckoutSession(id), texts } => checkout::update(context, *id, texts),
        Command::UpdateTexts { object, texts } => data_requests::update(context, *object, texts),
        Command::DeleteData { object } => data_requests::delete(context, *object),
        Command::CreateToken(request) => accounts::create_token(context, request),
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
        found.is_some_and(|object| is_of(context, &object) && !object.is_deleted())
    };
    match target.filter(|id| !is_there(*id)) {
        Some(id) => {
            let (noun, param) = id.kind().name_and_param();
            decision_context::not_found(noun, id, param)
        }
        None => Stop::Refuse(Box::new(refusal.clone())),
    }
}

/// Returns whether the caller may name an object: its own, or an account connected to it.
fn is_of(context: &DecisionContext<'_>, object: &Object) -> bool {
    let own = context.account.id;
    object.account() == own || object.as_account().is_some_and(|account| account.platform == Some(own))
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
