//! A sequence of inputs, played on the model: what each led to, for whoever wants to tell of it.

use holdfast_model::trace::{Expectation, Script};
use holdfast_model::{
    Config, Input, IntentId, Notifications, Observation, Outcome, OwnedObservation, State, Transition, transition,
};
use holdfast_properties::Step;

use crate::catalogue::{Catalogue, Moment};
use holdfast_explorer::Path;
use holdfast_scenarios::space::ModelSpace;

/// Payments that a story has room for.
pub const PAYMENTS: usize = 4;
/// Idempotency keys that a story has room for.
pub const KEYS: usize = 4;

/// The world that stories are played in.
pub type World = State<PAYMENTS, KEYS>;

/// What an observer sees at one moment of a story.
type View = OwnedObservation<PAYMENTS, KEYS>;

/// A sequence of inputs and what came of each.
#[derive(Clone, Debug)]
pub struct Story {
    config: Config,
    start: View,
    scenes: Vec<Scene>,
}

/// One input and what came of it.
#[derive(Clone, Debug)]
struct Scene {
    input: Input,
    outcome: Outcome,
    notifications: Notifications,
    after: View,
}

/// A property that a story shows to be false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Falsehood {
    /// The property, by its position in the catalogue.
    pub property: u8,
    /// The step that made it false, counted from 0.
    pub step: usize,
}

impl Story {
    /// Plays `inputs` from the beginning of the world.
    #[must_use]
    pub fn play(config: Config, inputs: impl IntoIterator<Item = Input>) -> Self {
        Self::play_by(config, inputs, transition)
    }

    /// Plays `inputs` by other rules than the specification's, such as those of a planted fault.
    #[must_use]
    pub fn play_by(
        config: Config,
        inputs: impl IntoIterator<Item = Input>,
        rules: impl Fn(&Config, &World, Input) -> Transition<PAYMENTS, KEYS>,
    ) -> Self {
        let mut state = World::default();
        let start = state.observe(&config);
        let mut scenes = Vec::new();
        for input in inputs {
            let step = rules(&config, &state, input);
            state = step.after;
            let after = state.observe(&config);
            scenes.push(Scene { input, outcome: step.outcome, notifications: step.notifications, after });
        }
        Self { config, start, scenes }
    }

    /// How many steps it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scenes.len()
    }

    /// Does nothing happen in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scenes.is_empty()
    }

    /// The story up to a step, counted from 0, and that step.
    #[must_use]
    pub fn until(&self, step: usize) -> Self {
        Self { scenes: self.scenes.iter().take(step.saturating_add(1)).cloned().collect(), ..self.clone() }
    }

    /// What was there before anything happened.
    #[must_use]
    pub fn start(&self) -> Observation<'_> {
        self.start.observation(&self.config)
    }

    /// A step, counted from 0.
    #[must_use]
    pub fn moment(&self, step: usize) -> Option<Moment<'_>> {
        let scene = self.scenes.get(step)?;
        let before = match step.checked_sub(1) {
            Some(last) => &self.scenes.get(last)?.after,
            None => &self.start,
        };
        Some(Moment {
            before: before.observation(&self.config),
            input: scene.input,
            outcome: scene.outcome,
            notifications: scene.notifications.as_slice(),
            after: scene.after.observation(&self.config),
        })
    }

    /// Every step, in order.
    pub fn moments(&self) -> impl Iterator<Item = Moment<'_>> {
        (0..self.scenes.len()).filter_map(|step| self.moment(step))
    }

    /// Every step as the properties see it, in order.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> + Clone {
        (0..self.scenes.len()).filter_map(|step| self.moment(step)).map(|moment| moment.step())
    }

    /// The properties that are false somewhere in it, each where it becomes so first.
    #[must_use]
    pub fn falsehoods(&self, catalogue: &dyn Catalogue) -> Vec<Falsehood> {
        let mut known = 0;
        let mut found = Vec::new();
        for (step, moment) in self.moments().enumerate() {
            let broken = catalogue.broken(&moment);
            for property in 0..u8::try_from(catalogue.properties().len()).unwrap_or(u8::MAX) {
                let bit = 1_u128.checked_shl(u32::from(property)).unwrap_or(0);
                if broken & bit & !known != 0 {
                    found.push(Falsehood { property, step });
                }
            }
            known |= broken;
        }
        found
    }

    /// The story as a trace that expects what came of it.
    #[must_use]
    pub fn script(&self) -> Script {
        let lines = self.moments().map(|moment| {
            let expectation =
                Expectation::recorded(&moment.input, &moment.outcome, &moment.after, moment.notifications);
            (moment.input, Some(expectation))
        });
        Script::of(self.config, lines)
    }
}

/// The inputs that lead along a path of the explorers.
///
/// Where a space keeps interchangeable payments in a fixed order, `pi1` of one state on the path
/// need not be `pi1` of the next. Here every payment keeps the name it is created with. `None` if
/// the path cannot be walked, which means that the space contradicts itself.
#[must_use]
pub fn inputs_along<const P: usize, const K: usize>(
    space: &ModelSpace<P, K>,
    path: &Path<ModelSpace<P, K>>,
) -> Option<Vec<Input>> {
    let config = space.config();
    let mut state = State::<P, K>::default();
    let mut inputs = Vec::with_capacity(path.steps.len());
    let ends = path.steps.iter().skip(1).map(|(state, _)| *state).chain([path.end]);
    for ((before, input), end) in path.steps.iter().zip(ends) {
        let meant = space.transition(before, *input);
        let (sight, meant_sight) = (state.observe(config), before.observe(config));
        let (seen, meant_seen) = (sight.observation(config), meant_sight.observation(config));
        let index = holdfast_model::trace::subject(input).and_then(payment_of);
        let leads_on = |candidate: &Input| {
            let is_alike = match (index, holdfast_model::trace::subject(candidate).and_then(payment_of)) {
                (Some(index), Some(other)) => meant_seen.payments.get(index) == seen.payments.get(other),
                _ => true,
            };
            let step = space.transition(&state, *candidate);
            is_alike && step.outcome == meant.outcome && (step.after == end || step.after.canonical() == end)
        };
        let others = (0..P).filter_map(|index| u8::try_from(index).ok()).map(|index| input.retarget(IntentId(index)));
        let input = [*input].into_iter().chain(others).find(leads_on)?;
        state = space.transition(&state, input).after;
        inputs.push(input);
    }
    Some(inputs)
}

fn payment_of(subject: holdfast_model::trace::Subject) -> Option<usize> {
    use holdfast_model::trace::Subject;
    match subject {
        Subject::Payment(intent) | Subject::Refund(intent, _) => Some(usize::from(intent.0)),
        Subject::Setup | Subject::Session | Subject::Key(_) => None,
    }
}
