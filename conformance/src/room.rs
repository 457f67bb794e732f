//! What is seen of an engine has bounds: of a payment four refunds at the most. What goes beyond them would be judged by
//! a part of what is there, so it is not asked.

use holdfast_model::{Input, Observation, Operation};

/// Would the input make what nobody could see?
///
/// Requests still held open count as made: whoever finishes them asks nobody again.
pub(crate) fn is_full(seen: &Observation<'_>, input: &Input) -> bool {
    let Some(Operation::CreateRefund { intent, .. }) = input.operation() else { return false };
    let Some(Some(payment)) = seen.payments.get(usize::from(intent.0)) else { return false };
    let open = seen.keys.iter().flatten().filter(|key| key.answer.is_none());
    let to_come =
        open.filter(|key| matches!(key.operation, Operation::CreateRefund { intent: its, .. } if its == intent));
    payment.refunds.iter().filter(|refund| refund.is_none()).count() <= to_come.count()
}

#[cfg(test)]
mod tests {
    use holdfast_model::trace::Script;

    use crate::generator::Sequence;
    use crate::properties;
    use crate::subjects::EngineSubject;
    use crate::verdict::{Tally, Verdict};

    /// A captured payment with three refunds, and then these lines.
    fn beyond(lines: &str) -> u64 {
        let start = "create pi1 50 eur manual method=card_visa confirm\ncapture pi1\n";
        let script = Script::parse(&format!("{start}{}{lines}", "refund pi1 1\n".repeat(3))).unwrap();
        let Sequence { config, inputs } = Sequence { config: script.config, inputs: script.inputs().collect() };
        let verdict = properties::run(&mut EngineSubject::default(), &config, &inputs);
        let Verdict::Agree(Tally { beyond, .. }) = verdict else { panic!("{verdict}") };
        beyond
    }

    #[test]
    fn what_could_not_be_seen_is_not_asked() {
        let table = [
            ("", 0),
            ("refund pi1 1\n", 0),
            ("refund pi1 1\nrefund pi1\n", 1),
            // One that is under way takes the last place.
            ("begin key1 refund pi1 1\nrefund pi1 2\n", 1),
            ("begin key1 refund pi1 1\nfinish key1\nrefund pi1 2\n", 1),
            ("begin key1 refund pi1 1\nbegin key2 refund pi1 2\nfinish key1\nfinish key2\n", 1),
        ];
        for (lines, expected) in table {
            assert_eq!(beyond(lines), expected, "{lines}");
        }
    }
}
