//! What a planted fault is, and the transition function that has one.

use crate::notification::Outbox;
use crate::payment::{Changed, Charge, Payment};
use crate::session::Session;
use crate::setup::Setup;
use crate::{
    Accepted, Call, Config, EnvironmentEvent, Input, IntentId, IntentStatus, Notification, NotificationKind,
    Notifications, Operation, Outcome, Previous, State, Target, Transition, transition,
};

/// One rule of the specification broken on purpose, to prove that a property notices.
#[derive(Clone, Copy)]
pub struct PlantedFault {
    /// Kebab-case name.
    pub name: &'static str,
    /// What the broken engine does, in a sentence.
    pub does: &'static str,
    /// The id of the property that must notice.
    pub breaks: &'static str,
    /// The scenario in which it shows.
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

/// How a fault gets into the transition.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The engine works under other config than it says.
    Config(fn(&mut Config)),
    /// The engine understands another request than was made, or sees another payment than there is.
    Heard(fn(&mut Heard)),
    /// The engine does something else with a payment; `None` where it does what it should.
    Instead(fn(&Config, Payment, Input, &mut Outbox<'_>) -> Option<Changed>),
    /// The engine gets the payment wrong, or the answer, or what it tells of it.
    Payment(fn(&mut PaymentStep<'_>)),
    /// The engine gets anything wrong.
    Execution(fn(&mut WorldStep<'_>)),
}

/// What the engine believes it was asked, about what.
pub(super) struct Heard {
    pub(super) config: Config,
    /// What came in; may be replaced.
    pub(super) input: Input,
    /// The payment it is about; may be replaced for the time of the step. What the step does not
    /// change is put back afterwards.
    pub(super) payment: Option<Payment>,
}

/// A step of one payment, made and not yet believed.
pub(super) struct PaymentStep<'a> {
    pub(super) config: &'a Config,
    pub(super) intent: IntentId,
    pub(super) input: Input,
    pub(super) before: Option<Payment>,
    /// Absent where the payment does not exist.
    pub(super) after: &'a mut Option<Payment>,
    pub(super) outcome: &'a mut Outcome,
    pub(super) notifications: &'a mut Notifications,
}

impl PaymentStep<'_> {
    /// Was this so before? No, if there was no payment.
    pub(super) fn was(&self, test: impl FnOnce(&Payment) -> bool) -> bool {
        self.before.as_ref().is_some_and(test)
    }

    /// Is this so after the step?
    pub(super) fn now(&self, test: impl FnOnce(&Payment) -> bool) -> bool {
        self.after.as_ref().is_some_and(test)
    }

    /// The operation of a plain request that was answered with success.
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

    /// Keeps only those notifications.
    pub(super) fn emit_only(&mut self, keep: impl Fn(&Notification) -> bool) {
        self.notifications.retain(keep);
    }

    /// Changes each notification.
    pub(super) fn emit_again(&mut self, change: impl FnMut(&mut Notification)) {
        self.notifications.as_mut_slice().iter_mut().for_each(change);
    }

    /// Tells of one more thing about the payment.
    pub(super) fn emit(&mut self, kind: NotificationKind) {
        let about = Target::Payment(self.intent);
        let _no_room = self.notifications.push(Notification { kind, about, previous: Previous::default() });
    }

    /// Did the payment come to this status in this step?
    pub(super) fn became(&self, status: IntentStatus) -> bool {
        self.now(|payment| payment.intent.status == status) && !self.was(|payment| payment.intent.status == status)
    }

    /// Lets the answer, where it shows the payment, show it as it is now.
    pub(super) fn answer_anew(&mut self) {
        if let (Ok(Accepted::Intent { .. }), Some(payment)) = (*self.outcome, self.after.as_ref()) {
            *self.outcome = payment.answer();
        }
    }
}

/// A step of everything else.
pub(super) struct WorldStep<'a> {
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

/// [`transition`] with one rule broken.
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
        Kind::Execution(change) => {
            let mut made = transition(config, before, input);
            change(&mut WorldStep {
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

/// Makes the step with another input, or from another payment, than there is.
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
        // Nothing came of it, so what was only believed is forgotten again.
        made.after = *before;
    }
    made
}

/// Does something else with the payment that the input is about.
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

/// Can the input concern this payment? Time concerns every one.
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
