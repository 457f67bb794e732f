//! The proofs, if a solver is on the search path. Without one these tests say so and show nothing.

use std::path::PathBuf;

use holdfast_prove::{
    AUXILIARY, FreeParameter, LinearOperation, PROPERTIES, SolverProof, find_solver, no_guard_is_empty, obligations,
    prove, with_operation,
};

fn solver() -> Option<PathBuf> {
    let found = find_solver();
    if found.is_none() {
        eprintln!("skipped: neither z3 nor cvc5 is on the search path");
    }
    found
}

#[test]
fn every_property_is_proven() -> Result<(), String> {
    let Some(solver) = solver() else { return Ok(()) };
    for property in PROPERTIES.iter().chain([&AUXILIARY]) {
        let found = prove(&solver, &obligations(property)?)?;
        assert_eq!(found, SolverProof::Proven, "{}", property.name);
    }
    Ok(())
}

#[test]
fn every_operation_can_happen() -> Result<(), String> {
    let Some(solver) = solver() else { return Ok(()) };
    assert!(no_guard_is_empty(&solver)?);
    Ok(())
}

const ANY: FreeParameter = FreeParameter { name: "any", seen: None };

/// An operation that moves a quantity up or down without a reason.
fn wrong(updates: &'static [(&'static str, &'static str)]) -> LinearOperation {
    LinearOperation { name: "wrong", rules: "", parameters: &[ANY], guard: &[], updates }
}

/// For each property, an operation that breaks it.
const WRONG: [(&str, &[(&str, &str)]); 15] = [
    ("captured-within-authorization", &[("captured", "any")]),
    ("held-money-adds-up", &[("released", "any")]),
    ("received-is-what-was-captured", &[("received", "any")]),
    ("ledger-has-what-moved", &[("charged", "any")]),
    ("refunds-add-up", &[("counted", "any")]),
    ("refunded-within-captured", &[("refunded", "any")]),
    ("amount-in-range", &[("amount", "any")]),
    ("charge-is-for-the-amount", &[("amount", "any")]),
    ("succeeded-means-received", &[("received", "any")]),
    ("canceled-has-received-nothing", &[("canceled", "1")]),
    ("capturable-only-while-held", &[("held", "0")]),
    ("connect-money-is-bounded", &[("reversals", "any")]),
    ("connect-money-fits-the-flow", &[("fees", "any")]),
    ("standing-amounts-are-collected", &[("transfers", "any")]),
    ("money-never-shrinks", &[("captured", "any")]),
];

#[test]
fn a_wrong_operation_is_refuted_for_each_property() -> Result<(), String> {
    assert!(PROPERTIES.iter().map(|property| property.name).eq(WRONG.iter().map(|(name, _)| *name)));
    let Some(solver) = solver() else { return Ok(()) };
    for (property, (_, updates)) in PROPERTIES.iter().zip(WRONG) {
        let found = prove(&solver, &with_operation(property, &wrong(updates))?)?;
        assert!(matches!(found, SolverProof::Broken(..)), "{}: {found:?}", property.name);
    }
    Ok(())
}

#[test]
fn a_solver_that_answers_nothing_proves_nothing() -> Result<(), String> {
    let property = PROPERTIES.first().ok_or("no property")?;
    let found = prove(&PathBuf::from("/bin/true"), &obligations(property)?)?;
    assert!(matches!(found, SolverProof::Unknown(_)), "{found:?}");
    assert!(!no_guard_is_empty(&PathBuf::from("/bin/true"))?);
    Ok(())
}
