//! The deadline lattice on the engine: `reports/deadlines.md`, and the injected faults that it finds.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::path::Path;

use holdfast_harness::ModelSubject;
use holdfast_harness::deadlines::{DEADLINES, Lattice, RaceResult};
use holdfast_harness_engine::EngineSubject;
use holdfast_harness_engine::injected_faults::{self, InjectedFault};

/// Faults of deadlines, each of which changes an answer in some race.
const OF_DEADLINES: [&str; 13] = [
    "a hold lasts a day too long",
    "a Visa hold without the customer lasts as long as any",
    "a hold in yen lasts as long as any",
    "a capture looks at a clock that is slow",
    "the last second of a hold is lost",
    "the expiry job ends holds that are not due",
    "the expiry job is never scheduled",
    "the expiry job comes an hour late",
    "the expiry job does nothing",
    "a partly captured hold that runs out is canceled",
    "an uncaptured hold that runs out succeeds",
    "an expired hold is not released",
    "each capture renews the hold",
];

/// Returns the page. The tables hold no figure that differs from run to run.
fn page(model: &Lattice, engine: &Lattice, found: &[&str]) -> String {
    let total = model.races.len();
    let agreeing = engine.races.iter().filter(|race| race.result == RaceResult::Agrees).count();
    format!(
        "# Deadlines\n\nWritten by `HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-harness-engine --test deadlines`.\n\n\
         Each table is one deadline: a row for each order of the inputs that race there, a column for each moment. A cell \
         holds the model's answers in that order. Where an engine answers otherwise, the cell says so.\n\n\
         | engine | races | agree with the model | differ | not compared |\n|---|---|---|---|---|\n\
         | the engine of this workspace | {total} | {agreeing} | {} | {} |\n\n\
         A server is not in this table: its clock runs while requests are under way, so the second of a deadline cannot \
         be met over HTTP.\n{}\n## Injected faults that these races find\n\n{} of {}, each planted alone in the engine:\n\n{}",
        engine.differing().count(),
        engine.not_compared().count(),
        model.table(std::slice::from_ref(engine)),
        found.len(),
        injected_faults::all().count(),
        found.iter().map(|name| format!("- {name}\n")).collect::<String>(),
    )
}

fn of_model() -> Lattice {
    Lattice::of("model", &mut ModelSubject::default()).unwrap()
}

fn of_engine(injected: Option<&'static InjectedFault>) -> Lattice {
    let mut engine = EngineSubject::default();
    if let Some(injected) = injected {
        engine = engine.with_fault(injected);
    }
    Lattice::of("engine", &mut engine).unwrap()
}

#[test]
fn the_engine_agrees_with_the_model_at_every_deadline_and_faulty_ones_do_not() {
    let (model, engine) = (of_model(), of_engine(None));
    for race in &engine.races {
        let name = DEADLINES[race.deadline].name;
        assert_eq!(race.result, RaceResult::Agrees, "{name}, {:?}, {:?}", race.time, race.order);
    }
    let found: Vec<&str> = injected_faults::all()
        .filter(|injected| of_engine(Some(injected)).differing().count() > 0)
        .map(|injected| injected.name)
        .collect();
    for name in OF_DEADLINES {
        assert!(found.contains(&name), "no race finds: {name}");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/deadlines.md");
    let page = page(&model, &engine, &found);
    if std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "reports/deadlines.md is out of date");
}
