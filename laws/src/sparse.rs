//! A basis of laws that is easy to read: laws of at most four terms first, the shortest first, then small factors.

use crate::linear::{Overflow, Span, Vector, at, eliminate, put};

/// The largest number of terms that is searched for. Laws that need more come from the elimination.
const MOST_TERMS: usize = 4;

/// Returns laws that, together with `known`, span every vector whose product with all of `relations` is zero.
///
/// Laws of at most four terms are chosen by their number of terms, then by the sum of their factors, then by the order of
/// the quantities. A quantity that equals a multiple of an earlier one stands in no longer law. If these are not enough,
/// the rest comes from the elimination as it is: those laws may have more terms than necessary.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub fn sparse_basis(relations: &Span, known: &[Vector]) -> Result<Vec<Vector>, Overflow> {
    let null = relations.null_space()?;
    let mut found = Span::of(relations.width(), known)?;
    let mut basis = Vec::new();
    let mut places: Vec<usize> = (0..relations.width()).collect();
    for terms in 1..=MOST_TERMS {
        if found.rank() >= null.rank() {
            break;
        }
        let mut search = LawSearch { relations, places: &places, terms, laws: Vec::new() };
        search.extend(0, &mut Vec::new())?;
        let mut laws = search.laws;
        laws.sort_by_cached_key(|law| (weight(law), first_places(law)));
        for law in laws {
            // One of two equal quantities is enough for longer laws.
            if let (true, Some(last)) = (terms <= 2, law.iter().rposition(|number| *number != 0)) {
                places.retain(|place| *place != last);
            }
            if found.insert(&law)? {
                basis.push(law);
            }
        }
    }
    for law in null.basis() {
        if found.insert(law)? {
            basis.push(law.clone());
        }
    }
    basis.sort_by_cached_key(|law| first_places(law));
    Ok(basis)
}

fn weight(law: &[i128]) -> u128 {
    law.iter().fold(0, |sum, number| sum.saturating_add(number.unsigned_abs()))
}

fn first_places(law: &[i128]) -> Vec<usize> {
    (0..law.len()).filter(|place| at(law, *place) != 0).collect()
}

/// The search for all laws with a given number of terms, none of which is the sum of shorter ones.
struct LawSearch<'a> {
    relations: &'a Span,
    places: &'a [usize],
    terms: usize,
    laws: Vec<Vector>,
}

/// A column of the relations after an elimination, followed by the combination of columns that it is.
struct ReducedColumn {
    numbers: Vector,
    pivot: usize,
}

impl LawSearch<'_> {
    /// Tries every column from position `from` on beside the `chosen` ones, which are independent.
    fn extend(&mut self, from: usize, chosen: &mut Vec<ReducedColumn>) -> Result<(), Overflow> {
        let (rank, missing) = (self.relations.rank(), self.terms.saturating_sub(chosen.len()));
        for (position, place) in self.places.iter().copied().enumerate().skip(from) {
            let mut numbers: Vector = self.relations.basis().map(|row| at(row, place)).collect();
            numbers.resize(rank.saturating_add(self.relations.width()), 0);
            put(&mut numbers, rank.saturating_add(place), 1);
            for column in &*chosen {
                numbers = eliminate(&numbers, &column.numbers, column.pivot)?;
            }
            match numbers.iter().position(|number| *number != 0).filter(|pivot| *pivot < rank) {
                // Independent of the others: it may be a part of a law with more columns.
                Some(pivot) if missing > 1 => {
                    chosen.push(ReducedColumn { numbers, pivot });
                    self.extend(position.saturating_add(1), chosen)?;
                    chosen.pop();
                }
                Some(_) => {}
                None => {
                    let law: Vector = numbers.into_iter().skip(rank).collect();
                    if first_places(&law).len() == self.terms {
                        self.laws.push(law);
                    }
                }
            }
        }
        Ok(())
    }
}
