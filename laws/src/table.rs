//! The laws that are known: declared by properties, or explained.

use holdfast_model::NotificationKind as Kind;

use crate::law::ConservationLaw;
use crate::linear::Overflow;
use crate::quantity::PaymentField as Field;
use crate::quantity::Quantity::{self, Notified, Shown};

/// A law that is known before the machine looks for it.
#[derive(Clone, Copy, Debug)]
pub struct KnownLaw {
    /// The law in words.
    pub sentence: &'static str,
    /// The law.
    pub terms: &'static [(i128, Quantity)],
    /// The reason why it is known.
    pub reason: LawReason,
}

/// The reason why a law is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LawReason {
    /// These properties of the catalogue state it, at least in one direction: a refund without its notification breaks
    /// one of them, and a notification without a refund may break none.
    Declared(&'static [&'static str]),
    /// No property states it, for this reason.
    Explained(&'static str),
}

impl KnownLaw {
    /// Returns the law.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn law(&self) -> Result<ConservationLaw, Overflow> {
        ConservationLaw::of(self.terms)
    }

    /// Returns the ids of the properties that state it.
    #[must_use]
    pub const fn properties(&self) -> &'static [&'static str] {
        match self.reason {
            LawReason::Declared(properties) => properties,
            LawReason::Explained(_) => &[],
        }
    }
}

/// Every known law. They are independent.
pub static KNOWN_LAWS: &[KnownLaw] = &[
    KnownLaw {
        sentence: "The issuer approved exactly the amount of the intent.",
        terms: &[(1, Shown(Field::Approved)), (-1, Shown(Field::Price))],
        reason: LawReason::Declared(&["charge-is-for-the-amount"]),
    },
    KnownLaw {
        sentence: "Authorized money is capturable, captured or released.",
        terms: &[
            (1, Shown(Field::Approved)),
            (-1, Shown(Field::Capturable)),
            (-1, Shown(Field::Captured)),
            (-1, Shown(Field::Released)),
        ],
        reason: LawReason::Declared(&["held-money-adds-up"]),
    },
    KnownLaw {
        sentence: "The intent has received what its charge captured.",
        terms: &[(1, Shown(Field::Captured)), (-1, Shown(Field::Received))],
        reason: LawReason::Declared(&["received-is-what-was-captured"]),
    },
    KnownLaw {
        sentence: "Captured money is in the ledger or waits for its posting.",
        terms: &[(1, Shown(Field::Captured)), (-1, Shown(Field::Unposted)), (-1, Shown(Field::LedgerCharged))],
        reason: LawReason::Declared(&["ledger-has-what-moved", "nothing-is-shown-before-it-is-posted"]),
    },
    KnownLaw {
        sentence: "The ledger has what the charge shows as refunded.",
        terms: &[(1, Shown(Field::Refunded)), (-1, Shown(Field::LedgerRefunded))],
        reason: LawReason::Declared(&["ledger-has-what-moved"]),
    },
    KnownLaw {
        sentence: "The refunds that count add up to what the charge shows as refunded.",
        terms: &[
            (1, Shown(Field::Refunded)),
            (-1, Shown(Field::RefundsPending)),
            (-1, Shown(Field::RefundsWaiting)),
            (-1, Shown(Field::RefundsSucceeded)),
        ],
        reason: LawReason::Declared(&["refunds-add-up"]),
    },
    KnownLaw {
        sentence: "The creation of an intent is reported once.",
        terms: &[(1, Shown(Field::Intents)), (-1, Notified(Kind::IntentCreated))],
        reason: LawReason::Declared(&["beginnings-are-notified", "nothing-is-notified-that-did-not-happen"]),
    },
    KnownLaw {
        sentence: "Success is reported once, and an intent that succeeded stays so.",
        terms: &[(1, Shown(Field::IsSucceeded)), (-1, Notified(Kind::IntentSucceeded))],
        reason: LawReason::Declared(&[
            "the-end-is-notified",
            "nothing-is-notified-that-did-not-happen",
            "final-stays-final",
        ]),
    },
    KnownLaw {
        sentence: "Cancellation is reported once, and a canceled intent stays so.",
        terms: &[(1, Shown(Field::IsCanceled)), (-1, Notified(Kind::IntentCanceled))],
        reason: LawReason::Declared(&[
            "the-end-is-notified",
            "nothing-is-notified-that-did-not-happen",
            "final-stays-final",
        ]),
    },
    KnownLaw {
        sentence: "Each approval of a charge is reported once.",
        terms: &[(1, Shown(Field::ApprovedCharges)), (-1, Notified(Kind::ChargeSucceeded))],
        reason: LawReason::Declared(&["approval-is-notified-first"]),
    },
    KnownLaw {
        sentence: "An intent has at most one approved charge, and it is the latest.",
        terms: &[(1, Shown(Field::ApprovedCharges)), (-1, Shown(Field::IsApproved))],
        reason: LawReason::Declared(&["money-means-one-approved-charge", "final-stays-final"]),
    },
    KnownLaw {
        sentence: "Each refund is reported once.",
        terms: &[(1, Shown(Field::Refunds)), (-1, Notified(Kind::RefundCreated))],
        reason: LawReason::Declared(&["refunds-are-notified"]),
    },
    KnownLaw {
        sentence: "Each failure of a refund is reported once.",
        terms: &[(1, Shown(Field::FailedRefunds)), (-1, Notified(Kind::RefundFailed))],
        reason: LawReason::Declared(&["refunds-are-notified"]),
    },
    KnownLaw {
        sentence: "A move of a refund is reported by both names.",
        terms: &[(1, Notified(Kind::ChargeRefundUpdated)), (-1, Notified(Kind::RefundUpdated))],
        reason: LawReason::Declared(&["refunds-are-notified"]),
    },
    KnownLaw {
        sentence: "A payment that is processed reports its pending charge.",
        terms: &[(1, Notified(Kind::IntentProcessing)), (-1, Notified(Kind::ChargePending))],
        reason: LawReason::Explained(
            "a choice of the model: EVT-6 permits charge.pending with a bank payment and does not demand it, so no \
             property judges it",
        ),
    },
];

/// The topics of the catalogue in which each property either declares a law or stands in [`WITHOUT_A_LAW`].
pub const MONEY_TOPICS: [&str; 6] = ["money", "capture", "expiry", "refunds", "connect", "ledger"];

/// The reasons why a property about money declares no law: what it states is no sum that stays the same.
const LIMIT: &str = "states a limit, not an equality";
const REQUEST: &str = "compares a step with its request";
const RESPONSE: &str = "is about rejections";
const STATUS: &str = "is about a status, a flag, a link or a permission";
const DEADLINE: &str = "is about a deadline";
const ORDER: &str = "states in which direction sums move";
const CONDITION: &str = "states an equality in some states only; the sums differ in others";

/// The properties of [`MONEY_TOPICS`] that declare no law, with the reason.
pub static WITHOUT_A_LAW: &[(&str, &str)] = &[
    ("captured-within-authorization", LIMIT),
    ("refunded-within-captured", LIMIT),
    ("amount-in-range", LIMIT),
    ("money-never-shrinks", ORDER),
    ("held-money-is-taken-by-capture-only", REQUEST),
    ("at-most-fifty-captures", LIMIT),
    ("pieces-need-multicapture", STATUS),
    ("multicapture-where-allowed", STATUS),
    ("multicapture-without-manual-is-idle", STATUS),
    ("captured-flag-means-no-more", STATUS),
    ("capture-takes-what-was-asked", REQUEST),
    ("piecewise-capture-keeps-the-rest", REQUEST),
    ("final-capture-releases-the-rest", REQUEST),
    ("capture-is-final-by-default", REQUEST),
    ("zero-capture-only-releases", REQUEST),
    ("capture-only-while-held", RESPONSE),
    ("bad-capture-amounts-are-refused", RESPONSE),
    ("final-capture-needs-multicapture", RESPONSE),
    ("fifty-first-capture-is-refused", RESPONSE),
    ("capture-refusals-are-true", RESPONSE),
    ("held-means-a-deadline", DEADLINE),
    ("nothing-captured-after-the-deadline", DEADLINE),
    ("late-capture-is-refused", DEADLINE),
    ("the-job-ends-due-holds-only", DEADLINE),
    ("uncaptured-hold-ends-canceled", DEADLINE),
    ("partly-captured-hold-ends-succeeded", DEADLINE),
    ("deadline-comes-with-time-only", DEADLINE),
    ("hold-lasts-as-its-network-says", DEADLINE),
    ("refunded-flag-means-all", STATUS),
    ("refund-leaves-the-status", STATUS),
    ("refund-gives-what-was-asked", REQUEST),
    ("refund-starts-as-its-method-says", STATUS),
    ("documented-refund-moves", STATUS),
    ("only-captured-money-is-refunded", RESPONSE),
    ("only-the-rest-is-refunded", RESPONSE),
    ("no-partial-refund-with-connect-money", RESPONSE),
    ("each-latch-bars-its-own-refunds", RESPONSE),
    ("only-waiting-refunds-are-canceled", RESPONSE),
    ("refund-refusals-are-true", RESPONSE),
    ("connect-money-is-bounded", LIMIT),
    ("connect-money-fits-the-flow", STATUS),
    ("standing-amounts-are-collected", CONDITION),
    ("later-captures-name-what-the-first-named", RESPONSE),
    ("capture-settles-fee-and-share", REQUEST),
    ("connect-parameters-need-connect", RESPONSE),
    ("no-source-transaction-with-multicapture", RESPONSE),
    ("connect-money-goes-back-when-asked", REQUEST),
    ("returned-shares-add-up", REQUEST),
    ("each-latch-has-its-own-endpoint", STATUS),
    ("posting-takes-an-hour-at-most", DEADLINE),
    ("capture-is-done-before-it-is-posted", STATUS),
    ("links-fit-the-ledger", STATUS),
    ("books-only-move-forward", ORDER),
];
