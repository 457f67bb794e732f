//! Drives one sequence: its requests, its differences, and the parts of the API that the server shows.

use std::collections::BTreeMap;

use holdfast_model::{EnvironmentEvent, Input};
use holdfast_properties::CATALOGUE;

use super::{DriveCampaign, Execution};
use crate::features::{Features, RefusalMeaning};
use crate::run::Run;
use crate::step::StepResult;
use crate::wire::{HttpReply, TransportError};

/// One of this many steps at which model and server are known to differ is taken nevertheless.
const SELDOM: u64 = 24;

impl DriveCampaign<'_> {
    pub(super) fn execute_and_judge(&mut self, mut inputs: impl Iterator<Item = Input>) -> Result<(), TransportError> {
        let execution = self.execute(|_| inputs.next(), false)?;
        self.judge(execution)
    }

    /// Drives one sequence, and learns from it which parts of the API the server has.
    ///
    /// # Errors
    /// [`TransportError`] at the end of the budget; the sightings so far are then recorded as unrepeated.
    pub(super) fn execute(
        &mut self,
        mut next: impl FnMut(&Run<'_>) -> Option<Input>,
        steers: bool,
    ) -> Result<Execution, TransportError> {
        let mut execution = Execution { taken: Vec::new(), seen: Vec::new(), is_whole: true };
        if let Err(broken) = self.execute_into(&mut execution, &mut next, steers) {
            // What was seen before the end is not lost.
            self.keep_unrepeated(&execution.taken, execution.seen.into_iter());
            return Err(broken);
        }
        Ok(execution)
    }

    /// Drives one sequence. After an error, `execution` holds the results before it.
    fn execute_into(
        &mut self,
        execution: &mut Execution,
        next: &mut impl FnMut(&Run<'_>) -> Option<Input>,
        steers: bool,
    ) -> Result<(), TransportError> {
        let mut run = Run::begin(self.server, &self.config);
        while let Some(input) = next(&run) {
            if steers && run.foresee(input).is_some_and(|edge| is_skipped(&mut self.blocked, edge.bits())) {
                continue;
            }
            let (input, result) = take(&mut run, &self.features, input, steers);
            let place = execution.taken.len();
            let result = match result {
                Ok(result) => result,
                Err(broken) => {
                    execution.seen.extend(run.unseen().map(|sighting| (place, sighting)));
                    return Err(broken);
                }
            };
            if !result.asked {
                continue;
            }
            if execution.taken.is_empty() {
                self.sequences = self.sequences.saturating_add(1);
            }
            execution.taken.push(input);
            if let Some(edge) = result.edge {
                self.edges.insert(edge.bits());
            }
            for (count, property) in self.witnessed.iter_mut().zip(&CATALOGUE) {
                *count = count.saturating_add(u64::from(result.witnessed & property.bit() != 0));
            }
            let refusal = result.refused.as_ref().map(|reply| refusal(&mut self.features, &input, reply));
            match refusal {
                // The sequence shows only that a part is missing.
                Some(RefusalMeaning::Lacks | RefusalMeaning::Unsure) => execution.is_whole = false,
                Some(RefusalMeaning::Known) | None => {
                    if result.let_through {
                        self.features.note(&input);
                    }
                    let parts = result.refused.is_some() || !result.goes_on;
                    if let (true, Some(edge)) = (parts, result.edge) {
                        self.blocked.entry(edge.bits()).or_default();
                    }
                    let place = execution.taken.len();
                    execution.seen.extend(result.sightings.into_iter().map(|sighting| (place, sighting)));
                }
            }
            execution.is_whole &= !result.is_unsure;
            if !result.goes_on {
                return Ok(());
            }
        }
        let place = execution.taken.len();
        if place > 0 {
            let around = run.look_around();
            let unseen = run.unseen().collect();
            let (around, end) = around.map_or_else(|broken| (unseen, Err(broken)), |around| (around, Ok(())));
            execution.seen.extend(around.into_iter().map(|sighting| (place, sighting)));
            return end;
        }
        Ok(())
    }
}

/// Counts a step to a known difference. Returns whether it is left out: one of [`SELDOM`] is taken nevertheless.
fn is_skipped(blocked: &mut BTreeMap<u32, u64>, edge: u32) -> bool {
    let Some(times) = blocked.get_mut(&edge) else { return false };
    *times = times.saturating_add(1);
    times.checked_rem(SELDOM) != Some(0)
}

/// Takes one input, and returns the input that was taken. A steered step into the last minutes before a deadline becomes a
/// step past the deadline.
fn take(
    run: &mut Run<'_>,
    features: &Features,
    input: Input,
    steers: bool,
) -> (Input, Result<StepResult, TransportError>) {
    let result = run.take(input, features);
    match (&result, input) {
        (Ok(StepResult { asked: false, .. }), Input::Event(EnvironmentEvent::Advance { seconds })) if steers => {
            let input = Input::Event(EnvironmentEvent::Advance { seconds: seconds.saturating_add(1_800) });
            (input, run.take(input, features))
        }
        _ => (input, result),
    }
}

/// Records the conclusions from a refusal about the server.
fn refusal(features: &mut Features, input: &Input, reply: &HttpReply) -> RefusalMeaning {
    let code = reply.text_at("/error/code").unwrap_or_default();
    // These codes concern a payment; they do not show that a part of the API is missing.
    if reply.status == 402 || DECISIONS.contains(&code) {
        return RefusalMeaning::Known;
    }
    features.refuse(input, reply.text_at("/error/param"), &told(reply))
}

/// Codes which show that the server knows the request and decided it.
const DECISIONS: [&str; 8] = [
    "payment_intent_unexpected_state",
    "setup_intent_unexpected_state",
    "charge_already_refunded",
    "charge_already_captured",
    "amount_too_large",
    "amount_too_small",
    "idempotency_key_in_use",
    "lock_timeout",
];

fn told(reply: &HttpReply) -> String {
    let message = reply.text_at("/error/message").unwrap_or(reply.text.as_str());
    let message: String =
        message.chars().take(80).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("{} {message}", reply.status).trim().to_owned()
}
