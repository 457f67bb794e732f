//! The regression test in a report fails while the defect is there, and passes once it is fixed, also after crashes and
//! overlaps.

use std::collections::BTreeMap;

use holdfast_harness::concurrent::{Concurrent, Overlap, Raced};
use holdfast_harness::counterexample;
use holdfast_harness::crash::Recoverable;
use holdfast_harness::{Answer, Failure, ModelSubject, Reaction, RunMode, Subject, Suite};
use holdfast_model::trace::Script;
use holdfast_model::{Call, Config, DeliveryFault, KeyId, Operation};

/// The model with restarts, overlapping requests and any number of keys. If it is forgetful, it loses its state in a
/// crash and in an overlap.
#[derive(Default)]
struct Restarts {
    model: ModelSubject,
    answers: BTreeMap<KeyId, Answer>,
    dies: bool,
    forgets: bool,
}

impl Restarts {
    fn forgetful() -> Self {
        Self { forgets: true, ..Self::default() }
    }

    fn lose(&mut self) -> Result<(), Failure> {
        if self.forgets { self.start(&Config::default()) } else { Ok(()) }
    }
}

impl Subject for Restarts {
    passed_to_the_model!(can inject begin finish observe);

    fn start(&mut self, config: &Config) -> Result<(), Failure> {
        self.answers.clear();
        self.model.start(config)
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        if let Some(answer) = call.key.and_then(|key| self.answers.get(&key)) {
            return Ok(Reaction::of(answer.clone()));
        }
        let reaction = self.model.submit(&Call { key: None, ..*call })?;
        self.answers.extend(call.key.map(|key| (key, reaction.answer.clone())));
        Ok(reaction)
    }
}

impl Recoverable for Restarts {
    fn die_after(&mut self, points: u32) {
        self.dies = points < 2;
    }

    fn recover(&mut self) -> Result<bool, Failure> {
        if self.dies {
            self.lose()?;
        }
        Ok(std::mem::take(&mut self.dies))
    }
}

impl Concurrent for Restarts {
    fn can_race(&self, _: &Operation) -> bool {
        true
    }

    fn nest(&mut self, outer: &Operation, inner: &Operation, _: u32) -> Result<Overlap, Failure> {
        let mut overlap = Overlap::default();
        for operation in [*outer, *inner] {
            let call = Call { operation, key: None, fault: DeliveryFault::None };
            let reaction = self.model.submit(&call)?;
            overlap.history.push(Raced { operation, answer: reaction.answer, from: 0, to: 1 });
            overlap.notifications.extend(reaction.notifications);
        }
        self.lose()?;
        Ok(overlap)
    }

    fn race(&mut self, _: &[Vec<Operation>]) -> Result<Overlap, Failure> {
        Err(Failure("two requests at most".to_owned()))
    }
}

#[test]
fn a_regression_test_of_a_crash_or_an_overlap_passes_once_the_defect_is_gone() {
    for mode in ["crash", "concurrent"] {
        let suite = Suite::new(Restarts::forgetful()).made_by("Restarts::forgetful()").restarts().overlaps();
        let others = ["lockstep", "properties", "retries", "notifications", "crash", "concurrent"];
        let others = others.into_iter().filter(|other| *other != mode);
        let report = others.fold(suite, |suite, other| suite.skip((other, "another mode is tested"))).run();
        let found = report.finding.as_ref().unwrap_or_else(|| panic!("{mode}: {report}"));
        assert!(found.mode.to_string().starts_with(mode), "{report}");
        let test = report.regression_test().unwrap();
        assert!(test.contains("holdfast_harness::counterexample::replay(&mut Restarts::forgetful(), trace)"), "{test}");
        let trace = test.split("r#\"").nth(1).and_then(|rest| rest.split("\"#").next()).unwrap();
        let broken = counterexample::replay(&mut Restarts::forgetful(), trace).unwrap();
        assert!(!broken.agrees(), "{broken}\n{trace}");
        let mended = counterexample::replay(&mut Restarts::default(), trace).unwrap();
        assert!(mended.agrees(), "{mended}\n{trace}");
    }
}

#[test]
fn a_replay_in_which_nothing_overlaps_is_an_error() {
    let script = Script { heading: vec![format!("way: {}", RunMode::Concurrent(1))], ..Script::default() };
    let error = counterexample::replay(&mut Restarts::default(), &script.to_string()).unwrap_err();
    assert!(error.contains("no step was compared"), "{error}");
}
