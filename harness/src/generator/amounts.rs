//! Amounts in requests: at the limits, and some between.

use holdfast_model::Amount;

use super::codec::Codec;

/// The smallest amount of a PaymentIntent, in minor units. Its multiples are frequent.
pub(super) const UNIT: i64 = 50;

/// The way in which an amount is chosen.
#[derive(Clone, Copy)]
enum Shape {
    /// The parameter is left out.
    Unnamed,
    /// A fixed number.
    Exactly(i64),
    /// A multiple of [`UNIT`], from the next choice.
    Units,
    /// A number below 256, from the next choice.
    Few,
}

/// Returns the amount that an intent or a session is created with. With `is_free` it may be wrong.
pub(super) fn total(codec: &mut impl Codec, wanted: i64, is_free: bool) -> i64 {
    const SHAPES: [Shape; 14] = [
        Shape::Exactly(1_000),
        Shape::Units,
        Shape::Exactly(UNIT),
        Shape::Units,
        Shape::Exactly(10_000),
        Shape::Exactly(99_999_999),
        // The shapes from here on are wrong.
        Shape::Few,
        Shape::Exactly(UNIT - 1),
        Shape::Exactly(0),
        Shape::Exactly(-1),
        Shape::Exactly(-UNIT),
        Shape::Exactly(100_000_000),
        Shape::Exactly(i64::MAX),
        Shape::Exactly(i64::MIN),
    ];
    number(codec, Some(wanted), SHAPES.get(..if is_free { 14 } else { 6 }).unwrap_or(&SHAPES)).unwrap_or(wanted)
}

/// Returns a part of the amount that is left, or `None`. With `is_free` it may be wrong.
pub(super) fn part(codec: &mut impl Codec, wanted: Option<i64>, left: Amount, is_free: bool) -> Option<i64> {
    let (shapes, right) = shapes(left);
    number(codec, wanted, shapes.get(..if is_free { shapes.len() } else { right }).unwrap_or(&shapes))
}

/// Returns the same as [`part`], but mostly `None`.
pub(super) fn rare(codec: &mut impl Codec, wanted: Option<i64>, left: Amount, is_free: bool) -> Option<i64> {
    let (shapes, right) = shapes(left);
    let mut rarely = [Shape::Unnamed; 32];
    let from = rarely.len().saturating_sub(shapes.len());
    rarely.iter_mut().skip(from).zip(shapes).for_each(|(slot, shape)| *slot = shape);
    let count = if is_free { rarely.len() } else { from.saturating_add(right) };
    number(codec, wanted, rarely.get(..count).unwrap_or(&rarely))
}

/// Returns the shapes of a part of the amount that is left, and how many of them can be accepted.
fn shapes(left: Amount) -> ([Shape; 15], usize) {
    let left = i64::from(left.get());
    let shapes = [
        Shape::Unnamed,
        Shape::Few,
        Shape::Units,
        Shape::Exactly(1),
        Shape::Exactly(left),
        Shape::Exactly(left.saturating_sub(1).max(1)),
        Shape::Exactly((left >> 1).max(1)),
        Shape::Unnamed,
        // The shapes from here on are wrong, or may be refused.
        Shape::Exactly(0),
        Shape::Exactly(left.saturating_add(1)),
        Shape::Exactly(-1),
        Shape::Exactly(-UNIT),
        Shape::Exactly(100_000_000),
        Shape::Exactly(i64::MAX),
        Shape::Exactly(i64::MIN),
    ];
    (shapes, 8)
}

fn number(codec: &mut impl Codec, wanted: Option<i64>, shapes: &[Shape]) -> Option<i64> {
    let index = codec.index(shapes.len(), || shapes.iter().position(|shape| detail(*shape, wanted).is_some()));
    let shape = shapes.get(index).copied().unwrap_or(Shape::Unnamed);
    match shape {
        Shape::Unnamed => None,
        Shape::Exactly(number) => Some(number),
        Shape::Units | Shape::Few => {
            let count = i64::try_from(codec.index(256, || detail(shape, wanted))).unwrap_or(0);
            let is_few = matches!(shape, Shape::Few);
            Some(if is_few { count } else { count.saturating_add(1).saturating_mul(UNIT) })
        }
    }
}

/// Returns the choice for which a shape yields `wanted`, if there is one.
fn detail(shape: Shape, wanted: Option<i64>) -> Option<usize> {
    let count = match (shape, wanted) {
        (Shape::Unnamed, None) => 0,
        (Shape::Exactly(number), Some(wanted)) if number == wanted => 0,
        (Shape::Units, Some(wanted)) if wanted.checked_rem(UNIT) == Some(0) => {
            wanted.checked_div(UNIT)?.checked_sub(1)?
        }
        (Shape::Few, Some(wanted)) => wanted,
        (Shape::Unnamed | Shape::Exactly(_) | Shape::Units, _) | (Shape::Few, None) => return None,
    };
    usize::try_from(count).ok().filter(|count| *count < 256)
}
