//! Decisions about customers and their payment methods, and the lookup of the method that a request names.

use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use super::stored_data::{self, with_given};
use crate::command::{CustomerFields, MethodRef, TextsChange};
use crate::objects::{Customer, EventType, Expiry, MethodTypes, PaymentIntent, PaymentMethod, SourceToken, given_at};
use crate::refusal::Reason;
use crate::test_methods::{Behaviour, TestMethod};
use crate::{CustomerId, PaymentMethodId, TokenId};
use serde_json::{Value, json};
use std::sync::Arc;

/// Handles `POST /v1/customers`.
pub(super) fn create(context: &DecisionContext<'_>, fields: &CustomerFields, method: Option<MethodRef>) -> Decided {
    let mut changes = Changes::default();
    let default_method = fields.default_method.flatten();
    if let Some(default) = default_method.filter(|default| method != Some(MethodRef::Saved(*default))) {
        // No other method can be attached to a customer that does not exist yet.
        return Err(not_of_customer(default));
    }
    let customer = Customer {
        id: context.id(CustomerId),
        account: context.account.id,
        created: context.now,
        name: fields.name.clone().filter(|name| !name.is_empty()),
        email: fields.email.clone().filter(|email| !email.is_empty()),
        default_method,
        default_source: None,
        deleted: false,
        texts: fields.texts.apply(&None),
    };
    let customer = with_source(context, &mut changes, customer, fields)?;
    let (customer, tax_ids) = without_tax_ids(customer);
    context.announce(&mut changes, EventType::CustomerCreated, &customer);
    for data in tax_ids {
        stored_data::tax_id(context, &mut changes, customer.id.into(), with_given(&None, &data))?;
    }
    if let Some(method) = method {
        let method = {
            let method = named_method(context, method, &mut changes)?;
            attached(context, &mut changes, method, &customer)?
        };
        changes.put(method);
    }
    changes.put(customer.clone());
    Ok(changes.answer(customer))
}

/// Returns the customer with the source that a request gives it, a new card, or chooses among its cards.
fn with_source(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    mut customer: Customer,
    fields: &CustomerFields,
) -> Result<Customer, Stop> {
    if let Some(source) = fields.source {
        let method = new_source(context, changes, source, &customer)?;
        customer.default_source = Some(method.id);
        changes.put(method);
    }
    if let Some(source) = fields.default_source {
        if context.method(source)?.customer != Some(customer.id) {
            return Err(not_found("source", source, "default_source"));
        }
        customer.default_source = Some(source);
    }
    Ok(customer)
}

/// Returns a new card of a customer that is a source.
fn new_source(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    source: MethodRef,
    customer: &Customer,
) -> Result<PaymentMethod, Stop> {
    let method = named_method(context, source, changes)?;
    let is_new = !matches!(source, MethodRef::Saved(_));
    let id = if is_new { context.id(PaymentMethodId::source) } else { method.id };
    attached(context, changes, PaymentMethod { id, ..method }, customer)
}

/// Returns the customer without `tax_id_data`, and the data of each tax id.
fn without_tax_ids(mut customer: Customer) -> (Customer, Vec<Value>) {
    let Some(given) = given_at(customer.texts.as_deref(), "tax_id_data") else { return (customer, Vec::new()) };
    customer.texts = with_given(&customer.texts, &json!({ "tax_id_data": null }));
    (customer, given.as_array().cloned().unwrap_or_default())
}

/// Handles `POST /v1/customers/:id`.
pub(super) fn update(context: &DecisionContext<'_>, id: CustomerId, fields: &CustomerFields) -> Decided {
    let mut changes = Changes::default();
    let before = context.customer(id)?;
    let mut customer = (*before).clone();
    customer.name = fields.name.clone().or(customer.name).filter(|name| !name.is_empty());
    customer.email = fields.email.clone().or(customer.email).filter(|email| !email.is_empty());
    if let Some(default) = fields.default_method {
        if let Some(method) = default
            && context.method(method)?.customer != Some(id)
        {
            return Err(not_of_customer(method));
        }
        customer.default_method = default;
    }
    customer.texts = fields.texts.apply(&customer.texts);
    let customer = with_source(context, &mut changes, customer, fields)?;
    context.announce_change(&mut changes, EventType::CustomerUpdated, &before, &customer);
    changes.put(customer.clone());
    Ok(changes.answer(customer))
}

fn not_of_customer(method: PaymentMethodId) -> Stop {
    let why = format!("the customer has no payment method {method}. Attach it to the customer first.");
    Reason::InvalidValue("invoice_settings[default_payment_method]".into(), why).into()
}

/// Handles `DELETE /v1/customers/:id`. The customer's methods become unusable; its payments stay unchanged.
pub(super) fn delete(context: &DecisionContext<'_>, id: CustomerId) -> Decided {
    let mut changes = Changes::default();
    let before = context.customer(id)?;
    // The event shows the customer before the deletion.
    context.announce(&mut changes, EventType::CustomerDeleted, &*before);
    let customer = Customer { deleted: true, ..(*before).clone() };
    changes.put(customer.clone());
    Ok(changes.answer(customer))
}

/// Handles `POST /v1/payment_methods`.
pub(super) fn create_method(context: &DecisionContext<'_>, method: MethodRef, texts: &TextsChange) -> Decided {
    let mut changes = Changes::default();
    let method = PaymentMethod { texts: texts.apply(&None), ..named_method(context, method, &mut changes)? };
    changes.put(method.clone());
    Ok(changes.answer(method))
}

/// Handles `POST /v1/payment_methods` with a method of the platform: the connected account gets a copy of its own,
/// which no customer has.
pub(super) fn clone_method(
    context: &DecisionContext<'_>,
    method: PaymentMethodId,
    customer: Option<CustomerId>,
) -> Decided {
    let mut changes = Changes::default();
    let of_platform = context
        .account
        .platform
        .and_then(|platform| context.objects.payment_method(method).filter(|method| method.account == platform));
    let Some(original) = of_platform else {
        return Err(not_found("PaymentMethod", method, "payment_method"));
    };
    if customer.is_some() && original.customer != customer {
        return Err(Reason::MethodOfOtherCustomer.into());
    }
    if original.customer.is_some() && customer.is_none() {
        return Err(Reason::Missing("customer".into()).into());
    }
    if original.consumed {
        return Err(Reason::MethodUsedUp.into());
    }
    let method = new_method(context, original.test_method, original.expiry)?;
    changes.put(method.clone());
    Ok(changes.answer(method))
}

/// Handles `POST /v1/payment_methods/:id/attach`. A card that declines cannot be attached (TST-2).
pub(super) fn attach(context: &DecisionContext<'_>, method: MethodRef, customer: CustomerId) -> Decided {
    let mut changes = Changes::default();
    let method = named_method(context, method, &mut changes)?;
    let customer = context.customer(customer)?;
    let method = attached(context, &mut changes, method, &customer)?;
    changes.put(method.clone());
    Ok(changes.answer(method))
}

/// Returns the method that a request names: a saved or a new one.
fn named_method(
    context: &DecisionContext<'_>,
    method: MethodRef,
    changes: &mut Changes,
) -> Result<PaymentMethod, Stop> {
    match method {
        MethodRef::Token(id) => {
            let (token, method) = of_token(context, id)?;
            changes.put(token);
            Ok(method)
        }
        MethodRef::Saved(id) => Ok((*context.method(id)?).clone()),
        MethodRef::Test(test_method) => new_method(context, test_method, None),
        MethodRef::Card(test_method, expiry) => new_method(context, test_method, Some(expiry)),
    }
}

/// Returns the token, used up, and the method that it stands for.
fn of_token(context: &DecisionContext<'_>, id: TokenId) -> Result<(SourceToken, PaymentMethod), Stop> {
    let token = context.objects.token(id).filter(|token| token.account == context.account.id);
    let token = token.ok_or_else(|| not_found("token", id, "source"))?;
    if token.used {
        return Err(Reason::TokenUsed(id).into());
    }
    let Some(test_method) = token.test_method else { return Err(not_found("token", id, "source")) };
    let method = new_method(context, test_method, token.expiry)?;
    Ok((SourceToken { used: true, ..(*token).clone() }, method))
}

/// Returns `method` attached to `customer`, if it can be attached.
fn attached(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    mut method: PaymentMethod,
    customer: &Customer,
) -> Result<PaymentMethod, Stop> {
    if method.customer.is_some_and(|attached| attached != customer.id) {
        return Err(Reason::AlreadyAttached.into());
    }
    if method.consumed {
        return Err(Reason::MethodUsedUp.into());
    }
    if let Behaviour::Decline(decline) = method.test_method.row().behaviour {
        return Err(Reason::CannotAttach(decline).into());
    }
    attach_to(context, changes, &mut method, customer.id);
    Ok(method)
}

/// Handles `POST /v1/payment_methods/:id/detach`. A detached method cannot be used again.
pub(super) fn detach(context: &DecisionContext<'_>, id: PaymentMethodId) -> Decided {
    let mut changes = Changes::default();
    let mut method = (*context.method(id)?).clone();
    if method.customer.take().is_none() {
        return Err(Reason::NotAttached.into());
    }
    method.consumed = true;
    context.announce(&mut changes, EventType::PaymentMethodDetached, &method);
    changes.put(method.clone());
    Ok(changes.answer(method))
}

/// Attaches the method and announces it, unless it is attached already.
pub(super) fn attach_to(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    method: &mut PaymentMethod,
    customer: CustomerId,
) {
    if method.customer != Some(customer) {
        method.customer = Some(customer);
        context.announce(changes, EventType::PaymentMethodAttached, method);
    }
}

/// The method that a request names.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) method: Arc<PaymentMethod>,
    /// Whether this request created it from a test token, so that it is not stored yet.
    is_new: bool,
    /// The token of the caller that this request uses up.
    token: Option<SourceToken>,
}

impl Found {
    /// Returns a stored method.
    pub(super) fn stored(method: Arc<PaymentMethod>) -> Self {
        Self { method, is_new: false, token: None }
    }

    fn new(method: PaymentMethod, token: Option<SourceToken>) -> Self {
        Self { method: Arc::new(method), is_new: true, token }
    }

    /// Stores a new method, and the token as used up, so that no later request can use it. Returns the method.
    pub(super) fn store(self, changes: &mut Changes) -> Arc<PaymentMethod> {
        if let Some(token) = self.token {
            changes.put(token);
        }
        if self.is_new {
            changes.put(Arc::clone(&self.method));
        }
        self.method
    }

    /// Returns a new method with the data that the request gives for it; a stored method stays as it is.
    pub(super) fn described(mut self, texts: &TextsChange) -> Self {
        if let Some(texts) = Some(self.is_new).filter(|is_new| *is_new).and_then(|_| texts.of_method()) {
            self.method = Arc::new(PaymentMethod { texts: Some(texts), ..(*self.method).clone() });
        }
        self
    }
}

/// Returns the method that a request names for a payment, if the payment may use it (ERR-13, ERR-14).
pub(super) fn find(context: &DecisionContext<'_>, method: MethodRef, intent: &PaymentIntent) -> Result<Found, Stop> {
    find_for(context, method, intent.customer, intent.method_types.offered(intent.texts.as_deref()))
}

/// Returns the method that a request names, if `customer` may use it and `types` contains its type.
pub(super) fn find_for(
    context: &DecisionContext<'_>,
    method: MethodRef,
    customer: Option<CustomerId>,
    types: MethodTypes,
) -> Result<Found, Stop> {
    let found = match method {
        MethodRef::Saved(id) => Found::stored(context.method(id)?),
        MethodRef::Token(id) => {
            let (token, method) = of_token(context, id)?;
            Found::new(method, Some(token))
        }
        MethodRef::Test(test) => Found::new(new_method(context, test, None)?, None),
        MethodRef::Card(test, expiry) => Found::new(new_method(context, test, Some(expiry))?, None),
    };
    let method = &found.method;
    match (method.customer, customer) {
        (Some(owner), Some(customer)) if owner != customer => {
            return Err(Reason::MethodOfOtherCustomer.into());
        }
        (Some(_), None) => return Err(Reason::MethodNeedsCustomer.into()),
        (Some(_) | None, _) => {}
    }
    let owner = method.customer.and_then(|id| context.objects.customer(id));
    if method.consumed || owner.is_some_and(|owner| owner.deleted) {
        return Err(Reason::MethodUsedUp.into());
    }
    if !types.has(method.method_type()) {
        return Err(Reason::MethodTypeNotAllowed(method.method_type().name().to_owned()).into());
    }
    Ok(found)
}

fn new_method(
    context: &DecisionContext<'_>,
    test_method: TestMethod,
    expiry: Option<Expiry>,
) -> Result<PaymentMethod, Stop> {
    if let Some(expiry) = expiry {
        let (year, month) = context.now.year_and_month();
        if u64::from(expiry.year) < year || u64::from(expiry.year) > year.saturating_add(50) {
            return Err(Reason::InvalidCard("invalid_expiry_year".into(), "exp_year".into()).into());
        }
        if u64::from(expiry.year) == year && u64::from(expiry.month) < month {
            return Err(Reason::InvalidCard("invalid_expiry_month".into(), "exp_month".into()).into());
        }
    }
    if let Behaviour::Malformed(decline) = test_method.row().behaviour {
        return Err(Reason::MalformedNumber(decline).into());
    }
    Ok(PaymentMethod {
        id: context.id(PaymentMethodId),
        account: context.account.id,
        created: context.now,
        test_method,
        expiry,
        customer: None,
        consumed: false,
        set_up: false,
        texts: None,
    })
}
