//! A drive whose budget ends just after it has seen something: the result is never clean.

use std::time::Duration;

use holdfast_drive::{Class, Report, Settings, drive};

use super::shop::{Fault, Shop};
use super::told;

/// Operations after the last clean sequence at which the budgets end.
const MORE: [u64; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 20, 30, 50, 80, 120, 200];

fn settings(shop: &Shop, operations: u64) -> Settings {
    let time_limit = Duration::from_secs(120);
    Settings { operations, time_limit, races: 2, ..Settings::of(&shop.url(), "sk_test_shop") }
}

/// Returns the number of operations before the sequence in which the server shows its late fault.
fn operations_before(fault: Fault) -> u64 {
    let shop = Shop::open(Some(fault));
    let (mut before, mut is_chance) = (0, false);
    drive(&settings(&shop, 6_000), "shop", &mut |progress| {
        if !shop.was_wrong() {
            (before, is_chance) = (progress.operations, progress.phase == "chance");
        }
    })
    .unwrap();
    assert!(shop.was_wrong() && is_chance, "{fault:?} shows itself in another phase, after {before} operations");
    before
}

/// A drive that ended at a limit of operations.
struct EarlyEnd {
    /// Whether the server had shown its fault by then.
    was_wrong: bool,
    /// The report, if it names no fault although the drive ended early.
    reads_clean: Option<String>,
}

fn ended_after(fault: Fault, operations: u64) -> EarlyEnd {
    let shop = Shop::open(Some(fault));
    let report: Report = drive(&settings(&shop, operations), "shop", &mut |_| ()).unwrap();
    let is_explained = fault == Fault::LateReleases && report.count(Class::Choice) > 0;
    let was_wrong = shop.was_wrong();
    println!("{fault:?} {operations} {was_wrong} {} {:?}", report.has_faults(), report.incomplete);
    let reads_clean = was_wrong && !report.has_faults() && report.incomplete.is_none() && !is_explained;
    let reads_clean = reads_clean.then(|| format!("{fault:?} after {operations} operations:\n{}", told(&report)));
    EarlyEnd { was_wrong, reads_clean }
}

#[test]
fn what_was_seen_at_the_end_of_the_budget_is_not_lost() {
    let mut wrong = Vec::new();
    for fault in [Fault::LateErrors, Fault::LateReleases] {
        let before = operations_before(fault);
        let ends: Vec<EarlyEnd> = MORE.into_iter().map(|more| ended_after(fault, before + more)).collect();
        let shown = ends.iter().filter(|end| end.was_wrong).count();
        assert!(shown * 2 > MORE.len(), "{fault:?} showed itself in {shown} of {} drives", MORE.len());
        wrong.extend(ends.into_iter().filter_map(|end| end.reads_clean));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
