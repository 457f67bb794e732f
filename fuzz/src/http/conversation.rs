//! Requests that a server can parse: routes and fields from its own API description, ids from its own responses.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use holdfast_server::{App, description};
use serde_json::Value;

use super::{ask, judge};
use crate::failure::fail;

/// The maximum number of requests in one conversation.
const MOST: usize = 16;
/// The number of ids that it remembers; the oldest are dropped.
const REMEMBERED: usize = 64;
/// Names of nested fields, which the description does not list.
const NESTED: [&str; 14] = [
    "payment_method_options[card][request_multicapture]",
    "payment_intent_data[capture_method]",
    "payment_method_types[]",
    "transfer_data[destination]",
    "transfer_data[amount]",
    "line_items[0][quantity]",
    "line_items[0][price_data][currency]",
    "line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][product_data][name]",
    "metadata[key]",
    "expand[]",
    "enabled_events[]",
    "created[gte]",
    "automatic_payment_methods[enabled]",
];
/// The fields of the pages that customers see, each with a valid value.
const PAGE: [(&str, &str); 5] = [
    ("number", "4242424242424242"),
    ("expiry", "12/34"),
    ("cvc", "123"),
    ("email", "a@example.com"),
    ("answer", "approve"),
];
/// Values that are valid in some field.
const VALUES: [&str; 40] = [
    "",
    "0",
    "1",
    "-1",
    "50",
    "99",
    "700",
    "1000",
    "99999999",
    "100000000",
    "18446744073709551616",
    "1e3",
    "604800",
    "true",
    "false",
    "usd",
    "jpy",
    "eur",
    "xxx",
    "US",
    "card",
    "us_bank_account",
    "sepa_debit",
    "if_available",
    "manual",
    "latest_charge",
    "latest_charge.balance_transaction",
    "*",
    "payment",
    "payment_intent.succeeded",
    "pm_card_visa",
    "pm_card_chargeDeclined",
    "pm_card_authenticationRequired",
    "pm_usBankAccount_success",
    "https://example.com/{CHECKOUT_SESSION_ID}",
    "a@example.com",
    "4242424242424242",
    "12/34",
    "123",
    "pass",
];

/// One route of the description.
struct Route {
    verb: &'static str,
    path: String,
    /// The fields: name, whether it is required, and the permitted values if they are listed.
    fields: Vec<(String, bool, Vec<String>)>,
}

fn routes() -> &'static [Route] {
    static ROUTES: OnceLock<Vec<Route>> = OnceLock::new();
    ROUTES.get_or_init(|| {
        let described = description("");
        let paths = described.get("paths").and_then(Value::as_object).into_iter().flatten();
        let routes = paths.flat_map(|(path, operations)| {
            ["get", "post", "delete"].into_iter().filter_map(move |verb| {
                let operation = operations.get(verb)?;
                Some(Route { verb, path: path.clone(), fields: fields(operation) })
            })
        });
        routes.collect()
    })
}

/// Returns the fields of a form, or the parameters of a query.
fn fields(operation: &Value) -> Vec<(String, bool, Vec<String>)> {
    let choices = |schema: &Value| -> Vec<String> {
        let alternatives = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        let lists = std::iter::once(schema).chain(alternatives).filter_map(|schema| schema.get("enum")?.as_array());
        lists.flatten().filter_map(|choice| choice.as_str().map(str::to_owned)).collect()
    };
    let form = operation.pointer("/requestBody/content/application~1x-www-form-urlencoded/schema");
    let required = form.and_then(|form| form.get("required")).and_then(Value::as_array);
    let is_required = |name: &String| required.is_some_and(|names| names.iter().any(|known| known == name));
    let properties = form.and_then(|form| form.get("properties")).and_then(Value::as_object);
    let of_form =
        properties.into_iter().flatten().map(|(name, schema)| (name.clone(), is_required(name), choices(schema)));
    let listed = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let of_query = listed.filter(|parameter| parameter.get("in").is_some_and(|place| place == "query"));
    let of_query = of_query.filter_map(|parameter| {
        let name = parameter.get("name")?.as_str()?;
        Some((name.to_owned(), false, parameter.get("schema").map(choices).unwrap_or_default()))
    });
    of_form.chain(of_query).collect()
}

/// Bytes as choices. Missing bytes are 0.
struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn of<T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let place = usize::from(self.byte()).checked_rem(list.len())?;
        list.get(place)
    }

    /// Returns `true` in about one of `of` cases.
    fn chance(&mut self, of: u8) -> bool {
        self.byte().checked_rem(of) == Some(1)
    }
}

/// The ids and pages that earlier responses contained.
#[derive(Default)]
struct Known {
    ids: Vec<String>,
    pages: Vec<String>,
}

impl Known {
    fn learn(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                if let Some((_, path)) = text.split_once("127.0.0.1").filter(|(_, path)| path.starts_with("/c/")) {
                    remember(&mut self.pages, path);
                } else if text.len() < 40 && text.split_once('_').is_some_and(|(_, number)| number.len() >= 11) {
                    remember(&mut self.ids, text);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| self.learn(value)),
            Value::Object(map) => map.values().for_each(|value| self.learn(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Returns a known id of the kind of object in `path`, or any known id if there is none.
    fn id(&self, path: &str, choices: &mut Choices<'_>) -> &str {
        let number = usize::from(choices.byte());
        let prefix = prefix(path);
        let fitting: Vec<&String> = self.ids.iter().filter(|id| id.starts_with(prefix)).collect();
        let pick = |place: usize| self.ids.get(place).map(String::as_str);
        match number.checked_rem(fitting.len()).and_then(|place| fitting.get(place)) {
            Some(id) if number < 240 => id,
            _ => number.checked_rem(self.ids.len()).and_then(pick).unwrap_or("pi_00000000000"),
        }
    }
}

fn remember(list: &mut Vec<String>, text: &str) {
    if list.iter().any(|known| known == text) {
        return;
    }
    if list.len() >= REMEMBERED {
        list.remove(0);
    }
    list.push(text.to_owned());
}

/// Returns the prefix of the ids of a path's objects.
fn prefix(path: &str) -> &'static str {
    let prefixes = [
        ("payment_intents", "pi_"),
        ("charges", "ch_"),
        ("refunds", "re_"),
        ("setup_intents", "seti_"),
        ("checkout", "cs_"),
        ("customers", "cus_"),
        ("payment_methods", "pm_"),
        ("transfers", "tr_"),
        ("application_fees", "fee_"),
        ("balance_transactions", "txn_"),
        ("events", "evt_"),
        ("webhook_endpoints", "we_"),
        ("accounts", "acct_"),
        ("products", "prod_"),
        ("prices", "price_"),
        ("shipping_rates", "shr_"),
        ("tokens", "tok_"),
    ];
    let name = path.trim_start_matches("/v1/").trim_start_matches("test_helpers/");
    prefixes.iter().find(|(noun, _)| name.starts_with(noun)).map_or("", |(_, prefix)| prefix)
}

/// Sends the requests that `bytes` choose, and judges every response.
pub(super) fn hold(app: &Arc<App>, bytes: &[u8]) {
    let (mut choices, mut known) = (Choices(bytes), Known::default());
    for _ in 0..MOST {
        if choices.0.is_empty() {
            return;
        }
        let request = request(&mut choices, &known);
        match ask(app, request.as_bytes()).as_slice() {
            [answer] => {
                judge(answer, request.as_bytes());
                if let Some(body) = answer.json() {
                    known.learn(&body);
                }
            }
            answers => fail(&format!("{} answers to\n{request}", answers.len())),
        }
    }
}

fn request(choices: &mut Choices<'_>, known: &Known) -> String {
    let page = (!known.pages.is_empty() && choices.chance(6)).then(|| {
        let last = known.pages.len().saturating_sub(1);
        let place = usize::from(choices.byte()).min(last);
        known.pages.get(last.saturating_sub(place)).cloned().unwrap_or_default()
    });
    let Some(route) = choices.of(routes()) else { fail("the server describes no route") };
    let verb = if page.is_some() {
        ["get", "post"].get(usize::from(choices.chance(2))).copied().unwrap_or("post")
    } else {
        route.verb
    };
    let mut fields = String::new();
    let mut field = |name: &str, value: &str| {
        let joint = if fields.is_empty() { "" } else { "&" };
        let _infallible = write!(fields, "{joint}{}={}", encoded(name), encoded(value));
    };
    if page.is_some() {
        for (name, good) in PAGE {
            let value = if choices.chance(8) { value(choices, known, &[]) } else { good.to_owned() };
            field(name, &value);
        }
    } else {
        for (name, is_required, listed) in &route.fields {
            // Most required fields are present, and most optional fields are absent.
            if if *is_required { !choices.chance(16) } else { choices.chance(4) } {
                field(name, &value(choices, known, listed));
            }
        }
        for _ in 0..choices.byte() & 3 {
            if let Some(name) = choices.of(&NESTED) {
                field(name, &value(choices, known, &[]));
            }
        }
    }
    let path = page.unwrap_or_else(|| route.path.replace("{id}", known.id(&route.path, choices)));
    let (target, body) = if verb == "post" { (path, fields) } else { (format!("{path}?{fields}"), String::new()) };
    let mut headers = String::new();
    let mut header = |name: &str, value: &str| {
        let _infallible = write!(headers, "{name}: {value}\r\n");
    };
    match choices.byte() {
        byte @ 1..=32 => header("Idempotency-Key", &format!("key{}", byte & 1)),
        33..=40 => header("Stripe-Version", "2022-11-15"),
        41..=44 => header("Stripe-Version", "soon"),
        45..=60 => header("Stripe-Account", known.id("/v1/accounts", choices)),
        _ => {}
    }
    let length = body.len();
    format!(
        "{} {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_raw\r\n{headers}Content-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
        verb.to_ascii_uppercase()
    )
}

/// Returns a value that the description lists, one that is valid in some field, an id, or arbitrary text.
fn value(choices: &mut Choices<'_>, known: &Known, listed: &[String]) -> String {
    match choices.byte() {
        0..=127 if !listed.is_empty() => {
            let place = usize::from(choices.byte()).checked_rem(listed.len()).unwrap_or(0);
            listed.get(place).cloned().unwrap_or_default()
        }
        0..=175 => choices.of(&VALUES).map_or_else(String::new, |value| (*value).to_owned()),
        176..=239 => known.id("", choices).to_owned(),
        byte => {
            let length = usize::from(byte & 15).min(choices.0.len());
            let (text, rest) = choices.0.split_at(length);
            choices.0 = rest;
            String::from_utf8_lossy(text).into_owned()
        }
    }
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_description_is_asked() {
        assert!(routes().len() > 60);
        for route in routes().iter().filter(|route| route.path.contains("{id}")) {
            assert!(!prefix(&route.path).is_empty(), "{} is about nothing", route.path);
        }
        let create = routes().iter().find(|route| route.verb == "post" && route.path == "/v1/payment_intents").unwrap();
        assert!(create.fields.iter().any(|(name, is_required, _)| name == "amount" && *is_required));
        assert!(create.fields.iter().any(|(name, _, listed)| name == "capture_method" && listed.len() == 3));
    }

    #[test]
    fn what_an_answer_tells_of_is_asked_for() {
        let mut known = Known::default();
        let url = "http://127.0.0.1/c/pay/cs_test_00000000001?key=7";
        known
            .learn(&serde_json::json!({ "id": "pi_00000000002", "charges": [{ "id": "ch_00000000003" }], "url": url }));
        assert_eq!(known.ids, ["ch_00000000003", "pi_00000000002"]);
        assert_eq!(known.pages, ["/c/pay/cs_test_00000000001?key=7"]);
        assert_eq!(known.id("/v1/charges/{id}", &mut Choices(&[5])), "ch_00000000003");
        assert_eq!(Known::default().id("/v1/charges/{id}", &mut Choices(&[5])), "pi_00000000000");
    }
}
