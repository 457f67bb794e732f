//! The catalogue of properties of a payment engine.
//!
//! A property is a pure function of an [`Observation`] or of a [`Step`], the visible part of a state or of a step. The
//! same function judges a state of the model under the explorers, an engine under the harness, and a log under the
//! audit. It answers [`Judgement::Vacuous`] if its premise does not occur, so that unused properties are detected.
//!
//! ```
//! use holdfast_model::{Config, Input, State, transition};
//! use holdfast_properties::{CATALOGUE, PropertyBits, Step, explain_step, judge_step};
//!
//! let config = Config::default();
//! let before = State::<1, 0>::default();
//! let input: Input = "create pi1 1000 usd method=card_visa confirm".parse()?;
//! let made = transition(&config, &before, input);
//! let (before, after) = (before.observe(&config), made.after.observe(&config));
//! let notifications = made.notifications.as_slice();
//!
//! let (from, to) = (before.observation(&config), after.observation(&config));
//! let step = Step::new(from, input, made.outcome, notifications, to);
//! assert_eq!(judge_step(&step).broken, PropertyBits::ZERO);
//!
//! // The same step without its notifications breaks properties, each with an explanation.
//! let silent = Step::new(from, input, made.outcome, &[], to);
//! let broken = judge_step(&silent).broken;
//! let broken: Vec<_> = CATALOGUE.iter().filter(|property| broken & property.bit() != 0).collect();
//! assert!(broken.iter().any(|property| property.id == "beginnings-are-notified"));
//! assert!(broken.iter().all(|property| explain_step(property, &silent).is_some()));
//! # Ok::<(), holdfast_model::trace::Error>(())
//! ```
//!
//! Read these files first:
//!
//! 1. `lib.rs`: [`CATALOGUE`], the table of all properties with their sentences and requirement ids.
//! 2. `step.rs`: [`Step`] and [`PaymentStep`], which the properties read.
//! 3. `money.rs`: properties of the amounts, each with its consequence for a merchant.
//!
//! [`judge_payment`], [`judge_whole`] and [`judge_step`] evaluate every property of their kind in one pass, and
//! [`explain`] says why one is false. The table below defines them all.
#![forbid(unsafe_code)]

#[macro_use]
mod catalogue;

// kind | topic::property | the sentence | its requirements | its condition and the choices it depends on
// `if FIELD = VALUE`: the property applies only under this choice of the dialect. `by FIELD, …`: these choices decide
// details. A `capture_step` is a payment step that is vacuous unless a capture was requested; so are the other kinds.
catalogue! {
    // Amounts
    payment money::captured_within_authorization "captured money never exceeds the authorization" "I1 B1 B34";
    payment money::held_money_adds_up "authorized money is capturable, captured or released, and while it is held nothing is released" "I1 B33 B34 B35 B37 B40";
    payment money::received_is_what_was_captured "the intent has received what its charge captured" "I17 B32 B34 B37";
    payment money::ledger_has_what_moved "the ledger has what was captured and refunded, once it is posted" "I17 R2 R7 REF-4";
    payment money::refunds_add_up "the refunds that count add up to what the charge shows as refunded" "B42 U14 R5 R7 R19";
    payment money::refunded_within_captured "refunded money never exceeds captured money" "I2 B42 R6";
    payment money::amount_in_range "an amount is between the smallest and the largest that can be charged" "AMT-1 AMT-2 AMT-3" by minimum_amount;
    payment money::charge_is_for_the_amount "the issuer approved exactly the amount of the intent" "B32 B34 R16";
    payment_change money::money_never_shrinks "no sum of money shrinks, save refunded money when a refund dies" "I17 R7 B36 REF-4";
    payment_change money::held_money_is_taken_by_capture_only "held money is taken by a capture and by nothing else" "B28 I17";

    // Statuses
    payment lifecycle::succeeded_means_received "succeeded means that money was received, and the full amount without manual capture" "I4 C11 B11 A9 U3";
    payment lifecycle::canceled_has_received_nothing "canceled means that nothing was received" "I4 B38 U6 R14" if cancel_keeps_captured = true;
    payment lifecycle::capturable_only_while_held "something is capturable only while the intent requires capture" "I3 B36";
    payment lifecycle::money_means_one_approved_charge "money is held or received through exactly one approved charge, and an open or processing intent has none" "I15 C1 C8 C13 R23 PI-26";
    payment lifecycle::charged_only_if_the_issuer_approves "a charge is approved only if the issuer of its method approves" "C9 C13 R23 PI-13 TST-1";
    payment lifecycle::method_fits_the_status "an intent that is not canceled asks for a payment method exactly if it has none" "C4 C6 C13";
    payment lifecycle::waiting_fits_the_method "only banks process, only challenged cards require action, only manual cards require capture" "B3 B4 B28 C7 C8 C9 C10 D3";
    payment lifecycle::traces_fit_the_status "only canceled intents have a reason, only unpaid ones an error" "C13 C15 VOC-8 PI-24";
    payment lifecycle::failed_charge_moves_nothing "a failed charge holds and moves no money" "C13 PI-22";

    // Moves
    payment_change lifecycle::documented_status_moves "a status moves only as documented" "C4 C6 C7 C8 C10 C13 C14 C16 C18 R14 PI-7 PI-13 PI-21 PI-27 PI-28 PI-29";
    payment_change lifecycle::final_stays_final "succeeded and canceled are final, and a canceled intent never changes" "I3 C11 C12 C15 A19 R8 R14";
    step lifecycle::refusal_does_nothing "what is refused, or has nothing to do, changes nothing and emits no notification" "I12 R10";
    step lifecycle::amounts_stay_representable "no operation and no event leaves the range of amounts" "I1 AMT-2";
    payment_change lifecycle::only_the_named_payment_changes "a step creates and changes only the payment it names, and removes none" "C5";
    operation_step lifecycle::creation_takes_what_was_asked "a payment is created as asked: with a method to be confirmed, without one to be given one" "A3 A5 B28 B29 C4 C5 C6 PI-1";
    payment_change lifecycle::updates_change_what_they_name "amount, method and capture method change as named before payment, and no money moves" "A3 B12 C6 PI-5 PI-7 PI-9 PI-10";
    operation_step lifecycle::attempt_leads_where_its_method_says "an approved card succeeds at once or is held in full, a bank payment is processed" "A1 A2 A3 A5 A11 B28 B30 B32 C8 C9 C10 D3";
    operation_step lifecycle::challenged_card_waits_for_its_customer "a challenged card waits for its customer, and is not charged without" "C1 C3 C7 PI-19 PI-20 PI-25 P34" by absent_customer_leaves_charge;
    operation_step lifecycle::cards_are_declined_by_their_issuer "a confirmed card is declined exactly as its issuer says, and the intent asks for another" "C13 R23 PI-4 PI-22 ERR-2 ERR-3 TST-1";
    payment_change lifecycle::outside_answers_count "a payment goes on as the customer, the issuer and the bank answer, also on the provider's page" "C3 C7 C8 C9 C13 PI-16 PI-17 PI-18 PI-21 TST-9" by confirm_limit;
    operation_step lifecycle::answer_shows_the_payment "an answer shows the payment as it is stored" "A2 A11 B34 B37";
    operation_step lifecycle::too_many_confirmations_cancel "one confirmation too many cancels the intent, and none goes beyond" "C16 U13 R17" by confirm_limit;
    payment_step lifecycle::cancel_ends_and_releases "a cancel ends the intent and releases its hold, in processing for debits only" "C14 C15 C18 U6 U18 D8 B38 R20" by cancel_keeps_captured;
    operation_step lifecycle::wrong_status_is_refused "an operation in the wrong status or without a fitting method is refused" "B3 C4 C6 C14 C15 R3 R12 R14 PI-6 PI-8 PI-12 PI-14 PI-15 PI-30 PI-31 PI-34 PI-39 ERR-12" by metadata_on_canceled;
    operation_step lifecycle::bad_parameters_are_refused "parameters that are wrong in every state are refused for their own reason" "AMT-4 AMT-5 PI-3 ERR-15" by minimum_amount;
    step lifecycle::unknown_objects_are_not_found "an object that does not exist is not found" "R9 CAP-1 ERR-5";
    operation_step lifecycle::status_refusals_are_true "a refusal for the status is true, but a cancel in processing may always be refused" "C14 PI-39" by accept_multicapture_with_automatic, confirm_limit, metadata_on_canceled;

    // Captures
    payment capture::at_most_fifty_captures "a payment is captured at most fifty times" "I7 B8 U4";
    payment capture::pieces_need_multicapture "only a payment with multicapture is captured in pieces" "I5 I7 B1 B4 B33 R18";
    payment capture::multicapture_where_allowed "multicapture is available exactly where request, account, card, network and country allow it" "B2 B3 B5 B6 B29 B31 B41 I7";
    payment capture::multicapture_without_manual_is_idle "without manual capture, asking for multicapture changes nothing" "B10 B11 B12 B23 D6" by accept_multicapture_with_automatic, multicapture_despite_automatic;
    payment capture::captured_flag_means_no_more "a charge is captured exactly if something was taken and nothing more can be" "I5 B57";
    capture_step capture::capture_takes_what_was_asked "a capture takes exactly what was asked for, and counts once unless it is a release" "B34 B37 U4 CAP-8";
    capture_step capture::piecewise_capture_keeps_the_rest "a capture that is not final keeps the rest, even if the rest is nothing" "B33 B34 B35 U5" by full_capture_stays_open;
    capture_step capture::final_capture_releases_the_rest "a final capture ends the payment and releases the rest" "B35 B36 B37 D3";
    capture_step capture::capture_is_final_by_default "a capture is final unless it says otherwise" "B35 R18";
    capture_step capture::zero_capture_only_releases "a capture of nothing ends a partly captured payment and takes nothing" "B39 B58 U2 U3 U4";
    capture_step capture::capture_only_while_held "a capture of what is not held is refused" "C10 R1 R2 R14 PI-27 CAP-4";
    capture_step capture::bad_capture_amounts_are_refused "a capture of less than nothing, of nothing or of too much is refused" "R16 U2 U3 CAP-3 CAP-5 CAP-6 CAP-7";
    capture_step capture::final_capture_needs_multicapture "final_capture is refused where multicapture is unavailable" "U1 B29 B33 CAP-9" by final_capture_needs_multicapture;
    capture_step capture::fifty_first_capture_is_refused "the fifty-first capture is refused" "B8 U4";
    capture_step capture::capture_refusals_are_true "a refusal to capture is true, and for a reason that captures have" "B33 B39 B49 U4 U5 U8 U9 CAP-15 CAP-10" by minimum_per_capture, minimum_amount, final_capture_needs_multicapture, late_connect_amounts, capture_at_deadline;

    // The end of a hold
    payment expiry::held_means_a_deadline "an intent requires capture exactly while a hold runs, and the job is never late" "B35 U9 HOLD-11" by expiry_job_delay;
    payment_change expiry::nothing_captured_after_the_deadline "nothing is captured at or after the deadline" "I17 U9 R11 HOLD-17" by capture_at_deadline;
    capture_step expiry::late_capture_is_refused "a capture at or after the deadline is refused as too late" "U9 R11" by capture_at_deadline;
    payment_change expiry::the_job_ends_due_holds_only "the expiry job ends holds that are due, and nothing else" "I17 B35 U9 R11";
    payment_change expiry::uncaptured_hold_ends_canceled "a hold that runs out uncaptured ends canceled and fully released" "B38 D11 R11 HOLD-12";
    payment_change expiry::partly_captured_hold_ends_succeeded "a hold that runs out partly captured ends succeeded, with the rest released" "B35 B36 B38 D11 U12";
    payment_change expiry::deadline_comes_with_time_only "a deadline never moves" "U9 HOLD-9";
    payment_change expiry::hold_lasts_as_its_network_says "a hold lasts as long as its network, currency and kind say" "HOLD-1 HOLD-2 HOLD-3 HOLD-4 HOLD-10";

    // Refunds
    payment refunds::refunded_flag_means_all "a charge is refunded exactly if its capture is final and all of it is given back" "I6 B43 U16" by refunded_at_final_capture;
    refund_step refunds::refund_leaves_the_status "a refund leaves the payment where it is" "B42 C12 D7";
    refund_step refunds::refund_gives_what_was_asked "a refund gives what was asked for, or all that is left, and leaves an object" "B42 B44 REF-1";
    refund_step refunds::refund_starts_as_its_method_says "a refund starts as its payment method says" "REF-2 REF-12 TST-6";
    payment_change refunds::documented_refund_moves "a refund moves only as documented and keeps its amount" "R7 REF-4 REF-5";
    refund_step refunds::only_captured_money_is_refunded "a refund of what was never captured is refused" "D7 R13 PI-34 PI-35 PI-37 ERR-20 ERR-22";
    refund_step refunds::only_the_rest_is_refunded "a refund of nothing or of more than is left is refused" "B42 R5 R6 ERR-16 ERR-17 ERR-18";
    refund_step refunds::no_partial_refund_with_connect_money "under multicapture, a partial refund with fee or transfer is refused" "B44 B45";
    refund_step refunds::each_latch_bars_its_own_refunds "after a refund of fee or transfer by hand, none is made with a refund" "I9 B47 D2";
    operation_step refunds::only_waiting_refunds_are_canceled "only a refund that waits for the customer is canceled" "ERR-24 REF-6";
    refund_step refunds::refund_refusals_are_true "a refusal to refund is true, and for a reason that refunds have" "B42 B44 B45 B47 D2 PI-36 ERR-16 P2";

    // Fees and transfers
    payment connect::connect_money_is_bounded "fees and transfers stay within what was captured, and what goes back within them" "I8 B46 CON-2 CON-8";
    payment connect::connect_money_fits_the_flow "fees need a connected account, transfers a destination, and they exclude each other" "A16 D5 CON-1 CON-6";
    payment connect::standing_amounts_are_collected "what is taken at once pays the standing fee and share" "A9 A17 CON-9";
    capture_step connect::later_captures_name_what_the_first_named "what the first capture names, each later one must name" "I8 B49 B51 D1 U7 U8";
    capture_step connect::capture_settles_fee_and_share "a capture pays the fee and share it names, else the standing ones" "B48 B50 U11";
    operation_step connect::connect_parameters_need_connect "a fee without a connected account, or a transfer without destination, is refused" "A16 ERR-25 CON-1";
    operation_step connect::no_source_transaction_with_multicapture "a payment with multicapture is no source of separate transfers" "B7 B48";
    payment_change connect::connect_money_goes_back_when_asked "fees and transfers go back, and separate transfers out, only when asked for, and as much as is named" "B44 B46 CON-4 CON-5";
    payment_change connect::returned_shares_add_up "a partial refund returns the nearest unit of its share, and the last one all that is left" "B44 REF-8 P1" by half_of_a_share_rounds_up;
    payment_change connect::each_latch_has_its_own_endpoint "each latch is set by its own endpoint, and stays" "I9 B46 B47 D2";

    // Capture in the background
    payment ledger::posting_takes_an_hour_at_most "a background capture is posted within an hour" "I11 A12";
    payment ledger::capture_is_done_before_it_is_posted "only a background capture is posted later, and it is captured in full before" "A1 A2 A9 A11 A19";
    payment ledger::nothing_is_shown_before_it_is_posted "before it is posted, a capture has no entries and no links to them" "A7 A8 A10 D4 I11 R21";
    payment ledger::links_fit_the_ledger "links and entries go together, transfers with destination charges only" "A13 A16 B53 D4 D5 U11";
    payment_change ledger::books_only_move_forward "links are set once and never go back, and the hour only runs out" "A7 A12 D4 I11";

    // Notifications
    payment_change notifications::beginnings_are_notified "creation, waiting and holds are reported" "B54 C5 R9 EVT-1 EVT-3 EVT-4 EVT-6";
    payment_change notifications::the_end_is_notified "success and cancellation are reported, once" "I10 C11 C15 U12 EVT-2 EVT-9 EVT-12";
    payment_change notifications::failure_is_notified "a failed attempt is reported, with its charge" "C13 EVT-5";
    notified_step notifications::nothing_is_notified_that_did_not_happen "only what happened to this payment in this step is reported" "I10 R8 R10";
    change notifications::nothing_is_notified_twice "no step reports the same thing twice" "I10 R10";
    payment_change notifications::money_never_moves_silently "money never moves silently" "I14 R9";
    payment_change notifications::approval_is_notified_first "an approval is reported once, and before its consequences" "A7 B30 EVT-2";
    capture_step notifications::captures_are_notified_by_their_kind "each multicapture updates charge and capturable amount once, a single capture neither" "I10 B52 B54 U10 EVT-7 EVT-8 EVT-9";
    payment_change notifications::charge_captured_is_notified_at_the_end "charge.captured is reported once, when nothing more can be captured" "I10 B56 B57 B58 U12";
    payment_change notifications::posting_is_notified "the posting of a background capture is reported as an update of the charge" "A7 A12 A13 A15 A18 I10";
    payment_change notifications::released_hold_is_notified "a released hold is reported: as refunded when canceled, as expired at its deadline" "R11 R12 EVT-11 EVT-10";
    payment_change notifications::connect_money_is_notified "fees, transfers and their returns are reported" "A14 A17 B60";
    payment_change notifications::refunds_are_notified "refunds and their moves are reported, and nothing else as a refund" "B59 B60 U15 U16 R7 R12 EVT-13 EVT-14";
    notified_step notifications::previous_values_are_true "previous values are the ones that were there" "I16 B55 B58";
    notified_step notifications::changed_values_are_listed "what a notification shows as changed, it lists with its previous value" "I16 A15 B53 B55 B58";
    notified_step causes::payment_notifications_have_a_cause "a notification about a payment, its charge or its refunds has its cause in the same step" "EVT-22 EVT-3 EVT-4 EVT-5 EVT-6 EVT-8 EVT-10 EVT-11 EVT-13 EVT-14 P34 R8 R10" by absent_customer_leaves_charge;
    change causes::setup_and_session_notifications_have_a_cause "a notification about a setup or a session's bank payment has its cause in the same step" "EVT-22 C19 EVT-16 EVT-17 R10";
    payment_change causes::effects_are_notified_without_a_response "refunds, pieces, challenges and failures are notified once, also without a response to the merchant" "C7 C13 EVT-4 EVT-5 EVT-8 EVT-13 P34 R2" by absent_customer_leaves_charge;
    change causes::setup_effects_are_notified "creation, challenges and failures of a setup are notified once" "C19 EVT-16";

    // Idempotency
    step idempotency::replay_answers_the_same "a repeated request is answered as the first time" "I13 R2 R3 IDEM-3 IDEM-12";
    change idempotency::known_key_acts_no_more "a request under a known key does nothing" "I13 R1 R2 R5 IDEM-3";
    step idempotency::other_parameters_are_refused "a known key with another request is refused" "ERR-10 IDEM-6";
    step idempotency::busy_objects_and_keys_are_locked "while a request is worked on, its key and its object are locked" "R3 R4 R6 U17 IDEM-7 ERR-6 ERR-8";
    change idempotency::requests_not_carried_out_do_nothing "a request that is not carried out does nothing" "R4 I12 IDEM-7";
    step idempotency::first_answer_is_kept "the first answer is kept, even if it was lost; an invalid request leaves its key free" "I13 R1 R2 R3 IDEM-5 IDEM-3";
    change idempotency::keys_are_kept_for_a_day "a key and its answer are kept for a day from the answer, and no less" "I13 R22 IDEM-2 IDEM-13";

    // Saving a method
    observation setup::setup_fits_its_status "a setup saves what can be saved, and shows no old failure" "C19 SI-4 TST-2";
    change setup::setup_never_charges "a setup never touches a payment" "I15 C2 C19";
    change setup::documented_setup_moves "a setup moves only as documented, and its end is final" "C19 SI-4 SI-6";
    step setup::setup_is_changed_while_open_only "a setup is confirmed and canceled only while it is open, and with a method" "C19 SI-3 SI-5 SI-7";
    step setup::deposits_are_verified_when_asked_for "deposits are verified only where a bank account awaits them" "SI-8";
    change setup::setup_moves_are_notified "the moves of a setup are reported" "C19 SI-9 EVT-16";
    change setup::too_many_setup_confirmations_cancel "one confirmation too many cancels the setup" "C16 C19 R17" by confirm_limit;

    // The Checkout Session
    observation session::open_session_has_a_deadline "a session is open for a day at most, and has a deadline exactly while it is open" "B16 CHK-2";
    observation session::expired_sessions_payment_is_canceled "the payment of an expired session is canceled" "R15 CHK-4";
    observation session::paid_means_received "a session is paid if its payment succeeded, and only if it received money, and the full amount without manual capture; an open one is unpaid" "B25 B27";
    observation session::setup_session_asks_for_no_payment "exactly the sessions that save a method need no payment" "C2 VOC-12";
    observation session::sessions_payment_is_as_the_session_says "a session's payment has the session's amount and capture method, and knows whose it is" "B1 B9 B18 B19 B23 D6";
    change session::complete_means_authorized "a session completes only with a payment that is at least authorized" "B25 B26 B27";
    step session::closed_session_stays_closed "a session that is complete or expired stays so" "R15 CHK-1 CHK-5";
    step session::session_expires_on_time "a session expires when asked to or when its time is up, after a day unless said otherwise" "B16 R15 CHK-2";
    step session::session_parameters_fit "a session is as it was asked for: its price and page, half an hour to a day, and the URL of its page" "B15 B17 B22 CHK-2 CHK-3";
    change session::session_ends_are_notified "completion and expiry of a session are reported" "EVT-17";
    payment_change session::sessions_debit_is_notified "the end of a session's bank payment is reported as the session's" "B26 EVT-17";
    operation_step session::sessions_payment_is_canceled_through_it "a session's payment is canceled through the session unless it holds money" "R15 PI-32";

    // Rejections of every other operation
    step lifecycle::refusals_have_a_true_reason "a creation, and a request about money to return, a setup or a session, is rejected for a reason that applies" "B45 B46 B47 REF-6 SI-3 SI-7 SI-8 CHK-2 CHK-3 AMT-2 CON-1 CON-2" by accept_multicapture_with_automatic, minimum_amount;
}

pub mod abstraction;
mod capture;
mod causes;
mod connect;
pub mod consumer;
mod expiry;
mod idempotency;
mod judgement;
mod ledger;
mod lifecycle;
mod money;
mod notifications;
mod refunds;
mod refusal;
mod session;
mod setup;
mod snapshot;
mod step;
#[cfg(test)]
mod tests;
mod words;

pub use abstraction::AbstractTransition;
pub use catalogue::{Condition, Kind, Property};
use holdfast_model::{Config, IntentId, Observation, PaymentView};
pub use judgement::{Diagnostics, Judgement, PropertyBits, Verdicts};
pub use snapshot::{Happening, Snapshot, Trace};
pub use step::{Captured, PaymentStep, Step};

/// The source of each topic, for [`Property::why`].
const SOURCES: [(&str, &str); 12] = [
    ("money", include_str!("money.rs")),
    (
        "lifecycle",
        concat!(
            include_str!("lifecycle/standing.rs"),
            include_str!("lifecycle/moves.rs"),
            include_str!("lifecycle/attempts.rs"),
            include_str!("lifecycle/reasons.rs"),
            include_str!("lifecycle/refusals.rs"),
        ),
    ),
    ("capture", include_str!("capture.rs")),
    ("expiry", include_str!("expiry.rs")),
    ("refunds", include_str!("refunds.rs")),
    ("connect", include_str!("connect.rs")),
    ("ledger", include_str!("ledger.rs")),
    ("notifications", include_str!("notifications.rs")),
    ("causes", include_str!("causes.rs")),
    ("idempotency", include_str!("idempotency.rs")),
    ("setup", include_str!("setup.rs")),
    ("session", include_str!("session.rs")),
];

/// Judges one state by every property of a state: those of each payment, and those of the whole state.
#[must_use]
pub fn judge_observation(observation: &Observation<'_>) -> Verdicts {
    let payments = observation.payments.iter().flatten();
    payments
        .fold(judge_whole(observation), |verdicts, payment| verdicts.and(judge_payment(observation.config, payment)))
}

/// Judges one step by every property of a step: those of its effect on each payment, and on the whole state.
#[must_use]
pub fn judge_step(step: &Step<'_>) -> Verdicts {
    let places = step.before.payments.len().max(step.after.payments.len());
    let stuttering = step.is_stuttering();
    let alone = judge_step_alone(step);
    let mut verdicts = if stuttering { alone } else { alone.and(judge_change_alone(step)) };
    for place in (0..=u8::MAX).take(places) {
        let Some(payment) = PaymentStep::of(step, place) else { continue };
        verdicts = verdicts.and(judge_payment_step(&payment));
        if !stuttering {
            verdicts = verdicts.and(judge_payment_change(&payment));
        }
    }
    verdicts
}

/// Returns the reason why `property` is false in this state, with the numbers and their payment; `None` if it holds or
/// is vacuous.
#[must_use]
pub fn explain(property: &Property, observation: &Observation<'_>) -> Option<String> {
    if !property.applies(observation.config) {
        return None;
    }
    match property.explain_fn {
        catalogue::ExplainFn::Payment(judge) => (0_u8..).zip(observation.payments).find_map(|(place, payment)| {
            let words = broken(judge(observation.config, payment.as_ref()?))?;
            Some(about(IntentId(place), observation.payments.len(), words))
        }),
        catalogue::ExplainFn::Observation(judge) => broken(judge(observation)),
        catalogue::ExplainFn::PaymentStep(_) | catalogue::ExplainFn::Step(_) => None,
    }
}

/// Returns the reason why `property` is false for this step or the state after it; see [`explain`].
#[must_use]
pub fn explain_step(property: &Property, step: &Step<'_>) -> Option<String> {
    if !property.applies(step.after.config) {
        return None;
    }
    match property.explain_fn {
        catalogue::ExplainFn::PaymentStep(judge) => {
            let places = step.before.payments.len().max(step.after.payments.len());
            (0..=u8::MAX).take(places).find_map(|place| {
                let words = broken(judge(&PaymentStep::of(step, place)?))?;
                Some(about(IntentId(place), places, words))
            })
        }
        catalogue::ExplainFn::Step(judge) => broken(judge(step)),
        catalogue::ExplainFn::Payment(_) | catalogue::ExplainFn::Observation(_) => explain(property, &step.after),
    }
}

/// Adds the name of the payment to `words` if there are several payments.
fn about(intent: IntentId, payments: usize, words: String) -> String {
    if payments < 2 { words } else { format!("pi{}: {words}", u16::from(intent.0).saturating_add(1)) }
}

fn broken(judgement: Judgement<String>) -> Option<String> {
    match judgement {
        Judgement::Broken(words) => Some(words),
        Judgement::Holds | Judgement::Vacuous => None,
    }
}
