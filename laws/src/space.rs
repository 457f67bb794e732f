//! A scenario as a space that records how each step changes the quantities of each payment.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::{PoisonError, RwLock};

use holdfast_explorer::{Fingerprinter, Judgement, PropertyBits, Space, Successor};
use holdfast_model::{Input, IntentId, Notification, PaymentView, State, Target};
use holdfast_scenarios::space::ModelSpace;

use crate::linear::{Overflow, Span, Vector};
use crate::quantity::{FIELDS, KINDS, PaymentField, WIDTH};

/// The change of every quantity of one payment in one step, in the order of [`crate::Quantity::all`].
pub type QuantityChange = [i64; WIDTH];

/// The different changes of the steps of a space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepChanges {
    /// The changes of a payment, other than none, beside a payment that the step does not change.
    pub alone: HashSet<QuantityChange, BuildHasherDefault<Fingerprinter>>,
    /// The changes of two payments by steps that change both, in the order of the payments.
    pub joint: HashSet<(QuantityChange, QuantityChange), BuildHasherDefault<Fingerprinter>>,
}

/// A space of the model whose steps are recorded instead of judged.
pub(crate) struct RecordingSpace<const PAYMENTS: usize, const KEYS: usize> {
    model: ModelSpace<PAYMENTS, KEYS>,
    changes: RwLock<StepChanges>,
}

impl<const PAYMENTS: usize, const KEYS: usize> RecordingSpace<PAYMENTS, KEYS> {
    pub(crate) fn new(model: ModelSpace<PAYMENTS, KEYS>) -> Self {
        Self { model, changes: RwLock::default() }
    }

    /// Returns the changes of the steps that were taken.
    pub(crate) fn into_changes(self) -> StepChanges {
        self.changes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one step from `state`, which shows `from`.
    fn take(&self, state: &State<PAYMENTS, KEYS>, from: &[Option<PaymentView>], input: Input) -> Taken<PAYMENTS, KEYS> {
        let transition = self.model.transition(state, input);
        let notifications = transition.notifications.as_slice();
        let is_same = transition.after == *state;
        let mut changes = [NONE; PAYMENTS];
        if !is_same || !notifications.is_empty() {
            let to = transition.after.observe(self.model.config());
            let to = to.observation(self.model.config()).payments;
            for ((place, change), (from, to)) in (0..).map(IntentId).zip(&mut changes).zip(from.iter().zip(to)) {
                *change = difference(from.as_ref(), to.as_ref(), notifications, place);
            }
        }
        let after = (!is_same).then(|| self.model.representative(&transition.after));
        Taken { after, changes }
    }

    fn record(&self, found: &[[QuantityChange; PAYMENTS]]) {
        let is_new = {
            let known = self.changes.read().unwrap_or_else(PoisonError::into_inner);
            found.iter().any(|changes| !known.has(changes))
        };
        if is_new {
            let mut known = self.changes.write().unwrap_or_else(PoisonError::into_inner);
            found.iter().for_each(|changes| known.add(changes));
        }
    }
}

impl StepChanges {
    /// Adds the changes of another space.
    pub fn merge(&mut self, other: Self) {
        self.alone.extend(other.alone);
        self.joint.extend(other.joint);
    }

    /// Returns every change of one payment, in a step of its own or together with another payment's.
    pub fn single(&self) -> impl Iterator<Item = &QuantityChange> {
        self.alone.iter().chain(self.joint.iter().flat_map(|(first, second)| [first, second]))
    }

    /// Returns whether nothing ever changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alone.is_empty() && self.joint.is_empty()
    }

    /// Returns the span of the changes of one payment.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn span(&self) -> Result<Span, Overflow> {
        let mut span = Span::new(WIDTH);
        for change in self.single() {
            span.insert(&exact(change))?;
        }
        Ok(span)
    }

    /// Returns the span of the changes of two payments side by side, which has twice the quantities. The payments are
    /// interchangeable, so each change occurs with the payments exchanged as well, and for each pair of three payments.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn span_of_two(&self) -> Result<Span, Overflow> {
        let mut span = Span::new(WIDTH.saturating_mul(2));
        let alone = self.alone.iter().map(|change| (change, &NONE));
        for (one, other) in alone.chain(self.joint.iter().map(|(one, other)| (one, other))) {
            for (one, other) in [(one, other), (other, one)] {
                let both: Vector = one.iter().chain(other).map(|number| i128::from(*number)).collect();
                span.insert(&both)?;
            }
        }
        Ok(span)
    }

    /// Returns whether a step with these changes, one for each payment, adds nothing.
    fn has(&self, changes: &[QuantityChange]) -> bool {
        parts(changes).all(|part| match part {
            PairChange::Alone(change) => self.alone.contains(change),
            PairChange::Joint(first, second) => self.joint.contains(&(*first, *second)),
        })
    }

    /// Adds the changes of a step, one for each payment.
    fn add(&mut self, changes: &[QuantityChange]) {
        parts(changes).for_each(|part| {
            match part {
                PairChange::Alone(change) => self.alone.insert(*change),
                PairChange::Joint(first, second) => self.joint.insert((*first, *second)),
            };
        });
    }
}

/// Returns a change as a vector.
pub(crate) fn exact(change: &QuantityChange) -> Vector {
    change.iter().copied().map(i128::from).collect()
}

/// The change of one payment or of a pair of payments in a step.
enum PairChange<'a> {
    Alone(&'a QuantityChange),
    Joint(&'a QuantityChange, &'a QuantityChange),
}

/// Returns the changes of the payment, or of each pair of the payments, in a step.
fn parts(changes: &[QuantityChange]) -> impl Iterator<Item = PairChange<'_>> {
    let single = if let [change] = changes { of_pair(change, &NONE) } else { None };
    let firsts = changes.iter().zip(1_usize..);
    let pairs = firsts.flat_map(|(first, next)| changes.iter().skip(next).map(move |second| (first, second)));
    single.into_iter().chain(pairs.filter_map(|(first, second)| of_pair(first, second)))
}

/// Returns the changes of a pair of payments in a step; `None` if neither changes.
fn of_pair<'a>(first: &'a QuantityChange, second: &'a QuantityChange) -> Option<PairChange<'a>> {
    match (*first == NONE, *second == NONE) {
        (true, true) => None,
        (false, true) => Some(PairChange::Alone(first)),
        (true, false) => Some(PairChange::Alone(second)),
        (false, false) => Some(PairChange::Joint(first, second)),
    }
}

struct Taken<const PAYMENTS: usize, const KEYS: usize> {
    after: Option<State<PAYMENTS, KEYS>>,
    changes: [QuantityChange; PAYMENTS],
}

const NONE: QuantityChange = [0; WIDTH];

/// Returns the change of the payment called `intent`. A field and a number of notifications have 32 bits at most, so
/// nothing saturates.
fn difference(
    from: Option<&PaymentView>,
    to: Option<&PaymentView>,
    notifications: &[Notification],
    intent: IntentId,
) -> QuantityChange {
    let mut change = NONE;
    if from != to {
        for (number, field) in change.iter_mut().zip(PaymentField::ALL) {
            let value = |payment: Option<&PaymentView>| payment.map_or(0, |payment| field.of(payment));
            *number = value(to).saturating_sub(value(from));
        }
    }
    for notification in notifications {
        let is_about = match notification.about {
            Target::Payment(named) | Target::Refund(named, _) => named == intent,
            Target::Setup | Target::Session => false,
        };
        let kind = KINDS.iter().position(|kind| is_about && *kind == notification.kind);
        if let Some(number) = kind.and_then(|kind| change.get_mut(FIELDS.saturating_add(kind))) {
            *number = number.saturating_add(1);
        }
    }
    change
}

impl<const PAYMENTS: usize, const KEYS: usize> Space for RecordingSpace<PAYMENTS, KEYS> {
    type State = State<PAYMENTS, KEYS>;
    type Input = Input;

    fn roots(&self) -> Vec<Self::State> {
        self.model.roots()
    }

    fn inputs(&self, state: &Self::State, inputs: &mut Vec<Input>) {
        self.model.inputs(state, inputs);
    }

    fn step(&self, state: &Self::State, input: Input) -> Successor<Self> {
        let view = state.observe(self.model.config());
        successor(input, self.take(state, view.observation(self.model.config()).payments, input).after)
    }

    fn judge(&self, _state: &Self::State) -> Judgement {
        Judgement::default()
    }

    fn expand(&self, state: &Self::State, emit: &mut impl FnMut(Successor<Self>)) -> Judgement {
        let view = state.observe(self.model.config());
        let from = view.observation(self.model.config()).payments;
        let (mut inputs, mut found) = (Vec::new(), Vec::new());
        self.model.inputs(state, &mut inputs);
        for input in inputs {
            let taken = self.take(state, from, input);
            if taken.changes != [NONE; PAYMENTS] && !found.contains(&taken.changes) {
                found.push(taken.changes);
            }
            emit(successor(input, taken.after));
        }
        self.record(&found);
        Judgement::default()
    }
}

fn successor<const PAYMENTS: usize, const KEYS: usize>(
    input: Input,
    after: Option<State<PAYMENTS, KEYS>>,
) -> Successor<RecordingSpace<PAYMENTS, KEYS>> {
    let none = PropertyBits::ZERO;
    Successor { input, after, broken: none, witnessed: none, class: 0, digest: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subset of three payments that a step can change.
    #[test]
    fn the_change_of_each_payment_and_of_each_pair_is_recorded() {
        let change = |number: i64| {
            let mut change = NONE;
            if let Some(first) = change.first_mut() {
                *first = number;
            }
            change
        };
        for subset in 0..8_i64 {
            let step = [1, 2, 4].map(|payment| change(subset & payment));
            let mut found = StepChanges::default();
            assert_eq!(found.has(&step), subset == 0, "{subset}");
            found.add(&step);
            assert!(found.has(&step), "{subset}");
            let single: HashSet<QuantityChange> = found.single().copied().collect();
            let wanted: HashSet<QuantityChange> = step.into_iter().filter(|change| *change != NONE).collect();
            assert_eq!(single, wanted, "{subset}");
            for (first, second) in [(0, 1), (0, 2), (1, 2)] {
                let pair = (step.get(first).copied().unwrap_or(NONE), step.get(second).copied().unwrap_or(NONE));
                let is_joint = pair.0 != NONE && pair.1 != NONE;
                assert_eq!(found.joint.contains(&pair), is_joint, "{subset}: {first} and {second}");
                // The third payment stands beside a payment that does not change.
                if (pair.0 == NONE) != (pair.1 == NONE) {
                    let alone = if pair.0 == NONE { pair.1 } else { pair.0 };
                    assert!(found.alone.contains(&alone), "{subset}: {first} and {second}");
                }
            }
        }
    }
}
