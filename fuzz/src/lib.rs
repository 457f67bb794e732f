//! The common parts of the fuzz targets: entry points, feedback to the fuzzer, and reports of failures.
//!
//! A target is a function of bytes. Under `cargo fuzz`, libFuzzer calls it. Built without the fuzzer, it is a program
//! that replays files, so that crashes and corpus entries can be tested on stable.
//!
//! ```
//! // Any bytes are a sequence of inputs; a difference between model and engine panics.
//! holdfast_fuzz::run::lockstep(b"any bytes");
//! ```
//!
//! Read first: `run.rs` (the targets), `failure.rs` (the report of a failure), `counters.rs` (feedback to the fuzzer).

mod counters;
mod failure;
#[cfg(feature = "http")]
pub mod http;
pub mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[cfg(fuzzing)]
pub use libfuzzer_sys;

/// Defines the entry point of a target from a function of bytes. With `sequences`, its bytes are records, and mutations
/// work on records.
#[macro_export]
macro_rules! target {
    (sequences $run:path) => {
        $crate::target!($run);
        #[cfg(fuzzing)]
        mod changes {
            use holdfast_harness::mutate;
            $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
                mutate::mutate(data, size, max_size, seed, $crate::libfuzzer_sys::fuzzer_mutate)
            });
            $crate::libfuzzer_sys::fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
                mutate::cross(first, second, out, seed)
            });
        }
    };
    ($run:path) => {
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $run(bytes));
        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay($run)
        }
    };
}

/// Runs a target on every file that the arguments name, and on every file in the folders that they name. A failure
/// panics, as it does under libFuzzer.
#[must_use]
pub fn replay(run: fn(&[u8])) -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if arguments.is_empty() {
        eprintln!("error: expected files or folders to replay, such as fuzz/seeds/lockstep");
        return ExitCode::from(2);
    }
    let mut replayed = 0_usize;
    for path in arguments {
        let files = match files(&path) {
            Ok(files) => files,
            Err(error) => {
                eprintln!("error: {}: {error}", path.display());
                return ExitCode::from(2);
            }
        };
        for (path, bytes) in files {
            eprintln!("{}", path.display());
            run(&bytes);
            replayed = replayed.saturating_add(1);
        }
    }
    eprintln!("{replayed} replayed, none fails");
    ExitCode::SUCCESS
}

/// Returns the file at `path`, or the files in the folder at `path`, in order of their names.
///
/// # Errors
/// Returns an error if they cannot be read.
pub fn files(path: &Path) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
    if !path.is_dir() {
        return Ok(vec![(path.to_owned(), fs::read(path)?)]);
    }
    let mut paths = fs::read_dir(path)?.map(|entry| entry.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect()
}
