//! The targets as functions of bytes, which the programs in `fuzz_targets/` call.

use std::cell::RefCell;

use holdfast_harness::ModelSubject;
use holdfast_harness::choices::{Bytes, RECORD};
use holdfast_harness::drive::{self, Drive};
use holdfast_harness::generator::{self, Bias, Sequence};
use holdfast_harness::{RunMode, lockstep};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::testing::{faults, faulty_transition};
use holdfast_model::trace::Script;

use crate::counters;
use crate::failure::{Keep, fail, tell};

thread_local! {
    static ENGINE: RefCell<EngineSubject> = RefCell::default();
    static BROKEN: RefCell<ModelSubject> = RefCell::new(broken());
}

/// The fault that [`canary`] has to find.
const PLANTED: &str = "wrong-latch";

/// Runs engine and model in lockstep, mostly with requests that should succeed.
pub fn lockstep(bytes: &[u8]) {
    side_by_side(bytes, Bias::Friendly);
}

/// Runs engine and model in lockstep, mostly with requests that should be refused.
pub fn lockstep_hostile(bytes: &[u8]) {
    side_by_side(bytes, Bias::Hostile);
}

fn side_by_side(bytes: &[u8], bias: Bias) {
    ENGINE.with_borrow_mut(|engine| {
        let Drive { sequence, verdict } = drive::lockstep(engine, &mut Bytes::new(bytes), bias, counters::note);
        tell(&sequence, &verdict, (RunMode::Lockstep, Keep::Yes), |sequence| RunMode::Lockstep.judge(engine, sequence));
        if is_sampled(bytes) {
            goes_the_same_again(&sequence);
        }
    });
}

/// Judges the engine alone by the properties: only this finds faults that model and engine share.
pub fn properties(bytes: &[u8]) {
    in_the_way(bytes, RunMode::Properties);
}

/// Sends requests again, with and without their keys: no effect that should occur once may occur twice.
pub fn retries(bytes: &[u8]) {
    in_the_way(bytes, RunMode::Retries);
}

/// Crashes and restarts the engine at any point: nothing may be lost, and nothing done twice.
pub fn crash(bytes: &[u8]) {
    in_the_way(bytes, RunMode::Crash(chance(bytes)));
}

/// Overlaps two requests at the same point each time: some order of them must explain their responses.
pub fn concurrent(bytes: &[u8]) {
    in_the_way(bytes, RunMode::Concurrent(u32::try_from(chance(bytes) & 15).unwrap_or(0)));
}

/// Delivers notifications late, repeated and reordered: the consumer must end with the same records as a fetch.
pub fn notifications(bytes: &[u8]) {
    in_the_way(bytes, RunMode::Notifications(chance(bytes)));
}

fn in_the_way(bytes: &[u8], way: RunMode) {
    ENGINE.with_borrow_mut(|engine| {
        let sequence = generator::sequence(&mut Bytes::new(bytes), Bias::Friendly, counters::note);
        let verdict = way.judge(engine, &sequence);
        tell(&sequence, &verdict, (way, Keep::Yes), |sequence| way.judge(engine, sequence));
    });
}

/// Returns the choices besides the sequence, from the end of the first record, which the configuration does not read.
fn chance(bytes: &[u8]) -> u64 {
    let unread = bytes.get(RECORD - 4..RECORD).unwrap_or_default();
    unread.iter().fold(0, |chance, byte| chance << 8 | u64::from(*byte))
}

/// Runs a model with a planted fault: if a fuzzer misses it, the silence of the other targets proves nothing.
pub fn canary(bytes: &[u8]) {
    BROKEN.with_borrow_mut(|subject| {
        let Drive { sequence, verdict } =
            drive::lockstep(subject, &mut Bytes::new(bytes), Bias::Friendly, counters::note);
        tell(&sequence, &verdict, (RunMode::Lockstep, Keep::No), |sequence| {
            lockstep::run(subject, &sequence.config, &sequence.inputs)
        });
    });
}

fn broken() -> ModelSubject {
    let Some(fault) = faults().find(|fault| fault.name == PLANTED) else {
        fail(&format!("there is no planted fault {PLANTED}"));
    };
    ModelSubject::deciding(move |config, state, input| faulty_transition(fault, config, state, input))
}

/// Reads bytes as a sequence and does nothing else: the baseline for the speed of the other targets.
pub fn decode(bytes: &[u8]) {
    let sequence = generator::sequence(&mut Bytes::new(bytes), Bias::Friendly, |_| ());
    assert!(sequence.inputs.len() <= generator::INPUTS_AT_MOST, "a sequence has an end");
}

/// Parses arbitrary text as a trace. If it is accepted, the written trace must read back as the same trace.
pub fn trace_parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(script) = Script::parse(&text) else { return };
    let written = script.to_string();
    match Script::parse(&written) {
        Ok(again) if again.to_string() == written => {}
        Ok(again) => fail(&format!("read:\n{text}\nwritten:\n{written}\nand after reading that:\n{again}")),
        Err(error) => fail(&format!("read:\n{text}\nwritten:\n{written}\nwhich is refused: {error}")),
    }
}

/// Returns whether the input is in a sample of one in sixty-four.
fn is_sampled(bytes: &[u8]) -> bool {
    let sum = bytes.iter().fold(0x811C_9DC5_u32, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    sum >> 26 == 0
}

/// Runs the same sequence on two fresh engines, and fails if their transcripts differ.
fn goes_the_same_again(sequence: &Sequence) {
    let [one, other] = [transcript(sequence), transcript(sequence)];
    if one != other {
        let part = one.iter().zip(&other).find(|(one, other)| one != other);
        fail(&format!("two fresh engines ran the same sequence differently: {part:#?}\n{sequence:#?}"));
    }
}

fn transcript(sequence: &Sequence) -> Vec<String> {
    let mut subject = EngineSubject::default();
    let mut lines = Vec::new();
    let mut lockstep = match holdfast_harness::Lockstep::start(&mut subject, &sequence.config) {
        Ok(lockstep) => lockstep,
        Err(inconclusive) => fail(&inconclusive.to_string()),
    };
    for input in &sequence.inputs {
        let stepped = lockstep.step(*input);
        lines.push(format!("{input} {stepped:?} {:?}", lockstep.last_step()));
    }
    lines
}
