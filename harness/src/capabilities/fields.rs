//! The fields of an observation, each of which a subject may be unable to show.

use holdfast_model::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, ConfirmationMethod, Currency, Flow, IntentStatus,
    LedgerView, Links, PaymentError, PaymentMethod, PaymentStatus, PaymentView, REFUNDS, RefundStatus, RefundView,
    SessionMode, SessionStatus, SessionUi, SetupStatus,
};
use holdfast_properties::Snapshot;

/// Two different values of a type, to stand in for a value that is not visible.
trait SampleValue {
    /// Returns the one value or, with `high`, the other.
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

macro_rules! fields {
    (
        payment { $($payment:ident = $payment_name:literal, $payment_field:ident;)+ }
        charge { $($charge:ident = $charge_name:literal, $charge_field:ident;)+ }
        setup { $($setup:ident = $setup_name:literal, $setup_field:ident;)+ }
        session { $($session:ident = $session_name:literal, $session_field:ident;)+ }
    ) => {
        /// A field of an observation. A subject declares in its [`Capabilities`](super::Capabilities) which of them it
        /// shows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the fields of the model's views, which have them")]
        pub enum Field {
            $($payment,)+ $($charge,)+ $($setup,)+ $($session,)+
            /// The idempotency keys that the subject knows, with their answers.
            Keys,
            /// The type, code and parameter of a refusal.
            RefusalReason,
        }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[
                $(Self::$payment,)+ $(Self::$charge,)+ $(Self::$setup,)+ $(Self::$session,)+
                Self::Keys, Self::RefusalReason,
            ];

            /// Returns the name in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$payment => $payment_name,)+
                    $(Self::$charge => $charge_name,)+
                    $(Self::$setup => $setup_name,)+
                    $(Self::$session => $session_name,)+
                    Self::Keys => "idempotency keys",
                    Self::RefusalReason => "reason of a refusal",
                }
            }
        }

        const CHARGE: FieldSet = FieldSet(0 $(| Field::$charge.bit())+);

        /// Replaces the hidden fields of a payment with those of `from`.
        fn copy_payment(hidden: FieldSet, from: &PaymentView, into: &mut PaymentView) {
            $(if hidden.has(Field::$payment) { into.$payment_field = from.$payment_field; })+
            if hidden.has_all(CHARGE) {
                into.charge = from.charge;
            } else if let (Some(from), Some(into)) = (&from.charge, &mut into.charge) {
                $(if hidden.has(Field::$charge) { into.$charge_field = from.$charge_field; })+
            }
        }

        /// Replaces the hidden fields of a snapshot with samples.
        fn sample(hidden: FieldSet, high: bool, into: &mut Snapshot) {
            for payment in into.payments.iter_mut().flatten() {
                $(if hidden.has(Field::$payment) { payment.$payment_field = SampleValue::sample(high); })+
                if let Some(charge) = &mut payment.charge {
                    $(if hidden.has(Field::$charge) { charge.$charge_field = SampleValue::sample(high); })+
                }
                if hidden.has_all(CHARGE) && !high {
                    payment.charge = None;
                }
            }
            if let Some(setup) = &mut into.setup {
                $(if hidden.has(Field::$setup) { setup.$setup_field = SampleValue::sample(high); })+
            }
            if let Some(session) = &mut into.session {
                $(if hidden.has(Field::$session) { session.$session_field = SampleValue::sample(high); })+
            }
        }

        /// Replaces the hidden fields of a snapshot with those of `from`.
        fn copy(hidden: FieldSet, from: &holdfast_model::Observation<'_>, into: &mut Snapshot) {
            for (from, into) in from.payments.iter().zip(&mut into.payments) {
                if let (Some(from), Some(into)) = (from, into) {
                    copy_payment(hidden, from, into);
                }
            }
            if let (Some(from), Some(into)) = (from.setup, &mut into.setup) {
                $(if hidden.has(Field::$setup) { into.$setup_field = from.$setup_field; })+
            }
            if let (Some(from), Some(into)) = (from.session, &mut into.session) {
                $(if hidden.has(Field::$session) { into.$session_field = from.$session_field; })+
            }
            if hidden.has(Field::Keys) {
                into.keys.clear();
                into.keys.extend_from_slice(from.keys);
            }
        }
    };
}

fields! {
    payment {
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
    charge {
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
    setup {
        SetupStatus = "setup.status", status;
        SetupMethod = "setup.payment_method", payment_method;
        SetupConfirmations = "setup.confirmations", confirmations;
        SetupCancellationReason = "setup.cancellation_reason", cancellation_reason;
        SetupLastError = "setup.last_setup_error", last_error;
        SetupOwnedBySession = "setup.owned_by_session", owned_by_session;
    }
    session {
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
        copy(self, from, into);
    }

    /// Replaces these fields of `into` with one of two sample values.
    pub(crate) fn sample(self, high: bool, into: &mut Snapshot) {
        sample(self, high, into);
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
