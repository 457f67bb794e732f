//! Refusals as the JSON of the provider's error envelope.

use super::{id, object, payments, put, request_id, setups};
use crate::objects::Object;
use crate::refusal::{ErrorType, Refusal};
use crate::version::ApiVersion;
use serde_json::{Value, json};

/// Returns a refusal in the provider's error envelope (ERR-1 to ERR-27).
#[must_use]
pub fn error(refusal: &Refusal, version: ApiVersion, request: u64) -> Value {
    let reason = &refusal.reason;
    let row = reason.row();
    let mut error = json!({
        "type": row.error_type.name(),
        "message": reason.message(),
        "request_log_url": format!("/v1/requests/{}", request_id(request)),
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            put(&mut error, name, value);
        }
    };
    set("code", row.code.map(Value::from));
    set("doc_url", row.code.map(|code| payments::doc_url(code).into()));
    set("param", row.param.map(|param| param.into_owned().into()));
    set("decline_code", reason.decline_code().map(Value::from));
    if row.error_type == ErrorType::CardError {
        payments::card_error_details(&mut error, row.code, reason.card_decline());
    }
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            put(&mut error, name, value);
        }
    };
    set("charge", refusal.charge.map(id));
    set("payment_method", refusal.method.as_deref().map(setups::payment_method));
    let intent = refusal.intent.as_ref().map(|intent| object(intent, version));
    set(intent_field(refusal), intent);
    json!({ "error": error })
}

/// Returns the name of the field that holds the PaymentIntent or SetupIntent of a refusal.
const fn intent_field(refusal: &Refusal) -> &'static str {
    if matches!(refusal.intent, Some(Object::SetupIntent(_))) { "setup_intent" } else { "payment_intent" }
}

/// Returns the path of the PaymentIntent or SetupIntent in the JSON of a refusal.
pub(crate) fn path_of_intent(refusal: &Refusal) -> String {
    format!("error.{}", intent_field(refusal))
}
