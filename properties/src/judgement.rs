//! What a property says about one thing it was shown.

/// The verdict of one property.
///
/// `D` is what a broken property has to say about itself: nothing (`()`) where hundreds of millions of
/// states are judged, a sentence (`String`) once one of them is broken. A property is one function for
/// both, so the explanation cannot disagree with the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement<D = ()> {
    /// The property's premise did not occur: it says nothing here.
    Vacuous,
    /// The premise occurred, and the property is true of it: a witness.
    Holds,
    /// The property is false.
    Broken(D),
}

/// What a broken property says: see [`Judgement`].
pub trait Diagnostics: Sized {
    /// Keeps the words, or never asks for them.
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

/// "If `premise`, then `conclusion`", with the numbers that show it false.
#[inline]
pub(crate) fn given<D: Diagnostics>(premise: bool, conclusion: bool, words: impl FnOnce() -> String) -> Judgement<D> {
    match (premise, conclusion) {
        (false, _) => Judgement::Vacuous,
        (true, true) => Judgement::Holds,
        (true, false) => Judgement::Broken(D::message(words)),
    }
}

/// Which properties one thing broke, and which had their premise there: one bit a property, by its place
/// in the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Verdicts {
    /// Properties that are false.
    pub broken: u128,
    /// Properties whose premise occurred (and that are true).
    pub witnessed: u128,
}

impl Verdicts {
    /// Nothing judged yet.
    pub const NONE: Self = Self { broken: 0, witnessed: 0 };

    /// Both together: what either broke is broken.
    #[inline]
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { broken: self.broken | other.broken, witnessed: self.witnessed | other.witnessed }
    }

    /// Writes down the judgement of the property that owns `bit`.
    #[inline]
    pub(crate) fn note(&mut self, bit: u128, judgement: Judgement) {
        match judgement {
            Judgement::Vacuous => {}
            Judgement::Holds => self.witnessed |= bit,
            Judgement::Broken(()) => self.broken |= bit,
        }
    }
}

impl<D> Judgement<D> {
    /// Two sides of one property: broken if either is, witnessed if either is.
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
