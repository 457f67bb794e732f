//! Temporary.
#![allow(warnings, clippy::all, clippy::pedantic, clippy::restriction)]
use holdfast_conformance::choices::Seeded;
use holdfast_conformance::drive;
use holdfast_conformance::generator::Temper;
use holdfast_conformance::subjects::ModelSubject;
use holdfast_model::testing::{faults, faulty_transition};
fn main() {
    let n: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut hist = std::collections::BTreeMap::new();
    let start = std::time::Instant::now();
    let mut steps = 0u64;
    for fault in faults() {
        let mut s = ModelSubject::deciding(move |t, w, i| faulty_transition(fault, t, w, i));
        let f = (0..n).find(|seed| {
            let temper = if seed % 2 == 0 { Temper::Friendly } else { Temper::Hostile };
            !drive::lockstep(&mut s, &mut Seeded::new(*seed, 40), temper, |_| steps += 1).verdict.agrees()
        });
        match f {
            None => println!("not found: {} ({}) {}", fault.name, fault.does, fault.variant),
            Some(f) => {
                *hist.entry((f as f64 + 1.0).log10() as u32).or_insert(0) += 1;
                if f > 1000 {
                    println!("{f}: {}", fault.name)
                }
            }
        }
    }
    println!("{hist:?} {} steps/s", steps as f64 / start.elapsed().as_secs_f64());
}
