//! The parts that decisions about stored data share: new objects, required parameters and changes of given ones.

use super::decision_context::{Changes, DecisionContext, Done, Stop};
use crate::objects::{EventType, SharedTexts, StoredData, TaxId, Texts, Tracked, given_at};
use crate::refusal::Reason;
use crate::{Kind, Object, ObjectId, TaxIdId};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Returns the error of a kind that is not stored as data.
pub(super) fn unexpected(kind: Kind) -> Stop {
    Reason::Internal(format!("no {} is stored as data", kind.name_and_param().0)).into()
}

/// Returns a new object with these texts.
pub(super) fn new<I>(
    context: &DecisionContext<'_>,
    wrap: fn(u64) -> I,
    owner: Option<ObjectId>,
    texts: SharedTexts,
) -> StoredData<I> {
    StoredData { id: context.id(wrap), account: context.account.id, created: context.now, owner, deleted: false, texts }
}

/// Returns the given value at a path of names; refuses a request without it.
pub(super) fn required(texts: &SharedTexts, path: &str, param: &str) -> Result<Value, Stop> {
    let found = given_at(texts.as_deref(), path).filter(|value| !value.is_null());
    found.ok_or_else(|| Reason::Missing(param.to_owned().into()).into())
}

/// Returns the texts with a change of the given parameters; null removes one.
pub(super) fn with_given(texts: &SharedTexts, change: &Value) -> SharedTexts {
    let mut changed: Texts = texts.as_deref().cloned().unwrap_or_default();
    changed.give(&change.to_string());
    Some(Arc::new(changed)).filter(|texts| **texts != Texts::default())
}

/// Replaces the number of a bank account or card by its last four characters.
pub(super) fn hide_numbers(data: &mut Map<String, Value>) {
    data.remove("cvc");
    for name in ["account_number", "number"] {
        if let Some(number) = data.remove(name) {
            let number: Vec<char> = number.as_str().unwrap_or_default().chars().collect();
            let last: String = number.iter().skip(number.len().saturating_sub(4)).collect();
            data.insert("last4".to_owned(), last.into());
        }
    }
}

/// Returns the answer that stores the new state of an object and announces what changed.
pub(super) fn changed<T>(
    context: &DecisionContext<'_>,
    event_type: Option<EventType>,
    before: &Arc<T>,
    after: T,
) -> Done
where
    T: Clone + Into<Object> + Tracked,
{
    let mut changes = Changes::default();
    if let Some(event_type) = event_type.filter(|_| after.texts() != before.texts()) {
        context.announce_change(&mut changes, event_type, before, &after);
    }
    changes.put(after.clone());
    changes.answer(after)
}

/// Returns the answer that stores an object and announces nothing.
pub(super) fn stored<T: Clone + Into<Object>>(object: T) -> Done {
    let mut changes = Changes::default();
    changes.put(object.clone());
    changes.answer(object)
}

/// Stores a new tax id of a customer and announces it.
pub(super) fn tax_id(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    customer: ObjectId,
    texts: SharedTexts,
) -> Result<TaxId, Stop> {
    required(&texts, "type", "type")?;
    required(&texts, "value", "value")?;
    let made: TaxId = new(context, TaxIdId, Some(customer), texts);
    context.announce(changes, EventType::CustomerTaxIdCreated, &made);
    changes.put(made.clone());
    Ok(made)
}
