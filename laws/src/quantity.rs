//! The quantities of a payment whose changes the laws are about.

use holdfast_model::{Amount, ChargeStatus, ChargeView, IntentStatus, NotificationKind, PaymentView, RefundStatus};

/// Defines [`PaymentField`]: each visible quantity with its name, its unit, its meaning and its value in a payment.
macro_rules! fields {
    ($($variant:ident $unit:ident $name:literal $meaning:literal |$payment:ident| $value:expr;)+) => {
        /// A quantity that an observation of a payment shows. It is zero while the payment does not exist.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each has its name and its meaning in the table")]
        pub enum PaymentField { $($variant),+ }

        impl PaymentField {
            /// Every field, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name in laws.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Returns the meaning of the quantity.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }

            /// Returns the meaning of the quantity.
            #[must_use]
            pub const fn unit(self) -> QuantityUnit {
                match self { $(Self::$variant => QuantityUnit::$unit),+ }
            }

            /// Returns its value in `payment`.
            #[must_use]
            pub fn of(self, payment: &PaymentView) -> i64 {
                match self { $(Self::$variant => { let $payment = payment; $value })+ }
            }
        }
    };
}

/// The unit of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityUnit {
    /// A minor unit of the payment's currency.
    Money,
    /// An object, an attempt, a flag that is set, or a notification.
    Count,
}

impl QuantityUnit {
    /// Returns the word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Count => "count",
        }
    }
}

fields! {
    Approved Money "approved" "`amount` of the approved charge" |payment| approved(payment, |charge| charge.authorized);
    Price Money "price" "`amount` of the intent once its charge is approved"
        |payment| approved(payment, |_| payment.amount);
    Capturable Money "capturable" "`amount_capturable`" |payment| money(payment.capturable);
    Captured Money "captured" "`amount_captured` of the charge" |payment| of_charge(payment, |charge| charge.captured_amount);
    Released Money "released" "authorized money that went back without a capture"
        |payment| of_charge(payment, |charge| charge.released);
    Received Money "received" "`amount_received`" |payment| money(payment.received);
    Unposted Money "unposted" "captured money whose posting to the ledger is outstanding"
        |payment| payment.charge.filter(|it| it.posting_left.is_some()).map_or(0, |it| money(it.captured_amount));
    Refunded Money "refunded" "`amount_refunded` of the charge" |payment| of_charge(payment, |charge| charge.refunded_amount);
    RefundsPending Money "refunds_pending" "sum of the refunds that are pending"
        |payment| refunds(payment, RefundStatus::Pending);
    RefundsWaiting Money "refunds_waiting" "sum of the refunds that require an action of the customer"
        |payment| refunds(payment, RefundStatus::RequiresAction);
    RefundsSucceeded Money "refunds_succeeded" "sum of the refunds that succeeded"
        |payment| refunds(payment, RefundStatus::Succeeded);
    RefundsFailed Money "refunds_failed" "sum of the refunds that failed" |payment| refunds(payment, RefundStatus::Failed);
    RefundsCanceled Money "refunds_canceled" "sum of the refunds that were canceled"
        |payment| refunds(payment, RefundStatus::Canceled);
    LedgerCharged Money "ledger_charged" "sum of the ledger's charge entries" |payment| money(payment.ledger.charged);
    LedgerRefunded Money "ledger_refunded" "sum of the ledger's refund entries, less what failed refunds returned"
        |payment| money(payment.ledger.refunded);
    LedgerFees Money "fees" "sum of the ledger's application fees" |payment| money(payment.ledger.fees);
    LedgerFeesRefunded Money "fees_refunded" "sum of the ledger's application fee refunds"
        |payment| money(payment.ledger.fees_refunded);
    LedgerTransfers Money "transfers" "sum of the ledger's transfers" |payment| money(payment.ledger.transfers);
    LedgerReversals Money "reversals" "sum of the ledger's transfer reversals" |payment| money(payment.ledger.reversals);
    Intents Count "intents" "1 once the intent exists" |_payment| 1;
    IsSucceeded Count "is_succeeded" "1 while the intent is succeeded"
        |payment| flag(payment.status == IntentStatus::Succeeded);
    IsCanceled Count "is_canceled" "1 while the intent is canceled"
        |payment| flag(payment.status == IntentStatus::Canceled);
    ApprovedCharges Count "approved_charges" "number of charges of the intent that were approved"
        |payment| i64::from(payment.successful_charges);
    IsApproved Count "is_approved" "1 while the latest charge is approved"
        |payment| flag(payment.charge.is_some_and(|charge| charge.status == ChargeStatus::Succeeded));
    IsCaptured Count "is_captured" "1 once the charge is `captured`"
        |payment| flag(payment.charge.is_some_and(|charge| charge.captured));
    IsRefunded Count "is_refunded" "1 while the charge is `refunded`"
        |payment| flag(payment.charge.is_some_and(|charge| charge.refunded));
    Captures Count "captures" "number of captures, without releases"
        |payment| payment.charge.map_or(0, |charge| i64::from(charge.captures));
    Refunds Count "refunds" "number of refunds" |payment| count(payment, |_| true);
    FailedRefunds Count "failed_refunds" "number of refunds that failed"
        |payment| count(payment, |status| status == RefundStatus::Failed);
}

/// The kinds of notifications about a payment, its charge, its refunds, its fee and its transfer.
pub const KINDS: [NotificationKind; 22] = [
    NotificationKind::IntentCreated,
    NotificationKind::IntentRequiresAction,
    NotificationKind::IntentProcessing,
    NotificationKind::IntentCapturableUpdated,
    NotificationKind::IntentSucceeded,
    NotificationKind::IntentPaymentFailed,
    NotificationKind::IntentCanceled,
    NotificationKind::ChargePending,
    NotificationKind::ChargeSucceeded,
    NotificationKind::ChargeFailed,
    NotificationKind::ChargeUpdated,
    NotificationKind::ChargeCaptured,
    NotificationKind::ChargeRefunded,
    NotificationKind::ChargeExpired,
    NotificationKind::ChargeRefundUpdated,
    NotificationKind::RefundCreated,
    NotificationKind::RefundUpdated,
    NotificationKind::RefundFailed,
    NotificationKind::FeeCreated,
    NotificationKind::FeeRefunded,
    NotificationKind::TransferCreated,
    NotificationKind::TransferReversed,
];

/// The number of quantities.
pub const WIDTH: usize = FIELDS + KINDS.len();

/// The number of fields, which come before the notifications.
pub(crate) const FIELDS: usize = PaymentField::ALL.len();

/// A quantity of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A quantity that an observation shows.
    Shown(PaymentField),
    /// The number of notifications of a kind since the beginning.
    Notified(NotificationKind),
}

impl Quantity {
    /// Returns every quantity, in the order of the numbers of a vector.
    pub fn all() -> impl Iterator<Item = Self> {
        let shown = PaymentField::ALL.iter().copied().map(Self::Shown);
        shown.chain(KINDS.iter().copied().map(Self::Notified))
    }

    /// Returns the name in laws.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shown(field) => field.name(),
            Self::Notified(kind) => kind.name(),
        }
    }

    /// Returns the meaning of the quantity.
    #[must_use]
    pub fn meaning(self) -> String {
        match self {
            Self::Shown(field) => field.meaning().to_owned(),
            Self::Notified(kind) => format!("number of `{}` notifications since the beginning", kind.name()),
        }
    }

    /// Returns the meaning of the quantity.
    #[must_use]
    pub const fn unit(self) -> QuantityUnit {
        match self {
            Self::Shown(field) => field.unit(),
            Self::Notified(_) => QuantityUnit::Count,
        }
    }

    /// Returns its place in a vector.
    #[must_use]
    pub fn place(self) -> Option<usize> {
        Self::all().position(|other| other == self)
    }
}

fn money(amount: Amount) -> i64 {
    i64::from(amount.get())
}

fn flag(is_set: bool) -> i64 {
    i64::from(is_set)
}

fn of_charge(payment: &PaymentView, amount: impl FnOnce(&ChargeView) -> Amount) -> i64 {
    payment.charge.as_ref().map_or(0, |charge| money(amount(charge)))
}

fn approved(payment: &PaymentView, amount: impl FnOnce(&ChargeView) -> Amount) -> i64 {
    let charge = payment.charge.as_ref().filter(|charge| charge.status == ChargeStatus::Succeeded);
    charge.map_or(0, |charge| money(amount(charge)))
}

fn refunds(payment: &PaymentView, status: RefundStatus) -> i64 {
    let of_status = payment.refunds.iter().flatten().filter(|refund| refund.status == status);
    of_status.fold(0, |sum: i64, refund| sum.saturating_add(money(refund.amount)))
}

fn count(payment: &PaymentView, test: impl Fn(RefundStatus) -> bool) -> i64 {
    payment.refunds.iter().flatten().fold(0, |sum: i64, refund| sum.saturating_add(flag(test(refund.status))))
}
