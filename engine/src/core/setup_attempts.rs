//! The step after a decision that records the attempts of SetupIntents (P20).

use super::decision_context::{Changes, DecisionContext};
use crate::objects::{PaymentMethod, SetupAttempt, SetupIntent, SetupStatus};
use crate::{Object, PaymentMethodId};
use std::sync::Arc;

/// Records the latest attempt of each SetupIntent that the decision changed, until the attempt is over.
pub(super) fn apply(context: &DecisionContext<'_>, changes: &mut Changes) {
    let setups: Vec<Arc<SetupIntent>> =
        changes.objects.iter().rev().filter_map(Object::as_setup_intent).cloned().collect();
    let mut known = Vec::new();
    for setup in setups {
        let Some(id) = setup.latest_attempt.filter(|id| !known.contains(id)) else { continue };
        known.push(id);
        let before = context.objects.setup_attempt(id);
        let is_open = |attempt: &Arc<SetupAttempt>| {
            matches!(attempt.status, SetupStatus::RequiresAction | SetupStatus::Processing)
        };
        if before.as_ref().is_some_and(|before| !is_open(before)) {
            continue;
        }
        let method = setup.method.or(setup.last_error.as_ref().map(|error| error.method.id));
        let Some(method) = before.as_ref().map(|before| before.method).or(method) else { continue };
        let Some(tried) = method_of(context, changes, method) else { continue };
        let attempt = SetupAttempt {
            id,
            account: setup.account,
            created: before.as_ref().map_or(context.now, |before| before.created),
            intent: setup.id,
            customer: setup.customer,
            method,
            test_method: tried.test_method,
            status: setup.status,
            error: setup.last_error.clone(),
            usage: setup.usage,
        };
        if before.as_deref() != Some(&attempt) {
            changes.put(attempt);
        }
    }
}

/// Returns a method as the decision leaves it.
fn method_of(context: &DecisionContext<'_>, changes: &Changes, id: PaymentMethodId) -> Option<Arc<PaymentMethod>> {
    let fresh = changes.objects.iter().rev().filter_map(Object::as_payment_method).find(|method| method.id == id);
    fresh.cloned().or_else(|| context.objects.payment_method(id))
}
