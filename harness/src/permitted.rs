//! Permitted alternatives: rejections that a subject may give instead of the model's.

use holdfast_model::{Rejection, Wire};

/// A choice that the specification leaves open and that no field of the dialect selects.
#[derive(Clone, Copy, Debug)]
pub struct PermittedAlternative {
    /// The model's rejection.
    pub instead_of: Rejection,
    /// The alternative, as a client sees it.
    pub also: Wire,
    /// The requirements that leave it open.
    pub rules: &'static str,
    /// The reason why both are permitted.
    pub why: &'static str,
}

const fn bad(code: Option<&'static str>, param: Option<&'static str>) -> Wire {
    Wire { http: 400, kind: "invalid_request_error", code, param }
}

const fn missing(param: &'static str) -> Wire {
    Wire { http: 404, kind: "invalid_request_error", code: Some("resource_missing"), param: Some(param) }
}

const fn alternative(
    instead_of: Rejection,
    also: Wire,
    rules: &'static str,
    why: &'static str,
) -> PermittedAlternative {
    PermittedAlternative { instead_of, also, rules, why }
}

const CHARGE: Option<&str> = Some("charge_invalid_parameter");
const FEE: Option<&str> = Some("application_fee_amount");
const REFUND_FEE: Option<&str> = Some("refund_application_fee");
const REVERSE: Option<&str> = Some("reverse_transfer");
const NO_CODE: &str = "the rules ask for an error and name no code for it";
const NO_PARAM: &str = "the rules name a parameter for some missing objects, and leave it open for the others";

/// Every permitted alternative. A test checks that each occurs.
pub const PERMITTED_ALTERNATIVES: &[PermittedAlternative] = &[
    alternative(
        Rejection::HoldExpired,
        Rejection::UnexpectedState.wire(),
        "U9 HOLD-17",
        "the job runs within the window after the deadline; nobody outside can tell whether it has, and after it this \
         is the answer",
    ),
    alternative(
        Rejection::CaptureLimit,
        bad(Some("payment_intent_invalid_parameter"), Some("amount_to_capture")),
        "U4",
        NO_CODE,
    ),
    alternative(Rejection::FeeWithoutConnect, bad(Some("application_fees_not_allowed"), FEE), "ERR-25", NO_CODE),
    alternative(Rejection::PartialWithFee, bad(CHARGE, REFUND_FEE), "B45 B51", NO_CODE),
    alternative(Rejection::PartialWithReversal, bad(CHARGE, REVERSE), "B45 B51", NO_CODE),
    alternative(Rejection::FeeLatched, bad(CHARGE, REFUND_FEE), "B47 B51", NO_CODE),
    alternative(Rejection::TransferLatched, bad(CHARGE, REVERSE), "B47 B51", NO_CODE),
    alternative(Rejection::NoFeeToRefund, bad(CHARGE, REFUND_FEE), "B47 B51", NO_CODE),
    alternative(Rejection::NoTransferToReverse, bad(CHARGE, REVERSE), "B47 B51", NO_CODE),
    alternative(
        Rejection::SetupMissingMethod,
        bad(Some("setup_intent_unexpected_state"), None),
        "SI-3",
        "the rules say when it is checked, and name no parameter",
    ),
    alternative(Rejection::NoSuchRefund, missing("id"), "ERR-5", NO_PARAM),
    alternative(Rejection::NoSuchFee, missing("id"), "ERR-5", NO_PARAM),
    alternative(Rejection::NoSuchTransfer, missing("id"), "ERR-5", NO_PARAM),
    alternative(Rejection::NoSuchSetup, missing("intent"), "ERR-5", NO_PARAM),
    alternative(Rejection::NoSuchIntent, missing("id"), "ERR-5", NO_PARAM),
    alternative(Rejection::NoSuchIntent, missing("payment_intent"), "ERR-5", NO_PARAM),
    alternative(Rejection::NoSuchIntent, missing("source_transaction"), "ERR-5", NO_PARAM),
    alternative(
        Rejection::NoSuccessfulCharge,
        missing("source_transaction"),
        "ERR-22",
        "of a payment without a charge there is none to send money from: not found, or nothing to take",
    ),
    alternative(
        Rejection::NoSuccessfulCharge,
        bad(Some("balance_insufficient"), Some("amount")),
        "ERR-22",
        "of a charge that took nothing, anything is too much",
    ),
    alternative(
        Rejection::IncompatibleMethod,
        bad(Some("payment_intent_invalid_parameter"), Some("capture_method")),
        "HOLD-7",
        "method and capture method exclude each other, and the rules do not say which one is wrong",
    ),
    alternative(
        Rejection::TransferWithoutDestination,
        bad(Some("payment_intent_invalid_parameter"), Some("transfer_data[amount]")),
        "CON-1",
        NO_CODE,
    ),
    alternative(
        Rejection::InvalidAmount,
        bad(None, Some("line_items[0][price_data][unit_amount]")),
        "AMT-4",
        "the amount of a session is that of its items",
    ),
];

/// Returns the alternatives to `rejection`.
pub fn instead_of(rejection: Rejection) -> impl Iterator<Item = &'static PermittedAlternative> {
    PERMITTED_ALTERNATIVES.iter().filter(move |alternative| alternative.instead_of == rejection)
}
