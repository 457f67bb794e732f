//! The linear algebra against known answers, and against its definition on every small matrix.

use holdfast_laws::linear::{Overflow, Span, Vector, combination, product};
use holdfast_laws::{ConservationLaw, KINDS, KNOWN_LAWS, Quantity, WIDTH, sparse_basis};
use holdfast_model::NotificationKind;

fn span(rows: &[&[i128]]) -> Span {
    let rows: Vec<Vector> = rows.iter().map(|row| row.to_vec()).collect();
    Span::of(rows.first().map_or(0, Vec::len), &rows).expect("small numbers")
}

fn sparse(relations: &Span) -> Vec<Vector> {
    sparse_basis(relations, &[]).expect("small numbers")
}

#[test]
fn a_null_space_is_the_known_one() {
    // Money that moves from a hold into captured or released money, and from captured into refunded money.
    let relations = span(&[&[1, 1, 0, 0, 0], &[0, -1, 1, 0, 0], &[0, -1, 0, 1, 0], &[0, 0, 0, 0, 0]]);
    assert_eq!(relations.rank(), 3);
    assert_eq!(sparse(&relations), [vec![1, -1, -1, -1, 0], vec![0, 0, 0, 0, 1]]);
    // Changes that are multiples of each other leave fractions of each other.
    assert_eq!(sparse(&span(&[&[2, 3]])), [vec![3, -2]]);
    assert_eq!(sparse(&span(&[&[1, 0], &[1, 1]])), [[0; 0]; 0]);
}

/// Every matrix of two rows and four columns with numbers from -1 to 2.
#[test]
fn every_small_null_space_is_complete_and_its_sparse_basis_spans_it() {
    let mut seen = 0;
    for code in 0_u32..65_536 {
        let numbers: Vec<i128> = (0..8).map(|digit| i128::from(code >> (2 * digit) & 3) - 1).collect();
        let relations = span(&[&numbers[..4], &numbers[4..]]);
        let null = relations.null_space().expect("small numbers");
        assert_eq!(relations.rank() + null.rank(), 4, "{numbers:?}");
        let basis = sparse(&relations);
        for law in null.basis().chain(&basis) {
            for row in [&numbers[..4], &numbers[4..]] {
                assert_eq!(product(law, row), Ok(0), "{numbers:?}: {law:?}");
            }
        }
        assert_eq!(Span::of(4, &basis).expect("small numbers"), null, "{numbers:?}: {basis:?}");
        seen += 1;
    }
    assert_eq!(seen, 65_536);
}

#[test]
fn an_overflow_is_said_and_never_rounded() {
    let huge = i128::MAX / 2;
    let mut relations = Span::new(3);
    assert_eq!(relations.insert(&[huge, 1, 0]), Ok(true));
    assert_eq!(relations.insert(&[huge - 1, 1, huge]), Err(Overflow));
    assert_eq!(relations.rank(), 1, "a failed insertion changes nothing");
    assert_eq!(product(&[i128::MAX], &[2]), Err(Overflow));
}

#[test]
fn a_combination_names_its_parts() {
    let vectors = [vec![1, -1, 0], vec![0, 1, -1], vec![5, 5, 5]];
    assert_eq!(combination(&vectors, &[1, 0, -1]), Ok(Some(vec![0, 1])));
    assert_eq!(combination(&vectors, &[0, 2, -2]), Ok(Some(vec![1])));
    assert_eq!(combination(&vectors[..2], &[1, 1, 1]), Ok(None));
}

#[test]
fn a_law_is_an_equation_with_its_shorter_side_first() {
    let words: Vec<String> = KNOWN_LAWS.iter().map(|known| known.law().expect("small").to_string()).collect();
    assert!(words.iter().any(|law| law == "approved = capturable + captured + released"), "{words:?}");
    let [first, second, third, ..] = Quantity::all().collect::<Vec<_>>()[..] else { panic!("quantities") };
    let law = |terms: &[(i128, Quantity)]| ConservationLaw::of(terms).expect("small").to_string();
    assert_eq!(law(&[(-4, first), (2, second), (-2, third)]), "price = 2 × approved + capturable");
    assert_eq!(law(&[(-3, second)]), "price = 0");
    assert_eq!(law(&[(1, first), (1, second)]), "approved + price = 0");
}

/// Every kind of notification about a payment is counted.
#[test]
fn the_notifications_about_payments_are_all_counted() {
    assert_eq!(Quantity::all().count(), WIDTH);
    for kind in NotificationKind::ALL {
        let other =
            ["setup_intent.", "payment_method.", "checkout."].iter().any(|object| kind.name().starts_with(object));
        assert_eq!(KINDS.contains(kind), !other, "{}", kind.name());
    }
}
