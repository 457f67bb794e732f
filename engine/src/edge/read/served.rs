//! The documented parameters that are stored as given. A parameter whose effect would change money, methods, authentication
//! or another object is refused by name, unless its value asks for what the engine does anyway (P18).

use super::path::Path;
use crate::refusal::{Reason, Refusal};
use crate::test_methods::{MethodType, OtherType};
use serde_json::{Map, Value};

/// Parameters whose effect the engine does not have, and the value that asks for no effect (empty: none does). The
/// first row that fits decides.
const NOT_SERVED: &[(&str, &str)] = &[
    ("account_token", ""),
    ("after_expiration", "false"),
    ("application_fee", ""),
    ("allowed_payment_method_types", ""),
    ("amount_to_confirm", ""),
    ("attach_to_self", "false"),
    ("automatic_tax.enabled", "false"),
    ("automatic_tax.liability.type", "self"),
    ("automatic_tax", ""),
    ("confirmation_token", ""),
    ("coupon", ""),
    ("customer_account", ""),
    ("customer_update", "never"),
    ("destination", ""),
    ("discounts", ""),
    ("flow_directions", "inbound"),
    ("hooks", ""),
    ("invoice_creation.enabled", "false"),
    ("line_items", ""),
    ("managed_payments", "false"),
    ("optional_items", ""),
    ("origin", ""),
    ("payment_method_configuration", ""),
    ("payment_record", ""),
    ("promotion_code", ""),
    ("settings.card_payments.decline_on", "false"),
    ("shared_payment_granted_token", ""),
    ("single_use", ""),
    ("source_type", "card"),
    ("subscription_data", ""),
    ("tax.validate_location", "deferred"),
    ("test_clock", ""),
    ("transfer_data.payment_data", ""),
    ("transfer_lookup_key", "false"),
    ("validate", "false"),
    ("wallet_options", "never"),
];

/// The types with test methods, and their options that are stored. The features that `if_available` asks for are
/// answered `unavailable`.
const OPTIONS: &[(&str, &[&str])] = &[
    (
        "card",
        &[
            "installments.enabled",
            "mandate_options",
            "moto",
            "network",
            "request_extended_authorization",
            "request_incremental_authorization",
            "request_overcapture",
            "request_three_d_secure",
            "require_cvc_recollection",
            "setup_credential_usage",
            "setup_future_usage",
            "statement_descriptor_suffix_kana",
            "statement_descriptor_suffix_kanji",
            "stored_credential_usage",
            "three_d_secure",
        ],
    ),
    ("customer_balance", &["bank_transfer", "funding_type", "setup_future_usage"]),
    ("sepa_debit", &["mandate_options", "setup_future_usage"]),
    (
        "us_bank_account",
        &[
            "financial_connections",
            "mandate_options",
            "setup_future_usage",
            "transaction_purpose",
            "verification_method",
        ],
    ),
];

/// The options of the other payable types that are stored: those that only describe the payment to the provider and the
/// customer, and those that the engine has, `capture_method` (of a type with holds) and `setup_future_usage`.
const OPTIONS_OF_OTHERS: &[&str] = &[
    "capture_method",
    "company_details",
    "currency",
    "mandate_options",
    "on_demand",
    "preferred_language",
    "preferred_locale",
    "reference",
    "risk_correlation_id",
    "setup_future_usage",
    "subscriptions",
    "tos_shown_and_accepted",
];

/// The options with one or more values that ask for what the engine does, separated by `|`.
const OPTIONS_AS_SERVED: &[(&str, &str)] =
    &[("acss_debit.verification_method", "automatic|instant"), ("us_bank_account.networks.requested", "ach")];

/// The parts of a payment method that are stored; the rest belongs to other types of methods.
const OF_METHOD: &[&str] = &[
    "allow_redisplay",
    "billing_details",
    "card.networks.preferred",
    "metadata",
    "radar_options",
    "type",
    "us_bank_account.account_holder_type",
    "us_bank_account.account_type",
    "us_bank_account.financial_connections_account",
    "us_bank_account.routing_number",
];

/// Numbers that identify a person or a company, and the fields that show that they were given (empty: nothing shows it).
const HIDDEN: &[(&str, &str)] = &[
    ("id_number", "id_number_provided"),
    ("id_number_secondary", "id_number_secondary_provided"),
    ("registration_number", ""),
    ("ssn_last_4", "ssn_last_4_provided"),
    ("tax_id", "tax_id_provided"),
    ("vat_id", "vat_id_provided"),
];

/// A request with parameters that are not known to its reader.
#[derive(Clone, Copy)]
pub(super) struct GivenRequest<'a> {
    /// The path.
    pub path: &'a Path<'a>,
    /// All parameters.
    pub params: &'a Value,
}

/// Checks that everything at and below the parameter of these parts can be stored as given.
///
/// # Errors
/// Returns the refusal of the first parameter whose effect the engine does not have.
pub(super) fn check(at: GivenRequest<'_>, parts: &[&str], value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Object(map) => {
            map.iter().try_for_each(|(name, inner)| check(at, &[parts, &[name.as_str()]].concat(), inner))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check(at, &[parts, &["0"]].concat(), item)),
        // An empty value asks for no effect (P26).
        Value::Null => Ok(()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => check_leaf(at, parts, value),
    }
}

fn check_leaf(at: GivenRequest<'_>, parts: &[&str], value: &Value) -> Result<(), Refusal> {
    let named: Vec<&str> = parts.iter().copied().filter(|part| part.parse::<usize>().is_err()).collect();
    let name = named.join(".");
    let without_effect = match named.split_first() {
        // A session makes its method from what the customer enters.
        Some((&"payment_method_data", _)) if at.path.is("checkout/sessions") => Some(""),
        Some((&"payment_method_data", rest)) => {
            Some("").filter(|_| !is_of_method(rest, at.params.pointer("/payment_method_data/type")))
        }
        Some((&"payment_method_options", rest)) => without_effect(rest),
        Some(_) if at.path.is("payment_methods") => Some("").filter(|_| !is_of_method(&named, at.params.get("type"))),
        Some(_) | None => NOT_SERVED.iter().find(|(row, _)| is_within(&name, row)).map(|(_, value)| *value),
    };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match without_effect {
        None => Ok(()),
        Some(served) if !served.is_empty() && served.split('|').any(|value| text == value) => Ok(()),
        Some(served) => {
            let only = match served {
                "" => String::new(),
                _ => format!(" It accepts the value {} only.", served.replace('|', " or ")),
            };
            let why = format!("this engine does not implement the parameter.{only}");
            Err(Reason::InvalidValue(bracketed(parts).into(), why).into())
        }
    }
}

/// Returns the values of an option that request the engine's usual behavior, separated by `|` (empty if there are none);
/// `None` if the option is stored.
fn without_effect(names: &[&str]) -> Option<&'static str> {
    let name = names.join(".");
    if let Some((_, served)) = OPTIONS_AS_SERVED.iter().find(|(row, _)| is_within(&name, row)) {
        return Some(served);
    }
    let Some((method, rest)) = names.split_first() else { return Some("") };
    let rest = rest.join(".");
    let is_in = |stored: &[&str]| stored.iter().any(|option| is_within(&rest, option));
    let is_stored = match OPTIONS.iter().find(|(served, _)| served == method) {
        Some((_, stored)) => is_in(stored),
        None => match MethodType::from_name(method) {
            // Nothing is ever paid by these types, so an option describes what the merchant would ask for.
            None => true,
            Some(method_type) if !method_type.is_payable() => true,
            Some(method_type) if rest == "capture_method" => method_type.can_be_held(),
            Some(_) => is_in(OPTIONS_OF_OTHERS),
        },
    };
    Some("").filter(|_| !is_stored)
}

/// Returns whether the parameter below a method of a type is stored: data of every method, or of another type.
fn is_of_method(names: &[&str], method_type: Option<&Value>) -> bool {
    let method_type = method_type.and_then(Value::as_str).and_then(MethodType::from_name);
    let own = names.first().and_then(|name| MethodType::from_name(name)).filter(|own| method_type == Some(*own));
    matches!(own, Some(MethodType::Other(_))) || OF_METHOD.iter().any(|row| is_within(&names.join("."), row))
}

/// Returns whether `name` is `row` or below it.
fn is_within(name: &str, row: &str) -> bool {
    name.strip_prefix(row).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns the name of the parameter at `parts`: `a[b][c]`.
pub(super) fn bracketed(parts: &[&str]) -> String {
    let (first, rest) = parts.split_first().map_or(("", parts), |(first, rest)| (*first, rest));
    rest.iter().fold(first.to_owned(), |name, part| format!("{name}[{part}]"))
}

/// Replaces the values that the API does not show as given. An account shows the status of a capability, and of a number that
/// identifies someone only that it was given.
pub(super) fn as_shown(path: &Path<'_>, given: &mut Value) {
    if let Some(Value::Object(data)) = given.pointer_mut("/payment_method_options/card/three_d_secure") {
        data.remove("cryptogram");
    }
    if let Some(Value::Object(site)) = given.pointer_mut("/settings/paypay_payments/site/in_development") {
        site.remove("password");
    }
    for other in OtherType::ALL {
        let data = [format!("/payment_method_data/{}", other.name()), format!("/{}", other.name())];
        let data = data.iter().find_map(|place| given.pointer(place).and(Some(place)));
        if let Some(Value::Object(data)) = data.and_then(|place| given.pointer_mut(place)) {
            shorten(data);
        }
    }
    let Value::Object(map) = given else { return };
    if path.0.first() != Some(&"accounts") {
        return;
    }
    if path.0.get(2) == Some(&"persons") {
        hide(map);
    }
    if let Some(Value::Object(capabilities)) = map.get_mut("capabilities") {
        for status in capabilities.values_mut() {
            let requested = status.get("requested") == Some(&Value::Bool(true));
            *status = if requested { "active" } else { "inactive" }.into();
        }
    }
    for name in ["company", "individual"] {
        if let Some(Value::Object(group)) = map.get_mut(name) {
            hide(group);
        }
    }
}

fn hide(group: &mut Map<String, Value>) {
    for (number, shown) in HIDDEN {
        if let Some(value) = group.remove(*number).filter(|_| !shown.is_empty()) {
            group.insert((*shown).to_owned(), (!value.is_null()).into());
        }
    }
}

/// Replaces the number of a bank account by its last four characters.
fn shorten(data: &mut Map<String, Value>) {
    if let Some(number) = data.remove("account_number") {
        let number: Vec<char> = number.as_str().unwrap_or_default().chars().collect();
        let last: String = number.iter().skip(number.len().saturating_sub(4)).collect();
        data.insert("last4".to_owned(), last.into());
    }
}
