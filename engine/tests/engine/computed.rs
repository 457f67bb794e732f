//! A parameter that is stored as given replaces no field that the engine computes, and no answer shows a secret (P18).

use crate::fixture::{Fixture, choices_of, names_of};
use holdfast_engine::edge::read::{DocumentedParameter, documented};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters that change fields besides their own, and these fields.
const EFFECTS: &[(&str, &[&str])] = &[
    (
        "amount",
        &[
            "amount_captured",
            "amount_received",
            "payment_method_details.card.amount_authorized",
            "payment_method_details.card.overcapture.maximum_amount_capturable",
        ],
    ),
    ("amount_to_capture", &["amount_received"]),
    ("automatic_payment_methods[enabled]", &["automatic_payment_methods.allow_redirects", "payment_method_types"]),
    ("capture_method", &["amount_capturable", "amount_received", "status"]),
    ("capture", &["amount_captured", "balance_transaction", "captured", "transfer"]),
    ("card[number]", &["card.fingerprint", "card.funding", "card.last4"]),
    ("confirm", &["amount_received", "latest_attempt", "latest_charge", "status"]),
    ("excluded_payment_method_types[0]", &["payment_method_types"]),
    ("external_account[default_for_currency]", &["external_accounts.data.default_for_currency"]),
    (
        "external_account[object]",
        &[
            "bank_name",
            "external_accounts.data.bank_name",
            "external_accounts.data.object",
            "external_accounts.data.status",
            "last4",
            "routing_number",
            "status",
        ],
    ),
    ("external_account[number]", &["external_accounts.data.last4", "last4"]),
    ("id_number", &["id_number_provided"]),
    ("line_items[0][price_data][unit_amount]", &["amount_subtotal", "amount_total"]),
    ("line_items[0][quantity]", &["amount_subtotal", "amount_total"]),
    ("payment_method", &["status"]),
    ("payment_method_options[card][capture_method]", &["amount_capturable", "amount_received", "status"]),
    ("payment_method_options[us_bank_account][verification_method]", &["latest_charge", "status", "transfer_group"]),
    ("recurring[interval]", &["type"]),
    ("recurring[interval_count]", &["type"]),
    ("recurring[meter]", &["type"]),
    ("recurring[trial_period_days]", &["type"]),
    ("recurring[usage_type]", &["type"]),
    (
        "shipping_options[0][shipping_rate_data][fixed_amount][amount]",
        &[
            "amount_total",
            "shipping_cost.amount_subtotal",
            "shipping_cost.amount_total",
            "total_details.amount_shipping",
        ],
    ),
    ("ssn_last_4", &["ssn_last_4_provided"]),
    (
        "type",
        &[
            "controller.fees.payer",
            "controller.losses.payments",
            "controller.requirement_collection",
            "controller.stripe_dashboard.type",
        ],
    ),
    ("unit_amount", &["unit_amount_decimal"]),
    ("value", &["country"]),
    ("us_bank_account[account_number]", &["us_bank_account.last4"]),
];

/// Fields that have a value even if no request gives one, and take the value that a request gives.
const CHOSEN: &[&str] = &[
    "active",
    "allow_redisplay",
    "amount",
    "automatic_payment_methods.allow_redirects",
    "automatic_payment_methods.enabled",
    "balance",
    "billing_scheme",
    "capture_method",
    "card.exp_month",
    "card.exp_year",
    "card.networks.preferred",
    "cash_balance.settings.reconciliation_mode",
    "confirmation_method",
    "controller.fees.payer",
    "controller.losses.payments",
    "controller.requirement_collection",
    "controller.stripe_dashboard.type",
    "default_for_currency",
    "display_name",
    "expires_at",
    "fixed_amount.amount",
    "fraud_details.user_report",
    "invoice_settings.custom_fields.name",
    "invoice_settings.rendering_options.amount_tax_display",
    "id",
    "name",
    "object",
    "payment_method_options.card.request_three_d_secure",
    "payment_method_collection",
    "phone_number_collection.enabled",
    "relationship.authorizer",
    "relationship.director",
    "relationship.executive",
    "relationship.legal_guardian",
    "relationship.owner",
    "relationship.representative",
    "settings.payouts.debit_negative_balances",
    "settings.payouts.schedule.delay_days",
    "settings.payouts.schedule.interval",
    "shipping.address.line1",
    "shipping.name",
    "shipping_options.shipping_amount",
    "success_url",
    "tax_behavior",
    "tax_exempt",
    "transfer_group",
    "type",
    "unit_amount",
    "us_bank_account.account_holder_type",
    "us_bank_account.account_type",
    "us_bank_account.routing_number",
    "usage",
    "value",
];

/// The last names of numbers that identify a card, an account or a person, each with a valid number. The tax
/// number of a customer and the number of a buyer's company are shown.
const SECRETS: &[(&str, &str)] = &[
    ("number", "4000056655665556"),
    ("cvc", "8349"),
    ("account_number", "000123456789"),
    ("iban", "AT611904300234573201"),
    ("id_number", "867530911"),
    ("id_number_secondary", "867530912"),
    ("registration_number", "867530913"),
    ("ssn_last_4", "8349"),
    ("tax_id", "867530914"),
    ("vat_id", "867530915"),
    ("password", "867530916"),
    ("cryptogram", "867530917"),
];

/// Returns the leaves of an object by their dotted paths, without what differs from object to object.
fn leaves(object: &Value) -> BTreeMap<String, String> {
    fn walk(at: &Value, path: &str, into: &mut BTreeMap<String, String>) {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match at {
            Value::Object(map) => map.iter().for_each(|(name, inner)| walk(inner, &below(name), into)),
            Value::Array(items) => items.iter().for_each(|inner| walk(inner, path, into)),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let text = at.as_str().map_or_else(|| at.to_string(), str::to_owned);
                // An id is recognized by its prefix; the rest is new for each object.
                let text = text.rsplit_once('_').map_or(text.as_str(), |(prefix, _)| prefix).to_owned();
                into.insert(path.to_owned(), text);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(object, "", &mut found);
    found
}

/// Returns the fields that a parameter changes with one of its values: its own, and others. `None` if no request is accepted
/// with and without it.
fn changed(fixture: &Fixture, parameter: &DocumentedParameter, choice: &str) -> Option<[BTreeSet<String>; 2]> {
    let mut changed = None;
    let (name, value) = fixture.sent(parameter, choice);
    // A list is given as a whole.
    let own = names_of(name.split("[0]").next().unwrap_or_default()).join(".");
    let (_, requests) = fixture.requests_of(parameter).unwrap();
    for request in requests {
        let sent = |params: &str| fixture.post(parameter, &fixture.requests(parameter.endpoint).unwrap().0, params);
        let (before, after) = (sent(&request), sent(&format!("{request} {name}={value}")));
        if before.status != 200 || after.status != 200 {
            continue;
        }
        let changed = changed.get_or_insert_with(|| [BTreeSet::new(), BTreeSet::new()]);
        let (before, after) = (leaves(&before.body), leaves(&after.body));
        for path in before.iter().filter(|(path, value)| after.get(*path) != Some(value)).map(|(path, _)| path) {
            let is_own = format!("{path}.").starts_with(&format!("{own}."));
            changed[usize::from(!is_own)]
                .extend((!["client_secret", "external_accounts.url"].contains(&path.as_str())).then(|| path.clone()));
        }
    }
    changed
}

#[test]
fn a_parameter_changes_its_own_field_alone() {
    let fixture = Fixture::new();
    let (mut others, mut own) = (BTreeSet::new(), BTreeSet::new());
    let (mut compared, mut effective, mut chosen) = (0, BTreeSet::new(), BTreeSet::new());
    for parameter in documented().filter(|parameter| fixture.requests(parameter.endpoint).is_some()) {
        for [its, more] in choices_of(&parameter).iter().filter_map(|choice| changed(&fixture, &parameter, choice)) {
            compared += 1;
            chosen.extend(its.iter().filter_map(|field| CHOSEN.iter().find(|row| *row == field)));
            own.extend(its.into_iter().filter(|field| !CHOSEN.contains(&field.as_str())));
            for field in more {
                let rows = EFFECTS.iter().filter(|(name, _)| *name == parameter.name);
                match rows
                    .flat_map(|(name, fields)| fields.iter().map(move |of| (*name, *of)))
                    .find(|(_, of)| *of == field)
                {
                    Some(row) => drop(effective.insert(row)),
                    None => drop(others.insert(format!("{} {}: {field}", parameter.endpoint, parameter.name))),
                }
            }
        }
    }
    assert_eq!((others, own), (BTreeSet::new(), BTreeSet::new()));
    let effects = EFFECTS.iter().flat_map(|(name, fields)| fields.iter().map(move |field| (*name, *field)));
    assert_eq!(effective, effects.collect(), "every row of EFFECTS is seen");
    assert_eq!(chosen, CHOSEN.iter().collect(), "every row of CHOSEN is seen");
    assert!(compared >= 4_800, "{compared} values of parameters were compared");
}

/// Returns whether a text is a leaf of `at`, or a part of one if it is long.
fn contains(at: &Value, text: &str) -> bool {
    match at {
        Value::Object(map) => map.values().any(|inner| contains(inner, text)),
        Value::Array(items) => items.iter().any(|inner| contains(inner, text)),
        Value::String(found) => found == text || text.len() > 5 && found.contains(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[test]
fn no_secret_is_shown() {
    let fixture = Fixture::new();
    let mut accepted = BTreeSet::new();
    for parameter in documented() {
        let last = names_of(parameter.name).last().copied().unwrap_or_default();
        if ["billing_details", "boleto", "company_details"].iter().any(|group| parameter.name.contains(group)) {
            continue;
        }
        let (Some((_, number)), Some((_, requests))) =
            (SECRETS.iter().find(|(name, _)| *name == last), fixture.requests_of(&parameter))
        else {
            continue;
        };
        for request in requests {
            let (path, _) = fixture.requests(parameter.endpoint).unwrap();
            let answer = fixture.w.post(&path, &format!("{request} {}={number}", parameter.name));
            if answer.status == 200 {
                accepted.insert(last);
                let shown = fixture.objects(&answer.body);
                let events = fixture.w.get("events", "limit=5").body;
                let place = shown.iter().chain([&events]).find(|object| contains(object, number));
                assert_eq!(place, None, "{} {}", parameter.endpoint, parameter.name);
            }
        }
    }
    assert_eq!(accepted, SECRETS.iter().map(|(name, _)| *name).collect(), "every secret is accepted somewhere");
}
