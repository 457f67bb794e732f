//! Planted faults: a drive finds each of them within a bounded budget, without a script for the fault. Some are in a
//! small server, the others in a proxy in front of the real one. Correct servers with other choices stay clean.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a helper of a test may fail it, and the planted servers are wrong on purpose"
)]

mod change;
mod planted;
mod proxy;
mod relay;
mod requirements;
mod rows;
mod secure;
#[expect(dead_code, reason = "the tests of the drive use the rest")]
#[path = "../../../drive/tests/shop/mod.rs"]
mod shop;
mod wire;

use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use change::Change;
use holdfast_drive::checks::{CHECKS, Looked};
use holdfast_drive::webhooks::WebhookSettings;
use holdfast_drive::{Class, Finding, Report, RequirementVerdict, Settings, drive};
use proxy::{KEY, Proxied};
use rows::{ROWS, Row, Where};
use shop::Shop;

/// Operations within which a drive must find each fault.
const BUDGET: u64 = 6_000;

fn settings(url: &str, operations: u64) -> Settings {
    Settings {
        operations,
        time_limit: Duration::from_secs(240),
        patience: Duration::from_secs(10),
        races: 12,
        ..Settings::of(url, KEY)
    }
}

/// Returns the same with a shorter wait for a delivery, for a server that loses or holds back some.
fn impatient(settings: Settings) -> Settings {
    let webhooks = WebhookSettings { patience: Duration::from_secs(5), ..WebhookSettings::default() };
    Settings { webhooks, ..settings }
}

/// The first sight of a fault.
struct FirstSighting {
    operations: u64,
    headline: String,
}

/// Drives the server of a row until a fault is found, or until one is found in the phase of the row. Returns the report and the number of
/// operations before that.
fn drive_to_first(row: &Row, url: &str, close: &dyn Fn()) -> (Report, Option<u64>) {
    let (mut first, mut before, phase) = (None, 0, row.phase);
    let settings = settings(url, BUDGET);
    let settings = if row.phase == Some("checks") { impatient(settings) } else { settings };
    let report = drive(&settings, "planted", &mut |progress| {
        let [faults @ .., _, choices] = progress.found;
        let faults: usize = if row.class == Class::Choice { choices } else { faults.iter().sum() };
        if phase.is_some_and(|phase| progress.phase != phase) {
            // What other phases find is another finding.
            before = faults;
        } else if first.is_none() && faults > before {
            first = Some(progress.operations);
            close();
        }
    })
    .unwrap();
    (report, first)
}

/// Drives the server of a row. Returns the first sight of its fault, or what was seen instead.
fn look(row: &Row) -> Result<FirstSighting, String> {
    let (report, first) = match row.at {
        Where::Shop(fault) => {
            let shop = Shop::open(Some(fault));
            drive_to_first(row, &shop.url(), &|| shop.close())
        }
        Where::Proxy(change) => {
            let proxied = Proxied::open(Some(change));
            drive_to_first(row, &proxied.url(), &|| proxied.close())
        }
    };
    let is_it = |it: &&Finding| it.sighting.signature.class == row.class && it.sighting.headline.contains(row.words);
    match (first, report.findings.iter().find(is_it)) {
        (Some(operations), Some(finding)) => {
            Ok(FirstSighting { operations, headline: finding.sighting.headline.clone() })
        }
        _ => Err(format!("{}:\n{}", row.what, told(&report))),
    }
}

fn told(report: &Report) -> String {
    let findings = report.findings.iter().map(|finding| {
        let sighting = &finding.sighting;
        let (class, trace) = (sighting.signature.class, finding.trace().join("; "));
        format!("[{class}] {} | {} | {} | {trace}", sighting.headline, sighting.model, sighting.server)
    });
    let once = report.unrepeated.iter().map(|headline| format!("[once] {headline}"));
    let checks = report.checks.iter().map(|(name, looked)| format!("{name}: {looked:?}"));
    let why = report.incomplete.iter().cloned();
    let lines: Vec<String> = findings.chain(once).chain(checks).chain(why).collect();
    format!("{} operations\n{}", report.operations, lines.join("\n"))
}

/// Returns whether the long tests are to be run, as they are every night.
fn is_long() -> bool {
    std::env::var("HOLDFAST_LONG").is_ok_and(|value| value == "1")
}

/// Does the same with each item, in several threads. Returns the results in the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    /// A drive waits for its server most of the time.
    const THREADS: usize = 4;
    let next = AtomicUsize::new(0);
    let work = || {
        let taken = std::iter::from_fn(|| {
            let place = next.fetch_add(1, Ordering::Relaxed);
            items.get(place).map(|item| (place, each(item)))
        });
        taken.collect::<Vec<_>>()
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Operations to first sight, by the report, up to which a fault is looked for in each run of the tests.
const SOON: u64 = 700;

/// Returns whether the report says that the fault of the row is found soon. One that it does not have is looked for.
fn is_soon(row: &Row, report: &str) -> bool {
    let line = report.lines().find(|line| line.contains(&format!("| {} |", row.what)));
    let operations = line.and_then(|line| line.split(" | ").nth(4)?.trim().parse::<u64>().ok());
    row.phase != Some("races") && operations.is_none_or(|operations| operations <= SOON)
}

/// Each fault; without `HOLDFAST_LONG=1`, those that are found soon.
#[test]
fn each_planted_fault_is_found() {
    let only = std::env::var("HOLDFAST_FAULT").ok();
    let writes = std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some();
    let report = std::fs::read_to_string(report_file()).unwrap();
    let rows: Vec<&Row> = match &only {
        Some(only) => ROWS.iter().filter(|row| row.what.contains(only.as_str())).collect(),
        None => ROWS.iter().filter(|row| writes || is_long() || is_soon(row, &report)).collect(),
    };
    assert!(only.is_some() || rows.len() * 2 > ROWS.len(), "only {} rows are looked for", rows.len());
    let sights = in_parallel(&rows, |row| look(row));
    let sights: Vec<(&Row, Result<FirstSighting, String>)> = rows.into_iter().zip(sights).collect();
    for (row, sight) in &sights {
        match sight {
            Ok(sight) => println!("{}: {} operations: {}", row.what, sight.operations, sight.headline),
            Err(_) => println!("{}: not found", row.what),
        }
    }
    let missed: Vec<&str> = sights.iter().filter_map(|(_, sight)| sight.as_ref().err().map(String::as_str)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
    if only.is_none() && writes {
        std::fs::write(report_file(), page(&sights)).unwrap();
    }
}

fn report_file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/servers/faults.md")
}

fn page(sights: &[(&Row, Result<FirstSighting, String>)]) -> String {
    let mut out = String::from(
        "# Planted faults\n\nWritten by `HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-harness-engine --test drive`. Each \
         fault stands alone in a server: in the small one of the drive's tests (`shop`), or in a proxy in front of our own \
         (`proxy`). A drive with seed 1 is ended at its first finding.\n\n",
    );
    writeln!(out, "| | fault | in | found | operations to first sight | as |\n|---|---|---|---|---|---|").unwrap();
    for (number, (row, sight)) in (1..).zip(sights) {
        let (found, operations, headline) = match sight {
            Ok(sight) => ("yes", sight.operations.to_string(), sight.headline.replace('|', "\\|")),
            Err(_) => ("no", "–".to_owned(), "–".to_owned()),
        };
        let place = if matches!(row.at, Where::Shop(_)) { "shop" } else { "proxy" };
        writeln!(out, "| {number} | {} | {place} | {found} | {operations} | {headline} |", row.what).unwrap();
    }
    out
}

#[test]
fn the_report_has_every_planted_fault() {
    let page = std::fs::read_to_string(report_file()).unwrap();
    for row in ROWS {
        assert!(page.contains(&format!("| {} |", row.what)), "{} is not in the report; write it anew", row.what);
    }
    assert_eq!(page.matches(" | yes | ").count(), ROWS.len());
}

/// Changes of an honest server. None of them is a fault.
const HONEST: [Option<Change>; 8] = [
    None,
    Some(Change::FeeSharesBySum),
    Some(Change::CappedPages),
    Some(Change::ForeignBalance),
    Some(Change::HelpersRefuse),
    Some(Change::DeliveriesAreSlow),
    Some(Change::DeliveriesOvertake),
    Some(Change::DeliveredTwice),
];

/// Each is driven to the end of its budget, and every check is carried out; without that, a clean drive shows nothing.
#[test]
fn honest_servers_are_clean() {
    let wrong: Vec<String> = in_parallel(&HONEST, |change| {
        let operations = if is_long() || change.is_none() { 4_000 } else { 1_500 };
        let proxied = Proxied::open(*change);
        let settings = settings(&proxied.url(), operations);
        let overtakes = *change == Some(Change::DeliveriesOvertake);
        let settings = if overtakes { impatient(settings) } else { settings };
        let report = drive(&settings, "honest", &mut |_| ()).unwrap();
        println!("{change:?}: {} operations", report.operations);
        let is_clean = !report.has_faults() && report.unrepeated.is_empty();
        let is_whole = report.operations == operations
            && report.checks.len() == CHECKS.len()
            && report.checks.iter().all(|(_, looked)| *looked == Looked::Done)
            && report.requirements_with(RequirementVerdict::Confirmed) > 100;
        (!is_clean || !is_whole).then(|| format!("{change:?}:\n{}", told(&report)))
    })
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
