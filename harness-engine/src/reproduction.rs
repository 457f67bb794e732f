//! The command and the test that replay a counterexample on this engine.

use holdfast_harness::counterexample::Counterexample;

/// Returns the command and the test that replay `found` on the engine, as text.
#[must_use]
pub fn reproduction(found: &Counterexample) -> String {
    let script = found.script().to_string();
    let test = found.regression_test("EngineSubject::default()", &script);
    format!(
        "\nTo see it again:\n\ncargo run --bin check -- replay --on engine - <<'END'\n{script}END\n\nAs a test:\n\n{test}"
    )
}

#[cfg(test)]
mod tests {
    use holdfast_harness::choices::Seeded;
    use holdfast_harness::counterexample::replay;
    use holdfast_harness::generator::{Bias, Sequence};
    use holdfast_harness::{ModelSubject, RunMode, drive, lockstep};
    use holdfast_model::testing::{faults, faulty_transition};

    use super::*;
    use crate::EngineSubject;

    fn found() -> Counterexample {
        let fault = faults().find(|fault| fault.name == "part-is-all").unwrap();
        let mut subject =
            ModelSubject::deciding(move |config, state, input| faulty_transition(fault, config, state, input));
        let sequence = (0..10_000).find_map(|seed| {
            let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 60), Bias::Friendly, |_| ());
            drive.verdict.identity().map(|_| drive.sequence)
        });
        let judge = |sequence: &Sequence| lockstep::run(&mut subject, &sequence.config, &sequence.inputs);
        Counterexample::out_of(&sequence.unwrap(), RunMode::Lockstep, judge).unwrap()
    }

    #[test]
    fn a_counterexample_of_a_broken_model_agrees_on_the_engine() {
        let text = found().script().to_string();
        assert!(replay(&mut EngineSubject::default(), &text).unwrap().agrees(), "{text}");
    }

    #[test]
    fn the_reproduction_has_a_command_and_a_test() {
        let text = reproduction(&found());
        for part in ["check -- replay --on engine", "#[test]\nfn ", "=>"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }

    #[test]
    fn the_test_replays_in_the_mode_that_found_the_failure() {
        let text = reproduction(&Counterexample { mode: RunMode::Properties, ..found() });
        assert!(text.contains("r#\"# way: properties\n"), "the heading comes first: {text}");
    }

    #[test]
    fn a_text_that_is_no_trace_is_refused_with_its_line() {
        let error = replay(&mut EngineSubject::default(), "create pi1 1000 usd\nsteal pi1\n").unwrap_err();
        assert!(error.contains("line 2"), "{error}");
        assert!(replay(&mut EngineSubject::default(), "# way: by post\n\ncreate pi1 1000 usd\n").is_err());
    }
}
