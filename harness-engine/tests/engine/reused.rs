//! A store that was emptied and reused behaves like a new one: nothing of one sequence is left in the next.

use std::cell::Cell;
use std::rc::Rc;

use holdfast_engine::store::{SqliteStore, StoreError};
use holdfast_harness::Subject;
use holdfast_harness::choices::Seeded;
use holdfast_harness::crash::Recoverable;
use holdfast_harness::generator::{self, Bias, Sequence};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::Input;

const SEQUENCES: u64 = 96;

fn sequence(seed: u64) -> Sequence {
    let bias = if seed.is_multiple_of(2) { Bias::Friendly } else { Bias::Hostile };
    generator::sequence(&mut Seeded::new(seed, 40), bias, |_| ())
}

/// Returns all responses, notifications and snapshots as text. Some requests stay open, and some engines have crashed.
fn transcript(subject: &mut EngineSubject, seed: u64) -> String {
    let Sequence { config, inputs } = sequence(seed);
    subject.start(&config).unwrap();
    let mut all = String::new();
    for (step, input) in inputs.iter().enumerate() {
        if !subject.can(input) {
            continue;
        }
        if seed.is_multiple_of(5) && step + 1 == inputs.len() {
            subject.die_after(u32::try_from(seed).unwrap() % 3);
        }
        let reaction = match input {
            Input::Call(call) => subject.submit(call),
            Input::Event(event) => subject.inject(event),
            Input::Begin { key, operation } => subject.begin(*key, operation),
            Input::Finish { key } => subject.finish(*key),
        };
        all += &format!("{input}: {reaction:?}, {:?}\n", subject.observe());
    }
    all
}

/// Returns a subject on SQLite that counts how often a store was emptied.
fn counting(emptied: fn(SqliteStore) -> Result<SqliteStore, StoreError>) -> (EngineSubject, Rc<Cell<u64>>) {
    let count = Rc::new(Cell::new(0));
    let counter = Rc::clone(&count);
    let subject = EngineSubject::on_reused(SqliteStore::in_memory, move |store| {
        counter.set(counter.get() + 1);
        emptied(store)
    });
    (subject, count)
}

/// Returns the first sequence with another result on a reused store than on a new one.
fn first_that_differs(subject: &mut EngineSubject) -> Option<u64> {
    (0..SEQUENCES).find(|seed| {
        let mut new = EngineSubject::on_reused(SqliteStore::in_memory, |_| unreachable!("it is new"));
        transcript(subject, *seed) != transcript(&mut new, *seed)
    })
}

#[test]
fn nothing_of_one_sequence_comes_into_the_next() {
    let (mut subject, emptied) = counting(SqliteStore::emptied);
    assert_eq!(first_that_differs(&mut subject), None);
    assert_eq!(emptied.get(), SEQUENCES - 1, "every store but the first was one used before");
}

/// The comparison notices a store that is not emptied, at the latest when ids are assigned again.
#[test]
fn a_store_that_is_not_emptied_is_noticed() {
    let (mut subject, _) = counting(Ok);
    assert!(first_that_differs(&mut subject).is_some_and(|seed| seed < 10));
}

/// A store that cannot be emptied is not reused.
#[test]
fn where_emptying_fails_a_new_store_is_made() {
    let (mut subject, tried) = counting(|_| Err(StoreError("no".to_owned())));
    assert_eq!(first_that_differs(&mut subject), None);
    assert_eq!(tried.get(), SEQUENCES - 1);
}
