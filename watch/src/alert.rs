//! An alert, as it is printed, posted and shown.

use holdfast_audit::logged_event::LoggedEvent;
use holdfast_audit::{Impossible, Proof};
use serde::{Deserialize, Serialize};

use crate::deadlines::Deadline;

/// The name and number of the format.
pub const ALERT_SCHEMA: &str = "holdfast/alert/2";

/// The kind of the alert about an impossible history.
pub const IMPOSSIBLE: &str = "impossible";

/// The kind of the alert that takes back an earlier one.
pub(crate) const WITHDRAWN: &str = "withdrawn";

/// An alert. `payment`, `kind` and `object` identify it: each triple is raised once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// [`ALERT_SCHEMA`].
    pub schema: String,
    /// `KIND:PAYMENT`, followed by `:OBJECT` for a deadline. A receiver that sees an id again has seen the alert.
    pub id: String,
    /// `impossible`, the name of a [`DeadlineKind`](crate::DeadlineKind), or `withdrawn`.
    pub kind: String,
    /// Id of the PaymentIntent, SetupIntent, session or charge.
    pub payment: String,
    /// Id of the charge or refund whose deadline passes; `KIND:OBJECT` of the alert that is withdrawn. `null` for an
    /// impossible history.
    pub object: Option<String>,
    /// The time at which it was raised, in seconds since 1970.
    pub raised: i64,
    /// The explanation.
    pub why: String,
    /// The event that cannot have happened, or that shows the deadline.
    pub event: AlertEvent,
    /// The proof that the history is impossible: `alone` or `together`. `null` for a deadline.
    pub proof: Option<String>,
    /// Properties that would be false, by name.
    pub properties: Vec<String>,
    /// Requirements behind it, by id.
    pub rules: Vec<String>,
}

/// The event of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertEvent {
    /// `id`.
    pub id: String,
    /// `type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `created`, in seconds since 1970.
    pub created: i64,
    /// The number under which it is stored. `line N` of an explanation is event number N.
    pub number: u64,
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl Alert {
    /// Returns the alert about a payment whose events no execution of the model produces.
    #[must_use]
    pub fn impossible(payment: &str, impossible: &Impossible, now: i64) -> Self {
        let event = AlertEvent {
            id: impossible.event.clone(),
            kind: impossible.kind.clone(),
            created: impossible.created,
            number: impossible.line,
        };
        let proof = match impossible.proof {
            Proof::Alone => "alone",
            Proof::Together => "together",
            Proof::Unannounced => "unannounced",
            Proof::Exhausted(_) => "exhausted",
        };
        Self {
            proof: Some(proof.to_owned()),
            properties: owned(&impossible.properties),
            ..Self::of(IMPOSSIBLE, payment, now, event, impossible.why.clone(), &impossible.rules)
        }
    }

    /// Returns the alert about a deadline that `logged` shows.
    #[must_use]
    pub fn due(payment: &str, deadline: &Deadline, logged: &LoggedEvent, now: i64) -> Self {
        let event = AlertEvent {
            id: logged.id.to_string(),
            kind: logged.kind.to_string(),
            created: logged.created,
            number: logged.line,
        };
        let kind = deadline.kind;
        Self {
            id: format!("{}:{payment}:{}", kind.name(), deadline.object),
            object: Some(deadline.object.clone()),
            ..Self::of(kind.name(), payment, now, event, deadline.why.clone(), kind.rules())
        }
    }

    /// Returns the alert that takes this one back, which was about a deadline: events that came later end it in time.
    #[must_use]
    pub fn withdrawn(&self, now: i64) -> Self {
        let object = format!("{}:{}", self.kind, self.object.as_deref().unwrap_or_default());
        Self {
            schema: ALERT_SCHEMA.to_owned(),
            id: format!("{WITHDRAWN}:{}:{object}", self.payment),
            kind: WITHDRAWN.to_owned(),
            object: Some(object),
            raised: now,
            why: format!("an event that came after alert {} shows that its deadline was kept", self.id),
            ..self.clone()
        }
    }

    fn of(kind: &str, payment: &str, raised: i64, event: AlertEvent, why: String, rules: &[&str]) -> Self {
        Self {
            schema: ALERT_SCHEMA.to_owned(),
            id: format!("{kind}:{payment}"),
            kind: kind.to_owned(),
            payment: payment.to_owned(),
            object: None,
            raised,
            why,
            event,
            proof: None,
            properties: Vec::new(),
            rules: owned(rules),
        }
    }

    /// Returns the alert as one line of JSON.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
