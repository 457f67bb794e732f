//! Which rule is kept by what: by properties, by golden traces, or not at all and why.
//!
//! The report `reports/requirements.md` is made from this, and a test fails when a rule has
//! nothing.

use crate::{CATALOGUE, Property};

/// Every rule that has an id of its own. (The paragraphs §2.x are cited by properties as well, but are
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

/// The golden traces: the files of `model/traces/`, each with what its heading says. A test compares them.
#[rustfmt::skip]
pub const GOLDEN_TRACES: [GoldenTrace; 79] = [
    GoldenTrace { file: "a12_booked_within_the_hour.trace", rules: "A4 A12 R21", shows: "automatic_async is the default, and its ledger entry is there an hour later at the latest" },
    GoldenTrace { file: "a15_async_with_fee_and_transfer.trace", rules: "A2 A5 A7 A8 A9 A11 A13 A14 A15 A17", shows: "success first, with the capture shown as done and the ledger's pointers null; the background capture sets all three at once" },
    GoldenTrace { file: "a3_capture_method_at_confirm.trace", rules: "A3", shows: "the capture method may be chosen as late as at the confirmation" },
    GoldenTrace { file: "b15_pages_need_their_urls.trace", rules: "B15 B22 CHK-3", shows: "the hosted page goes on at success_url, the embedded one at return_url, and neither takes the other's" },
    GoldenTrace { file: "b16_session_expires_by_itself.trace", rules: "B16 CHK-2", shows: "a session that nobody pays is expired after 24 hours" },
    GoldenTrace { file: "b23_embedded_sample_forgets_manual.trace", rules: "B9 B10 B11 B12 B22 B23 D6", shows: "without capture_method=manual the whole amount is captured, though the charge says that several captures are available" },
    GoldenTrace { file: "b25_session_stays_open_after_a_decline.trace", rules: "B25 VOC-12", shows: "a customer whose card is declined can try again on the same page" },
    GoldenTrace { file: "b29_multicapture_not_requested.trace", rules: "B29 B33", shows: "several captures must be asked for" },
    GoldenTrace { file: "b2_account_without_multicapture.trace", rules: "B2", shows: "without the pricing for it, the best card captures once" },
    GoldenTrace { file: "b34_capture_700_of_1000.trace", rules: "B1 B32 B34 B36 B37 B40 B52 B54 B56", shows: "of 1000 authorized 700 are captured and 300 stay; a final 200 leaves nothing capturable (0, not 100), and what is released is no refund" },
    GoldenTrace { file: "b35_default_is_final.trace", rules: "B35 R18", shows: "a capture that does not say otherwise is the last one" },
    GoldenTrace { file: "b38_partly_captured_expires_succeeded.trace", rules: "B35 B38 B56 B57 D11 U12 U14", shows: "a partly captured hold ends succeeded with what was captured" },
    GoldenTrace { file: "b38_uncaptured_expires_canceled.trace", rules: "B38 D11 HOLD-11 HOLD-12 U9", shows: "a hold of which nothing was captured ends canceled, by the job a second after the deadline" },
    GoldenTrace { file: "b39_release_with_zero.trace", rules: "B39 B54 B57 B58 D10", shows: "a final capture of 0 lets go of what a partly captured intent still holds" },
    GoldenTrace { file: "b41_card_that_supports_multicapture.trace", rules: "B5 B31 B41", shows: "the Visa test card" },
    GoldenTrace { file: "b41_card_without_enterprise_features.trace", rules: "B31 B33 B41 U1", shows: "the test card without the features for several captures" },
    GoldenTrace { file: "b41_cartes_bancaires_supports_multicapture.trace", rules: "B5 B41", shows: "the Cartes Bancaires test card" },
    GoldenTrace { file: "b43_refund_of_an_open_hold.trace", rules: "B42 B43 U16", shows: "all that was captured is given back while the hold is open; the charge turns `refunded` only at the final capture, and no charge.refunded tells of it then" },
    GoldenTrace { file: "b45_only_under_multicapture.trace", rules: "B7 B11 B45", shows: "what several captures forbid is allowed where the money is captured once, by hand, or by itself whatever the card allows" },
    GoldenTrace { file: "b45_partial_refund_with_the_fee.trace", rules: "B44 B45 B46 B60", shows: "under multicapture a partial refund takes neither fee nor transfer back; their own endpoints do" },
    GoldenTrace { file: "b47_two_independent_latches.trace", rules: "B47 D2", shows: "after the fee's own endpoint a refund cannot take the fee back any more, but still the transfer" },
    GoldenTrace { file: "b49_fee_at_each_later_capture.trace", rules: "B49 B50 B53 U7", shows: "a fee at the first capture makes one required at each later capture; the values may differ" },
    GoldenTrace { file: "b49_transfer_at_each_later_capture.trace", rules: "B49 B50 B53 U7", shows: "the same for the amount of the transfer of a destination charge" },
    GoldenTrace { file: "b50_capture_overrides_the_fee.trace", rules: "B50 CON-10", shows: "the fee given at the capture wins over the one given at create" },
    GoldenTrace { file: "b55_capture_100_of_1000.trace", rules: "B54 B55 I16", shows: "the notification of a capture of 100 says 1000 capturable before, and 900 are left" },
    GoldenTrace { file: "b6_jcb_in_canada.trace", rules: "B5 B6", shows: "JCB captures several times in Canada, UnionPay does not" },
    GoldenTrace { file: "b6_jcb_in_japan.trace", rules: "B5 B6", shows: "JCB captures several times only in the US, Canada, Australia and New Zealand" },
    GoldenTrace { file: "b7_source_transaction.trace", rules: "B7 B48", shows: "a payment captured several times cannot be the source of a separate transfer" },
    GoldenTrace { file: "b9_session_with_manual_capture.trace", rules: "B9 B18 B27 C10", shows: "with manual capture a complete session means authorized, not paid" },
    GoldenTrace { file: "c13_decline_and_retry.trace", rules: "C13 PI-4 PI-22 EVT-5 R23", shows: "a create that is declined has created an intent, which a second card can still pay" },
    GoldenTrace { file: "c18_cancel_in_processing.trace", rules: "C14 C18", shows: "a bank debit can be canceled while the bank allows it" },
    GoldenTrace { file: "c19_setup_declined_and_challenged.trace", rules: "C19 SI-4 SI-9", shows: "a decline sends the setup back; a challenge lets the customer decide" },
    GoldenTrace { file: "c19_setup_saves_a_card.trace", rules: "C2 C19 SI-4 EVT-16", shows: "a SetupIntent saves a method and never makes a charge" },
    GoldenTrace { file: "c7_authentication_fails.trace", rules: "C7 C13 PI-18", shows: "a failed authentication sends the payment back for another method" },
    GoldenTrace { file: "c7_authentication_succeeds.trace", rules: "C7 PI-16 PI-25 EVT-4", shows: "the customer is asked, and the payment goes on by itself; until then there is no charge" },
    GoldenTrace { file: "c7_manual_confirmation.trace", rules: "C7 PI-17", shows: "with manual confirmation the server must confirm again after the customer" },
    GoldenTrace { file: "c8_bank_debit.trace", rules: "C8 C9 EVT-6", shows: "a bank debit is processing until the bank answers, days later" },
    GoldenTrace { file: "c8_bank_debit_fails.trace", rules: "C8 C13 EVT-6", shows: "the bank's no sends the payment back for another method" },
    GoldenTrace { file: "i13_a_day_to_the_second.trace", rules: "I13 R22", shows: "a key and its answer are kept for a day from the answer, to the second; a repetition does not prolong it" },
    GoldenTrace { file: "i13_kept_a_day_from_the_answer.trace", rules: "I13 R22", shows: "a request that is worked on for a day is answered then, and the answer is kept a day from then on, not from when the request came in" },
    GoldenTrace { file: "r13_refund_of_a_hold.trace", rules: "B42 D7 R13", shows: "a hold cannot be refunded, only canceled" },
    GoldenTrace { file: "r15_session_expired_or_completed.trace", rules: "R15 CHK-5", shows: "only one of paying and expiring wins" },
    GoldenTrace { file: "r17_too_many_confirmations.trace", rules: "C16 U13 R17", shows: "the eleventh confirmation cancels the intent instead of trying once more" },
    GoldenTrace { file: "r1_lost_capture_fresh_key.trace", rules: "R1", shows: "the answer to a capture is lost, and a retry under a fresh key captures again" },
    GoldenTrace { file: "r1_lost_capture_same_key.trace", rules: "R1 IDEM-3", shows: "under the same key the retry is answered what was lost, and captures nothing" },
    GoldenTrace { file: "r1_lost_single_capture.trace", rules: "R1", shows: "with a single capture the state itself refuses the second one" },
    GoldenTrace { file: "r22_pruned_key_acts_again.trace", rules: "IDEM-2 R22", shows: "a key is forgotten after 24 hours, and then the same request acts again" },
    GoldenTrace { file: "r2_stored_500.trace", rules: "R2 IDEM-3", shows: "a capture that was done and answered 500 answers 500 again under its key; under another, that it was done" },
    GoldenTrace { file: "r3_confirm_still_in_work.trace", rules: "R3 IDEM-7 U17", shows: "a retry while the first confirmation is in work is a conflict, not a decline" },
    GoldenTrace { file: "r4_lock_timeout.trace", rules: "R4 R14 IDEM-7", shows: "while one request holds the object another is turned away, which its key does not remember" },
    GoldenTrace { file: "r5_refund_retried_without_a_key.trace", rules: "R5 R6", shows: "a partial refund that is retried without a key refunds twice, as long as both fit" },
    GoldenTrace { file: "con_fee_without_connect.trace", rules: "ERR-25 CON-1", shows: "only a direct or a destination charge can carry a fee" },
    GoldenTrace { file: "idem_key_with_other_parameters.trace", rules: "IDEM-5 IDEM-6", shows: "a key that comes again with other parameters is refused; one whose request never began is still free" },
    GoldenTrace { file: "amt_amounts_at_create.trace", rules: "AMT-1 AMT-2 AMT-3 AMT-5", shows: "amounts and currencies that no PaymentIntent can have; none of these creates one" },
    GoldenTrace { file: "pi_off_session_needs_the_customer.trace", rules: "PI-19", shows: "where the bank wants the customer and the customer is away, the attempt fails without a charge" },
    GoldenTrace { file: "pi_update.trace", rules: "PI-5 PI-6 PI-7 PI-8", shows: "what may be changed when; nothing of a hold" },
    GoldenTrace { file: "cap_order_of_refusals.trace", rules: "CAP-4 CAP-5 CAP-6 CAP-15 R16", shows: "which reason a capture is refused for, when and when several apply" },
    GoldenTrace { file: "cap_single_partial_capture.trace", rules: "CAP-13 EVT-7 R19 U14", shows: "a single partial capture releases the rest; the amount stays, and there is no refund" },
    GoldenTrace { file: "ref_cancel_of_a_succeeded_refund.trace", rules: "ERR-24", shows: "a refund that succeeded cannot be canceled" },
    GoldenTrace { file: "ref_fee_and_transfer_go_back_in_proportion.trace", rules: "REF-8", shows: "a partial refund takes back its share of fee and transfer, rounded to the nearest unit; the refund of the rest takes all that is left of them" },
    GoldenTrace { file: "p1_share_is_the_nearest_unit.trace", rules: "P1 REF-8", shows: "a partial refund takes back the nearest whole unit of a transfer's share, and the refund of the rest takes all that is left of it" },
    GoldenTrace { file: "p2_fee_flag_beside_a_transfer.trace", rules: "P2", shows: "refund_application_fee on a charge with a transfer and no fee is accepted, and no fee goes back; without either it is refused" },
    GoldenTrace { file: "ref_pending_refund.trace", rules: "REF-2", shows: "a refund that is pending counts at once, and succeeds later" },
    GoldenTrace { file: "ref_refund_asks_the_customer.trace", rules: "REF-5 REF-6", shows: "a refund by bank transfer asks where the money shall go; it can be canceled only while it asks" },
    GoldenTrace { file: "ref_refund_fails_later.trace", rules: "REF-4 R7", shows: "a refund that succeeded may fail days later; what was refunded goes down again" },
    GoldenTrace { file: "hold_shorter_without_the_customer.trace", rules: "HOLD-2 HOLD-10", shows: "a Visa payment started without the customer is held for 4 days and 18 hours" },
    GoldenTrace { file: "hold_yen_in_japan.trace", rules: "HOLD-3", shows: "yen are held for up to 30 days by an account in Japan" },
    GoldenTrace { file: "hold_canceled.trace", rules: "C15 HOLD-18 EVT-10 R12", shows: "canceling a hold tells of a charge.refunded, though no money moved" },
    GoldenTrace { file: "evt_automatic_capture.trace", rules: "EVT-2 A1", shows: "automatic capture answers with the ledger entry there already" },
    GoldenTrace { file: "u18_cancel_window_closed.trace", rules: "C18 U18", shows: "after the bank has taken the debit, a cancel is refused" },
    GoldenTrace { file: "u1_final_capture_where_unavailable.trace", rules: "CAP-9 U1", shows: "final_capture may not be said at all where several captures are unavailable" },
    GoldenTrace { file: "u2_u3_captures_of_nothing.trace", rules: "U2 U3 B39", shows: "a capture of 0 is a release only when final, and only of a partly captured hold" },
    GoldenTrace { file: "u4_fifty_captures.trace", rules: "B8 U4", shows: "the fiftieth capture is accepted, the next is refused, and the rest can still be released" },
    GoldenTrace { file: "u5_everything_captured_and_still_open.trace", rules: "B35 U5", shows: "a capture of all that is left which is not final leaves the intent open with nothing capturable" },
    GoldenTrace { file: "u6_cancel_of_a_partly_captured_hold.trace", rules: "B38 D8 U6 R20", shows: "canceling a partly captured intent keeps what was captured and ends it succeeded" },
    GoldenTrace { file: "u8_fee_first_at_the_second_capture.trace", rules: "U8", shows: "a fee may appear later than at the first capture" },
    GoldenTrace { file: "u9_capture_a_second_before_the_deadline.trace", rules: "HOLD-11 U9", shows: "one second before the deadline a capture still wins, and the job finds nothing" },
    GoldenTrace { file: "u9_capture_at_the_deadline.trace", rules: "HOLD-17 U9 R11", shows: "at the deadline nothing is captured any more, though the job has not come yet" },
    GoldenTrace { file: "u9_capture_in_the_second_of_the_deadline.trace", rules: "HOLD-11 U9", shows: "an engine that takes the deadline as the last second of the hold captures in it, and not one second later" },
];

/// Rules that state nothing an observation or a step could show, and why.
#[rustfmt::skip]
pub const EXCEPTIONS: [(&str, &str); 8] = [
    ("A6", "says only that answers and some notifications differ by capture method; A7 to A15 say how, and have properties"),
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
    /// Properties that render it.
    pub properties: Vec<&'static Property>,
    /// Golden traces that show it.
    pub traces: Vec<&'static GoldenTrace>,
    /// Why nothing else does.
    pub exception: Option<&'static str>,
}

impl Kept {
    /// Is there anything at all?
    #[must_use]
    pub const fn is_something(&self) -> bool {
        !self.properties.is_empty() || !self.traces.is_empty() || self.exception.is_some()
    }
}

/// What keeps `rule`.
#[must_use]
pub fn kept(rule: &str) -> Kept {
    Kept {
        properties: CATALOGUE.iter().filter(|property| property.rule_ids().any(|id| id == rule)).collect(),
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
            assert!(kept.properties.is_empty() && kept.traces.is_empty(), "{rule} needs no excuse");
        }
    }

    #[test]
    fn only_rules_that_exist_are_cited() {
        let properties = CATALOGUE.iter().flat_map(Property::rule_ids);
        let traces = GOLDEN_TRACES.iter().flat_map(|trace| trace.rules.split_whitespace());
        let exceptions = EXCEPTIONS.iter().map(|(rule, _)| *rule);
        for rule in properties.chain(traces).chain(exceptions) {
            assert!(ALL_RULES.contains(&rule) || rule.starts_with('§'), "there is no rule {rule}");
        }
    }
}
