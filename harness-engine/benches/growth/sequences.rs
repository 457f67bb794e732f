//! A step of engine, model and properties in lockstep, in sequences of growing length.

use crate::chart::Chart;
use crate::now;
use holdfast_harness::choices::Seeded;
use holdfast_harness::generator::{self, Bias, Sequence};
use holdfast_harness::{ModelSubject, Subject, lockstep};
use holdfast_harness_engine::EngineSubject;

/// The lengths, in inputs.
const LENGTHS: [u32; 4] = [30, 100, 300, 1_000];
/// The inputs of all sequences of a length together.
const INPUTS: usize = 60_000;

/// Measures the time of a step.
pub(crate) fn measure() -> Chart {
    let about = "One operation decided by the model, and by the engine in memory beside it, observed, compared and judged by \
                 every property. A sequence has at most as many inputs as its column says.";
    let (mut model, mut engine) = (Vec::new(), Vec::new());
    for length in LENGTHS {
        eprintln!("length of a sequence: {length}");
        let sequences = sequences(length);
        model.push(step(&mut ModelSubject::default(), &sequences));
        engine.push(step(&mut EngineSubject::default(), &sequences));
    }
    let sizes = LENGTHS.iter().map(|length| usize::try_from(*length).unwrap()).collect();
    let rows = vec![("model beside itself", model), ("engine beside the model", engine)];
    Chart { name: "sequences", title: "Length of a sequence", about, axis: "inputs", sizes, rows }
}

fn sequences(length: u32) -> Vec<Sequence> {
    let mut inputs = 0;
    let mut found = Vec::new();
    for seed in 0.. {
        let bias = if seed % 2 == 0 { Bias::Friendly } else { Bias::Hostile };
        let sequence = generator::sequence(&mut Seeded::new(seed, length), bias, |_| ());
        inputs += sequence.inputs.len();
        found.push(sequence);
        if inputs >= INPUTS {
            break;
        }
    }
    found
}

/// Returns the mean time of a step, in microseconds.
fn step(subject: &mut impl Subject, sequences: &[Sequence]) -> f64 {
    let start = now();
    let mut inputs = 0_usize;
    for sequence in sequences {
        let verdict = lockstep::run(subject, &sequence.config, &sequence.inputs);
        assert!(verdict.agrees(), "{verdict}");
        inputs += sequence.inputs.len();
    }
    now().saturating_sub(start).as_secs_f64() * 1e6 / inputs as f64
}
