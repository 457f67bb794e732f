//! The search for properties that hold for histories of any length, not only within the bounds.
//!
//! A property is *inductive* if one step from any state in which it holds leads to a state in which it holds, whether
//! or not the first state is reachable. The induction may assume the property itself in the first state, and perhaps
//! other properties that are inductive together with it: its auxiliary invariants.
//!
//! "Any state" is every state of [`holdfast_model::testing::DOMAIN`], and "one step" is each input of [`inputs`]: about
//! one payment, without idempotency keys, SetupIntents or Checkout Sessions. The search is Houdini's algorithm. It
//! starts with all properties and drops each one that a step breaks although the others held, until none is dropped.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::thread;

use holdfast_model::testing::type_correct_states;
use holdfast_model::{
    CancellationReason, Capture, CaptureMethod, Confirm, Create, CreateRefund, EnvironmentEvent, Flow, Input, IntentId,
    Operation, PaymentMethod, State, Update,
};

use crate::space::ModelSpace;
use crate::{Alphabet, Variant, When};
use holdfast_explorer::{PropertyBits, Space};

/// The proof strength of a property about states or steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Induction {
    /// A state property holds after one step from every state in which it holds; a step property holds of every step.
    Alone,
    /// The same, if these properties (by bit) are assumed too; all of them are inductive together.
    WithHelpers(Vec<u8>),
    /// It holds in every reachable state within the bounds; this step shows why it is not inductive.
    ReachableOnly(Box<Escape>),
    /// No state or step of the domain meets its premise.
    NotInDomain,
}

/// A step that breaks a property that held before it. No history needs to lead to its first state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escape {
    /// The state before.
    pub state: State<1, 0>,
    /// The input of the step.
    pub input: Input,
}

/// Steps that every property judges alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct StepKind {
    /// State properties that are false before the step.
    before: PropertyBits,
    /// State properties that are false after the step.
    after: PropertyBits,
    /// Step properties that the step breaks.
    step: PropertyBits,
}

/// Every kind of step from every state of the domain.
pub struct Steps {
    kinds: Vec<(StepKind, Escape)>,
    /// Properties whose premise occurs in the domain.
    witnessed: PropertyBits,
    /// The number of states of the domain.
    pub states: u64,
    /// The number of steps taken.
    pub steps: u64,
}

/// The part of the domain that one thread visited: each kind with its earliest step.
#[derive(Default)]
struct DomainPart {
    kinds: HashMap<StepKind, (u64, Escape)>,
    witnessed: PropertyBits,
    states: u64,
    steps: u64,
}

impl Steps {
    /// Takes every step of the domain on this number of threads. The result does not depend on the number.
    #[must_use]
    pub fn take(threads: NonZeroUsize) -> Self {
        let parts: Vec<DomainPart> = thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads.get()).map(|index| scope.spawn(move || DomainPart::take(index, threads.get()))).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
        });
        assert_eq!(parts.len(), threads.get(), "a worker of the induction search has failed");
        let mut all = DomainPart::default();
        for part in parts {
            all.witnessed |= part.witnessed;
            all.states = all.states.saturating_add(part.states);
            all.steps = all.steps.saturating_add(part.steps);
            for (kind, (order, escape)) in part.kinds {
                let earliest = all.kinds.entry(kind).or_insert((order, escape));
                if order < earliest.0 {
                    *earliest = (order, escape);
                }
            }
        }
        let mut kinds: Vec<_> = all.kinds.into_iter().map(|(kind, (order, escape))| (order, kind, escape)).collect();
        kinds.sort_by_key(|(order, kind, _)| (*order, *kind));
        Self {
            kinds: kinds.into_iter().map(|(_, kind, escape)| (kind, escape)).collect(),
            witnessed: all.witnessed,
            states: all.states,
            steps: all.steps,
        }
    }

    /// Returns the proof strength of each property. `states` are the properties about states, `steps` those about
    /// steps.
    #[must_use]
    pub fn induct(&self, states: PropertyBits, steps: PropertyBits) -> Vec<(u8, Induction)> {
        let together = self.inductive_together(states);
        (0..=u8::MAX)
            .filter(|bit| (states | steps) & one(*bit) != 0)
            .map(|bit| (bit, self.reach(one(bit), together, steps & one(bit) != 0)))
            .collect()
    }

    /// Returns the largest set of state properties that all hold after each step before which all of them held.
    fn inductive_together(&self, states: PropertyBits) -> PropertyBits {
        let mut held = states;
        loop {
            let lost = self
                .kinds
                .iter()
                .filter(|(kind, _)| kind.before & held == 0)
                .fold(PropertyBits::ZERO, |lost, (kind, _)| lost | (kind.after & held));
            if lost == PropertyBits::ZERO {
                return held;
            }
            held &= !lost;
        }
    }

    fn reach(&self, property: PropertyBits, together: PropertyBits, is_step: bool) -> Induction {
        if self.witnessed & property == 0 {
            return Induction::NotInDomain;
        }
        let breaks = |kind: &StepKind, assumed: PropertyBits| {
            if kind.before & assumed != 0 {
                return false;
            }
            let own = if is_step { kind.step & property } else { kind.after & property };
            own != 0 || kind.after & assumed != 0
        };
        let start = if is_step { PropertyBits::ZERO } else { property };
        let Some((_, first)) = self.kinds.iter().find(|(kind, _)| breaks(kind, start)) else {
            return Induction::Alone;
        };
        let hopeless =
            !is_step && together & property == 0 || self.kinds.iter().any(|(kind, _)| breaks(kind, together));
        if hopeless {
            let escape = self.kinds.iter().find(|(kind, _)| breaks(kind, together | start));
            return Induction::ReachableOnly(Box::new(escape.map_or(*first, |(_, escape)| *escape)));
        }
        let mut assumed = start;
        while let Some((kind, _)) = self.kinds.iter().find(|(kind, _)| breaks(kind, assumed)) {
            // Some property of the set was false before this step, or the set would not be inductive. Of those
            // properties, choose the one that excludes most of the breaking steps.
            let helper = ones(kind.before & together)
                .max_by_key(|bit| {
                    let helped = assumed | one(*bit);
                    let left = self.kinds.iter().filter(|(kind, _)| breaks(kind, helped)).count();
                    (usize::MAX.saturating_sub(left), u8::MAX.saturating_sub(*bit))
                })
                .unwrap_or(0);
            assumed |= one(helper);
        }
        Induction::WithHelpers(ones(self.without_spare(assumed, start, &breaks)).collect())
    }

    /// Drops auxiliary invariants that the induction does not need.
    fn without_spare(
        &self,
        assumed: PropertyBits,
        start: PropertyBits,
        breaks: &impl Fn(&StepKind, PropertyBits) -> bool,
    ) -> PropertyBits {
        let mut needed = assumed;
        for bit in ones(assumed & !start) {
            let fewer = needed & !one(bit);
            if !self.kinds.iter().any(|(kind, _)| breaks(kind, fewer)) {
                needed = fewer;
            }
        }
        needed & !start
    }
}

impl DomainPart {
    /// Takes the steps of every `of`-th state, beginning with the one at `index`.
    fn take(index: usize, of: usize) -> Self {
        let space = ModelSpace::<1, 0>::new(&Variant::of_induction(alphabet()));
        let inputs = inputs();
        let mut part = Self::default();
        let mut position = 0_usize;
        let mut order = 0_u64;
        type_correct_states(&mut |state| {
            let mine = position.checked_rem(of) == Some(index);
            position = position.wrapping_add(1);
            if mine {
                part.states = part.states.saturating_add(1);
                part.leave(&space, state, &inputs, order);
            }
            order = order.saturating_add(1024);
        });
        part
    }

    fn leave(&mut self, space: &ModelSpace<1, 0>, state: &State<1, 0>, inputs: &[Input], order: u64) {
        let before = space.judge(state);
        for (place, input) in (0..).zip(inputs) {
            self.steps = self.steps.saturating_add(1);
            let step = space.step(state, *input);
            let after = step.after.map_or(before, |after| space.judge(&after));
            self.witnessed |= step.witnessed | after.witnessed;
            let kind = StepKind { before: before.broken, after: after.broken, step: step.broken };
            if kind.after & !kind.before == 0 && kind.step == 0 {
                // It breaks nothing that was not broken before, so it is a counterexample to no property.
                continue;
            }
            let order = order.saturating_add(place);
            let escape = Escape { state: *state, input: *input };
            let earliest = self.kinds.entry(kind).or_insert((order, escape));
            if order < earliest.0 {
                *earliest = (order, escape);
            }
        }
    }
}

/// Returns the inputs that are tried in every state of the domain.
#[must_use]
pub fn inputs() -> Vec<Input> {
    alphabet()
        .payment_inputs()
        .chain([1, 2, 3, 3_600].map(|seconds| EnvironmentEvent::Advance { seconds }.into()))
        .collect()
}

fn alphabet() -> Alphabet {
    let intent = IntentId(0);
    let confirmed = |confirm| Operation::ConfirmIntent { intent, confirm };
    let method = |method| confirmed(Confirm { method: Some(method), ..Confirm::default() });
    let named = |amount, final_capture, fee, transfer| Capture { amount, final_capture, fee, transfer };
    let give = |amount, refund_application_fee, reverse_transfer| CreateRefund {
        amount,
        refund_application_fee,
        reverse_transfer,
    };
    let visa = Create { method: Some(PaymentMethod::Visa), confirm: true, ..Create::of(2) };
    Alphabet::new()
        .creates([
            Create::of(2),
            visa,
            Create { capture_method: CaptureMethod::Manual, multicapture: true, ..visa },
            Create { capture_method: CaptureMethod::AutomaticAsync, flow: Flow::Destination, fee: Some(1), ..visa },
            Create { method: Some(PaymentMethod::AuthenticationRequired), ..visa },
            Create { method: Some(PaymentMethod::Declined), ..visa },
            Create { method: Some(PaymentMethod::UsBankAccount), ..visa },
        ])
        .captures([None, Some(0), Some(1), Some(2), Some(3)])
        .captures_like([
            named(None, Some(false), Some(1), None),
            named(Some(1), Some(false), Some(2), None),
            named(Some(1), Some(false), None, Some(1)),
        ])
        .refunds_like([
            give(None, false, false),
            give(Some(1), false, false),
            give(Some(3), false, false),
            give(None, true, true),
            give(Some(1), true, true),
        ])
        .on_payment(
            When::EXISTING,
            [
                confirmed(Confirm::default()),
                confirmed(Confirm { capture_method: Some(CaptureMethod::Manual), ..Confirm::default() }),
                confirmed(Confirm { fee: Some(1), transfer: Some(1), ..Confirm::default() }),
                confirmed(Confirm { off_session: true, ..Confirm::default() }),
                method(PaymentMethod::Visa),
                method(PaymentMethod::Declined),
                method(PaymentMethod::AuthenticationRequired),
                method(PaymentMethod::UsBankAccount),
            ],
        )
        .updates([
            Update::Amount(1),
            Update::Method(PaymentMethod::Visa),
            Update::CaptureMethod(CaptureMethod::Automatic),
            Update::Fee(1),
            Update::Transfer(1),
            Update::Metadata,
        ])
        .cancels([None, Some(CancellationReason::Duplicate)])
        .bank()
        .jobs()
        .authentication()
        .refund_lifecycle(1)
        .on_payment(
            When::EXISTING,
            [
                Operation::RefundFee { intent, amount: None },
                Operation::RefundFee { intent, amount: Some(1) },
                Operation::ReverseTransfer { intent, amount: None },
                Operation::ReverseTransfer { intent, amount: Some(1) },
                Operation::CreateTransfer { intent, amount: Some(1) },
            ],
        )
}

fn one(bit: u8) -> PropertyBits {
    PropertyBits::ONE.wrapping_shl(u32::from(bit))
}

fn ones(bits: PropertyBits) -> impl Iterator<Item = u8> {
    (0..=u8::MAX).filter(move |bit| bits & one(*bit) != 0)
}
