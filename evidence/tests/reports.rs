//! `reports/` is what the commands find: nothing in it is written by hand, and nothing drifts.
//!
//! The counts and digests of every space, the properties each planted fault breaks, the reach of each
//! induction and the lifecycle matrix are all in there, so a rule that changes anywhere within the
//! bounds fails here.

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
