//! The value that decides the verdict of a run: its exit code, and whether `OK` is printed.

use super::Exit;

/// The facts that a conclusion depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// A property has a counterexample.
    pub(super) is_false: bool,
    /// The explorers found different spaces.
    pub(super) disagrees: bool,
    /// A variant was not explored completely, because of a limit, another shard or a violation.
    pub(super) is_cut: bool,
    /// A property was judged, and its premise occurred or was not counted.
    pub(super) is_tested: bool,
    /// All default scenarios were explored, and the premise of a property never occurred.
    pub(super) is_vacuous: bool,
    /// The proof of a property covers less than the committed report states.
    pub(super) is_weaker: bool,
}

/// The conclusion of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conclusion {
    /// Everything asked for was explored to its end and is true.
    Proven,
    /// A property is false, the explorers disagree, or a proof covers less than the committed report states.
    Refuted,
    /// Something was left out, so nothing is proven.
    Incomplete,
}

impl Conclusion {
    /// Returns the conclusion that `facts` allow. `Proven` needs a complete exploration without any objection.
    pub(super) const fn of(facts: Facts) -> Self {
        if facts.is_false || facts.disagrees || facts.is_weaker {
            Self::Refuted
        } else if facts.is_cut || !facts.is_tested || facts.is_vacuous {
            Self::Incomplete
        } else {
            Self::Proven
        }
    }

    /// Returns the exit code of the run.
    pub(super) const fn exit(self) -> Exit {
        match self {
            Self::Proven => Exit::Fine,
            Self::Refuted => Exit::False,
            Self::Incomplete => Exit::Incomplete,
        }
    }

    /// Returns whether the run may print `OK`.
    pub(super) const fn is_ok(self) -> bool {
        matches!(self, Self::Proven)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_needs_everything_complete_and_true() {
        let mut proven = 0;
        for bits in 0_u8..64 {
            let bit = |place: u8| bits & (1 << place) != 0;
            let facts = Facts {
                is_false: bit(0),
                disagrees: bit(1),
                is_cut: bit(2),
                is_tested: bit(3),
                is_vacuous: bit(4),
                is_weaker: bit(5),
            };
            let conclusion = Conclusion::of(facts);
            let (expected, code) = match (bit(0) || bit(1) || bit(5), bit(2) || !bit(3) || bit(4)) {
                (true, _) => (Conclusion::Refuted, 1),
                (false, true) => (Conclusion::Incomplete, 3),
                (false, false) => (Conclusion::Proven, 0),
            };
            assert_eq!((conclusion, conclusion.exit().code()), (expected, code), "{facts:?}");
            assert_eq!(conclusion.is_ok(), bits == 0b0_1000, "{facts:?}");
            proven += u32::from(conclusion.is_ok());
        }
        assert_eq!(proven, 1, "one combination of 64 allows OK");
    }
}
