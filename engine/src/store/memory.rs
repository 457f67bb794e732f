//! The plain memory store, for fuzzing and tests.

use super::{
    Batch, KeyRecord, OpenAsk, Page, Store, StoreError, balance_out_of_range, entries, is_listed, movement, page,
    parent,
};
use crate::acquirer::Reference;
use crate::command::{JobKey, ListQuery};
use crate::money::Currency;
use crate::objects::{Balances, Event, Funds};
use crate::time::Time;
use crate::{AccountId, Kind, Object, ObjectId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

#[derive(Debug, Default)]
struct Tables {
    /// Each object, and its place among those of its kind.
    objects: FxHashMap<ObjectId, (usize, Object)>,
    /// Ids of each kind in the order they were first stored.
    created: FxHashMap<Kind, Vec<ObjectId>>,
    events: Vec<Arc<Event>>,
    balances: FxHashMap<(AccountId, Currency), Funds>,
    jobs: FxHashMap<JobKey, Time>,
    agenda: BTreeSet<(Time, JobKey)>,
    keys: FxHashMap<AccountId, FxHashMap<String, KeyRecord>>,
    asks: FxHashMap<Reference, Arc<OpenAsk>>,
}

/// A store in plain memory.
#[derive(Debug, Default)]
pub struct MemoryStore(RwLock<Tables>);

impl MemoryStore {
    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn put(&mut self, object: Object) {
        let id = object.id();
        match self.objects.entry(id) {
            Entry::Occupied(mut known) => known.get_mut().1 = object,
            Entry::Vacant(new) => {
                let ids = self.created.entry(id.kind()).or_default();
                new.insert((ids.len(), object));
                ids.push(id);
            }
        }
    }

    fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(&id).map(|(_, object)| object)
    }

    /// Returns the balances that the ledger entries of `batch` lead to.
    fn balances_after(&self, batch: &Batch) -> Result<FxHashMap<(AccountId, Currency), Funds>, StoreError> {
        let mut changed: FxHashMap<_, Funds> = FxHashMap::default();
        for entry in entries(&batch.objects) {
            let place = (entry.account, entry.currency);
            let movement = movement(self.object(entry.id.into()), entry)?;
            let before = changed.get(&place).or_else(|| self.balances.get(&place)).copied().unwrap_or_default();
            let after = before.plus(movement);
            changed.insert(place, after.map_err(|_| balance_out_of_range(entry))?);
        }
        Ok(changed)
    }

    fn unschedule(&mut self, job: JobKey) {
        if let Some(due) = self.jobs.remove(&job) {
            self.agenda.remove(&(due, job));
        }
    }

    fn of_kind(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Object> {
        self.stored(self.ids(kind))
    }

    fn ids(&self, kind: Kind) -> &[ObjectId] {
        self.created.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    fn stored(&self, ids: &[ObjectId]) -> impl DoubleEndedIterator<Item = &Object> {
        ids.iter().filter_map(|id| self.object(*id))
    }

    /// Returns the objects of the kind before and after the one that `cursor` names; none if there is no such object.
    fn around(&self, kind: Kind, cursor: ObjectId) -> (&[ObjectId], &[ObjectId]) {
        let place = self.objects.get(&cursor).map(|(place, _)| *place).filter(|_| cursor.kind() == kind);
        let around = place.and_then(|place| self.ids(kind).split_at_checked(place));
        around.map_or((&[], &[]), |(before, from)| (before, from.get(1..).unwrap_or_default()))
    }
}

impl Store for MemoryStore {
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let mut tables = self.write();
        // Every balance is computed before anything changes, so that a batch that does not fit changes nothing.
        let balances = tables.balances_after(&batch)?;
        tables.balances.extend(balances);
        for object in batch.objects {
            tables.put(object);
        }
        for event in batch.events {
            let event = Arc::new(event);
            tables.put(Object::Event(Arc::clone(&event)));
            tables.events.push(event);
        }
        for job in batch.unschedule {
            tables.unschedule(job);
        }
        for (job, due) in batch.schedule {
            tables.unschedule(job);
            tables.jobs.insert(job, due);
            tables.agenda.insert((due, job));
        }
        if let Some(record) = batch.key {
            tables.keys.entry(record.account).or_default().insert(record.key.clone(), record);
        }
        if let Some(ask) = batch.ask {
            tables.asks.insert(ask.reference, ask);
        }
        if let Some(reference) = batch.answered {
            tables.asks.remove(&reference);
        }
        Ok(())
    }

    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError> {
        Ok(self.read().object(id).cloned())
    }

    fn balance(&self, account: AccountId, currency: Currency) -> Result<Funds, StoreError> {
        Ok(self.read().balances.get(&(account, currency)).copied().unwrap_or_default())
    }

    fn balances(&self, account: AccountId) -> Result<Balances, StoreError> {
        let tables = self.read();
        let of = |currency: &Currency| Some((*currency, *tables.balances.get(&(account, *currency))?));
        Ok(Currency::ALL.iter().filter_map(of).collect())
    }

    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError> {
        let tables = self.read();
        let wanted = |object: &&Object| object.account() == account && is_listed(object, query);
        let all = |ids| tables.stored(ids).filter(wanted).cloned();
        Ok(match (query.ending_before, query.starting_after) {
            (Some(newest_known), _) => page(all(tables.around(query.kind, newest_known).1), query),
            (None, Some(oldest_known)) => page(all(tables.around(query.kind, oldest_known).0).rev(), query),
            (None, None) => page(all(tables.ids(query.kind)).rev(), query),
        })
    }

    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError> {
        let objects: Vec<Object> = self.read().of_kind(kind).cloned().collect();
        objects.into_iter().for_each(visit);
        Ok(())
    }

    fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError> {
        let skipped = usize::try_from(after).unwrap_or(usize::MAX);
        let tables = self.read();
        let events = tables.events.iter().skip(skipped).take(limit).cloned();
        Ok((after.saturating_add(1)..).zip(events).collect())
    }

    fn due(&self, now: Time, limit: usize) -> Result<Vec<JobKey>, StoreError> {
        let tables = self.read();
        Ok(tables.agenda.iter().take_while(|(due, _)| *due <= now).take(limit).map(|(_, job)| *job).collect())
    }

    fn next_due(&self) -> Result<Option<Time>, StoreError> {
        Ok(self.read().agenda.first().map(|(due, _)| *due))
    }

    fn key(&self, account: AccountId, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        Ok(self.read().keys.get(&account).and_then(|keys| keys.get(key)).cloned())
    }

    fn prune_keys(&self, before: Time) -> Result<u64, StoreError> {
        let mut pruned = 0_u64;
        for keys in self.write().keys.values_mut() {
            keys.retain(|_, record| {
                let kept = record.created > before || matches!(record.state, super::KeyState::Asking(_));
                pruned = pruned.saturating_add(u64::from(!kept));
                kept
            });
        }
        Ok(pruned)
    }

    /// Checks that every parent of an object exists; memory has no pages that could be damaged.
    fn check(&self) -> Result<(), StoreError> {
        let tables = self.read();
        let lost = tables
            .objects
            .values()
            .map(|(_, object)| object)
            .find(|object| parent(object).is_some_and(|of| !tables.objects.contains_key(&of)));
        match lost {
            Some(object) => Err(StoreError(format!("{} has lost what it belongs to", object.id()))),
            None => Ok(()),
        }
    }

    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError> {
        let mut asks: Vec<_> = self.read().asks.values().cloned().collect();
        asks.sort_by_key(|ask| ask.reference);
        Ok(asks)
    }
}
