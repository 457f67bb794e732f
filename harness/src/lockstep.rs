//! Runs model and subject side by side on the same inputs. It compares every answer, observation and notification, and
//! judges every step of the subject by the properties.

use std::sync::Arc;

use holdfast_model::{
    Config, DeliveryFault, EnvironmentEvent, Input, KeyId, KeyView, Notification, Observation, Operation, Outcome,
    Rejection, Target, transition,
};
use holdfast_properties::{Snapshot, Step};

use crate::alternative_error;
use crate::bounds::{KEYS, ModelState};
use crate::capabilities::{Capabilities, Field};
use crate::open_requests;
use crate::oracle::{self, Match};
use crate::reading;
use crate::subject::{Answer, Failure, Reaction, Subject};
use crate::subject::{send, with_fault};
use crate::tolerated::{TOLERATED, Tolerated, is_tolerated};
use crate::verdict::{Difference, Divergence, Inconclusive, Tally, Verdict, Violation};
use crate::visibility::Visibility;

/// The treatment of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// Model and subject received it, and the step was compared.
    Compared,
    /// Neither received it: it exceeds the bounds of the model, or the subject does not support it.
    Beyond,
    /// Neither received it: it meets a request held open.
    Held,
}

/// Runs all of `inputs` under `config`, up to the first step that does not agree.
pub fn run(subject: &mut impl Subject, config: &Config, inputs: &[Input]) -> Verdict {
    let mut lockstep = match Lockstep::start(subject, config) {
        Ok(lockstep) => lockstep,
        Err(inconclusive) => return Verdict::Inconclusive(inconclusive),
    };
    for input in inputs {
        if let Err(verdict) = lockstep.step(*input) {
            return verdict;
        }
    }
    Verdict::Agree(lockstep.tally())
}

/// Model and subject in the same state, ready for the next input.
#[derive(Debug)]
pub struct Lockstep<'s, S> {
    subject: &'s mut S,
    config: Config,
    tolerated: &'static [Tolerated],
    model: ModelState,
    before: Snapshot,
    after: Snapshot,
    last: Option<(Input, Outcome)>,
    emitted: Vec<Notification>,
    tally: Tally,
    taken: usize,
    capabilities: Capabilities,
    visibility: Arc<Visibility>,
}

impl<'s, S: Subject> Lockstep<'s, S> {
    /// Starts both sides without any object.
    ///
    /// # Errors
    /// Returns [`Inconclusive`] if the subject cannot start under `config`.
    pub fn start(subject: &'s mut S, config: &Config) -> Result<Self, Inconclusive> {
        subject.start(config).map_err(|Failure(reason)| Inconclusive { step: 0, reason })?;
        let capabilities = subject.capabilities();
        let blank = oracle::nothing_yet(config);
        Ok(Self {
            subject,
            config: *config,
            tolerated: TOLERATED,
            model: ModelState::default(),
            before: blank.clone(),
            after: blank,
            last: None,
            emitted: Vec::new(),
            tally: Tally::default(),
            taken: 0,
            visibility: Visibility::of(&capabilities),
            capabilities,
        })
    }

    /// Returns this run with `list` instead of [`TOLERATED`] as the tolerated divergences.
    #[must_use]
    pub const fn tolerating(mut self, list: &'static [Tolerated]) -> Self {
        self.tolerated = list;
        self
    }

    /// Returns the model's state, which decides the choice of the next input.
    #[must_use]
    pub const fn model(&self) -> &ModelState {
        &self.model
    }

    /// Returns the tally of the run so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Returns the subject's observation after the last step.
    #[must_use]
    pub fn seen(&self) -> Observation<'_> {
        self.after.observe()
    }

    /// Returns the last step that was compared, as the subject shows it; `None` if its response has no reading.
    #[must_use]
    pub fn last_step(&self) -> Option<Step<'_>> {
        let (input, outcome) = self.last?;
        Some(Step::new(self.before.observe(), input, outcome, &self.emitted, self.after.observe()))
    }

    /// Sends one input to both and compares the step.
    ///
    /// # Errors
    /// Returns the [`Verdict`] with which the run ends: a violation, a divergence, or inconclusive.
    pub fn step(&mut self, input: Input) -> Result<Stepped, Verdict> {
        self.forget_old_key(&input)?;
        let stepped = self.take(input)?;
        self.taken = self.taken.saturating_add(1);
        Ok(stepped)
    }

    fn take(&mut self, input: Input) -> Result<Stepped, Verdict> {
        if self.meets_open_request(&input) {
            self.tally.held = self.tally.held.saturating_add(1);
            return Ok(Stepped::Held);
        }
        if self.makes_a_second(&input) {
            self.tally.beyond = self.tally.beyond.saturating_add(1);
            return Ok(Stepped::Beyond);
        }
        // A request with a delivery fault does not show whether its effect exceeds the bounds, so the model runs it
        // without.
        let plain = transition(&self.config, &self.model, with_fault(input, DeliveryFault::None));
        if oracle::is_beyond(&plain.outcome) || !self.can(&input) {
            self.tally.beyond = self.tally.beyond.saturating_add(1);
            return Ok(Stepped::Beyond);
        }
        let mut reaction = match send(self.subject, &input) {
            Ok(reaction) => reaction,
            Err(failure) => return Err(self.cannot_say(failure)),
        };
        let input = with_fault(input, reaction.fault);
        let mut expected = match reaction.fault {
            DeliveryFault::None => plain,
            DeliveryFault::ErrorBefore | DeliveryFault::ErrorAfter | DeliveryFault::AnswerLost => {
                transition(&self.config, &self.model, input)
            }
        };
        reaction.answer = self.visibility.answer(&expected.outcome, reaction.answer);
        if self.is_rejected_as_busy(&input, &reaction.answer) {
            // A request may always be rejected while another one holds its object; then nothing happens.
            expected.after = self.model;
            expected.outcome = Err(Rejection::LockTimeout);
            expected.notifications = holdfast_model::Notifications::none();
        }
        let mut judged = None;
        if let Some(other) =
            alternative_error::also_wrong(&self.config, &self.model, input, &expected.outcome, &reaction.answer)
        {
            // Two parameters are wrong, and the specification does not say which one is named.
            judged = Some(expected.outcome);
            expected = other;
            self.tally.allowed = self.tally.allowed.saturating_add(1);
        }
        self.model = expected.after;
        let emitted = expected.notifications;
        self.compare(input, (expected.outcome, judged), emitted.as_slice(), reaction)?;
        self.follow_forgotten_keys()?;
        Ok(Stepped::Compared)
    }

    /// Returns whether the subject supports the input now. Where keys are not visible, a key that may have been
    /// forgotten cannot be used again, because the response would not show whether it was.
    fn can(&mut self, input: &Input) -> bool {
        let is_old = |key: KeyId| self.model_key(key).is_some_and(|view| view.is_prunable());
        let is_ambiguous = self.visibility.hides(Field::Keys) && input.key().is_some_and(is_old);
        !is_ambiguous && self.capabilities.supports(input) && self.subject.can(input)
    }

    /// Compares the observations after the step, and judges the step by every property.
    fn compare(
        &mut self,
        input: Input,
        (outcome, judged): (Outcome, Option<Outcome>),
        emitted: &[Notification],
        mut reaction: Reaction,
    ) -> Result<(), Verdict> {
        let snapshot = self.model.observe(&self.config);
        let model_view = snapshot.observation(&self.config);
        std::mem::swap(&mut self.before, &mut self.after);
        match self.subject.observe() {
            Ok(snapshot) => oracle::snapshot_of(snapshot, &self.config, model_view.keys, &mut self.after),
            Err(failure) => return Err(self.cannot_say(failure)),
        }
        self.visibility.fill(&model_view, &mut self.after);
        reaction.notifications = self.visibility.notifications(emitted, reaction.notifications);
        keep_keys_that_grow_old(&self.before, &mut self.after, model_view.keys);

        if oracle::compare_answers(&outcome, &reaction.answer) == Match::Allowed {
            self.tally.allowed = self.tally.allowed.saturating_add(1);
        }
        let subject_view = self.after.observe();
        let answers = (&outcome, &reaction.answer);
        let found = oracle::differences(answers, (&model_view, &subject_view), (emitted, &reaction.notifications));
        let differences = self.untolerated(found);
        // The properties know one order of reasons. Where the specification leaves the order open, they judge the
        // model's reason.
        let read = judged.or_else(|| reading::read(&reaction.answer, Some(outcome)));
        self.emitted = reaction.notifications;
        self.last = read.map(|outcome| (input, outcome));
        let known = self.tally.witnessed;
        let judged = self.last_step().map(|step| self.visibility.judged(&step, known)).unwrap_or_default();
        self.tally.add(&judged);
        let properties = judged.explained;
        let step = self.taken;
        if !properties.is_empty() {
            return Err(Verdict::Violate(Box::new(Violation { step, input, properties, differences })));
        }
        if !differences.is_empty() {
            return Err(Verdict::Diverge(Box::new(Divergence { step, input, differences })));
        }
        self.tally.compared = self.tally.compared.saturating_add(1);
        Ok(())
    }

    fn untolerated(&mut self, found: Vec<Difference>) -> Vec<Difference> {
        let all = found.len();
        let left: Vec<Difference> =
            found.into_iter().filter(|difference| !is_tolerated(self.tolerated, difference)).collect();
        let tolerated = u64::try_from(all.saturating_sub(left.len())).unwrap_or(u64::MAX);
        self.tally.tolerated = self.tally.tolerated.saturating_add(tolerated);
        left
    }

    fn cannot_say(&self, Failure(reason): Failure) -> Verdict {
        Verdict::Inconclusive(Inconclusive { step: self.taken, reason })
    }

    // --- keys that may be forgotten (IDEM-2) ---

    /// Prunes the key of the input on both sides if it may be forgotten. A key is kept for at least a day; the engine
    /// decides when it is forgotten after that.
    fn forget_old_key(&mut self, input: &Input) -> Result<(), Verdict> {
        let key = match input {
            Input::Call(call) => call.key,
            Input::Begin { key, .. } => Some(*key),
            Input::Finish { .. } | Input::Event(_) => None,
        };
        match key.filter(|key| self.model_key(*key).is_some_and(|view| view.is_prunable())) {
            Some(key) => self.take(Input::Event(EnvironmentEvent::PruneKey { key })).map(drop),
            None => Ok(()),
        }
    }

    /// Prunes the keys in the model that the subject has pruned by itself, if they may be forgotten.
    fn follow_forgotten_keys(&mut self) -> Result<(), Verdict> {
        // Keys that were compared have the same age on both sides, so without a prunable key there is nothing to do.
        if self.visibility.hides(Field::Keys) || !self.after.keys.iter().flatten().any(KeyView::is_prunable) {
            return Ok(());
        }
        for place in 0..KEYS {
            let Ok(number) = u8::try_from(place) else { continue };
            let key = KeyId(number);
            let known = match self.subject.observe() {
                Ok(snapshot) => snapshot.keys.get(place).is_some_and(Option::is_some),
                Err(failure) => return Err(self.cannot_say(failure)),
            };
            if known || !self.model_key(key).is_some_and(|view| view.is_prunable()) {
                continue;
            }
            let input = Input::Event(EnvironmentEvent::PruneKey { key });
            let pruned = transition(&self.config, &self.model, input);
            self.model = pruned.after;
            let reaction = Reaction::of(holdfast_model::Accepted::Happened);
            self.compare(input, (pruned.outcome, None), &[], reaction)?;
        }
        Ok(())
    }

    fn model_key(&self, key: KeyId) -> Option<KeyView> {
        let snapshot = self.model.observe(&self.config);
        snapshot.observation(&self.config).keys.get(usize::from(key.0)).copied().flatten()
    }

    // --- requests held open ---

    fn open_requests(&self) -> impl Iterator<Item = Operation> + '_ {
        self.after.keys.iter().flatten().filter(|key| key.answer.is_none()).map(|key| key.operation)
    }

    fn meets_open_request(&self, input: &Input) -> bool {
        let wrong_by_itself = |operation: &Operation| {
            let outcome = transition(&self.config, &self.model, Input::from(*operation)).outcome;
            outcome.is_err_and(Rejection::is_validation)
        };
        match input {
            // A response that names one of several wrong parameters could not be compared later.
            Input::Begin { operation, .. } if wrong_by_itself(operation) => true,
            // Time in which nothing is due has no effect on a request held open.
            Input::Event(EnvironmentEvent::Advance { .. }) => {
                let after = transition(&self.config, &self.model, *input);
                open_requests::is_left_out(&self.after.observe(), input) && !after.notifications.as_slice().is_empty()
            }
            Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => {
                open_requests::is_left_out(&self.after.observe(), input)
            }
        }
    }

    /// Returns whether the input would create an object that exists already or that a request held open will create.
    fn makes_a_second(&self, input: &Input) -> bool {
        let Some(made) = input.operation().and_then(|operation| operation.creates()) else { return false };
        let seen = self.after.observe();
        // A known key is answered from its record, so the request creates nothing.
        let is_known = input.key().is_some_and(|key| seen.knows(key));
        !is_known && (seen.has(made) || self.open_requests().any(|open| open.about() == made))
    }

    fn is_rejected_as_busy(&self, input: &Input, answer: &Answer) -> bool {
        let Some(about) = input.operation().map(|operation| operation.about()) else { return false };
        let Answer::Refused(refused) = answer else { return false };
        // R4: one object is in use. A session and the objects that it owns are in use together.
        let meets = |open: Target| open == about || [open, about].contains(&Target::Session);
        reading::is_seen_as(refused, &Rejection::LockTimeout.wire())
            && self.open_requests().any(|open| meets(open.about()))
    }
}

/// Restores keys that have become prunable in this step and that the subject pruned at once, with no time left.
fn keep_keys_that_grow_old(before: &Snapshot, after: &mut Snapshot, model: &[Option<KeyView>]) {
    for (place, old) in model.iter().enumerate() {
        let is_gone = after.keys.get(place).is_none_or(Option::is_none);
        let was = before.keys.get(place).copied().flatten();
        let (true, Some(was), true) = (old.is_some_and(|key| key.is_prunable()), was, is_gone) else { continue };
        if after.keys.len() <= place {
            after.keys.resize(place.saturating_add(1), None);
        }
        if let Some(slot) = after.keys.get_mut(place) {
            *slot = Some(KeyView { seconds_left: Some(0), ..was });
        }
    }
}
