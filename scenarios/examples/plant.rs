//! Plants the faults whose name, property or topic contains a word, and prints which properties notice them.
use holdfast_model::testing::faults;
use std::num::NonZeroUsize;
fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    for fault in faults().filter(|fault| fault.name.contains(&word) || fault.breaks.contains(&word)) {
        match holdfast_scenarios::faults::plant(fault, NonZeroUsize::MIN) {
            Ok(caught) => {
                let verdict = if caught.by(fault.breaks) { "caught" } else { "MISSED" };
                println!("{verdict} {} (should break {}): {:?}", fault.name, fault.breaks, caught.broken);
                for line in caught.counterexample {
                    println!("    {line}");
                }
            }
            Err(error) => println!("ERROR {error}"),
        }
    }
}
