//! The faults of a merchant's application, each with its judgment.

/// A fault of a merchant's application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MerchantFault {
    /// Fulfilled before the money was certain.
    FulfilledEarly,
    /// Fulfilled more than once.
    FulfilledTwice,
    /// Paid, and never fulfilled.
    NeverFulfilled,
    /// The books show more money than the provider received.
    PaidTooMuch,
    /// The books show less money than the provider received.
    PaidTooLittle,
    /// The books show other refunds than the ledger.
    RefundsDiffer,
    /// More was refunded than the staff asked for.
    RefundedTwice,
    /// More was captured than the staff asked for.
    CapturedTooMuch,
    /// The application confirmed a request of its staff that was not carried out.
    NotCarriedOut,
    /// One order was charged twice.
    ChargedTwice,
    /// The books call a paid order canceled, or a canceled hold open.
    CanceledDiffers,
    /// A webhook was never acknowledged.
    NeverAcknowledged,
    /// A request to the API is malformed for its version.
    MalformedRequest,
    /// A forged webhook was acknowledged.
    HostileAccepted,
    /// An attack changed the books.
    HostileMoved,
    /// The application does not answer for its books.
    NoBooks,
    /// The application does not know an order that was paid.
    PaidUnknown,
    /// A field of the books cannot be read.
    BooksMalformed,
}

impl MerchantFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::FulfilledEarly,
        Self::FulfilledTwice,
        Self::NeverFulfilled,
        Self::PaidTooMuch,
        Self::PaidTooLittle,
        Self::RefundsDiffer,
        Self::RefundedTwice,
        Self::CapturedTooMuch,
        Self::NotCarriedOut,
        Self::ChargedTwice,
        Self::CanceledDiffers,
        Self::NeverAcknowledged,
        Self::MalformedRequest,
        Self::HostileAccepted,
        Self::HostileMoved,
        Self::NoBooks,
        Self::PaidUnknown,
        Self::BooksMalformed,
    ];

    /// Returns the judgment that is false, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::FulfilledEarly => "nothing is fulfilled before its money is certain",
            Self::FulfilledTwice => "an order is fulfilled at most once",
            Self::NeverFulfilled => "a paid order is fulfilled",
            Self::PaidTooMuch => "the books show no money that the provider has not received",
            Self::PaidTooLittle => "the books show all money that the provider has received",
            Self::RefundsDiffer => "refunds in the books equal refunds in the ledger",
            Self::RefundedTwice => "no more is refunded than was asked for",
            Self::CapturedTooMuch => "no more is captured than was asked for",
            Self::NotCarriedOut => "a confirmed request of the staff is carried out",
            Self::ChargedTwice => "an order is charged at most once",
            Self::CanceledDiffers => "the books call an order canceled if its payment is",
            Self::NeverAcknowledged => "each webhook is acknowledged in the end",
            Self::MalformedRequest => "each request to the API is well-formed for its version",
            Self::HostileAccepted => "a forged webhook is refused",
            Self::HostileMoved => "an attack does not move the books",
            Self::NoBooks => "the application answers for its books",
            Self::PaidUnknown => "the application knows each paid order",
            Self::BooksMalformed => "each field of the books is a whole number",
        }
    }

    /// Returns when the judgment is made. Without such an occasion it counts as not judged.
    #[must_use]
    pub const fn occasion(self) -> &'static str {
        match self {
            Self::FulfilledEarly => "the books show `fulfilled` while no money is certain",
            Self::FulfilledTwice => "the books show `fulfilled`",
            Self::NeverFulfilled => "at rest, of an order with money that was not refunded, the books show `fulfilled`",
            Self::PaidTooMuch => "the books show `paid`",
            Self::PaidTooLittle => "at rest, of an order with money, the books show `paid`",
            Self::RefundsDiffer => "at rest, of an order with money, the books show `refunded`",
            Self::RefundedTwice => "a refund was asked for or made",
            Self::CapturedTooMuch => "a capture was asked for",
            Self::NotCarriedOut => {
                "at rest, the application answered a request for a refund, a capture or a cancellation with a success other than \
                 202; a capture counts if it was confirmed an hour or more before the hold's deadline"
            }
            Self::ChargedTwice => "a payment of the order took or held money",
            Self::CanceledDiffers => {
                "at rest, the books show `canceled`, and the order is paid or its cancellation was confirmed"
            }
            Self::NeverAcknowledged => {
                "a delivery reached the application, of `balance.available` only if `webhook_events` names it. A fault is a delivery that the provider gave up after three days although \
                 five attempts or more reached the application, the last ones without disturbed responses; or five attempts in a \
                 row, of any deliveries, that ran out of time"
            }
            Self::MalformedRequest => "the application sent a request to the API",
            Self::HostileAccepted => "a forged, altered or expired webhook got a response (`--hostile`)",
            Self::HostileMoved => "the books were read before and after an attack (`--hostile`)",
            Self::NoBooks => "at rest",
            Self::PaidUnknown => "at rest, of an order with money, the application answered for its books",
            Self::BooksMalformed => "the application answered with books",
        }
    }

    /// Returns whether nothing after the fault can be judged. A run ends there.
    #[must_use]
    pub const fn is_severe(self) -> bool {
        !matches!(self, Self::MalformedRequest | Self::HostileAccepted | Self::BooksMalformed)
    }
}

/// A fault with its purchase and the amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantFinding {
    /// The fault.
    pub fault: MerchantFault,
    /// The purchase.
    pub slot: u64,
    /// The order.
    pub order: String,
    /// The amounts.
    pub what: String,
}
