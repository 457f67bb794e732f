//! Stored results: merged shards, resumed runs, and files that are refused.

use std::fs;

use super::{check, file};
use crate::command::Exit;
use crate::record::RunRecord;

#[test]
fn shards_add_up_to_the_whole() {
    let parts = [file("shard-0.json"), file("shard-1.json")];
    let names = parts.each_ref().map(|part| part.to_str().unwrap().to_owned());
    for (shard, name) in ["0/2", "1/2"].iter().zip(&names) {
        let alone = check(&["explore", "connect", "refunds", "--shard", shard, "--resume", name]);
        assert_eq!(alone.exit, Exit::Incomplete, "a shard alone proves nothing: {}", alone.out);
        for part in ["INCOMPLETE: this shard is done", "`check merge`"] {
            assert!(alone.out.contains(part), "{part}: {}", alone.out);
        }
        assert!(!alone.out.contains("OK:"), "{}", alone.out);
        let answer = check(&["explore", "connect", "refunds", "--shard", shard, "--resume", name, "--json"]);
        let answer: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        let told = (&answer["exit"], &answer["complete"], &answer["shard_complete"]);
        assert_eq!(told, (&3.into(), &false.into(), &true.into()));
    }
    let cut = check(&["explore", "connect", "refunds", "--shard", "0/2", "--max-states", "20"]);
    assert_eq!(cut.exit, Exit::Incomplete);
    assert!(cut.out.contains("connect: platform (stopped after 20 states)"), "{}", cut.out);
    assert!(!cut.out.contains("this shard is done"), "{}", cut.out);
    let half = check(&["merge", &names[0], "--json"]);
    assert_eq!(half.exit, Exit::Incomplete);
    let half: serde_json::Value = serde_json::from_str(&half.out).unwrap();
    assert_eq!(half["complete"], false);

    let whole = |arguments: &[&str]| -> RunRecord {
        let answer: serde_json::Value = serde_json::from_str(&check(arguments).out).unwrap();
        assert_eq!(answer["complete"], true);
        let mut record: RunRecord = serde_json::from_value(answer["record"].clone()).unwrap();
        for unit in record.units.values_mut() {
            unit.milliseconds = 0;
        }
        record
    };
    let merged = whole(&["merge", &names[1], &names[0], "--json"]);
    assert_eq!(merged, whole(&["explore", "connect", "refunds", "--json"]));
    assert_eq!(merged.units.len(), 7);
}

#[test]
fn a_run_is_taken_up_again_where_it_stopped() {
    let path = file("resumed.json");
    let name = path.to_str().unwrap();
    let cut = check(&["explore", "refunds", "--max-states", "100", "--resume", name]);
    assert_eq!(cut.exit, Exit::Incomplete);
    let record = RunRecord::parse(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(record.missing(), ["refunds: moving on"], "the small variant was explored to its end");

    // A stored result is not explored again, which would remove the mark.
    let mut marked = record;
    marked.units.get_mut("refunds: immediate").unwrap().milliseconds = 123_456;
    fs::write(&path, marked.text().unwrap()).unwrap();
    check(&["explore", "refunds", "--resume", name]);
    let record = RunRecord::parse(&fs::read_to_string(&path).unwrap()).unwrap();
    assert!(record.missing().is_empty());
    assert_eq!(record.units["refunds: immediate"].milliseconds, 123_456);

    let other = check(&["explore", "refunds", "--resume", name, "--dialect", "confirm_limit=3"]);
    assert_eq!(other.exit, Exit::Usage);
    assert!(other.err.contains("cannot be taken up again: they are of different runs"), "{}", other.err);
}

#[test]
fn results_of_other_rules_are_neither_taken_up_nor_judged() {
    let path = file("other-rules.json");
    let name = path.to_str().unwrap();
    assert_eq!(check(&["explore", "refunds", "--resume", name]).exit, Exit::Fine);
    assert_eq!(check(&["merge", name]).exit, Exit::Fine);

    let mut record = RunRecord::parse(&fs::read_to_string(&path).unwrap()).unwrap();
    record.rules = "0123456789abcdef".to_owned();
    fs::write(&path, record.text().unwrap()).unwrap();
    for (arguments, message) in [
        (vec!["explore", "refunds", "--resume", name], "cannot be taken up again: the rules have changed in between"),
        (vec!["merge", name], "is of another program: the rules have changed in between"),
    ] {
        let answer = check(&arguments);
        assert_eq!(answer.exit, Exit::Usage, "{arguments:?}: {}", answer.out);
        for part in [message, "`0123456789abcdef`", "explore again, into another file"] {
            assert!(answer.err.contains(part), "{part}: {}", answer.err);
        }
    }

    fs::write(&path, r#"{ "format": 1, "subject": "holdfast 0.1.0", "properties": [], "wanted": [], "units": {} }"#)
        .unwrap();
    let old = check(&["explore", "refunds", "--resume", name]);
    assert_eq!(old.exit, Exit::Usage);
    assert!(old.err.contains("other-rules.json: format 1 of results, which does not say"), "{}", old.err);
}
