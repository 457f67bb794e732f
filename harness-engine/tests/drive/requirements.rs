//! The requirements that the checks of a drive name: on an honest server each is confirmed, and for each a planted fault is
//! found that contradicts it.

use std::collections::BTreeSet;

use holdfast_drive::checks::{CHECKS, Looked};
use holdfast_drive::{Finding, Report, RequirementVerdict, drive};

use super::change::Change;
use super::proxy::Proxied;
use super::rows::Where;
use super::shop::{Fault, Shop};
use super::{impatient, in_parallel, settings, told};

/// A check, a requirement that it names, and a fault that breaks it.
const BROKEN: [(&str, &str, Where); 23] = [
    ("pages of payments", "P3", Where::Shop(Fault::PagesLoseItems)),
    ("pages of refunds", "P3", Where::Proxy(Change::LastPageRepeats)),
    ("one key on two payments", "IDEM-6", Where::Shop(Fault::KeysForgetPayments)),
    ("one key on two payments", "IDEM-6", Where::Proxy(Change::UsedKeysConflict)),
    ("one key on two paths", "IDEM-6", Where::Proxy(Change::UsedKeysConflict)),
    ("a retry after a cut connection", "IDEM-3", Where::Proxy(Change::RepeatedRefundsDiffer)),
    ("two accounts", "IDEM-8", Where::Proxy(Change::KeysForgetAccounts)),
    ("balance transactions", "REF-10", Where::Proxy(Change::RefundPostedAsCharge)),
    ("balance transactions", "REF-10", Where::Proxy(Change::RefundPostedWithFee)),
    ("balance transactions", "REF-10", Where::Proxy(Change::RefundPostedPositive)),
    ("fees and their refunds", "REF-8", Where::Proxy(Change::FullReturnsKeepOne)),
    ("fees and their refunds", "ERR-26", Where::Proxy(Change::FeeRefundTooMuch)),
    ("transfers and their reversals", "REF-8", Where::Proxy(Change::ReversalsRoundDown)),
    ("transfers and their reversals", "REF-8", Where::Proxy(Change::FullReturnsKeepOne)),
    ("transfers and their reversals", "P1", Where::Proxy(Change::ReversalsRoundDown)),
    ("transfers and their reversals", "ERR-26", Where::Proxy(Change::TooLargeReversalsConflict)),
    ("several captures", "B1", Where::Proxy(Change::FourthCaptureRefused)),
    ("sessions", "VOC-12", Where::Proxy(Change::SessionWaits)),
    ("deliveries of events", "HOOK-1", Where::Proxy(Change::DeliveriesAreLost)),
    ("deliveries of events", "HOOK-7", Where::Proxy(Change::SnapshotsDiffer)),
    ("deliveries of events", "HOOK-8", Where::Proxy(Change::SignaturesAreWrong)),
    ("deliveries after a failure", "HOOK-3", Where::Proxy(Change::NoFurtherAttempts)),
    ("deliveries after a failure", "HOOK-5", Where::Proxy(Change::RedirectionsCount)),
];

/// Drives a server until the checks are done.
fn checked(at: Where) -> Report {
    let run = |url: &str, close: &dyn Fn()| {
        let after_checks = ["plan", "races", "chance"];
        drive(&impatient(settings(url, 6_000)), "checked", &mut |progress| {
            if after_checks.contains(&progress.phase) {
                close();
            }
        })
        .unwrap()
    };
    match at {
        Where::Shop(fault) => {
            let shop = Shop::open(Some(fault));
            run(&shop.url(), &|| shop.close())
        }
        Where::Proxy(change) => {
            let proxied = Proxied::open(Some(change));
            run(&proxied.url(), &|| proxied.close())
        }
    }
}

/// Each check with each requirement that it names.
fn named() -> BTreeSet<(&'static str, &'static str)> {
    CHECKS.iter().flat_map(|(name, _, ids)| ids.iter().map(move |id| (*name, *id))).collect()
}

#[test]
fn each_requirement_of_a_check_is_contradicted_by_a_fault() {
    let covered: BTreeSet<(&str, &str)> = BROKEN.iter().map(|(check, id, _)| (*check, *id)).collect();
    assert_eq!(covered, named());
    let wrong: Vec<String> = in_parallel(&BROKEN, |(check, id, at)| {
        let report = checked(*at);
        let is_it = |it: &Finding| {
            it.sighting.rules.contains(id) && it.sighting.signature.what.starts_with(&format!("{check}: "))
        };
        let is_found = report.findings.iter().any(is_it);
        let verdict = report.requirements().into_iter().find(|(known, ..)| known == id).map(|it| it.1);
        let is_right = is_found && verdict == Some(RequirementVerdict::Contradicted);
        (!is_right).then(|| format!("{check}, {id}, {at:?}: {verdict:?}, {:?}\n{}", report.kept, told(&report)))
    })
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn an_honest_server_confirms_each_requirement_of_the_checks() {
    for change in [Change::NoHelpers, Change::CappedPages, Change::ForeignBalance, Change::FeeSharesBySum] {
        let report = checked(Where::Proxy(change));
        let kept: BTreeSet<&str> = report.kept.keys().copied().collect();
        // Without a clock no further attempt of a delivery comes in time.
        let is_seen = |id: &&str| change != Change::NoHelpers || !matches!(*id, "HOOK-3" | "HOOK-5");
        let ids: BTreeSet<&str> = named().into_iter().map(|(_, id)| id).filter(is_seen).collect();
        assert_eq!(kept, ids, "{change:?}: {}", told(&report));
        assert!(!report.has_faults(), "{change:?}: {}", told(&report));
    }
}

/// A server error is a finding, and says nothing about the requirements of the check.
#[test]
fn a_check_with_a_server_error_confirms_nothing() {
    for (change, check, ids) in [
        (Change::KeyedRefundsFail, "a retry after a cut connection", &["IDEM-3"][..]),
        (Change::SecondCapturesFail, "expansion in refusals", &[]),
        (Change::TooLargeReversalsFail, "transfers and their reversals", &["ERR-26"]),
        (Change::SessionsFail, "sessions", &["VOC-12"]),
    ] {
        let report = checked(Where::Proxy(change));
        let looked = report.checks.iter().find(|(name, _)| *name == check).map(|it| it.1.clone());
        let told = told(&report);
        assert!(matches!(looked, Some(Looked::NotDone(_))), "{change:?}: {looked:?}\n{told}");
        let of_check = |id: &&str| CHECKS.iter().filter(|(.., ids)| ids.contains(id)).count();
        for id in ids {
            let kept = report.kept.get(id).copied().unwrap_or(0);
            assert!(usize::try_from(kept).unwrap() < of_check(id), "{change:?}: {id} {:?}\n{told}", report.kept);
        }
        assert!(report.has_faults(), "{change:?}: {told}");
    }
}
