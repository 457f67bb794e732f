//! Requests to a server's test helpers, which inject events of the environment.

use holdfast_model::{
    Authentication, EnvironmentEvent, IntentId, Issuer, PaymentMethod, PaymentView, Rail, RefundProgress,
};

use crate::names::Names;
use crate::profile::ServerProfile;
use crate::wire::HttpRequest;

/// The request that makes the world move.
#[must_use]
pub fn event(
    profile: &ServerProfile,
    names: &Names,
    event: &EnvironmentEvent,
    view: Option<&PaymentView>,
) -> Option<HttpRequest> {
    let helper = |intent: IntentId, verb: &str| {
        let account = names.payment(intent).and_then(|names| names.account.clone());
        HttpRequest {
            account,
            ..HttpRequest::post(format!("/v1/test_helpers/payment_intents/{}/{verb}", names.intent(intent)))
        }
    };
    match *event {
        EnvironmentEvent::Authenticate { intent, result } => {
            let helper = profile.authenticate?;
            let value = match result {
                Authentication::Succeeds => helper.values.0,
                Authentication::Fails => helper.values.1,
                Authentication::Abandoned => return None,
            };
            let names = names.payment(intent)?;
            let asked = HttpRequest::post(helper.path.replace("{id}", &names.id)).with(helper.name, value);
            let asked = if helper.secret { asked.with("client_secret", &names.secret) } else { asked };
            Some(HttpRequest { account: names.account.clone(), ..asked })
        }
        EnvironmentEvent::Settle { intent } if profile.settle => {
            let value = settlement(view?.payment_method?)?;
            Some(helper(intent, "settle").with("outcome", value))
        }
        EnvironmentEvent::CloseCancelWindow { intent } if profile.settle => Some(helper(intent, "close_cancel_window")),
        EnvironmentEvent::Refund { intent, refund, progress } if profile.refunds_move => {
            let (verb, outcome) = match progress {
                RefundProgress::Succeeds => ("report", Some("succeeded")),
                RefundProgress::Fails => ("report", Some("expired_or_canceled_card")),
                RefundProgress::DetailsGiven => ("give_details", None),
                RefundProgress::Returned => ("return", None),
            };
            let path = format!("/v1/test_helpers/refunds/{}/{verb}", names.refund(intent, refund));
            Some(HttpRequest { path, ..helper(intent, "") }.with_some("outcome", outcome))
        }
        EnvironmentEvent::Advance { seconds } if profile.clock => {
            Some(HttpRequest::post("/v1/test_helpers/clock/advance").with("seconds", seconds))
        }
        EnvironmentEvent::Settle { .. }
        | EnvironmentEvent::CloseCancelWindow { .. }
        | EnvironmentEvent::PostToLedger { .. }
        | EnvironmentEvent::ExpireHold { .. }
        | EnvironmentEvent::Refund { .. }
        | EnvironmentEvent::AuthenticateSetup { .. }
        | EnvironmentEvent::SettleSetup
        | EnvironmentEvent::CustomerPays { .. }
        | EnvironmentEvent::PruneKey { .. }
        | EnvironmentEvent::Advance { .. } => None,
    }
}

/// Returns the bank's answer to a debit; `None` for a card, or for a bank that never answers.
fn settlement(method: PaymentMethod) -> Option<&'static str> {
    let profile = method.profile();
    match (profile.rail, profile.issuer) {
        (Rail::Card(_), _) | (_, Issuer::NeverSettles) => None,
        (_, Issuer::FailsLater) => Some("insufficient_funds"),
        (_, Issuer::Approves | Issuer::Declines(_) | Issuer::Challenges | Issuer::ChallengesThenDeclines(_)) => {
            Some("succeeded")
        }
    }
}
