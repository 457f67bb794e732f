//! Rules for the source: the model has no clock, floats or randomness, and every operation is decided by name.

use holdfast_model::{EventKind, OperationKind};

use crate::support::*;

#[test]
fn model_and_properties_have_no_clock_no_chance_no_float_and_no_random_order() {
    for (folder, least) in [("model/src", 50), ("properties/src", 25)] {
        let sources = sources(folder);
        assert!(sources.len() >= least, "{folder} has {} sources", sources.len());
        for path in sources {
            let found = forbidden_words(&read(&path));
            assert!(found.is_empty(), "{} has {found:?}", shown(&path));
        }
    }
}

#[test]
fn forbidden_words_are_found() {
    assert_eq!(forbidden_words("let now = std::time::Instant::now();"), ["std::time", "Instant"]);
    assert_eq!(forbidden_words("use rand::Rng; let x: f64 = 0.5;"), ["rand", "f64"]);
    assert!(forbidden_words("// an Instant is not a brand, said HashMap").is_empty());
    assert!(forbidden_words("let brand = 1;").is_empty());
}

#[test]
fn every_operation_and_event_is_decided_by_name() {
    let source = code(&read(&root().join("model/src/transition.rs")));
    for (head, kind, least) in [
        ("match input {", "Input::", 4),
        ("match operation {", "Operation::", OperationKind::ALL.len()),
        ("match event {", "EnvironmentEvent::", EventKind::ALL.len()),
    ] {
        let patterns = patterns(&source, head);
        let variants = patterns.iter().map(|pattern| pattern.split('|').count()).sum::<usize>();
        assert!(variants >= least, "`{head}` names only {variants} variants: {patterns:?}");
        for pattern in patterns {
            let named = pattern.split('|').all(|part| part.trim().starts_with(kind));
            assert!(named && !pattern.contains(" if "), "`{head}` has an arm that names no variant: `{pattern}`");
        }
    }
}

#[test]
fn arms_are_read_one_by_one() {
    let source = "match event { EnvironmentEvent::A { x } => f(|_| { 1 }), EnvironmentEvent::B(_) | EnvironmentEvent::C => { g() } _ => h(), }";
    assert_eq!(
        patterns(source, "match event {"),
        ["EnvironmentEvent::A { x }", "EnvironmentEvent::B(_) | EnvironmentEvent::C", "_"]
    );
}
