//! An event as it arrives: its stored form, and its payment.

use holdfast_audit::group::{Owner, owner};
use holdfast_audit::logged_event::LoggedEvent;
use holdfast_audit::read;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// An event that can be stored.
#[derive(Clone, Debug)]
pub struct IncomingEvent {
    /// `id`.
    pub id: String,
    /// Hash of everything that the audit reads. Two deliveries of an event have the same; an altered one has not.
    pub digest: [u8; 32],
    /// `type`.
    pub kind: String,
    /// `created`, in seconds since 1970; 0 if it is no number.
    pub created: i64,
    /// The payment or charge that it belongs to.
    pub owner: Owner,
    /// The payment of a charge, if it shows one.
    pub link: Option<ChargeLink>,
    /// Its text, as it came.
    pub body: String,
}

/// The payment of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeLink {
    /// Id of the charge.
    pub charge: String,
    /// Id of its PaymentIntent.
    pub payment: String,
    /// Whether the charge itself names the payment. The word of another object counts less.
    pub is_firm: bool,
}

/// Reads one event.
///
/// # Errors
/// Returns a message that names the field and what is accepted.
pub fn read_event(body: &[u8]) -> Result<IncomingEvent, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8: expected one event as JSON".to_owned())?;
    let value: Value = serde_json::from_str(text).map_err(|error| format!("the body is not JSON: {error}"))?;
    if !value.is_object() || value.get("object").and_then(Value::as_str).is_some_and(|object| object == "list") {
        return Err("the body is no event: expected one object with `id`, `type`, `created` and `data`".to_owned());
    }
    read_value(&value, text.to_owned())
}

/// Reads one event whose JSON is `value` and whose text is `body`.
///
/// # Errors
/// Returns a message that names the field and what is accepted.
pub fn read_value(value: &Value, body: String) -> Result<IncomingEvent, String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, kind) = (text("id"), text("type"));
    // A thin event names an object without showing it (P33).
    if kind.starts_with("v2.") && !id.is_empty() {
        let digest = Sha256::digest(body.as_bytes()).into();
        return Ok(IncomingEvent { id, digest, kind, created: 0, owner: Owner::Nobody, link: None, body });
    }
    // On one line, so that an error names a field and no line of the body.
    let logged = logged(&value.to_string(), 0)?;
    let digest = serde_json::to_vec(&logged).map_err(|error| error.to_string())?;
    let digest = Sha256::digest(&digest).into();
    let (owner, link) = (owner(&logged), link(&logged));
    let (id, kind) = (logged.id.to_string(), logged.kind.to_string());
    Ok(IncomingEvent { id, digest, kind, created: logged.created, owner, link, body })
}

/// Returns the event of a text as the audit reads it; `number` takes the place of its line.
///
/// # Errors
/// Returns a message that names the field and what is accepted.
pub fn logged(body: &str, number: u64) -> Result<LoggedEvent, String> {
    let mut found = None;
    read::events(body.as_bytes(), false, |logged, _| {
        found = Some(logged);
        Ok(())
    })
    .map_err(|error| match error {
        read::Unreadable::Malformed { why, .. } => why,
        error @ (read::Unreadable::Io(_) | read::Unreadable::Empty | read::Unreadable::NotComplete(_)) => {
            error.to_string()
        }
    })?;
    let logged = found.ok_or("there is no event in the body")?;
    Ok(LoggedEvent { line: number, ..logged })
}

/// Returns the payment of a charge, if the event shows it.
fn link(logged: &LoggedEvent) -> Option<ChargeLink> {
    let object = logged.object();
    let (charge, payment, is_firm) = match object.object.text()? {
        "charge" => (object.id.id()?, object.payment_intent.id()?, true),
        "payment_intent" => (object.latest_charge()?, object.id.id()?, false),
        "refund" => (object.charge.id()?, object.payment_intent.id()?, false),
        _ => return None,
    };
    Some(ChargeLink { charge: charge.to_owned(), payment: payment.to_owned(), is_firm })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(object: &str) -> String {
        format!(
            r#"{{"id":"evt_1","object":"event","type":"charge.succeeded","created":5,"data":{{"object":{object}}}}}"#
        )
    }

    #[test]
    fn an_event_is_read_with_its_owner() {
        let link = |payment: &str, is_firm| {
            Some(ChargeLink { charge: "ch_1".to_owned(), payment: payment.to_owned(), is_firm })
        };
        let cases = [
            (
                r#"{"object":"charge","id":"ch_1","payment_intent":"pi_1"}"#,
                Owner::Of("pi_1".to_owned()),
                link("pi_1", true),
            ),
            (r#"{"object":"charge","id":"ch_1","payment_intent":null}"#, Owner::OfCharge("ch_1".to_owned()), None),
        ];
        for (object, owner, link) in cases {
            let read = read_event(event(object).as_bytes()).unwrap();
            assert_eq!((read.owner, read.link), (owner, link), "{object}");
            assert_eq!((read.id.as_str(), read.created), ("evt_1", 5));
        }
    }

    #[test]
    fn the_digest_ignores_what_the_audit_does_not_read() {
        let digest = |text: String| read_event(text.as_bytes()).unwrap().digest;
        let one = event(r#"{"object":"charge","id":"ch_1","amount":5}"#);
        assert_eq!(
            digest(one.clone()),
            digest(one.replace("{\"id\":\"evt", "{\n\"pending_webhooks\":3,\n\"id\":\"evt"))
        );
        assert_ne!(digest(one.clone()), digest(one.replace(":5}", ":6}")));
    }

    #[test]
    fn what_is_no_event_is_named() {
        let good = event(r#"{"object":"charge","id":"ch_1"}"#);
        for (body, wanted) in [
            (String::new(), "not JSON"),
            ("garbage".to_owned(), "not JSON"),
            ("17".to_owned(), "no event"),
            (format!("[{good}]"), "no event"),
            (format!(r#"{{"object":"list","data":[{good}]}}"#), "no event"),
            ("[".repeat(100_000), "not JSON"),
            (good.replace("\"id\":\"evt_1\",", ""), "`id` is missing"),
            (good.replace("\"charge.succeeded\"", "3"), "`type` is 3"),
            (good.replace(":5,", ":\"now\","), "`created` is \"now\""),
            (good.replace("\"data\"", "\"date\""), "`data"),
        ] {
            let error = read_event(body.as_bytes()).unwrap_err();
            assert!(error.contains(wanted), "{error}: {body:.60}");
        }
        assert!(read_event(&[b'"', 0xff, b'"']).unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn a_thin_event_belongs_to_no_payment() {
        let read = read_event(br#"{"id":"evt_t","type":"v2.core.event","created":"2026-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!((read.id.as_str(), read.owner), ("evt_t", Owner::Nobody));
    }
}
