//! A state as a picture: where the money of each payment is, the deadlines ahead, and every other visible field.

use holdfast_model::trace::{ObjectName, Place, Value as Shown};
use holdfast_model::{ChargeStatus, IntentId, Observation, PaymentView};
use serde_json::{Value, json};

use super::sentence::payment_name;

/// Returns the picture of a state.
#[must_use]
pub fn picture(observation: &Observation<'_>) -> Value {
    let payments = observation.payments.iter().enumerate().filter_map(|(place, payment)| {
        let intent = IntentId(u8::try_from(place).ok()?);
        Some(pictured(observation, intent, payment.as_ref()?))
    });
    let others = Place::all(observation);
    let others = others.iter().map(Place::object).filter(|object| is_other(*object));
    let mut objects: Vec<ObjectName> = Vec::new();
    for object in others {
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    let objects = objects.into_iter().map(|object| {
        json!({
            "name": object.to_string(),
            "deadlines": deadlines(observation, &[object]),
            "fields": fields(observation, &[object]),
        })
    });
    json!({ "payments": payments.collect::<Vec<_>>(), "objects": objects.collect::<Vec<_>>() })
}

/// Returns whether an object has a picture of its own beside the payments.
const fn is_other(object: ObjectName) -> bool {
    match object {
        ObjectName::Payment(_) | ObjectName::Refund(..) => false,
        ObjectName::Setup | ObjectName::Session | ObjectName::Key(_) => true,
    }
}

fn pictured(observation: &Observation<'_>, intent: IntentId, payment: &PaymentView) -> Value {
    let refunds = payment.refunds.iter().flatten().zip(1_usize..).map(|(refund, number)| {
        json!({ "name": format!("re{number}"), "amount": refund.amount.get(), "status": refund.status.name() })
    });
    let ledger = [
        ("charged", payment.ledger.charged),
        ("refunded", payment.ledger.refunded),
        ("fees", payment.ledger.fees),
        ("fees_refunded", payment.ledger.fees_refunded),
        ("transfers", payment.ledger.transfers),
        ("reversals", payment.ledger.reversals),
    ];
    let ledger: serde_json::Map<String, Value> =
        ledger.into_iter().map(|(name, amount)| (name.to_owned(), amount.get().into())).collect();
    let object = ObjectName::Payment(intent);
    json!({
        "name": payment_name(intent),
        "status": payment.status.name(),
        "amount": payment.amount.get(),
        "currency": payment.currency.name(),
        "method": payment.payment_method.map(holdfast_model::PaymentMethod::token),
        "bar": bar(payment),
        "refunds": refunds.collect::<Vec<_>>(),
        "ledger": ledger,
        "deadlines": deadlines(observation, &[object]),
        "fields": fields(observation, &[object]),
    })
}

/// Returns the parts of the payment's amount, each with its size; parts of no size are left out. They add up to the
/// authorized amount, or to the amount of the intent while nothing is authorized.
fn bar(payment: &PaymentView) -> Vec<Value> {
    let authorized = payment.charge.as_ref().filter(|charge| charge.status != ChargeStatus::Failed);
    let parts = match authorized {
        None => vec![("requested", payment.amount.get())],
        Some(charge) => {
            let captured = charge.captured_amount.get().saturating_sub(charge.refunded_amount.get());
            let known = [
                ("captured", captured),
                ("refunded", charge.refunded_amount.get()),
                ("held", payment.capturable.get()),
                ("released", charge.released.get()),
            ];
            let sum = known.iter().fold(0_u32, |sum, (_, amount)| sum.saturating_add(*amount));
            known.into_iter().chain([("pending", charge.authorized.get().saturating_sub(sum))]).collect()
        }
    };
    let parts = parts.into_iter().filter(|(_, amount)| *amount > 0);
    parts.map(|(kind, amount)| json!({ "kind": kind, "amount": amount })).collect()
}

/// Returns the deadlines of some objects: the field, the seconds that are left, and those seconds in words.
fn deadlines(observation: &Observation<'_>, objects: &[ObjectName]) -> Vec<Value> {
    let of = seen(observation, objects).into_iter().filter_map(|(place, value)| match value {
        Shown::Seconds(seconds) => {
            Some(json!({ "field": place.field(), "seconds": seconds, "words": value.to_string() }))
        }
        Shown::Number(_) | Shown::Flag(_) | Shown::Word(_) | Shown::Intent(_) | Shown::Null | Shown::Set => None,
    });
    of.collect()
}

/// Returns name and value of every field that is neither absent nor zero nor false.
fn fields(observation: &Observation<'_>, objects: &[ObjectName]) -> Vec<Value> {
    let is_plain = |value: &Shown| !matches!(value, Shown::Null | Shown::Number(0) | Shown::Flag(false));
    let of = seen(observation, objects).into_iter().filter(|(_, value)| is_plain(value));
    of.map(|(place, value)| json!([place.field(), value.to_string()])).collect()
}

fn seen(observation: &Observation<'_>, objects: &[ObjectName]) -> Vec<(Place, Shown)> {
    let places = Place::all(observation).into_iter().filter(|place| objects.contains(&place.object()));
    places.filter_map(|place| Some((place, place.see(observation)?))).collect()
}
