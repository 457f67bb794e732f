//! The parameters of transfers, fees, webhook endpoints and lists.

use super::Read;
use super::documented::is_choice;
use super::fields::Fields;
use super::methods::method_type;
use super::payments::{currency, destination};
use crate::command::{
    Command, CreateFeeRefund, CreateReversal, CreateTransfer, CreateWebhookEndpoint, DeliveryFilter, Facet, ListQuery,
    UpdateWebhookEndpoint,
};
use crate::objects::EventType;
use crate::refusal::{Reason, Refusal};
use crate::time::Time;
use crate::{ApplicationFeeId, Kind, ObjectId, TransferId, WebhookEndpointId};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn transfer(params: &Value) -> Read {
    let own = &["amount", "currency", "destination", "source_transaction", "expand"];
    let fields = Fields::of(params, &[own, &["description", "metadata", "transfer_group"]])?;
    Ok(Command::CreateTransfer(CreateTransfer {
        amount: fields.required("amount", fields.integer("amount")?)?,
        currency: fields.required("currency", currency(&fields, "currency")?)?,
        destination: destination(&fields)?,
        source: fields.id("source_transaction", "charge")?,
        texts: fields.texts()?,
    }))
}

pub(super) fn reversal(transfer: TransferId, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["amount", "description", "metadata", "expand"]])?;
    let (amount, texts) = (fields.integer("amount")?, fields.texts()?);
    Ok(Command::CreateReversal(CreateReversal { transfer, amount, texts }))
}

pub(super) fn fee_refund(fee: ApplicationFeeId, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["amount", "metadata", "expand"]])?;
    let (amount, texts) = (fields.integer("amount")?, fields.texts()?);
    Ok(Command::CreateFeeRefund(CreateFeeRefund { fee, amount, texts }))
}

pub(super) fn create_endpoint(params: &Value) -> Read {
    let known = &["url", "enabled_events", "connect", "api_version", "description", "metadata", "expand"];
    let fields = Fields::of(params, &[known])?;
    let events = fields.required("enabled_events", events(&fields)?)?;
    Ok(Command::CreateWebhookEndpoint(CreateWebhookEndpoint {
        url: fields.required("url", fields.text("url")?)?,
        events,
        connect: fields.boolean("connect")?.unwrap_or(false),
        version: fields.parsed("api_version", |text| text.parse().ok(), "it must be a date like 2026-06-24.")?,
        texts: fields.texts()?,
    }))
}

pub(super) fn update_endpoint(endpoint: WebhookEndpointId, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["url", "enabled_events", "disabled", "description", "metadata", "expand"]])?;
    Ok(Command::UpdateWebhookEndpoint(UpdateWebhookEndpoint {
        endpoint,
        url: fields.text("url")?,
        events: events(&fields)?,
        disabled: fields.boolean("disabled")?,
        texts: fields.texts()?,
    }))
}

/// Reads `enabled_events`: a list of types, or `None` inside for `*` (all types). A documented type of which the engine has
/// no events is accepted, too (P33).
fn events(fields: &Fields<'_>) -> Result<Option<Option<Vec<String>>>, Refusal> {
    let Some(items) = fields.items("enabled_events")? else {
        return Ok(None);
    };
    let (mut types, mut is_all) = (Vec::new(), false);
    for item in items {
        match item.as_str() {
            Some("*") => is_all = true,
            Some(name) => match EventType::from_name(name).is_some() || is_choice(ENDPOINTS, "enabled_events[0]", name)
            {
                true => types.push(name.to_owned()),
                false => {
                    let why = format!("'{name}' is not an event type.");
                    return Err(Reason::InvalidValue("enabled_events".into(), why).into());
                }
            },
            None => return Err(Reason::NotAString("enabled_events".into()).into()),
        }
    }
    Ok(Some(Some(types).filter(|_| !is_all)))
}

/// The operation whose documented choices name every event type.
const ENDPOINTS: &str = "POST /v1/webhook_endpoints";

/// Returns the parameters of a kind's list that name a value of its objects (P27).
const fn facets(kind: Kind) -> &'static [(&'static str, Facet)] {
    match kind {
        Kind::Customer => &[("email", Facet::Email)],
        Kind::Charge => &[("transfer_group", Facet::TransferGroup)],
        Kind::Transfer => &[("destination", Facet::Destination), ("transfer_group", Facet::TransferGroup)],
        Kind::BalanceTransaction => &[("type", Facet::Type), ("currency", Facet::Currency), ("payout", Facet::Missing)],
        Kind::CheckoutSession => {
            &[("status", Facet::Status), ("payment_link", Facet::Missing), ("subscription", Facet::Missing)]
        }
        Kind::Product => {
            &[("active", Facet::Active), ("ids", Facet::Id), ("shippable", Facet::Shippable), ("url", Facet::Url)]
        }
        Kind::Price => &[
            ("active", Facet::Active),
            ("currency", Facet::Currency),
            ("lookup_keys", Facet::LookupKey),
            ("type", Facet::Type),
        ],
        Kind::ShippingRate => &[("active", Facet::Active), ("currency", Facet::Currency)],
        Kind::ExternalAccount => &[("object", Facet::Type)],
        Kind::Account
        | Kind::PaymentMethod
        | Kind::PaymentIntent
        | Kind::Refund
        | Kind::Reversal
        | Kind::ApplicationFee
        | Kind::FeeRefund
        | Kind::SetupIntent
        | Kind::Event
        | Kind::WebhookEndpoint
        | Kind::Delivery
        | Kind::Person
        | Kind::TaxId
        | Kind::SourceToken
        | Kind::SetupAttempt => &[],
    }
}

/// Reads the parameters of a list. `of` is the owner in the path; `narrowing` are the parameters that name an owner.
///
/// # Errors
/// Returns the refusal of an unknown or invalid parameter, and of both cursors at once (P11).
pub(super) fn list(kind: Kind, of: Option<ObjectId>, narrowing: &[&str], params: &Value) -> Read {
    let own = &["limit", "starting_after", "ending_before", "expand"];
    let mut valued: Vec<&str> = facets(kind).iter().map(|(name, _)| *name).collect();
    if kind == Kind::Event {
        valued.extend(["type", "types", "delivery_success"]);
    } else if kind == Kind::PaymentMethod {
        valued.push("type");
    } else if kind == Kind::CheckoutSession {
        valued.push("customer_details");
    } else if kind == Kind::Person {
        valued.push("relationship");
    }
    if !matches!(
        kind,
        Kind::PaymentMethod
            | Kind::Reversal
            | Kind::FeeRefund
            | Kind::WebhookEndpoint
            | Kind::ExternalAccount
            | Kind::Person
            | Kind::TaxId
    ) {
        valued.push("created");
    }
    let fields = Fields::of(params, &[own, narrowing, &valued])?;
    let mut query = ListQuery { of: of.into_iter().collect(), owner: of, ..ListQuery::newest(kind) };
    for name in narrowing {
        query.of.extend(fields.id::<ObjectId>(name, "object")?);
    }
    query.limit = fields.integer("limit")?.unwrap_or(query.limit);
    query.starting_after = fields.id("starting_after", "object")?;
    query.ending_before = fields.id("ending_before", "object")?;
    fields.only_one("ending_before", "starting_after")?;
    for (name, facet) in facets(kind) {
        if matches!(*name, "ids" | "lookup_keys") {
            let items = fields.items(name)?.map(|items| items.into_iter().filter_map(Value::as_str).map(str::to_owned));
            query.facets.extend(items.map(|items| (*facet, items.collect())));
        } else if let Some(value) = fields.text(name)? {
            query.facets.push((*facet, vec![value]));
        }
    }
    if let Some(details) = fields.group("customer_details", &[&["email"]])? {
        query.facets.extend(details.text("email")?.map(|email| (Facet::Email, vec![email])));
    }
    const ROLES: &[&str] = &["authorizer", "director", "executive", "legal_guardian", "owner", "representative"];
    if let Some(roles) = fields.group("relationship", &[ROLES])? {
        for role in ROLES {
            if roles.boolean(role)? == Some(true) {
                query.facets.push((Facet::Role, vec![(*role).to_owned()]));
            }
        }
    }
    if kind == Kind::Event {
        query.facets.extend(event_types(&fields)?.map(|types| (Facet::Type, types)));
        let success = fields.boolean("delivery_success")?;
        query.deliveries = success.map(|success| DeliveryFilter { success, unfinished: BTreeSet::new() });
    } else if kind == Kind::PaymentMethod {
        query.method_type = method_type(&fields)?;
    }
    (query.since, query.until) = created(&fields)?;
    Ok(Command::List(query))
}

/// Reads `type` or `types` of the list of events as the names of types. A `*` at the end stands for any rest (P27).
fn event_types(fields: &Fields<'_>) -> Result<Option<Vec<String>>, Refusal> {
    fields.only_one("type", "types")?;
    let listed = fields.items("types")?.map(|items| items.into_iter().filter_map(Value::as_str).collect::<Vec<_>>());
    let text = fields.text("type")?;
    let Some(patterns) = listed.or_else(|| text.as_deref().map(|text| vec![text])) else {
        return Ok(None);
    };
    let fits = |name: &str, pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    let names = EventType::ALL.iter().map(|event_type| event_type.name());
    Ok(Some(names.filter(|name| patterns.iter().any(|pattern| fits(name, pattern))).map(str::to_owned).collect()))
}

/// Reads `created`, an instant or its bounds (`created[gte]`), as the first and the last instant.
fn created(fields: &Fields<'_>) -> Result<(Option<Time>, Option<Time>), Refusal> {
    if !fields.is_group("created") {
        let at = instant(fields, "created")?;
        return Ok((at, at));
    }
    let Some(bounds) = fields.group("created", &[&["gt", "gte", "lt", "lte"]])? else {
        return Ok((None, None));
    };
    let after = instant(&bounds, "gt")?.map(|time| time.after(1));
    // For `lt` 0 the last instant is 0 as well: no object is that old.
    let before = instant(&bounds, "lt")?.map(|time| Time::new(time.seconds().saturating_sub(1)));
    Ok((instant(&bounds, "gte")?.max(after), [instant(&bounds, "lte")?, before].into_iter().flatten().min()))
}

fn instant(fields: &Fields<'_>, name: &str) -> Result<Option<Time>, Refusal> {
    let Some(seconds) = fields.integer(name)? else {
        return Ok(None);
    };
    let seconds = u64::try_from(seconds).map_err(|_| Reason::Negative(fields.param(name)))?;
    Ok(Some(Time::new(seconds)))
}
