//! The choices that the specification leaves free (U1 to U18), among them lengths of time, with defaults.

use crate::money::HalfUnit;
use crate::time::{DAY, HOUR, MINUTE, Seconds};

/// Every choice the specification leaves to the engine, by name. The defaults are the specification's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// U4, B8: the most captures of one PaymentIntent; the release of a remainder does not count.
    pub most_captures: u32,
    /// U5: a non-final capture of everything left ends the hold at once. Default: it stays open.
    pub exhausting_capture_is_final: bool,
    /// U6: canceling a partly captured PaymentIntent leads to `succeeded` (B38). Otherwise to `canceled`.
    pub partly_captured_cancel_succeeds: bool,
    /// C16, U13: the most confirmations of one intent; the next one cancels it.
    pub most_confirmations: u32,
    /// U9: a hold can be captured in the very second of `capture_before`. Default: it cannot.
    pub capture_at_deadline: bool,
    /// CAP-9: an explicit `final_capture=true` also needs multicapture. Default: only `false` does (U1).
    pub explicit_final_needs_multicapture: bool,
    /// CAP-7: a capture below the currency's minimum is refused. Default: any positive amount is taken.
    pub capture_minimum_applies: bool,
    /// HOLD-14: an expired hold creates a Refund object `expired_uncaptured_charge`. Default: none.
    pub expired_hold_makes_refund: bool,
    /// B47: the latches also bind payments without multicapture (I9). Default: yes.
    pub latches_bind_every_payment: bool,
    /// B27: `payment_status` of a complete session whose money is only authorized. Default: not paid.
    pub authorized_session_is_paid: bool,
    /// Refunds to bank accounts first require the customer's details (REF-12). Default: they are sent at once.
    pub bank_refunds_need_details: bool,
    /// C19: a bank accepts a mandate to debit days later; the setup is `processing` until then.
    pub mandates_take_time: bool,
    /// REF-11: a refund of a bank debit is `pending` until the bank reports. Otherwise it has succeeded at once, as by card.
    pub debit_refunds_wait: bool,
    /// P1: the rounding of exactly one half in the share of a fee or transfer. Default: away from zero.
    pub half_of_a_share: HalfUnit,
    /// P34: an off-session payment that needs authentication leaves a failed charge. Default: none.
    pub absent_customer_leaves_charge: bool,
    /// The lengths of time that the specification leaves open.
    pub timing: Timing,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            most_captures: 50,
            exhausting_capture_is_final: false,
            partly_captured_cancel_succeeds: true,
            most_confirmations: 10,
            capture_at_deadline: false,
            explicit_final_needs_multicapture: false,
            capture_minimum_applies: false,
            expired_hold_makes_refund: false,
            latches_bind_every_payment: true,
            authorized_session_is_paid: false,
            bank_refunds_need_details: false,
            mandates_take_time: false,
            debit_refunds_wait: true,
            half_of_a_share: HalfUnit::AwayFromZero,
            absent_customer_leaves_charge: false,
            timing: Timing::default(),
        }
    }
}

/// Lengths of time in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Hold of a card payment the customer started: 7 days (HOLD-1).
    pub hold: Seconds,
    /// Hold of a Visa payment the merchant started: 4 days 18 hours (HOLD-2).
    pub merchant_visa_hold: Seconds,
    /// Hold of a yen payment of an account in Japan: 30 days (HOLD-3).
    pub japan_hold: Seconds,
    /// The expiry job runs this long after `capture_before` (HOLD-11, U9).
    pub expiry_job_after: Seconds,
    /// Background capture of `automatic_async` fills the ledger after this; at most an hour (A12).
    pub async_capture: Seconds,
    /// A bank debit settles or fails after this ("several days", C8).
    pub bank_settlement: Seconds,
    /// A bank debit in `processing` can be canceled for this long (C18: limited and variable).
    pub debit_cancel_window: Seconds,
    /// The network reports the outcome of a refund after this (REF-4).
    pub refund_outcome: Seconds,
    /// A refund that waits for the customer's details fails after this (REF-5).
    pub refund_details: Seconds,
    /// A Checkout Session expires this long after creation unless it says otherwise (B16).
    pub session: Seconds,
    /// Idempotency keys are kept this long (IDEM-2).
    pub idempotency: Seconds,
    /// Webhook deliveries are retried for this long (HOOK-3).
    pub webhook_retry: Seconds,
    /// The wait before the first webhook retry; each further wait is twice as long (HOOK-3).
    pub webhook_first_retry: Seconds,
    /// The worker repeats an open request to the acquirer after this.
    pub ask_again: Seconds,
}

impl Timing {
    /// Returns these lengths with the webhooks of a sandbox: three attempts, the last of them three hours after the first
    /// (P35).
    #[must_use]
    pub const fn with_sandbox_webhooks(self) -> Self {
        Self { webhook_retry: 4 * HOUR, webhook_first_retry: HOUR, ..self }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            hold: 604_800,
            merchant_visa_hold: 410_400,
            japan_hold: 2_592_000,
            expiry_job_after: 1,
            async_capture: MINUTE,
            bank_settlement: 259_200,
            debit_cancel_window: DAY,
            refund_outcome: DAY,
            refund_details: 3_888_000,
            session: DAY,
            idempotency: DAY,
            webhook_retry: 259_200,
            webhook_first_retry: MINUTE,
            ask_again: MINUTE,
        }
    }
}

/// The shortest time to a Checkout Session's expiry: 30 minutes (CHK-2).
pub const SHORTEST_SESSION: Seconds = 1_800;
/// The longest time to a Checkout Session's expiry: 24 hours (CHK-2).
pub const LONGEST_SESSION: Seconds = DAY;
/// The tolerance of webhook signatures: 300 seconds (HOOK-9).
pub const SIGNATURE_TOLERANCE: Seconds = 300;
/// The longest time that a replaced webhook secret still signs: 24 hours (HOOK-10).
pub const LONGEST_ROLL: Seconds = DAY;
/// The longest time until an async capture is in the ledger (A12).
pub const ASYNC_CAPTURE_LIMIT: Seconds = HOUR;
