//! The planted faults, one row each.

use holdfast_drive::Class;

use super::change::Change;
use super::shop::Fault;

/// The server that a fault stands in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Where {
    Shop(Fault),
    Proxy(Change),
}

/// A fault, and the finding that it must lead to.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) at: Where,
    pub(super) class: Class,
    /// A part of the headline.
    pub(super) words: &'static str,
    /// The phase of the drive that must find it, if one must.
    pub(super) phase: Option<&'static str>,
}

const fn shop(what: &'static str, fault: Fault, class: Class, words: &'static str) -> Row {
    Row { what, at: Where::Shop(fault), class, words, phase: None }
}

/// A fault that shows itself in a race.
const fn race(what: &'static str, fault: Fault, class: Class, words: &'static str) -> Row {
    Row { what, at: Where::Shop(fault), class, words, phase: Some("races") }
}

const fn proxy(what: &'static str, change: Change, class: Class, words: &'static str) -> Row {
    Row { what, at: Where::Proxy(change), class, words, phase: None }
}

/// A fault of the deliveries of events. Which of its findings comes first is left to the checks.
const fn delivery(what: &'static str, change: Change, class: Class, words: &'static str) -> Row {
    Row { what, at: Where::Proxy(change), class, words, phase: Some("checks") }
}

/// Every fault.
pub(super) const ROWS: [Row; 48] = [
    shop("a canceled payment is captured", Fault::CaptureAfterCancel, Class::Money, "of a canceled payment of"),
    shop("a refund is larger than the rest", Fault::OverRefund, Class::Money, "accepted"),
    shop("a capture is larger than the hold", Fault::OverCapture, Class::Money, "accepted"),
    shop("a full refund forgets earlier refunds", Fault::RefundForgetsRefunds, Class::Money, "refund"),
    shop("a hold is refunded", Fault::RefundOfHold, Class::Money, "of a hold of"),
    shop("keys are ignored", Fault::KeysAreIgnored, Class::Money, "acts twice"),
    shop("a second confirmation passes a challenge", Fault::SecondConfirmPasses, Class::Money, "in requires_action"),
    shop("an amount is a text", Fault::AmountsTurnText, Class::Shape, "text"),
    shop("a refused request is answered 500", Fault::ServerErrors, Class::Protocol, "500"),
    race("of two simultaneous captures both count", Fault::RacingCaptures, Class::Money, "two captures"),
    race("of two simultaneous refunds both count", Fault::RacingRefunds, Class::Money, "two refunds"),
    shop("page two loses an item", Fault::PagesLoseItems, Class::Protocol, "by pages"),
    shop("the id of a charge changes", Fault::ChargeIdChanges, Class::Protocol, "latest_charge` changes"),
    shop("a key ignores the path", Fault::KeysForgetPaths, Class::Protocol, "another request's key"),
    shop("a key ignores the payment", Fault::KeysForgetPayments, Class::Protocol, "under a used key"),
    shop("a capture captures another payment", Fault::CapturesTwins, Class::Money, "changes the first"),
    shop("`expand` changes the status of a refusal", Fault::ExpandAccepts, Class::Protocol, "`expand` changes"),
    shop("an answer with `expand` is stale", Fault::ExpandIsStale, Class::Protocol, "with expand shows another"),
    shop("a retry after a cut connection acts twice", Fault::CutForgetsKeys, Class::Money, "instead of 400"),
    shop("amounts are floats", Fault::FloatAmounts, Class::Shape, "of another type"),
    proxy("the first read after a capture is stale", Change::StaleCache, Class::Money, "requires_capture\" instead"),
    proxy("the amount received is one read late", Change::LaggingField, Class::Money, "amount_received"),
    proxy("the event of an expired hold is missing", Change::NoExpiryEvent, Class::Protocol, "payment_intent.canceled"),
    proxy("shares of reversals are rounded down", Change::ReversalsRoundDown, Class::Money, "amount_reversed"),
    proxy("a fee is refunded by one unit too much", Change::FeeRefundTooMuch, Class::Money, "are accepted"),
    proxy("the third capture is off by one", Change::ThirdCaptureOffByOne, Class::Money, "amount_received"),
    proxy(
        "a second answer to a challenge undoes the first",
        Change::SecondChallengeAnswer,
        Class::Money,
        "authenticate of",
    ),
    proxy("a key ignores the account", Change::KeysForgetAccounts, Class::Money, "in another account"),
    proxy(
        "a hold stays open after a last capture that is smaller than an earlier one",
        Change::SmallLastCaptureStaysOpen,
        Class::Money,
        "after the last capture",
    ),
    proxy(
        "the event of a capture precedes that of its authorization",
        Change::EventsSwap,
        Class::Protocol,
        "another order",
    ),
    proxy("a snapshot does not show its capture", Change::SnapshotWithoutCapture, Class::Protocol, "snapshot"),
    proxy("a previous value is off by one", Change::PreviousValueOff, Class::Protocol, "before, instead of"),
    proxy("the event of a refund is missing", Change::NoRefundEvent, Class::Protocol, "charge.refunded"),
    proxy("a net amount ignores the fee", Change::NetWithoutFee, Class::Money, ".net`"),
    proxy("a refund is posted with a positive sign", Change::RefundPostedPositive, Class::Money, "of a refund.amount`"),
    proxy(
        "payments of accounts are shown to the platform",
        Change::PaymentsOfAccountsLeak,
        Class::Money,
        "the platform",
    ),
    proxy("a session that is expired twice is open", Change::SessionReopens, Class::Money, "`open`"),
    proxy("balance transactions in yen have decimals", Change::YenWithDecimals, Class::Money, "instead of 1100"),
    proxy("a canceled SetupIntent stays open", Change::SetupStaysOpen, Class::Money, "setup_intent.status"),
    proxy(
        "a bank debit succeeds before the bank answers",
        Change::DebitSucceedsEarly,
        Class::Money,
        "instead of processing",
    ),
    delivery(
        "an event is not delivered",
        Change::DeliveriesAreLost,
        Class::Protocol,
        "`charge.captured` is listed, and",
    ),
    delivery("a signature is wrong", Change::SignaturesAreWrong, Class::Protocol, "not signed as HOOK-8"),
    delivery(
        "a delivered snapshot is not the listed one",
        Change::SnapshotsDiffer,
        Class::Protocol,
        "amount_captured` 701",
    ),
    delivery(
        "a delivered previous value is not the listed one",
        Change::DeliveredBeforeDiffers,
        Class::Protocol,
        "previous_attributes.amount_refunded` 1",
    ),
    delivery(
        "a delivery is not repeated after a failure",
        Change::NoFurtherAttempts,
        Class::Protocol,
        "answered 500, is not delivered again",
    ),
    delivery(
        "a redirection counts as delivered",
        Change::RedirectionsCount,
        Class::Protocol,
        "answered 302, is not delivered again",
    ),
    delivery(
        "events of one payment are delivered in another order",
        Change::DeliveriesOvertake,
        Class::Choice,
        "of an earlier request",
    ),
    proxy("the client secret changes", Change::SecretChanges, Class::Protocol, "client_secret` changes"),
];
