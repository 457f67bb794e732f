//! Arbitrary inputs of a kind, from any source of choices.

use super::*;
use crate::OperationKind;
use crate::trace::form::{self, ParameterVisitor};
use crate::trace::words::{Named, Word};

/// Choices for an input: from an odometer over small ranges, or from a seeded generator.
pub(super) trait Choices {
    fn below(&mut self, limit: usize) -> usize;
}

/// The generator SplitMix64.
pub(super) struct Seeded(pub(super) u64);

impl Choices for Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((word ^ (word >> 31)).checked_rem(u64::try_from(limit).unwrap()).unwrap()).unwrap()
    }
}

/// A source of every combination of choices, one after the other.
#[derive(Default)]
pub(super) struct Odometer {
    digits: Vec<(usize, usize)>,
    at: usize,
}

impl Odometer {
    pub(super) fn turn(&mut self) -> bool {
        self.at = 0;
        while let Some((digit, limit)) = self.digits.pop() {
            let next = digit.saturating_add(1);
            if next < limit {
                self.digits.push((next, limit));
                return true;
            }
        }
        false
    }
}

impl Choices for Odometer {
    fn below(&mut self, limit: usize) -> usize {
        if self.at == self.digits.len() {
            self.digits.push((0, limit));
        }
        let (digit, _) = self.digits[self.at];
        self.at = self.at.saturating_add(1);
        digit
    }
}

pub(super) fn pick<T: Copy>(from: &mut impl Choices, values: &[T]) -> T {
    values[from.below(values.len())]
}

pub(super) fn any<T: Named>(from: &mut impl Choices) -> T {
    pick(from, T::VALUES)
}

pub(super) fn flag(from: &mut impl Choices) -> bool {
    from.below(2) == 1
}

pub(super) const NUMBERS: [i64; 6] = [0, -1, 1000, 99_999_999, i64::MIN, i64::MAX];
pub(super) const DURATIONS: [u32; 9] = [0, 1, 59, 60, 3_600, 86_399, 604_799, 604_800, u32::MAX];

/// A visitor that chooses every parameter: with `wide` from all values, otherwise from the ends of each list.
pub(super) struct Chooser<'c, C> {
    from: &'c mut C,
    wide: bool,
}

impl<C: Choices> Chooser<'_, C> {
    fn value<T: Word>(&mut self, mut value: T) -> T {
        let mut names = T::names();
        if !names.is_empty() {
            if !self.wide && names.len() > 3 {
                names = names.first().into_iter().chain(names.last()).copied().collect();
            }
            return T::read(pick(self.from, &names)).unwrap();
        }
        let (from, wide) = (&mut *self.from, self.wide);
        let mut id = |narrow| if wide { u8::try_from(from.below(256)).unwrap() } else { narrow };
        match value.parameter() {
            Parameter::Intent(intent) => intent.0 = id(255),
            Parameter::Refund(refund) => refund.0 = id(0),
            Parameter::Key(key) => key.0 = id(9),
            Parameter::Amount(amount) => *amount = if wide { pick(from, &NUMBERS) } else { -7 },
            Parameter::Seconds(seconds) => *seconds = pick(from, &DURATIONS),
            Parameter::Method(_) | Parameter::CaptureMethod(_) | Parameter::Currency(_) | Parameter::Other => {
                panic!("{} has no values", T::WHAT)
            }
        }
        value
    }
}

impl<C: Choices> ParameterVisitor for Chooser<'_, C> {
    type Error = &'static str;

    fn verb(&mut self, input: Input) -> Result<Input, Self::Error> {
        Ok(input)
    }

    fn next<T: Word>(&mut self, value: T) -> Result<T, Self::Error> {
        Ok(self.value(value))
    }

    fn number(&mut self, value: Option<i64>) -> Result<Option<i64>, Self::Error> {
        Ok(flag(self.from).then(|| self.value(value.unwrap_or(0))))
    }

    fn one_of<T: Word>(&mut self, _: T, value: T) -> Result<T, Self::Error> {
        Ok(self.value(value))
    }

    fn named<T: Word>(&mut self, _: &'static str, value: Option<T>) -> Result<Option<T>, Self::Error> {
        // A list of words needs no start value; a number starts at zero.
        let start = value.or_else(|| T::read(T::names().first().copied().unwrap_or("0")));
        let start = start.or_else(|| T::read("key1")).or_else(|| T::read("0s"));
        Ok(flag(self.from).then(|| self.value(start.unwrap())))
    }

    fn flag(&mut self, _: &'static str, _: bool) -> Result<bool, Self::Error> {
        Ok(flag(self.from))
    }

    fn refuse(&mut self, message: &'static str) -> Self::Error {
        message
    }
}

/// Returns an arbitrary input with the verb, or `None` if the chosen parameters do not fit together.
pub(super) fn input(from: &mut impl Choices, verb: Verb, wide: bool) -> Option<Input> {
    let mut blank = verb.blank();
    if let Input::Begin { key, .. } = blank {
        let kind = if wide { pick(from, OperationKind::ALL) } else { OperationKind::CaptureIntent };
        blank = Input::Begin { key, operation: kind.blank() };
    }
    form::input(&mut Chooser { from, wide }, blank).ok()
}

/// Returns an arbitrary input that a line can express.
pub(super) fn any_input(from: &mut Seeded) -> Input {
    loop {
        let verb = any(from);
        if let Some(input) = input(from, verb, true) {
            return input;
        }
    }
}
