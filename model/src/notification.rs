//! What the merchant is told: the provider's webhook events, in the order they are generated.

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

/// The object a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A PaymentIntent, its charge, its fee or its transfer: the kind says which.
    Payment(IntentId),
    /// A refund of a PaymentIntent.
    Refund(IntentId, RefundId),
    /// The SetupIntent.
    Setup,
    /// The Checkout Session.
    Session,
}

/// One notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notification {
    /// `type`.
    pub kind: NotificationKind,
    /// `data.object`, by name.
    pub about: Target,
    /// `data.previous_attributes`.
    pub previous: Previous,
}

/// `data.previous_attributes`: what the fields that changed were before.
///
/// Which amount and which flag is meant follows from the kind:
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
    /// The amount that changed, in minor units.
    pub amount: Option<Amount>,
    /// The flag that changed.
    pub flag: Option<bool>,
    /// Pointers of the charge that were null and are set now (A15, B53).
    pub were_null: Links,
}

/// Pointers of a charge to what the ledger made of it.
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
    /// Is none of them meant?
    #[must_use]
    pub const fn is_empty(self) -> bool {
        !self.balance_transaction && !self.transfer && !self.application_fee
    }
}

/// How many notifications one step can emit at the most: the longest advance over several objects.
pub const NOTIFICATIONS_PER_STEP: usize = 24;

/// The notifications of one step, in the order they are generated.
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

    /// Nobody is told anything.
    #[must_use]
    pub const fn none() -> Self {
        Self { list: [Self::BLANK; NOTIFICATIONS_PER_STEP], length: 0 }
    }

    /// The notifications, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Notification] {
        self.list.get(..usize::from(self.length)).unwrap_or(&[])
    }

    /// How many are of this kind?
    #[must_use]
    pub fn count(&self, kind: NotificationKind) -> usize {
        self.as_slice().iter().filter(|notification| notification.kind == kind).count()
    }

    /// Appends one.
    ///
    /// # Errors
    /// [`Rejection::BeyondBounds`] when the step has emitted [`NOTIFICATIONS_PER_STEP`] already.
    pub fn push(&mut self, notification: Notification) -> Result<(), Rejection> {
        let slot = self.list.get_mut(usize::from(self.length)).ok_or(Rejection::BeyondBounds)?;
        *slot = notification;
        self.length = self.length.saturating_add(1);
        Ok(())
    }

    /// Keeps those that `keep` holds for, in their order.
    #[cfg(feature = "testing")]
    pub(crate) fn retain(&mut self, keep: impl Fn(&Notification) -> bool) {
        let all = *self;
        self.clear();
        for notification in all.as_slice().iter().filter(|notification| keep(notification)) {
            let _fits = self.push(*notification);
        }
    }

    /// The notifications, to be changed.
    #[cfg(feature = "testing")]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [Notification] {
        self.list.get_mut(..usize::from(self.length)).unwrap_or(&mut [])
    }

    /// Takes everything back: what was refused is told to nobody.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }
}

/// Where an object leaves its notifications: it knows what happened to it, not what it is called.
pub(crate) struct Outbox<'a> {
    notifications: &'a mut Notifications,
    about: Target,
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(notifications: &'a mut Notifications, about: Target) -> Self {
        Self { notifications, about }
    }

    /// Tells that `kind` happened.
    pub(crate) fn emit(&mut self, kind: NotificationKind) -> Result<(), Rejection> {
        self.emit_change(kind, Previous::default())
    }

    /// Tells that `kind` happened, and what the changed fields were before.
    pub(crate) fn emit_change(&mut self, kind: NotificationKind, previous: Previous) -> Result<(), Rejection> {
        self.notifications.push(Notification { kind, about: self.about, previous })
    }

    /// The same outbox, about one refund of the payment.
    pub(crate) fn about_refund(&mut self, refund: RefundId) -> Outbox<'_> {
        let about = match self.about {
            Target::Payment(intent) | Target::Refund(intent, _) => Target::Refund(intent, refund),
            Target::Setup => Target::Setup,
            Target::Session => Target::Session,
        };
        Outbox { notifications: self.notifications, about }
    }
}

/// The amount before, if it is another one now.
pub(crate) fn changed(before: Amount, after: Amount) -> Option<Amount> {
    (before != after).then_some(before)
}
