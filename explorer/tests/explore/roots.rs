//! Shards and resumed runs add up to the result of one whole run.

use crate::toys::{Configurations, Jugs};
use holdfast_explorer::*;

const SPACE: Configurations = Configurations { size: 5000 };

fn whole() -> Summary {
    Explorer::new(&SPACE).run().summary
}

#[test]
fn shards_add_up_to_the_whole() {
    for of in [1, 2, 3, 6, 9] {
        let mut merged = Summary::default();
        for index in (0..of).rev() {
            let part = Part::new(index, of).unwrap();
            let roots = (0..6).filter(|root| part.has(*root));
            let explorer = Explorer::new(&SPACE).roots(roots).threads(2);
            merged.merge(explorer.run().summary);
        }
        assert_eq!(merged, whole(), "{of} shards");
    }
}

#[test]
fn a_shard_finds_the_same_path_as_the_whole() {
    for mode in [Mode::Exact, Mode::Fingerprint] {
        let explorer = Explorer::new(&SPACE).mode(mode).roots([5]);
        let found = explorer.run();
        let path = explorer.path(&found, &found.violations[&0]).unwrap();
        let everywhere = Explorer::new(&SPACE).mode(mode);
        let all = everywhere.run();
        let same = everywhere.path(&all, &all.violations[&0]).unwrap();
        assert_eq!(path.steps, same.steps);
        assert_eq!(path.end, (5, 36));
    }
}

#[test]
fn a_stopped_run_is_resumed_where_it_was() {
    let mut results = Results::new("toy", &SPACE);
    let mut explored = Vec::new();
    // Each run ends after one root, and leaves only a file.
    for run in 0..6 {
        let completion =
            results.explore(Part::WHOLE, || Explorer::new(&SPACE), |root, _, _| explored.push(root), |_| Next::Stop);
        assert_eq!(completion.is_complete(), run == 5);
        let text = serde_json::to_string(&results).unwrap();
        results = serde_json::from_str(&text).unwrap();
    }
    assert_eq!(explored, [0, 1, 2, 3, 4, 5], "each root is explored once");
    assert_eq!(results.total(Part::WHOLE), whole());
}

#[test]
fn one_progress_may_watch_all_roots() {
    let progress = Progress::default();
    let mut results = Results::new("toy", &SPACE);
    let completion =
        results.explore(Part::WHOLE, || Explorer::new(&SPACE).progress(&progress), |_, _, _| {}, |_| Next::Go);
    assert!(completion.is_complete());
    assert_eq!(results.total(Part::WHOLE), whole());
    assert_eq!(progress.snapshot().unique, whole().unique);
    assert_eq!(progress.snapshot().transitions, whole().transitions);
}

#[test]
fn parts_of_a_run_are_merged_and_nothing_may_be_missing() {
    let part = |index| Part::new(index, 2).unwrap();
    let run = |index| {
        let mut results = Results::new("toy", &SPACE);
        let completion = results.explore(part(index), || Explorer::new(&SPACE), |_, _, _| {}, |_| Next::Go);
        assert_eq!(completion, Completion::Complete, "the part is complete");
        results
    };
    let mut merged = run(0);
    let why = Why::RootsMissing(3);
    assert_eq!(merged.total(Part::WHOLE).completion, Completion::Cut { why });
    assert_eq!(merged.missing(Part::WHOLE), [1, 3, 5]);
    merged.merge(run(1)).unwrap();
    merged.merge(run(1)).unwrap();
    assert_eq!(merged.total(Part::WHOLE), whole());
    assert_eq!(merged.total(part(0)), run(0).total(part(0)));
}

#[test]
fn a_root_that_was_cut_is_not_done() {
    let mut results = Results::new("toy", &SPACE);
    let limits = Limits { max_states: Some(10), ..Limits::default() };
    let completion = results.explore(Part::WHOLE, || Explorer::new(&SPACE).limits(limits), |_, _, _| {}, |_| Next::Go);
    let why = Why::MaxStates(10);
    assert_eq!(completion, Completion::Cut { why });
    assert_eq!(results.missing(Part::WHOLE).len(), 6);
}

#[test]
fn results_of_different_subjects_are_not_mixed() {
    let mut one = Results::new("toy", &SPACE);
    let refused = one.merge(Results::new("other toy", &SPACE)).unwrap_err();
    assert!(refused.contains("other toy"), "{refused}");
    assert!(one.merge(Results::new("toy", &Jugs)).is_err());
}

#[test]
fn a_part_is_written_as_a_fraction_counted_from_zero() {
    let part: Part = "2/3".parse().unwrap();
    assert_eq!(part.to_string(), "2/3");
    assert!(part.has(2) && part.has(5) && !part.has(3));
    for wrong in ["", "1", "3/3", "0/0", "-1/2", "a/b", "1/2/3"] {
        assert!(wrong.parse::<Part>().is_err(), "{wrong}");
    }
    assert_eq!(
        "3/3".parse::<Part>().unwrap_err(),
        "part 3/3 does not exist: parts are counted from 0, so the last is 2/3"
    );
}
