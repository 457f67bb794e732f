//! A store and a network that change the values that pass through them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference};
use holdfast_engine::command::{JobKey, ListQuery};
use holdfast_engine::objects::{Balances, Event, Funds};
use holdfast_engine::store::{Batch, KeyRecord, KeyState, OpenAsk, Page, Store, StoreError};
use holdfast_engine::{AccountId, Body, Currency, Kind, Object, ObjectId, Time};

use super::fault_injector::FaultInjector;
use super::{How, Memory};

/// A store that writes or reads other values than requested.
pub(super) struct FaultyStore {
    inner: Arc<dyn Store>,
    injector: Arc<FaultInjector>,
    /// Objects in the versions before their last change.
    past: Mutex<BTreeMap<ObjectId, Object>>,
}

impl FaultyStore {
    pub(super) fn around(inner: Arc<dyn Store>, injector: Arc<FaultInjector>) -> Self {
        Self { inner, injector, past: Mutex::default() }
    }

    fn remember(&self, batch: &Batch) -> Result<(), StoreError> {
        for object in &batch.objects {
            if let Some(before) = self.inner.object(object.id())? {
                self.past.lock().unwrap_or_else(PoisonError::into_inner).insert(object.id(), before);
            }
        }
        Ok(())
    }
}

/// Replaces the stored answer of a key with the objects that are written.
fn keep_what_is_written(batch: &mut Batch) {
    let Some(KeyRecord { state: KeyState::Answered(response), .. }) = &mut batch.key else { return };
    let mut written = (**response).clone();
    if let Body::Object(answered) = &mut written.body
        && let Some(object) = batch.objects.iter().rev().find(|object| object.id() == answered.id())
    {
        answered.clone_from(object);
        *response = Arc::new(written);
    }
}

impl Store for FaultyStore {
    fn commit(&self, mut batch: Batch) -> Result<(), StoreError> {
        match self.injector.injected.how {
            How::Writes(change) => {
                let acted = change(&mut batch, &*self.inner);
                self.injector.note(acted);
                keep_what_is_written(&mut batch);
                self.inner.commit(batch)
            }
            How::Tears(tear) => {
                let pieces = tear(batch);
                self.injector.note(pieces.len() > 1);
                pieces.into_iter().try_for_each(|piece| self.inner.commit(piece))
            }
            How::Stale(_) => {
                self.remember(&batch)?;
                self.inner.commit(batch)
            }
            How::Hears(_)
            | How::Repeats(_)
            | How::Ignores(_)
            | How::Clock(_)
            | How::Keys(_)
            | How::Forgets(_)
            | How::Asks(_)
            | How::AsksAgain(_)
            | How::Unasked(_)
            | How::Answers(_)
            | How::Replies(_)
            | How::Decides(_)
            | How::TwoProcesses => self.inner.commit(batch),
        }
    }

    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError> {
        let found = self.inner.object(id)?;
        let How::Stale(which) = self.injector.injected.how else { return Ok(found) };
        let is_stale =
            |object: &Object| self.injector.with_request(|command| command.is_some_and(|it| which(it, object)));
        let Some(object) = found.as_ref().filter(|object| is_stale(object)) else { return Ok(found) };
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = past.get(&id) else { return Ok(found) };
        self.injector.note_change(before, object);
        Ok(Some(before.clone()))
    }

    fn balance(&self, account: AccountId, currency: Currency) -> Result<Funds, StoreError> {
        self.inner.balance(account, currency)
    }

    fn balances(&self, account: AccountId) -> Result<Balances, StoreError> {
        self.inner.balances(account)
    }

    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError> {
        self.inner.list(account, query)
    }

    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError> {
        self.inner.each(kind, visit)
    }

    fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError> {
        self.inner.events_after(after, limit)
    }

    fn due(&self, now: Time, limit: usize) -> Result<Vec<JobKey>, StoreError> {
        let due = self.inner.due(now, limit)?;
        if self.injector.has_forgotten(Memory::Jobs) {
            self.injector.note(!due.is_empty());
            return Ok(Vec::new());
        }
        Ok(due)
    }

    fn next_due(&self) -> Result<Option<Time>, StoreError> {
        let due = self.inner.next_due()?;
        if self.injector.has_forgotten(Memory::Jobs) {
            self.injector.note(due.is_some());
            return Ok(None);
        }
        Ok(due)
    }

    fn key(&self, account: AccountId, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        let mut found = self.inner.key(account, key)?;
        if self.injector.has_forgotten(Memory::Keys) {
            self.injector.note(found.is_some());
            return Ok(None);
        }
        if let (How::Keys(change), Some(record)) = (&self.injector.injected.how, &mut found) {
            let before = record.clone();
            self.injector.with_request(|command| command.map(|command| change(record, command)));
            self.injector.note_change(&before, record);
        }
        Ok(found)
    }

    fn prune_keys(&self, before: Time) -> Result<u64, StoreError> {
        self.inner.prune_keys(before)
    }

    fn check(&self) -> Result<(), StoreError> {
        self.inner.check()
    }

    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError> {
        let open = self.inner.open_asks()?;
        if self.injector.has_forgotten(Memory::Questions) {
            self.injector.note(!open.is_empty());
            return Ok(Vec::new());
        }
        Ok(open)
    }
}

/// A network that receives changed requests, or returns changed answers.
pub(super) struct FaultyNetwork {
    pub(super) inner: Arc<dyn Acquirer>,
    pub(super) injector: Arc<FaultInjector>,
}

/// A number above those of all requests.
const OTHER_NAMES: u64 = 1 << 60;

impl Acquirer for FaultyNetwork {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        if let How::Asks(change) = self.injector.injected.how {
            let mut other = ask.clone();
            change(&mut other);
            self.injector.note_change(ask, &other);
            return self.inner.ask(reference, &other);
        }
        if let How::Unasked(which) = self.injector.injected.how
            && which(ask)
        {
            self.injector.note(true);
            return Ok(Answer::Done);
        }
        let mut answer = self.inner.ask(reference, ask)?;
        if let How::AsksAgain(which) = self.injector.injected.how
            && which(ask)
        {
            self.injector.note(true);
            let other = Reference(reference.0 | OTHER_NAMES);
            let _unheard = self.inner.ask(other, ask);
        }
        if let How::Answers(change) = self.injector.injected.how {
            let before = answer;
            change(ask, &mut answer);
            self.injector.note_change(&before, &answer);
        }
        Ok(answer)
    }
}
