//! The creation, update and deletion of objects that are stored as data, and updates that change texts alone.

use super::decision_context::{Changes, Decided, DecisionContext, Done, not_found};
use super::stored_data::{changed, stored, unexpected};
use super::{accounts, products, stored_data};
use crate::command::{CreateData, TextsChange};
use crate::objects::{Account, EventType, StoredData};
use crate::refusal::{PlainReason, Reason};
use crate::{Kind, Object, ObjectId};
use serde_json::Value;
use std::sync::Arc;

/// Handles the creation of an object that is stored as data.
pub(super) fn create(context: &DecisionContext<'_>, request: &CreateData) -> Decided {
    let texts = request.texts.apply(&None);
    match request.kind {
        Kind::Product => products::product(context, texts),
        Kind::Price => products::price(context, texts),
        Kind::ShippingRate => {
            let mut changes = Changes::default();
            let rate = products::shipping_rate(context, texts, "")?;
            changes.put(rate.clone());
            Ok(changes.answer(rate))
        }
        Kind::ExternalAccount => {
            let account = accounts::connected(context, request.owner)?;
            let mut changes = Changes::default();
            let made = accounts::external_account(context, &mut changes, account, texts)?;
            Ok(changes.answer(made))
        }
        Kind::Person => accounts::person(context, request.owner, texts),
        Kind::TaxId => {
            let Some(ObjectId::Customer(customer)) = request.owner else { return Err(unexpected(request.kind)) };
            let customer = context.customer(customer)?;
            let mut changes = Changes::default();
            let made = stored_data::tax_id(context, &mut changes, customer.id.into(), texts)?;
            Ok(changes.answer(made))
        }
        Kind::Account
        | Kind::Customer
        | Kind::PaymentMethod
        | Kind::PaymentIntent
        | Kind::Charge
        | Kind::Refund
        | Kind::Transfer
        | Kind::Reversal
        | Kind::ApplicationFee
        | Kind::FeeRefund
        | Kind::SetupIntent
        | Kind::CheckoutSession
        | Kind::BalanceTransaction
        | Kind::Event
        | Kind::WebhookEndpoint
        | Kind::Delivery
        | Kind::SourceToken
        | Kind::SetupAttempt => Err(unexpected(request.kind)),
    }
}

/// Handles an update that changes the texts of an object alone.
pub(super) fn update(context: &DecisionContext<'_>, id: ObjectId, texts: &TextsChange) -> Decided {
    let found = context.objects.object(id).filter(|object| object.account() == context.account.id);
    let Some(found) = found.filter(|object| !object.is_deleted()) else {
        let (noun, param) = id.kind().name_and_param();
        return Err(not_found(noun, id, param));
    };
    match &found {
        Object::PaymentMethod(before) if before.customer.is_none() => {
            Err(Reason::Plain(PlainReason::MethodNotSaved).into())
        }
        Object::PaymentMethod(before) => {
            let mut after = (**before).clone();
            after.texts = texts.apply(&before.texts);
            Ok(changed(context, Some(EventType::PaymentMethodUpdated), before, after))
        }
        Object::Transfer(before) => {
            let mut after = (**before).clone();
            after.texts = texts.apply(&before.texts);
            Ok(changed(context, Some(EventType::TransferUpdated), before, after))
        }
        Object::Reversal(before) => {
            let mut after = (**before).clone();
            after.texts = texts.apply(&before.texts);
            Ok(stored(after))
        }
        Object::FeeRefund(before) => {
            let mut after = (**before).clone();
            after.texts = texts.apply(&before.texts);
            Ok(stored(after))
        }
        Object::Product(before) => {
            if let Some(Value::String(price)) =
                texts.texts.as_deref().and_then(|texts| texts.given_value("default_price"))
            {
                products::price_of(context, &price, before.id)?;
            }
            Ok(update_data(context, EventType::ProductUpdated, before, texts))
        }
        Object::Price(before) => Ok(update_data(context, EventType::PriceUpdated, before, texts)),
        Object::Person(before) => Ok(update_data(context, EventType::PersonUpdated, before, texts)),
        Object::ExternalAccount(before) => {
            Ok(update_data(context, EventType::AccountExternalAccountUpdated, before, texts))
        }
        Object::ShippingRate(before) => {
            Ok(stored(StoredData { texts: texts.apply(&before.texts), ..(**before).clone() }))
        }
        Object::Account(_)
        | Object::Customer(_)
        | Object::PaymentIntent(_)
        | Object::Charge(_)
        | Object::Refund(_)
        | Object::ApplicationFee(_)
        | Object::SetupIntent(_)
        | Object::CheckoutSession(_)
        | Object::BalanceTransaction(_)
        | Object::Event(_)
        | Object::WebhookEndpoint(_)
        | Object::Delivery(_)
        | Object::TaxId(_)
        | Object::SourceToken(_)
        | Object::SetupAttempt(_) => Err(unexpected(id.kind())),
    }
}

fn update_data<I>(
    context: &DecisionContext<'_>,
    event_type: EventType,
    before: &Arc<StoredData<I>>,
    texts: &TextsChange,
) -> Done
where
    StoredData<I>: Clone + Into<Object>,
{
    let after = StoredData { texts: texts.apply(&before.texts), ..(**before).clone() };
    changed(context, Some(event_type), before, after)
}

/// Handles the deletion of an object that is stored as data.
pub(super) fn delete(context: &DecisionContext<'_>, id: ObjectId) -> Decided {
    let found = context.objects.object(id).filter(|object| object.account() == context.account.id);
    let Some(found) = found.filter(|object| !object.is_deleted()) else {
        let (noun, param) = id.kind().name_and_param();
        return Err(not_found(noun, id, param));
    };
    match &found {
        Object::Product(before) => Ok(deleted(context, EventType::ProductDeleted, before)),
        Object::Person(before) => Ok(deleted(context, EventType::PersonDeleted, before)),
        Object::ExternalAccount(before) => {
            let mut done = deleted(context, EventType::AccountExternalAccountDeleted, before);
            let owner = match before.owner {
                Some(ObjectId::Account(owner)) => context.objects.account_by_id(owner),
                Some(_) | None => None,
            };
            if let Some(account) = owner.filter(|account| account.payout_account == Some(before.id)) {
                done.changes.put(Account { payout_account: None, ..(*account).clone() });
            }
            Ok(done)
        }
        Object::TaxId(before) => Ok(deleted(context, EventType::CustomerTaxIdDeleted, before)),
        Object::Account(_)
        | Object::Customer(_)
        | Object::PaymentMethod(_)
        | Object::PaymentIntent(_)
        | Object::Charge(_)
        | Object::Refund(_)
        | Object::Transfer(_)
        | Object::Reversal(_)
        | Object::ApplicationFee(_)
        | Object::FeeRefund(_)
        | Object::SetupIntent(_)
        | Object::CheckoutSession(_)
        | Object::BalanceTransaction(_)
        | Object::Event(_)
        | Object::WebhookEndpoint(_)
        | Object::Delivery(_)
        | Object::Price(_)
        | Object::ShippingRate(_)
        | Object::SourceToken(_)
        | Object::SetupAttempt(_) => Err(unexpected(id.kind())),
    }
}

fn deleted<I>(context: &DecisionContext<'_>, event_type: EventType, before: &Arc<StoredData<I>>) -> Done
where
    StoredData<I>: Clone + Into<Object>,
{
    let mut changes = Changes::default();
    // The event shows the object before the deletion.
    context.announce(&mut changes, event_type, &**before);
    let after = StoredData { deleted: true, ..(**before).clone() };
    changes.put(after.clone());
    changes.answer(after)
}
