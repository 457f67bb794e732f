//! Encodes states as bytes, for explorers that send them to another process or write them to a file.
//!
//! The format is private to one version of this crate. [`State::unpack`] reads what [`State::pack`] wrote.

use crate::idempotency::Key;
use crate::payment::{Charge, Payment, PaymentIntent};
use crate::session::Session;
use crate::setup::Setup;
use crate::time::Countdown;
use crate::{
    Accepted, Amount, CancellationReason, Capture, CaptureMethod, ChargeStatus, Confirm, ConfirmationMethod, Create,
    CreateRefund, CreateSession, Currency, Flow, IntentId, IntentStatus, LedgerView, Links, Operation, PaymentError,
    PaymentMethod, RefundId, RefundStatus, RefundView, Rejection, SessionMode, SessionStatus, SessionUi, SetupStatus,
    State, Update,
};

/// A value that can be written as bytes and read back.
pub(crate) trait Packed: Sized {
    /// Appends the value to `bytes`.
    fn pack(&self, bytes: &mut Vec<u8>);
    /// Takes a value from the front of `bytes`; `None` if no value begins there.
    fn unpack(bytes: &mut &[u8]) -> Option<Self>;
}

impl<const PAYMENTS: usize, const KEYS: usize> State<PAYMENTS, KEYS> {
    /// Appends this state to `bytes`.
    pub fn pack(&self, bytes: &mut Vec<u8>) {
        let Self { payments, setup, session, keys } = self;
        payments.pack(bytes);
        setup.pack(bytes);
        session.pack(bytes);
        keys.pack(bytes);
    }

    /// Takes a state that [`State::pack`] wrote from the front of `bytes`; `None` if no state begins there.
    #[must_use]
    pub fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        let payments = Packed::unpack(bytes)?;
        let setup = Packed::unpack(bytes)?;
        let session = Packed::unpack(bytes)?;
        let keys = Packed::unpack(bytes)?;
        Some(Self { payments, setup, session, keys })
    }
}

macro_rules! packed_numbers {
    ($($number:ty),+) => {$(
        impl Packed for $number {
            fn pack(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                let (first, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(Self::from_le_bytes(*first))
            }
        }
    )+};
}

/// Implements [`Packed`] for structures, by their fields.
macro_rules! packed_structs {
    ($($name:ident { $($field:tt: $bound:ident),+ $(,)? })+) => {$(
        impl Packed for $name {
            fn pack(&self, bytes: &mut Vec<u8>) {
                let Self { $($field: $bound),+ } = self;
                $($bound.pack(bytes);)+
            }
            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                $(let $bound = Packed::unpack(bytes)?;)+
                Some(Self { $($field: $bound),+ })
            }
        }
    )+};
}

/// Implements [`Packed`] for enumerations, by the position of the variant and its fields.
macro_rules! packed_enums {
    ($($name:ident { $($variant:ident { $($field:tt: $bound:ident),* }),+ $(,)? })+) => {$(
        impl Packed for $name {
            fn pack(&self, bytes: &mut Vec<u8>) {
                #[repr(u8)]
                enum Position { $($variant),+ }
                match self {$(
                    Self::$variant { $($field: $bound),* } => {
                        bytes.push(Position::$variant as u8);
                        $($bound.pack(bytes);)*
                    }
                )+}
            }
            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                #[repr(u8)]
                enum Position { $($variant),+ }
                let position = u8::unpack(bytes)?;
                $(
                    if position == Position::$variant as u8 {
                        $(let $bound = Packed::unpack(bytes)?;)*
                        return Some(Self::$variant { $($field: $bound),* });
                    }
                )+
                None
            }
        }
    )+};
}

/// Implements [`Packed`] for words without fields that have a list of all values in order.
macro_rules! packed_words {
    ($($name:ident),+ $(,)?) => {$(
        impl Packed for $name {
            fn pack(&self, bytes: &mut Vec<u8>) {
                bytes.push(*self as u8);
            }
            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                Self::ALL.get(usize::from(u8::unpack(bytes)?)).copied()
            }
        }
    )+};
}

packed_numbers!(u8, u32, i64);

packed_words!(
    ChargeStatus,
    Currency,
    IntentStatus,
    PaymentError,
    PaymentMethod,
    RefundStatus,
    SessionStatus,
    SetupStatus
);

packed_enums! {
    CancellationReason {
        Duplicate {}, Fraudulent {}, RequestedByCustomer {}, Abandoned {}, Automatic {},
    }
    CaptureMethod { Automatic {}, AutomaticAsync {}, Manual {} }
    ConfirmationMethod { Automatic {}, Manual {} }
    Flow { Platform {}, Direct {}, Destination {} }
    SessionMode { Payment {}, Setup {} }
    SessionUi { Hosted {}, Embedded {} }
    Update {
        Amount { 0: amount },
        Method { 0: method },
        CaptureMethod { 0: method },
        Fee { 0: fee },
        Transfer { 0: transfer },
        Metadata {},
    }
    Accepted {
        Intent { status: status, capturable: capturable, received: received },
        Refund { status: status, amount: amount },
        Money { amount: amount },
        Setup { status: status },
        Session { status: status },
        Begun {},
        Happened {},
        Nothing {},
    }
    Operation {
        CreateIntent { intent: intent, create: create },
        UpdateIntent { intent: intent, update: update },
        ConfirmIntent { intent: intent, confirm: confirm },
        CaptureIntent { intent: intent, capture: capture },
        CancelIntent { intent: intent, reason: reason },
        CreateRefund { intent: intent, refund: refund },
        CancelRefund { intent: intent, refund: refund },
        RefundFee { intent: intent, amount: amount },
        ReverseTransfer { intent: intent, amount: amount },
        CreateTransfer { intent: intent, amount: amount },
        CreateSetup { method: method, confirm: confirm },
        UpdateSetup { method: method },
        ConfirmSetup { method: method },
        CancelSetup { reason: reason },
        VerifyMicrodeposits {},
        CreateSession { 0: session },
        ExpireSession {},
    }
}

packed_structs! {
    IntentId { 0: number }
    RefundId { 0: number }
    Payment {
        intent: intent, charge: charge, successful_charges: successful_charges, refunds: refunds, ledger: ledger,
    }
    PaymentIntent {
        status: status, amount: amount, currency: currency, capturable: capturable, received: received,
        capture_method: capture_method, confirmation_method: confirmation_method, payment_method: payment_method,
        multicapture_requested: multicapture_requested, flow: flow, fee: fee, transfer: transfer,
        confirmations: confirmations, authenticated: authenticated, cancellation_reason: cancellation_reason,
        last_error: last_error, owned_by_session: owned_by_session,
    }
    Charge {
        status: status, authorized: authorized, captured_amount: captured_amount, released: released,
        refunded_amount: refunded_amount, captured: captured, refunded: refunded,
        multicapture_available: multicapture_available, captures: captures, hold: hold, posting: posting,
        links: links, fee_at_first_capture: fee_at_first_capture,
        transfer_at_first_capture: transfer_at_first_capture, fee_latch: fee_latch, transfer_latch: transfer_latch,
        cancel_window: cancel_window,
    }
    Links { balance_transaction: balance_transaction, transfer: transfer, application_fee: application_fee }
    LedgerView {
        charged: charged, refunded: refunded, fees: fees, fees_refunded: fees_refunded, transfers: transfers,
        reversals: reversals,
    }
    RefundView { status: status, amount: amount }
    Setup {
        status: status, payment_method: payment_method, confirmations: confirmations,
        cancellation_reason: cancellation_reason, last_error: last_error, owned_by_session: owned_by_session,
    }
    Session {
        status: status, mode: mode, ui: ui, amount: amount, manual: manual, multicapture: multicapture,
        intent: intent, expiry: expiry,
    }
    Key { operation: operation, answer: answer, retention: retention }
    Create {
        amount: amount, currency: currency, method: method, capture_method: capture_method,
        confirmation_method: confirmation_method, multicapture: multicapture, flow: flow, fee: fee,
        transfer: transfer, confirm: confirm, off_session: off_session,
    }
    Confirm {
        method: method, capture_method: capture_method, fee: fee, transfer: transfer, off_session: off_session,
    }
    Capture { amount: amount, final_capture: final_capture, fee: fee, transfer: transfer }
    CreateRefund {
        amount: amount, refund_application_fee: refund_application_fee, reverse_transfer: reverse_transfer,
    }
    CreateSession {
        mode: mode, ui: ui, amount: amount, manual: manual, multicapture: multicapture, success_url: success_url,
        return_url: return_url, expires_in: expires_in,
    }
}

impl Packed for bool {
    fn pack(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        match u8::unpack(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Packed for Amount {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.get().pack(bytes);
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        u32::unpack(bytes).map(Self::new)
    }
}

impl Packed for Countdown {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.word().pack(bytes);
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        u32::unpack(bytes).map(Self::of)
    }
}

impl Packed for Rejection {
    fn pack(&self, bytes: &mut Vec<u8>) {
        let position = Self::all().position(|rejection| rejection == *self);
        bytes.push(position.and_then(|position| u8::try_from(position).ok()).unwrap_or(u8::MAX));
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        let position = usize::from(u8::unpack(bytes)?);
        Self::all().nth(position)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.is_some().pack(bytes);
        if let Some(value) = self {
            value.pack(bytes);
        }
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        if bool::unpack(bytes)? { T::unpack(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Packed, E: Packed> Packed for Result<T, E> {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.is_ok().pack(bytes);
        match self {
            Ok(value) => value.pack(bytes),
            Err(error) => error.pack(bytes),
        }
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        if bool::unpack(bytes)? { T::unpack(bytes).map(Ok) } else { E::unpack(bytes).map(Err) }
    }
}

impl<T: Packed + Copy, const N: usize> Packed for [Option<T>; N] {
    fn pack(&self, bytes: &mut Vec<u8>) {
        for value in self {
            value.pack(bytes);
        }
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        let mut all = [None; N];
        for value in &mut all {
            *value = Packed::unpack(bytes)?;
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decline;

    #[test]
    fn every_rejection_has_a_byte_of_its_own() {
        let mut bytes = Vec::new();
        for rejection in Rejection::all() {
            bytes.clear();
            rejection.pack(&mut bytes);
            assert_ne!(bytes, [u8::MAX]);
            assert_eq!(Rejection::unpack(&mut bytes.as_slice()), Some(rejection));
        }
        assert!(Rejection::all().any(|rejection| rejection == Rejection::Declined(Decline::ExpiredCard)));
    }

    #[test]
    fn every_payment_method_has_a_byte_of_its_own() {
        for method in PaymentMethod::ALL {
            let mut bytes = Vec::new();
            method.pack(&mut bytes);
            assert_eq!(PaymentMethod::unpack(&mut bytes.as_slice()), Some(method));
        }
        assert_eq!(PaymentMethod::unpack(&mut [u8::MAX].as_slice()), None);
    }

    #[test]
    fn bytes_that_no_state_wrote_are_refused() {
        assert_eq!(State::<1, 0>::unpack(&mut [2_u8].as_slice()), None);
        let mut bytes = Vec::new();
        State::<1, 0>::default().pack(&mut bytes);
        assert_eq!(State::<1, 0>::unpack(&mut bytes.as_slice()), Some(State::default()));
        bytes.pop();
        assert_eq!(State::<1, 0>::unpack(&mut bytes.as_slice()), None);
    }
}
