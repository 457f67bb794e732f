//! The engine of this workspace behind the port, in this process.

mod answers;
mod capacity;
mod commands;
mod config;
mod consistency;
mod crash_and_race;
mod environment;
mod fault_injection;
mod log;
mod names;
mod network;
mod notifications;
mod object_index;
mod reused;
mod view;

use std::sync::Arc;
use std::time::Duration;

use holdfast_engine::command::{Command, CustomerFields};
use holdfast_engine::objects::Settlement;
use holdfast_engine::store::{MemoryStore, Store};
use holdfast_engine::{AcceptedRequest, Engine, EngineParts, ManualClock, Object, Request, SequentialIds, Time};
use holdfast_model::{
    Accepted, Call, Config, DeliveryFault, EnvironmentEvent, Input, KeyId, Notification, Operation, Target,
};

use self::answers::shown;
use self::environment::Move;
use self::network::{CrashPoints, Network, NetworkCondition, RecordingStore};
use self::notifications::Returned;
use self::object_index::ObjectIndex;
use crate::injected_faults::FaultInjector;
use holdfast_harness::subject::{Answer, Failure, IdempotencyKeySnapshot, Reaction, Subject, SystemSnapshot};

/// The time at which every run begins.
const START: Time = Time::new(1_800_000_000);
/// The maximum number of events that are read at once.
const EVENTS: usize = 256;

/// Returns an empty store.
type MakeStore = Box<dyn Fn() -> Result<Arc<dyn Store>, Failure>>;

/// A key that was used, with its operation and request. A repetition sends the same request.
#[derive(Clone, Debug)]
struct Known {
    operation: Operation,
    request: Request,
}

/// The engine as a subject.
pub struct EngineSubject {
    make_store: MakeStore,
    engine: Option<Arc<Engine>>,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    points: Arc<CrashPoints>,
    config: Config,
    settlement: Settlement,
    lock_wait: Duration,
    network: Arc<Network>,
    recording: Arc<RecordingStore>,
    index: ObjectIndex,
    returned: Returned,
    committed: Vec<Object>,
    events: u64,
    keys: Vec<Option<Known>>,
    held: Vec<Option<AcceptedRequest>>,
    snapshot: SystemSnapshot,
    /// Notifications between a crash and the next request.
    undelivered: Vec<Notification>,
    injector: Option<Arc<FaultInjector>>,
    /// The first response that is inconsistent with its request.
    unexpected: Option<String>,
}

impl Default for EngineSubject {
    /// Returns the engine on the memory store.
    fn default() -> Self {
        Self::on(|| Ok(Arc::new(MemoryStore::default())))
    }
}

/// Returns a failure of the store as a failure of the harness.
fn failed(error: impl std::fmt::Display) -> Failure {
    Failure(error.to_string())
}

impl EngineSubject {
    /// Returns the engine on stores from `make_store`, with an empty one for each run.
    pub fn on(make_store: impl Fn() -> Result<Arc<dyn Store>, Failure> + 'static) -> Self {
        Self {
            make_store: Box::new(make_store),
            engine: None,
            clock: Arc::new(ManualClock::at(START)),
            ids: Arc::default(),
            points: Arc::default(),
            config: Config::default(),
            settlement: Settlement::IMMEDIATE,
            lock_wait: Duration::ZERO,
            network: Arc::new(Network::with(Arc::default())),
            recording: Arc::new(RecordingStore::on(Arc::new(MemoryStore::default()), Arc::default())),
            index: ObjectIndex::default(),
            returned: Returned::default(),
            committed: Vec::new(),
            events: 0,
            keys: Vec::new(),
            held: Vec::new(),
            snapshot: SystemSnapshot::default(),
            undelivered: Vec::new(),
            injector: None,
            unexpected: None,
        }
    }

    /// Returns the engine.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the engine has not been started.
    fn engine(&self) -> Result<&Arc<Engine>, Failure> {
        self.engine.as_ref().ok_or_else(|| Failure("the engine has not been started".to_owned()))
    }

    fn open(&self) -> Result<Engine, Failure> {
        let parts = EngineParts {
            store: Arc::clone(&self.recording) as Arc<dyn Store>,
            acquirer: Arc::clone(&self.network) as Arc<dyn holdfast_engine::acquirer::Acquirer>,
            clock: Arc::clone(&self.clock) as Arc<dyn holdfast_engine::Clock>,
            ids: Arc::clone(&self.ids) as Arc<dyn holdfast_engine::Ids>,
            dialect: config::dialect(&self.config)?,
            lock_wait: self.lock_wait,
            ..EngineParts::in_memory(START)
        };
        Engine::open(self.with_injected_fault(parts)).map_err(failed)
    }

    fn key_name(key: KeyId) -> String {
        format!("key{}", u16::from(key.0).saturating_add(1))
    }

    fn request(&self, operation: &Operation, key: Option<KeyId>) -> Result<Request, Failure> {
        if let Some(known) = key.and_then(|key| self.known(key)).filter(|known| known.operation == *operation) {
            return Ok(known.request.clone());
        }
        let now = self.engine()?.now();
        let (account, command) = commands::command(&self.index, now, operation)
            .ok_or_else(|| Failure(format!("the engine cannot be asked {operation:?}")))?;
        let request = Request::new(account, command);
        Ok(match key {
            Some(key) => request.with_key(&Self::key_name(key)),
            None => request,
        })
    }

    /// Returns whether the engine keeps the key that the event is about.
    fn is_kept(&self, event: &EnvironmentEvent) -> Result<bool, Failure> {
        let EnvironmentEvent::PruneKey { key } = event else { return Ok(false) };
        let Some(known) = self.known(*key) else { return Ok(false) };
        let name = Self::key_name(*key);
        Ok(self.engine()?.store().key(known.request.account, &name).map_err(failed)?.is_some())
    }

    fn known(&self, key: KeyId) -> Option<&Known> {
        self.keys.get(usize::from(key.0)).and_then(Option::as_ref)
    }

    /// Records the first operation of a key.
    fn note_key(&mut self, key: Option<KeyId>, operation: &Operation, request: &Request) {
        let Some(place) = key.map(|key| usize::from(key.0)) else { return };
        if self.keys.len() <= place {
            self.keys.resize(place.saturating_add(1), None);
        }
        if let Some(slot) = self.keys.get_mut(place) {
            slot.get_or_insert_with(|| Known { operation: *operation, request: request.clone() });
        }
    }

    /// Reads the commits and events of a step, and returns its notifications.
    fn settle(&mut self) -> Result<Vec<Notification>, Failure> {
        let engine = Arc::clone(self.engine()?);
        self.returned.note(&self.index);
        let mut committed = std::mem::take(&mut self.committed);
        self.recording.take(&mut committed);
        self.index.note(&engine, &committed).map_err(failed)?;
        self.committed = committed;
        let events = engine.events_after(self.events, EVENTS).map_err(failed)?;
        self.events = events.last().map_or(self.events, |(last, _)| *last);
        let events = events.iter().map(|(_, event)| &**event);
        Ok(notifications::notifications(&engine, &self.index, &self.returned, events))
    }

    fn answered(&mut self, answer: Answer, fault: DeliveryFault) -> Result<Reaction, Failure> {
        let mut notifications = std::mem::take(&mut self.undelivered);
        notifications.extend(self.settle()?);
        Ok(Reaction { answer, fault, notifications })
    }

    fn key_snapshot(&self, place: usize, known: &Known) -> Result<Option<IdempotencyKeySnapshot>, Failure> {
        let engine = self.engine()?;
        let operation = known.operation;
        if self.held.get(place).is_some_and(Option::is_some) {
            return Ok(Some(IdempotencyKeySnapshot { operation, answer: None, seconds_left: None }));
        }
        let Some(name) = known.request.idempotency_key.as_deref() else { return Ok(None) };
        let record = engine.store().key(known.request.account, name).map_err(failed)?;
        let Some(record) = record else { return Ok(None) };
        let age = engine.now().since(record.created);
        let answer = match record.state {
            holdfast_engine::store::KeyState::Asking(_) => None,
            holdfast_engine::store::KeyState::Answered(response) => Some(shown(&response)),
        };
        let left = u32::try_from(holdfast_engine::time::DAY.saturating_sub(age)).unwrap_or(u32::MAX);
        Ok(Some(IdempotencyKeySnapshot { operation, seconds_left: answer.is_some().then_some(left), answer }))
    }
}

impl Subject for EngineSubject {
    fn start(&mut self, config: &Config) -> Result<(), Failure> {
        self.config = *config;
        self.clock = Arc::new(ManualClock::at(START));
        self.ids = Arc::default();
        self.points = Arc::default();
        self.network = Arc::new(Network::with(Arc::clone(&self.points)));
        self.release_stores();
        self.recording = Arc::new(RecordingStore::on((self.make_store)()?, Arc::clone(&self.points)));
        if let Some(injector) = &self.injector {
            injector.begin();
        }
        self.undelivered.clear();
        self.unexpected = None;
        let engine = self.open()?;
        for account in config::accounts(config, self.settlement) {
            engine.add_account(account).map_err(failed)?;
        }
        self.index.clear();
        self.keys.clear();
        self.held.clear();
        self.snapshot = SystemSnapshot::default();
        // The customer with saved methods (C19).
        let create = Command::CreateCustomer { fields: CustomerFields::default(), method: None };
        let customer = engine.execute(Request::new(config::PLATFORM, create));
        self.index.customer = customer.object().and_then(|object| object.as_customer().map(|it| it.id));
        self.events = engine.events_after(0, EVENTS).map_err(failed)?.last().map_or(0, |(last, _)| *last);
        self.engine = Some(Arc::new(engine));
        self.recording.take(&mut self.committed);
        Ok(())
    }

    fn can(&mut self, input: &Input) -> bool {
        // The first payment on a session's page creates a PaymentIntent, or the SetupIntent.
        if let Input::Event(EnvironmentEvent::CustomerPays { intent, .. }) = input {
            return !self.index.is_place_taken(*intent);
        }
        let (Some(operation), key) = (input.operation(), input.key()) else { return true };
        let is_known = key.is_some_and(|key| self.known(key).is_some());
        let held = self.held.iter().zip(&self.keys).filter(|(held, _)| held.is_some());
        let makes_it =
            held.filter_map(|(_, key)| key.as_ref()).any(|known| known.operation.about() == operation.about());
        if !is_known && (self.index.has_already(&operation) || makes_it && operation.creates().is_some()) {
            return false;
        }
        let now = self.engine.as_ref().map_or(START, |engine| engine.now());
        let Some((account, command)) = commands::command(&self.index, now, &operation) else { return false };
        // Different requests of the model that are equal in the engine say nothing about its keys. A key also
        // belongs to an account (IDEM-8): the same name from another account is another key, which the model does not
        // have.
        key.and_then(|key| self.known(key)).is_none_or(|known| {
            let other = known.operation != operation;
            known.request.account == account && !(other && known.request.command == command)
        })
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        let engine = Arc::clone(self.engine()?);
        let request = self.request(&call.operation, call.key)?;
        self.note_key(call.key, &call.operation, &request);
        self.index.expected = call.operation.creates().and_then(Target::intent);
        self.network.turn(match call.fault {
            DeliveryFault::None | DeliveryFault::AnswerLost => NetworkCondition::Healthy,
            DeliveryFault::ErrorBefore => NetworkCondition::FailFast,
            DeliveryFault::ErrorAfter => NetworkCondition::DropResponses,
        });
        let response = self.execute(&engine, request);
        self.check_response(&response);
        let struck = self.network.has_struck();
        self.network.turn(NetworkCondition::Healthy);
        if struck {
            // The worker applies the network's effect as soon as the network answers again.
            engine.run_due(engine.now()).map_err(failed)?;
        }
        let rejected = response.status() == 429;
        let (answer, fault) = match call.fault {
            // A request rejected on arrival gets its response before it is executed, so the response is not lost.
            DeliveryFault::AnswerLost if rejected => (shown(&response), DeliveryFault::None),
            DeliveryFault::AnswerLost => (Answer::Lost, DeliveryFault::AnswerLost),
            DeliveryFault::ErrorBefore | DeliveryFault::ErrorAfter if struck => (shown(&response), call.fault),
            DeliveryFault::None | DeliveryFault::ErrorBefore | DeliveryFault::ErrorAfter => {
                (shown(&response), DeliveryFault::None)
            }
        };
        self.answered(answer, fault)
    }

    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        let engine = Arc::clone(self.engine()?);
        self.index.expected = match event {
            EnvironmentEvent::CustomerPays { intent, .. } => Some(*intent),
            EnvironmentEvent::Authenticate { .. }
            | EnvironmentEvent::Settle { .. }
            | EnvironmentEvent::CloseCancelWindow { .. }
            | EnvironmentEvent::PostToLedger { .. }
            | EnvironmentEvent::ExpireHold { .. }
            | EnvironmentEvent::Refund { .. }
            | EnvironmentEvent::AuthenticateSetup { .. }
            | EnvironmentEvent::SettleSetup
            | EnvironmentEvent::PruneKey { .. }
            | EnvironmentEvent::Advance { .. } => None,
        };
        let happened = match self.movement(event)? {
            Move::Nothing => false,
            Move::Ask(account, command) => {
                let _answer = self.execute(&engine, Request::new(account, command));
                self.recording.has_news()
            }
            Move::Worker => {
                let known = self.is_kept(event)?;
                engine.run_due(engine.now()).map_err(failed)?;
                known && !self.is_kept(event)?
            }
            Move::Wait(seconds) => {
                self.wait(seconds)?;
                self.index.age();
                true
            }
        };
        let accepted = if happened { Accepted::Happened } else { Accepted::Nothing };
        self.answered(Answer::Accepted(accepted), DeliveryFault::None)
    }

    fn begin(&mut self, key: KeyId, operation: &Operation) -> Result<Reaction, Failure> {
        let engine = Arc::clone(self.engine()?);
        let request = self.request(operation, Some(key))?;
        let answer = match engine.accept(self.altered_request(&engine, request.clone())) {
            Ok(arrived) => {
                let place = usize::from(key.0);
                if self.held.len() <= place {
                    self.held.resize_with(place.saturating_add(1), || None);
                }
                if let Some(slot) = self.held.get_mut(place) {
                    *slot = Some(arrived);
                }
                if let Some(slot) = self.keys.get_mut(place) {
                    *slot = None;
                }
                self.note_key(Some(key), operation, &request);
                Answer::Accepted(Accepted::Begun)
            }
            Err(response) => shown(&response),
        };
        self.answered(answer, DeliveryFault::None)
    }

    fn finish(&mut self, key: KeyId) -> Result<Reaction, Failure> {
        let engine = Arc::clone(self.engine()?);
        let Some(arrived) = self.held.get_mut(usize::from(key.0)).and_then(Option::take) else {
            return self.answered(Answer::Accepted(Accepted::Nothing), DeliveryFault::None);
        };
        self.index.expected = self.known(key).and_then(|known| known.operation.creates().and_then(Target::intent));
        let response = engine.carry_out(arrived);
        self.check_response(&response);
        self.answered(shown(&response), DeliveryFault::None)
    }

    fn observe(&mut self) -> Result<&SystemSnapshot, Failure> {
        let engine = Arc::clone(self.engine()?);
        let mut snapshot = std::mem::take(&mut self.snapshot);
        self.index.look(&engine, &mut snapshot.payments).map_err(failed)?;
        snapshot.setup = self.index.setup_view(&engine).map_err(failed)?;
        snapshot.session = self.index.session_view(&engine).map_err(failed)?;
        snapshot.keys.clear();
        for place in 0..self.keys.len() {
            let key = match self.keys.get(place).and_then(Option::as_ref) {
                Some(known) => self.key_snapshot(place, known)?,
                None => None,
            };
            if key.is_none()
                && let Some(slot) = self.keys.get_mut(place)
            {
                // The key was not kept, or was forgotten: the next request under it is its first.
                *slot = None;
            }
            snapshot.keys.push(key);
        }
        self.snapshot = snapshot;
        Ok(&self.snapshot)
    }
}
