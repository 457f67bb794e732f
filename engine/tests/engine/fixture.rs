//! One valid request to each POST endpoint, and the objects that show its parameters.

use crate::test_helpers::{Answer, CONNECTED, MERCHANT, TestEngine};
use holdfast_engine::edge::read::DocumentedParameter;
use serde_json::Value;
use std::cell::RefCell;

const CARD: &str = "payment_method_types[]=card payment_method=pm_card_visa";
pub const DATA: &str = "payment_method_types[]=card payment_method_data[type]=card \
                    payment_method_data[card][number]=4242424242424242 payment_method_data[card][exp_month]=12 \
                    payment_method_data[card][exp_year]=2034";
const BANK: &str = "payment_method_types[]=us_bank_account payment_method_data[type]=us_bank_account \
                    payment_method_data[us_bank_account][account_number]=000111111116 \
                    payment_method_data[us_bank_account][routing_number]=110000000";
const SEPA: &str = "payment_method_types[]=sepa_debit payment_method_data[type]=sepa_debit \
                    payment_method_data[sepa_debit][iban]=DE89370400440532013000";
const SHIPPING: &str = "shipping[name]=A shipping[address][line1]=x";
const BILL: &str = "mode=payment success_url=https://x line_items[0][price_data][currency]=usd \
                    line_items[0][price_data][unit_amount]=5000 line_items[0][price_data][product_data][name]=x \
                    line_items[0][quantity]=1";

const EXTERNAL: &str = "external_account[object]=bank_account external_account[country]=US \
                        external_account[currency]=usd external_account[account_number]=000123456789";
const RATE: &str = "display_name=x fixed_amount[amount]=5 fixed_amount[currency]=usd";
/// Returns a request with a shipping option.
fn shipped(base: &str) -> String {
    let group = "shipping_options[0][shipping_rate_data]";
    let rate =
        RATE.split(' ').filter_map(|pair| pair.split_once('=')).map(|(name, value)| match name.split_once('[') {
            Some((first, rest)) => format!("{group}[{first}][{rest}={value}"),
            None => format!("{group}[{name}]={value}"),
        });
    rate.fold(base.to_owned(), |all, pair| format!("{all} {pair}"))
}

/// A price in the group `P`.
const PRICE: &str = "P[currency]=usd P[unit_amount]=5";

/// An engine with one object of each kind that a POST changes.
pub struct Fixture {
    pub w: TestEngine,
    customer: String,
    paid: String,
    sent_on: String,
    attached: String,
    loose: RefCell<String>,
}

impl Fixture {
    pub fn new() -> Self {
        let w = TestEngine::immediate();
        let customer = w.post("customers", "name=A").id();
        let paid = w.paid(10_000_000, "");
        let sent_on =
            w.paid(10_000_000, &format!("transfer_data[destination]={CONNECTED} application_fee_amount=5000"));
        let attached = w.post("payment_methods/pm_card_visa/attach", &format!("customer={customer}")).id();
        Self { w, customer, paid, sent_on, attached, loose: RefCell::default() }
    }

    /// Returns a method that no customer has.
    fn loose(&self) -> String {
        let mut loose = self.loose.borrow_mut();
        if loose.is_empty() || self.w.get(&format!("payment_methods/{loose}"), "").text("customer") != "null" {
            *loose = self.w.post("payment_methods", &own_data(DATA)).id();
        }
        loose.clone()
    }

    /// Sends a request with a parameter. A connected account alone copies a method of its platform.
    pub fn post(&self, parameter: &DocumentedParameter, path: &str, params: &str) -> Answer {
        let copies = path == "payment_methods" && ["customer", "payment_method"].contains(&parameter.name);
        self.w.act_for(if copies { CONNECTED } else { MERCHANT });
        let answer = self.w.post(path, params);
        self.w.act_for(MERCHANT);
        answer
    }

    /// Returns the path of a POST on an object made for it, and valid requests to it.
    pub fn requests(&self, endpoint: &str) -> Option<(String, Vec<String>)> {
        let (_, pattern) = endpoint.split_once(" /v1/").filter(|(verb, _)| *verb == "POST")?;
        let made = |path: &str, params: &str| self.w.post(path, params).id();
        let to = format!("transfer_data[destination]={CONNECTED}");
        let pay = "amount=1000 currency=usd";
        let joined = |base: &str| of_intent().iter().map(|more| format!("{base} {more}")).collect::<Vec<_>>();
        Some(match pattern {
            "payment_intents" => {
                let mut all = joined(pay);
                all.extend([
                    format!("{pay} {to}"),
                    format!("{pay} confirm=true {CARD}"),
                    format!("{pay} confirm=true {DATA}"),
                ]);
                (pattern.into(), all)
            }
            "payment_intents/{id}" => {
                (format!("payment_intents/{}", made("payment_intents", &format!("{pay} {to}"))), of_intent())
            }
            "payment_intents/{id}/confirm" => {
                let id = made("payment_intents", &format!("{pay} {to} {}", all_types()));
                let mut ways = ways_to_confirm();
                ways.push(format!("payment_method=pm_card_visa {SHIPPING}"));
                (format!("payment_intents/{id}/confirm"), ways)
            }
            "payment_intents/{id}/capture" => {
                (format!("payment_intents/{}/capture", self.w.hold(1000, "pm_card_visa", &to)), vec![String::new()])
            }
            "setup_intents" => {
                let mut all = joined("");
                all.extend([format!("confirm=true {CARD}"), format!("confirm=true {DATA}")]);
                (pattern.into(), all)
            }
            "setup_intents/{id}" => (format!("setup_intents/{}", made("setup_intents", "")), of_intent()),
            "setup_intents/{id}/confirm" => {
                let id = made("setup_intents", &all_types());
                (format!("setup_intents/{id}/confirm"), ways_to_confirm())
            }
            "checkout/sessions" => (
                pattern.into(),
                vec![
                    BILL.into(),
                    format!("{BILL} payment_intent_data[{}", to.replacen("transfer_data", "transfer_data]", 1)),
                    "mode=setup success_url=https://x".into(),
                    shipped(BILL),
                    format!("{} ui_mode=embedded", BILL.replace(" success_url=https://x", "")),
                    BILL.replace("line_items[0][price_data][unit_amount]=5000 ", ""),
                    format!(
                        "{BILL} payment_intent_data[shipping][name]=A payment_intent_data[shipping][address][line1]=x"
                    ),
                ],
            ),
            "customers" => (pattern.into(), vec![String::new(), SHIPPING.into()]),
            "accounts" => (pattern.into(), vec![String::new(), EXTERNAL.into()]),
            "customers/{id}" => (format!("customers/{}", self.customer), vec![String::new(), SHIPPING.into()]),
            "payment_methods" => {
                (pattern.into(), [DATA, BANK, SEPA].map(own_data).into_iter().chain([String::new()]).collect())
            }
            "refunds" => {
                let of = |intent: &str| format!("payment_intent={intent} amount=1");
                (pattern.into(), vec![of(&self.paid), "amount=1".into(), of(&self.sent_on)])
            }
            "charges/{id}" => (format!("charges/{}", self.w.charge(&self.paid).id()), vec![String::new()]),
            "transfers" => (pattern.into(), vec![format!("{pay} destination={CONNECTED}")]),
            _ => return self.data_requests(pattern),
        })
    }

    /// Returns the same for objects that are stored as data, and for the older forms of charges.
    fn data_requests(&self, pattern: &str) -> Option<(String, Vec<String>)> {
        let made = |path: &str, params: &str| self.w.post(path, params).id();
        let to = format!("transfer_data[destination]={CONNECTED}");
        let pay = "amount=1000 currency=usd";
        Some(match pattern {
            "accounts/{id}" => (format!("accounts/{}", made("accounts", "")), vec![String::new(), EXTERNAL.into()]),
            "accounts/{account}/persons" => (format!("accounts/{CONNECTED}/persons"), vec![String::new()]),
            "accounts/{account}/persons/{id}" => {
                let persons = format!("accounts/{CONNECTED}/persons");
                (format!("{persons}/{}", made(&persons, "")), vec![String::new()])
            }
            "accounts/{account}/external_accounts" => (
                format!("accounts/{CONNECTED}/external_accounts"),
                vec![EXTERNAL.into(), "external_account=btok_us".into()],
            ),
            "accounts/{account}/external_accounts/{id}" => {
                let accounts = format!("accounts/{CONNECTED}/external_accounts");
                (format!("{accounts}/{}", made(&accounts, "external_account=btok_us")), vec![String::new()])
            }
            "charges" => {
                let of_token = format!("{pay} source=tok_visa");
                (pattern.into(), vec![of_token.clone(), format!("{of_token} {to}"), format!("{of_token} {SHIPPING}")])
            }
            "charges/{id}/capture" => (
                format!("charges/{}/capture", made("charges", &format!("{pay} source=tok_visa capture=false"))),
                vec![String::new()],
            ),
            "products" => (
                pattern.into(),
                vec!["name=Hat".into(), format!("name=Hat {}", PRICE.replace('P', "default_price_data"))],
            ),
            "products/{id}" => (format!("products/{}", made("products", "name=Hat")), vec![String::new()]),
            "prices" => {
                let product = made("products", "name=Hat");
                (
                    pattern.into(),
                    vec![
                        format!("currency=usd unit_amount=5 product={product}"),
                        "currency=usd unit_amount=5 product_data[name]=x".into(),
                    ],
                )
            }
            "prices/{id}" => (
                format!("prices/{}", made("prices", "currency=usd unit_amount=5 product_data[name]=x")),
                vec![String::new()],
            ),
            "shipping_rates" => (pattern.into(), vec![RATE.into()]),
            "shipping_rates/{id}" => (format!("shipping_rates/{}", made("shipping_rates", RATE)), vec![String::new()]),
            "customers/{customer}/tax_ids" => {
                (format!("customers/{}/tax_ids", self.customer), vec!["type=eu_vat value=DE123456789".into()])
            }
            "payment_methods/{id}" => (format!("payment_methods/{}", self.attached), vec![String::new()]),
            "checkout/sessions/{id}" => {
                (format!("checkout/sessions/{}", made("checkout/sessions", BILL)), vec![String::new(), shipped("")])
            }
            "transfers/{id}" => {
                (format!("transfers/{}", self.w.charge(&self.sent_on).text("transfer")), vec![String::new()])
            }
            _ => return None,
        })
    }

    /// Returns the path of a POST and valid requests to it, first one by the type of method whose data the parameter is.
    pub fn requests_of(&self, parameter: &DocumentedParameter) -> Option<(String, Vec<String>)> {
        let (path, mut requests) = self.requests(parameter.endpoint)?;
        match (path.as_str(), parameter.name) {
            ("payment_methods", "payment_method") => requests = vec![format!("customer={}", self.customer)],
            ("payment_methods", "customer") => requests = vec![format!("payment_method={}", self.attached)],
            ("payment_methods", "card[token]") => requests = vec!["type=card".to_owned()],
            ("customers", DEFAULT_METHOD) => requests = vec![format!("payment_method={}", self.loose())],
            _ => {}
        }
        let creates = path == "payment_methods";
        let group = if creates { Some(parameter.name) } else { parameter.name.strip_prefix("payment_method_data[") };
        let group = group.map(|name| name.split(['[', ']']).next().unwrap_or_default());
        if let Some(other) = group.and_then(|name| OTHERS.iter().find(|other| **other == name)) {
            let of_type = format!("payment_method_types[]={other} payment_method_data[type]={other}");
            requests = vec![match path.as_str() {
                "payment_methods" => format!("type={other}"),
                "payment_intents" => format!("amount=1000 currency=usd {of_type}"),
                path if path.ends_with("confirm") => format!("payment_method_data[type]={other} return_url=https://x"),
                _ => of_type,
            }];
        }
        Some((path, requests))
    }

    /// Returns the object of an answer and the objects that show its parameters too.
    pub fn objects(&self, answer: &Value) -> Vec<Value> {
        let mut objects = vec![answer.clone()];
        let named = ["latest_charge", "payment_method"].map(|field| answer[field].as_str().map(str::to_owned));
        for (kind, id) in ["charges", "payment_methods"].iter().zip(named) {
            objects.extend(id.map(|id| self.w.get(&format!("{kind}/{id}"), "").body));
        }
        objects.extend(answer["external_accounts"]["data"].get(0).cloned());
        let id = answer["id"].as_str().unwrap();
        if answer["object"] == "checkout.session" {
            objects.push(self.w.get(&format!("checkout/sessions/{id}"), "expand[]=line_items").body);
        }
        if answer["object"] == "customer" {
            objects.push(self.w.get(&format!("customers/{id}/payment_methods"), "").body);
        }
        objects
    }

    /// Returns the name and the value that are sent.
    pub fn sent(&self, parameter: &DocumentedParameter, choice: &str) -> (String, String) {
        let name = parameter.name;
        let last = names_of(name).last().copied().unwrap_or_default();
        let value = match (parameter.kind, last) {
            _ if !choice.is_empty() => choice.into(),
            ("map", _) => return (format!("{name}[zq]"), "zq7".into()),
            (_, "currency" | "default_currency" | "presentment_currency") => "usd".into(),
            (_, "country") => "US".into(),
            (_, "customer") => self.customer.clone(),
            (_, "payment_method") if parameter.endpoint.ends_with("payment_methods") => self.attached.clone(),
            (_, "default_payment_method") if parameter.endpoint.ends_with("/customers") => self.loose(),
            (_, "default_payment_method") => self.attached.clone(),
            (_, "payment_method") => "pm_card_visa".into(),
            (_, "payment_intent") => self.paid.clone(),
            (_, "charge" | "source_transaction") => self.w.charge(&self.paid).id(),
            (_, "number") => "4000056655665556".into(),
            (_, "cvc") => "123".into(),
            (_, "token") => "tok_visa".into(),
            (_, "iban") => "AT611904300234573201".into(),
            (_, "account_number") => "000123456789".into(),
            (_, "unit_amount" | "unit_amount_decimal") => "777".into(),
            (_, "destination" | "on_behalf_of") => CONNECTED.to_string(),
            (_, "exp_month") => "11".into(),
            (_, "exp_year") => "2033".into(),
            (_, "amount" | "amount_to_capture") => "777".into(),
            ("int", "expires_at") => "1800003600".into(),
            ("int", _) => "7".into(),
            ("bool", _) => "true".into(),
            (_, _) => "zq7".into(),
        };
        (name.to_owned(), value)
    }
}

const DEFAULT_METHOD: &str = "invoice_settings[default_payment_method]";

/// Returns the values of a parameter to send: each of its choices, or one made up for it (an empty text).
pub fn choices_of(parameter: &DocumentedParameter) -> Vec<&'static str> {
    match parameter.kind.split_once('=') {
        Some((_, choices)) => choices.split('|').collect(),
        None if parameter.kind == "bool" => vec!["true", "false"],
        None => vec![""],
    }
}

/// Returns the parameters of an intent in its different forms.
fn of_intent() -> Vec<String> {
    ["", CARD, DATA, BANK, SEPA, SHIPPING, "automatic_payment_methods[enabled]=true"].map(str::to_owned).into()
}

/// The types without test methods that have data of their own.
const OTHERS: [&str; 15] = [
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "boleto",
    "eps",
    "fpx",
    "ideal",
    "klarna",
    "naver_pay",
    "nz_bank_account",
    "p24",
    "payto",
    "sofort",
    "upi",
    "custom",
];

/// Returns a list of every type of method.
fn all_types() -> String {
    let others = OTHERS.iter().filter(|other| **other != "custom");
    let types = ["card", "us_bank_account", "sepa_debit"].iter().chain(others);
    types.map(|name| format!("payment_method_types[]={name}")).collect::<Vec<_>>().join(" ")
}

/// Returns the parameters of a confirmation by each kind of method.
fn ways_to_confirm() -> Vec<String> {
    let of_types = ["payment_method_types[]=card ", "payment_method_types[]=us_bank_account "];
    let data = [DATA, BANK, SEPA].map(|data| {
        let data = of_types.iter().fold(data.to_owned(), |data, types| data.replace(types, ""));
        data.replace("payment_method_types[]=sepa_debit ", "")
    });
    ["payment_method=pm_card_visa".to_owned()].into_iter().chain(data).collect()
}

/// Returns the data of a method as parameters of its own creation.
fn own_data(data: &str) -> String {
    let pairs = data.split_whitespace().filter_map(|pair| pair.strip_prefix("payment_method_data["));
    pairs.map(|pair| pair.replacen(']', "", 1)).collect::<Vec<_>>().join(" ")
}

/// Groups of a request whose parameters stand at the top of an object.
const FLAT_GROUPS: [&str; 4] = ["external_account", "payment_method_data", "payment_intent_data", "setup_intent_data"];

/// Returns the names of a parameter from the outermost on, without the indices of lists and the groups that an object
/// does not show.
pub fn names_of(name: &str) -> Vec<&str> {
    let parts = name.split('[').map(|part| part.trim_end_matches(']'));
    parts.filter(|part| part.parse::<usize>().is_err() && !FLAT_GROUPS.contains(part)).collect()
}

/// Returns whether `object` has `value` in the field of the last of `names`, inside the field of the one before it. A
/// parameter without a group is a field of the object itself.
pub fn shows(object: &Value, names: &[&str], value: &str) -> bool {
    let is = |found: &Value| found.as_str().map_or_else(|| found.to_string(), str::to_owned) == value;
    match (names, object) {
        ([], Value::Array(items)) => items.iter().any(is),
        ([], found) => is(found),
        (_, Value::Array(items)) => items.iter().any(|item| shows(item, names, value)),
        ([first, rest @ ..], Value::Object(map)) => {
            // A line item shows the price that its data describes.
            let field = if *first == "price_data" { "price" } else { first };
            let listed = map.get("data").filter(|_| map.get("object").is_some_and(|kind| kind == "list"));
            map.get(field).is_some_and(|inner| shows(inner, rest, value))
                || listed.is_some_and(|items| shows(items, names, value))
        }
        (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => false,
    }
}

/// A parameter is found only in its own field.
#[test]
fn a_value_elsewhere_does_not_count() {
    let object = serde_json::json!({ "status": "any", "card": { "brand": "visa" }, "types": ["card"],
        "line_items": { "object": "list", "data": [{ "price": { "unit_amount": 5 } }] } });
    for (name, value, expected) in [
        ("status", "any", true),
        ("card[status]", "any", false),
        ("brand", "visa", false),
        ("card[brand]", "visa", true),
        ("types[0]", "card", true),
        ("others[0]", "card", false),
        ("line_items[0][price_data][unit_amount]", "5", true),
    ] {
        assert_eq!(shows(&object, &names_of(name), value), expected, "{name}");
    }
}
