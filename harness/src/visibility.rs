//! The fields that a subject does not show: they are not compared, and the properties that need them are not judged.

use std::sync::{Arc, Mutex, PoisonError};

use holdfast_model::{Accepted, Notification, NotificationKind, Observation, Outcome, Rejection};
use holdfast_properties::{CATALOGUE, PropertyBits, Snapshot, Step, Verdicts, judge_observation, judge_step};

use crate::capabilities::{Capabilities, Field, FieldSet};
use crate::choices::Seeded;
use crate::generator::{self, Bias};
use crate::oracle;
use crate::subject::{Answer, Refused};
use crate::verdict::Broken;

/// The number of the model's sequences over which the properties that need a hidden value are found.
const SEQUENCES: u64 = 100;
/// The number of inputs in each of the [`SEQUENCES`].
const INPUTS: u32 = 40;

/// The hidden part of a subject's observations, and the properties that need it.
#[derive(Debug, Default)]
pub(crate) struct Visibility {
    hidden: FieldSet,
    hidden_kinds: Vec<NotificationKind>,
    /// The properties whose verdict depends on a hidden value, one bit each.
    pub(crate) unjudged: PropertyBits,
}

/// The judgment of one step of a subject: properties, one bit each.
#[derive(Debug, Default)]
pub(crate) struct JudgedStep {
    /// The properties that are false.
    pub(crate) broken: PropertyBits,
    /// The false properties, each with the numbers that make it false.
    pub(crate) explained: Vec<Broken>,
    /// The properties whose premise occurs.
    pub(crate) witnessed: PropertyBits,
    /// The properties that are not judged, because their verdict on this step depends on a hidden value.
    pub(crate) suppressed: PropertyBits,
}

impl JudgedStep {
    /// Restricts the judgment to the findings that another reading of the same step confirms.
    pub(crate) fn confirmed_by(mut self, other: &Self) -> Self {
        let either = (self.broken | self.suppressed) & (other.broken | other.suppressed);
        self.broken &= other.broken;
        self.explained.retain(|broken| other.explained.iter().any(|it| it.property == broken.property));
        self.witnessed &= other.witnessed;
        self.suppressed = either & !self.broken;
        self
    }
}

impl Visibility {
    /// Returns the visibility of a subject with these capabilities.
    pub(crate) fn of(capabilities: &Capabilities) -> Arc<Self> {
        static KNOWN: Mutex<Vec<(Capabilities, Arc<Visibility>)>> = Mutex::new(Vec::new());
        if capabilities.hides_nothing() {
            return Arc::default();
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, visibility)) = known.iter().find(|(its, _)| its == capabilities) {
            return Arc::clone(visibility);
        }
        let hidden_kinds = NotificationKind::ALL.iter().copied().filter(|kind| !capabilities.shows_kind(*kind));
        let mut visibility =
            Self { hidden: capabilities.hidden(), hidden_kinds: hidden_kinds.collect(), unjudged: PropertyBits::ZERO };
        visibility.unjudged = visibility.measure(capabilities) | visibility.about_keys();
        let visibility = Arc::new(visibility);
        known.push((capabilities.clone(), Arc::clone(&visibility)));
        visibility
    }

    /// Returns whether everything is visible.
    pub(crate) fn is_full(&self) -> bool {
        self.hidden.is_empty() && self.hidden_kinds.is_empty()
    }

    /// Returns whether the field is hidden.
    pub(crate) const fn hides(&self, field: Field) -> bool {
        self.hidden.has(field)
    }

    /// Replaces the hidden fields of a snapshot with the model's, so that they compare as equal.
    pub(crate) fn fill(&self, model: &Observation<'_>, into: &mut Snapshot) {
        if !self.hidden.is_empty() {
            self.hidden.copy(model, into);
        }
    }

    /// Returns the subject's notifications, completed with the model's hidden ones. If the visible ones differ, the
    /// subject's are returned unchanged.
    pub(crate) fn notifications(&self, model: &[Notification], subject: Vec<Notification>) -> Vec<Notification> {
        if self.hidden_kinds.is_empty() {
            return subject;
        }
        if oracle::are_notifications_alike(&self.visible(model), &self.visible(&subject)) {
            model.to_vec()
        } else {
            subject
        }
    }

    fn visible(&self, notifications: &[Notification]) -> Vec<Notification> {
        notifications.iter().copied().filter(|it| !self.hidden_kinds.contains(&it.kind)).collect()
    }

    /// Returns the answer with its hidden parts replaced by the model's.
    pub(crate) fn answer(&self, model: &Outcome, answer: Answer) -> Answer {
        match (model, &answer) {
            (Ok(refund @ Accepted::Refund { .. }), Answer::Accepted(_)) if self.hides(Field::Refunds) => {
                Answer::Accepted(*refund)
            }
            (Ok(Accepted::Intent { status, capturable, received }), Answer::Accepted(Accepted::Intent { .. })) => {
                self.intent_answer((*status, *capturable, *received), answer)
            }
            (Err(rejection), Answer::Refused(refused))
                if self.hides(Field::RefusalReason) && refused.is_unexplained() && is_reason(*rejection) =>
            {
                Answer::Refused(Refused::from(*rejection))
            }
            (Ok(_) | Err(_), Answer::Accepted(_) | Answer::Refused(_) | Answer::Lost) => answer,
        }
    }

    fn intent_answer(
        &self,
        (status, capturable, received): (holdfast_model::IntentStatus, holdfast_model::Amount, holdfast_model::Amount),
        answer: Answer,
    ) -> Answer {
        let Answer::Accepted(Accepted::Intent {
            status: its_status,
            capturable: its_capturable,
            received: its_received,
        }) = answer
        else {
            return answer;
        };
        Answer::Accepted(Accepted::Intent {
            status: if self.hides(Field::Status) { status } else { its_status },
            capturable: if self.hides(Field::Capturable) { capturable } else { its_capturable },
            received: if self.hides(Field::Received) { received } else { its_received },
        })
    }

    /// Judges a step of the subject. A property whose verdict depends on a hidden value is not judged. `known` are the
    /// properties that were judged before; of these, only a false one is tested for such a dependence.
    pub(crate) fn judged(&self, step: &Step<'_>, known: PropertyBits) -> JudgedStep {
        let verdicts = judge(step);
        let mut judged = JudgedStep {
            broken: verdicts.broken & !self.unjudged,
            witnessed: verdicts.witnessed & !self.unjudged,
            ..JudgedStep::default()
        };
        if judged.broken != 0 {
            self.suppress(&mut judged, step);
        } else {
            self.suppress_new(&mut judged, step, known);
        }
        judged.explained = oracle::broken_of(judged.broken, step);
        judged
    }

    /// Suppresses the properties whose verdict on the step depends on a hidden value, if one of those that occurred is
    /// not `known`.
    pub(crate) fn suppress_new(&self, judged: &mut JudgedStep, step: &Step<'_>, known: PropertyBits) {
        if judged.witnessed & !known != 0 {
            self.suppress(judged, step);
        }
    }

    fn suppress(&self, judged: &mut JudgedStep, step: &Step<'_>) {
        let affected = self.affected(step);
        judged.suppressed |= (judged.broken | judged.witnessed) & affected;
        judged.broken &= !affected;
        judged.witnessed &= !affected;
    }

    /// Returns the properties about idempotency keys, if keys are hidden. All others may use a client's own records of
    /// its keys: the requests that it sent and the responses that it received.
    fn about_keys(&self) -> PropertyBits {
        let topic = CATALOGUE.iter().filter(|property| self.hides(Field::Keys) && property.topic == "idempotency");
        topic.fold(PropertyBits::ZERO, |bits, property| bits | property.bit())
    }

    /// Returns the properties whose verdict changes with a hidden value, over sequences that the subject supports.
    fn measure(&self, capabilities: &Capabilities) -> PropertyBits {
        let mut affected = PropertyBits::ZERO;
        for seed in 0..SEQUENCES {
            let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
            generator::sequence_for(capabilities, &mut Seeded::new(seed, INPUTS), bias, |step| {
                affected |= self.affected(step);
            });
        }
        affected
    }

    /// Returns the properties whose verdict on this step depends on a hidden value.
    pub(crate) fn affected(&self, step: &Step<'_>) -> PropertyBits {
        if self.is_full() {
            return PropertyBits::ZERO;
        }
        let usual = judge(step);
        let (before, after) = (Snapshot::from(step.before), Snapshot::from(step.after));
        let notifications = self.visible(step.notifications);
        let reasons = match step.outcome {
            Err(reason) if self.hides(Field::RefusalReason) && is_reason(reason) => {
                vec![Err(reason), Err(Rejection::UnexpectedState), Err(Rejection::CaptureTooLarge)]
            }
            outcome => vec![outcome],
        };
        let mut affected = PropertyBits::ZERO;
        for (first, second) in [(0, 0), (1, 1), (0, 1), (1, 0), (2, 3), (3, 2)] {
            let (before, after) = (self.sampled(&before, first), self.sampled(&after, second));
            for outcome in &reasons {
                for notifications in [step.notifications, &notifications] {
                    let other =
                        judge(&Step::new(before.observe(), step.input, *outcome, notifications, after.observe()));
                    affected |= (usual.broken ^ other.broken) | (usual.witnessed ^ other.witnessed);
                }
            }
        }
        affected
    }

    /// Returns the snapshot with sample values: all low (0), all high (1), or every second field high (2 and 3).
    fn sampled(&self, snapshot: &Snapshot, number: u8) -> Snapshot {
        let mut sampled = snapshot.clone();
        match number {
            0 => self.hidden.sample(false, &mut sampled),
            1 => self.hidden.sample(true, &mut sampled),
            _ => {
                let (even, odd) = self.hidden.halves();
                even.sample(number == 2, &mut sampled);
                odd.sample(number != 2, &mut sampled);
            }
        }
        sampled
    }
}

/// Returns whether the rejection is one that an engine can give as a reason.
fn is_reason(rejection: Rejection) -> bool {
    rejection.is_refusal() && !matches!(rejection, Rejection::LockTimeout)
}

fn judge(step: &Step<'_>) -> Verdicts {
    judge_step(step).and(judge_observation(&step.after))
}

#[cfg(test)]
mod tests {
    use holdfast_properties::Property;

    use super::*;

    #[test]
    fn a_property_that_reads_a_hidden_field_is_not_judged() {
        let card = Visibility::of(&Capabilities::card());
        for (id, judged) in [
            ("captured-within-authorization", true),
            ("refunded-within-captured", true),
            ("received-is-what-was-captured", true),
            ("ledger-has-what-moved", false),
            ("held-money-adds-up", false),
            ("refunds-add-up", false),
            ("money-never-moves-silently", false),
            ("hold-lasts-as-its-network-says", false),
        ] {
            let property = Property::find(id).unwrap();
            assert_eq!(card.unjudged & property.bit() == 0, judged, "{id}");
        }
    }

    #[test]
    fn a_property_that_depends_on_a_hidden_value_in_one_step_is_suppressed_there() {
        let capabilities = Capabilities::everything().hides(&[Field::Received, Field::Captured, Field::Ledger]);
        // The properties that are never judged are not excluded here.
        let visibility = Visibility { hidden: capabilities.hidden(), ..Visibility::default() };
        let mut suppressed = PropertyBits::ZERO;
        generator::sequence_for(&capabilities, &mut Seeded::new(0, INPUTS), Bias::Friendly, |step| {
            let (judged, affected) = (visibility.judged(step, PropertyBits::ZERO), visibility.affected(step));
            assert_eq!((judged.broken | judged.witnessed) & affected, 0, "{}", step.input);
            assert_eq!(judged.suppressed | judged.witnessed, judge(step).witnessed, "{}", step.input);
            suppressed |= judged.suppressed;
        });
        assert_ne!(suppressed, 0);
    }

    #[test]
    fn with_everything_visible_every_property_is_judged() {
        assert_eq!(Visibility::of(&Capabilities::everything()).unjudged, 0);
    }
}
