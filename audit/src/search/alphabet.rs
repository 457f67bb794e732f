//! The inputs that could have come next, by what the events ahead name: amounts, refunds, failures.

use holdfast_model::{
    Authentication, CancellationReason, Capture, CaptureMethod, Confirm, Create, CreateRefund, Event, Flow, Input,
    IntentId, IntentStatus, NotificationKind as Kind, Operation, PaymentMethod, PaymentView, RefundId, RefundProgress,
    RefundStatus, SetupStatus, SetupView, Update,
};

use super::case::Case;
use super::matching::part_returned;
use crate::told::{Object, Told};

/// The one payment of a case.
pub(super) const INTENT: IntentId = IntentId(0);

/// Events ahead, and the inputs that they suggest.
pub(super) struct Alphabet<'a, 'b> {
    case: &'a Case<'b>,
    /// Events ahead that no step has told yet, in order.
    near: Vec<&'b Told>,
    inputs: Vec<Input>,
}

impl<'a, 'b> Alphabet<'a, 'b> {
    pub(super) fn new(case: &'a Case<'b>, near: Vec<&'b Told>) -> Self {
        Self { case, near, inputs: Vec::with_capacity(16) }
    }

    /// What could have happened to this payment.
    pub(super) fn of_payment(mut self, payment: Option<&PaymentView>) -> Vec<Input> {
        let Some(payment) = payment else {
            self.create();
            return self.inputs;
        };
        match payment.status {
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
                self.before_payment(payment)
            }
            IntentStatus::Processing => {
                self.event(Event::Settle { intent: INTENT });
                self.cancel();
            }
            IntentStatus::RequiresCapture => {
                self.captures(payment);
                self.cancel();
                self.event(Event::ExpireHold { intent: INTENT });
                self.money_back(payment);
            }
            IntentStatus::Succeeded | IntentStatus::Canceled => {
                if payment.charge.is_some_and(|charge| charge.booking_left.is_some()) {
                    self.event(Event::Book { intent: INTENT });
                }
                self.money_back(payment);
            }
        }
        self.inputs
    }

    /// What could have happened to this setup.
    pub(super) fn of_setup(mut self, setup: Option<&SetupView>) -> Vec<Input> {
        let Some(setup) = setup else {
            self.operation(Operation::CreateSetup { method: None, confirm: false });
            self.operation(Operation::CreateSetup { method: Some(PaymentMethod::Visa), confirm: false });
            return self.inputs;
        };
        match setup.status {
            SetupStatus::RequiresPaymentMethod | SetupStatus::RequiresConfirmation | SetupStatus::RequiresAction => {
                if setup.status == SetupStatus::RequiresAction {
                    self.event(Event::AuthenticateSetup { result: Authentication::Succeeds });
                    self.event(Event::AuthenticateSetup { result: Authentication::Fails });
                    self.operation(Operation::VerifyMicrodeposits);
                }
                for method in [
                    PaymentMethod::Visa,
                    PaymentMethod::AuthenticationRequired,
                    PaymentMethod::Declined,
                    PaymentMethod::SepaDebit,
                    PaymentMethod::SepaDebitFails,
                ] {
                    self.operation(Operation::ConfirmSetup { method: Some(method) });
                }
                self.operation(Operation::CancelSetup { reason: None });
            }
            SetupStatus::Processing => self.event(Event::SettleSetup),
            SetupStatus::Succeeded | SetupStatus::Canceled => {}
        }
        self.inputs
    }

    fn operation(&mut self, operation: Operation) {
        self.inputs.push(operation.into());
    }

    fn event(&mut self, event: Event) {
        self.inputs.push(event.into());
    }

    fn objects(&self, kind: &'static str) -> impl Iterator<Item = &'b Object> + '_ {
        self.near.iter().map(|told| told.object()).filter(move |object| object.object.text() == Some(kind))
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &'b Told> + '_ {
        self.near.iter().copied().filter(move |told| told.kind == kind.name())
    }

    /// The amount of the intent, as the next event that names it has it.
    fn next_amount(&self) -> Option<i64> {
        let named = |object: &&Object| matches!(object.object.text(), Some("payment_intent" | "charge"));
        self.near.iter().map(|told| told.object()).filter(named).find_map(|object| object.amount.value().copied())
    }

    fn create(&mut self) {
        let hints = &self.case.hints;
        let created = self.of_kind(Kind::IntentCreated).next().map(Told::object);
        let amount = created.and_then(|intent| intent.amount.value().copied());
        let amount = amount.or_else(|| self.next_amount()).unwrap_or_else(|| {
            let refunded = self.objects("refund").find_map(|refund| refund.amount.value().copied());
            refunded.unwrap_or(1_000)
        });
        let shown = created.and_then(|intent| intent.capture_method.text());
        let shown = shown.or_else(|| self.objects("payment_intent").find_map(|intent| intent.capture_method.text()));
        let capture_method = match shown {
            // What the intent says, unless the card says otherwise.
            Some("automatic") if !hints.by_card => CaptureMethod::Automatic,
            Some("automatic_async") if !hints.by_card => CaptureMethod::AutomaticAsync,
            Some("manual") => CaptureMethod::Manual,
            _ => hints.capture_method,
        };
        let create = Create {
            currency: hints.currency,
            capture_method,
            confirmation_method: hints.confirmation_method,
            multicapture: hints.multicapture,
            flow: hints.flow,
            ..Create::of(amount)
        };
        self.operation(Operation::CreateIntent { intent: INTENT, create });
        if created.is_some_and(|intent| intent.status.text() == Some("requires_confirmation")) {
            let create = Create { method: Some(PaymentMethod::Visa), ..create };
            self.operation(Operation::CreateIntent { intent: INTENT, create });
        }
    }

    fn before_payment(&mut self, payment: &PaymentView) {
        if let Some(amount) = self.next_amount().filter(|amount| *amount != i64::from(payment.amount.get())) {
            self.operation(Operation::UpdateIntent { intent: INTENT, update: Update::Amount(amount) });
        }
        let ways = self.next_capture_methods(payment);
        for method in ways.iter().flatten() {
            let update = Update::CaptureMethod(*method);
            self.operation(Operation::UpdateIntent { intent: INTENT, update });
        }
        let fees = self.next_fees(payment);
        let share = self.next_share(payment).filter(|_| payment.fee.is_none());
        let shares: Vec<Option<i64>> = share.map(Some).into_iter().chain([None]).collect();
        if payment.status == IntentStatus::RequiresAction {
            self.event(Event::Authenticate { intent: INTENT, result: Authentication::Succeeds });
            self.event(Event::Authenticate { intent: INTENT, result: Authentication::Fails });
        }
        for method in self.case.hints.methods.clone() {
            // Who is asked may have been there at one attempt and away at the next; the hold is that of the last one.
            let asks =
                matches!(method, PaymentMethod::AuthenticationRequired | PaymentMethod::AuthenticationThenDeclined);
            let absent = match self.case.hints.off_session.filter(|_| !asks) {
                Some(absent) => [Some(absent), None],
                None => [Some(false), Some(true)],
            };
            for off_session in absent.into_iter().flatten() {
                for (fee, capture_method) in fees.iter().flat_map(|fee| ways.iter().map(move |way| (*fee, *way))) {
                    // A share that is told may come with a later confirmation.
                    for transfer in shares.iter().copied().filter(|share| share.is_none() || fee.is_none()) {
                        let confirm = Confirm { method: Some(method), capture_method, fee, transfer, off_session };
                        self.operation(Operation::ConfirmIntent { intent: INTENT, confirm });
                    }
                }
            }
        }
        self.cancel();
    }

    /// Other ways to capture, by what is told of the intent and of its charge; and to leave it as it is.
    fn next_capture_methods(&self, payment: &PaymentView) -> Vec<Option<CaptureMethod>> {
        let mut ways = vec![None];
        if self.case.hints.by_card {
            return ways;
        }
        for told in &self.near {
            let object = told.object();
            let way = match (object.object.text(), object.capture_method.text()) {
                (Some("payment_intent"), Some("automatic")) => CaptureMethod::Automatic,
                (Some("payment_intent"), Some("automatic_async")) => CaptureMethod::AutomaticAsync,
                (Some("payment_intent"), Some("manual")) => CaptureMethod::Manual,
                // Only what is held is captured or runs out.
                (Some("charge"), _) if matches!(told.kind.as_str(), "charge.captured" | "charge.expired") => {
                    CaptureMethod::Manual
                }
                // And a bank holds nothing.
                (Some("charge"), _)
                    if told.kind == "charge.pending" && payment.capture_method == CaptureMethod::Manual =>
                {
                    ways.push(Some(CaptureMethod::Automatic));
                    CaptureMethod::AutomaticAsync
                }
                (Some("charge"), _)
                    if object.captured.value() == Some(&true) && object.balance_transaction.is_set() == Some(false) =>
                {
                    CaptureMethod::AutomaticAsync
                }
                (Some("charge"), _) if told.kind == "charge.succeeded" => match object.captured.value() {
                    Some(true) if object.balance_transaction.is_set() == Some(true) => CaptureMethod::Automatic,
                    Some(true) => CaptureMethod::AutomaticAsync,
                    Some(false) => CaptureMethod::Manual,
                    None => continue,
                },
                _ => continue,
            };
            if way != payment.capture_method && !ways.contains(&Some(way)) {
                ways.push(Some(way));
            }
        }
        ways
    }

    /// The standing fees that the next confirmation may bring, and that it brings none.
    fn next_fees(&self, payment: &PaymentView) -> Vec<Option<i64>> {
        let mut fees = Vec::with_capacity(2);
        for told in &self.near {
            let object = told.object();
            let fee = match object.object.text() {
                Some("payment_intent" | "charge") => object.application_fee_amount.value(),
                Some("application_fee") if payment.capture_method != CaptureMethod::Manual => object.amount.value(),
                _ => None,
            };
            let is_new = fee.is_some_and(|fee| payment.fee.is_none_or(|it| i64::from(it.get()) != *fee));
            if is_new && !fees.contains(&fee.copied()) && fees.len() < 2 && payment.flow != Flow::Platform {
                fees.push(fee.copied());
            }
        }
        fees.push(None);
        fees
    }

    /// The standing share of a destination.
    fn next_share(&self, payment: &PaymentView) -> Option<i64> {
        let at_once = payment.capture_method != CaptureMethod::Manual && payment.flow == Flow::Destination;
        let share = self.near.iter().map(|told| told.object()).find_map(|object| match object.object.text() {
            // Where nothing else tells of the share, the money does.
            Some("transfer") if at_once => object.amount.value().copied(),
            _ => object.transfer_data.get()?.amount.value().copied(),
        });
        share.filter(|share| payment.transfer.is_none_or(|it| i64::from(it.get()) != *share))
    }

    fn cancel(&mut self) {
        let told = self.of_kind(Kind::IntentCanceled).find_map(|told| told.object().cancellation_reason.text());
        let reason = match told {
            Some("duplicate") => Some(CancellationReason::Duplicate),
            Some("fraudulent") => Some(CancellationReason::Fraudulent),
            Some("requested_by_customer") => Some(CancellationReason::RequestedByCustomer),
            Some("abandoned") => Some(CancellationReason::Abandoned),
            _ => None,
        };
        self.operation(Operation::CancelIntent { intent: INTENT, reason });
    }

    /// Pieces that lead to amounts that are told, and the release of the rest.
    fn captures(&mut self, payment: &PaymentView) {
        let (received, capturable) = (i64::from(payment.received.get()), i64::from(payment.capturable.get()));
        let mut pieces = Vec::new();
        for (told, object) in
            self.near.iter().flat_map(|told| [told.previous(), Some(told.object())].map(|it| (told, it)))
        {
            let Some(object) = object else { continue };
            let (taken, left) = match told.object().object.text() {
                Some("payment_intent") => (object.amount_received.value(), object.amount_capturable.value()),
                Some("charge") => (object.amount_captured.value(), None),
                _ => continue,
            };
            let by_taken = taken.map(|taken| taken.saturating_sub(received));
            let by_left = left.map(|left| capturable.saturating_sub(*left));
            for piece in [by_taken, by_left].into_iter().flatten().filter(|piece| *piece >= 0) {
                if !pieces.contains(&piece) && pieces.len() < 6 {
                    pieces.push(piece);
                }
            }
        }
        if !pieces.contains(&capturable) {
            pieces.push(capturable);
        }
        let first = |kind| self.of_kind(kind).find_map(|told| told.object().amount.value().copied());
        let charge = payment.charge;
        // What stands on intent or charge is a total.
        let total = |total: Option<i64>, taken: holdfast_model::Amount| {
            total.map(|total| total.saturating_sub(i64::from(taken.get()))).filter(|rest| *rest > 0)
        };
        let standing = self.near.iter().find_map(|told| told.object().application_fee_amount.value().copied());
        let shared = self.near.iter().find_map(|told| told.object().transfer_data.get()?.amount.value().copied());
        let fee = first(Kind::FeeCreated).or_else(|| total(standing, payment.ledger.fees));
        let fee = fee.filter(|_| payment.flow != Flow::Platform);
        let fee = fee.or_else(|| charge.filter(|charge| charge.fee_at_first_capture).map(|_| 1));
        let transfer = first(Kind::TransferCreated).or_else(|| total(shared, payment.ledger.transfers));
        let transfer = transfer.filter(|_| payment.flow == Flow::Destination);
        let transfer = transfer.or_else(|| charge.filter(|charge| charge.transfer_at_first_capture).map(|_| 1));
        let several = charge.is_some_and(|charge| charge.multicapture_available);
        for piece in pieces {
            for final_capture in [Some(false), None].into_iter().filter(|choice| several || choice.is_none()) {
                let plain = Capture { amount: Some(piece), final_capture, fee: None, transfer: None };
                self.operation(Operation::CaptureIntent { intent: INTENT, capture: plain });
                if fee.is_some() {
                    self.operation(Operation::CaptureIntent { intent: INTENT, capture: Capture { fee, ..plain } });
                }
                if transfer.is_some() {
                    let capture = Capture { transfer, ..plain };
                    self.operation(Operation::CaptureIntent { intent: INTENT, capture });
                }
            }
        }
    }

    fn money_back(&mut self, payment: &PaymentView) {
        let Some(charge) = payment.charge else { return };
        self.refunds(payment, i64::from(charge.refunded_amount.get()));
        for (id, refund) in (0..).map(RefundId).zip(payment.refunds).filter_map(|(id, refund)| Some((id, refund?))) {
            let moves = self.objects("refund").any(|object| object.status.text() != Some(refund.status.name()));
            if !moves {
                continue;
            }
            if refund.status == RefundStatus::RequiresAction {
                self.operation(Operation::CancelRefund { intent: INTENT, refund: id });
            }
            for progress in [
                RefundProgress::Succeeds,
                RefundProgress::Fails,
                RefundProgress::DetailsGiven,
                RefundProgress::Returned,
            ] {
                self.event(Event::Refund { intent: INTENT, refund: id, progress });
            }
        }
        for (kind, is_fee) in [(Kind::FeeRefunded, true), (Kind::TransferReversed, false)] {
            let parts: Vec<i64> = self.of_kind(kind).filter_map(part_returned).take(4).collect();
            if let Some(part) = parts.first() {
                self.give_back(is_fee, *part);
            }
        }
        let amounts = self.objects("transfer").filter_map(|transfer| transfer.amount.value().copied());
        let sent: Vec<i64> = amounts.take(1).collect();
        if let Some(amount) = sent.first().filter(|_| payment.flow == Flow::Platform) {
            self.operation(Operation::CreateTransfer { intent: INTENT, amount: Some(*amount) });
        }
    }

    fn give_back(&mut self, is_fee: bool, part: i64) {
        let amount = Some(part);
        self.operation(if is_fee {
            Operation::RefundFee { intent: INTENT, amount }
        } else {
            Operation::ReverseTransfer { intent: INTENT, amount }
        });
    }

    /// Is this refund one that later events presuppose: its object without its creation, or a sum that they show?
    pub(super) fn presupposes(&self, payment: &PaymentView, amount: i64) -> bool {
        let refunded = payment.charge.map_or(0, |charge| i64::from(charge.refunded_amount.get()));
        if self
            .refund_levels()
            .filter(|level| *level > refunded)
            .take(1)
            .any(|level| level.saturating_sub(refunded) == amount)
        {
            return true;
        }
        let is_created = |id: &str| self.of_kind(Kind::RefundCreated).any(|told| told.object().id.id() == Some(id));
        let mut refunds = self.objects("refund").filter(|refund| refund.amount.value() == Some(&amount));
        refunds.any(|refund| refund.id.id().is_some_and(|id| !is_created(id)))
    }

    /// The sums of refunds that are told of the charge, in order.
    fn refund_levels(&self) -> impl Iterator<Item = i64> + '_ {
        let of_charge = self.near.iter().filter(|told| told.object().object.text() == Some("charge"));
        let both = of_charge.flat_map(|told| [told.previous(), Some(told.object())]);
        both.flatten().filter_map(|charge| charge.amount_refunded.value().copied())
    }

    /// Do later events presuppose that a refund has moved like that: its object, or a sum that has fallen?
    pub(super) fn presupposes_move(&self, payment: &PaymentView, refund: RefundId, progress: RefundProgress) -> bool {
        let status = match progress {
            RefundProgress::Succeeds => RefundStatus::Succeeded,
            RefundProgress::Fails => RefundStatus::Failed,
            RefundProgress::DetailsGiven => RefundStatus::Pending,
            RefundProgress::Returned => RefundStatus::RequiresAction,
        };
        let amount = payment.refunds.get(usize::from(refund.0)).copied().flatten().map(|refund| refund.amount);
        let is_it = |object: &&Object| {
            object.status.text() == Some(status.name())
                && amount.is_some_and(|amount| object.amount.value() == Some(&i64::from(amount.get())))
        };
        if self.objects("refund").any(|object| is_it(&object)) {
            return true;
        }
        let refunded = payment.charge.map_or(0, |charge| i64::from(charge.refunded_amount.get()));
        let falls = |object: &Object| object.amount_refunded.value().is_some_and(|level| *level < refunded);
        let charges = self.near.iter().filter(|told| told.object().object.text() == Some("charge"));
        status == RefundStatus::Failed
            && charges.into_iter().any(|told| falls(told.object()) || told.previous().is_some_and(falls))
    }

    fn refunds(&mut self, payment: &PaymentView, refunded: i64) {
        if payment.received.is_zero() {
            return;
        }
        let mut amounts = Vec::new();
        let mut add = |amount: i64| {
            if amount > 0 && !amounts.contains(&amount) && amounts.len() < 5 {
                amounts.push(amount);
            }
        };
        for told in self.near.iter().filter(|told| told.object().object.text() == Some("refund")) {
            told.object().amount.value().copied().into_iter().for_each(&mut add);
        }
        self.refund_levels().for_each(|now| add(now.saturating_sub(refunded)));
        let fee = self.of_kind(Kind::FeeRefunded).next().is_some();
        let transfer = self.of_kind(Kind::TransferReversed).next().is_some();
        for amount in amounts {
            for (refund_application_fee, reverse_transfer) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                if refund_application_fee && !fee || reverse_transfer && !transfer {
                    continue;
                }
                let refund = CreateRefund { amount: Some(amount), refund_application_fee, reverse_transfer };
                self.operation(Operation::CreateRefund { intent: INTENT, refund });
            }
        }
    }
}
