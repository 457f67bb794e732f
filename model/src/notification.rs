//! Notifications: the provider's webhook events, in the order of their generation.

use crate::status::named;
use crate::{Amount, IntentId, RefundId, Rejection};

named! {
    /// `type` of a notification (VOC-15, EVT-1).
    NotificationKind {
        IntentCreated = "payment_intent.created",
        IntentRequiresAction = "payment_intent.requires_action",
        IntentProcessing = "payment_intent.processing",
        IntentCapturableUpdated = "payment_intent.amount_capturable_updated",
        IntentSucceeded = "payment_intent.succeeded",
        IntentPaymentFailed = "payment_intent.payment_failed",
        IntentCanceled = "payment_intent.canceled",
        ChargePending = "charge.pending",
        ChargeSucceeded = "charge.succeeded",
        ChargeFailed = "charge.failed",
        ChargeUpdated = "charge.updated",
        ChargeCaptured = "charge.captured",
        ChargeRefunded = "charge.refunded",
        ChargeExpired = "charge.expired",
        ChargeRefundUpdated = "charge.refund.updated",
        RefundCreated = "refund.created",
        RefundUpdated = "refund.updated",
        RefundFailed = "refund.failed",
        FeeCreated = "application_fee.created",
        FeeRefunded = "application_fee.refunded",
        TransferCreated = "transfer.created",
        TransferReversed = "transfer.reversed",
        SetupCreated = "setup_intent.created",
        SetupRequiresAction = "setup_intent.requires_action",
        SetupSucceeded = "setup_intent.succeeded",
        SetupFailed = "setup_intent.setup_failed",
        SetupCanceled = "setup_intent.canceled",
        MethodAttached = "payment_method.attached",
        SessionCompleted = "checkout.session.completed",
        SessionPaid = "checkout.session.async_payment_succeeded",
        SessionPaymentFailed = "checkout.session.async_payment_failed",
        SessionExpired = "checkout.session.expired",
    }
}

/// The target of a notification or of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A PaymentIntent, its charge, its fee or its transfer; the kind distinguishes them.
    Payment(IntentId),
    /// A refund of a PaymentIntent.
    Refund(IntentId, RefundId),
    /// The SetupIntent.
    Setup,
    /// The Checkout Session.
    Session,
}

/// One notification to the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notification {
    /// `type`.
    pub kind: NotificationKind,
    /// `data.object`, by name.
    pub about: Target,
    /// `data.previous_attributes`.
    pub previous: Previous,
}

/// `data.previous_attributes`: the former values of the fields that changed.
///
/// The kind determines which amount and which flag is meant:
///
/// | kind | `amount` | `flag` |
/// |---|---|---|
/// | payment_intent.amount_capturable_updated | amount_capturable | – |
/// | charge.updated | amount_captured | – |
/// | charge.captured | amount_captured (single capture) | captured |
/// | charge.refunded | amount_refunded | refunded |
/// | application_fee.refunded | amount_refunded | – |
/// | transfer.reversed | amount_reversed | – |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Previous {
    /// Former value of the amount, in minor units.
    pub amount: Option<Amount>,
    /// Former value of the flag.
    pub flag: Option<bool>,
    /// Pointers of the charge that were null before and are set now (A15, B53).
    pub were_null: Links,
}

/// Pointers of a charge to its entries in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Links {
    /// `balance_transaction`.
    pub balance_transaction: bool,
    /// `transfer` (destination charges).
    pub transfer: bool,
    /// `application_fee` (Connect).
    pub application_fee: bool,
}

impl Links {
    /// Returns whether no pointer is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        !self.balance_transaction && !self.transfer && !self.application_fee
    }
}

/// Largest number of notifications of one step, which the longest advance over several objects reaches.
pub const NOTIFICATIONS_PER_STEP: usize = 24;

/// The notifications of one step, in the order of their generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notifications {
    list: [Notification; NOTIFICATIONS_PER_STEP],
    length: u8,
}

impl Default for Notifications {
    fn default() -> Self {
        Self::none()
    }
}

impl Notifications {
    const BLANK: Notification = Notification {
        kind: NotificationKind::IntentCreated,
        about: Target::Session,
        previous: Previous {
            amount: None,
            flag: None,
            were_null: Links { balance_transaction: false, transfer: false, application_fee: false },
        },
    };

    /// Returns an empty list.
    #[must_use]
    pub const fn none() -> Self {
        Self { list: [Self::BLANK; NOTIFICATIONS_PER_STEP], length: 0 }
    }

    /// Returns the notifications, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Notification] {
        self.list.get(..usize::from(self.length)).unwrap_or(&[])
    }

    /// Returns the number of notifications of this kind.
    #[must_use]
    pub fn count(&self, kind: NotificationKind) -> usize {
        self.as_slice().iter().filter(|notification| notification.kind == kind).count()
    }

    /// Appends a notification.
    ///
    /// # Errors
    /// Returns [`Rejection::BeyondBounds`] if the step has emitted [`NOTIFICATIONS_PER_STEP`] already.
    pub fn push(&mut self, notification: Notification) -> Result<(), Rejection> {
        let slot = self.list.get_mut(usize::from(self.length)).ok_or(Rejection::BeyondBounds)?;
        *slot = notification;
        self.length = self.length.saturating_add(1);
        Ok(())
    }

    /// Keeps the notifications for which `keep` returns `true`, in their order.
    #[cfg(feature = "testing")]
    pub(crate) fn retain(&mut self, keep: impl Fn(&Notification) -> bool) {
        let all = *self;
        self.clear();
        for notification in all.as_slice().iter().filter(|notification| keep(notification)) {
            let _fits = self.push(*notification);
        }
    }

    /// Returns the notifications for modification.
    #[cfg(feature = "testing")]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [Notification] {
        self.list.get_mut(..usize::from(self.length)).unwrap_or(&mut [])
    }

    /// Removes every notification: a refused request emits none.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }
}

/// A writer of the notifications about one target.
pub(crate) struct Outbox<'a> {
    notifications: &'a mut Notifications,
    about: Target,
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(notifications: &'a mut Notifications, about: Target) -> Self {
        Self { notifications, about }
    }

    /// Emits a notification without former values.
    ///
    /// # Errors
    /// Returns [`Rejection::BeyondBounds`] if the step has emitted [`NOTIFICATIONS_PER_STEP`] already.
    pub(crate) fn emit(&mut self, kind: NotificationKind) -> Result<(), Rejection> {
        self.emit_change(kind, Previous::default())
    }

    /// Emits a notification with the former values of the changed fields.
    ///
    /// # Errors
    /// Returns [`Rejection::BeyondBounds`] if the step has emitted [`NOTIFICATIONS_PER_STEP`] already.
    pub(crate) fn emit_change(&mut self, kind: NotificationKind, previous: Previous) -> Result<(), Rejection> {
        self.notifications.push(Notification { kind, about: self.about, previous })
    }

    /// Returns a writer of the notifications about one refund of the payment.
    pub(crate) fn about_refund(&mut self, refund: RefundId) -> Outbox<'_> {
        let about = match self.about {
            Target::Payment(intent) | Target::Refund(intent, _) => Target::Refund(intent, refund),
            Target::Setup => Target::Setup,
            Target::Session => Target::Session,
        };
        Outbox { notifications: self.notifications, about }
    }
}

/// Returns the former amount if the amount has changed.
pub(crate) fn changed(before: Amount, after: Amount) -> Option<Amount> {
    (before != after).then_some(before)
}
