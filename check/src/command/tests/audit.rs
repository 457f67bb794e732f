//! `check audit`: what is said of a log, and with which exit code.

use super::{Exit, OutputStyle, Toy, check_on};

const ACCEPTED: &str = include_str!("../../../../audit/samples/accepted.jsonl");
const TAMPERED: &str = include_str!("../../../../audit/samples/tampered.jsonl");
const STRANGER: &str =
    r#"{"id":"evt_1","type":"customer.created","created":1,"data":{"object":{"id":"cus_1","object":"customer"}}}"#;

#[test]
fn a_log_is_judged() {
    let malformed = format!("{ACCEPTED}nonsense\n");
    for (arguments, log, exit, part) in [
        (&["audit", "-"][..], ACCEPTED, Exit::Fine, "ACCEPTED"),
        (&["audit", "-"], TAMPERED, Exit::False, "refunded-within-captured"),
        (&["audit", "-", "--complete"], TAMPERED, Exit::False, "IMPOSSIBLE"),
        (&["audit", "-", "--skip-malformed"], &malformed, Exit::Incomplete, "INCOMPLETE"),
        (&["audit", "-"], STRANGER, Exit::Incomplete, "events about no payment"),
        (&["audit", "-", "--json"], TAMPERED, Exit::False, "\"verdict\":\"impossible\""),
        (&["audit", "-", "--json-to", "-"], ACCEPTED, Exit::Fine, "\"exit\":0"),
    ] {
        let answer = check_on(arguments, log, &Toy::new(), OutputStyle::default());
        assert_eq!(answer.exit, exit, "{arguments:?}: {}{}", answer.out, answer.err);
        assert!(answer.out.contains(part), "{arguments:?}: {}", answer.out);
    }
}

#[test]
fn what_is_no_log_is_said_by_line_and_field() {
    let without_id = STRANGER.replace("\"id\":\"evt_1\",", "");
    for (log, part) in [
        ("", "no event in the log"),
        ("nonsense\n", "line 1: not JSON"),
        (without_id.as_str(), "line 1: `id` is missing"),
    ] {
        let answer = check_on(&["audit", "-"], log, &Toy::new(), OutputStyle::default());
        assert_eq!(answer.exit, Exit::Usage, "{log}");
        assert!(answer.err.contains(part), "{log}: {}", answer.err);
    }
}
