//! The class of a step, independent of its exact numbers: the unit of coverage in the explorers' report and of the
//! fuzzer's feedback.
//!
//! | bits | part |
//! |---|---|
//! | 0–3 | [`StatusClass`]: status of the target |
//! | 4–9 | [`InputKind`]: kind of the input |
//! | 10–17 | [`OutcomeClass`]: class of the response |
//! | 18–20 | [`AmountClass`]: size of the amount in the request |
//! | 21–22 | [`TimeClass`]: time to the deadline |

mod classes;
mod input_kind;
mod parts_of;

use crate::step::Step;
pub use classes::{AmountClass, OutcomeClass, StatusClass, TimeClass};
pub use input_kind::InputKind;
use parts_of::{asked, named, payment, size, status, time};

/// A step without its numbers, in 23 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbstractTransition(u32);

/// The parts of an [`AbstractTransition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parts {
    /// The status of the target before the step.
    pub status: StatusClass,
    /// The kind of the input.
    pub input: InputKind,
    /// The class of the response.
    pub outcome: OutcomeClass,
    /// The size of the amount in the request.
    pub amount: AmountClass,
    /// The time to the deadline.
    pub time: TimeClass,
}

impl AbstractTransition {
    /// Returns the class of `step`.
    #[must_use]
    #[inline]
    pub fn of(step: &Step<'_>) -> Self {
        let outcome = match step.outcome {
            Ok(holdfast_model::Accepted::Nothing) => OutcomeClass::Nothing,
            Ok(_) => OutcomeClass::Accepted,
            Err(rejection) => OutcomeClass::of(rejection),
        };
        let (named, input) = named(step);
        let payment = named.and_then(holdfast_model::Target::intent).and_then(|intent| payment(step, intent));
        let amount = asked(step).map_or(AmountClass::Unnamed, |(number, rest)| size(number, rest));
        let time = time(payment.and_then(|payment| payment.charge?.hold_left));
        Self::pack(Parts { status: status(step, named), input, outcome, amount, time })
    }

    /// Packs the parts into 23 bits.
    #[must_use]
    #[inline]
    pub const fn pack(parts: Parts) -> Self {
        Self(
            (parts.status as u32)
                | (parts.input as u32) << 4
                | (parts.outcome as u32) << 10
                | (parts.amount as u32) << 18
                | (parts.time as u32) << 21,
        )
    }

    /// Returns the 23 bits.
    #[must_use]
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Returns the transition with these bits; `None` for bits that no parts have.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<Self> {
        Self(bits).parts().filter(|parts| Self::pack(*parts).0 == bits).map(|_| Self(bits))
    }

    /// Returns the parts.
    #[must_use]
    pub fn parts(self) -> Option<Parts> {
        let place = |shift: u32, width: u32| {
            let mask = (1_u32 << width).wrapping_sub(1);
            usize::try_from((self.0 >> shift) & mask).unwrap_or(usize::MAX)
        };
        Some(Parts {
            status: *StatusClass::ALL.get(place(0, 4))?,
            input: *InputKind::ALL.get(place(4, 6))?,
            outcome: *OutcomeClass::ALL.get(place(10, 8))?,
            amount: *AmountClass::ALL.get(place(18, 3))?,
            time: *TimeClass::ALL.get(place(21, 2))?,
        })
    }

    /// Returns the name: the words of the parts, separated by colons.
    #[must_use]
    pub fn name(self) -> String {
        self.parts().map_or_else(String::new, |parts| {
            let Parts { status, input, outcome, amount, time } = parts;
            let words = [status.name(), input.name(), outcome.name(), amount.name(), time.name()];
            words.join(":")
        })
    }

    /// Returns the transition called `name`; `None` if there is none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut words = name.split(':');
        let parts = Parts {
            status: StatusClass::from_name(words.next()?)?,
            input: InputKind::from_name(words.next()?)?,
            outcome: OutcomeClass::from_name(words.next()?)?,
            amount: AmountClass::from_name(words.next()?)?,
            time: TimeClass::from_name(words.next()?)?,
        };
        words.next().is_none().then(|| Self::pack(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns every combination of parts; there are few enough to test all of them.
    fn all() -> impl Iterator<Item = Parts> {
        StatusClass::ALL.iter().flat_map(|&status| {
            InputKind::ALL.iter().flat_map(move |&input| {
                OutcomeClass::ALL.iter().flat_map(move |&outcome| {
                    AmountClass::ALL.iter().flat_map(move |&amount| {
                        TimeClass::ALL.iter().map(move |&time| Parts { status, input, outcome, amount, time })
                    })
                })
            })
        })
    }

    #[test]
    fn different_parts_have_different_bits() {
        for parts in all() {
            assert_eq!(AbstractTransition::pack(parts).parts(), Some(parts));
        }
    }

    #[test]
    fn a_name_says_all() {
        for parts in all().step_by(97) {
            let transition = AbstractTransition::pack(parts);
            assert_eq!(AbstractTransition::from_name(&transition.name()), Some(transition));
            assert_eq!(AbstractTransition::from_bits(transition.bits()), Some(transition));
        }
        assert_eq!(AbstractTransition::from_name("absent:create:accepted:rest"), None);
        assert_eq!(AbstractTransition::from_bits(u32::MAX), None);
    }

    #[test]
    fn the_deadline_has_three_classes_around_it() {
        assert_eq!(
            [None, Some(2), Some(1), Some(0), Some(-1)].map(time),
            [TimeClass::NoDeadline, TimeClass::Before, TimeClass::LastSecond, TimeClass::Over, TimeClass::Over]
        );
    }

    #[test]
    fn amounts_are_measured_by_what_is_left() {
        assert_eq!(
            [-1, 0, 99, 100, 101].map(|number| size(number, 100)),
            [
                AmountClass::Negative,
                AmountClass::Zero,
                AmountClass::BelowRest,
                AmountClass::Rest,
                AmountClass::AboveRest
            ]
        );
    }
}
