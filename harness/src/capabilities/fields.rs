//! The fields of an observation, each of which a subject may be unable to show.

use holdfast_model::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, ChargeView, ConfirmationMethod, Currency, Flow,
    IntentStatus, LedgerView, Links, PaymentError, PaymentMethod, PaymentStatus, PaymentView, REFUNDS, RefundStatus,
    RefundView, SessionMode, SessionStatus, SessionUi, SessionView, SetupStatus, SetupView,
};
use holdfast_properties::Snapshot;

/// Two different values of a type, to stand in for a value that is not visible.
trait SampleValue {
    /// Returns one of the two values: the other one if `high`.
    fn sample(high: bool) -> Self;
}

macro_rules! samples {
    ($($type:ty: $low:expr, $high:expr;)+) => {
        $(impl SampleValue for $type {
            fn sample(high: bool) -> Self {
                if high { $high } else { $low }
            }
        })+
    };
}

samples! {
    bool: false, true;
    u8: 0, 3;
    u32: 0, 4_321;
    i64: 0, 4_321;
    Amount: Amount::ZERO, Amount::new(4_321);
    IntentStatus: IntentStatus::RequiresPaymentMethod, IntentStatus::Succeeded;
    ChargeStatus: ChargeStatus::Failed, ChargeStatus::Succeeded;
    RefundStatus: RefundStatus::Failed, RefundStatus::Succeeded;
    SetupStatus: SetupStatus::RequiresPaymentMethod, SetupStatus::Succeeded;
    SessionStatus: SessionStatus::Open, SessionStatus::Complete;
    PaymentStatus: PaymentStatus::Unpaid, PaymentStatus::Paid;
    SessionMode: SessionMode::Payment, SessionMode::Setup;
    SessionUi: SessionUi::Hosted, SessionUi::Embedded;
    Currency: Currency::Usd, Currency::Jpy;
    CaptureMethod: CaptureMethod::Automatic, CaptureMethod::Manual;
    ConfirmationMethod: ConfirmationMethod::Automatic, ConfirmationMethod::Manual;
    Flow: Flow::Platform, Flow::Destination;
    PaymentMethod: PaymentMethod::Visa, PaymentMethod::UsBankAccount;
    PaymentError: PaymentError::CardDeclined, PaymentError::ExpiredCard;
    CancellationReason: CancellationReason::Duplicate, CancellationReason::Automatic;
}

impl<T: SampleValue> SampleValue for Option<T> {
    fn sample(high: bool) -> Self {
        high.then(|| T::sample(high))
    }
}

impl SampleValue for Links {
    fn sample(high: bool) -> Self {
        Self { balance_transaction: high, transfer: high, application_fee: high }
    }
}

impl SampleValue for LedgerView {
    fn sample(high: bool) -> Self {
        let amount = Amount::sample(high);
        let (charged, refunded, fees) = (amount, amount, amount);
        Self { charged, refunded, fees, fees_refunded: amount, transfers: amount, reversals: amount }
    }
}

impl SampleValue for [Option<RefundView>; REFUNDS] {
    fn sample(high: bool) -> Self {
        let refund = RefundView { status: RefundStatus::sample(high), amount: Amount::sample(high) };
        let mut refunds = [None; REFUNDS];
        refunds.iter_mut().take(usize::from(high)).for_each(|slot| *slot = Some(refund));
        refunds
    }
}

/// A view whose fields can be hidden one by one.
trait HideableFields {
    /// All fields of the view.
    const FIELDS: FieldSet;

    /// Replaces the hidden fields with those of `from`.
    fn copy_hidden(&mut self, hidden: FieldSet, from: &Self);

    /// Replaces the hidden fields with samples.
    fn sample_hidden(&mut self, hidden: FieldSet, high: bool);
}

macro_rules! fields {
    ($($view:ident { $($variant:ident = $name:literal, $field:ident;)+ })+) => {
        /// A field of an observation. A subject declares in its [`Capabilities`](super::Capabilities) which of them it
        /// shows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the fields of the model's views, which have them")]
        pub enum Field {
            $($($variant,)+)+
            /// The idempotency keys that the subject knows, with their answers.
            Keys,
            /// The type, code and parameter of a refusal.
            RefusalReason,
        }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+ Self::Keys, Self::RefusalReason];

            /// Returns the name in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($(Self::$variant => $name,)+)+
                    Self::Keys => "idempotency keys",
                    Self::RefusalReason => "reason of a refusal",
                }
            }
        }

        $(impl HideableFields for $view {
            const FIELDS: FieldSet = FieldSet(0 $(| Field::$variant.bit())+);

            fn copy_hidden(&mut self, hidden: FieldSet, from: &Self) {
                $(if hidden.has(Field::$variant) { self.$field = from.$field; })+
            }

            fn sample_hidden(&mut self, hidden: FieldSet, high: bool) {
                $(if hidden.has(Field::$variant) { self.$field = SampleValue::sample(high); })+
            }
        })+
    };
}

fields! {
    PaymentView {
        Status = "status", status;
        Amount = "amount", amount;
        Currency = "currency", currency;
        Capturable = "amount_capturable", capturable;
        Received = "amount_received", received;
        CaptureMethod = "capture_method", capture_method;
        ConfirmationMethod = "confirmation_method", confirmation_method;
        PaymentMethod = "payment_method", payment_method;
        MulticaptureRequested = "request_multicapture", multicapture_requested;
        Flow = "flow", flow;
        Fee = "application_fee_amount", fee;
        Transfer = "transfer_data.amount", transfer;
        Confirmations = "confirmations", confirmations;
        CancellationReason = "cancellation_reason", cancellation_reason;
        LastError = "last_payment_error", last_error;
        OwnedBySession = "owned_by_session", owned_by_session;
        SuccessfulCharges = "successful_charges", successful_charges;
        Refunds = "refunds", refunds;
        Ledger = "ledger", ledger;
    }
    ChargeView {
        ChargeStatus = "charge.status", status;
        Authorized = "charge.amount", authorized;
        Captured = "charge.amount_captured", captured_amount;
        Released = "charge.released", released;
        Refunded = "charge.amount_refunded", refunded_amount;
        CapturedFlag = "charge.captured", captured;
        RefundedFlag = "charge.refunded", refunded;
        MulticaptureAvailable = "charge.multicapture", multicapture_available;
        Captures = "charge.captures", captures;
        HoldLeft = "charge.capture_before", hold_left;
        PostingLeft = "charge.posting_left", posting_left;
        Links = "charge.links", links;
        FeeAtFirstCapture = "charge.fee_at_first_capture", fee_at_first_capture;
        TransferAtFirstCapture = "charge.transfer_at_first_capture", transfer_at_first_capture;
        FeeLatch = "charge.fee_latch", fee_latch;
        TransferLatch = "charge.transfer_latch", transfer_latch;
    }
    SetupView {
        SetupStatus = "setup.status", status;
        SetupMethod = "setup.payment_method", payment_method;
        SetupConfirmations = "setup.confirmations", confirmations;
        SetupCancellationReason = "setup.cancellation_reason", cancellation_reason;
        SetupLastError = "setup.last_setup_error", last_error;
        SetupOwnedBySession = "setup.owned_by_session", owned_by_session;
    }
    SessionView {
        SessionStatus = "session.status", status;
        SessionMode = "session.mode", mode;
        SessionUi = "session.ui_mode", ui;
        SessionAmount = "session.amount_total", amount;
        SessionManual = "session.manual", manual;
        SessionPaymentStatus = "session.payment_status", payment_status;
        SessionIntent = "session.payment_intent", intent;
        SessionSecondsLeft = "session.expires_at", seconds_left;
    }
}

impl Field {
    const fn bit(self) -> u64 {
        match 1_u64.checked_shl(self as u32) {
            Some(bit) => bit,
            None => 0,
        }
    }
}

/// A set of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSet(u64);

impl FieldSet {
    /// Returns the set of these fields.
    pub(super) fn of(fields: &[Field]) -> Self {
        Self(fields.iter().fold(0, |bits, field| bits | field.bit()))
    }

    /// Returns the set of all other fields.
    pub(super) fn others(self) -> Self {
        Self(Field::ALL.iter().fold(0, |bits, field| bits | field.bit()) & !self.0)
    }

    /// Returns the union of two sets.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns whether the field is in the set.
    pub(crate) const fn has(self, field: Field) -> bool {
        self.0 & field.bit() != 0
    }

    /// Returns the fields in two halves.
    pub(crate) const fn halves(self) -> (Self, Self) {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        (Self(self.0 & EVEN), Self(self.0 & !EVEN))
    }

    const fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns whether the set has no field.
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Replaces these fields of `into` with the values of `from`.
    pub(crate) fn copy(self, from: &holdfast_model::Observation<'_>, into: &mut Snapshot) {
        for (from, into) in from.payments.iter().zip(&mut into.payments) {
            let (Some(from), Some(into)) = (from, into) else { continue };
            into.copy_hidden(self, from);
            if self.has_all(ChargeView::FIELDS) {
                into.charge = from.charge;
            } else {
                copy_object(self, from.charge.as_ref(), &mut into.charge);
            }
        }
        copy_object(self, from.setup, &mut into.setup);
        copy_object(self, from.session, &mut into.session);
        if self.has(Field::Keys) {
            into.keys.clear();
            into.keys.extend_from_slice(from.keys);
        }
    }

    /// Replaces these fields of `into` with one of two sample values.
    pub(crate) fn sample(self, high: bool, into: &mut Snapshot) {
        for payment in into.payments.iter_mut().flatten() {
            payment.sample_hidden(self, high);
            sample_object(self, high, &mut payment.charge);
            if self.has_all(ChargeView::FIELDS) && !high {
                payment.charge = None;
            }
        }
        sample_object(self, high, &mut into.setup);
        sample_object(self, high, &mut into.session);
    }
}

/// Copies the hidden fields of an object that both sides have.
fn copy_object<V: HideableFields>(hidden: FieldSet, from: Option<&V>, into: &mut Option<V>) {
    if let (Some(from), Some(into)) = (from, into) {
        into.copy_hidden(hidden, from);
    }
}

fn sample_object<V: HideableFields>(hidden: FieldSet, high: bool, object: &mut Option<V>) {
    if let Some(object) = object {
        object.sample_hidden(hidden, high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_bit_of_its_own() {
        let all = FieldSet::of(Field::ALL);
        assert_eq!(usize::try_from(all.0.count_ones()), Ok(Field::ALL.len()));
        assert!(FieldSet::default().others() == all && all.others().is_empty());
    }

    #[test]
    fn every_hidden_field_is_copied_and_sampled() {
        let visible =
            Snapshot { payments: vec![Some(crate::views::CardPayment::default().into())], ..Snapshot::default() };
        let hidden = FieldSet::of(Field::ALL);
        let (mut low, mut high) = (visible.clone(), visible);
        hidden.sample(false, &mut low);
        hidden.sample(true, &mut high);
        assert_ne!(low, high);
        low.keys = vec![None; 3];
        hidden.copy(&low.observe(), &mut high);
        assert_eq!(low, high);
    }
}
