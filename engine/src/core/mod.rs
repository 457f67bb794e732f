//! The functional core: `decide` turns what is and what is asked into what changes or why not.
//!
//! No I/O, no clock, no chance. A decision that needs the acquirer stops with the question
//! ([`Stop::Ask`]); the shell records it, asks, and has the same decision made again with the answer.

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
mod jobs;
mod refund;
mod refund_outcome;
mod scene;
mod session_follow_up;
mod setup;
mod update;
mod webhooks;

pub use scene::{Changes, Decided, Done, Reply, Scene, Stop};

use crate::command::{Command, WorldEvent};
use crate::refusal::{Reason, Refusal};
use crate::{Object, ObjectId};

/// Decides one command.
///
/// # Errors
/// [`Stop::Ask`] when the acquirer must answer first, [`Stop::Refuse`] when a rule forbids it, [`Stop::Unable`] when
/// what it needs failed.
pub fn decide(scene: &Scene<'_>, command: &Command) -> Decided {
    let mut done = dispatch(scene, command)?;
    session_follow_up::apply(scene, &mut done.changes);
    Ok(done)
}

fn dispatch(scene: &Scene<'_>, command: &Command) -> Decided {
    match command {
        Command::CreatePaymentIntent(request) => create::payment_intent(scene, request),
        Command::UpdatePaymentIntent(request) => update::payment_intent(scene, request),
        Command::ConfirmPaymentIntent(request) => confirm::payment_intent(scene, request),
        Command::CapturePaymentIntent(request) => capture::payment_intent(scene, request),
        Command::CancelPaymentIntent { intent, reason } => cancel::payment_intent(scene, *intent, *reason),
        Command::CreateRefund(request) => refund::create(scene, request),
        Command::UpdateRefund { refund, texts } => refund::update(scene, *refund, texts),
        Command::CancelRefund { refund } => refund_outcome::cancel(scene, *refund),
        Command::UpdateCharge { charge, texts } => update::charge(scene, *charge, texts),
        Command::CaptureCharge { charge } => capture::charge(scene, *charge),
        Command::CreateSetupIntent(request) => setup::create(scene, request),
        Command::UpdateSetupIntent(request) => setup::update(scene, request),
        Command::ConfirmSetupIntent(request) => setup::confirm(scene, request),
        Command::CancelSetupIntent { intent, reason } => setup::cancel(scene, *intent, *reason),
        Command::VerifyMicrodeposits { intent, proof } => setup::verify_microdeposits(scene, *intent, proof),
        Command::CreateCheckoutSession(request) => checkout::create(scene, request),
        Command::ExpireCheckoutSession { session } => checkout::expire(scene, *session),
        Command::CreateCustomer(fields) => customers::create(scene, fields),
        Command::UpdateCustomer { customer, fields } => customers::update(scene, *customer, fields),
        Command::DeleteCustomer { customer } => customers::delete(scene, *customer),
        Command::CreatePaymentMethod { test_method, texts } => customers::create_method(scene, *test_method, texts),
        Command::AttachPaymentMethod { method, customer } => customers::attach(scene, *method, *customer),
        Command::DetachPaymentMethod { method } => customers::detach(scene, *method),
        Command::CreateTransfer(request) => connect_requests::transfer(scene, request),
        Command::CreateReversal(request) => connect_requests::reversal(scene, request),
        Command::CreateFeeRefund(request) => connect_requests::fee_refund(scene, request),
        Command::CreateWebhookEndpoint(request) => webhooks::create(scene, request),
        Command::UpdateWebhookEndpoint(request) => webhooks::update(scene, request),
        Command::DeleteWebhookEndpoint { endpoint } => webhooks::delete(scene, *endpoint),
        Command::RollWebhookSecret { endpoint, keep } => webhooks::roll_secret(scene, *endpoint, *keep),
        Command::CreateAccount { country } => connect_requests::account(scene, country),
        Command::World(event) => world(scene, event),
        Command::Job(job) => jobs::run(scene, *job),
        Command::Malformed { target, refusal } => Err(malformed(scene, *target, refusal)),
        Command::Retrieve(_) | Command::List(_) => Err(Reason::Internal("a look is not a decision".to_owned()).into()),
    }
}

/// That the object does not exist is said before what is wrong with the parameters (§2.4).
fn malformed(scene: &Scene<'_>, target: Option<ObjectId>, refusal: &Refusal) -> Stop {
    let is_there = |id| {
        let found: Option<Object> = scene.objects.object(id);
        found.is_some_and(|object| object.account() == scene.account.id && !object.is_deleted())
    };
    match target.filter(|id| !is_there(*id)) {
        Some(id) => {
            let (noun, param) = id.kind().name_and_param();
            scene::not_found(noun, id, param)
        }
        None => Stop::Refuse(Box::new(refusal.clone())),
    }
}

fn world(scene: &Scene<'_>, event: &WorldEvent) -> Decided {
    match event {
        WorldEvent::Authenticate { intent, passes } => confirm::authenticate(scene, *intent, *passes),
        WorldEvent::AuthenticateSetup { intent, passes } => setup::authenticate(scene, *intent, *passes),
        WorldEvent::MandateAnswered { intent } => setup::mandate_answered(scene, *intent),
        WorldEvent::CompleteSession { session, method, email } => {
            checkout::complete(scene, *session, *method, email.as_deref())
        }
        WorldEvent::BankAnswers { intent, answer } => debits::bank_answers(scene, *intent, Some(*answer)),
        WorldEvent::CancelWindowCloses { intent } => debits::cancel_window_closes(scene, *intent),
        WorldEvent::RefundReported { refund, outcome } => refund_outcome::reported(scene, *refund, Some(*outcome)),
        WorldEvent::RefundReturned { refund } => refund_outcome::returned(scene, *refund),
        WorldEvent::RefundDetailsGiven { refund } => refund_outcome::details_given(scene, *refund),
    }
}
