//! The properties of the protocol in one table, and the judgment of each state and step.

use holdfast_explorer::{Judgement, PropertyBits};

use crate::books::Standing;
use crate::instance::{AUTHORIZED, KEYS, QUESTIONS};
use crate::state::{KeyState, OutboxEntry, ProtocolState, QuestionStage, reference};

/// A property of the protocol. Its position in [`PROTOCOL_PROPERTIES`] is its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolProperty {
    /// The name.
    pub id: &'static str,
    /// The sentence.
    pub sentence: &'static str,
    /// The requirements that it states.
    pub requirements: &'static str,
    /// The participant whose mistake breaks it.
    pub duty: Duty,
}

/// The participant whose mistake breaks a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// A mistake of the engine.
    Engine,
    /// A mistake of a client, which the engine cannot prevent.
    Client,
    /// A mistake of the merchant, which the engine cannot prevent.
    Merchant,
}

const fn property(
    id: &'static str,
    duty: Duty,
    requirements: &'static str,
    sentence: &'static str,
) -> ProtocolProperty {
    ProtocolProperty { id, sentence, requirements, duty }
}

/// Every property, by bit.
pub const PROTOCOL_PROPERTIES: [ProtocolProperty; 14] = [
    property("one-effect-per-key", Duty::Engine, "I13, IDEM-3", "A key has at most one effect at the acquirer."),
    property(
        "one-effect-per-operation",
        Duty::Client,
        "R1, R22, IDEM-11",
        "An operation has at most one effect at the acquirer.",
    ),
    property("recorded-before-asked", Duty::Engine, "IDEM-14", "Each effect at the acquirer has a recorded question."),
    property(
        "no-effect-is-lost",
        Duty::Engine,
        "I17, IDEM-14",
        "Each effect at the acquirer is booked, or its question is open.",
    ),
    property(
        "no-effect-is-booked-twice",
        Duty::Engine,
        "I13, I17",
        "The books show each effect at the acquirer at most once.",
    ),
    property(
        "acknowledged-survives",
        Duty::Engine,
        "I13, IDEM-3",
        "Every operation that a client saw acknowledged is in the books.",
    ),
    property(
        "books-agree-when-quiet",
        Duty::Engine,
        "I17",
        "With no work left, the engine's books show what the acquirer holds, captured and returned.",
    ),
    property("event-with-effect", Duty::Engine, "HOOK-1, I10", "Each closed question has its event in the outbox."),
    property(
        "delivered-at-least-once",
        Duty::Merchant,
        "HOOK-1, HOOK-6",
        "The merchant has stored each event that it acknowledged.",
    ),
    property(
        "merchant-agrees-when-quiet",
        Duty::Merchant,
        "I14, R8",
        "With no work left, the merchant's books show what the engine's books show.",
    ),
    property("fulfilled-once", Duty::Merchant, "R10", "The order is fulfilled at most once."),
    property(
        "fulfilled-after-payment",
        Duty::Merchant,
        "C7, I4",
        "A fulfilled order has captured money at the acquirer.",
    ),
    property(
        "released-means-nothing-captured",
        Duty::Engine,
        "I4, R11, R14",
        "A payment whose hold was released without a capture has nothing captured at the acquirer.",
    ),
    property("first-answer-stays", Duty::Engine, "I13, IDEM-3", "The stored answer of a key never changes."),
];

const FIRST_ANSWER: PropertyBits = PropertyBits::new(1 << 13);

/// Judges one state.
#[must_use]
pub fn judge(state: &ProtocolState) -> Judgement {
    let mut judgement = Judgement::default();
    let mut check = |place: u32, premise: bool, holds: bool| {
        let bit = PropertyBits::ONE.wrapping_shl(place);
        if premise {
            judgement.witnessed |= bit;
            if !holds {
                judgement.broken |= bit;
            }
        }
    };
    let effects = Effects::of(state);
    check(0, effects.any, !effects.twice_for_a_key);
    check(1, effects.any, !effects.twice_for_an_operation);
    check(2, effects.any, !effects.without_question);
    check(3, effects.any, !effects.lost);
    check(4, effects.any, !effects.booked_twice);
    check(5, !state.acknowledged.is_empty(), acknowledged_survives(state));
    let quiet = is_quiet(state);
    let (books, account) = (state.books, state.account);
    let agrees = (books.held, books.captured, books.refunded) == (account.held, account.captured, account.refunded);
    check(6, quiet && effects.any, agrees);
    let mut closed = state.questions_in(QuestionStage::Closed).peekable();
    check(7, closed.peek().is_some(), closed.all(|question| state.mail(question) != OutboxEntry::Absent));
    let acknowledged = |event: &u8| state.mail(*event) == OutboxEntry::Acknowledged;
    let mut delivered = (0..QUESTIONS).filter(acknowledged).peekable();
    check(8, delivered.peek().is_some(), delivered.all(|event| state.merchant.stored.has(event)));
    let seen = (books.captured, books.refunded, books.standing == Standing::Released);
    check(9, quiet && effects.any, state.merchant.books == seen);
    check(10, state.merchant.fulfilled > 0, state.merchant.fulfilled < 2);
    check(11, state.merchant.fulfilled > 0, account.captured > 0);
    check(12, books.standing == Standing::Released, account.captured == 0);
    debug_assert!(account.captured <= AUTHORIZED.saturating_mul(2), "the acquirer captures what it holds");
    judgement
}

/// Judges one step: returns the broken and the witnessed properties about steps.
#[must_use]
pub fn judge_step(before: &ProtocolState, after: &ProtocolState) -> Judgement {
    let stored = |state: &ProtocolState, key| match state.key(key) {
        KeyState::Stored(reply) => Some(reply),
        KeyState::Absent | KeyState::Begun => None,
    };
    let mut judgement = Judgement::default();
    for key in 0..KEYS {
        if let (Some(first), Some(second)) = (stored(before, key), stored(after, key)) {
            judgement.witnessed |= FIRST_ANSWER;
            if first != second {
                judgement.broken |= FIRST_ANSWER;
            }
        }
    }
    judgement
}

/// Returns whether no process has work and no event is outstanding.
#[must_use]
pub fn is_quiet(state: &ProtocolState) -> bool {
    let is_idle = state.handler.is_none() && state.worker.is_none() && state.merchant.working.is_none();
    is_idle && !state.has_open_question() && (0..QUESTIONS).all(|event| state.mail(event) != OutboxEntry::Pending)
}

fn acknowledged_survives(state: &ProtocolState) -> bool {
    (0..KEYS).all(|key| !state.acknowledged.has(key) || state.question(key).applied > 0)
}

/// The effects at the acquirer together with the engine's records.
#[derive(Default)]
struct Effects {
    any: bool,
    twice_for_a_key: bool,
    twice_for_an_operation: bool,
    without_question: bool,
    lost: bool,
    booked_twice: bool,
}

impl Effects {
    fn of(state: &ProtocolState) -> Self {
        let approvals = |question| [0, 1].map(|which| u8::from(state.approved.has(reference(question, which))));
        let count = |question| approvals(question).into_iter().fold(0_u8, u8::saturating_add);
        let mut effects = Self::default();
        for question in 0..QUESTIONS {
            let executed = count(question);
            let record = state.question(question);
            effects.any |= executed > 0;
            effects.twice_for_a_key |= executed > 1;
            effects.without_question |= executed > 0 && record.stage == QuestionStage::Absent;
            effects.lost |= record.stage == QuestionStage::Closed && record.applied < executed;
            effects.booked_twice |= record.applied > executed;
        }
        for operation in (0..KEYS).step_by(2) {
            let both = count(operation).saturating_add(count(operation.saturating_add(1)));
            effects.twice_for_an_operation |= both > 1;
        }
        effects
    }
}
