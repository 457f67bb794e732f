//! What the fuzz targets share: how a target becomes a program, what is fed back to the fuzzer, how a failure is told.
//!
//! A target is a function of bytes. Under `cargo fuzz` libFuzzer calls it; built plainly it is a program that replays
//! the files it is given, so that a crash can be looked at, and every corpus entry tested, on stable.

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

/// A target out of a function of bytes. `sequences` says that its bytes are records, and are changed as such.
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

/// Runs a target on every file that the arguments name, and on every file in the folders that they name. A failure is
/// told as libFuzzer would be told it, by a panic.
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

/// The file at `path`, or those in the folder there, in order.
///
/// # Errors
/// Where they cannot be read.
pub fn files(path: &Path) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
    if !path.is_dir() {
        return Ok(vec![(path.to_owned(), fs::read(path)?)]);
    }
    let mut paths = fs::read_dir(path)?.map(|entry| entry.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect()
}
