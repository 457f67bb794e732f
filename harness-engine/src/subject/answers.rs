//! The engine's responses as a client sees them.

use std::borrow::Cow;

use holdfast_engine::{Body, Object, Response};
use holdfast_model::{Accepted, RefundStatus};

use super::names::{self, amount};
use holdfast_harness::subject::{Answer, Refused};

/// Returns the response as a client sees it.
pub(super) fn shown(response: &Response) -> Answer {
    match &response.body {
        Body::Refused(refusal) => {
            let row = refusal.reason.row();
            Answer::Refused(Refused {
                http: row.status,
                kind: Cow::Borrowed(row.error_type.name()),
                code: row.code.map(Cow::Borrowed),
                param: row.param,
                decline_code: refusal.reason.decline_code().map(Cow::Borrowed),
            })
        }
        Body::Object(object) => accepted(object).map_or_else(strange, Answer::Accepted),
        Body::Page { .. } => strange(),
    }
}

/// Returns the answer for an object that no request can return.
fn strange() -> Answer {
    let (kind, code) = (Cow::Borrowed("an object"), Some(Cow::Borrowed("of a kind that was not asked for")));
    Answer::Refused(Refused { http: 200, kind, code, param: None, decline_code: None })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the model knows a few kinds of objects")]
fn accepted(object: &Object) -> Option<Accepted> {
    match object {
        Object::PaymentIntent(intent) => Some(Accepted::Intent {
            status: names::intent_status(intent.status),
            capturable: amount(intent.capturable),
            received: amount(intent.received),
        }),
        Object::Refund(refund) => {
            let status: RefundStatus = names::refund_status(refund.status);
            Some(Accepted::Refund { status, amount: amount(refund.amount) })
        }
        Object::Transfer(transfer) => Some(Accepted::Money { amount: amount(transfer.amount) }),
        Object::Reversal(reversal) => Some(Accepted::Money { amount: amount(reversal.amount) }),
        Object::FeeRefund(refund) => Some(Accepted::Money { amount: amount(refund.amount) }),
        Object::SetupIntent(setup) => Some(Accepted::Setup { status: names::setup_status(setup.status) }),
        Object::CheckoutSession(session) => Some(Accepted::Session { status: names::session_status(session.status) }),
        _ => None,
    }
}
