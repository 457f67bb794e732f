//! Every request is repeated under its key: the response is the same, and nothing is done twice (IDEM-3, R1, R2, R5).

use holdfast_model::{Call, Config, DeliveryFault, Input, KeyId};

use crate::baseline::{self, cannot_say};
use crate::subject::send;
use crate::subject::{Answer, Subject};
use crate::verdict::{Tally, Verdict};

/// Runs `inputs` without keys, and then with each request under its own key and sent three times. The first time, the
/// requests have in turn no fault, a lost response, and a server error. After each repetition the subject must show the
/// same state as in the first run, and must have responded the same unless the request failed.
pub fn run(subject: &mut impl Subject, config: &Config, inputs: &[Input]) -> Verdict {
    match retried(subject, config, &baseline::plain(inputs)) {
        Ok(tally) => Verdict::Agree(tally),
        Err(verdict) => verdict,
    }
}

fn retried(subject: &mut impl Subject, config: &Config, inputs: &[Input]) -> Result<Tally, Verdict> {
    let baseline = baseline::record(subject, config, inputs)?;
    subject.start(config).map_err(cannot_say(0))?;
    let mut tally = Tally::default();
    for ((number, input), expected) in (0_u8..).zip(inputs).zip(&baseline.steps) {
        let step = usize::from(number);
        let fault = fault_of(step);
        let Some((answer, snapshot)) = expected else {
            tally.beyond = tally.beyond.saturating_add(1);
            continue;
        };
        let Input::Call(call) = input else {
            send(subject, input).map_err(cannot_say(step))?;
            continue;
        };
        let first = Call { key: Some(KeyId(number)), fault, ..*call };
        let sent = subject.submit(&first).map_err(cannot_say(step))?;
        let again = Call { fault: DeliveryFault::None, ..first };
        for _ in 0..2 {
            let retry = subject.submit(&again).map_err(cannot_say(step))?;
            // A request that failed on the server gets the same response again; its effect stays (R2).
            let failed = matches!(&sent.answer, Answer::Refused(refused) if refused.http == 500);
            let wanted = if failed { &sent.answer } else { answer };
            let shown = subject.observe().map_err(cannot_say(step))?;
            baseline::compare(step, Input::Call(again), (Some(&retry.answer), shown), (wanted, snapshot))?;
        }
        tally.compared = tally.compared.saturating_add(1);
    }
    Ok(tally)
}

/// Returns the delivery fault with which the request of this step is sent first.
pub(crate) fn fault_of(step: usize) -> DeliveryFault {
    match step.checked_rem(3) {
        Some(1) => DeliveryFault::AnswerLost,
        Some(2) => DeliveryFault::ErrorAfter,
        _ => DeliveryFault::None,
    }
}
