//! The model as a space that the explorers visit.

use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};

use holdfast_model::testing::{PlantedFault, faulty_transition};
use holdfast_model::{Config, EnvironmentEvent, Input, IntentId, KeyId, Observation, State, Transition, transition};
use holdfast_properties::{AbstractTransition, Step, Verdicts, judge_observation, judge_step};

use crate::{Variant, When};
use holdfast_explorer::{Fingerprinter, Judgement, Portable, PropertyBits, Space, Successor};

/// The model under one variant of a scenario.
#[derive(Clone, Debug)]
pub struct ModelSpace<const PAYMENTS: usize, const KEYS: usize> {
    config: Config,
    /// Inputs about each payment, with the states in which they are tried.
    payment: [Vec<(HashedInput, When)>; PAYMENTS],
    /// Inputs about other objects.
    shared: Vec<HashedInput>,
    time: bool,
    refunds: u8,
    canonical: bool,
    /// The planted fault, if any.
    fault: Option<&'static PlantedFault>,
}

impl<const PAYMENTS: usize, const KEYS: usize> ModelSpace<PAYMENTS, KEYS> {
    /// Returns the space of `variant`.
    #[must_use]
    pub fn new(variant: &Variant) -> Self {
        let alphabet = &variant.alphabet;
        let keyed = (0..KEYS).filter_map(|key| u8::try_from(key).ok()).flat_map(|key| alphabet.under(KeyId(key)));
        Self {
            config: variant.config,
            payment: std::array::from_fn(|index| {
                alphabet.about(intent(index)).map(|(input, when)| (HashedInput::of(input), when)).collect()
            }),
            shared: alphabet.shared.iter().copied().chain(keyed).map(HashedInput::of).collect(),
            time: alphabet.time,
            refunds: alphabet.refunds,
            canonical: variant.symmetry && PAYMENTS > 1,
            fault: None,
        }
    }

    /// Returns the space of the model with a planted fault.
    #[must_use]
    pub fn with_fault(mut self, fault: &'static PlantedFault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Returns the transition of `input`, by the specification or by a planted fault.
    #[inline]
    pub fn transition(&self, state: &State<PAYMENTS, KEYS>, input: Input) -> Transition<PAYMENTS, KEYS> {
        match self.fault {
            None => transition(&self.config, state, input),
            Some(fault) => faulty_transition(fault, &self.config, state, input),
        }
    }

    /// Returns the state that stands for `state`: the same one, or the one with interchangeable payments in a fixed
    /// order.
    #[inline]
    pub fn representative(&self, state: &State<PAYMENTS, KEYS>) -> State<PAYMENTS, KEYS> {
        if self.canonical { state.canonical() } else { *state }
    }

    /// Visits each transition from the first `limit` states, breadth first: the state before, the input and the result.
    pub fn walk(
        &self,
        limit: usize,
        mut visit: impl FnMut(&State<PAYMENTS, KEYS>, Input, &Transition<PAYMENTS, KEYS>),
    ) {
        let mut seen: HashSet<State<PAYMENTS, KEYS>> = self.roots().into_iter().collect();
        let mut waiting: VecDeque<_> = self.roots().into();
        let mut inputs = Vec::new();
        while let Some(state) = waiting.pop_front() {
            inputs.clear();
            self.inputs(&state, &mut inputs);
            for input in &inputs {
                let made = self.transition(&state, *input);
                visit(&state, *input, &made);
                if seen.len() < limit && seen.insert(made.after) {
                    waiting.push_back(made.after);
                }
            }
        }
    }

    /// Returns the configuration of the model.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }
}

/// An input with the number that represents it in the transition-relation hash.
#[derive(Clone, Copy, Debug)]
struct HashedInput {
    input: Input,
    print: u64,
}

impl HashedInput {
    fn of(input: Input) -> Self {
        let mut hasher = Fingerprinter::default();
        input.hash(&mut hasher);
        Self { input, print: hasher.finish() }
    }
}

fn intent(index: usize) -> IntentId {
    IntentId(u8::try_from(index).unwrap_or(u8::MAX))
}

impl<const PAYMENTS: usize, const KEYS: usize> Space for ModelSpace<PAYMENTS, KEYS> {
    type State = State<PAYMENTS, KEYS>;
    type Input = Input;

    fn roots(&self) -> Vec<Self::State> {
        vec![State::default()]
    }

    fn inputs(&self, state: &Self::State, inputs: &mut Vec<Input>) {
        let sight = state.observe(&self.config);
        self.each_input(state, &sight.observation(&self.config), &mut |hashed| inputs.push(hashed.input));
    }

    fn step(&self, state: &Self::State, input: Input) -> Successor<Self> {
        let sight = state.observe(&self.config);
        self.judged_step(state, &sight.observation(&self.config), HashedInput::of(input))
    }

    fn follow(&self, state: &Self::State, input: Input) -> (Self::State, PropertyBits) {
        let sight = state.observe(&self.config);
        let mut broken = PropertyBits::ZERO;
        let after =
            self.take(state, &sight.observation(&self.config), input, &mut |step| broken = judge_step(step).broken);
        (after.unwrap_or(*state), broken)
    }

    fn judge(&self, state: &Self::State) -> Judgement {
        let sight = state.observe(&self.config);
        judge(&sight.observation(&self.config))
    }

    fn words(&self, input: &Input) -> String {
        input.to_string()
    }

    fn expand(&self, state: &Self::State, emit: &mut impl FnMut(Successor<Self>)) -> Judgement {
        let sight = state.observe(&self.config);
        let before = sight.observation(&self.config);
        self.each_input(state, &before, &mut |hashed| emit(self.judged_step(state, &before, hashed)));
        judge(&before)
    }
}

impl<const PAYMENTS: usize, const KEYS: usize> Portable for ModelSpace<PAYMENTS, KEYS> {
    fn pack(state: &Self::State, bytes: &mut Vec<u8>) {
        state.pack(bytes);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self::State> {
        State::unpack(bytes)
    }
}

impl<const PAYMENTS: usize, const KEYS: usize> ModelSpace<PAYMENTS, KEYS> {
    /// Passes every input that is tried in a state to `each`, in a fixed order.
    #[inline]
    fn each_input(&self, state: &State<PAYMENTS, KEYS>, before: &Observation<'_>, each: &mut impl FnMut(HashedInput)) {
        for (index, inputs) in self.payment.iter().enumerate() {
            // Of several equal interchangeable payments, one is enough. Payments that only look equal are all tried.
            if self.canonical && index.checked_sub(1).is_some_and(|left| state.are_alike(intent(left), intent(index))) {
                continue;
            }
            let payment = before.payments.get(index).and_then(Option::as_ref);
            let refunds = payment.map_or(0, |payment| payment.refunds.iter().flatten().count());
            let room = refunds < usize::from(self.refunds);
            for (input, when) in inputs {
                if when.holds(payment) && (room || !is_refund(&input.input)) {
                    each(*input);
                }
            }
        }
        for input in &self.shared {
            each(*input);
        }
        if self.time {
            for seconds in jumps(before) {
                each(HashedInput::of(EnvironmentEvent::Advance { seconds }.into()));
            }
        }
    }

    #[inline]
    fn judged_step(
        &self,
        state: &State<PAYMENTS, KEYS>,
        before: &Observation<'_>,
        HashedInput { input, print }: HashedInput,
    ) -> Successor<Self> {
        let mut successor = Successor {
            input,
            after: None,
            broken: PropertyBits::ZERO,
            witnessed: PropertyBits::ZERO,
            class: 0,
            digest: 0,
        };
        successor.after = self.take(state, before, input, &mut |step| {
            let Verdicts { broken, witnessed } = judge_step(step);
            (successor.broken, successor.witnessed) = (broken, witnessed);
            successor.class = AbstractTransition::of(step).bits();
            successor.digest = digest(print, step);
        });
        successor
    }

    /// Takes a step, passes it to `look`, and returns the next state; `None` if the state did not change.
    #[inline]
    fn take(
        &self,
        state: &State<PAYMENTS, KEYS>,
        before: &Observation<'_>,
        input: Input,
        look: &mut impl FnMut(&Step<'_>),
    ) -> Option<State<PAYMENTS, KEYS>> {
        let Transition { after, outcome, notifications } = &self.transition(state, input);
        if after == state {
            // The state did not change, so it is not observed again; most steps are refused.
            look(&Step::new(*before, input, *outcome, notifications.as_slice(), *before));
            return None;
        }
        let sight = after.observe(&self.config);
        look(&Step::new(*before, input, *outcome, notifications.as_slice(), sight.observation(&self.config)));
        Some(self.representative(after))
    }
}

fn judge(moment: &Observation<'_>) -> Judgement {
    let Verdicts { broken, witnessed } = judge_observation(moment);
    Judgement { broken, witnessed }
}

fn is_refund(input: &Input) -> bool {
    use holdfast_model::{Call, Operation};
    matches!(input, Input::Call(Call { operation: Operation::CreateRefund { .. }, .. }))
}

/// Returns a hash of the rest of the step; `input` represents the input.
#[inline]
fn digest(input: u64, step: &Step<'_>) -> u64 {
    let mut hasher = Fingerprinter::default();
    hasher.write_u64(input);
    step.outcome.hash(&mut hasher);
    step.notifications.hash(&mut hasher);
    hasher.finish()
}

fn jumps(before: &Observation<'_>) -> Vec<u32> {
    let mut jumps = Vec::new();
    let delay = i64::from(before.config.dialect.expiry_job_delay);
    for charge in before.payments.iter().flatten().filter_map(|payment| payment.charge.as_ref()) {
        if let Some(left) = charge.hold_left {
            jumps.extend([-1, 0, delay].map(|past| left.saturating_add(past)));
        }
        if let Some(left) = charge.posting_left {
            jumps.extend([-1, 0].map(|past| i64::from(left).saturating_add(past)));
        }
    }
    if let Some(left) = before.session.and_then(|session| session.seconds_left) {
        jumps.extend([-1, 0].map(|past| i64::from(left).saturating_add(past)));
    }
    // One second before a key's day ends is tried only once all payments are final. While a hold runs, these extra
    // seconds would multiply the states.
    let ended = before.payments.iter().all(|payment| payment.is_some_and(|payment| payment.status.is_final()));
    for left in before.keys.iter().flatten().filter_map(|key| key.seconds_left) {
        jumps.push(i64::from(left));
        jumps.extend(ended.then_some(i64::from(left).saturating_sub(1)));
    }
    jumps.retain(|jump| *jump > 0);
    jumps.sort_unstable();
    jumps.dedup();
    jumps.into_iter().filter_map(|jump| u32::try_from(jump).ok()).collect()
}
