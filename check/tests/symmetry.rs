//! Keeping interchangeable payments in a fixed order loses nothing: the counts are those of the
//! formula, and telling the payments apart gives the rest.

use holdfast_check::explore::{Explorer, Mode};
use holdfast_check::scenarios::{Alphabet, Room, Scenario, Variant, Visit, When};
use holdfast_check::space::ModelSpace;
use holdfast_model::{
    Capture, CaptureMethod, Create, CreateRefund, Dialect, IntentId, Operation, PaymentMethod, Terms,
};

/// What can happen to a payment without time passing, which would tie the payments to each other.
fn variant(symmetry: bool) -> Variant {
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
    let alphabet = Alphabet::new().creates([create]).on_payment(
        When::EXISTING,
        [
            capture(Some(1), Some(false)),
            capture(None, None),
            Operation::CancelIntent { intent, reason: None },
            Operation::CreateRefund { intent, refund: CreateRefund::default() },
        ],
    );
    let dialect = Dialect { minimum_amount: 1, ..Dialect::default() };
    Variant { name: "without time", terms: Terms { dialect, ..Terms::default() }, alphabet, symmetry }
}

fn unique(room: Room, symmetry: bool) -> u64 {
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
    let scenario = Scenario { name: "", about: "", bounds: "", room, deep: false, variants: Vec::new };
    scenario.visit(&variant(symmetry), Count)
}

#[test]
fn the_counts_are_those_of_the_formula() {
    let alone = unique(Room::One, false);
    assert!(alone > 5, "one payment has {alone} states, too few to prove anything");
    // C(S+N-1, N) in a fixed order, S^N told apart.
    assert_eq!(unique(Room::Two, true), alone * (alone + 1) / 2);
    assert_eq!(unique(Room::Two, false), alone * alone);
    assert_eq!(unique(Room::Three, true), alone * (alone + 1) * (alone + 2) / 6);
    assert_eq!(unique(Room::Three, false), alone * alone * alone);
}
