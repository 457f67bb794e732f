//! The part of a state that both encodings show.

use std::collections::{BTreeMap, BTreeSet};

use crate::books::{AcquirerAccount, PaymentBooks};
use crate::instance::{KEYS, QUESTIONS};
use crate::packed::PackedWord;
use crate::state::{KeyState, OutboxEntry, ProtocolState, QuestionStage};

/// The common view of both encodings: durable records, and the positions of the clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Observed {
    /// Each client's operation, and whether it waits for a response.
    pub clients: [(u8, bool); 2],
    /// The keys that have begun (false) or have a stored response (true).
    pub keys: BTreeMap<u8, bool>,
    /// The recorded questions, and whether each is closed.
    pub questions: BTreeMap<u8, bool>,
    /// The events in the outbox, and whether each is acknowledged.
    pub outbox: BTreeMap<u8, bool>,
    /// The engine's books.
    pub books: PaymentBooks,
    /// The acquirer's account.
    pub account: AcquirerAccount,
    /// The events that the merchant has stored.
    pub stored: BTreeSet<u8>,
}

impl Observed {
    /// Returns what the first encoding shows.
    #[must_use]
    pub fn of(state: &ProtocolState) -> Self {
        let keys = (0..KEYS).filter_map(|key| match state.key(key) {
            KeyState::Absent => None,
            KeyState::Begun => Some((key, false)),
            KeyState::Stored(_) => Some((key, true)),
        });
        let questions = (0..QUESTIONS).filter_map(|question| match state.question(question).stage {
            QuestionStage::Absent => None,
            QuestionStage::Open => Some((question, false)),
            QuestionStage::Closed => Some((question, true)),
        });
        let outbox = (0..QUESTIONS).filter_map(|event| match state.mail(event) {
            OutboxEntry::Absent => None,
            OutboxEntry::Pending => Some((event, false)),
            OutboxEntry::Acknowledged => Some((event, true)),
        });
        Self {
            clients: state.clients.map(|client| (client.at, client.is_waiting)),
            keys: keys.collect(),
            questions: questions.collect(),
            outbox: outbox.collect(),
            books: state.books,
            account: state.account,
            stored: members(state.merchant.stored),
        }
    }
}

fn members(set: PackedWord<1>) -> BTreeSet<u8> {
    (0..QUESTIONS).filter(|event| set.has(*event)).collect()
}
