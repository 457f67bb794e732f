//! The example finds its planted mistake, and finds nothing once the mistake is corrected.

#[path = "../../examples/toy.rs"]
mod example;

use holdfast_harness::Identity;

#[test]
fn the_mistake_is_found_and_made_small() {
    let (script, verdict) = example::hunt(&mut example::Toy::default(), 10_000).expect("the mistake was not found");
    assert_eq!(verdict.identity(), Some(Identity::Property("captured-within-authorization")), "{script}{verdict}");
    assert!(script.lines.len() == 2, "{script}");
}

#[test]
fn without_its_mistake_it_agrees() {
    let mut careful = example::Toy::default();
    careful.careful = true;
    if let Some((script, verdict)) = example::hunt(&mut careful, 2_000) {
        panic!("{script}{verdict}");
    }
}
