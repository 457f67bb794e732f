//! Every input that can explain an event of a complete log.
//!
//! In a complete log each notification of a step is an event of the log. So an input that is followed by a notification
//! takes its amounts from the events ahead, and an input without one matters only for the amounts that later events show.
//! What takes few values is enumerated. Where the argument does not hold, the suggestions say so.

use holdfast_model::{
    Authentication, CancellationReason, Capture, CaptureMethod, Confirm, ConfirmationMethod, Create, CreateRefund,
    EnvironmentEvent, Flow, Input, IntentStatus, NotificationKind as Kind, Operation, PaymentMethod, PaymentView,
    RefundId, RefundProgress, SetupView, Update,
};

use super::INTENT;
use crate::logged_event::{LoggedEvent, Object};
use crate::search::coverage::Suggestions;
use crate::search::matching::part_returned;
use crate::seen::Seen;

/// One method of each behavior. Networks differ in the length of their holds only, and each length is one of these.
const METHODS: [PaymentMethod; 11] = [
    PaymentMethod::Visa,
    PaymentMethod::NoEnterpriseFeatures,
    PaymentMethod::Declined,
    PaymentMethod::AuthenticationRequired,
    PaymentMethod::AuthenticationThenDeclined,
    PaymentMethod::PendingRefund,
    PaymentMethod::RefundFails,
    PaymentMethod::UsBankAccount,
    PaymentMethod::UsBankAccountFails,
    PaymentMethod::SepaDebitFails,
    PaymentMethod::BankTransfer,
];

const CAPTURES: [CaptureMethod; 3] = [CaptureMethod::Automatic, CaptureMethod::AutomaticAsync, CaptureMethod::Manual];

/// The most amounts of fees that are combined.
const FEES: usize = 12;

/// All inputs that the events ahead leave.
pub(in crate::search) struct Every<'b> {
    near: Vec<&'b LoggedEvent>,
    currency: holdfast_model::Currency,
    inputs: Vec<Input>,
    cut: Option<&'static str>,
}

impl<'b> Every<'b> {
    /// `near` are the events that no step explains yet, all of them.
    pub(in crate::search) fn new(near: Vec<&'b LoggedEvent>, currency: holdfast_model::Currency) -> Self {
        Self { near, currency, inputs: Vec::with_capacity(64), cut: None }
    }

    fn done(self) -> Suggestions {
        match self.cut {
            None => Suggestions::all(self.inputs),
            Some(why) => Suggestions::some(self.inputs, why),
        }
    }

    /// Returns the possible inputs for the payment.
    pub(in crate::search) fn of_payment(mut self, payment: Option<&PaymentView>) -> Suggestions {
        let Some(payment) = payment else {
            self.create();
            return self.done();
        };
        match payment.status {
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
                self.before_payment(payment);
            }
            IntentStatus::Processing => {
                self.event(EnvironmentEvent::Settle { intent: INTENT });
                self.cancel();
            }
            IntentStatus::RequiresCapture => {
                self.captures(payment);
                self.cancel();
                self.event(EnvironmentEvent::ExpireHold { intent: INTENT });
                self.money_back(payment);
            }
            IntentStatus::Succeeded | IntentStatus::Canceled => {
                self.event(EnvironmentEvent::PostToLedger { intent: INTENT });
                self.money_back(payment);
            }
        }
        self.done()
    }

    /// Returns the possible inputs for the SetupIntent.
    pub(in crate::search) fn of_setup(mut self, setup: Option<&SetupView>) -> Suggestions {
        if setup.is_none() {
            self.operation(Operation::CreateSetup { method: None, confirm: false });
            self.operation(Operation::CreateSetup { method: Some(PaymentMethod::Visa), confirm: false });
            return self.done();
        }
        for method in PaymentMethod::ALL {
            self.operation(Operation::ConfirmSetup { method: Some(method) });
        }
        self.operation(Operation::UpdateSetup { method: PaymentMethod::Visa });
        self.operation(Operation::VerifyMicrodeposits);
        self.operation(Operation::CancelSetup { reason: None });
        for result in [Authentication::Succeeds, Authentication::Fails] {
            self.event(EnvironmentEvent::AuthenticateSetup { result });
        }
        self.event(EnvironmentEvent::SettleSetup);
        self.done()
    }

    fn operation(&mut self, operation: Operation) {
        self.inputs.push(operation.into());
    }

    fn event(&mut self, event: EnvironmentEvent) {
        self.inputs.push(event.into());
    }

    fn cancel(&mut self) {
        for reason in [None, Some(CancellationReason::RequestedByCustomer)] {
            self.operation(Operation::CancelIntent { intent: INTENT, reason });
        }
    }

    /// Returns the amounts that events of this kind show, each once.
    fn amounts(&mut self, is_it: impl Fn(&LoggedEvent) -> bool, of: impl Fn(&Object) -> &Seen<i64>) -> Vec<i64> {
        let mut found = Vec::new();
        for logged in self.near.iter().filter(|logged| is_it(logged)) {
            match of(logged.object()).value() {
                Some(amount) if !found.contains(amount) => found.push(*amount),
                Some(_) => {}
                None => self.cut = Some("an event shows no amount"),
            }
        }
        found
    }

    fn of_kind(&mut self, kind: Kind) -> Vec<i64> {
        self.amounts(|logged| logged.kind == kind.name(), |object| &object.amount)
    }

    fn is_ahead(&self, kind: Kind) -> bool {
        self.near.iter().any(|logged| logged.kind == kind.name())
    }

    /// Returns the amounts of the payment that events show.
    fn totals(&mut self) -> Vec<i64> {
        let is_it = |logged: &LoggedEvent| matches!(logged.object().object.text(), Some("payment_intent" | "charge"));
        self.amounts(is_it, |object| &object.amount)
    }

    /// Returns whether an event says anything of a fee, a transfer or a destination.
    fn mentions_connect(&self) -> bool {
        self.near.iter().map(|logged| logged.object()).any(|object| {
            matches!(object.object.text(), Some("application_fee" | "transfer"))
                || object.application_fee_amount.value().is_some()
                || object.transfer_data.get().is_some()
                || [&object.application_fee, &object.transfer].into_iter().any(|link| link.is_set() == Some(true))
        })
    }

    fn create(&mut self) {
        let amounts = self.of_kind(Kind::IntentCreated);
        let connected: &[Flow] = &[Flow::Platform, Flow::Direct, Flow::Destination];
        let flows = if self.mentions_connect() { connected } else { &[Flow::Platform] };
        let asks = self.is_ahead(Kind::IntentRequiresAction);
        let confirmations: &[ConfirmationMethod] = &[ConfirmationMethod::Automatic, ConfirmationMethod::Manual];
        let confirmations = if asks { confirmations } else { &[ConfirmationMethod::Automatic] };
        for amount in amounts {
            for (flow, capture_method) in flows.iter().flat_map(|flow| CAPTURES.map(|way| (*flow, way))) {
                for (confirmation_method, multicapture) in
                    confirmations.iter().flat_map(|way| [false, true].map(|several| (*way, several)))
                {
                    for method in [None, Some(PaymentMethod::Visa)] {
                        let create = Create {
                            currency: self.currency,
                            capture_method,
                            confirmation_method,
                            multicapture,
                            flow,
                            method,
                            ..Create::of(amount)
                        };
                        self.operation(Operation::CreateIntent { intent: INTENT, create });
                    }
                }
            }
        }
    }

    /// Returns the standing amounts that the parts taken later can come from, and none.
    fn standing(&mut self, kind: Kind, shown: impl Fn(&Object) -> Option<i64>, whole: i64) -> Vec<Option<i64>> {
        let parts = self.of_kind(kind);
        let mut found: Vec<Option<i64>> = vec![None, Some(whole)];
        let mut sum = 0_i64;
        let many = self.near.iter().filter(|logged| logged.kind == kind.name());
        for part in many.filter_map(|logged| logged.object().amount.value().copied()) {
            sum = sum.saturating_add(part);
            found.push(Some(sum));
        }
        found.extend(parts.into_iter().map(Some));
        found.extend(self.near.iter().filter_map(|logged| shown(logged.object())).map(Some));
        found.sort_unstable();
        found.dedup();
        if found.len() > FEES {
            self.cut = Some("there are too many amounts of fees or transfers to combine");
            found.truncate(FEES);
        }
        found
    }

    fn before_payment(&mut self, payment: &PaymentView) {
        let whole = i64::from(payment.amount.get());
        for amount in self.totals().into_iter().filter(|amount| *amount != whole) {
            self.operation(Operation::UpdateIntent { intent: INTENT, update: Update::Amount(amount) });
        }
        let fees = if payment.flow == Flow::Platform {
            vec![None]
        } else {
            self.standing(Kind::FeeCreated, |object| object.application_fee_amount.value().copied(), whole)
        };
        let shares = if payment.flow == Flow::Destination {
            let shown = |object: &Object| object.transfer_data.get()?.amount.value().copied();
            self.standing(Kind::TransferCreated, shown, whole)
        } else {
            vec![None]
        };
        for result in [Authentication::Succeeds, Authentication::Fails] {
            self.event(EnvironmentEvent::Authenticate { intent: INTENT, result });
        }
        let ways: Vec<Option<CaptureMethod>> =
            CAPTURES.into_iter().map(|way| (way != payment.capture_method).then_some(way)).collect();
        for (method, capture_method) in
            METHODS.into_iter().flat_map(|method| ways.iter().map(move |way| (method, *way)))
        {
            for (fee, transfer) in fees.iter().flat_map(|fee| shares.iter().map(move |share| (*fee, *share))) {
                if fee.is_some() && transfer.is_some() {
                    continue;
                }
                for off_session in [false, true] {
                    let confirm = Confirm { method: Some(method), capture_method, fee, transfer, off_session };
                    self.operation(Operation::ConfirmIntent { intent: INTENT, confirm });
                }
            }
        }
        self.cancel();
    }

    fn captures(&mut self, payment: &PaymentView) {
        let (received, capturable) = (i64::from(payment.received.get()), i64::from(payment.capturable.get()));
        let of_charge = |logged: &LoggedEvent| logged.object().object.text() == Some("charge");
        let of_intent = |logged: &LoggedEvent| logged.object().object.text() == Some("payment_intent");
        let mut levels = self.amounts(of_charge, |object| &object.amount_captured);
        levels.extend(self.amounts(of_intent, |object| &object.amount_received));
        let mut pieces: Vec<i64> = levels.into_iter().map(|level| level.saturating_sub(received)).collect();
        pieces.push(capturable);
        pieces.retain(|piece| (0..=capturable).contains(piece));
        pieces.sort_unstable();
        pieces.dedup();
        let some = |amounts: Vec<i64>, required: bool| -> Vec<Option<i64>> {
            let one = required.then_some(Some(1));
            amounts.into_iter().map(Some).chain([None]).chain(one).collect()
        };
        let charge = payment.charge;
        let fees = some(self.of_kind(Kind::FeeCreated), charge.is_some_and(|it| it.fee_at_first_capture));
        let shares = some(self.of_kind(Kind::TransferCreated), charge.is_some_and(|it| it.transfer_at_first_capture));
        for amount in pieces.into_iter().map(Some) {
            for final_capture in [None, Some(false)] {
                for (fee, transfer) in fees.iter().flat_map(|fee| shares.iter().map(move |share| (*fee, *share))) {
                    if fee.is_some() && transfer.is_some() {
                        continue;
                    }
                    let capture = Capture { amount, final_capture, fee, transfer };
                    self.operation(Operation::CaptureIntent { intent: INTENT, capture });
                }
            }
        }
    }

    fn money_back(&mut self, payment: &PaymentView) {
        let (fee, transfer) = (self.is_ahead(Kind::FeeRefunded), self.is_ahead(Kind::TransferReversed));
        for amount in self.of_kind(Kind::RefundCreated).into_iter().map(Some) {
            for (refund_application_fee, reverse_transfer) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                // Without a share to return, the flags have no effect.
                if refund_application_fee && !fee || reverse_transfer && !transfer {
                    continue;
                }
                let refund = CreateRefund { amount, refund_application_fee, reverse_transfer };
                self.operation(Operation::CreateRefund { intent: INTENT, refund });
            }
        }
        for (id, _) in (0..).map(RefundId).zip(payment.refunds).filter(|(_, refund)| refund.is_some()) {
            self.operation(Operation::CancelRefund { intent: INTENT, refund: id });
            for progress in [
                RefundProgress::Succeeds,
                RefundProgress::Fails,
                RefundProgress::DetailsGiven,
                RefundProgress::Returned,
            ] {
                self.event(EnvironmentEvent::Refund { intent: INTENT, refund: id, progress });
            }
        }
        for kind in [Kind::FeeRefunded, Kind::TransferReversed] {
            for part in self.parts(kind) {
                let amount = Some(part);
                self.operation(if kind == Kind::FeeRefunded {
                    Operation::RefundFee { intent: INTENT, amount }
                } else {
                    Operation::ReverseTransfer { intent: INTENT, amount }
                });
            }
        }
        if payment.flow == Flow::Platform {
            for amount in self.of_kind(Kind::TransferCreated).into_iter().map(Some) {
                self.operation(Operation::CreateTransfer { intent: INTENT, amount });
            }
        }
    }

    /// Returns the amounts that can go back of all fees or of all transfers in one step.
    fn parts(&mut self, kind: Kind) -> Vec<i64> {
        const MOST: usize = 6;
        let mut sums: Vec<i64> = vec![0];
        let returned: Vec<Option<i64>> =
            self.near.iter().filter(|logged| logged.kind == kind.name()).map(|logged| part_returned(logged)).collect();
        if returned.len() > MOST || returned.iter().any(Option::is_none) {
            self.cut = Some("the amounts that went back of fees or transfers cannot all be told apart");
        }
        for part in returned.into_iter().flatten().take(MOST) {
            let more: Vec<i64> = sums.iter().map(|sum| sum.saturating_add(part)).collect();
            sums.extend(more);
        }
        sums.sort_unstable();
        sums.dedup();
        sums.retain(|sum| *sum > 0);
        sums
    }
}
