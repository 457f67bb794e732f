//! The charge of an attempt.

use super::decision_context::DecisionContext;
use crate::ChargeId;
use crate::money::Money;
use crate::objects::{Charge, ChargeStatus, PaymentIntent, PaymentMethod, SharedTexts, Texts};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Returns the charge of an attempt, before any capture.
pub(super) fn new_charge(context: &DecisionContext<'_>, intent: &PaymentIntent, method: &PaymentMethod) -> Charge {
    Charge {
        id: context.id(if method.method_type().is_card() { ChargeId } else { ChargeId::payment }),
        account: intent.account,
        intent: intent.id,
        created: context.now,
        amount: intent.amount,
        currency: intent.currency,
        status: ChargeStatus::Succeeded,
        hold: context.reference,
        method: method.id,
        test_method: method.test_method,
        customer: intent.customer,
        captured: Money::ZERO,
        released: Money::ZERO,
        refunded: Money::ZERO,
        closed: false,
        multicapture: multicapture(context, intent, method),
        manual: false,
        captures: 0,
        capture_before: None,
        balance_transaction: None,
        available_on: None,
        awaits_ledger: false,
        ledger_due: None,
        application_fee_amount: None,
        transfer_amount: None,
        destination: intent.transfer_data.map(|data| data.destination),
        fees: Vec::new(),
        transfers: Vec::new(),
        sent: Vec::new(),
        fee_required: false,
        transfer_amount_required: false,
        fee_refunded_by_hand: false,
        transfer_reversed_by_hand: false,
        decline: None,
        texts: charge_texts(intent, method),
    }
}

/// Returns the texts of a charge: those of its intent, with the billing details and the data of its method (P17, P18). Of
/// the intent's other parameters the charge shows `radar_options` only, and keeps those of its transfers.
fn charge_texts(intent: &PaymentIntent, method: &PaymentMethod) -> SharedTexts {
    let given = |texts: &SharedTexts, name: &str| texts.as_deref().and_then(|texts| texts.given_value(name));
    let shown =
        [("radar_options", &intent.texts), ("transfer_data", &intent.texts), ("billing_details", &method.texts)];
    let mut shown: Map<String, Value> =
        shown.into_iter().filter_map(|(name, texts)| Some((name.to_owned(), given(texts, name)?))).collect();
    let kind = method.method_type().name();
    let expiry = method.expiry.map(|expiry| json!({ "exp_month": expiry.month, "exp_year": expiry.year }));
    if let Some(details) = expiry.or_else(|| given(&method.texts, "us_bank_account")) {
        shown.insert("payment_method_details".to_owned(), json!({ kind: details }));
    }
    let given = Some(shown).filter(|shown| !shown.is_empty()).map(|shown| Value::Object(shown).to_string());
    let of_intent = intent.texts.as_deref().cloned().unwrap_or_default();
    Some(Arc::new(Texts { given, ..of_intent })).filter(|texts| **texts != Texts::default())
}

/// Returns whether several captures are possible: requested, priced for, and supported by this card in this country
/// (B2, B3, B5, B6, B29, B41).
fn multicapture(context: &DecisionContext<'_>, intent: &PaymentIntent, method: &PaymentMethod) -> bool {
    let row = method.test_method.row();
    let network_takes_it = row.network.is_some_and(|network| network.multicapture(&context.account.country));
    intent.request_multicapture && context.account.interchange_plus && row.enterprise && network_takes_it
}
