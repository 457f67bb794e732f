//! What a step was like, whatever its exact numbers: the yardstick for "which transitions have we
//! seen", in the report of the explorers and as feedback for the fuzzer.
//!
//! | bits | part |
//! |---|---|
//! | 0–3 | [`StatusClass`]: where the addressed object was |
//! | 4–9 | [`InputKind`]: what happened |
//! | 10–17 | [`OutcomeClass`]: what was answered |
//! | 18–20 | [`AmountClass`]: how large the amount in the request was |
//! | 21–22 | [`TimeClass`]: how far away the deadline was |

use holdfast_model::{
    Authentication, Decline, Event, Fault, Input, IntentId, IntentStatus, Operation, PaymentView, RefundProgress,
    Rejection, SessionStatus, SetupStatus, Update,
};

use crate::step::{Step, Subject, find_key, subject};

/// A step without its numbers, in 23 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbstractTransition(u32);

/// An enumeration whose values are numbered and named, both ways.
macro_rules! classes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each is named by its word")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value called `word`.
            #[must_use]
            pub fn from_name(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

classes! {
    /// Where the addressed object was.
    StatusClass {
        Absent = "absent",
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        RequiresAction = "requires_action",
        Processing = "processing",
        Held = "requires_capture",
        PartlyCaptured = "requires_capture_partly",
        Succeeded = "succeeded",
        Refunded = "succeeded_refunded",
        Canceled = "canceled",
        Open = "open",
        Complete = "complete",
        Expired = "expired",
        Everything = "everything",
    }
}

classes! {
    /// What happened.
    InputKind {
        CreateIntent = "create",
        CreateAndConfirm = "create_confirm",
        UpdateAmount = "update_amount",
        UpdateMethod = "update_method",
        UpdateOther = "update_other",
        Confirm = "confirm",
        CapturePiece = "capture_piece",
        CaptureFinal = "capture_final",
        CaptureDefault = "capture_default",
        Cancel = "cancel",
        Refund = "refund",
        RefundWithFee = "refund_fee_too",
        RefundWithTransfer = "refund_transfer_too",
        CancelRefund = "cancel_refund",
        RefundFee = "refund_fee",
        ReverseTransfer = "reverse_transfer",
        CreateTransfer = "create_transfer",
        CreateSetup = "create_setup",
        UpdateSetup = "update_setup",
        ConfirmSetup = "confirm_setup",
        CancelSetup = "cancel_setup",
        VerifyMicrodeposits = "verify_microdeposits",
        CreateSession = "create_session",
        ExpireSession = "expire_session",
        Authenticated = "authenticated",
        AuthenticationFailed = "authentication_failed",
        AuthenticationAbandoned = "authentication_abandoned",
        Settle = "settle",
        CloseCancelWindow = "close_cancel_window",
        Book = "book",
        ExpireHold = "expire_hold",
        RefundSucceeds = "refund_succeeds",
        RefundFails = "refund_fails",
        RefundDetailsGiven = "refund_details_given",
        RefundReturned = "refund_returned",
        AuthenticateSetup = "authenticate_setup",
        SettleSetup = "settle_setup",
        CustomerPays = "customer_pays",
        PruneKey = "prune_key",
        Advance = "advance",
        Repeat = "repeat",
        Begin = "begin",
        Finish = "finish",
        ErrorBefore = "error_before",
        ErrorAfter = "error_after",
        AnswerLost = "answer_lost",
    }
}

classes! {
    /// How large the amount in the request was.
    AmountClass {
        Unnamed = "unnamed",
        Negative = "negative",
        Zero = "zero",
        BelowRest = "below_rest",
        Rest = "rest",
        AboveRest = "above_rest",
    }
}

classes! {
    /// How far away the deadline of a hold was.
    TimeClass {
        NoDeadline = "no_deadline",
        Before = "before_deadline",
        LastSecond = "last_second",
        Over = "at_or_after_deadline",
    }
}

classes! {
    /// What was answered: one word for each rejection, whatever the decline.
    OutcomeClass {
        Accepted = "accepted",
        Nothing = "nothing",
        LockTimeout = "LockTimeout",
        KeyInUse = "KeyInUse",
        KeyMismatch = "KeyMismatch",
        NoSuchIntent = "NoSuchIntent",
        NoSuchSetup = "NoSuchSetup",
        NoSuchSession = "NoSuchSession",
        NoSuchRefund = "NoSuchRefund",
        NoSuchFee = "NoSuchFee",
        NoSuchTransfer = "NoSuchTransfer",
        InvalidAmount = "InvalidAmount",
        AmountTooSmall = "AmountTooSmall",
        AmountTooLarge = "AmountTooLarge",
        InvalidCurrency = "InvalidCurrency",
        NegativeCapture = "NegativeCapture",
        InvalidReason = "InvalidReason",
        OffSessionWithoutConfirm = "OffSessionWithoutConfirm",
        InvalidFee = "InvalidFee",
        InvalidTransfer = "InvalidTransfer",
        MissingSuccessUrl = "MissingSuccessUrl",
        UnexpectedSuccessUrl = "UnexpectedSuccessUrl",
        MissingReturnUrl = "MissingReturnUrl",
        UnexpectedReturnUrl = "UnexpectedReturnUrl",
        InvalidExpiry = "InvalidExpiry",
        UnexpectedMulticapture = "UnexpectedMulticapture",
        AmountFixed = "AmountFixed",
        UnexpectedState = "UnexpectedState",
        OwnedBySession = "OwnedBySession",
        MissingPaymentMethod = "MissingPaymentMethod",
        IncompatibleMethod = "IncompatibleMethod",
        HoldExpired = "HoldExpired",
        ZeroCapture = "ZeroCapture",
        CaptureTooLarge = "CaptureTooLarge",
        FinalCaptureUnavailable = "FinalCaptureUnavailable",
        CaptureLimit = "CaptureLimit",
        FeeWithoutConnect = "FeeWithoutConnect",
        TransferWithoutDestination = "TransferWithoutDestination",
        FeeAndTransfer = "FeeAndTransfer",
        FeeTooLarge = "FeeTooLarge",
        TransferTooLarge = "TransferTooLarge",
        MissingFee = "MissingFee",
        MissingTransfer = "MissingTransfer",
        LateFee = "LateFee",
        LateTransfer = "LateTransfer",
        NoSuccessfulCharge = "NoSuccessfulCharge",
        Uncaptured = "Uncaptured",
        AlreadyRefunded = "AlreadyRefunded",
        RefundTooLarge = "RefundTooLarge",
        PartialWithFee = "PartialWithFee",
        PartialWithReversal = "PartialWithReversal",
        NoFeeToRefund = "NoFeeToRefund",
        FeeLatched = "FeeLatched",
        NoTransferToReverse = "NoTransferToReverse",
        TransferLatched = "TransferLatched",
        RefundNotCancelable = "RefundNotCancelable",
        FeeRefundTooLarge = "FeeRefundTooLarge",
        ReversalTooLarge = "ReversalTooLarge",
        SourceTransactionUnsupported = "SourceTransactionUnsupported",
        SourceExhausted = "SourceExhausted",
        SetupOwnedBySession = "SetupOwnedBySession",
        SetupUnexpectedState = "SetupUnexpectedState",
        SetupInvalidState = "SetupInvalidState",
        SetupMissingMethod = "SetupMissingMethod",
        SessionNotOpen = "SessionNotOpen",
        TooManyConfirmations = "TooManyConfirmations",
        TooManySetupConfirmations = "TooManySetupConfirmations",
        PieceTooSmall = "PieceTooSmall",
        AuthenticationRequired = "AuthenticationRequired",
        Declined = "Declined",
        ServerError = "ServerError",
        AnswerLost = "AnswerLost",
        AmountOutOfRange = "AmountOutOfRange",
        BeyondBounds = "BeyondBounds",
    }
}

impl OutcomeClass {
    /// The class of a rejection.
    #[must_use]
    #[inline]
    pub const fn of(rejection: Rejection) -> Self {
        macro_rules! same {
            ($($variant:ident)+) => {
                match rejection {
                    $(Rejection::$variant => Self::$variant,)+
                    Rejection::Declined(
                        Decline::GenericDecline | Decline::InsufficientFunds | Decline::LostCard
                        | Decline::StolenCard | Decline::ExpiredCard | Decline::IncorrectCvc
                        | Decline::ProcessingError | Decline::CardVelocityExceeded,
                    ) => Self::Declined,
                }
            };
        }
        same! {
            LockTimeout KeyInUse KeyMismatch NoSuchIntent NoSuchSetup NoSuchSession NoSuchRefund NoSuchFee
            NoSuchTransfer InvalidAmount AmountTooSmall AmountTooLarge InvalidCurrency NegativeCapture InvalidReason
            OffSessionWithoutConfirm InvalidFee InvalidTransfer MissingSuccessUrl UnexpectedSuccessUrl
            MissingReturnUrl UnexpectedReturnUrl InvalidExpiry UnexpectedMulticapture AmountFixed UnexpectedState OwnedBySession
            MissingPaymentMethod IncompatibleMethod HoldExpired ZeroCapture CaptureTooLarge FinalCaptureUnavailable
            CaptureLimit FeeWithoutConnect TransferWithoutDestination FeeAndTransfer FeeTooLarge TransferTooLarge
            MissingFee MissingTransfer LateFee LateTransfer NoSuccessfulCharge Uncaptured AlreadyRefunded
            RefundTooLarge PartialWithFee PartialWithReversal NoFeeToRefund FeeLatched NoTransferToReverse
            TransferLatched RefundNotCancelable FeeRefundTooLarge ReversalTooLarge SourceTransactionUnsupported
            SourceExhausted SetupOwnedBySession SetupUnexpectedState SetupInvalidState SetupMissingMethod SessionNotOpen
            TooManyConfirmations TooManySetupConfirmations PieceTooSmall AuthenticationRequired ServerError AnswerLost AmountOutOfRange BeyondBounds
        }
    }
}

/// The parts of an [`AbstractTransition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parts {
    /// Where the addressed object was.
    pub status: StatusClass,
    /// What happened.
    pub input: InputKind,
    /// What was answered.
    pub outcome: OutcomeClass,
    /// How large the amount in the request was.
    pub amount: AmountClass,
    /// How far away the deadline was.
    pub time: TimeClass,
}

impl AbstractTransition {
    /// What `step` was like.
    #[must_use]
    #[inline]
    pub fn of(step: &Step<'_>) -> Self {
        let outcome = match step.outcome {
            Ok(holdfast_model::Accepted::Nothing) => OutcomeClass::Nothing,
            Ok(_) => OutcomeClass::Accepted,
            Err(rejection) => OutcomeClass::of(rejection),
        };
        let (named, input) = named(step);
        let payment = match named {
            Some(Subject::Intent(intent)) => payment(step, intent),
            Some(Subject::Setup | Subject::Session) | None => None,
        };
        let amount = asked(step).map_or(AmountClass::Unnamed, |(number, rest)| size(number, rest));
        let time = time(payment.and_then(|payment| payment.charge?.hold_left));
        Self::pack(Parts { status: status(step, named), input, outcome, amount, time })
    }

    /// The parts in 23 bits.
    #[must_use]
    #[inline]
    pub const fn pack(parts: Parts) -> Self {
        Self(
            (parts.status as u32)
                | (parts.input as u32) << 4
                | (parts.outcome as u32) << 10
                | (parts.amount as u32) << 18
                | (parts.time as u32) << 21,
        )
    }

    /// The 23 bits.
    #[must_use]
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The parts again; `None` for bits that no parts have.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<Self> {
        Self(bits).parts().filter(|parts| Self::pack(*parts).0 == bits).map(|_| Self(bits))
    }

    /// The parts.
    #[must_use]
    pub fn parts(self) -> Option<Parts> {
        let place = |shift: u32, width: u32| {
            let mask = (1_u32 << width).wrapping_sub(1);
            usize::try_from((self.0 >> shift) & mask).unwrap_or(usize::MAX)
        };
        Some(Parts {
            status: *StatusClass::ALL.get(place(0, 4))?,
            input: *InputKind::ALL.get(place(4, 6))?,
            outcome: *OutcomeClass::ALL.get(place(10, 8))?,
            amount: *AmountClass::ALL.get(place(18, 3))?,
            time: *TimeClass::ALL.get(place(21, 2))?,
        })
    }

    /// The name: the words of the parts, with colons between.
    #[must_use]
    pub fn name(self) -> String {
        self.parts().map_or_else(String::new, |parts| {
            let Parts { status, input, outcome, amount, time } = parts;
            let words = [status.name(), input.name(), outcome.name(), amount.name(), time.name()];
            words.join(":")
        })
    }

    /// The transition called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut words = name.split(':');
        let parts = Parts {
            status: StatusClass::from_name(words.next()?)?,
            input: InputKind::from_name(words.next()?)?,
            outcome: OutcomeClass::from_name(words.next()?)?,
            amount: AmountClass::from_name(words.next()?)?,
            time: TimeClass::from_name(words.next()?)?,
        };
        words.next().is_none().then(|| Self::pack(parts))
    }
}

#[inline]
fn payment<'a>(step: &Step<'a>, intent: IntentId) -> Option<&'a PaymentView> {
    step.before.payments.get(usize::from(intent.0)).and_then(Option::as_ref)
}

#[inline]
fn size(number: i64, rest: u32) -> AmountClass {
    match number {
        ..0 => AmountClass::Negative,
        0 => AmountClass::Zero,
        _ if number < i64::from(rest) => AmountClass::BelowRest,
        _ if number == i64::from(rest) => AmountClass::Rest,
        _ => AmountClass::AboveRest,
    }
}

#[inline]
const fn time(left: Option<i64>) -> TimeClass {
    match left {
        None => TimeClass::NoDeadline,
        Some(2..) => TimeClass::Before,
        Some(1) => TimeClass::LastSecond,
        Some(..=0) => TimeClass::Over,
    }
}

/// The amount in the request, and what it is measured by.
#[inline]
fn asked(step: &Step<'_>) -> Option<(i64, u32)> {
    let operation = match step.input {
        Input::Call(call) => call.operation,
        Input::Begin { operation, .. } => operation,
        Input::Finish { key } => find_key(&step.before, key)?.operation,
        Input::Event(_) => return None,
    };
    let intent = match subject(&operation) {
        Subject::Intent(intent) => payment(step, intent),
        Subject::Setup | Subject::Session => None,
    };
    let rest = |rest: fn(&PaymentView) -> u32| intent.map_or(0, rest);
    if let Operation::CaptureIntent { capture, .. } = operation {
        return Some((capture.amount?, rest(|payment| payment.capturable.get())));
    }
    if let Operation::CreateRefund { refund, .. } = operation {
        let left = |payment: &PaymentView| {
            let refunded = payment.charge.map_or(0, |charge| charge.refunded_amount.get());
            payment.received.get().saturating_sub(refunded)
        };
        return Some((refund.amount?, rest(left)));
    }
    if let Operation::RefundFee { amount, .. } = operation {
        let left = |payment: &PaymentView| payment.ledger.fees.get().saturating_sub(payment.ledger.fees_refunded.get());
        return Some((amount?, rest(left)));
    }
    if let Operation::ReverseTransfer { amount, .. } = operation {
        let left =
            |payment: &PaymentView| payment.ledger.transfers.get().saturating_sub(payment.ledger.reversals.get());
        return Some((amount?, rest(left)));
    }
    if let Operation::CreateTransfer { amount, .. } = operation {
        let left = |payment: &PaymentView| payment.received.get().saturating_sub(payment.ledger.transfers.get());
        return Some((amount?, rest(left)));
    }
    // What an intent may be for is measured by the largest amount that may be named.
    if let Operation::CreateIntent { create, .. } = operation {
        return Some((create.amount, holdfast_model::Amount::MAX.get()));
    }
    if let Operation::UpdateIntent { update: Update::Amount(number), .. } = operation {
        return Some((number, holdfast_model::Amount::MAX.get()));
    }
    None
}

/// The addressed object and the kind of input.
#[inline]
fn named(step: &Step<'_>) -> (Option<Subject>, InputKind) {
    match step.input {
        Input::Call(call) => {
            let kind = match call.fault {
                Fault::None if step.known_key().is_some() => InputKind::Repeat,
                Fault::None => operation_kind(&call.operation),
                Fault::ErrorBefore => InputKind::ErrorBefore,
                Fault::ErrorAfter => InputKind::ErrorAfter,
                Fault::AnswerLost => InputKind::AnswerLost,
            };
            (Some(subject(&call.operation)), kind)
        }
        Input::Begin { operation, .. } => (Some(subject(&operation)), InputKind::Begin),
        Input::Finish { key } => (find_key(&step.before, key).map(|view| subject(&view.operation)), InputKind::Finish),
        Input::Event(event) => event_kind(event),
    }
}

#[inline]
const fn operation_kind(operation: &Operation) -> InputKind {
    match operation {
        Operation::CreateIntent { create, .. } if create.confirm => InputKind::CreateAndConfirm,
        Operation::CreateIntent { .. } => InputKind::CreateIntent,
        Operation::UpdateIntent { update, .. } => match update {
            Update::Amount(_) => InputKind::UpdateAmount,
            Update::Method(_) => InputKind::UpdateMethod,
            Update::CaptureMethod(_) | Update::Fee(_) | Update::Transfer(_) | Update::Metadata => {
                InputKind::UpdateOther
            }
        },
        Operation::ConfirmIntent { .. } => InputKind::Confirm,
        Operation::CaptureIntent { capture, .. } => match capture.final_capture {
            Some(false) => InputKind::CapturePiece,
            Some(true) => InputKind::CaptureFinal,
            None => InputKind::CaptureDefault,
        },
        Operation::CancelIntent { .. } => InputKind::Cancel,
        Operation::CreateRefund { refund, .. } => match (refund.refund_application_fee, refund.reverse_transfer) {
            (false, false) => InputKind::Refund,
            (true, _) => InputKind::RefundWithFee,
            (false, true) => InputKind::RefundWithTransfer,
        },
        Operation::CancelRefund { .. } => InputKind::CancelRefund,
        Operation::RefundFee { .. } => InputKind::RefundFee,
        Operation::ReverseTransfer { .. } => InputKind::ReverseTransfer,
        Operation::CreateTransfer { .. } => InputKind::CreateTransfer,
        Operation::CreateSetup { .. } => InputKind::CreateSetup,
        Operation::UpdateSetup { .. } => InputKind::UpdateSetup,
        Operation::ConfirmSetup { .. } => InputKind::ConfirmSetup,
        Operation::CancelSetup { .. } => InputKind::CancelSetup,
        Operation::VerifyMicrodeposits => InputKind::VerifyMicrodeposits,
        Operation::CreateSession(_) => InputKind::CreateSession,
        Operation::ExpireSession => InputKind::ExpireSession,
    }
}

#[inline]
const fn event_kind(event: Event) -> (Option<Subject>, InputKind) {
    match event {
        Event::Authenticate { intent, result } => {
            let kind = match result {
                Authentication::Succeeds => InputKind::Authenticated,
                Authentication::Fails => InputKind::AuthenticationFailed,
                Authentication::Abandoned => InputKind::AuthenticationAbandoned,
            };
            (Some(Subject::Intent(intent)), kind)
        }
        Event::Settle { intent } => (Some(Subject::Intent(intent)), InputKind::Settle),
        Event::CloseCancelWindow { intent } => (Some(Subject::Intent(intent)), InputKind::CloseCancelWindow),
        Event::Book { intent } => (Some(Subject::Intent(intent)), InputKind::Book),
        Event::ExpireHold { intent } => (Some(Subject::Intent(intent)), InputKind::ExpireHold),
        Event::Refund { intent, progress, .. } => {
            let kind = match progress {
                RefundProgress::Succeeds => InputKind::RefundSucceeds,
                RefundProgress::Fails => InputKind::RefundFails,
                RefundProgress::DetailsGiven => InputKind::RefundDetailsGiven,
                RefundProgress::Returned => InputKind::RefundReturned,
            };
            (Some(Subject::Intent(intent)), kind)
        }
        Event::AuthenticateSetup { .. } => (Some(Subject::Setup), InputKind::AuthenticateSetup),
        Event::SettleSetup => (Some(Subject::Setup), InputKind::SettleSetup),
        Event::CustomerPays { .. } => (Some(Subject::Session), InputKind::CustomerPays),
        Event::PruneKey { .. } => (None, InputKind::PruneKey),
        Event::Advance { .. } => (None, InputKind::Advance),
    }
}

/// Where the addressed object was.
#[inline]
fn status(step: &Step<'_>, named: Option<Subject>) -> StatusClass {
    match named {
        None => StatusClass::Everything,
        Some(Subject::Intent(intent)) => payment(step, intent).map_or(StatusClass::Absent, payment_class),
        Some(Subject::Setup) => step.before.setup.map_or(StatusClass::Absent, |setup| match setup.status {
            SetupStatus::RequiresPaymentMethod => StatusClass::RequiresPaymentMethod,
            SetupStatus::RequiresConfirmation => StatusClass::RequiresConfirmation,
            SetupStatus::RequiresAction => StatusClass::RequiresAction,
            SetupStatus::Processing => StatusClass::Processing,
            SetupStatus::Succeeded => StatusClass::Succeeded,
            SetupStatus::Canceled => StatusClass::Canceled,
        }),
        Some(Subject::Session) => step.before.session.map_or(StatusClass::Absent, |session| match session.status {
            SessionStatus::Open => StatusClass::Open,
            SessionStatus::Complete => StatusClass::Complete,
            SessionStatus::Expired => StatusClass::Expired,
        }),
    }
}

#[inline]
fn payment_class(payment: &PaymentView) -> StatusClass {
    let refunded = payment.charge.is_some_and(|charge| charge.refunded);
    match payment.status {
        IntentStatus::RequiresPaymentMethod => StatusClass::RequiresPaymentMethod,
        IntentStatus::RequiresConfirmation => StatusClass::RequiresConfirmation,
        IntentStatus::RequiresAction => StatusClass::RequiresAction,
        IntentStatus::Processing => StatusClass::Processing,
        IntentStatus::RequiresCapture if payment.received.is_zero() => StatusClass::Held,
        IntentStatus::RequiresCapture => StatusClass::PartlyCaptured,
        IntentStatus::Succeeded if refunded => StatusClass::Refunded,
        IntentStatus::Succeeded => StatusClass::Succeeded,
        IntentStatus::Canceled => StatusClass::Canceled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every combination of parts, which are few enough to try them all.
    fn all() -> impl Iterator<Item = Parts> {
        StatusClass::ALL.iter().flat_map(|&status| {
            InputKind::ALL.iter().flat_map(move |&input| {
                OutcomeClass::ALL.iter().flat_map(move |&outcome| {
                    AmountClass::ALL.iter().flat_map(move |&amount| {
                        TimeClass::ALL.iter().map(move |&time| Parts { status, input, outcome, amount, time })
                    })
                })
            })
        })
    }

    #[test]
    fn different_parts_have_different_bits() {
        for parts in all() {
            assert_eq!(AbstractTransition::pack(parts).parts(), Some(parts));
        }
    }

    #[test]
    fn a_name_says_all() {
        for parts in all().step_by(97) {
            let transition = AbstractTransition::pack(parts);
            assert_eq!(AbstractTransition::from_name(&transition.name()), Some(transition));
            assert_eq!(AbstractTransition::from_bits(transition.bits()), Some(transition));
        }
        assert_eq!(AbstractTransition::from_name("absent:create:accepted:rest"), None);
        assert_eq!(AbstractTransition::from_bits(u32::MAX), None);
    }

    #[test]
    fn the_deadline_has_three_classes_around_it() {
        assert_eq!(
            [None, Some(2), Some(1), Some(0), Some(-1)].map(time),
            [TimeClass::NoDeadline, TimeClass::Before, TimeClass::LastSecond, TimeClass::Over, TimeClass::Over]
        );
    }

    #[test]
    fn amounts_are_measured_by_what_is_left() {
        assert_eq!(
            [-1, 0, 99, 100, 101].map(|number| size(number, 100)),
            [
                AmountClass::Negative,
                AmountClass::Zero,
                AmountClass::BelowRest,
                AmountClass::Rest,
                AmountClass::AboveRest
            ]
        );
    }
}
