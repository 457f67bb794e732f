//! Transfers, fees, ledger entries, accounts and webhooks as JSON.

use super::{id, maybe_id, metadata, money, nested};
use crate::objects::{
    ApplicationFee, BalanceTransaction, Delivery, DeliveryState, FeeRefund, Funds, Reversal, Transfer, WebhookEndpoint,
};
use crate::{ChargeId, Currency, Kind};
use serde_json::{Value, json};

pub(super) fn transfer(transfer: &Transfer) -> Value {
    json!({
        "id": id(transfer.id),
        "object": "transfer",
        "amount": money(transfer.amount),
        "amount_reversed": money(transfer.reversed),
        "balance_transaction": id(transfer.balance_transaction),
        "created": transfer.created.seconds(),
        "currency": transfer.currency.code(),
        "description": transfer.texts.as_deref().and_then(|texts| texts.description.clone()),
        "destination": id(transfer.destination),
        "destination_payment": id(ChargeId::payment(transfer.id.0)),
        "livemode": false,
        "metadata": metadata(transfer.texts.as_deref()),
        "reversals": nested(transfer.id, Kind::Reversal),
        "reversed": transfer.reversed == transfer.amount,
        "source_transaction": maybe_id(transfer.charge),
        "source_type": "card",
        "transfer_group": transfer.texts.as_deref().and_then(|texts| texts.transfer_group.clone()),
    })
}

pub(super) fn reversal(reversal: &Reversal) -> Value {
    json!({
        "id": id(reversal.id),
        "object": "transfer_reversal",
        "amount": money(reversal.amount),
        "balance_transaction": id(reversal.balance_transaction),
        "created": reversal.created.seconds(),
        "currency": reversal.currency.code(),
        "destination_payment_refund": null,
        "metadata": metadata(reversal.texts.as_deref()),
        "source_refund": maybe_id(reversal.refund),
        "transfer": id(reversal.transfer),
    })
}

pub(super) fn application_fee(fee: &ApplicationFee) -> Value {
    json!({
        "id": id(fee.id),
        "object": "application_fee",
        "account": id(fee.payer),
        "amount": money(fee.amount),
        "amount_refunded": money(fee.refunded),
        "application": "ca_holdfast",
        "balance_transaction": id(fee.balance_transaction),
        "charge": id(fee.charge),
        "created": fee.created.seconds(),
        "currency": fee.currency.code(),
        "fee_source": null,
        "livemode": false,
        "originating_transaction": null,
        "refunded": fee.refunded == fee.amount,
        "refunds": nested(fee.id, Kind::FeeRefund),
    })
}

pub(super) fn fee_refund(refund: &FeeRefund) -> Value {
    json!({
        "id": id(refund.id),
        "object": "fee_refund",
        "amount": money(refund.amount),
        "balance_transaction": id(refund.balance_transaction),
        "created": refund.created.seconds(),
        "currency": refund.currency.code(),
        "fee": id(refund.fee),
        "metadata": metadata(refund.texts.as_deref()),
    })
}

pub(super) fn balance_transaction(entry: &BalanceTransaction) -> Value {
    let fee_details: Vec<Value> = (!entry.fee.is_zero())
        .then(|| {
            json!({
                "amount": money(entry.fee),
                "application": null,
                "currency": entry.currency.code(),
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            })
        })
        .into_iter()
        .collect();
    json!({
        "id": id(entry.id),
        "object": "balance_transaction",
        "amount": entry.amount,
        "available_on": entry.available_on.seconds(),
        "balance_type": "payments",
        "created": entry.created.seconds(),
        "currency": entry.currency.code(),
        "description": null,
        "exchange_rate": null,
        "fee": money(entry.fee),
        "fee_details": fee_details,
        // An entry whose net amount is out of range is never stored.
        "net": entry.net().unwrap_or(entry.amount),
        "reporting_category": entry.kind.reporting_category(),
        "source": id(entry.source),
        "status": entry.status(),
        "type": entry.kind.name(),
    })
}

/// Returns the balance of an account: the available and the pending amount, apart, in each currency. US dollars are
/// always shown.
pub(super) fn balance(balances: &[(Currency, Funds)]) -> Value {
    let dollars = [(Currency::Usd, Funds::default())];
    let missing = !balances.iter().any(|(currency, _)| *currency == Currency::Usd);
    let shown = || dollars.iter().filter(|_| missing).chain(balances);
    let part = |part: fn(&Funds) -> i64| -> Vec<Value> {
        let one = |(currency, funds): &(Currency, Funds)| {
            let amount = part(funds);
            json!({ "amount": amount, "currency": currency.code(), "source_types": { "card": amount } })
        };
        shown().map(one).collect()
    };
    json!({
        "object": "balance",
        "available": part(|funds| funds.available),
        "livemode": false,
        "pending": part(|funds| funds.pending),
        "refund_and_dispute_prefunding": { "available": [], "pending": [] },
    })
}

pub(super) fn webhook_endpoint(endpoint: &WebhookEndpoint) -> Value {
    let events: Vec<&str> = match &endpoint.events {
        None => vec!["*"],
        Some(events) => events.iter().map(String::as_str).collect(),
    };
    if endpoint.deleted {
        return json!({ "id": id(endpoint.id), "object": "webhook_endpoint", "deleted": true });
    }
    json!({
        "id": id(endpoint.id),
        "object": "webhook_endpoint",
        "api_version": endpoint.version.map(|version| version.to_string()),
        "application": null,
        "created": endpoint.created.seconds(),
        "description": endpoint.texts.as_deref().and_then(|texts| texts.description.clone()),
        "enabled_events": events,
        "livemode": false,
        "metadata": metadata(endpoint.texts.as_deref()),
        "secret": endpoint.signing_secret(),
        "status": if endpoint.enabled { "enabled" } else { "disabled" },
        "url": endpoint.url,
    })
}

pub(super) fn delivery(delivery: &Delivery) -> Value {
    let attempts: Vec<Value> = (delivery.attempts.iter())
        .map(|attempt| json!({ "at": attempt.at.seconds(), "status": attempt.status }))
        .collect();
    json!({
        "id": id(delivery.id),
        "object": "delivery",
        "attempts": attempts,
        "created": delivery.created.seconds(),
        "endpoint": id(delivery.endpoint),
        "event": id(delivery.event),
        "state": match delivery.state {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Abandoned => "abandoned",
        },
    })
}
