//! One state of the protocol: every durable record, every message that was sent, and the memory of each process.

use crate::books::{AcquirerAccount, PaymentBooks};
use crate::packed::PackedWord;

/// The whole system.
///
/// A message stays in the network once it is sent. A lost message is one that never arrives, a late one arrives after
/// others, and a repeated one arrives again. So no step needs to lose, delay or repeat a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProtocolState {
    /// The clients.
    pub clients: [ClientState; 2],
    /// The keys whose request is in the network.
    pub requests: PackedWord<1>,
    /// The last response sent for each key: [`Reply`].
    pub responses: PackedWord<2>,
    /// The keys for which a client has received [`Reply::Done`].
    pub acknowledged: PackedWord<1>,
    /// The engine's record of each key, durable: [`KeyState`].
    pub keys: PackedWord<3>,
    /// The engine's record of each question, durable: [`BankQuestion`].
    pub questions: PackedWord<5>,
    /// The engine's books, durable.
    pub books: PaymentBooks,
    /// The engine's outbox, durable: [`OutboxEntry`] for each question.
    pub outbox: PackedWord<2>,
    /// The question of the engine's request handler, in memory.
    pub handler: Option<EngineTask>,
    /// The question of the engine's worker, in memory.
    pub worker: Option<EngineTask>,
    /// The references that the acquirer was asked under: two for each question.
    pub asked: PackedWord<1>,
    /// The references that the acquirer approved.
    pub approved: PackedWord<1>,
    /// The references that the acquirer declined.
    pub declined: PackedWord<1>,
    /// The acquirer's account, durable.
    pub account: AcquirerAccount,
    /// The merchant.
    pub merchant: MerchantState,
    /// Whether the hold's deadline has passed.
    pub deadline_passed: bool,
    /// Whether the day of the first keys has ended.
    pub day_ended: bool,
}

/// A client. It sends one operation after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientState {
    /// The position of its operation.
    pub at: u8,
    /// Whether the operation was sent.
    pub is_waiting: bool,
    /// Whether the operation was sent under a fresh key, too.
    pub is_fresh: bool,
}

/// A response of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// The operation took effect.
    Done,
    /// The operation was rejected or declined.
    Refused,
    /// The acquirer did not answer; events report the outcome.
    Unknown,
}

/// The durable record of an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// The engine has no record of the key.
    Absent,
    /// The request has begun.
    Begun,
    /// The response is stored.
    Stored(Reply),
}

/// The durable record of a question to the acquirer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BankQuestion {
    /// The stage of the question.
    pub stage: QuestionStage,
    /// The reference of the request to the acquirer, 0 or 1.
    pub reference: u8,
    /// The number of times that its approval was applied to the books, at most 3.
    pub applied: u8,
}

/// The stage of a question to the acquirer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QuestionStage {
    /// The question is not recorded.
    #[default]
    Absent,
    /// The question is recorded, and its answer is not applied.
    Open,
    /// The answer is applied.
    Closed,
}

/// A place in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxEntry {
    /// There is no event.
    Absent,
    /// The event is sent until it is acknowledged.
    Pending,
    /// The merchant acknowledged the event.
    Acknowledged,
}

/// The work of a process of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EngineTask {
    /// The question.
    pub question: u8,
    /// The progress.
    pub stage: TaskStage,
}

/// The progress of a process of the engine with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskStage {
    /// The acquirer has not been asked yet.
    Begun,
    /// The acquirer was asked.
    Waiting,
    /// The acquirer has answered.
    Answered {
        /// Whether it approved.
        approved: bool,
    },
    /// The effect is committed, but the key's answer or the event is not (planted faults only).
    Half {
        /// Whether the acquirer approved.
        approved: bool,
    },
}

/// The merchant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MerchantState {
    /// The events stored, durable.
    pub stored: PackedWord<1>,
    /// The events whose acknowledgement is in the network.
    pub acknowledged: PackedWord<1>,
    /// The number of times that the order was fulfilled, at most 2.
    pub fulfilled: u8,
    /// The merchant's last reading of the payment: captured, refunded, and whether the hold was released.
    pub books: (u8, u8, bool),
    /// The event it works on, in memory, and whether its first step is done.
    pub working: Option<(u8, bool)>,
}

impl ProtocolState {
    /// Returns the last response sent for `key`.
    #[must_use]
    pub fn response(&self, key: u8) -> Option<Reply> {
        reply(self.responses.get(key))
    }

    /// Returns the record of `key`.
    #[must_use]
    pub fn key(&self, key: u8) -> KeyState {
        match self.keys.get(key) {
            0 => KeyState::Absent,
            1 => KeyState::Begun,
            bits => reply(bits.saturating_sub(1)).map_or(KeyState::Absent, KeyState::Stored),
        }
    }

    /// Returns the record of a question.
    #[must_use]
    pub fn question(&self, question: u8) -> BankQuestion {
        let bits = self.questions.get(question);
        let stage = match bits & 3 {
            1 => QuestionStage::Open,
            2 => QuestionStage::Closed,
            _ => QuestionStage::Absent,
        };
        BankQuestion { stage, reference: u8::from(bits & 4 != 0), applied: u8::try_from(bits >> 3).unwrap_or(0) }
    }

    /// Returns the place of a question's event in the outbox.
    #[must_use]
    pub fn mail(&self, event: u8) -> OutboxEntry {
        match self.outbox.get(event) {
            1 => OutboxEntry::Pending,
            2 => OutboxEntry::Acknowledged,
            _ => OutboxEntry::Absent,
        }
    }

    /// Returns whether any question is open.
    #[must_use]
    pub fn has_open_question(&self) -> bool {
        self.questions_in(QuestionStage::Open).next().is_some()
    }

    /// Returns the questions at `stage`.
    pub fn questions_in(&self, stage: QuestionStage) -> impl Iterator<Item = u8> + '_ {
        (0..crate::instance::QUESTIONS).filter(move |question| self.question(*question).stage == stage)
    }

    pub(crate) fn set_response(&mut self, key: u8, reply: Reply) {
        self.responses = self.responses.with(key, bits(reply));
    }

    pub(crate) fn set_key(&mut self, key: u8, record: KeyState) {
        let bits = match record {
            KeyState::Absent => 0,
            KeyState::Begun => 1,
            KeyState::Stored(reply) => bits(reply).saturating_add(1),
        };
        self.keys = self.keys.with(key, bits);
    }

    pub(crate) fn set_question(&mut self, place: u8, question: BankQuestion) {
        let stage = match question.stage {
            QuestionStage::Absent => 0,
            QuestionStage::Open => 1,
            QuestionStage::Closed => 2,
        };
        let bits = stage | (u64::from(question.reference & 1) << 2) | (u64::from(question.applied.min(3)) << 3);
        self.questions = self.questions.with(place, bits);
    }

    pub(crate) fn set_mail(&mut self, event: u8, mail: OutboxEntry) {
        let bits = match mail {
            OutboxEntry::Absent => 0,
            OutboxEntry::Pending => 1,
            OutboxEntry::Acknowledged => 2,
        };
        self.outbox = self.outbox.with(event, bits);
    }
}

/// Returns the place of a reference in the acquirer's sets.
#[must_use]
pub fn reference(question: u8, reference: u8) -> u8 {
    question.saturating_mul(2).saturating_add(reference)
}

fn bits(reply: Reply) -> u64 {
    match reply {
        Reply::Done => 1,
        Reply::Refused => 2,
        Reply::Unknown => 3,
    }
}

fn reply(bits: u64) -> Option<Reply> {
    match bits {
        1 => Some(Reply::Done),
        2 => Some(Reply::Refused),
        3 => Some(Reply::Unknown),
        _ => None,
    }
}
