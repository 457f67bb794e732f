//! The interface between an explorer and the system that it explores.

use std::fmt::Debug;
use std::hash::Hash;

/// A set of at most 256 properties, one bit each. Bit `n` belongs to the property at position `n` of the catalogue.
pub use ethnum::U256 as PropertyBits;

/// A finite transition system whose states and steps are judged while it is explored.
///
/// The explorers know nothing else about a model. Every function here must be a pure function of its arguments: an
/// explorer calls it from several threads, in any order, and calls it again to rebuild a path.
pub trait Space: Sync {
    /// One state: small, without heap memory, and hashed over every field that equality compares. Each transition
    /// computes a hash, so write a [`Hash`] implementation of few word writes.
    type State: Copy + Eq + Hash + Send + Sync + 'static;

    /// The cause of a step.
    type Input: Copy + PartialEq + Debug + Send + Sync + 'static;

    /// Returns the initial states, always in the same order.
    ///
    /// Sharding and resuming work root by root. Their sums are correct only if no state can be reached from two roots.
    /// A configuration inside the state that no step changes keeps the roots apart.
    fn roots(&self) -> Vec<Self::State>;

    /// Collects every input that is enabled in `state`, always in the same order.
    ///
    /// An input that the model would refuse is enabled too: it is a step that leads back to `state`.
    fn inputs(&self, state: &Self::State, inputs: &mut Vec<Self::Input>);

    /// Takes one step and judges it. `input` is one of those collected by [`Space::inputs`].
    fn step(&self, state: &Self::State, input: Self::Input) -> Successor<Self>;

    /// Takes one step, and returns the next state and the properties that it breaks. It agrees with [`Space::step`],
    /// and serves a checker that needs no other result.
    fn follow(&self, state: &Self::State, input: Self::Input) -> (Self::State, PropertyBits) {
        let successor = self.step(state, input);
        (successor.after(state), successor.broken)
    }

    /// Judges one state.
    fn judge(&self, state: &Self::State) -> Judgement;

    /// Returns an input in words, for a person who walks through the space by hand.
    fn words(&self, input: &Self::Input) -> String {
        format!("{input:?}")
    }

    /// Judges `state` and takes every step from it, in the order of [`Space::inputs`].
    ///
    /// Override it where judging a state and judging its steps share work, such as observing the state: it is called
    /// once for each state. It must give the same results as the three methods it combines, which [`disagreement`]
    /// checks.
    fn expand(&self, state: &Self::State, emit: &mut impl FnMut(Successor<Self>)) -> Judgement {
        let mut inputs = Vec::new();
        self.inputs(state, &mut inputs);
        for input in inputs {
            emit(self.step(state, input));
        }
        self.judge(state)
    }
}

/// A space whose states can be sent to another process and written to a file.
///
/// [`Portable::unpack`] reads what [`Portable::pack`] wrote in the same version of the program.
///
/// ```
/// # use holdfast_explorer::*;
/// # struct Counter;
/// # impl Space for Counter {
/// #     type State = u32;
/// #     type Input = ();
/// #     fn roots(&self) -> Vec<u32> { vec![0] }
/// #     fn inputs(&self, _: &u32, _: &mut Vec<()>) {}
/// #     fn step(&self, _: &u32, (): ()) -> Successor<Self> { unreachable!("there are no inputs") }
/// #     fn judge(&self, _: &u32) -> Judgement { Judgement::default() }
/// # }
/// impl Portable for Counter {
///     fn pack(state: &u32, bytes: &mut Vec<u8>) {
///         bytes.extend_from_slice(&state.to_le_bytes());
///     }
///
///     fn unpack(bytes: &mut &[u8]) -> Option<u32> {
///         let (state, rest) = bytes.split_first_chunk()?;
///         *bytes = rest;
///         Some(u32::from_le_bytes(*state))
///     }
/// }
///
/// let mut bytes = Vec::new();
/// Counter::pack(&77, &mut bytes);
/// assert_eq!(Counter::unpack(&mut bytes.as_slice()), Some(77));
/// ```
pub trait Portable: Space + 'static {
    /// Appends `state` to `bytes`.
    fn pack(state: &Self::State, bytes: &mut Vec<u8>);

    /// Takes a state from the front of `bytes`; `None` if no state begins there.
    fn unpack(bytes: &mut &[u8]) -> Option<Self::State>;
}

/// One step from a state, with the judgment of the properties.
pub struct Successor<S: Space + ?Sized> {
    /// The input of the step.
    pub input: S::Input,
    /// The state after the step; `None` if it equals the state before, as after a refusal. Most steps of most models
    /// are refusals, and `None` spares them the copying, comparing and hashing.
    pub after: Option<S::State>,
    /// The step properties that this step breaks; empty in a correct model.
    pub broken: PropertyBits,
    /// The properties whose premise this step meets.
    pub witnessed: PropertyBits,
    /// The abstract transition this step is an instance of, for the transition statistics.
    pub class: u32,
    /// A hash of the rest of the step: the input, its outcome, the notifications. It need not include the states before
    /// and after, or the fields above.
    pub digest: u64,
}

/// The judgment of the properties on one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The state properties that are false here; empty in a correct model.
    pub broken: PropertyBits,
    /// The properties whose premise this state meets.
    pub witnessed: PropertyBits,
}

impl<S: Space + ?Sized> Successor<S> {
    /// Returns the state after a step from `before`.
    #[must_use]
    pub fn after(&self, before: &S::State) -> S::State {
        self.after.unwrap_or(*before)
    }
}

// Derived implementations would require these traits of the space itself.
impl<S: Space + ?Sized> Clone for Successor<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Space + ?Sized> Copy for Successor<S> {}

impl<S: Space + ?Sized> PartialEq for Successor<S> {
    fn eq(&self, other: &Self) -> bool {
        self.input == other.input
            && self.after == other.after
            && self.broken == other.broken
            && self.witnessed == other.witnessed
            && self.class == other.class
            && self.digest == other.digest
    }
}

/// Returns a message that says where an overridden [`Space::expand`] or [`Space::follow`] differs from the methods it
/// replaces; `None` if it does not differ.
///
/// Tests of a space call it on as many states as they have time for.
pub fn disagreement<S: Space>(space: &S, state: &S::State) -> Option<String> {
    let mut expanded = Vec::new();
    let judgement = space.expand(state, &mut |successor| expanded.push(successor));
    let mut inputs = Vec::new();
    space.inputs(state, &mut inputs);
    if judgement != space.judge(state) {
        return Some("expand and judge disagree about the state".to_owned());
    }
    if expanded.len() != inputs.len() {
        return Some(format!("expand takes {} steps where inputs collects {}", expanded.len(), inputs.len()));
    }
    inputs.into_iter().zip(&expanded).find_map(|(input, successor)| {
        if space.step(state, input) != *successor {
            return Some(format!("expand and step disagree about {input:?}"));
        }
        let followed = space.follow(state, input);
        (followed != (successor.after(state), successor.broken))
            .then(|| format!("expand and follow disagree about {input:?}"))
    })
}
