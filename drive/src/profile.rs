//! The profile of a server: the provider's APIs that it has, the names of cards, the test helpers.
//!
//! No variant belongs to one server: each is common to several, and [`crate::probe`] finds the server's.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::PaymentMethod;

/// The API that makes payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Api {
    /// `/v1/payment_intents`.
    #[default]
    Intents,
    /// `/v1/charges` alone, as before PaymentIntents: one request creates and pays a charge.
    Charges,
}

/// The form in which a request names a payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodReference {
    /// The provider's test token: `pm_card_visa`.
    Token,
    /// The id of a PaymentMethod that an earlier request created from the test card's number.
    Number(&'static str),
    /// The test card's number inside the request (`payment_method_data`).
    Inline(&'static str),
    /// A source, on a server with charges only: `tok_visa`.
    Source(&'static str),
}

/// The form of a confirmation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirmation {
    /// `confirm=true` at the creation, or a later request.
    #[default]
    AtCreation,
    /// A separate request; the creation names the method.
    Separate,
    /// A separate request that names the method.
    SeparateWithMethod,
}

/// The parameter by which a refund names its payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefundBy {
    /// The parameter `payment_intent`.
    #[default]
    Intent,
    /// The parameter `charge`.
    Charge,
}

/// The form in which the refunds of a payment are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefundList {
    /// The server shows no refunds.
    #[default]
    Nowhere,
    /// The list of the payment's refunds.
    ByIntent,
    /// The list of the charge's refunds.
    ByCharge,
    /// One request for each refund.
    Each,
}

/// A test helper that answers a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeHelper {
    /// The path; `{id}` is the PaymentIntent's.
    pub path: &'static str,
    /// The parameter that selects it.
    pub name: &'static str,
    /// The values of the parameter for a passed and for a failed challenge.
    pub values: (&'static str, &'static str),
    /// Whether it requires the `client_secret`, like the provider's own pages.
    pub secret: bool,
}

/// Known helpers to answer a challenge. The provider has none: a browser answers there.
pub const AUTHENTICATE: [ChallengeHelper; 2] = [
    ChallengeHelper {
        path: "/v1/test_helpers/payment_intents/{id}/authenticate",
        name: "outcome",
        values: ("pass", "fail"),
        secret: false,
    },
    ChallengeHelper {
        path: "/v1/payment_intents/{id}/_authenticate",
        name: "success",
        values: ("true", "false"),
        secret: true,
    },
];

/// The profile of a server: the requests that it understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerProfile {
    /// The API that makes payments.
    pub api: Api,
    /// The payment methods it knows, and how each is named.
    pub methods: BTreeMap<PaymentMethod, MethodReference>,
    /// The helper that answers challenges.
    pub authenticate: Option<ChallengeHelper>,
    /// Whether it has a test helper for banks.
    pub settle: bool,
    /// Whether it has a clock that can be moved.
    pub clock: bool,
    /// Whether it has test helpers for refunds.
    pub refunds_move: bool,
    /// Whether it understands `expand[]`.
    pub expands: bool,
    /// Fields that it declares as absent, such as `payment_intent.next_action`; they are not compared.
    pub absent: BTreeSet<String>,
    /// Whether it ignores idempotency keys; then none is sent.
    pub ignores_keys: bool,
    /// Whether it lists its events.
    pub events: bool,
    /// Whether charges can be read.
    pub charges: bool,
    /// Whether it takes `payment_method_types[]` for payments (P9).
    pub types: bool,
    /// Whether it takes `payment_method_types[]` for SetupIntents.
    pub setup_types: bool,
    /// The form of a confirmation.
    pub confirmation: Confirmation,
    /// The parameter by which a refund names its payment.
    pub refund_by: RefundBy,
    /// The form in which refunds are read.
    pub refunds: RefundList,
    /// A connected account, if it has such.
    pub connected: Option<String>,
}

impl ServerProfile {
    /// Returns the parts of the API that the probe saw to work.
    #[must_use]
    pub fn part_names(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.methods.keys().map(|method| format!("method {}", method.token())).collect();
        parts.push("create".to_owned());
        if self.confirmation != Confirmation::SeparateWithMethod || self.api == Api::Charges {
            parts.push("create: payment_method".to_owned());
        }
        // If confirmation is a separate request, a creation with `confirm` is two requests.
        parts.push("create: confirm".to_owned());
        parts
    }
}

/// The test card's number (TST-7).
#[must_use]
pub fn number(method: PaymentMethod) -> Option<&'static str> {
    NUMBERS.iter().find(|(known, ..)| *known == method).map(|(_, number, _)| *number)
}

/// The token of the older API for the test card.
#[must_use]
pub fn source(method: PaymentMethod) -> Option<&'static str> {
    NUMBERS.iter().find(|(known, ..)| *known == method).and_then(|(.., source)| *source)
}

/// Cards by number, and by the older token.
const NUMBERS: [(PaymentMethod, &str, Option<&str>); 18] = [
    (PaymentMethod::Visa, "4242424242424242", Some("tok_visa")),
    (PaymentMethod::Mastercard, "5555555555554444", Some("tok_mastercard")),
    (PaymentMethod::Amex, "378282246310005", Some("tok_amex")),
    (PaymentMethod::Discover, "6011111111111117", Some("tok_discover")),
    (PaymentMethod::Diners, "3056930009020004", Some("tok_diners")),
    (PaymentMethod::Jcb, "3566002020360505", Some("tok_jcb")),
    (PaymentMethod::Declined, "4000000000000002", Some("tok_chargeDeclined")),
    (PaymentMethod::InsufficientFunds, "4000000000009995", Some("tok_chargeDeclinedInsufficientFunds")),
    (PaymentMethod::LostCard, "4000000000009987", None),
    (PaymentMethod::StolenCard, "4000000000009979", None),
    (PaymentMethod::ExpiredCard, "4000000000000069", Some("tok_chargeDeclinedExpiredCard")),
    (PaymentMethod::IncorrectCvc, "4000000000000127", Some("tok_chargeDeclinedIncorrectCvc")),
    (PaymentMethod::ProcessingError, "4000000000000119", Some("tok_chargeDeclinedProcessingError")),
    (PaymentMethod::DeclinedWhenCharged, "4000000000000341", None),
    (PaymentMethod::AuthenticationRequired, "4000002760003184", None),
    (PaymentMethod::AuthenticationThenInsufficientFunds, "4000008260003178", None),
    (PaymentMethod::AuthenticationThenDeclined, "4000008400001629", None),
    (PaymentMethod::RefundFails, "4000000000005126", None),
];
