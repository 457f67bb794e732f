//! The reasons why an issuer or bank declines, with their codes.

use serde::{Deserialize, Serialize};

/// The reason why an issuer or bank declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's decline codes")]
pub enum Decline {
    Generic,
    InsufficientFunds,
    LostCard,
    StolenCard,
    ExpiredCard,
    IncorrectCvc,
    ProcessingError,
    IncorrectNumber,
    VelocityExceeded,
    AccountClosed,
    NoAccount,
    DebitNotAuthorized,
    AuthenticationRequired,
}

impl Decline {
    /// Returns the error code, the decline code and the message (ERR-2, ERR-3, TEST-EN).
    #[must_use]
    pub const fn texts(self) -> (&'static str, Option<&'static str>, &'static str) {
        match self {
            Self::Generic => ("card_declined", Some("generic_decline"), "Your card was declined."),
            Self::InsufficientFunds => {
                ("card_declined", Some("insufficient_funds"), "Your card has insufficient funds.")
            }
            Self::LostCard => ("card_declined", Some("lost_card"), "Your card was declined."),
            Self::StolenCard => ("card_declined", Some("stolen_card"), "Your card was declined."),
            Self::ExpiredCard => ("expired_card", Some("expired_card"), "Your card has expired."),
            Self::IncorrectCvc => ("incorrect_cvc", Some("incorrect_cvc"), "Your card's security code is incorrect."),
            Self::ProcessingError => (
                "processing_error",
                Some("processing_error"),
                "An error occurred while processing your card. Try again in a little bit.",
            ),
            Self::IncorrectNumber => ("incorrect_number", Some("incorrect_number"), "Your card number is incorrect."),
            Self::VelocityExceeded => ("card_declined", Some("card_velocity_exceeded"), "Your card was declined."),
            Self::AccountClosed => ("payment_intent_payment_attempt_failed", None, "The bank account is closed."),
            Self::NoAccount => ("payment_intent_payment_attempt_failed", None, "The bank account does not exist."),
            Self::DebitNotAuthorized => {
                ("payment_intent_payment_attempt_failed", None, "The customer has not authorized this debit.")
            }
            Self::AuthenticationRequired => (
                "authentication_required",
                Some("authentication_required"),
                "Your card was declined. This transaction requires authentication.",
            ),
        }
    }
}

/// Details of a decline that stand beside its codes (P14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeclineDetails {
    /// `param`: the datum of the card that is wrong.
    pub(crate) param: Option<&'static str>,
    /// `advice_code`: the advice of the issuer.
    pub(crate) advice_code: Option<&'static str>,
    /// `network_decline_code`: the code of the network.
    pub(crate) network_decline_code: Option<&'static str>,
}

impl Decline {
    /// Returns the details. The network's code was recorded for the generic decline only.
    #[must_use]
    pub(crate) const fn details(self) -> DeclineDetails {
        let none = DeclineDetails { param: None, advice_code: None, network_decline_code: None };
        let confirm = DeclineDetails { advice_code: Some("confirm_card_data"), ..none };
        match self {
            Self::Generic => {
                DeclineDetails { advice_code: Some("try_again_later"), network_decline_code: Some("01"), ..none }
            }
            Self::InsufficientFunds | Self::ProcessingError | Self::VelocityExceeded => {
                DeclineDetails { advice_code: Some("try_again_later"), ..none }
            }
            Self::LostCard | Self::StolenCard => DeclineDetails { advice_code: Some("do_not_try_again"), ..none },
            Self::ExpiredCard => DeclineDetails { param: Some("exp_month"), ..confirm },
            Self::IncorrectCvc => DeclineDetails { param: Some("cvc"), ..confirm },
            Self::IncorrectNumber => DeclineDetails { param: Some("number"), ..confirm },
            Self::AccountClosed | Self::NoAccount | Self::DebitNotAuthorized | Self::AuthenticationRequired => none,
        }
    }
}
