//! Compares one step of the subject with the model's, and judges it by every property.

use holdfast_model::trace::{Place as Field, describe};
use holdfast_model::{
    Amount, ChargeView, Config, KeyView, Notification, NotificationKind, Observation, Outcome, PaymentView, Rejection,
};
use holdfast_properties::{CATALOGUE, PropertyBits, Snapshot, Step, explain_step, judge_observation, judge_step};

use crate::bounds::{KEYS, PAYMENTS};
use crate::permitted;
use crate::reading::{is_seen_as, is_seen_of, read};
use crate::subject::{Answer, Refused, SystemSnapshot};
use crate::verdict::{Broken, Difference, Place};

/// Returns the snapshot of an empty subject.
#[must_use]
pub fn nothing_yet(config: &Config) -> Snapshot {
    let (payments, keys) = (vec![None; PAYMENTS], vec![None; KEYS]);
    Snapshot { config: *config, payments, keys, ..Snapshot::default() }
}

/// The relation between two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The answers are the same.
    Same,
    /// The subject's answer is a permitted alternative.
    Allowed,
    /// The answers differ.
    Other,
}

/// Compares the subject's answer with the model's.
#[must_use]
pub fn compare_answers(model: &Outcome, subject: &Answer) -> Match {
    match (model, subject) {
        (Ok(model), Answer::Accepted(subject)) if model == subject => Match::Same,
        (Err(Rejection::AnswerLost), Answer::Lost) => Match::Same,
        (Err(rejection), Answer::Refused(refused)) => compare_refusals(*rejection, refused),
        (Ok(_) | Err(_), Answer::Accepted(_) | Answer::Lost | Answer::Refused(_)) => Match::Other,
    }
}

fn compare_refusals(model: Rejection, subject: &Refused) -> Match {
    if is_seen_of(subject, model) || subject.is_unexplained() && model.is_refusal() {
        Match::Same
    } else if permitted::instead_of(model).any(|alternative| is_seen_as(subject, &alternative.also)) {
        Match::Allowed
    } else {
        Match::Other
    }
}

/// Fills `into` with the snapshot of a subject. Where a stored refusal looks the same as the one in `model`, it is read
/// as that one.
///
/// A stored answer that looks like no rejection of the model becomes a server error, and so differs from the model's.
pub fn snapshot_of(snapshot: &SystemSnapshot, config: &Config, model: &[Option<KeyView>], into: &mut Snapshot) {
    into.config = *config;
    into.payments.clone_from(&snapshot.payments);
    into.payments.resize(snapshot.payments.len().max(PAYMENTS), None);
    into.setup = snapshot.setup;
    into.session = snapshot.session;
    into.keys.clear();
    into.keys.extend(snapshot.keys.iter().enumerate().map(|(place, key)| {
        let likely = model.get(place).copied().flatten().and_then(|key| key.answer);
        key.as_ref().map(|key| KeyView {
            operation: key.operation,
            answer: key.answer.as_ref().map(|answer| read(answer, likely).unwrap_or(Err(Rejection::ServerError))),
            seconds_left: key.seconds_left,
        })
    }));
    into.keys.resize(snapshot.keys.len().max(KEYS), None);
}

/// Returns every difference of one step: amounts of money first, then the response, other fields and notifications.
#[must_use]
pub fn differences(
    (model_answer, subject_answer): (&Outcome, &Answer),
    (model_view, subject_view): (&Observation<'_>, &Observation<'_>),
    (model_notifications, subject_notifications): (&[Notification], &[Notification]),
) -> Vec<Difference> {
    let mut found = Vec::new();
    if compare_answers(model_answer, subject_answer) == Match::Other {
        let (model, subject) = (describe(model_answer), describe_answer(subject_answer));
        found.push(Difference { place: Place::Answer, model, subject });
    }
    if !are_views_alike(model_view, subject_view) {
        fields(model_view, subject_view, &mut found);
    }
    if !are_notifications_alike(model_notifications, subject_notifications) {
        let (model, subject) =
            (describe_notifications(model_notifications), describe_notifications(subject_notifications));
        found.push(Difference { place: Place::Notifications, model, subject });
    }
    // A stable sort: within a rank, the order above stays.
    found.sort_by_key(|difference| !difference.place.is_money());
    found
}

/// Returns whether both observations are equal, and each object has the same notifications in the same order.
#[must_use]
pub fn is_same(
    model: &Observation<'_>,
    subject: &Observation<'_>,
    model_notifications: &[Notification],
    subject_notifications: &[Notification],
) -> bool {
    are_views_alike(model, subject) && are_notifications_alike(model_notifications, subject_notifications)
}

/// Compares two lists; missing rows at the end count as empty.
fn is_list_alike<T: PartialEq>(model: &[Option<T>], subject: &[Option<T>], alike: impl Fn(&T, &T) -> bool) -> bool {
    let length = model.len().max(subject.len());
    (0..length).all(|place| {
        match (model.get(place).and_then(Option::as_ref), subject.get(place).and_then(Option::as_ref)) {
            (None, None) => true,
            (Some(model), Some(subject)) => alike(model, subject),
            (Some(_), None) | (None, Some(_)) => false,
        }
    })
}

fn are_views_alike(model: &Observation<'_>, subject: &Observation<'_>) -> bool {
    is_list_alike(model.payments, subject.payments, PartialEq::eq)
        && model.setup == subject.setup
        && model.session == subject.session
        && is_list_alike(model.keys, subject.keys, is_key_alike)
}

fn is_key_alike(model: &KeyView, subject: &KeyView) -> bool {
    let answers = match (&model.answer, &subject.answer) {
        (Some(Err(model)), Some(Err(subject))) => compare_refusals(*model, &Refused::from(*subject)) != Match::Other,
        (model, subject) => model == subject,
    };
    answers && model.operation == subject.operation && model.seconds_left == subject.seconds_left
}

/// Appends each field that differs, by its name in traces.
pub(crate) fn fields(model: &Observation<'_>, subject: &Observation<'_>, found: &mut Vec<Difference>) {
    let before = found.len();
    let mut places = Field::all(model);
    places.extend(Field::all(subject).into_iter().filter(|place| Field::all(model).iter().all(|known| known != place)));
    let mut missing = Vec::new();
    for place in places {
        let (here, there) = (place.see(model), place.see(subject));
        if here == there {
            continue;
        }
        let (Some(model), Some(subject)) = (here, there) else {
            // If one side has no such object, the difference names the object once, without its fields.
            let object = place.object().to_string();
            if !missing.contains(&object) {
                let exists = |is_there: bool| if is_there { "an object" } else { "no such object" }.to_owned();
                let (model, subject) = (exists(here.is_some()), exists(there.is_some()));
                found.push(Difference { place: Place::Field(object.clone()), model, subject });
                missing.push(object);
            }
            continue;
        };
        let (model, subject) = (model.to_string(), subject.to_string());
        found.push(Difference { place: Place::Field(place.to_string()), model, subject });
    }
    if found.len() == before {
        // A value without a name in traces differs too; the difference is reported, not skipped.
        let (model, subject) = (summary(model.payments), summary(subject.payments));
        found.push(Difference { place: Place::Field("a field without a name".to_owned()), model, subject });
    }
}

/// Returns whether each object has the same notifications in the same order. No order is promised between objects, nor
/// between the objects of one payment (U10).
pub(crate) fn are_notifications_alike(model: &[Notification], subject: &[Notification]) -> bool {
    if model == subject {
        return true;
    }
    model.len() == subject.len()
        && model.iter().all(|notification| {
            let about = |notifications: &[Notification]| -> Vec<Notification> {
                let same = |other: &&Notification| object(notification) == object(other);
                notifications.iter().filter(same).copied().collect()
            };
            about(model) == about(subject)
        })
}

/// Returns the object of a notification: the intent, the charge, a refund, the fee or the transfer.
fn object(notification: &Notification) -> (holdfast_model::Target, &'static str) {
    let name = notification.kind.name();
    let class = if notification.kind == NotificationKind::ChargeRefundUpdated {
        "refund"
    } else {
        name.rsplit_once('.').map_or(name, |(class, _)| class)
    };
    (notification.about, class)
}

pub(crate) fn describe_notifications(notifications: &[Notification]) -> String {
    let all: Vec<String> = notifications
        .iter()
        .map(|notification| {
            let previous = &notification.previous;
            let mut parts: Vec<String> = previous.amount.iter().map(|amount| amount.get().to_string()).collect();
            parts.extend(previous.flag.map(|flag| flag.to_string()));
            let links = [
                (previous.were_null.balance_transaction, "balance_transaction"),
                (previous.were_null.transfer, "transfer"),
                (previous.were_null.application_fee, "application_fee"),
            ];
            parts.extend(links.iter().filter(|(null, _)| *null).map(|(_, name)| (*name).to_owned()));
            let about = match notification.about {
                holdfast_model::Target::Payment(intent) => format!("pi{}:", u16::from(intent.0).saturating_add(1)),
                holdfast_model::Target::Refund(intent, refund) => {
                    let (intent, refund) = (u16::from(intent.0), u16::from(refund.0));
                    format!("pi{}.re{}:", intent.saturating_add(1), refund.saturating_add(1))
                }
                holdfast_model::Target::Setup | holdfast_model::Target::Session => String::new(),
            };
            let before = if parts.is_empty() { String::new() } else { format!("[{}]", parts.join("/")) };
            format!("{about}{}{before}", notification.kind.name())
        })
        .collect();
    if all.is_empty() { "no notification".to_owned() } else { all.join(", ") }
}

/// Returns the payments in one line: status and amounts, in the order in which money moves.
pub(crate) fn summary(payments: &[Option<PaymentView>]) -> String {
    let lines = (1_usize..).zip(payments).filter_map(|(number, payment)| {
        let payment = payment.as_ref()?;
        let charge = |amount: fn(&ChargeView) -> Amount| payment.charge.as_ref().map_or(0, |it| amount(it).get());
        let authorized = charge(|charge| charge.authorized);
        let refunded = charge(|charge| charge.refunded_amount);
        let (capturable, received) = (payment.capturable.get(), payment.received.get());
        Some(format!(
            "pi{number} {}, authorized {authorized}, capturable {capturable}, received {received}, refunded {refunded}",
            payment.status.name()
        ))
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { "no payment".to_owned() } else { lines.join("; ") }
}

/// Returns the answer as a line of a trace shows it.
pub(crate) fn describe_answer(answer: &Answer) -> String {
    match answer {
        Answer::Accepted(accepted) => describe(&Ok(*accepted)),
        Answer::Lost => "lost".to_owned(),
        Answer::Refused(refused) if refused.is_unexplained() => "rejected, without a reason".to_owned(),
        Answer::Refused(refused) => {
            let code = refused.code.as_deref().unwrap_or("-");
            let param = refused.param.as_ref().map(|param| format!(" param={param}")).unwrap_or_default();
            let decline = refused.decline_code.as_ref().map(|code| format!(", {code}")).unwrap_or_default();
            format!("rejected {code}{param} http={} ({}{decline})", refused.http, refused.kind)
        }
    }
}

/// Returns the properties that a step of the subject breaks.
#[must_use]
pub fn broken_properties(step: &Step<'_>) -> Vec<Broken> {
    broken_of(judge_step(step).and(judge_observation(&step.after)).broken, step)
}

/// Returns the broken properties among `bits`, each with the numbers that make it false.
pub(crate) fn broken_of(bits: PropertyBits, step: &Step<'_>) -> Vec<Broken> {
    if bits == PropertyBits::ZERO {
        return Vec::new();
    }
    let broken = CATALOGUE.iter().filter(|property| bits & property.bit() != 0);
    broken
        .map(|property| Broken { property: property.id, why: explain_step(property, step).unwrap_or_default() })
        .collect()
}

/// Returns whether the outcome is [`Rejection::BeyondBounds`]: the input exceeds the bounds of the model.
#[must_use]
pub const fn is_beyond(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Rejection::BeyondBounds))
}
