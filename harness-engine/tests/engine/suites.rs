//! Random sequences against the engine. Their number is bounded and they are always the same, because the seeds are
//! drawn from a fixed one. A failure prints the seed and the smallest trace that fails alike. Its seed is kept in
//! `failures.txt` beside this file, and is tried first from then on.

use holdfast_engine::objects::Settlement;
use holdfast_engine::store::SqliteStore;
use holdfast_harness::choices::Seeded;
use holdfast_harness::generator::{self, Bias, Sequence};
use holdfast_harness::shrink::{self, EXECUTIONS};
use holdfast_harness::{Verdict, concurrent, crash, drive, lockstep, notifications, properties, retries};
use holdfast_harness_engine::EngineSubject;
use holdfast_harness_engine::strength::Technique;
use holdfast_model::trace::Script;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestRunner};

const FAILURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/failures.txt");

/// Runs `judge` on `cases` seeds.
fn over_seeds(cases: u32, mut judge: impl FnMut(u64) -> Result<(), String>) {
    let config = Config {
        cases,
        // Seeds cannot be shrunk; the traces that they produce are shrunk separately.
        max_shrink_iters: 0,
        rng_seed: RngSeed::Fixed(0x4801_DFA5),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(FAILURES))),
        ..Config::default()
    };
    let judge = std::cell::RefCell::new(&mut judge);
    let outcome = TestRunner::new(config).run(&proptest::num::u64::ANY, |seed| {
        let judged = (judge.borrow_mut())(seed);
        judged.map_err(proptest::test_runner::TestCaseError::fail)
    });
    outcome.unwrap();
}

fn bias(seed: u64) -> Bias {
    if seed.is_multiple_of(2) { Bias::Friendly } else { Bias::Hostile }
}

fn sequence(seed: u64, inputs: u32) -> Sequence {
    generator::sequence(&mut Seeded::new(seed, inputs), bias(seed), |_| ())
}

/// Returns the shrunk failure as text, with its seed.
fn tell(seed: u64, sequence: &Sequence, verdict: &Verdict, run: impl FnMut(&Sequence) -> Verdict) -> String {
    let (sequence, verdict) =
        shrink::shrink(sequence, EXECUTIONS, run).unwrap_or_else(|| (sequence.clone(), verdict.clone()));
    let script = Script::of(sequence.config, sequence.inputs.iter().map(|input| (*input, None)));
    format!("seed {seed}\n{script}{verdict}")
}

/// Runs each seed's sequence by `run`.
fn all_agree(cases: u32, inputs: u32, mut run: impl FnMut(u64, &Sequence) -> Verdict) {
    over_seeds(cases, |seed| {
        let sequence = sequence(seed, inputs);
        match run(seed, &sequence) {
            Verdict::Agree(_) => Ok(()),
            verdict @ (Verdict::Diverge(_) | Verdict::Violate(_) | Verdict::Inconclusive(_)) => {
                Err(tell(seed, &sequence, &verdict, |sequence| run(seed, sequence)))
            }
        }
    });
}

#[test]
fn in_lockstep_with_the_model() {
    let mut subject = EngineSubject::default();
    let mut steps = 0_u64;
    over_seeds(4096, |seed| {
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 60), bias(seed), |_| ());
        match &drive.verdict {
            Verdict::Agree(tally) => {
                steps += tally.compared;
                Ok(())
            }
            verdict @ (Verdict::Diverge(_) | Verdict::Violate(_) | Verdict::Inconclusive(_)) => {
                Err(tell(seed, &drive.sequence, verdict, |it| lockstep::run(&mut subject, &it.config, &it.inputs)))
            }
        }
    });
    assert!(steps > 4096 * 16, "only {steps} steps were compared");
}

/// The same on SQLite: data read from the tables equals the data written.
#[test]
fn in_lockstep_with_the_model_on_sqlite() {
    let mut subject = EngineSubject::on_reused(SqliteStore::in_memory, SqliteStore::emptied);
    all_agree(256, 60, |_, it| lockstep::run(&mut subject, &it.config, &it.inputs));
    all_agree(128, 30, |seed, it| {
        crash::run(&mut subject, &it.config, &it.inputs, &mut Seeded::new(seed.rotate_left(17), 4096))
    });
}

/// The same, and then reconciliation: objects, ledger, network and responses are consistent.
#[test]
fn in_lockstep_and_then_the_books() {
    let mut subject = EngineSubject::default();
    over_seeds(2048, |seed| match Technique::Books.run(&mut subject, seed) {
        Verdict::Agree(_) => Ok(()),
        verdict @ (Verdict::Diverge(_) | Verdict::Violate(_) | Verdict::Inconclusive(_)) => {
            Err(format!("seed {seed}: {verdict}"))
        }
    });
}

/// P22: fees and pending money change nothing that the model knows, with and without crashes, and the books stay right.
#[test]
fn in_lockstep_with_fees_and_pending_money() {
    for delay in [Settlement::STANDARD.delay, 60] {
        let settlement = Settlement { delay, transfers_need_balance: false, ..Settlement::STANDARD };
        let mut subject = EngineSubject::default().settling(settlement);
        all_agree(512, 60, |_, it| lockstep::run(&mut subject, &it.config, &it.inputs));
        all_agree(128, 30, |seed, it| {
            crash::run(&mut subject, &it.config, &it.inputs, &mut Seeded::new(seed.rotate_left(17), 4096))
        });
        over_seeds(512, |seed| match Technique::Books.run(&mut subject, seed) {
            Verdict::Agree(_) => Ok(()),
            verdict @ (Verdict::Diverge(_) | Verdict::Violate(_) | Verdict::Inconclusive(_)) => {
                Err(format!("delay {delay}, seed {seed}: {verdict}"))
            }
        });
    }
    let mut subject = EngineSubject::on_reused(SqliteStore::in_memory, SqliteStore::emptied)
        .settling(Settlement { transfers_need_balance: false, ..Settlement::STANDARD });
    all_agree(128, 60, |_, it| lockstep::run(&mut subject, &it.config, &it.inputs));
}

#[test]
fn by_the_properties_alone() {
    let mut subject = EngineSubject::default();
    all_agree(1024, 40, |_, it| properties::run(&mut subject, &it.config, &it.inputs));
}

#[test]
fn retried() {
    let mut subject = EngineSubject::default();
    all_agree(1024, 30, |_, it| retries::run(&mut subject, &it.config, &it.inputs));
}

#[test]
fn killed_and_started_again() {
    let mut subject = EngineSubject::default();
    all_agree(1024, 30, |seed, it| {
        crash::run(&mut subject, &it.config, &it.inputs, &mut Seeded::new(seed.rotate_left(17), 4096))
    });
}

#[test]
fn told_in_any_order() {
    let mut subject = EngineSubject::default();
    all_agree(1024, 40, |seed, it| {
        notifications::run(&mut subject, &it.config, &it.inputs, &mut Seeded::new(seed.rotate_left(17), 4096))
    });
}

/// A history beyond the bounds of the model proves nothing; the tests limit the number of such histories.
fn explained(verdict: Verdict, unexplained: &mut u32) -> Result<(), String> {
    match verdict {
        Verdict::Agree(tally) => {
            *unexplained += u32::from(tally.compared == 0);
            Ok(())
        }
        verdict @ (Verdict::Inconclusive(_) | Verdict::Diverge(_) | Verdict::Violate(_)) => Err(verdict.to_string()),
    }
}

#[test]
fn one_request_in_the_middle_of_another() {
    let mut subject = EngineSubject::default();
    let (mut open, mut tried) = (0, 0_u32);
    over_seeds(1024, |seed| {
        let sequence = sequence(seed, 24);
        let requests: Vec<_> = concurrent::that_overlap(&sequence.inputs).collect();
        let [.., (place, outer), (_, inner)] = requests.as_slice() else { return Ok(()) };
        let point = u32::try_from(seed % 7).unwrap();
        let nested = concurrent::Nested { outer: *outer, inner: *inner, point };
        tried += 1;
        let verdict = concurrent::run(&mut subject, &sequence.config, &sequence.inputs[..*place], &nested);
        explained(verdict, &mut open).map_err(|why| format!("seed {seed}: {nested:?}: {why}"))
    });
    assert!(tried > 500 && open * 3 < tried, "{open} of {tried} say nothing");
}

#[test]
fn threads_that_race() {
    let mut subject = EngineSubject::default().waiting(std::time::Duration::from_millis(200));
    let (mut open, mut tried) = (0, 0_u32);
    over_seeds(256, |seed| {
        let sequence = sequence(seed, 24);
        let requests: Vec<_> = concurrent::that_overlap(&sequence.inputs).collect();
        let [.., (place, a), (_, b), (_, c), (_, d)] = requests.as_slice() else { return Ok(()) };
        tried += 1;
        let threads = [vec![*a, *b], vec![*c], vec![*d]];
        let verdict = concurrent::threads(&mut subject, &sequence.config, &sequence.inputs[..*place], &threads);
        explained(verdict, &mut open).map_err(|why| format!("seed {seed}: {why}"))
    });
    assert!(tried > 100 && open * 2 < tried, "{open} of {tried} say nothing");
}
