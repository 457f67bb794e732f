//! Sources and shapes of logs: compressed, in directories, wrapped, in parts, from two endpoints.

use std::fs;
use std::io::{Cursor, Write};

use holdfast_audit::{Bounds, Finding, JsonReport, Options, Partition, Report, Verdict, audit_all, merge_json, source};
use serde_json::Value;

use crate::common::{Kept, audit_text, in_versions};
use crate::scripts::{BACKGROUND, PIECES, log_of};
use holdfast_harness_engine::EngineSubject;

fn text(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

fn all(logs: &[Vec<u8>], options: &Options) -> (Report, Vec<Verdict>) {
    let mut kept = Kept::default();
    let logs = logs.iter().map(|log| Ok(("a log".to_owned(), Cursor::new(log.clone()))));
    let report = audit_all(logs, options, &mut kept).unwrap();
    (report, kept.0)
}

#[test]
fn compressed_logs_are_read() {
    let log = text(&log_of(PIECES));
    let half = log.len() / 2;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(log.as_bytes()).unwrap();
    // Two streams after one another are one log, as `cat` makes them.
    let mut two = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    two.write_all(&log.as_bytes()[..half]).unwrap();
    let mut rest = flate2::write::GzEncoder::new(two.finish().unwrap(), flate2::Compression::fast());
    rest.write_all(&log.as_bytes()[half..]).unwrap();
    let frame =
        |part: &str| ruzstd::encoding::compress_to_vec(part.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    let frames = [frame(&log[..half]), frame(&log[half..])].concat();
    let (whole, _) = audit_text(&log, &Options::default()).unwrap();
    for (name, log) in [
        ("gzip", gzip.finish().unwrap()),
        ("two gzip streams", rest.finish().unwrap()),
        ("zstandard", frame(&log)),
        ("two zstandard frames", frames),
    ] {
        let (report, _) = all(&[log], &Options::default());
        assert!(report.is_clean() && report.events == whole.events, "{name}: {report:?}");
    }
    let broken = all_of(&[0x1f, 0x8b, 1, 2, 3]);
    assert!(broken.is_err());
}

fn all_of(log: &[u8]) -> Result<Report, holdfast_audit::Unreadable> {
    holdfast_audit::audit(log, &Options::default(), &mut ())
}

#[test]
fn a_directory_is_all_its_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("b")).unwrap();
    let log = log_of(PIECES);
    let (first, second) = log.split_at(4);
    fs::write(folder.path().join("b/2.jsonl"), text(second)).unwrap();
    fs::write(folder.path().join("a.jsonl"), text(first)).unwrap();
    let files = source::files(folder.path()).unwrap();
    assert_eq!(files.iter().map(|file| file.file_name().unwrap()).collect::<Vec<_>>(), ["a.jsonl", "2.jsonl"]);
    let logs: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let (report, verdicts) = all(&logs, &Options::default());
    assert!(report.is_clean(), "{verdicts:?}");
    assert!(source::files(&folder.path().join("none")).unwrap_err().to_string().contains("none"));
}

#[test]
fn lines_of_a_programs_log_are_unwrapped() {
    let log = log_of(BACKGROUND);
    for (name, wrapped) in [
        ("a time and a method", text(&log).replace("{\"account\"", "2026-03-09T13:00:28Z POST {\"account\"")),
        ("a status after it", text(&log).replace("{\"account\"", "[info] POST {\"account\"").replace("}\n", "} 200\n")),
    ] {
        let (report, verdicts) = audit_text(&wrapped, &Options::default()).unwrap();
        assert!(report.is_clean() && report.events > 3, "{name}: {verdicts:?}");
    }
    let error = audit_text("2026-03-09 GET /v1/events 200\n", &Options::default()).unwrap_err().to_string();
    assert!(error.starts_with("line 1: "), "{error}");
}

#[test]
fn the_parts_of_a_log_merge_into_the_whole() {
    let log = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/tampered.jsonl")).unwrap();
    let json = |partition: &str, effort: usize, log: &str| -> (String, Value) {
        let bounds = Bounds { places: effort, ..Bounds::default() };
        let options = Options { partition: partition.parse().unwrap(), bounds, ..Options::default() };
        let mut out = Vec::new();
        let mut to = Kept::default();
        let report = holdfast_audit::audit(log.as_bytes(), &options, &mut to).unwrap();
        assert_eq!(report.is_complete(), partition == "0/1", "{partition}");
        assert_eq!(report.limits().iter().any(|it| it.contains(partition)), partition != "0/1", "{partition}");
        let mut writer = JsonReport::begin(&mut out).unwrap();
        to.0.iter().for_each(|verdict| writer.verdict(verdict).unwrap());
        writer.end(&report, u8::from(report.impossible > 0)).unwrap();
        (format!("{partition}.json"), serde_json::from_slice(&out).unwrap())
    };
    let one = |partition: &str| json(partition, 20_000, &log);
    let whole = merge_json(&[one("0/1")]).unwrap();
    let parts: Vec<(String, Value)> = (0..3).map(|part| one(&format!("{part}/3"))).collect();
    assert!(parts.iter().filter(|(_, part)| part["summary"]["payments_judged"] != 0).count() > 1);
    assert_eq!(merge_json(&parts).unwrap(), whole);
    assert_eq!(whole["summary"]["exit"], 1);
    for wrong in ["", "3/3", "1", "x/2"] {
        assert!(wrong.parse::<Partition>().unwrap_err().contains("expected K/N"));
    }
    let without = |field: &str| {
        let (name, mut report) = one("0/1");
        report["summary"].as_object_mut().unwrap().remove(field);
        vec![(name, report)]
    };
    for (reports, part) in [
        (Vec::new(), "no report"),
        (vec![("x.json".to_owned(), Value::Null)], "x.json: `payments`"),
        (without("digest"), "`summary.digest`"),
        (without("partition"), "`summary.partition.index`"),
        (parts[..2].to_vec(), "part 2/3 is missing"),
        (vec![one("0/3"), one("0/3"), one("2/3")], "`summary.partition.index` is 0, as in 0/3.json"),
        (vec![one("0/3"), one("1/2"), one("2/3")], "`summary.partition.parts` is 2"),
        (vec![one("0/2"), json("1/2", 10_000, &log)], "1/2.json: `summary.digest`"),
        (vec![one("0/2"), json("1/2", 20_000, &log[log.find('\n').unwrap() + 1..])], "1/2.json: `summary.digest`"),
    ] {
        let error = merge_json(&reports).unwrap_err();
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn what_a_log_shows_that_it_lacks_makes_it_incomplete() {
    let log = text(&log_of(PIECES)).into_bytes();
    let complete = Options { bounds: Bounds { gaps: false, ..Bounds::default() }, ..Options::default() };
    let (report, _) = all(&[log.clone(), Vec::new()], &Options::default());
    assert!(!report.is_complete() && report.limits()[0].contains("no event in a log"), "{report:?}");
    let page = |more: bool| {
        let events: Vec<String> = log_of(PIECES).iter().map(Value::to_string).collect();
        format!("{{\"object\":\"list\",\"data\":[{}],\"has_more\":{more}}}", events.join(",")).into_bytes()
    };
    // The order of the files is not that of the pages: `page-10` comes before `page-2`.
    for logs in [[page(true), page(false), page(true)], [page(false), page(true), page(true)]] {
        for options in [Options::default(), complete] {
            let (report, _) = all(&logs, &options);
            assert!(report.is_clean() && report.limits().is_empty(), "{report:?}");
        }
    }
    for logs in [vec![page(true)], vec![page(true), page(true)], vec![page(true), log.clone()]] {
        let (report, _) = all(&logs, &Options::default());
        assert!(!report.is_complete() && report.limits()[0].contains("`has_more`"), "{report:?}");
        let logs = logs.into_iter().map(|log| Ok(("a log".to_owned(), Cursor::new(log))));
        let error = audit_all(logs, &complete, &mut ()).unwrap_err().to_string();
        assert!(error.contains("not complete") && error.contains("has_more"), "{error}");
    }
    let malformed = [log.as_slice(), b"nonsense\n"].concat();
    let options = Options { skip_malformed: true, ..complete };
    let error = holdfast_audit::audit(malformed.as_slice(), &options, &mut ()).unwrap_err().to_string();
    assert!(error.contains("not complete"), "{error}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut subject = EngineSubject::default();
    let mut log = String::new();
    for seed in 0..40 {
        let of = text(&in_versions(&mut subject, seed, &[None])[0].events);
        log.push_str(&of.replace("_00000000", &format!("_{seed}x")));
    }
    let judged = |threads| all(&[log.clone().into_bytes()], &Options { threads, ..Options::default() }).1;
    let one = judged(1);
    assert!(one.len() > 16);
    assert_eq!(one, judged(4));
}

#[test]
fn several_versions_of_one_event_are_one_event() {
    let mut subject = EngineSubject::default();
    for seed in 0..20 {
        let logs = in_versions(&mut subject, seed, &[None, Some("2020-08-27")]);
        let options = Options { config: logs[0].config, ..Options::default() };
        let [new, old] = [0, 1].map(|index: usize| text(&logs[index].events).into_bytes());
        let (report, verdicts) = all(&[new, old], &options);
        let wrong: Vec<_> = verdicts.iter().filter(|it| matches!(it.finding, Finding::Impossible(_))).collect();
        assert!(wrong.is_empty(), "seed {seed}: {wrong:?}");
        assert!(report.repeated >= u64::try_from(verdicts.iter().map(|it| it.events).sum::<usize>()).unwrap());
    }
}
