//! Counters of the model's transitions, which the fuzzer reads in addition to code coverage.
//!
//! There is one counter for each abstract transition. An input that takes a new transition therefore counts as
//! progress, even if it runs no new code. libFuzzer reads the section `__libfuzzer_extra_counters`.

use holdfast_properties::{AbstractTransition, Step};

/// The number of counters: several times the number of abstract transitions, so that few share a counter.
#[cfg(fuzzing)]
const COUNTERS: usize = 1 << 14;

#[cfg(fuzzing)]
#[expect(
    unsafe_code,
    reason = "a section is named, as libFuzzer asks for it; the counters are atomic, and nothing else is unsafe"
)]
#[cfg_attr(target_os = "linux", unsafe(link_section = "__libfuzzer_extra_counters"))]
static SEEN: [std::sync::atomic::AtomicU8; COUNTERS] = [const { std::sync::atomic::AtomicU8::new(0) }; COUNTERS];

/// Counts a step.
#[cfg(fuzzing)]
pub(crate) fn note(step: &Step<'_>) {
    use std::sync::atomic::Ordering::Relaxed;
    let mixed = AbstractTransition::of(step).bits().wrapping_mul(0x9E37_79B1);
    let place = usize::try_from(mixed >> 18).unwrap_or(0);
    if let Some(counter) = SEEN.get(place) {
        counter.store(counter.load(Relaxed).saturating_add(1), Relaxed);
    }
}

/// Does nothing outside of a fuzzer.
#[cfg(not(fuzzing))]
pub(crate) fn note(step: &Step<'_>) {
    let _class = AbstractTransition::of(step);
}
