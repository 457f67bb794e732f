//! The lifecycle of a PaymentIntent, and the rejections of requests.

mod attempts;
mod moves;
mod reasons;
mod refusals;
mod standing;

use holdfast_model::{Issuer, PaymentMethod, PaymentView};

pub(crate) use attempts::{
    answer_shows_the_payment, attempt_leads_where_its_method_says, cards_are_declined_by_their_issuer,
    challenged_card_waits_for_its_customer, outside_answers_count, too_many_confirmations_cancel,
};
pub(crate) use moves::{
    amounts_stay_representable, creation_takes_what_was_asked, documented_status_moves, final_stays_final,
    only_the_named_payment_changes, refusal_does_nothing, updates_change_what_they_name,
};
pub(crate) use reasons::refusals_have_a_true_reason;
pub(crate) use refusals::{
    bad_parameters_are_refused, cancel_ends_and_releases, status_refusals_are_true, unknown_objects_are_not_found,
    wrong_status_is_refused,
};
pub(crate) use standing::{
    canceled_has_received_nothing, capturable_only_while_held, charged_only_if_the_issuer_approves,
    failed_charge_moves_nothing, method_fits_the_status, money_means_one_approved_charge, succeeded_means_received,
    traces_fit_the_status, waiting_fits_the_method,
};

fn charge_status(payment: &PaymentView) -> &'static str {
    payment.charge.map_or("none", |charge| charge.status.name())
}

fn challenges(method: PaymentMethod) -> bool {
    matches!(method.profile().issuer, Issuer::Challenges | Issuer::ChallengesThenDeclines(_))
}
