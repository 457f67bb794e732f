//! Webhook endpoints: where an account wants which of its events (§2.12).

use super::scene::{Changes, Decided, Scene, Stop, not_found};
use crate::WebhookEndpointId;
use crate::command::{CreateWebhookEndpoint, UpdateWebhookEndpoint};
use crate::objects::WebhookEndpoint;
use crate::refusal::Reason;

/// `POST /v1/webhook_endpoints`.
pub(super) fn create(scene: &Scene<'_>, request: &CreateWebhookEndpoint) -> Decided {
    check_url(&request.url)?;
    let mut changes = Changes::default();
    let endpoint = WebhookEndpoint {
        id: scene.id(WebhookEndpointId),
        account: scene.account.id,
        created: scene.now,
        url: request.url.clone(),
        events: request.events.clone(),
        connect: request.connect,
        enabled: true,
        deleted: false,
        version: request.version,
        secret: [scene.ids.secret()?, scene.ids.secret()?, scene.ids.secret()?],
        texts: request.texts.apply(&None),
    };
    changes.put(endpoint.clone());
    Ok(changes.answer(endpoint))
}

/// `POST /v1/webhook_endpoints/:id`.
pub(super) fn update(scene: &Scene<'_>, request: &UpdateWebhookEndpoint) -> Decided {
    let mut changes = Changes::default();
    let mut endpoint = of_caller(scene, request.endpoint)?;
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

/// `DELETE /v1/webhook_endpoints/:id`.
pub(super) fn delete(scene: &Scene<'_>, id: WebhookEndpointId) -> Decided {
    let mut changes = Changes::default();
    let endpoint = WebhookEndpoint { deleted: true, ..of_caller(scene, id)? };
    changes.put(endpoint.clone());
    Ok(changes.answer(endpoint))
}

fn check_url(url: &str) -> Result<(), Stop> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    Err(Reason::InvalidValue("url".into(), "it must begin with http:// or https://.".to_owned()).into())
}

fn of_caller(scene: &Scene<'_>, id: WebhookEndpointId) -> Result<WebhookEndpoint, Stop> {
    let found = scene.objects.webhook_endpoint(id);
    let own = found.filter(|endpoint| endpoint.account == scene.account.id && !endpoint.deleted);
    own.map(|endpoint| (*endpoint).clone()).ok_or_else(|| not_found("webhook_endpoint", id, "id"))
}
