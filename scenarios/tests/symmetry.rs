//! Keeping interchangeable payments in a fixed order loses no state: the numbers of states with and without the fixed
//! order follow the formulas.

use holdfast_explorer::{Explorer, Mode};
use holdfast_model::{
    Capture, CaptureMethod, Config, Create, CreateRefund, Dialect, EnvironmentEvent, Input, IntentId, Operation,
    PaymentMethod,
};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{Alphabet, Capacity, Scenario, Variant, Visit, When};

/// Returns inputs of a payment without the passing of time, which would make payments depend on each other.
fn alphabets() -> [(&'static str, Alphabet); 2] {
    [("cards", cards()), ("debits", debits())]
}

/// A debit that can still be canceled looks like one that cannot, but is a different state.
fn debits() -> Alphabet {
    let intent = IntentId(0);
    let create = Create { method: Some(PaymentMethod::SepaDebit), confirm: true, ..Create::of(2) };
    Alphabet::new()
        .creates([create])
        .on_payment(
            When::EXISTING,
            [Input::from(EnvironmentEvent::Settle { intent }), EnvironmentEvent::CloseCancelWindow { intent }.into()],
        )
        .on_payment(When::EXISTING, [Operation::CancelIntent { intent, reason: None }])
}

fn cards() -> Alphabet {
    let intent = IntentId(0);
    let create = Create {
        method: Some(PaymentMethod::Visa),
        capture_method: CaptureMethod::Manual,
        multicapture: true,
        confirm: true,
        ..Create::of(2)
    };
    let capture = |amount, final_capture| Operation::CaptureIntent {
        intent,
        capture: Capture { amount, final_capture, ..Capture::default() },
    };
    Alphabet::new().creates([create]).on_payment(
        When::EXISTING,
        [
            capture(Some(1), Some(false)),
            capture(None, None),
            Operation::CancelIntent { intent, reason: None },
            Operation::CreateRefund { intent, refund: CreateRefund::default() },
        ],
    )
}

fn variant(alphabet: Alphabet, symmetry: bool) -> Variant {
    let dialect = Dialect { minimum_amount: 1, ..Dialect::default() };
    Variant { name: "without time", config: Config { dialect, ..Config::default() }, alphabet, symmetry }
}

fn unique(alphabet: &Alphabet, capacity: Capacity, symmetry: bool) -> u64 {
    struct Count;
    impl Visit for Count {
        type Output = u64;
        fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> u64 {
            let found = Explorer::new(&space).mode(Mode::Exact).run();
            assert!(found.summary.completion.is_complete());
            assert!(found.summary.violations.is_empty());
            found.summary.unique
        }
    }
    let scenario = Scenario { name: "", about: "", bounds: "", capacity, deep: false, variants: Vec::new };
    scenario.visit(&variant(alphabet.clone(), symmetry), Count)
}

#[test]
fn the_counts_are_those_of_the_formula() {
    for (name, alphabet) in alphabets() {
        let count = |room, symmetry| unique(&alphabet, room, symmetry);
        let alone = count(Capacity::One, false);
        assert!(alone > 4, "one payment has {alone} states, too few to prove anything: {name}");
        // C(S+N-1, N) states with interchangeable payments, S^N with distinguished ones.
        assert_eq!(count(Capacity::Two, true), alone * (alone + 1) / 2, "two {name}");
        assert_eq!(count(Capacity::Two, false), alone * alone, "two {name} told apart");
        assert_eq!(count(Capacity::Three, true), alone * (alone + 1) * (alone + 2) / 6, "three {name}");
        assert_eq!(count(Capacity::Three, false), alone * alone * alone, "three {name} told apart");
    }
}
