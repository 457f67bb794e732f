//! The exchange between workers: a timely dataflow whose timestamps are rounds.
//!
//! In a round, each worker sends parcels to any worker. For a worker, a round is over once every worker has ended it
//! and all of its parcels have arrived. Timely's progress tracking determines this.

use super::alarm::Alarm;
use super::parcel::{Content, Hops, Parcel, ParcelCounts};
use crate::space::Portable;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::Probe;
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::{InputHandle, ProbeHandle};
use timely::worker::Worker;

type Message<S> = Content<Hops<S>>;
/// Messages that have arrived, with their round: the current one or the next.
type Inbox<S> = Rc<RefCell<Vec<(u64, Message<S>)>>>;
type Builder<S> = CapacityContainerBuilder<Vec<Parcel<Hops<S>>>>;

/// The interval at which a worker sends a sign of life, so that a silent process is recognized as lost.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// The longest sleep of a worker that has nothing to do.
const NAP: Duration = Duration::from_millis(1);

/// One worker's end of the exchange.
pub(super) struct Mail<'w, S: Portable> {
    worker: &'w mut Worker,
    input: InputHandle<u64, Builder<S>>,
    probe: ProbeHandle<u64>,
    inbox: Inbox<S>,
    round: u64,
    alarm: &'w Alarm,
    /// The number of workers of each process.
    per_process: usize,
    spoke: Instant,
}

impl<'w, S: Portable + 'static> Mail<'w, S> {
    /// Connects this worker with all others.
    pub(super) fn open(worker: &'w mut Worker, per_process: usize, alarm: &'w Alarm) -> Self {
        let inbox = Rc::new(RefCell::new(Vec::new()));
        let mut input = InputHandle::new();
        let probe = ProbeHandle::new();
        let arrived = Rc::clone(&inbox);
        worker.dataflow(|scope| {
            input
                .to_stream(scope)
                .unary::<CapacityContainerBuilder<Vec<()>>, _, _, _>(
                    Exchange::new(|parcel: &Parcel<Hops<S>>| parcel.to),
                    "mail",
                    |_, _| {
                        move |input, _output| {
                            input.for_each(|capability, parcels| {
                                let round = *capability.stamp().expect_singleton();
                                let contents = parcels.drain(..).map(|parcel| (round, parcel.content));
                                arrived.borrow_mut().extend(contents);
                            });
                        }
                    },
                )
                .probe_with(&probe);
        });
        Self { worker, input, probe, inbox, round: 0, alarm, per_process, spoke: Instant::now() }
    }

    /// Returns the number of this worker, from 0.
    pub(super) fn index(&self) -> usize {
        self.worker.index()
    }

    /// Returns the number of workers.
    pub(super) fn peers(&self) -> usize {
        self.worker.peers()
    }

    /// Returns the first worker of each process, which collects the findings.
    pub(super) fn leaders(&self) -> impl Iterator<Item = usize> + use<S> {
        (0..self.peers()).step_by(self.per_process.max(1))
    }

    pub(super) fn is_leader(&self) -> bool {
        self.index().checked_rem(self.per_process) == Some(0)
    }

    /// Returns whether this worker belongs to the process that shows all figures.
    pub(super) fn is_on_process_0(&self) -> bool {
        self.index() < self.per_process
    }

    /// Ends the whole run for a reason other than a loss.
    pub(super) fn fail(&self, reason: String) -> ! {
        self.alarm.fail(reason)
    }

    /// Sends a parcel in this round.
    pub(super) fn send(&mut self, to: usize, content: Message<S>) {
        self.input.send(Parcel { to: u64::try_from(to).unwrap_or(u64::MAX), content });
        self.input.flush();
    }

    /// Sends the same content to every worker, including this one.
    pub(super) fn broadcast(&mut self, content: &Message<S>) {
        for to in 0..self.peers() {
            self.send(to, content.clone());
        }
    }

    /// Moves parcels along, and returns the messages of this round that have arrived.
    pub(super) fn receive(&mut self) -> Vec<Message<S>> {
        self.heartbeat();
        self.worker.step();
        self.arrived()
    }

    /// Ends this worker's part of the round, passes arriving messages to `each` until all others have ended theirs, and
    /// begins the next round.
    pub(super) fn end_round(&mut self, mut each: impl FnMut(Message<S>)) {
        let next = self.round.saturating_add(1);
        self.input.advance_to(next);
        self.input.flush();
        while self.probe.less_than(&next) {
            self.alarm.check();
            self.heartbeat();
            self.worker.step_or_park(Some(NAP));
            self.arrived().into_iter().for_each(&mut each);
        }
        self.arrived().into_iter().for_each(&mut each);
        self.round = next;
    }

    fn arrived(&mut self) -> Vec<Message<S>> {
        let mut inbox = self.inbox.borrow_mut();
        let (now, later): (Vec<_>, Vec<_>) = inbox.drain(..).partition(|(round, _)| *round == self.round);
        *inbox = later;
        now.into_iter().map(|(_, content)| content).collect()
    }

    /// Sends a heartbeat to the first worker of every other process at intervals.
    fn heartbeat(&mut self) {
        if self.spoke.elapsed() < HEARTBEAT || !self.is_leader() {
            return;
        }
        self.spoke = Instant::now();
        let own = self.index();
        for to in self.leaders().filter(|to| *to != own) {
            self.send(to, Content::ParcelCounts(ParcelCounts::default()));
        }
    }
}

/// Returns the worker, of `peers`, that owns a state with this fingerprint. The low bits decide; a table uses the high
/// ones.
pub(super) fn owner(print: u64, peers: usize) -> usize {
    let owner = u64::try_from(peers).ok().and_then(|peers| print.checked_rem(peers));
    owner.and_then(|owner| usize::try_from(owner).ok()).unwrap_or(0)
}
