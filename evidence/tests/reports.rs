//! `reports/` equals the output of the commands: nothing in it is written by hand, and nothing is out of date.
//!
//! It contains the counts and digests of every space, the properties that each planted fault breaks, the proof strength
//! of each property and the lifecycle matrix. A rule that changes anywhere within the bounds therefore fails here.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

#[test]
fn the_reports_are_what_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports");
    let found = holdfast_evidence::all(available_parallelism().unwrap_or(NonZeroUsize::MIN)).unwrap();
    let stale: Vec<_> = found
        .iter()
        .filter(|(name, text)| fs::read_to_string(folder.join(name)).ok().as_deref() != Some(text.as_str()))
        .map(|(name, text)| {
            let old = fs::read_to_string(folder.join(name)).unwrap_or_default();
            let line = old.lines().zip(text.lines()).position(|(old, new)| old != new);
            format!("{name}, first at line {}", line.map_or(0, |line| line + 1))
        })
        .collect();
    assert!(
        stale.is_empty(),
        "not what is found any more: {}; `cargo run --bin check -- report` writes it",
        stale.join("; ")
    );
}
