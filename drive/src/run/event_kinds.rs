//! The kinds of events that a server was seen to emit, and those that it never emits.

use holdfast_model::IntentId;
use serde_json::Value;

use super::Run;
use super::events::is_about;
use crate::finding::Sighting;

impl Run<'_> {
    /// Notes the kinds of the events that are about payments of the sequence.
    pub(super) fn note_kinds(&mut self, seen: &[Value]) {
        let ids = (0_u8..3).filter_map(|place| self.server.names().payment(IntentId(place)));
        let ids: Vec<String> = ids.map(|names| names.id.clone()).collect();
        let ours = seen.iter().filter(|event| ids.iter().any(|id| is_about(event, id)));
        self.server.kinds_seen.extend(ours.filter_map(|event| Some(event.get("type")?.as_str()?.to_owned())));
    }

    /// Returns the differences. Kinds that were never seen are variants of one cause: the server does not emit them.
    pub(super) fn never_emitted(&self, found: Vec<Sighting>) -> Vec<Sighting> {
        let kind =
            |it: &Sighting| it.signature.what.strip_prefix("events: ")?.strip_suffix(" missing").map(str::to_owned);
        let named = |mut it: Sighting| {
            if let Some(kind) = kind(&it).filter(|kind| !self.server.kinds_seen.contains(kind)) {
                it.signature.what = "events: kinds that are never emitted".to_owned();
                it.variant = kind;
            }
            it
        };
        found.into_iter().map(named).collect()
    }
}
