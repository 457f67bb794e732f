//! Delivery of webhooks over HTTP.

use holdfast_engine::{DeliveryPort, Post};
use std::time::Duration;
use ureq::Agent;

/// The maximum time for an endpoint's response.
pub const WEBHOOK_PATIENCE: Duration = Duration::from_secs(10);

/// Delivery over HTTP: one POST per attempt. Redirects are not followed and count as failures (HOOK-5).
#[derive(Debug)]
pub struct HttpDelivery(Agent);

impl Default for HttpDelivery {
    fn default() -> Self {
        Self(web_agent(WEBHOOK_PATIENCE))
    }
}

/// Returns a client that waits up to `patience` for a response, follows no redirect, and takes every status as a response.
#[must_use]
pub fn web_agent(patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        // The environment's proxy settings do not apply: the URL alone decides where a request goes.
        .proxy(None)
        .user_agent(concat!("Holdfast/", env!("CARGO_PKG_VERSION")));
    config.build().new_agent()
}

/// Returns a signature header in which a `v1` of another secret, made of `number`, stands before its own, as within a day
/// after the secret was rolled (HOOK-10).
#[must_use]
pub fn two_signatures(signature: &str, number: u64) -> String {
    let other = format!("{number:016x}").repeat(4);
    signature.replacen(",v1=", &format!(",v1={other},v1="), 1)
}

impl DeliveryPort for HttpDelivery {
    fn post(&self, post: &Post) -> Option<u16> {
        let request = self
            .0
            .post(&post.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", &post.signature);
        let status = match request.send(post.body.as_str()) {
            Ok(answer) => Some(answer.status().as_u16()),
            Err(error) => {
                tracing::info!(url = post.url, %error, "webhook attempt got no response");
                None
            }
        };
        if let Some(status) = status {
            tracing::info!(url = post.url, status, "webhook attempt got a response");
        }
        status
    }
}
