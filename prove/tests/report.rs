//! The files of the proof in `reports/` are current, which needs no solver.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use holdfast_prove::{
    AUXILIARY, NOT_EXPRESSED, PROPERTIES, SolverProof, files, find_solver, no_guard_is_empty, obligations, prove,
    report,
};

#[test]
fn the_files_of_the_proof_are_current() -> Result<(), String> {
    let reports = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../reports");
    let folder = reports.join("prove");
    let failed = |error: std::io::Error| error.to_string();
    let mut expected: Vec<_> = files()?.into_iter().map(|(name, text)| (folder.join(name), text)).collect();
    expected.push((reports.join("prove.md"), report()));
    if std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
        // The report says that the properties are proven, so it is written only after a solver has proven them.
        let solver = find_solver().ok_or("the report is written with a solver: put z3 or cvc5 on the search path")?;
        for property in PROPERTIES.iter().chain([&AUXILIARY]) {
            assert_eq!(prove(&solver, &obligations(property)?)?, SolverProof::Proven, "{}", property.name);
        }
        assert!(no_guard_is_empty(&solver)?, "the solver does not show that each operation can happen");
        fs::create_dir_all(&folder).map_err(failed)?;
        for (path, text) in &expected {
            fs::write(path, text).map_err(failed)?;
        }
    }
    for (path, text) in &expected {
        let found = fs::read_to_string(path).map_err(failed)?;
        assert!(
            found == *text,
            "{} is old: HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-prove --test report",
            path.display()
        );
    }
    let stored: BTreeSet<PathBuf> =
        fs::read_dir(&folder).map_err(failed)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    let known: BTreeSet<PathBuf> =
        expected.into_iter().map(|(path, _)| path).filter(|path| path.starts_with(&folder)).collect();
    assert_eq!(stored, known, "files that no proof writes");
    Ok(())
}

/// A property of the file about sums, and each that is left out, exists and is named once.
#[test]
fn every_money_property_is_expressed_or_has_a_reason() {
    let named: Vec<_> =
        PROPERTIES.iter().map(|property| property.name).chain(NOT_EXPRESSED.iter().map(|(name, _)| *name)).collect();
    let distinct: BTreeSet<_> = named.iter().copied().collect();
    assert_eq!(named.len(), distinct.len(), "named twice");
    for name in &named {
        assert!(holdfast_properties::Property::find(name).is_some(), "unknown property {name}");
    }
    for property in holdfast_properties::CATALOGUE.iter().filter(|property| property.topic == "money") {
        assert!(named.contains(&property.id), "{} is neither expressed nor explained", property.id);
    }
}
