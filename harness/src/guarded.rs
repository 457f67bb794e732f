//! The contract of the port, enforced on both sides.
//!
//! The harness promises a subject:
//! 1. `start` comes first, under a configuration that the subject declares.
//! 2. An input is within the declared [`Capabilities`].
//! 3. PaymentIntents are named in the order of their creation, without a gap. A name in use is never created again,
//!    except by a replay: the same request under the key that it came with first.
//! 4. Two requests under one key are either the same [`Operation`], or differ in more than the name of what they create.
//!
//! The subject promises: a visible object keeps its place, and a call returns. A panic is a finding: after one, every
//! further call fails until [`Guarded::take_panic`] takes its message.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use holdfast_model::{
    Call, Config, DeliveryFault, EnvironmentEvent, Input, IntentId, KeyId, Operation, Rejection, Target,
};

use crate::capabilities::{Capabilities, Capability};
use crate::concurrent::{Concurrent, Overlap};
use crate::crash::Recoverable;
use crate::generator::Sequence;
use crate::reading;
use crate::subject::{Answer, Failure, Reaction, Subject, SystemSnapshot};
use crate::verdict::{Difference, Divergence, Inconclusive, Place, Verdict};

/// A subject behind the enforced contract: inputs that break it are left out, and a panic becomes a [`Failure`].
#[derive(Debug)]
pub struct Guarded<'s, S> {
    subject: &'s mut S,
    capabilities: Capabilities,
    contract: Contract,
    panic: RefCell<Option<String>>,
}

/// The part of the history that the contract depends on.
#[derive(Debug, Default)]
struct Contract {
    /// The PaymentIntents that are visible, one bit for each place.
    payments: u64,
    /// The PaymentIntents that requests held open are about to create, one bit for each place.
    reserved: u64,
    has_setup: bool,
    has_session: bool,
    /// The request that each key came with first.
    keys: BTreeMap<KeyId, Operation>,
}

const fn bit(intent: IntentId) -> u64 {
    match 1_u64.checked_shl(intent.0 as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

impl Contract {
    /// Returns the promise that the harness would break by sending the input; `None` if it breaks none.
    fn breach(&self, input: &Input, capabilities: &Capabilities) -> Option<String> {
        if !capabilities.supports(input) {
            return Some(format!("{input} is beyond the capabilities of the subject"));
        }
        if let Input::Event(EnvironmentEvent::CustomerPays { intent, .. }) = input {
            return (!self.is_next(*intent) && self.payments & bit(*intent) == 0)
                .then(|| format!("{input} skips a name"));
        }
        let operation = input.operation()?;
        if let Some(known) = input.key().and_then(|key| self.keys.get(&key)) {
            if *known == operation {
                return None;
            }
            if wire_form(*known) == wire_form(operation) {
                return Some(format!("{input} differs from the request under its key by a name only"));
            }
        }
        match operation.creates() {
            Some(Target::Payment(intent)) => (!self.is_next(intent)).then(|| format!("{input} names no free place")),
            Some(Target::Setup) if self.has_setup => Some(format!("{input} creates a second SetupIntent")),
            Some(Target::Session) if self.has_session => Some(format!("{input} creates a second session")),
            Some(Target::Refund(..) | Target::Setup | Target::Session) => None,
            None => self.names_nothing(operation.about(), capabilities).then(|| format!("{input} names no object")),
        }
    }

    /// Returns whether the place is free and all places before it are taken or reserved.
    const fn is_next(&self, intent: IntentId) -> bool {
        let taken = self.payments | self.reserved;
        let bit = bit(intent);
        bit != 0 && taken & bit == 0 && taken & bit.saturating_sub(1) == bit.saturating_sub(1)
    }

    fn names_nothing(&self, about: Target, capabilities: &Capabilities) -> bool {
        !capabilities.has(Capability::UnknownObjects)
            && match about {
                Target::Payment(intent) | Target::Refund(intent, _) => self.payments & bit(intent) == 0,
                Target::Setup => !self.has_setup,
                Target::Session => !self.has_session,
            }
    }

    /// Records a request that was sent.
    fn note(&mut self, key: Option<KeyId>, operation: Operation) {
        if let Some(key) = key {
            self.keys.entry(key).or_insert(operation);
        }
    }

    /// Records the objects that are visible.
    fn see(&mut self, snapshot: &SystemSnapshot) {
        let visible = (0_u8..64).zip(&snapshot.payments).filter(|(_, payment)| payment.is_some());
        self.payments = visible.fold(0, |bits, (place, _)| bits | bit(IntentId(place)));
        (self.has_setup, self.has_session) = (snapshot.setup.is_some(), snapshot.session.is_some());
    }
}

/// Returns the operation without the name of the object it creates, which an engine does not see.
const fn wire_form(operation: Operation) -> Operation {
    if let Operation::CreateIntent { create, .. } = operation {
        Operation::CreateIntent { intent: IntentId(0), create }
    } else {
        operation
    }
}

impl<'s, S: Subject> Guarded<'s, S> {
    /// Returns the subject behind the contract.
    pub fn new(subject: &'s mut S) -> Self {
        let capabilities = subject.capabilities();
        Self { subject, capabilities, contract: Contract::default(), panic: RefCell::new(None) }
    }

    /// Returns the message of the subject's first panic since the last call, and allows further calls.
    pub fn take_panic(&mut self) -> Option<String> {
        self.panic.take()
    }

    /// Returns the verdict of a run; a panic of the subject is a divergence at the step at which the run stopped.
    pub(crate) fn verdict(&mut self, verdict: Verdict, sequence: &Sequence) -> Verdict {
        let Some(message) = self.take_panic() else { return verdict };
        let step = match &verdict {
            Verdict::Agree(_) => sequence.inputs.len().saturating_sub(1),
            Verdict::Inconclusive(stopped) => stopped.step,
            Verdict::Diverge(_) | Verdict::Violate(_) => return verdict,
        };
        let input = sequence.inputs.get(step).or(sequence.inputs.last()).copied();
        // A start that panics before the first input has no input to name.
        let Some(input) = input else {
            return Verdict::Inconclusive(Inconclusive { step, reason: panicked(&message) });
        };
        let place = Place::Field("panic".to_owned());
        let differences = vec![Difference { place, model: "a response".to_owned(), subject: message }];
        Verdict::Diverge(Box::new(Divergence { step, input, differences }))
    }

    /// Calls the subject.
    fn call<T>(&mut self, call: impl FnOnce(&mut S) -> Result<T, Failure>) -> Result<T, Failure> {
        self.fail_after_panic()?;
        quietly(|| call(self.subject)).unwrap_or_else(|message| Err(noted(&self.panic, message)))
    }

    fn fail_after_panic(&self) -> Result<(), Failure> {
        self.panic.borrow().as_ref().map_or(Ok(()), |message| Err(Failure(panicked(message))))
    }

    fn check(&self, input: &Input) -> Result<(), Failure> {
        match self.contract.breach(input, &self.capabilities) {
            Some(breach) => Err(Failure(format!("the harness broke the contract of the port: {breach}"))),
            None => Ok(()),
        }
    }
}

fn panicked(message: &str) -> String {
    format!("the subject panicked: {message}")
}

/// Keeps the message of a panic, and returns it as a failure.
fn noted(panic: &RefCell<Option<String>>, message: String) -> Failure {
    let failure = Failure(panicked(&message));
    panic.borrow_mut().get_or_insert(message);
    failure
}

impl<S: Subject> Subject for Guarded<'_, S> {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn start(&mut self, config: &Config) -> Result<(), Failure> {
        self.contract = Contract::default();
        self.call(|subject| subject.start(config))
    }

    /// If the subject panics, the input counts as supported: sending it then fails with the panic.
    fn can(&mut self, input: &Input) -> bool {
        self.contract.breach(input, &self.capabilities).is_none()
            && self.call(|subject| Ok(subject.can(input))).unwrap_or(true)
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        let fault = self.capabilities.fault(call.fault);
        let call = Call { fault, ..*call };
        self.check(&Input::Call(call))?;
        self.contract.note(call.key, call.operation);
        if fault != DeliveryFault::AnswerLost {
            return self.call(|subject| subject.submit(&call));
        }
        // The harness itself drops the response, unless the request was rejected because its object is in use.
        let arrives = Call { fault: DeliveryFault::None, ..call };
        let reaction = self.call(|subject| subject.submit(&arrives))?;
        let is_busy = matches!(&reaction.answer, Answer::Refused(refused)
            if reading::is_seen_as(refused, &Rejection::LockTimeout.wire()));
        Ok(if is_busy { reaction } else { Reaction { answer: Answer::Lost, fault, ..reaction } })
    }

    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        self.check(&Input::Event(*event))?;
        self.call(|subject| subject.inject(event))
    }

    fn begin(&mut self, key: KeyId, operation: &Operation) -> Result<Reaction, Failure> {
        self.check(&Input::Begin { key, operation: *operation })?;
        self.contract.note(Some(key), *operation);
        if let Some(Target::Payment(intent)) = operation.creates() {
            self.contract.reserved |= bit(intent);
        }
        self.call(|subject| subject.begin(key, operation))
    }

    fn finish(&mut self, key: KeyId) -> Result<Reaction, Failure> {
        if let Some(Target::Payment(intent)) = self.contract.keys.get(&key).and_then(Operation::creates) {
            self.contract.reserved &= !bit(intent);
        }
        self.call(|subject| subject.finish(key))
    }

    fn observe(&mut self) -> Result<&SystemSnapshot, Failure> {
        self.fail_after_panic()?;
        let observed = quietly(|| self.subject.observe());
        let snapshot = observed.unwrap_or_else(|message| Err(noted(&self.panic, message)))?;
        self.contract.see(snapshot);
        Ok(snapshot)
    }
}

impl<S: Recoverable> Recoverable for Guarded<'_, S> {
    fn die_after(&mut self, points: u32) {
        let _panic_is_kept = self.call(|subject| {
            subject.die_after(points);
            Ok(())
        });
    }

    fn recover(&mut self) -> Result<bool, Failure> {
        self.call(Recoverable::recover)
    }
}

impl<S: Concurrent> Concurrent for Guarded<'_, S> {
    /// If the subject panics, the request counts as one that can race: the race then fails with the panic.
    fn can_race(&self, operation: &Operation) -> bool {
        let can = || quietly(|| self.subject.can_race(operation)).map_err(|message| noted(&self.panic, message));
        self.contract.breach(&Input::from(*operation), &self.capabilities).is_none() && can().unwrap_or(true)
    }

    fn nest(&mut self, outer: &Operation, inner: &Operation, point: u32) -> Result<Overlap, Failure> {
        self.call(|subject| subject.nest(outer, inner, point))
    }

    fn race(&mut self, threads: &[Vec<Operation>]) -> Result<Overlap, Failure> {
        self.call(|subject| subject.race(threads))
    }
}

thread_local! {
    /// Whether a panic on this thread is caught by the harness.
    static CATCHES: Cell<bool> = const { Cell::new(false) };
    /// The message of the last panic that was caught.
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs the function and returns its result, or the message of its panic. The message is not printed.
fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if CATCHES.get() {
                MESSAGE.replace(Some(described(info)));
            } else {
                previous(info);
            }
        }));
    });
    let before = CATCHES.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    CATCHES.set(before);
    result.map_err(|_| MESSAGE.take().unwrap_or_else(|| "without a message".to_owned()))
}

fn described(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("without a message");
    info.location().map_or_else(|| message.to_owned(), |at| format!("{message} ({}:{})", at.file(), at.line()))
}
