//! A run without disturbances, with which a disturbed run of the same inputs is compared.

use holdfast_model::{Call, Config, DeliveryFault, Input, Notification};

use crate::oracle;
use crate::subject::{Answer, Failure, Subject, SystemSnapshot, send};
use crate::verdict::{Difference, Divergence, Inconclusive, Place, Verdict};

/// The maximum number of inputs of a run: each request has its own key, and the number of a key is one byte.
const MOST: usize = 250;

/// The run without disturbances.
pub(crate) struct Baseline {
    /// The answer and the snapshot of each step; `None` where the subject does not support the input.
    pub(crate) steps: Vec<Option<(Answer, SystemSnapshot)>>,
    /// The notifications of all steps.
    pub(crate) emitted: Vec<Notification>,
}

/// Returns the requests without keys and faults, and the environment events. Other inputs are left out.
pub(crate) fn plain(inputs: &[Input]) -> Vec<Input> {
    let plain = |input: &Input| match input {
        Input::Call(call) => Some(Input::Call(Call { key: None, fault: DeliveryFault::None, ..*call })),
        Input::Event(holdfast_model::EnvironmentEvent::PruneKey { .. })
        | Input::Begin { .. }
        | Input::Finish { .. } => None,
        Input::Event(_) => Some(*input),
    };
    inputs.iter().filter_map(plain).take(MOST).collect()
}

/// Runs `inputs` and records each step.
///
/// # Errors
/// Returns an inconclusive verdict if the subject fails.
pub(crate) fn record(subject: &mut impl Subject, config: &Config, inputs: &[Input]) -> Result<Baseline, Verdict> {
    subject.start(config).map_err(cannot_say(0))?;
    let (mut steps, mut emitted) = (Vec::with_capacity(inputs.len()), Vec::new());
    let capabilities = subject.capabilities();
    for (step, input) in inputs.iter().enumerate() {
        if !capabilities.supports(input) || !subject.can(input) {
            steps.push(None);
            continue;
        }
        let reaction = send(subject, input).map_err(cannot_say(step))?;
        let snapshot = subject.observe().map_err(cannot_say(step))?;
        let snapshot = SystemSnapshot { keys: Vec::new(), ..snapshot.clone() };
        emitted.extend(reaction.notifications);
        steps.push(Some((reaction.answer, snapshot)));
    }
    Ok(Baseline { steps, emitted })
}

pub(crate) fn cannot_say(step: usize) -> impl Fn(Failure) -> Verdict {
    move |Failure(reason)| Verdict::Inconclusive(Inconclusive { step, reason })
}

/// Compares the answer and the snapshot of a step with those of the baseline.
///
/// # Errors
/// Returns a divergence that names each difference, amounts of money first.
pub(crate) fn compare(
    step: usize,
    input: Input,
    (answer, snapshot): (Option<&Answer>, &SystemSnapshot),
    (expected_answer, expected_snapshot): (&Answer, &SystemSnapshot),
) -> Result<(), Verdict> {
    let mut differences = Vec::new();
    if let Some(answer) = answer.filter(|answer| *answer != expected_answer) {
        let (model, subject) = (oracle::describe_answer(expected_answer), oracle::describe_answer(answer));
        differences.push(Difference { place: Place::Answer, model, subject });
    }
    let is_same = snapshot.payments == expected_snapshot.payments
        && snapshot.setup == expected_snapshot.setup
        && snapshot.session == expected_snapshot.session;
    if !is_same {
        let config = Config::default();
        let (mut expected, mut shown) = (oracle::nothing_yet(&config), oracle::nothing_yet(&config));
        oracle::snapshot_of(expected_snapshot, &config, &[], &mut expected);
        oracle::snapshot_of(&SystemSnapshot { keys: Vec::new(), ..snapshot.clone() }, &config, &[], &mut shown);
        oracle::fields(&expected.observe(), &shown.observe(), &mut differences);
    }
    if differences.is_empty() {
        return Ok(());
    }
    differences.sort_by_key(|difference| !difference.place.is_money());
    Err(Verdict::Diverge(Box::new(Divergence { step, input, differences })))
}
