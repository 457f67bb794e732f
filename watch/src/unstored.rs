//! The events that were refused because they could not be stored.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ids that are kept. Of further events the number alone is known.
const MOST: usize = 100_000;

/// The events that were refused and have not been stored since. The provider sends each again.
#[derive(Debug, Default)]
pub(crate) struct UnstoredEvents(Mutex<Missing>);

#[derive(Debug, Default)]
struct Missing {
    ids: HashSet<String>,
    /// Events beyond [`MOST`]. They may have been stored since.
    further: u64,
}

impl UnstoredEvents {
    fn missing(&self) -> MutexGuard<'_, Missing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an event was refused.
    pub(crate) fn refused(&self, id: String) {
        let mut missing = self.missing();
        if missing.ids.len() < MOST {
            missing.ids.insert(id);
        } else if !missing.ids.contains(&id) {
            missing.further = missing.further.saturating_add(1);
        }
    }

    /// Notes that events are stored.
    pub(crate) fn stored<'a>(&self, ids: impl Iterator<Item = &'a String>) {
        let mut missing = self.missing();
        if !missing.ids.is_empty() {
            ids.for_each(|id| {
                missing.ids.remove(id);
            });
        }
    }

    /// Returns the number of events that are missing.
    pub(crate) fn count(&self) -> u64 {
        let missing = self.missing();
        u64::try_from(missing.ids.len()).unwrap_or(u64::MAX).saturating_add(missing.further)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_is_stored_later_is_not_missing() {
        let unstored = UnstoredEvents::default();
        for id in ["evt_1", "evt_2", "evt_1"] {
            unstored.refused(id.to_owned());
        }
        assert_eq!(unstored.count(), 2);
        unstored.stored([&"evt_1".to_owned(), &"evt_3".to_owned()].into_iter());
        assert_eq!(unstored.count(), 1);
        for number in 0..=MOST {
            unstored.refused(number.to_string());
        }
        assert_eq!(unstored.count(), u64::try_from(MOST).unwrap() + 2);
    }
}
