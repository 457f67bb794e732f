//! Which rule is kept by what: by claims, by golden traces, or not at all and why.
//!
//! The report `reports/requirements.md` is made from this, and a test fails when a rule has
//! nothing.

use crate::{CATALOGUE, Claim};

/// Every rule that has an id of its own. (The paragraphs §2.x are cited by claims as well, but are
/// texts of many rules.)
#[rustfmt::skip]
pub const ALL_RULES: [&str; 167] = [
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A13", "A14", "A15", "A16", "A17", "A18", "A19",
    "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B12", "B13", "B14", "B15", "B16", "B17", "B18", "B19", "B20", "B21", "B22", "B23", "B24", "B25", "B26", "B27", "B28", "B29", "B30", "B31", "B32", "B33", "B34", "B35", "B36", "B37", "B38", "B39", "B40", "B41", "B42", "B43", "B44", "B45", "B46", "B47", "B48", "B49", "B50", "B51", "B52", "B53", "B54", "B55", "B56", "B57", "B58", "B59", "B60",
    "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13", "C14", "C15", "C16", "C17", "C18", "C19",
    "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11",
    "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9", "U10", "U11", "U12", "U13", "U14", "U15", "U16", "U17", "U18",
    "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "R16", "R17", "R18", "R19", "R20", "R21", "R22", "R23",
    "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12", "I13", "I14", "I15", "I16", "I17",
];

/// A trace that replays against the model, an engine or an HTTP endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoldenTrace {
    /// The file's name.
    pub file: &'static str,
    /// The rules it shows at work, apart by spaces.
    pub rules: &'static str,
    /// What it shows.
    pub shows: &'static str,
}

/// The golden traces.
#[rustfmt::skip]
pub const GOLDEN_TRACES: [GoldenTrace; 20] = [
    GoldenTrace { file: "multicapture_1000_700_300.trace", rules: "B1 B33 B34 B35 B36 B37 B52 B54 I1", shows: "1000 authorized, 700 and 300 captured" },
    GoldenTrace { file: "multicapture_1000_700_200_final.trace", rules: "B35 B36 B37 B40", shows: "the final 200 leaves 900 received and lets go of 100" },
    GoldenTrace { file: "multicapture_1000_100_capturable_900.trace", rules: "B54 B55 I16", shows: "capturable 1000 becomes 900 and the notification says so" },
    GoldenTrace { file: "release_with_zero.trace", rules: "B39 B58 U3 U4 D10", shows: "a capture of 0 lets go of the rest of a partly captured payment" },
    GoldenTrace { file: "async_1000_fee_transfer.trace", rules: "A2 A4 A5 A7 A8 A9 A11 A12 A13 A14 A15 A17", shows: "success first, the ledger within the hour, fee 100 and transfer 1000" },
    GoldenTrace { file: "refund_700_of_open_1000.trace", rules: "B42 B43 U16", shows: "the refunded flag turns at the final capture only" },
    GoldenTrace { file: "expiry_uncaptured.trace", rules: "B38 D11 U9", shows: "a hold that runs out uncaptured ends canceled" },
    GoldenTrace { file: "expiry_partly_captured.trace", rules: "B35 B38 B56 U12", shows: "a hold that runs out partly captured ends succeeded" },
    GoldenTrace { file: "embedded_without_manual.trace", rules: "B10 B11 B23 D6", shows: "the embedded page that forgets manual is captured at once" },
    GoldenTrace { file: "test_card_visa.trace", rules: "B31 B41", shows: "multicapture is available" },
    GoldenTrace { file: "test_card_cartes_bancaires.trace", rules: "B31 B41", shows: "multicapture is available" },
    GoldenTrace { file: "test_card_no_enterprise_features.trace", rules: "B31 B41 U1", shows: "multicapture is unavailable" },
    GoldenTrace { file: "fifty_captures.trace", rules: "B8 U4", shows: "the fiftieth capture, and the refusal of the next" },
    GoldenTrace { file: "lost_answer_captures_twice.trace", rules: "R1", shows: "a retry under a fresh key captures once more; under the same key it does not" },
    GoldenTrace { file: "stored_server_error.trace", rules: "R2", shows: "a 500 after the fact is replayed; a fetch shows the truth" },
    GoldenTrace { file: "pruned_key_acts_again.trace", rules: "R22", shows: "a key that was forgotten is a new request" },
    GoldenTrace { file: "partial_refund_twice.trace", rules: "R5", shows: "two partial refunds without a key are both made" },
    GoldenTrace { file: "decline_leaves_the_intent.trace", rules: "R23 C13", shows: "the intent of a declined creation can still be paid" },
    GoldenTrace { file: "too_many_confirmations.trace", rules: "C16 U13 R17", shows: "the eleventh confirmation cancels" },
    GoldenTrace { file: "cancel_in_processing.trace", rules: "C18 U18", shows: "inside its window a debit is canceled, after it the cancel is refused" },
];

/// Rules that state nothing an observation or a step could show, and why.
#[rustfmt::skip]
pub const EXCEPTIONS: [(&str, &str); 8] = [
    ("A6", "says only that answers and some notifications differ by capture method; A7 to A15 say how, and have claims"),
    ("B13", "a duty of the merchant towards the card networks, which no interface enforces"),
    ("B14", "advice on what to tell customers"),
    ("B20", "which methods a page offers is decided by settings and the provider's own choice, and is no part of a payment's state"),
    ("B21", "which wallets a page offers; a wallet's payment is a card payment and judged as one"),
    ("B24", "how a page is framed in a browser"),
    ("C17", "older API versions show other words for the same status; the model renders them and its own test compares the words"),
    ("D9", "slips of the pen in the specification documents"),
];

/// What keeps a rule.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Claims that render it.
    pub claims: Vec<&'static Claim>,
    /// Golden traces that show it.
    pub traces: Vec<&'static GoldenTrace>,
    /// Why nothing else does.
    pub exception: Option<&'static str>,
}

impl Kept {
    /// Is there anything at all?
    #[must_use]
    pub const fn is_something(&self) -> bool {
        !self.claims.is_empty() || !self.traces.is_empty() || self.exception.is_some()
    }
}

/// What keeps `rule`.
#[must_use]
pub fn kept(rule: &str) -> Kept {
    Kept {
        claims: CATALOGUE.iter().filter(|claim| claim.rule_ids().any(|id| id == rule)).collect(),
        traces: GOLDEN_TRACES.iter().filter(|trace| trace.rules.split_whitespace().any(|id| id == rule)).collect(),
        exception: EXCEPTIONS.iter().find(|(id, _)| *id == rule).map(|(_, reason)| *reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_kept_or_excused() {
        let silent: Vec<_> = ALL_RULES.iter().filter(|rule| !kept(rule).is_something()).collect();
        assert!(silent.is_empty(), "rules that nothing keeps: {silent:?}");
    }

    #[test]
    fn no_rule_is_both_kept_and_excused() {
        for (rule, _) in EXCEPTIONS {
            let kept = kept(rule);
            assert!(kept.claims.is_empty() && kept.traces.is_empty(), "{rule} needs no excuse");
        }
    }

    #[test]
    fn only_rules_that_exist_are_cited() {
        let claims = CATALOGUE.iter().flat_map(Claim::rule_ids);
        let traces = GOLDEN_TRACES.iter().flat_map(|trace| trace.rules.split_whitespace());
        let exceptions = EXCEPTIONS.iter().map(|(rule, _)| *rule);
        for rule in claims.chain(traces).chain(exceptions) {
            assert!(ALL_RULES.contains(&rule) || rule.starts_with('§'), "there is no rule {rule}");
        }
    }
}
