//! Runs a subject on choices: each input is chosen by the model's state, and judged before the next one.

use holdfast_model::Input;
use holdfast_properties::Step;

use crate::choices::Choices;
use crate::generator::{Bias, Sequence, SequenceBuilder};
use crate::lockstep::{Lockstep, Stepped};
use crate::subject::Subject;
use crate::verdict::Verdict;

/// A run of a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Drive {
    /// The inputs up to the one at which the run ended.
    pub sequence: Sequence,
    /// The verdict.
    pub verdict: Verdict,
}

/// Drives a subject in lockstep with the model by inputs from `choices`. `each` receives every compared step, as the
/// subject shows it.
pub fn lockstep(
    subject: &mut impl Subject,
    choices: &mut impl Choices,
    bias: Bias,
    mut each: impl FnMut(&Step<'_>),
) -> Drive {
    let mut builder = SequenceBuilder::for_subject(&subject.capabilities(), choices, bias);
    let config = *builder.config();
    let mut inputs: Vec<Input> = Vec::with_capacity(32);
    let verdict = match Lockstep::start(subject, &config) {
        Err(inconclusive) => Verdict::Inconclusive(inconclusive),
        Ok(mut lockstep) => loop {
            let Some(input) = builder.next(choices, lockstep.model()) else {
                break Verdict::Agree(lockstep.tally());
            };
            inputs.push(input);
            match lockstep.step(input) {
                Ok(Stepped::Compared) => {
                    if let Some(step) = lockstep.last_step() {
                        each(&step);
                    }
                }
                Ok(Stepped::Beyond | Stepped::Held) => {}
                Err(verdict) => break verdict,
            }
        },
    };
    Drive { sequence: Sequence { config, inputs }, verdict }
}
