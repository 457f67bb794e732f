//! Planted faults: a drive finds each of them within a bounded budget, by chance of no script. Some stand in a small
//! server, the others in a proxy in front of the real one. Servers that are honest in another way stay clean.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a helper of a test may fail it, and the planted servers are wrong on purpose"
)]

mod planted;
mod proxy;
mod rows;
mod secure;
#[expect(dead_code, reason = "the tests of the drive use the rest")]
#[path = "../../../drive/tests/shop/mod.rs"]
mod shop;
mod wire;

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use holdfast_drive::{Finding, Report, Settings, drive};
use planted::Change;
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

/// The first sight of a fault.
struct FirstSighting {
    operations: u64,
    headline: String,
}

/// Drives a server until a fault is found. Returns the report and the number of operations before that.
fn drive_to_first(url: &str, close: &dyn Fn()) -> (Report, Option<u64>) {
    let mut first = None;
    let report = drive(&settings(url, BUDGET), "planted", &mut |progress| {
        let faults: usize = progress.found.iter().take(3).sum();
        if first.is_none() && faults > 0 {
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
            drive_to_first(&shop.url(), &|| shop.close())
        }
        Where::Proxy(change) => {
            let proxied = Proxied::open(Some(change));
            drive_to_first(&proxied.url(), &|| proxied.close())
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

#[test]
fn each_planted_fault_is_found() {
    let only = std::env::var("HOLDFAST_FAULT").ok();
    let rows = ROWS.iter().filter(|row| only.as_ref().is_none_or(|only| row.what.contains(only.as_str())));
    let sights: Vec<(&Row, Result<FirstSighting, String>)> = rows
        .map(|row| {
            let sight = look(row);
            match &sight {
                Ok(sight) => println!("{}: {} operations: {}", row.what, sight.operations, sight.headline),
                Err(_) => println!("{}: not found", row.what),
            }
            (row, sight)
        })
        .collect();
    let missed: Vec<&str> = sights.iter().filter_map(|(_, sight)| sight.as_ref().err().map(String::as_str)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
    if only.is_none() && std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
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
const HONEST: [Option<Change>; 5] = [
    None,
    Some(Change::FeeSharesBySum),
    Some(Change::CappedPages),
    Some(Change::ForeignBalance),
    Some(Change::HelpersRefuse),
];

#[test]
fn honest_servers_are_clean() {
    let mut wrong = Vec::new();
    for change in HONEST {
        let proxied = Proxied::open(change);
        let report = drive(&settings(&proxied.url(), 4_000), "honest", &mut |_| ()).unwrap();
        println!("{change:?}: {} operations", report.operations);
        if report.has_faults() || !report.unrepeated.is_empty() {
            wrong.push(format!("{change:?}:\n{}", told(&report)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
