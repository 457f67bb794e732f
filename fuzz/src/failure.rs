//! The report of a failure: it is shrunk, printed and kept.

use std::path::Path;

use holdfast_harness::counterexample::{Counterexample, FOLDER};
use holdfast_harness::generator::Sequence;
use holdfast_harness::{RunMode, Verdict};
use holdfast_harness_engine::reproduction;

/// Whether a failure is kept among the reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The failure is kept, and every test run replays it.
    Yes,
    /// The failure is not kept, because it was planted.
    No,
}

/// Panics unless `verdict` is agreement. The message has the smallest sequence that fails in the same way.
pub(crate) fn tell(
    sequence: &Sequence,
    verdict: &Verdict,
    (way, keep): (RunMode, Keep),
    judge: impl FnMut(&Sequence) -> Verdict,
) {
    if verdict.agrees() {
        return;
    }
    let Some(found) = Counterexample::out_of(sequence, way, judge) else {
        fail(&format!("{verdict}\n\nIt did not fail again, so it was not shrunk: {sequence:#?}"));
    };
    let mut words = format!("{found}{}", reproduction(&found));
    if keep == Keep::Yes {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(FOLDER);
        words.push_str(&match found.write(&folder) {
            Ok(path) => format!("\nKept as {}", path.display()),
            Err(error) => format!("\nNot kept in {}: {error}", folder.display()),
        });
    }
    fail(&words);
}

/// Panics with `words`, which libFuzzer treats as a crash.
pub(crate) fn fail(words: &str) -> ! {
    #[expect(clippy::panic, reason = "libFuzzer recognizes a failure only by a panic")]
    {
        panic!("{words}");
    }
}
