//! A run that was cut resumes at a level, and ends with the same result as a run that was not cut.

use crate::toys::{Counters, EightPuzzle};
use crate::{MODES, assert_equal};
use holdfast_explorer::*;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// A folder that is removed at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("holdfast-explorer-{}-{name}", std::process::id()));
        let _none_there = fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_run_that_was_cut_is_resumed() {
    let forbidding = Counters { forbidden: Some(6), ..Counters::UNSORTED };
    for mode in MODES {
        let folder = Folder::new(&format!("resumed-{mode:?}"));
        let explorer = |limits| {
            let explorer = Distributed::new(forbidding, "forbidding").workers(2).mode(mode).limits(limits);
            explorer.checkpoint(&folder.0, Duration::ZERO).run().unwrap()
        };
        let cut = explorer(Limits { max_depth: Some(9), ..Limits::default() });
        assert_eq!(cut.exploration.summary.completion, Completion::Cut { why: Why::MaxDepth(9) });
        assert_eq!(folder.files().len(), 2, "each worker keeps only its last checkpoint");
        let expanded_before = cut.exploration.summary.expanded;
        let again = explorer(Limits { max_depth: Some(9), ..Limits::default() });
        assert_eq!(again.exploration.summary.expanded, expanded_before, "nothing is counted twice");
        assert_equal(&forbidding, mode, explorer(Limits::default()));
    }
}

#[test]
fn another_number_of_workers_begins_at_the_roots() {
    let folder = Folder::new("workers");
    let run = |workers, max_depth| {
        let limits = Limits { max_depth, ..Limits::default() };
        let explorer = Distributed::new(EightPuzzle, "puzzle").workers(workers).limits(limits);
        explorer.checkpoint(&folder.0, Duration::ZERO).run().unwrap()
    };
    run(2, Some(5));
    assert_equal(&EightPuzzle, Mode::Fingerprint, run(3, None));
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let folder = Folder::new("other");
    let limits = Limits { max_depth: Some(5), ..Limits::default() };
    let explorer = |subject: &str| {
        Distributed::new(EightPuzzle, subject).limits(limits).checkpoint(&folder.0, Duration::ZERO).run()
    };
    explorer("one").unwrap();
    let why = explorer("other").err().unwrap();
    assert!(why.contains("is a checkpoint of another run, `one; Fingerprint`"), "{why}");
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let folder = Folder::new("damaged");
    let limits = Limits { max_depth: Some(5), ..Limits::default() };
    let explorer =
        || Distributed::new(EightPuzzle, "puzzle").limits(limits).checkpoint(&folder.0, Duration::ZERO).run();
    explorer().unwrap();
    let file = folder.files().pop().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(&file, bytes).unwrap();
    let why = explorer().err().unwrap();
    assert!(why.contains("is damaged"), "{why}");
}
