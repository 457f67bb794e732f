//! A second encoding of the protocol, as actors of stateright.
//!
//! This encoding keeps each participant's memory and storage apart, and stateright owns the network and the crashes.
//! Every message may arrive late, in any order, and again. A lost message is one that never arrives. Receiving and
//! answering are one step here and several in the first encoding, so the two have different states. Both must show the
//! same set of [`Observed`] values.
//!
//! The encoding leaves out the day of the keys, careless participants, planted faults, and the merchant's reading of
//! the payment.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use stateright::Model;
use stateright::actor::{Actor, ActorModel, ActorModelState, Id, LossyNetwork, Network, Out, model_timeout};

use crate::books::{AcquirerAccount, PaymentBooks};
use crate::instance::{Asked, EXPIRY, Instance};
use crate::observed::Observed;

/// Returns everything that the actors can show, by exploring every state of stateright's model of them.
#[must_use]
pub fn observed_by_actors(instance: &Instance) -> BTreeSet<Observed> {
    let model = model(instance);
    let mut seen = HashSet::new();
    let mut waiting: VecDeque<_> = model.init_states().into_iter().map(forget_last_message).collect();
    let mut observed = BTreeSet::new();
    while let Some(state) = waiting.pop_front() {
        if !seen.insert(state.clone()) {
            continue;
        }
        observed.insert(observe(&state));
        let next = model.next_states(&state).into_iter().filter(only_servers_crash);
        waiting.extend(next.map(forget_last_message));
    }
    observed
}

type Protocol = ActorModel<Participating, (), ()>;
type System = ActorModelState<Participating, ()>;

fn model(instance: &Instance) -> Protocol {
    let clients = [0, 1].map(|number| Participating::Client { instance: *instance, number });
    ActorModel::new((), ())
        .actors(clients)
        .actor(Participating::Engine { instance: *instance })
        .actor(Participating::Acquirer { instance: *instance })
        .actor(Participating::Merchant)
        .init_network(Network::new_unordered_duplicating([]))
        .lossy_network(LossyNetwork::No)
        .max_crashes(1)
}

const ENGINE: usize = 2;
const ACQUIRER: usize = 3;
const MERCHANT: usize = 4;

/// Clients and the acquirer lose nothing in a crash, so only crashes of the engine and the merchant are explored.
fn only_servers_crash(state: &System) -> bool {
    let crashed = |place: usize| state.crashed.get(place) == Some(&true);
    !crashed(0) && !crashed(1) && !crashed(ACQUIRER)
}

/// Stateright remembers the last message delivered; no behavior depends on it.
fn forget_last_message(mut state: System) -> System {
    if let Network::UnorderedDuplicating(_, last) = &mut state.network {
        *last = None;
    }
    state
}

fn observe(state: &System) -> Observed {
    let durable = |place: usize| state.actor_storages.get(place).and_then(Option::as_ref);
    let mut observed = Observed {
        clients: [(0, false); 2],
        keys: BTreeMap::new(),
        questions: BTreeMap::new(),
        outbox: BTreeMap::new(),
        books: PaymentBooks::default(),
        account: AcquirerAccount::default(),
        stored: BTreeSet::new(),
    };
    for (place, client) in observed.clients.iter_mut().enumerate() {
        if let Some(Durable::Client { at, is_waiting }) = durable(place) {
            *client = (*at, *is_waiting);
        }
    }
    if let Some(Durable::Engine(records)) = durable(ENGINE) {
        observed.keys = records.keys.iter().map(|(key, reply)| (*key, reply.is_some())).collect();
        observed.questions = records.questions.clone();
        observed.outbox = records.outbox.clone();
        observed.books = records.books;
    }
    if let Some(Durable::Acquirer { account, .. }) = durable(ACQUIRER) {
        observed.account = *account;
    }
    if let Some(Durable::Merchant(stored)) = durable(MERCHANT) {
        observed.stored = stored.clone();
    }
    observed
}

/// One participant.
#[derive(Clone)]
enum Participating {
    Client { instance: Instance, number: u8 },
    Engine { instance: Instance },
    Acquirer { instance: Instance },
    Merchant,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum ActorMessage {
    Request(u8),
    Response(u8, bool),
    Order(u8),
    Verdict(u8, bool),
    Event(u8),
    Acknowledgement(u8),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum ActorTimer {
    Send,
    StopWaiting,
    Work,
    Expire,
    Deadline,
    Resend,
}

/// The storage of a participant, which survives a crash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Durable {
    Client { at: u8, is_waiting: bool },
    Engine(EngineRecords),
    Acquirer { account: AcquirerAccount, decided: BTreeMap<u8, bool> },
    Merchant(BTreeSet<u8>),
}

/// The engine's database. A key maps to its response once it has one; `Some(true)` is a success.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct EngineRecords {
    keys: BTreeMap<u8, Option<bool>>,
    questions: BTreeMap<u8, bool>,
    outbox: BTreeMap<u8, bool>,
    books: PaymentBooks,
    deadline_passed: bool,
}

/// A participant's state: its storage, and the question to the acquirer whose verdict it waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ActorMemory {
    durable: Durable,
    waits_for: Option<u8>,
}

impl Actor for Participating {
    type Msg = ActorMessage;
    type Timer = ActorTimer;
    type State = ActorMemory;
    type Storage = Durable;
    type Random = (u8, bool);

    fn on_start(&self, _id: Id, storage: &Option<Durable>, out: &mut Out<Self>) -> ActorMemory {
        let durable = storage.clone().unwrap_or_else(|| self.first());
        match self {
            Self::Client { instance, number } => {
                if instance.key(*number, 0).is_some() {
                    out.set_timer(ActorTimer::Send, model_timeout());
                }
            }
            Self::Engine { instance } => {
                if instance.deadline {
                    out.set_timer(ActorTimer::Deadline, model_timeout());
                }
                for alarm in [ActorTimer::Work, ActorTimer::Expire, ActorTimer::Resend] {
                    out.set_timer(alarm, model_timeout());
                }
            }
            Self::Acquirer { .. } | Self::Merchant => {}
        }
        ActorMemory { durable, waits_for: None }
    }

    fn on_msg(
        &self,
        _id: Id,
        state: &mut Cow<'_, ActorMemory>,
        source: Id,
        message: ActorMessage,
        out: &mut Out<Self>,
    ) {
        let mut memory = state.clone().into_owned();
        match (self, &mut memory.durable, message) {
            (Self::Client { instance, number }, Durable::Client { at, is_waiting }, ActorMessage::Response(key, _)) => {
                if !*is_waiting || instance.key(*number, *at) != Some(key) {
                    return;
                }
                next_operation(instance, *number, at, is_waiting, out);
            }
            (Self::Engine { instance }, Durable::Engine(records), ActorMessage::Request(key)) => {
                request(instance, records, &mut memory.waits_for, key, source, out);
            }
            (Self::Engine { instance }, Durable::Engine(records), ActorMessage::Verdict(question, approved)) => {
                if verdict(instance, records, question, approved).is_none() {
                    return;
                }
                if memory.waits_for.take() == Some(question) {
                    out.send(
                        Id::from(usize::from(instance.owner(question))),
                        ActorMessage::Response(question, approved),
                    );
                }
                out.set_timer(ActorTimer::Resend, model_timeout());
            }
            (Self::Engine { .. }, Durable::Engine(records), ActorMessage::Acknowledgement(event)) => {
                records.outbox.insert(event, true);
            }
            (Self::Acquirer { instance }, Durable::Acquirer { account, decided }, ActorMessage::Order(question)) => {
                if let Some(approved) = decided.get(&question) {
                    out.send(source, ActorMessage::Verdict(question, *approved));
                } else if instance.declines && instance.asked(question) == Some(Asked::Confirm) {
                    out.choose_random(question.to_string(), vec![(question, true), (question, false)]);
                } else {
                    decide(instance, account, decided, (question, true), out);
                }
            }
            (Self::Merchant, Durable::Merchant(stored), ActorMessage::Event(event)) => {
                stored.insert(event);
                out.send(source, ActorMessage::Acknowledgement(event));
            }
            _ => return,
        }
        keep(state, memory, out);
    }

    fn on_timeout(&self, _id: Id, state: &mut Cow<'_, ActorMemory>, alarm: &ActorTimer, out: &mut Out<Self>) {
        let mut memory = state.clone().into_owned();
        match (self, &mut memory.durable, alarm) {
            (Self::Client { instance, number }, Durable::Client { at, is_waiting }, ActorTimer::Send) => {
                let Some(key) = instance.key(*number, *at) else { return };
                *is_waiting = true;
                out.send(Id::from(ENGINE), ActorMessage::Request(key));
                out.set_timer(ActorTimer::StopWaiting, model_timeout());
            }
            (Self::Client { instance, number }, Durable::Client { at, is_waiting }, ActorTimer::StopWaiting) => {
                next_operation(instance, *number, at, is_waiting, out);
            }
            (Self::Engine { .. }, Durable::Engine(records), ActorTimer::Work) => {
                out.set_timer(ActorTimer::Work, model_timeout());
                work(records, &mut memory.waits_for, out);
            }
            (Self::Engine { .. }, Durable::Engine(records), ActorTimer::Deadline) => records.deadline_passed = true,
            (Self::Engine { .. }, Durable::Engine(records), ActorTimer::Expire) => {
                out.set_timer(ActorTimer::Expire, model_timeout());
                let is_free = records.questions.values().all(|is_closed| *is_closed);
                let is_new = !records.questions.contains_key(&EXPIRY);
                if is_free && is_new && records.deadline_passed && records.books.permit(Asked::Expire) {
                    records.questions.insert(EXPIRY, false);
                    out.send(Id::from(ACQUIRER), ActorMessage::Order(EXPIRY));
                }
            }
            (Self::Engine { .. }, Durable::Engine(records), ActorTimer::Resend) => {
                out.set_timer(ActorTimer::Resend, model_timeout());
                for (event, _) in records.outbox.iter().filter(|(_, is_acknowledged)| !**is_acknowledged) {
                    out.send(Id::from(MERCHANT), ActorMessage::Event(*event));
                }
            }
            _ => return,
        }
        keep(state, memory, out);
    }

    fn on_random(&self, _id: Id, state: &mut Cow<'_, ActorMemory>, choice: &(u8, bool), out: &mut Out<Self>) {
        let mut memory = state.clone().into_owned();
        if let (Self::Acquirer { instance }, Durable::Acquirer { account, decided }) = (self, &mut memory.durable) {
            decide(instance, account, decided, *choice, out);
            keep(state, memory, out);
        }
    }
}

impl Participating {
    fn first(&self) -> Durable {
        match self {
            Self::Client { .. } => Durable::Client { at: 0, is_waiting: false },
            Self::Engine { .. } => Durable::Engine(EngineRecords::default()),
            Self::Acquirer { .. } => {
                Durable::Acquirer { account: AcquirerAccount::default(), decided: BTreeMap::new() }
            }
            Self::Merchant => Durable::Merchant(BTreeSet::new()),
        }
    }
}

/// Saves the storage and replaces the memory, if they have changed.
fn keep(state: &mut Cow<'_, ActorMemory>, memory: ActorMemory, out: &mut Out<Participating>) {
    if memory.durable != state.durable {
        out.save(memory.durable.clone());
    }
    if memory != **state {
        *state.to_mut() = memory;
    }
}

fn next_operation(instance: &Instance, number: u8, at: &mut u8, is_waiting: &mut bool, out: &mut Out<Participating>) {
    *at = at.saturating_add(1);
    *is_waiting = false;
    out.cancel_timer(ActorTimer::StopWaiting);
    if instance.key(number, *at).is_some() {
        out.set_timer(ActorTimer::Send, model_timeout());
    }
}

/// Handles a request that the engine receives.
fn request(
    instance: &Instance,
    records: &mut EngineRecords,
    waits_for: &mut Option<u8>,
    key: u8,
    client: Id,
    out: &mut Out<Participating>,
) {
    if waits_for.is_some() {
        return;
    }
    match records.keys.get(&key) {
        Some(Some(success)) => out.send(client, ActorMessage::Response(key, *success)),
        Some(None) => {
            *waits_for = Some(key);
            out.send(Id::from(ACQUIRER), ActorMessage::Order(key));
        }
        None if records.questions.values().any(|is_closed| !is_closed) => {}
        None => {
            let Some(asked) = instance.asked(key) else { return };
            if records.books.permit(asked) {
                records.keys.insert(key, None);
                records.questions.insert(key, false);
                *waits_for = Some(key);
                out.send(Id::from(ACQUIRER), ActorMessage::Order(key));
            } else {
                records.keys.insert(key, Some(false));
                out.send(client, ActorMessage::Response(key, false));
            }
        }
    }
}

/// Commits an answer to the engine's records in one transaction, if the question is open.
fn verdict(instance: &Instance, records: &mut EngineRecords, question: u8, approved: bool) -> Option<()> {
    (records.questions.get(&question) == Some(&false)).then_some(())?;
    if approved {
        records.books = records.books.apply(instance.asked(question)?)?;
    }
    records.questions.insert(question, true);
    records.outbox.insert(question, false);
    if let Some(reply) = records.keys.get_mut(&question) {
        reply.get_or_insert(approved);
    }
    Some(())
}

/// Gives a question without an answer to the engine's worker, which asks again.
fn work(records: &mut EngineRecords, waits_for: &mut Option<u8>, out: &mut Out<Participating>) {
    if let Some(question) = waits_for.take() {
        records.keys.insert(question, Some(false));
    }
    let open = records.questions.iter().find(|(_, is_closed)| !**is_closed);
    if let Some((question, _)) = open {
        out.send(Id::from(ACQUIRER), ActorMessage::Order(*question));
    }
}

fn decide(
    instance: &Instance,
    account: &mut AcquirerAccount,
    decided: &mut BTreeMap<u8, bool>,
    (question, may_approve): (u8, bool),
    out: &mut Out<Participating>,
) {
    if decided.contains_key(&question) {
        return;
    }
    let executed = instance.asked(question).filter(|_| may_approve).and_then(|asked| account.execute(asked));
    decided.insert(question, executed.is_some());
    *account = executed.unwrap_or(*account);
    out.send(Id::from(ENGINE), ActorMessage::Verdict(question, executed.is_some()));
}
