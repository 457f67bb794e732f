//! `check audit`: the text and the exit code for each log.

use std::fs;

use super::{Answer, Exit, OutputStyle, Toy, check_on, file};

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

fn audit(arguments: &[&str], log: &str) -> Answer {
    let arguments: Vec<&str> = ["audit"].iter().chain(arguments).copied().collect();
    check_on(&arguments, log, &Toy::new(), OutputStyle::default())
}

#[test]
fn a_part_is_incomplete_and_parts_merge_only_as_a_whole() {
    let part = |partition: &str| {
        let path = file(&format!("audit-{}.json", partition.replace('/', "-")));
        let path = path.to_str().unwrap().to_owned();
        let answer = audit(&["-", "--partition", partition, "--json-to", &path], ACCEPTED);
        assert_eq!(answer.exit, Exit::Incomplete, "{partition}: {}", answer.out);
        assert!(answer.out.contains(&format!("part {partition} of the payments")), "{}", answer.out);
        path
    };
    let (one, two, other) = (part("0/2"), part("1/2"), part("1/3"));
    let whole = audit(&["--merge", &one, &two], "");
    assert_eq!(whole.exit, Exit::Fine, "{}", whole.err);
    for (files, message) in
        [([&one, &one], "`summary.partition.index` is 0"), ([&one, &other], "`summary.partition.parts` is 3")]
    {
        let answer = audit(&["--merge", files[0], files[1]], "");
        assert!(answer.exit == Exit::Usage && answer.err.contains(message), "{message}: {}", answer.err);
    }
    let answer = audit(&["--merge", &one], "");
    assert!(answer.exit == Exit::Usage && answer.err.contains("part 1/2 is missing"), "{}", answer.err);
    let to = file("audit-merged.json");
    let answer = audit(&["--merge", &one, &two, "--json-to", to.to_str().unwrap()], "");
    assert_eq!((answer.exit, answer.out.as_str()), (Exit::Fine, ""));
    assert_eq!(fs::read_to_string(to).unwrap(), whole.out);
    for option in [
        &["--markdown", "report.md"][..],
        &["--show", "3"],
        &["--complete"],
        &["--partition", "0/1"],
        &["--threads", "2"],
        &["--dialect", "confirm_limit=3"],
    ] {
        let answer = audit(&[&["--merge", &one, &two], option].concat(), "");
        assert!(answer.exit == Exit::Usage && answer.err.contains("cannot be used with"), "{option:?}: {}", answer.err);
    }
}

#[test]
fn a_log_that_shows_a_gap_is_incomplete() {
    let (log, empty) = (file("audit-log.jsonl"), file("audit-empty.jsonl"));
    fs::write(&log, ACCEPTED).unwrap();
    fs::write(&empty, "").unwrap();
    let (log, empty) = (log.to_str().unwrap(), empty.to_str().unwrap());
    let answer = audit(&[log, empty], "");
    assert_eq!(answer.exit, Exit::Incomplete, "{}", answer.out);
    assert!(answer.out.contains(&format!("no event in {empty}")), "{}", answer.out);
    let events: Vec<&str> = ACCEPTED.lines().collect();
    let page = format!("{{\"object\":\"list\",\"has_more\":true,\"data\":[{}]}}", events.join(","));
    let answer = audit(&["-"], &page);
    assert!(answer.exit == Exit::Incomplete && answer.out.contains("`has_more`"), "{}", answer.out);
    let answer = audit(&["-", "--complete"], &page);
    assert!(answer.exit == Exit::Usage && answer.err.contains("`has_more`"), "{}", answer.err);
}

#[test]
fn a_log_without_line_ends_is_read_to_its_end() {
    let joined = TAMPERED.replace('\n', "");
    assert_eq!(audit(&["-"], &joined).exit, Exit::False);
    let damaged = format!("{}{{\"id\":", ACCEPTED.replace("}\n{", "}{"));
    let answer = audit(&["-", "--skip-malformed"], &format!("{ACCEPTED}{}", &damaged));
    assert_ne!(answer.exit, Exit::Fine, "{}", answer.out);
}

#[test]
fn the_number_of_threads_has_the_limits_of_all_commands() {
    for (threads, exit) in [("0", Exit::Usage), ("1", Exit::Fine), ("1024", Exit::Fine), ("1025", Exit::Usage)] {
        let answer = audit(&["-", "--threads", threads], ACCEPTED);
        assert_eq!(answer.exit, exit, "{threads}: {}", answer.err);
    }
}
