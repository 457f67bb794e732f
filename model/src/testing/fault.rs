//! The definition of a planted fault, and the transition function with a fault.

use crate::notification::Outbox;
use crate::payment::{Changed, Charge, Payment};
use crate::session::Session;
use crate::setup::Setup;
use crate::{
    Accepted, Call, Config, EnvironmentEvent, Input, IntentId, IntentStatus, Notification, NotificationKind,
    Notifications, Operation, Outcome, Previous, State, Target, Transition, transition,
};

/// A rule of the specification that is broken on purpose, to prove that a property detects it.
#[derive(Clone, Copy)]
pub struct PlantedFault {
    /// Kebab-case name.
    pub name: &'static str,
    /// The behavior of the faulty engine, in a sentence.
    pub does: &'static str,
    /// The id of the property that must detect it.
    pub breaks: &'static str,
    /// The scenario that reaches it.
    pub scenario: &'static str,
    /// The variant of that scenario.
    pub variant: &'static str,
    pub(super) kind: Kind,
}

impl std::fmt::Debug for PlantedFault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// The part of a transition that a fault changes.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The engine uses another configuration than the stated one.
    Config(fn(&mut Config)),
    /// The engine executes another request than the client's, or from another payment state.
    Heard(fn(&mut Heard)),
    /// The engine replaces the execution for a payment; `None` keeps the correct one.
    Instead(fn(&Config, Payment, Input, &mut Outbox<'_>) -> Option<Changed>),
    /// The engine changes the payment, the response or the notifications.
    Payment(fn(&mut PaymentStep<'_>)),
    /// The engine changes any part of the result.
    Whole(fn(&mut WholeStep<'_>)),
}

/// The input and the payment as the faulty engine reads them.
pub(super) struct Heard {
    pub(super) config: Config,
    /// The input; a fault may replace it.
    pub(super) input: Input,
    /// The target payment; a fault may replace it during the step. Parts that the step does not change are restored.
    pub(super) payment: Option<Payment>,
}

/// A step of one payment that a fault may change.
pub(super) struct PaymentStep<'a> {
    pub(super) config: &'a Config,
    pub(super) intent: IntentId,
    pub(super) input: Input,
    pub(super) before: Option<Payment>,
    /// `None` if the payment does not exist.
    pub(super) after: &'a mut Option<Payment>,
    pub(super) outcome: &'a mut Outcome,
    pub(super) notifications: &'a mut Notifications,
}

impl PaymentStep<'_> {
    /// Returns whether the payment existed before the step and passed `test`.
    pub(super) fn was(&self, test: impl FnOnce(&Payment) -> bool) -> bool {
        self.before.as_ref().is_some_and(test)
    }

    /// Returns whether the payment passes `test` after the step.
    pub(super) fn now(&self, test: impl FnOnce(&Payment) -> bool) -> bool {
        self.after.as_ref().is_some_and(test)
    }

    /// Returns the operation of a plain request that was accepted.
    pub(super) fn done(&self) -> Option<Operation> {
        match self.input {
            Input::Call(Call { operation, .. }) if self.outcome.is_ok() => Some(operation),
            Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
        }
    }

    /// Changes the payment after the step.
    pub(super) fn payment(&mut self, change: impl FnOnce(&mut Payment)) {
        if let Some(payment) = self.after.as_mut() {
            change(payment);
        }
    }

    /// Changes the charge after the step.
    pub(super) fn charge(&mut self, change: impl FnOnce(&mut Charge)) {
        if let Some(charge) = self.after.as_mut().and_then(|payment| payment.charge.as_mut()) {
            change(charge);
        }
    }

    /// Keeps the notifications for which `keep` returns `true`.
    pub(super) fn emit_only(&mut self, keep: impl Fn(&Notification) -> bool) {
        self.notifications.retain(keep);
    }

    /// Changes each notification.
    pub(super) fn emit_again(&mut self, change: impl FnMut(&mut Notification)) {
        self.notifications.as_mut_slice().iter_mut().for_each(change);
    }

    /// Emits one more notification about the payment.
    pub(super) fn emit(&mut self, kind: NotificationKind) {
        let about = Target::Payment(self.intent);
        let _no_room = self.notifications.push(Notification { kind, about, previous: Previous::default() });
    }

    /// Returns whether this step changed the payment to this status.
    pub(super) fn became(&self, status: IntentStatus) -> bool {
        self.now(|payment| payment.intent.status == status) && !self.was(|payment| payment.intent.status == status)
    }

    /// Updates the response to the current payment, if the response shows a PaymentIntent.
    pub(super) fn answer_anew(&mut self) {
        if let (Ok(Accepted::Intent { .. }), Some(payment)) = (*self.outcome, self.after.as_ref()) {
            *self.outcome = payment.answer();
        }
    }
}

/// A step of the whole state that a fault may change.
pub(super) struct WholeStep<'a> {
    pub(super) config: &'a Config,
    pub(super) input: Input,
    pub(super) before_setup: Option<Setup>,
    pub(super) before_session: Option<Session>,
    pub(super) before_keys: &'a [Option<crate::idempotency::Key>],
    pub(super) before_payments: &'a [Option<Payment>],
    pub(super) payments: &'a mut [Option<Payment>],
    pub(super) setup: &'a mut Option<Setup>,
    pub(super) session: &'a mut Option<Session>,
    pub(super) keys: &'a mut [Option<crate::idempotency::Key>],
    pub(super) outcome: &'a mut Outcome,
    pub(super) notifications: &'a mut Notifications,
}

/// Returns the result of [`transition`] with one rule broken.
#[must_use]
pub fn faulty_transition<const PAYMENTS: usize, const KEYS: usize>(
    fault: &PlantedFault,
    config: &Config,
    before: &State<PAYMENTS, KEYS>,
    input: Input,
) -> Transition<PAYMENTS, KEYS> {
    match fault.kind {
        Kind::Config(change) => {
            let mut config = *config;
            change(&mut config);
            transition(&config, before, input)
        }
        Kind::Heard(change) => mishear(change, config, before, input),
        Kind::Instead(act) => act_instead(act, config, before, input),
        Kind::Payment(change) => {
            let mut made = transition(config, before, input);
            for (index, payment) in (0..).zip(&before.payments) {
                let intent = IntentId(index);
                if !concerns(input, intent, before) {
                    continue;
                }
                let Some(slot) = made.after.payments.get_mut(usize::from(index)) else { continue };
                change(&mut PaymentStep {
                    config,
                    intent,
                    input,
                    before: *payment,
                    after: slot,
                    outcome: &mut made.outcome,
                    notifications: &mut made.notifications,
                });
            }
            made
        }
        Kind::Whole(change) => {
            let mut made = transition(config, before, input);
            change(&mut WholeStep {
                config,
                input,
                before_setup: before.setup,
                before_session: before.session,
                before_keys: &before.keys,
                before_payments: &before.payments,
                payments: &mut made.after.payments,
                setup: &mut made.after.setup,
                session: &mut made.after.session,
                keys: &mut made.after.keys,
                outcome: &mut made.outcome,
                notifications: &mut made.notifications,
            });
            made
        }
    }
}

/// Takes the step with another input, or from another payment state.
fn mishear<const PAYMENTS: usize, const KEYS: usize>(
    change: fn(&mut Heard),
    config: &Config,
    before: &State<PAYMENTS, KEYS>,
    input: Input,
) -> Transition<PAYMENTS, KEYS> {
    let intent = input.intent();
    let payment = intent.and_then(|intent| before.payment(intent));
    let mut heard = Heard { config: *config, input, payment };
    change(&mut heard);
    let mut believed = *before;
    if let (Some(intent), Some(payment)) = (intent, heard.payment) {
        believed.set_payment(intent, payment);
    }
    let mut made = transition(&heard.config, &believed, heard.input);
    if made.after == believed {
        // The step had no effect, so the replaced state is restored.
        made.after = *before;
    }
    made
}

/// Replaces the execution for the target payment.
fn act_instead<const PAYMENTS: usize, const KEYS: usize>(
    act: fn(&Config, Payment, Input, &mut Outbox<'_>) -> Option<Changed>,
    config: &Config,
    before: &State<PAYMENTS, KEYS>,
    input: Input,
) -> Transition<PAYMENTS, KEYS> {
    if let Some((intent, payment)) = input.intent().and_then(|intent| Some((intent, before.payment(intent)?))) {
        let mut notifications = Notifications::none();
        let mut outbox = Outbox::new(&mut notifications, Target::Payment(intent));
        if let Some(Ok((payment, outcome))) = act(config, payment, input, &mut outbox) {
            let mut after = *before;
            after.set_payment(intent, payment);
            return Transition { after, outcome, notifications };
        }
    }
    transition(config, before, input)
}

/// Returns whether the input can concern this payment; time concerns every payment.
fn concerns<const PAYMENTS: usize, const KEYS: usize>(
    input: Input,
    intent: IntentId,
    before: &State<PAYMENTS, KEYS>,
) -> bool {
    match input {
        Input::Event(EnvironmentEvent::Advance { .. })
        | Input::Call(Call { operation: Operation::ExpireSession, .. }) => true,
        Input::Finish { key } => before.key(key).is_some_and(|key| key.operation.about() == Target::Payment(intent)),
        Input::Call(_) | Input::Begin { .. } | Input::Event(_) => input.intent() == Some(intent),
    }
}
