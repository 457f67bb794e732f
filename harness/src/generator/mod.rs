//! The generator of inputs for every driver: bytes of a fuzzer, a seed, a list of choices.
//!
//! An input is chosen by the present state, so that inputs of long sequences still have effects. Sequences have several
//! payments side by side, keys that are used again, amounts and times at their limits, lost responses and retries. They
//! also contain inputs that must be refused.
//!
//! [`encode`] returns the bytes from which the generator reads a sequence.

mod amounts;
mod builder;
mod codec;
mod config;
mod environment;
mod fit;
mod prefixes;
mod requests;
mod scale;
mod swarm_config;
#[cfg(test)]
mod tests;

use holdfast_model::trace::Verb;
use holdfast_model::{
    Call, DeliveryFault, EnvironmentEvent, Input, KeyId, Observation, OperationKind, Outcome, Rejection, Transition,
    transition,
};

pub use builder::{Sequence, SequenceBuilder, sequence, sequence_for};
pub use scale::in_units;
pub use swarm_config::{Bias, SwarmConfig};

use crate::bounds::ModelState;
use crate::choices::Choices;
use codec::{Codec, Reader, Writer};
use fit::FocusedView;
use swarm_config::VERBS;

/// The maximum number of inputs of a sequence.
pub const INPUTS_AT_MOST: usize = 400;

/// Returns the bytes from which the generator reads the sequence; `None` if it cannot make the sequence.
#[must_use]
pub fn encode(sequence: &Sequence) -> Option<Vec<u8>> {
    let Sequence { config, inputs } = sequence;
    let mut writer = Writer::default();
    let meant = config::config(&mut writer, *config);
    let mut generator = Generator::new(SwarmConfig::choose(&mut writer, Bias::Friendly));
    let mut bytes = writer.record().filter(|_| meant == *config)?.to_vec();
    let mut state = ModelState::default();
    for input in inputs {
        let snapshot = state.observe(config);
        let mut writer = Writer::default();
        let (made, _) = generator.input(&mut writer, *input, &snapshot.observation(config));
        bytes.extend(writer.record().filter(|_| made == *input)?);
        let Transition { after, outcome, .. } = transition(config, &state, *input);
        if is_meaningless(input, &outcome, &snapshot.observation(config)) {
            return None;
        }
        state = after;
    }
    Some(bytes)
}

/// Returns whether an engine supports all of these inputs: none exceeds the bounds, and none creates an object under a
/// name in use.
#[must_use]
pub fn can_be_asked(sequence: &Sequence) -> bool {
    let mut state = ModelState::default();
    sequence.inputs.iter().all(|input| {
        let Transition { after, outcome, .. } = transition(&sequence.config, &state, *input);
        let snapshot = state.observe(&sequence.config);
        state = after;
        !is_meaningless(input, &outcome, &snapshot.observation(&sequence.config))
    })
}

/// Returns whether the input exceeds the bounds or uses a name that no engine can give. The model's requests name the
/// objects they create, but an engine chooses the names itself. So no request may create an object under a name in use,
/// or name an object that a request held open has yet to create.
fn is_meaningless(input: &Input, outcome: &Outcome, now: &Observation<'_>) -> bool {
    let view = FocusedView { now, focus: 0 };
    match outcome {
        Err(Rejection::BeyondBounds) => return true,
        Err(Rejection::LockTimeout) if !view.has_subject(input) => return true,
        Ok(_) | Err(_) => {}
    }
    match input {
        Input::Call(call) => view.creates_twice(&call.operation, call.key),
        Input::Begin { key, operation } => view.creates_twice(operation, Some(*key)),
        Input::Finish { key } => {
            let open = now.keys.get(usize::from(key.0)).and_then(Option::as_ref).filter(|key| key.answer.is_none());
            open.is_some_and(|open| view.is_there(&open.operation))
        }
        Input::Event(_) => false,
    }
}

/// Makes inputs, one after another.
#[derive(Clone, Debug)]
pub struct Generator {
    swarm: SwarmConfig,
    /// The last request, which may be repeated.
    last: Option<Call>,
    /// The input that is being repeated, and the number of repetitions left.
    again: Option<(Input, u8)>,
    /// The number of inputs for which no verb fitted.
    idle: u8,
}

/// The number of inputs without a fitting verb after which a sequence ends.
const IDLE_AT_MOST: u8 = 6;

/// The number of choices for a repetition. Most mean no repetition, few repeat often enough to reach every limit, and
/// some repeat the last request.
const REPEAT_POLICIES: usize = 128;

/// The way in which an input is repeated.
#[derive(Clone, Copy)]
enum RepeatPolicy {
    /// This number of times in a row.
    Times(u8),
    /// The last request again, under the key it had, or under the first key if it had none.
    SameKey,
    /// The last request again, under another key.
    FreshKey,
    /// The last request again, without a key.
    NoKey,
    /// A request whose key the engine knows, under that key.
    KnownKey,
}

impl RepeatPolicy {
    const fn of(index: usize) -> Self {
        match index {
            112..=115 => Self::Times(2),
            116 => Self::Times(3),
            117 => Self::Times(11),
            118 => Self::Times(50),
            119 => Self::Times(52),
            120..=121 => Self::SameKey,
            122..=123 => Self::FreshKey,
            124..=125 => Self::NoKey,
            126.. => Self::KnownKey,
            _ => Self::Times(1),
        }
    }
}

/// The combinations of key and delivery fault of a request; most have neither.
const TRAVELS: [(Option<KeyId>, DeliveryFault); 12] = {
    const FIRST: Option<KeyId> = Some(KeyId(0));
    const SECOND: Option<KeyId> = Some(KeyId(1));
    [
        (None, DeliveryFault::None),
        (FIRST, DeliveryFault::None),
        (SECOND, DeliveryFault::None),
        (FIRST, DeliveryFault::AnswerLost),
        (SECOND, DeliveryFault::AnswerLost),
        (None, DeliveryFault::AnswerLost),
        (FIRST, DeliveryFault::ErrorAfter),
        (SECOND, DeliveryFault::ErrorAfter),
        (None, DeliveryFault::ErrorAfter),
        (FIRST, DeliveryFault::ErrorBefore),
        (SECOND, DeliveryFault::ErrorBefore),
        (None, DeliveryFault::ErrorBefore),
    ]
};

impl Generator {
    /// Returns a generator with this configuration.
    #[must_use]
    pub const fn new(swarm: SwarmConfig) -> Self {
        Self { swarm, last: None, again: None, idle: 0 }
    }

    /// Returns the next input, chosen by the observation `now`.
    pub fn next_input(&mut self, choices: &mut impl Choices, now: &Observation<'_>) -> Input {
        if let Some((input, left)) = self.again {
            self.again = left.checked_sub(1).filter(|left| *left > 0).map(|left| (input, left));
            return input;
        }
        choices.next_record();
        let (input, times) = self.input(&mut Reader(choices), Verb::Advance.blank(), now);
        if let Input::Call(call) = input {
            self.last = Some(call);
        }
        self.again = (times > 1).then(|| (input, times.saturating_sub(1)));
        input
    }

    /// Returns whether an input is being repeated.
    #[must_use]
    pub const fn is_repeating(&self) -> bool {
        self.again.is_some()
    }

    /// Ends the repetition of the last input.
    pub const fn forget(&mut self) {
        self.again = None;
    }

    /// Returns an input and the number of times it is made.
    fn input(&mut self, codec: &mut impl Codec, wanted: Input, now: &Observation<'_>) -> (Input, u8) {
        let policy = RepeatPolicy::of(codec.index(REPEAT_POLICIES, || Some(0)));
        if let Some(call) = self.retry(codec, policy, now) {
            return (Input::Call(call), 1);
        }
        let (focus, is_free) = self.focus(codec, place_of(&wanted), now);
        let view = FocusedView { now, focus };
        let verb = self.verb(codec, Verb::of(&wanted), view, is_free, |_| true);
        let like = if Verb::of(&wanted) == verb { wanted } else { verb.blank() };
        let input = match like {
            Input::Call(call) => {
                let travel = if self.swarm.keys { codec.index(40, || travel(&call)) } else { 0 };
                let (key, fault) = TRAVELS.get(travel).copied().unwrap_or_default();
                Input::Call(Call { operation: requests::operation(codec, call.operation, view, is_free), key, fault })
            }
            Input::Begin { key, operation } => {
                let key = environment::some_key(codec, key, now);
                let wanted = operation.kind().verb();
                let verb = self.verb(codec, wanted, view, is_free, |verb| verb.operation().is_some());
                let like = verb.operation().filter(|_| verb != wanted).map_or(operation, OperationKind::blank);
                Input::Begin { key, operation: requests::operation(codec, like, view, is_free) }
            }
            Input::Finish { key } => Input::Finish { key: environment::some_key(codec, key, now) },
            Input::Event(event) => Input::Event(environment::event(codec, event, view, self.swarm.payments, is_free)),
        };
        // Repeating time only makes the time longer.
        let times = if let RepeatPolicy::Times(times) = policy { times } else { 1 };
        let waits = matches!(input, Input::Event(EnvironmentEvent::Advance { .. }));
        (input, if waits { 1 } else { times })
    }

    /// Returns a repetition of the last request, or of one with a known key.
    fn retry(&self, codec: &mut impl Codec, policy: RepeatPolicy, now: &Observation<'_>) -> Option<Call> {
        let last = self.last.filter(|_| self.swarm.keys)?;
        let again = |key| Some(Call { operation: last.operation, key, fault: DeliveryFault::None });
        match policy {
            RepeatPolicy::Times(_) => None,
            RepeatPolicy::SameKey => again(last.key.or(Some(KeyId(0)))),
            RepeatPolicy::FreshKey => again(Some(KeyId(u8::from(last.key != Some(KeyId(1)))))),
            RepeatPolicy::NoKey => again(None),
            RepeatPolicy::KnownKey => {
                let key = environment::some_key(codec, KeyId(0), now);
                let known = now.keys.get(usize::from(key.0)).and_then(Option::as_ref)?;
                Some(Call { operation: known.operation, key: Some(key), fault: DeliveryFault::None })
            }
        }
    }

    /// Returns the place of the payment in focus, and whether the input is free. A free input may be refused, and its
    /// parameters may be wrong.
    fn focus(&self, codec: &mut impl Codec, wanted: Option<u8>, now: &Observation<'_>) -> (u8, bool) {
        let places = self.swarm.payments.max(1);
        let freely = places.saturating_mul(7).saturating_add(wanted.unwrap_or(0));
        let index = codec.index(usize::from(places.saturating_mul(8)), || Some(usize::from(freely)));
        let index = u8::try_from(index).unwrap_or(0);
        let is_free = index >= places.saturating_mul(8_u8.saturating_sub(self.swarm.insistence()));
        let view = FocusedView { now, focus: index.checked_rem(places).unwrap_or(0) };
        match view.free_place(self.swarm.payments) {
            // Payments are created in order. A request that should succeed is about an existing payment.
            Some(free) if !is_free && view.payment().is_none() => (free, false),
            Some(_) | None => (view.focus, is_free),
        }
    }

    /// Returns a verb that fits, or with `is_free` any verb, within the capacity of the model.
    fn verb(
        &mut self,
        codec: &mut impl Codec,
        wanted: Verb,
        view: FocusedView<'_>,
        is_free: bool,
        may_be: impl Fn(Verb) -> bool,
    ) -> Verb {
        let place = codec.index(VERBS.len(), || VERBS.iter().position(|verb| *verb == wanted));
        let has_capacity = |verb: Verb| {
            may_be(verb) && self.swarm.verbs.has(verb) && view.has_capacity(verb, self.swarm.payments, is_free)
        };
        let does_fit = |verb: Verb| has_capacity(verb) && (is_free || (self.swarm.has(verb) && view.fits(verb)));
        // The list is searched from the chosen place, so that a fitting choice does not depend on the state. Time
        // always fits, so it passes only if it is chosen itself.
        let pick = |list: &[Verb], place: usize| {
            let from = place.checked_rem(list.len()).unwrap_or(0);
            let mut round = list.iter().skip(from).chain(list).copied();
            let chosen = list.get(from).copied().filter(|verb| does_fit(*verb));
            chosen.or_else(|| round.find(|verb| *verb != Verb::Advance && does_fit(*verb)))
        };
        let topic = self.swarm.topic().filter(|_| place & 1 == 1);
        let fitting = topic.and_then(|topic| pick(topic, place >> 1)).or_else(|| pick(&VERBS, place));
        // Where no verb fits, any verb within the capacity is taken.
        let any = VERBS.iter().skip(place).chain(&VERBS).copied().find(|verb| has_capacity(*verb));
        self.idle = self.idle.saturating_add(u8::from(fitting.is_none()));
        fitting.or(any).unwrap_or(Verb::Advance)
    }
}

/// Returns the choice for the key and the delivery fault of a request.
fn travel(call: &Call) -> Option<usize> {
    TRAVELS.iter().position(|travel| *travel == (call.key, call.fault))
}

/// Returns the place of the payment that an input is about.
fn place_of(input: &Input) -> Option<u8> {
    use holdfast_model::trace::ObjectName;
    let subject = match input {
        Input::Begin { operation, .. } => holdfast_model::trace::object_of(&(*operation).into()),
        Input::Call(_) | Input::Finish { .. } | Input::Event(_) => holdfast_model::trace::object_of(input),
    };
    match subject? {
        ObjectName::Payment(intent) | ObjectName::Refund(intent, _) => Some(intent.0),
        ObjectName::Setup | ObjectName::Session | ObjectName::Key(_) => None,
    }
}
