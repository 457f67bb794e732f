//! `reports/protocol.md` equals the present findings of the explorers, and the findings are the expected ones.

use std::num::NonZeroUsize;
use std::path::Path;

use holdfast_protocol::{
    ClientCare, Effort, INSTANCES, Instance, MerchantCare, PROTOCOL_PROPERTIES, ProtocolFault, explore, report,
};

/// `HOLDFAST_WRITE_REPORTS=1` writes the report, and `HOLDFAST_LONG=1` compares the rows of deep instances, too.
#[test]
fn the_report_is_what_is_found() {
    let set = |name: &str| std::env::var_os(name).is_some();
    let deep = set("HOLDFAST_WRITE_REPORTS") || set("HOLDFAST_LONG");
    let found = report(NonZeroUsize::new(2).expect("two"), deep);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/protocol.md");
    if set("HOLDFAST_WRITE_REPORTS") {
        std::fs::write(&file, &found).expect("reports can be written");
    }
    let written = std::fs::read_to_string(&file).expect("reports/protocol.md can be read");
    let is_skipped = |line: &&str| {
        let of_deep = |instance: &Instance| line.starts_with(&format!("| {} |", instance.name));
        !deep && INSTANCES.iter().filter(|instance| instance.deep).any(of_deep)
    };
    let compared: Vec<&str> = written.lines().filter(|line| !is_skipped(line)).collect();
    let wanted: Vec<&str> = found.lines().collect();
    assert!(compared == wanted, "update the report: HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-protocol");
    for objection in ["INCOMPLETE", "DISAGREE", "(FALSE)", "NOT FOUND"] {
        assert!(!found.contains(objection), "the report says {objection}");
    }
}

/// Every planted mistake is found, and every property finds at least one.
#[test]
fn every_mistake_is_found_and_every_property_finds_one() {
    let mut finders = std::collections::BTreeSet::new();
    let clients = [ClientCare::RetriesUnderFreshKey, ClientCare::RetriesAfterTheDay];
    let merchants =
        [MerchantCare::FulfillsOnEveryDelivery, MerchantCare::TrustsTheRedirect, MerchantCare::AcknowledgesFirst];
    let mistakes = ProtocolFault::ALL.into_iter().map(Instance::with_fault);
    let mistakes = mistakes.chain(clients.into_iter().map(Instance::with_client));
    for instance in mistakes.chain(merchants.into_iter().map(Instance::with_merchant)) {
        let found = explore(instance, &Effort::default());
        assert!(!found.violations.is_empty(), "not found: {}", instance.about);
        for violated in &found.violations {
            assert!(!violated.trace.is_empty());
            finders.insert(violated.property.id);
        }
    }
    for property in PROTOCOL_PROPERTIES {
        assert!(finders.contains(property.id), "no planted mistake breaks {}", property.id);
    }
}

/// Without its mistake, each small instance is free of violations.
#[test]
fn careful_participants_break_nothing() {
    for instance in [
        Instance::with_client(ClientCare::Careful),
        Instance::with_merchant(MerchantCare::Careful),
        INSTANCES.into_iter().find(|instance| instance.name == "capture_and_cancel").expect("an instance"),
    ] {
        let found = explore(instance, &Effort { both: true, ..Effort::default() });
        let broken: Vec<_> = found.violations.iter().map(|violated| violated.property.id).collect();
        assert!(broken.is_empty(), "{}: {broken:?}", instance.name);
        assert!(found.is_complete() && found.second.is_some() && found.agrees(), "{}", instance.name);
    }
}

/// A cut exploration never counts as complete.
#[test]
fn a_cut_exploration_is_incomplete() {
    let found = explore(INSTANCES[0], &Effort { max_states: Some(100), ..Effort::default() });
    assert!(!found.is_complete());
}
