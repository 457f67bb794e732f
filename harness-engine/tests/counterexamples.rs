//! Replays every kept counterexample on the engine, in the run mode that found it.

use std::fs;
use std::path::Path;

use holdfast_harness::counterexample::{FOLDER, replay};
use holdfast_harness_engine::EngineSubject;

#[test]
fn none_of_them_fails_any_more() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(FOLDER);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut engine = EngineSubject::default();
    let (mut failing, mut replayed) = (Vec::new(), 0);
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|extension| extension != "trace") {
            continue;
        }
        replayed += 1;
        let verdict = replay(&mut engine, &fs::read_to_string(&path).unwrap());
        match verdict {
            Ok(verdict) if verdict.agrees() => {}
            Ok(verdict) => failing.push(format!("{}: {verdict}", path.display())),
            Err(error) => failing.push(format!("{}: {error}", path.display())),
        }
    }
    assert!(failing.is_empty(), "{}", failing.join("\n"));
    assert!(replayed > 0, "{} holds no trace, so nothing was replayed", folder.display());
}
