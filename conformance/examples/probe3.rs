//! Temporary.
#![allow(warnings, clippy::all, clippy::pedantic, clippy::restriction)]
use holdfast_conformance::choices::Seeded;
use holdfast_conformance::generator::{self, Temper};
use holdfast_properties::AbstractTransition;
use std::collections::BTreeMap;
fn main() {
    let mut seen: BTreeMap<u8, u64> = BTreeMap::new();
    let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut n = 0;
    for seed in 0..4000 {
        let mut most = 0;
        let s = generator::sequence(&mut Seeded::new(seed, 40), Temper::Friendly, |step| {
            for p in step.after.payments.iter().flatten() {
                most = most.max(p.charge.map_or(0, |c| c.captures));
            }
            n += 1;
            let name = AbstractTransition::of(step).name();
            let w: Vec<&str> = name.split(':').collect();
            let e = kinds.entry(w[1].to_string()).or_default();
            if w[2] == "accepted" { e.0 += 1 } else { e.1 += 1 }
        });
        *seen.entry(most).or_default() += 1;
        if seed < 1 {
            for i in &s.inputs {
                println!("{i}")
            }
        }
    }
    println!("{seen:?} {n} {kinds:#?}");
}
