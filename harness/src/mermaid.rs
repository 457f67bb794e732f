//! Draws steps as a sequence diagram in Mermaid.

use std::fmt::Write;

use holdfast_model::trace::describe;
use holdfast_model::{EnvironmentEvent, Input};
use holdfast_properties::Step;

/// Returns the diagram, without the fence around it.
#[must_use]
pub fn diagram<'a>(steps: impl Iterator<Item = Step<'a>> + Clone) -> String {
    let mut out = String::from("sequenceDiagram\n  participant M as Merchant\n  participant E as Engine\n");
    let state = steps.clone().filter_map(|step| actor(&step.input)).collect::<Vec<_>>();
    for (short, name) in [("C", "Customer"), ("B", "Bank")] {
        if state.contains(&short) {
            line(&mut out, format_args!("  participant {short} as {name}"));
        }
    }
    for (number, step) in (1_usize..).zip(steps) {
        scene(&mut out, number, &step);
    }
    out
}

fn scene(out: &mut String, number: usize, step: &Step<'_>) {
    let input = text(&step.input.to_string());
    let answer = text(&describe(&step.outcome));
    match step.input {
        Input::Call(_) | Input::Begin { .. } => {
            line(out, format_args!("  M->>E: {number}. {input}"));
            // A dashed line with a cross at its end marks a refused request or a lost response.
            let arrow = if step.outcome.is_ok() { "-->>" } else { "--x" };
            line(out, format_args!("  E{arrow}M: {answer}"));
        }
        Input::Finish { .. } => {
            line(out, format_args!("  Note over E: {number}. {input}"));
            let arrow = if step.outcome.is_ok() { "-->>" } else { "--x" };
            line(out, format_args!("  E{arrow}M: {answer}"));
        }
        Input::Event(EnvironmentEvent::Advance { .. }) => line(out, format_args!("  Note over M,E: {number}. {input}")),
        Input::Event(_) => {
            let from = actor(&step.input).unwrap_or("E");
            line(out, format_args!("  {from}->>E: {number}. {input}"));
            if step.outcome.is_err() {
                line(out, format_args!("  E--x{from}: {answer}"));
            }
        }
    }
    for notification in step.notifications {
        line(out, format_args!("  E-)M: {}", notification.kind.name()));
    }
}

/// Returns the participant that causes the input.
const fn actor(input: &Input) -> Option<&'static str> {
    match input {
        Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } => None,
        Input::Event(event) => match event {
            EnvironmentEvent::Authenticate { .. }
            | EnvironmentEvent::AuthenticateSetup { .. }
            | EnvironmentEvent::CustomerPays { .. } => Some("C"),
            EnvironmentEvent::Settle { .. }
            | EnvironmentEvent::CloseCancelWindow { .. }
            | EnvironmentEvent::Refund { .. }
            | EnvironmentEvent::SettleSetup => Some("B"),
            EnvironmentEvent::PostToLedger { .. }
            | EnvironmentEvent::ExpireHold { .. }
            | EnvironmentEvent::PruneKey { .. }
            | EnvironmentEvent::Advance { .. } => None,
        },
    }
}

/// Returns the text with `;` and `#` replaced, which are special in Mermaid.
fn text(words: &str) -> String {
    words.replace('#', "#35;").replace(';', ",").replace("#35,", "#35;")
}

fn line(out: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = writeln!(out, "{words}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counterexample::expected;
    use crate::generator::Sequence;
    use holdfast_model::Config;
    use holdfast_model::trace::Script;

    #[test]
    fn who_says_what_to_whom() {
        let script = "create pi1 1000 usd manual method=card_authenticationRequired confirm\n\
                      authenticate pi1 succeeds\n\
                      capture pi1 2000\n\
                      advance 8d\n";
        let inputs = Script::parse(script).unwrap().inputs().collect();
        let trace = expected(&Sequence { config: Config::default(), inputs });
        assert_eq!(
            diagram(trace.steps()),
            "sequenceDiagram
  participant M as Merchant
  participant E as Engine
  participant C as Customer
  M->>E: 1. create pi1 1000 usd manual method=card_authenticationRequired confirm
  E-->>M: requires_action capturable=0 received=0
  E-)M: payment_intent.created
  E-)M: payment_intent.requires_action
  C->>E: 2. authenticate pi1 succeeds
  E-)M: charge.succeeded
  E-)M: payment_intent.amount_capturable_updated
  M->>E: 3. capture pi1 2000
  E--xM: rejected amount_too_large param=amount_to_capture http=400 (CaptureTooLarge)
  Note over M,E: 4. advance 8d
  E-)M: charge.expired
  E-)M: payment_intent.canceled
"
        );
    }
}
