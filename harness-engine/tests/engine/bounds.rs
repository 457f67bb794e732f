//! Requests beyond the bounds, and under expired keys, are left out of a run on the engine.

use holdfast_harness::choices::Seeded;
use holdfast_harness::{Tally, Verdict, notifications, properties};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::trace::Script;

/// Returns the number of inputs left out after a captured payment with three refunds and these lines.
fn beyond(lines: &str) -> u64 {
    let start = "create pi1 50 eur manual method=card_visa confirm\ncapture pi1\n";
    let script = Script::parse(&format!("{start}{}{lines}", "refund pi1 1\n".repeat(3))).unwrap();
    let inputs: Vec<_> = script.inputs().collect();
    let verdict = properties::run(&mut EngineSubject::default(), &script.config, &inputs);
    let Verdict::Agree(Tally { beyond, .. }) = verdict else { panic!("{verdict}") };
    beyond
}

#[test]
fn what_could_not_be_seen_is_not_asked() {
    let table = [
        ("", 0),
        ("refund pi1 1\n", 0),
        ("refund pi1 1\nrefund pi1\n", 1),
        // A request held open takes the last place.
        ("begin key1 refund pi1 1\nrefund pi1 2\n", 1),
        ("begin key1 refund pi1 1\nfinish key1\nrefund pi1 2\n", 1),
        ("begin key1 refund pi1 1\nbegin key2 refund pi1 2\nfinish key1\nfinish key2\n", 1),
    ];
    for (lines, expected) in table {
        assert_eq!(beyond(lines), expected, "{lines}");
    }
}

/// Under an expired key, a request is a new one, even if it is the same. If it counted as a repetition, the engine
/// would create a second payment, which the harness would take for the first.
#[test]
fn a_key_that_has_grown_old_is_forgotten_first() {
    let create = "create pi1 1000 usd manual method=card_visa confirm";
    let again = format!("{create} key=key1");
    let table = [
        (vec!["advance 1h", &again], 0),
        (vec!["advance 1d", &again], 1),
        (vec!["advance 1d", &again, "capture pi1 400", &again], 2),
        (vec!["advance 1d", "cancel pi1 key=key1", "advance 1h", "cancel pi1 key=key1"], 0),
    ];
    for (then, left_out) in table {
        let script = Script::parse(&format!("{again}\n{}", then.join("\n"))).unwrap();
        let inputs: Vec<_> = script.inputs().collect();
        let verdict =
            notifications::run(&mut EngineSubject::default(), &script.config, &inputs, &mut Seeded::new(7, 4096));
        let Verdict::Agree(tally) = verdict else { panic!("{then:?}: {verdict}") };
        assert_eq!(tally.beyond, left_out, "{then:?}");
    }
}
