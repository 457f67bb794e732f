//! The judgment of one property about one state or step.

/// The judgment of one property.
///
/// `D` is the explanation of a broken property: `()` during exploration, which judges hundreds of millions of states,
/// and `String` afterwards. One function serves both, so the explanation cannot disagree with the judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement<D = ()> {
    /// The premise of the property did not occur.
    Vacuous,
    /// The premise occurred and the property is true: a witness.
    Holds,
    /// The property is false.
    Broken(D),
}

/// The explanation of a broken property; see [`Judgement`].
pub trait Diagnostics: Sized {
    /// Returns the explanation, or ignores it.
    fn message(words: impl FnOnce() -> String) -> Self;
}

impl Diagnostics for () {
    #[inline]
    fn message(_: impl FnOnce() -> String) -> Self {}
}

impl Diagnostics for String {
    fn message(words: impl FnOnce() -> String) -> Self {
        words()
    }
}

/// Returns the judgment of "if `premise`, then `conclusion`", with the numbers that show it false.
#[inline]
pub(crate) fn given<D: Diagnostics>(premise: bool, conclusion: bool, words: impl FnOnce() -> String) -> Judgement<D> {
    match (premise, conclusion) {
        (false, _) => Judgement::Vacuous,
        (true, true) => Judgement::Holds,
        (true, false) => Judgement::Broken(D::message(words)),
    }
}

/// A set of at most 256 properties, one bit each by its position in the catalogue.
pub use ethnum::U256 as PropertyBits;

/// Two sets of properties, one bit for each by its position in the catalogue: those that are broken, and those that are
/// witnessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Verdicts {
    /// Properties that are false.
    pub broken: PropertyBits,
    /// Properties that are true and whose premise occurred.
    pub witnessed: PropertyBits,
}

impl Verdicts {
    /// No judgment.
    pub const NONE: Self = Self { broken: PropertyBits::ZERO, witnessed: PropertyBits::ZERO };

    /// Returns the union of two verdicts.
    #[inline]
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { broken: self.broken | other.broken, witnessed: self.witnessed | other.witnessed }
    }

    /// Records the judgment of the property that owns `bit`.
    #[inline]
    pub(crate) fn note(&mut self, bit: PropertyBits, judgement: Judgement) {
        match judgement {
            Judgement::Vacuous => {}
            Judgement::Holds => self.witnessed |= bit,
            Judgement::Broken(()) => self.broken |= bit,
        }
    }
}

impl<D> Judgement<D> {
    /// Returns the judgment of two parts of one property: broken if either is, witnessed if either is.
    #[inline]
    pub(crate) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Vacuous => other(),
            Self::Holds => match other() {
                Self::Vacuous | Self::Holds => Self::Holds,
                broken @ Self::Broken(_) => broken,
            },
            broken @ Self::Broken(_) => broken,
        }
    }
}
