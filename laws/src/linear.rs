//! Exact linear algebra over the rationals: vectors of integers, without fractions and without rounding.

use std::fmt;

/// A vector of integers; two vectors that differ by a factor other than zero stand for the same law.
pub type Vector = Vec<i128>;

/// A number left the range of 128 bits. Nothing was rounded: there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

impl fmt::Display for Overflow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the elimination left the range of 128-bit integers; there is no exact result")
    }
}

impl std::error::Error for Overflow {}

/// The span of some vectors, as a basis in reduced echelon form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    width: usize,
    /// Ordered by the place of their first number, where every other row is zero.
    rows: Vec<PivotRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct PivotRow {
    pivot: usize,
    numbers: Vector,
}

impl Span {
    /// Returns the span that contains the zero vector alone. Its vectors have `width` numbers.
    #[must_use]
    pub const fn new(width: usize) -> Self {
        Self { width, rows: Vec::new() }
    }

    /// Returns the span of `vectors`. Each has `width` numbers.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn of<'a>(width: usize, vectors: impl IntoIterator<Item = &'a Vector>) -> Result<Self, Overflow> {
        let mut span = Self::new(width);
        for vector in vectors {
            span.insert(vector)?;
        }
        Ok(span)
    }

    /// Returns the length of a vector.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Returns the dimension.
    #[must_use]
    pub const fn rank(&self) -> usize {
        self.rows.len()
    }

    /// Returns the basis.
    pub fn basis(&self) -> impl Iterator<Item = &Vector> {
        self.rows.iter().map(|row| &row.numbers)
    }

    /// Adds a vector, and returns whether the span became larger.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range; the span is as before.
    pub fn insert(&mut self, vector: &[i128]) -> Result<bool, Overflow> {
        let rest = self.reduce(vector)?;
        let Some(pivot) = rest.iter().position(|number| *number != 0) else { return Ok(false) };
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            rows.push(PivotRow { pivot: row.pivot, numbers: eliminate(&row.numbers, &rest, pivot)? });
        }
        rows.push(PivotRow { pivot, numbers: rest });
        rows.sort_unstable_by_key(|row| row.pivot);
        self.rows = rows;
        Ok(true)
    }

    /// Returns whether the span holds `vector`.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn contains(&self, vector: &[i128]) -> Result<bool, Overflow> {
        Ok(self.reduce(vector)?.iter().all(|number| *number == 0))
    }

    /// Returns a basis of the vectors whose product with every vector of the span is zero, one for each number that no
    /// row begins with.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn null_space(&self) -> Result<Self, Overflow> {
        let is_free = |place: &usize| self.rows.iter().all(|row| row.pivot != *place);
        let mut null = Self::new(self.width);
        for free in (0..self.width).filter(is_free) {
            // The least common multiple of what is divided by, so that every quotient is whole.
            let mut factor = 1;
            for row in self.rows.iter().filter(|row| at(&row.numbers, free) != 0) {
                factor = least_common_multiple(factor, at(&row.numbers, row.pivot))?;
            }
            let mut law = vec![0; self.width];
            put(&mut law, free, factor);
            for row in &self.rows {
                let (pivot, number) = (at(&row.numbers, row.pivot), at(&row.numbers, free));
                let quotient = factor.checked_div(pivot).and_then(|whole| whole.checked_mul(number));
                put(&mut law, row.pivot, quotient.and_then(i128::checked_neg).ok_or(Overflow)?);
            }
            null.insert(&law)?;
        }
        Ok(null)
    }

    /// Returns what is left of `vector` after the rows are taken from it: zero exactly if the span holds it.
    fn reduce(&self, vector: &[i128]) -> Result<Vector, Overflow> {
        let mut rest = vector.to_vec();
        rest.resize(self.width, 0);
        for row in &self.rows {
            rest = eliminate(&rest, &row.numbers, row.pivot)?;
        }
        normalize(&rest)
    }
}

/// Returns the positions of the `vectors` whose linear combination is `wanted`; `None` if there is no combination.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub fn combination(vectors: &[Vector], wanted: &[i128]) -> Result<Option<Vec<usize>>, Overflow> {
    let width = wanted.len();
    let mut span = Span::new(width.saturating_add(vectors.len()));
    for (position, vector) in vectors.iter().enumerate() {
        // Each vector carries its own position along.
        let mut marked = vector.clone();
        marked.resize(span.width, 0);
        put(&mut marked, width.saturating_add(position), 1);
        span.insert(&marked)?;
    }
    let rest = span.reduce(wanted)?;
    let used = (0..vectors.len()).filter(|position| at(&rest, width.saturating_add(*position)) != 0);
    Ok(rest.iter().take(width).all(|number| *number == 0).then(|| used.collect()))
}

/// Returns the product of two vectors.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub fn product(one: &[i128], other: &[i128]) -> Result<i128, Overflow> {
    one.iter().zip(other).try_fold(0_i128, |sum, (one, other)| {
        one.checked_mul(*other).and_then(|product| sum.checked_add(product)).ok_or(Overflow)
    })
}

/// Returns a multiple of `vector` plus a multiple of `row` that is zero at `place`, without a common factor.
pub(crate) fn eliminate(vector: &[i128], row: &[i128], place: usize) -> Result<Vector, Overflow> {
    let (number, pivot) = (at(vector, place), at(row, place));
    if number == 0 || pivot == 0 {
        return Ok(vector.to_vec());
    }
    let divisor = greatest_common_divisor(number, pivot)?;
    let (number, pivot) = (number.checked_div(divisor).ok_or(Overflow)?, pivot.checked_div(divisor).ok_or(Overflow)?);
    let combined: Option<Vector> = vector
        .iter()
        .zip(row)
        .map(|(of_vector, of_row)| of_vector.checked_mul(pivot)?.checked_sub(of_row.checked_mul(number)?))
        .collect();
    normalize(&combined.ok_or(Overflow)?)
}

/// Returns the multiple of `vector` without a common factor whose first number is positive.
pub(crate) fn normalize(vector: &[i128]) -> Result<Vector, Overflow> {
    let mut divisor = 0;
    for number in vector {
        divisor = greatest_common_divisor(divisor, *number)?;
    }
    if vector.iter().find(|number| **number != 0).is_some_and(|first| *first < 0) {
        divisor = divisor.checked_neg().ok_or(Overflow)?;
    }
    if divisor == 0 {
        return Ok(vector.to_vec());
    }
    vector.iter().map(|number| number.checked_div(divisor).ok_or(Overflow)).collect()
}

fn greatest_common_divisor(one: i128, other: i128) -> Result<i128, Overflow> {
    let mut pair = (one.checked_abs().ok_or(Overflow)?, other.checked_abs().ok_or(Overflow)?);
    while let Some(rest) = pair.0.checked_rem(pair.1) {
        pair = (pair.1, rest);
    }
    Ok(pair.0)
}

fn least_common_multiple(one: i128, other: i128) -> Result<i128, Overflow> {
    let divisor = greatest_common_divisor(one, other)?;
    let other = other.checked_abs().and_then(|other| other.checked_div(divisor)).ok_or(Overflow)?;
    one.checked_mul(other).ok_or(Overflow)
}

pub(crate) fn at(vector: &[i128], place: usize) -> i128 {
    vector.get(place).copied().unwrap_or_default()
}

pub(crate) fn put(vector: &mut [i128], place: usize, number: i128) {
    if let Some(slot) = vector.get_mut(place) {
        *slot = number;
    }
}
