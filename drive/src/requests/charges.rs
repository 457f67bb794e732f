//! Requests of a server that has charges alone, without PaymentIntents.

use holdfast_model::{CaptureMethod, ConfirmationMethod, Flow, IntentId, Operation, PaymentView};

use crate::names::Names;
use crate::wire::HttpRequest;

/// Returns the request for a server with charges alone. A charge is held or captured by one request, and a refund of the
/// whole releases a hold.
pub(super) fn operation(
    names: &Names,
    operation: &Operation,
    view: Option<&PaymentView>,
    method: Option<&str>,
) -> Option<HttpRequest> {
    let is_hold = view.is_some_and(|view| view.capturable.get() > 0);
    let give_back = |intent: IntentId| HttpRequest::post("/v1/refunds").with("charge", names.intent(intent));
    if let Operation::CreateIntent { create, .. } = *operation {
        let is_plain = create.confirm
            && create.flow == Flow::Platform
            && !(create.multicapture || create.off_session)
            && create.confirmation_method == ConfirmationMethod::Automatic
            && (create.fee, create.transfer) == (None, None);
        let asked = HttpRequest::post("/v1/charges")
            .with("amount", create.amount)
            .with("currency", create.currency.name())
            .with("source", method.filter(|_| is_plain)?);
        return Some(if create.capture_method == CaptureMethod::Manual { asked.with("capture", false) } else { asked });
    }
    if let Operation::CaptureIntent { intent, capture } = *operation {
        let is_plain = (capture.final_capture, capture.fee, capture.transfer) == (None, None, None);
        let asked = HttpRequest::post(format!("/v1/charges/{}/capture", names.intent(intent)));
        return is_plain.then(|| asked.with_some("amount", capture.amount));
    }
    if let Operation::CancelIntent { intent, reason: None } = *operation {
        return is_hold.then(|| give_back(intent));
    }
    if let Operation::CreateRefund { intent, refund } = *operation {
        // A refund of a hold releases the whole (PI-35).
        let is_plain = !(is_hold || refund.refund_application_fee || refund.reverse_transfer);
        return is_plain.then(|| give_back(intent).with_some("amount", refund.amount));
    }
    None
}
