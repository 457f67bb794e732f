//! Crashes and restarts: every request is executed once, as in a run without crashes (R2, I13).

use holdfast_model::{Call, Config, DeliveryFault, EnvironmentEvent, Input, KeyId};

use crate::baseline::{self, cannot_say};
use crate::choices::Choices;
use crate::oracle;
use crate::subject::send;
use crate::subject::{Failure, Subject};
use crate::verdict::{Difference, Divergence, Place, Tally, Verdict};

/// A subject that can crash at an access to its store or network, and restart from its stored data.
pub trait Recoverable: Subject {
    /// Makes the subject crash at its `points`-th access to its store or network, counted from now.
    fn die_after(&mut self, points: u32);

    /// Returns whether the subject has crashed since [`Recoverable::die_after`]. If so, it restarts, and its worker
    /// completes the work that was begun.
    ///
    /// # Errors
    /// Returns a [`Failure`] if it cannot restart.
    fn recover(&mut self) -> Result<bool, Failure>;
}

/// The last access at which a request crashes.
const POINTS: u32 = 10;

/// Runs `inputs` without crashes, and then with a crash in most of them, at the access that `when` chooses. The client
/// repeats its request under the same key, and an event is injected again. After each step the subject must show the
/// same state as in the first run. At the end it must have emitted the same notifications.
pub fn run(subject: &mut impl Recoverable, config: &Config, inputs: &[Input], when: &mut impl Choices) -> Verdict {
    match crashing(subject, config, &baseline::plain(inputs), when) {
        Ok(tally) => Verdict::Agree(tally),
        Err(verdict) => verdict,
    }
}

fn crashing(
    subject: &mut impl Recoverable,
    config: &Config,
    inputs: &[Input],
    when: &mut impl Choices,
) -> Result<Tally, Verdict> {
    let baseline = baseline::record(subject, config, inputs)?;
    subject.start(config).map_err(cannot_say(0))?;
    let (mut tally, mut emitted) = (Tally::default(), Vec::new());
    for ((number, input), expected) in (0_u8..).zip(inputs).zip(&baseline.steps) {
        let step = usize::from(number);
        let Some((answer, snapshot)) = expected else {
            tally.beyond = tally.beyond.saturating_add(1);
            continue;
        };
        subject.die_after(when.choose(POINTS));
        let input = match *input {
            Input::Call(call) => Input::Call(Call { key: Some(KeyId(number)), fault: DeliveryFault::None, ..call }),
            Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => *input,
        };
        let mut reaction = send(subject, &input).map_err(cannot_say(step))?;
        emitted.append(&mut reaction.notifications);
        if subject.recover().map_err(cannot_say(step))? {
            // Each input is repeated, and work that is already done is not done twice. Time is not repeated, but jobs
            // that became due run now. The customer pays again if the page does not show the payment.
            let again = match input {
                Input::Event(EnvironmentEvent::Advance { .. }) => {
                    Some(Input::Event(EnvironmentEvent::Advance { seconds: 0 }))
                }
                Input::Event(EnvironmentEvent::CustomerPays { .. }) => {
                    let shown = subject.observe().map_err(cannot_say(step))?;
                    baseline::compare(step, input, (None, shown), (answer, snapshot)).err().map(|_| input)
                }
                Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => Some(input),
            };
            if let Some(again) = again {
                reaction = send(subject, &again).map_err(cannot_say(step))?;
                emitted.append(&mut reaction.notifications);
            }
            tally.held = tally.held.saturating_add(1);
        }
        // An event that was injected before the crash has no effect after it, so its result is not compared.
        let answered = matches!(input, Input::Call(_)).then_some(&reaction.answer);
        let shown = subject.observe().map_err(cannot_say(step))?;
        baseline::compare(step, input, (answered, shown), (answer, snapshot))?;
        tally.compared = tally.compared.saturating_add(1);
    }
    let Some(step) = inputs.len().checked_sub(1) else { return Ok(tally) };
    // Notifications from the time of the crash come with the next reaction.
    let nothing = Input::Event(EnvironmentEvent::Advance { seconds: 0 });
    emitted.extend(send(subject, &nothing).map_err(cannot_say(step))?.notifications);
    if oracle::are_notifications_alike(&baseline.emitted, &emitted) {
        return Ok(tally);
    }
    let (model, subject) =
        (oracle::describe_notifications(&baseline.emitted), oracle::describe_notifications(&emitted));
    let differences = vec![Difference { place: Place::Notifications, model, subject }];
    Err(Verdict::Diverge(Box::new(Divergence { step, input: nothing, differences })))
}
