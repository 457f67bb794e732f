//! A conservation law: a sum of quantities that no step changes.

use std::fmt;

use crate::linear::{Overflow, Vector, at, normalize, product, put};
use crate::quantity::{Quantity, QuantityUnit, WIDTH};
use crate::space::{QuantityChange, exact};

/// A sum of quantities, each times a factor, that no step changes. It is zero while the payment does not exist, so it
/// stays zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConservationLaw {
    numbers: Vector,
}

impl ConservationLaw {
    /// Returns the law with these factors, in the order of [`Quantity::all`].
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn new(numbers: &[i128]) -> Result<Self, Overflow> {
        Ok(Self { numbers: normalize(numbers)? })
    }

    /// Returns the law with these terms.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn of(terms: &[(i128, Quantity)]) -> Result<Self, Overflow> {
        let mut numbers = vec![0; WIDTH];
        for (factor, quantity) in terms {
            if let Some(place) = quantity.place() {
                put(&mut numbers, place, *factor);
            }
        }
        Self::new(&numbers)
    }

    /// Returns the factors, in the order of [`Quantity::all`].
    #[must_use]
    pub const fn numbers(&self) -> &Vector {
        &self.numbers
    }

    /// Returns the terms.
    #[must_use]
    pub fn terms(&self) -> Vec<(i128, Quantity)> {
        let terms = Quantity::all().enumerate().map(|(place, quantity)| (at(&self.numbers, place), quantity));
        terms.filter(|(factor, _)| *factor != 0).collect()
    }

    /// Returns the unit of its terms; `None` if they differ.
    #[must_use]
    pub fn unit(&self) -> Option<QuantityUnit> {
        let terms = self.terms();
        let (_, first) = terms.first()?;
        terms.iter().all(|(_, other)| other.unit() == first.unit()).then(|| first.unit())
    }

    /// Returns whether this change leaves the sum as it is.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn allows(&self, change: &QuantityChange) -> Result<bool, Overflow> {
        Ok(product(&self.numbers, &exact(change))? == 0)
    }
}

impl fmt::Display for ConservationLaw {
    /// Writes the law as an equation, the shorter side first.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |is_positive: bool| -> Vec<String> {
            let terms = self.terms().into_iter().filter(|(factor, _)| (*factor > 0) == is_positive);
            let words = terms.map(|(factor, quantity)| match factor.unsigned_abs() {
                1 => quantity.name().to_owned(),
                factor => format!("{factor} × {}", quantity.name()),
            });
            words.collect()
        };
        let (mut left, mut right) = (side(true), side(false));
        if !right.is_empty() && right.len() < left.len() {
            std::mem::swap(&mut left, &mut right);
        }
        let words = |side: Vec<String>| if side.is_empty() { "0".to_owned() } else { side.join(" + ") };
        write!(formatter, "{} = {}", words(left), words(right))
    }
}
