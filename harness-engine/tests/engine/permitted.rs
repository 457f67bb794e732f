//! Every permitted alternative of the oracle occurs: one that never occurs could hide a difference later.

use std::cell::RefCell;
use std::rc::Rc;

use holdfast_harness::choices::Seeded;
use holdfast_harness::generator::Bias;
use holdfast_harness::permitted::PERMITTED_ALTERNATIVES;
use holdfast_harness::reading::{is_seen_as, is_seen_of};
use holdfast_harness::{Answer, Failure, Reaction, Refused, Subject, SystemSnapshot, Verdict, drive};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::{Call, Config, EnvironmentEvent, Input, KeyId, Operation};

/// The number of sequences; each alternative occurs within a fraction of them.
const SEEDS: u64 = 6000;

/// An engine whose last refusal is recorded.
struct Overheard {
    engine: EngineSubject,
    refused: Rc<RefCell<Option<Refused>>>,
}

impl Overheard {
    fn hear(&self, reaction: Result<Reaction, Failure>) -> Result<Reaction, Failure> {
        *self.refused.borrow_mut() = match &reaction {
            Ok(Reaction { answer: Answer::Refused(refused), .. }) => Some(refused.clone()),
            Ok(_) | Err(_) => None,
        };
        reaction
    }
}

impl Subject for Overheard {
    fn start(&mut self, config: &Config) -> Result<(), Failure> {
        self.engine.start(config)
    }
    fn can(&mut self, input: &Input) -> bool {
        self.engine.can(input)
    }
    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        let reaction = self.engine.submit(call);
        self.hear(reaction)
    }
    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        let reaction = self.engine.inject(event);
        self.hear(reaction)
    }
    fn begin(&mut self, key: KeyId, operation: &Operation) -> Result<Reaction, Failure> {
        let reaction = self.engine.begin(key, operation);
        self.hear(reaction)
    }
    fn finish(&mut self, key: KeyId) -> Result<Reaction, Failure> {
        let reaction = self.engine.finish(key);
        self.hear(reaction)
    }
    fn observe(&mut self) -> Result<&SystemSnapshot, Failure> {
        self.engine.observe()
    }
}

#[test]
fn every_freedom_is_taken() {
    let refused = Rc::default();
    let mut subject = Overheard { engine: EngineSubject::default(), refused: Rc::clone(&refused) };
    let mut taken = vec![0_u32; PERMITTED_ALTERNATIVES.len()];
    for seed in 0..SEEDS {
        let bias = if seed.is_multiple_of(2) { Bias::Friendly } else { Bias::Hostile };
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 60), bias, |step| {
            let (Err(rejection), Some(refused)) = (step.outcome, &*refused.borrow()) else { return };
            for (freedom, taken) in PERMITTED_ALTERNATIVES.iter().zip(&mut taken) {
                let as_well = is_seen_as(refused, &freedom.also) && !is_seen_of(refused, rejection);
                *taken += u32::from(freedom.instead_of == rejection && as_well);
            }
        });
        assert!(matches!(drive.verdict, Verdict::Agree(_)), "seed {seed}: {:?}", drive.verdict);
    }
    let never: Vec<_> = PERMITTED_ALTERNATIVES
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| **taken == 0)
        .map(|(freedom, _)| freedom)
        .collect();
    assert!(never.is_empty(), "never taken: {never:#?}\nhow often each was: {taken:?}");
}
