//! The inputs that have an effect in a state.

use holdfast_model::trace::Verb;
use holdfast_model::{
    Call, Flow, Input, IntentId, IntentStatus, KeyId, Observation, Operation, PaymentView, RefundStatus, SessionStatus,
    SetupStatus, Target,
};

/// An observation with one payment in focus.
#[derive(Clone, Copy)]
pub(super) struct FocusedView<'a> {
    pub(super) now: &'a Observation<'a>,
    /// The place of the payment in focus.
    pub(super) focus: u8,
}

impl<'a> FocusedView<'a> {
    pub(super) fn payment(&self) -> Option<&'a PaymentView> {
        self.now.payments.get(usize::from(self.focus)).and_then(Option::as_ref)
    }

    /// Returns the first place without a payment.
    pub(super) fn free_place(&self, at_most: u8) -> Option<u8> {
        (0..at_most).find(|place| self.now.payments.get(usize::from(*place)).is_some_and(Option::is_none))
    }

    /// Returns whether a request held open is about the payment.
    fn is_locked(&self) -> bool {
        let about = Target::Payment(IntentId(self.focus));
        self.now.keys.iter().flatten().any(|key| key.answer.is_none() && key.operation.about() == about)
    }

    pub(super) fn knows_keys(&self) -> bool {
        self.now.keys.iter().any(Option::is_some)
    }

    /// Returns whether the request creates a payment under a name in use and is not a replay under a known key.
    pub(super) fn creates_twice(&self, operation: &Operation, key: Option<KeyId>) -> bool {
        let is_known = key.is_some_and(|key| self.now.keys.get(usize::from(key.0)).is_some_and(Option::is_some));
        !is_known && self.is_there(operation)
    }

    /// Returns whether the object of the request exists.
    pub(super) fn has_subject(&self, input: &Input) -> bool {
        let (Input::Call(Call { operation, .. }) | Input::Begin { operation, .. }) = input else { return true };
        match operation.about() {
            Target::Payment(intent) | Target::Refund(intent, _) => {
                self.now.payments.get(usize::from(intent.0)).is_some_and(Option::is_some)
            }
            Target::Setup => self.now.setup.is_some(),
            Target::Session => self.now.session.is_some(),
        }
    }

    /// Returns whether the payment that the request creates exists already.
    pub(super) fn is_there(&self, operation: &Operation) -> bool {
        let Operation::CreateIntent { intent, .. } = operation else { return false };
        self.now.payments.get(usize::from(intent.0)).is_some_and(Option::is_some)
    }

    /// Returns whether the model has the capacity for an input with this verb. Inputs that exceed it are not compared.
    pub(super) fn has_capacity(&self, verb: Verb, payments: u8, is_free: bool) -> bool {
        match verb {
            // An existing payment can be created only by a replay under a known key.
            Verb::CreateIntent if self.payment().is_some() => self.knows_keys(),
            Verb::CreateIntent => self.free_place(payments) == Some(self.focus),
            Verb::CreateSetup => self.now.setup.is_none() || self.knows_keys(),
            // A session with wrong parameters is refused and takes no capacity.
            Verb::CreateSession => self.now.session.is_none() || is_free,
            Verb::CustomerPays => {
                let has_intent = self.now.session.is_none_or(|session| session.intent.is_some());
                has_intent || self.free_place(payments).is_some()
            }
            Verb::CreateRefund => self.payment().is_none_or(|payment| payment.refunds.iter().any(Option::is_none)),
            Verb::UpdateIntent
            | Verb::ConfirmIntent
            | Verb::CaptureIntent
            | Verb::CancelIntent
            | Verb::CancelRefund
            | Verb::RefundFee
            | Verb::ReverseTransfer
            | Verb::CreateTransfer
            | Verb::UpdateSetup
            | Verb::ConfirmSetup
            | Verb::CancelSetup
            | Verb::VerifyMicrodeposits
            | Verb::ExpireSession
            | Verb::Begin
            | Verb::Finish
            | Verb::Authenticate
            | Verb::Settle
            | Verb::CloseCancelWindow
            | Verb::PostToLedger
            | Verb::ExpireHold
            | Verb::Refund
            | Verb::AuthenticateSetup
            | Verb::SettleSetup
            | Verb::PruneKey
            | Verb::Advance => true,
        }
    }

    /// Returns whether an input with this verb probably has an effect. This decides only frequencies, never a verdict.
    pub(super) fn fits(&self, verb: Verb) -> bool {
        use IntentStatus as S;
        // A payment with a request held open rejects other requests.
        let payment = self.payment().filter(|_| !self.is_locked());
        let is = |status| payment.is_some_and(|payment| payment.status == status);
        let charge = payment.and_then(|payment| payment.charge.as_ref());
        let refund_in = |statuses: &[RefundStatus]| {
            payment.is_some_and(|payment| payment.refunds.iter().flatten().any(|it| statuses.contains(&it.status)))
        };
        let setup_in = |statuses: &[SetupStatus]| self.now.setup.is_some_and(|setup| statuses.contains(&setup.status));
        let keys = || self.now.keys.iter();
        match verb {
            Verb::CreateIntent => self.payment().is_none(),
            Verb::UpdateIntent | Verb::ConfirmIntent => payment.is_some_and(|payment| payment.status.is_open()),
            Verb::CaptureIntent => is(S::RequiresCapture),
            Verb::CancelIntent => payment.is_some_and(|payment| !payment.status.is_final()),
            Verb::CreateRefund => {
                let refunded = charge.map_or(0, |charge| charge.refunded_amount.get());
                payment.is_some_and(|payment| payment.received.get() > refunded)
            }
            Verb::CancelRefund => refund_in(&[RefundStatus::RequiresAction]),
            Verb::RefundFee => payment.is_some_and(|payment| payment.ledger.fees > payment.ledger.fees_refunded),
            Verb::ReverseTransfer => payment.is_some_and(|payment| payment.ledger.transfers > payment.ledger.reversals),
            Verb::CreateTransfer => {
                payment.is_some_and(|payment| payment.flow == Flow::Platform && !payment.received.is_zero())
            }
            Verb::CreateSetup => self.now.setup.is_none(),
            Verb::UpdateSetup | Verb::ConfirmSetup | Verb::CancelSetup => {
                self.now.setup.is_some_and(|setup| setup.status.is_open())
            }
            Verb::VerifyMicrodeposits | Verb::AuthenticateSetup => setup_in(&[SetupStatus::RequiresAction]),
            Verb::SettleSetup => setup_in(&[SetupStatus::Processing]),
            Verb::CreateSession => self.now.session.is_none(),
            Verb::ExpireSession | Verb::CustomerPays => {
                self.now.session.is_some_and(|session| session.status == SessionStatus::Open)
            }
            Verb::Begin => keys().any(Option::is_none),
            Verb::Finish => keys().flatten().any(|key| key.answer.is_none()),
            Verb::Authenticate => is(S::RequiresAction),
            Verb::Settle | Verb::CloseCancelWindow => is(S::Processing),
            Verb::PostToLedger => charge.is_some_and(|charge| charge.posting_left.is_some()),
            Verb::ExpireHold => charge.is_some_and(|charge| charge.hold_left.is_some_and(|left| left <= 1)),
            Verb::Refund => refund_in(&[RefundStatus::Pending, RefundStatus::RequiresAction, RefundStatus::Succeeded]),
            Verb::PruneKey => keys().flatten().any(holdfast_model::KeyView::is_prunable),
            Verb::Advance => true,
        }
    }
}
