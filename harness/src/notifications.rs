//! A consumer of late, repeated and reordered notifications ends with the same records as a fetch (I14, R8–R10).

use holdfast_model::{Config, Input, Notification};
use holdfast_properties::Snapshot;
use holdfast_properties::consumer::Consumer;

use crate::baseline::cannot_say;
use crate::bounds;
use crate::choices::Choices;
use crate::oracle;
use crate::properties::old_key;
use crate::subject::send;
use crate::subject::{Failure, Subject};
use crate::verdict::{Broken, Tally, Verdict, Violation};

/// Runs `inputs` and delivers the notifications as `disorder` chooses: late, in any order, some of them twice. After
/// the last delivery, the consumer's records must equal those of a fetch.
pub fn run(subject: &mut impl Subject, config: &Config, inputs: &[Input], disorder: &mut impl Choices) -> Verdict {
    match deliver(subject, config, inputs, disorder) {
        Ok(tally) => Verdict::Agree(tally),
        Err(verdict) => verdict,
    }
}

fn deliver(
    subject: &mut impl Subject,
    config: &Config,
    inputs: &[Input],
    disorder: &mut impl Choices,
) -> Result<Tally, Verdict> {
    subject.start(config).map_err(cannot_say(0))?;
    let capabilities = subject.capabilities();
    let mut tally = Tally::default();
    let mut consumer = Consumer::default();
    let mut waiting: Vec<Notification> = Vec::new();
    let mut now = oracle::nothing_yet(config);
    for (step, input) in inputs.iter().enumerate() {
        if let Some(prune) = old_key(&now, input) {
            hear(subject, config, &prune, (&mut waiting, &mut now)).map_err(cannot_say(step))?;
        }
        if bounds::is_full(&now.observe(), input) || !capabilities.supports(input) || !subject.can(input) {
            tally.beyond = tally.beyond.saturating_add(1);
            continue;
        }
        hear(subject, config, input, (&mut waiting, &mut now)).map_err(cannot_say(step))?;
        for _ in 0..disorder.choose(3) {
            if let Some(emitted) = pick(&mut waiting, disorder) {
                consumer.receive(&emitted, &now.observe());
            }
        }
        tally.compared = tally.compared.saturating_add(1);
    }
    while let Some(emitted) = pick(&mut waiting, disorder) {
        consumer.receive(&emitted, &now.observe());
    }
    if consumer.agrees_with(&now.observe()) {
        return Ok(tally);
    }
    let step = inputs.len().saturating_sub(1);
    let Some(input) = inputs.last().copied() else { return Ok(tally) };
    let why = format!("the merchant's records differ from what a fetch shows: {}", oracle::summary(&now.payments));
    let properties = vec![Broken { property: "delivery-does-not-matter", why }];
    Err(Verdict::Violate(Box::new(Violation { step, input, properties, differences: Vec::new() })))
}

/// Sends an input to the subject, and collects its notifications and its observation.
fn hear(
    subject: &mut impl Subject,
    config: &Config,
    input: &Input,
    (waiting, now): (&mut Vec<Notification>, &mut Snapshot),
) -> Result<(), Failure> {
    waiting.extend(send(subject, input)?.notifications);
    oracle::snapshot_of(subject.observe()?, config, &[], now);
    Ok(())
}

/// Returns a waiting notification. In one case of eight it keeps waiting, and is delivered again.
fn pick(waiting: &mut Vec<Notification>, disorder: &mut impl Choices) -> Option<Notification> {
    let count = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    let place = usize::try_from(disorder.choose(count)).unwrap_or(0);
    let emitted = waiting.get(place).copied()?;
    let again = disorder.choose(8) == 1;
    if !again {
        waiting.swap_remove(place);
    }
    Some(emitted)
}
