//! Decisions about webhook endpoints (HOOK-1 to HOOK-10).

use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use crate::WebhookEndpointId;
use crate::command::{CreateWebhookEndpoint, UpdateWebhookEndpoint};
use crate::dialect::LONGEST_ROLL;
use crate::objects::{OldSecret, Secret, WebhookEndpoint};
use crate::refusal::Reason;
use crate::time::Seconds;

/// The maximum number of replaced secrets that sign beside the current one; the oldest is dropped.
const MOST_OLD: usize = 8;

/// Handles `POST /v1/webhook_endpoints`.
pub(super) fn create(context: &DecisionContext<'_>, request: &CreateWebhookEndpoint) -> Decided {
    check_url(&request.url)?;
    let mut changes = Changes::default();
    let endpoint = WebhookEndpoint {
        id: context.id(WebhookEndpointId),
        account: context.account.id,
        created: context.now,
        url: request.url.clone(),
        events: request.events.clone(),
        connect: request.connect,
        enabled: true,
        deleted: false,
        version: request.version,
        secret: new_secret(context)?,
        old_secrets: Vec::new(),
        texts: request.texts.apply(&None),
    };
    changes.put(endpoint.clone());
    Ok(changes.answer(endpoint))
}

/// Handles `POST /v1/webhook_endpoints/:id`.
pub(super) fn update(context: &DecisionContext<'_>, request: &UpdateWebhookEndpoint) -> Decided {
    let mut changes = Changes::default();
    let mut endpoint = of_caller(context, request.endpoint)?;
    if let Some(url) = &request.url {
        check_url(url)?;
        endpoint.url.clone_from(url);
    }
    if let Some(events) = &request.events {
        endpoint.events.clone_from(events);
    }
    endpoint.enabled = request.disabled.map_or(endpoint.enabled, |disabled| !disabled);
    endpoint.texts = request.texts.apply(&endpoint.texts);
    changes.put(endpoint.clone());
    Ok(changes.answer(endpoint))
}

/// Handles `DELETE /v1/webhook_endpoints/:id`.
pub(super) fn delete(context: &DecisionContext<'_>, id: WebhookEndpointId) -> Decided {
    let mut changes = Changes::default();
    let endpoint = WebhookEndpoint { deleted: true, ..of_caller(context, id)? };
    changes.put(endpoint.clone());
    Ok(changes.answer(endpoint))
}

/// Handles the roll of a secret. The old one still signs for `keep` seconds, at most a day (HOOK-10).
pub(super) fn roll_secret(context: &DecisionContext<'_>, id: WebhookEndpointId, keep: Seconds) -> Decided {
    let mut endpoint = of_caller(context, id)?;
    if keep > LONGEST_ROLL {
        let why = format!("it must lie between 0 and {LONGEST_ROLL}.");
        return Err(Reason::InvalidValue("expires_in".into(), why).into());
    }
    let mut changes = Changes::default();
    let replaced = OldSecret { secret: endpoint.secret, until: context.now.after(keep) };
    endpoint.old_secrets.insert(0, replaced);
    endpoint.old_secrets.retain(|old| context.now < old.until);
    endpoint.old_secrets.truncate(MOST_OLD);
    endpoint.secret = new_secret(context)?;
    changes.put(endpoint.clone());
    Ok(changes.answer(endpoint))
}

fn new_secret(context: &DecisionContext<'_>) -> Result<Secret, Stop> {
    Ok([context.ids.secret()?, context.ids.secret()?, context.ids.secret()?])
}

fn check_url(url: &str) -> Result<(), Stop> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    Err(Reason::InvalidValue("url".into(), "it must begin with http:// or https://.".to_owned()).into())
}

fn of_caller(context: &DecisionContext<'_>, id: WebhookEndpointId) -> Result<WebhookEndpoint, Stop> {
    let found = context.objects.webhook_endpoint(id);
    let own = found.filter(|endpoint| endpoint.account == context.account.id && !endpoint.deleted);
    own.map(|endpoint| (*endpoint).clone()).ok_or_else(|| not_found("webhook_endpoint", id, "id"))
}
