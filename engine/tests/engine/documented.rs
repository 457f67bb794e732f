//! Every documented parameter of the provider is shown, refused, or listed with a reason (P17, P18).

use crate::world::{CONNECTED, World};
use holdfast_engine::edge::read::{DocumentedParameter, documented};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The command that writes the report.
const COMMAND: &str = "HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-engine --test engine documented";
const CARD: &str = "payment_method_types[]=card payment_method=pm_card_visa";
const DATA: &str = "payment_method_types[]=card payment_method_data[type]=card \
                    payment_method_data[card][number]=4242424242424242 payment_method_data[card][exp_month]=12 \
                    payment_method_data[card][exp_year]=2034";
const SHIPPING: &str = "shipping[name]=A shipping[address][line1]=x";
const BILL: &str = "mode=payment success_url=https://x line_items[0][price_data][currency]=usd \
                    line_items[0][price_data][unit_amount]=500 line_items[0][price_data][product_data][name]=x \
                    line_items[0][quantity]=1";

/// Parameters that leave no trace on purpose: the last part of the name, and the reason.
const BY_DESIGN: &[(&str, &str)] = &[
    ("confirm", "it is the request to confirm"),
    ("error_on_requires_action", "it decides over the answer of this request only"),
    ("off_session", "it decides over the answer of this request only"),
    ("use_stripe_sdk", "it chooses how a challenge is shown"),
    ("return_url", "it shows in the next action of a challenge only"),
    ("mandate", "the engine keeps no mandates"),
    ("customer_acceptance", "the engine keeps no mandates"),
    ("number", "a card shows its last four digits"),
    ("cvc", "a card never shows its CVC"),
    ("final_capture", "it decides over the status"),
    ("refund_application_fee", "it shows where there is a fee"),
    ("reverse_transfer", "it shows where there is a transfer"),
    ("verification_method", "it decides over the next action of a bank account"),
    ("customer", "a test method is copied for it"),
    ("product_data", "the engine keeps no products; a line item shows the name"),
    ("tax_behavior", "the engine computes no tax"),
    ("payment_intent_data", "it shows in the payment that the customer makes"),
    ("setup_intent_data", "it shows in the setup that the customer makes"),
    ("capture_method", "of a session or a card, it decides over the status"),
    ("request_multicapture", "it shows in a charge whose card has several captures"),
    ("capabilities", "an account shows the status of a capability"),
    ("id_number", "an account shows only that it was given"),
    ("id_number_secondary", "an account shows only that it was given"),
    ("registration_number", "an account never shows it"),
    ("ssn_last_4", "an account shows only that it was given"),
    ("tax_id", "an account shows only that it was given"),
    ("vat_id", "an account shows only that it was given"),
];

/// The way in which one parameter is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Treatment {
    Shown,
    ByDesign,
    Refused,
    Dropped,
}

/// A world with one object of each kind that a POST changes.
struct Fixture {
    w: World,
    customer: String,
    paid: String,
}

impl Fixture {
    fn new() -> Self {
        let w = World::new();
        let customer = w.post("customers", "name=A").id();
        let paid = w.paid(10_000_000, "");
        Self { w, customer, paid }
    }

    /// Returns the path of a POST on an object made for it, and valid requests to it.
    fn requests(&self, endpoint: &str) -> Option<(String, Vec<String>)> {
        let (_, pattern) = endpoint.split_once(" /v1/").filter(|(verb, _)| *verb == "POST")?;
        let made = |path: &str, params: &str| self.w.post(path, params).id();
        let to = format!("transfer_data[destination]={CONNECTED}");
        let pay = "amount=1000 currency=usd";
        let of_intent = || {
            vec![
                String::new(),
                CARD.into(),
                DATA.into(),
                SHIPPING.into(),
                "automatic_payment_methods[enabled]=true".into(),
            ]
        };
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
                let id = made("payment_intents", &format!("{pay} {to} payment_method_types[]=card"));
                let ways = vec![
                    "payment_method=pm_card_visa".into(),
                    DATA.replace("payment_method_types[]=card ", ""),
                    format!("payment_method=pm_card_visa {SHIPPING}"),
                ];
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
                let id = made("setup_intents", "payment_method_types[]=card");
                (
                    format!("setup_intents/{id}/confirm"),
                    vec!["payment_method=pm_card_visa".into(), DATA.replace("payment_method_types[]=card ", "")],
                )
            }
            "checkout/sessions" => (
                pattern.into(),
                vec![
                    BILL.into(),
                    format!("{BILL} payment_intent_data[{}", to.replacen("transfer_data", "transfer_data]", 1)),
                    "mode=setup success_url=https://x".into(),
                ],
            ),
            "customers" | "accounts" => (pattern.into(), vec![String::new(), SHIPPING.into()]),
            "customers/{id}" => (format!("customers/{}", self.customer), vec![String::new(), SHIPPING.into()]),
            "payment_methods" => (
                pattern.into(),
                vec!["type=card card[number]=4242424242424242 card[exp_month]=12 card[exp_year]=2034".into()],
            ),
            "refunds" => (pattern.into(), vec![format!("payment_intent={} amount=1", self.paid)]),
            "charges/{id}" => (format!("charges/{}", self.w.charge(&self.paid).id()), vec![String::new()]),
            "transfers" => (pattern.into(), vec![format!("{pay} destination={CONNECTED}")]),
            _ => return None,
        })
    }

    /// Sends one parameter alone on top of a valid request, each choice in turn, and looks for it in the answer and in the
    /// objects it names. A choice that is accepted and lost decides, then one that is shown.
    fn treatment(&self, parameter: &DocumentedParameter) -> Option<Treatment> {
        self.requests(parameter.endpoint)?;
        let choices: Vec<&str> = match parameter.kind.split_once('=') {
            Some((_, choices)) => choices.split('|').collect(),
            None => vec![""],
        };
        let found: Vec<Treatment> = choices.iter().filter_map(|choice| self.treatment_of(parameter, choice)).collect();
        let order = [Treatment::Dropped, Treatment::Shown, Treatment::ByDesign];
        Some(order.into_iter().find(|treatment| found.contains(treatment)).unwrap_or(Treatment::Refused))
    }

    fn treatment_of(&self, parameter: &DocumentedParameter, choice: &str) -> Option<Treatment> {
        let (name, value) = self.sent(parameter, choice);
        let names = names_of(&name);
        let (_, requests) = self.requests(parameter.endpoint)?;
        let mut dropped = false;
        for request in requests {
            let (path, _) = self.requests(parameter.endpoint)?;
            let answer = self.w.post(&path, &format!("{request} {name}={value}"));
            if answer.status != 200 {
                continue;
            }
            let last = names.last().copied().unwrap_or_default();
            let captured = last == "amount_to_capture" && answer.body["amount_received"] == 777;
            let objects = self.objects(&answer.body);
            let made = last == "payment_method"
                && (answer.body["payment_method"].is_string() || objects.iter().any(|of| of["data"][0].is_object()));
            if made || captured || objects.iter().any(|object| shows(object, &names, &value)) {
                return Some(Treatment::Shown);
            }
            dropped = true;
        }
        let design = BY_DESIGN.iter().any(|(part, _)| name.split(['[', ']']).any(|found| found == *part));
        Some(match (dropped, design) {
            (false, _) => Treatment::Refused,
            (true, true) => Treatment::ByDesign,
            (true, false) => Treatment::Dropped,
        })
    }

    /// Returns the object of an answer and the objects that show its parameters too.
    fn objects(&self, answer: &Value) -> Vec<Value> {
        let mut objects = vec![answer.clone()];
        let named = ["latest_charge", "payment_method"].map(|field| answer[field].as_str().map(str::to_owned));
        for (kind, id) in ["charges", "payment_methods"].iter().zip(named) {
            objects.extend(id.map(|id| self.w.get(&format!("{kind}/{id}"), "").body));
        }
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
    fn sent(&self, parameter: &DocumentedParameter, choice: &str) -> (String, String) {
        let name = parameter.name;
        let last = names_of(name).last().copied().unwrap_or_default();
        let value = match (parameter.kind, last) {
            _ if !choice.is_empty() => choice.into(),
            ("map", _) => return (format!("{name}[zq]"), "zq7".into()),
            (_, "currency" | "presentment_currency") => "usd".into(),
            (_, "country") => "US".into(),
            (_, "customer") => self.customer.clone(),
            (_, "payment_method") => "pm_card_visa".into(),
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

/// Groups of a request whose parameters stand at the top of an object.
const FLAT_GROUPS: [&str; 3] = ["payment_method_data", "payment_intent_data", "setup_intent_data"];

/// Returns the names of a parameter from the outermost on, without the indices of lists and the groups that an object
/// does not show.
fn names_of(name: &str) -> Vec<&str> {
    let parts = name.split('[').map(|part| part.trim_end_matches(']'));
    parts.filter(|part| part.parse::<usize>().is_err() && !FLAT_GROUPS.contains(part)).collect()
}

/// Returns whether `object` has `value` in the field of the last of `names`, inside the field of the one before it. A
/// parameter without a group is a field of the object itself.
fn shows(object: &Value, names: &[&str], value: &str) -> bool {
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

/// Returns the report's table and the parameters that are refused.
fn report(counts: &BTreeMap<&str, [u32; 3]>, refused: &BTreeMap<&str, Vec<&str>>) -> String {
    let mut text = format!(
        "# Coverage of request parameters\n\nWritten by `{COMMAND}`. Each documented parameter of the provider's npm package was sent alone on top of a valid request.\n\n| endpoint | accepted and shown | accepted by design without trace | refused |\n|---|---|---|---|\n"
    );
    let mut total = [0_u32; 3];
    for (endpoint, row) in counts {
        writeln!(text, "| `{endpoint}` | {} | {} | {} |", row[0], row[1], row[2]).unwrap();
        total.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    writeln!(text, "| **total** | {} | {} | {} |\n\n## Without trace, and why\n", total[0], total[1], total[2])
        .unwrap();
    for (part, reason) in BY_DESIGN {
        writeln!(text, "- `{part}`: {reason}").unwrap();
    }
    text.push_str("\n## Refused\n");
    for (endpoint, names) in refused {
        writeln!(text, "\n`{endpoint}`: {}", names.join(", ")).unwrap();
    }
    text
}

/// P17, P18: a documented parameter that is accepted leaves a trace, or has a reason for none.
#[test]
fn no_documented_parameter_is_dropped() {
    let fixture = Fixture::new();
    let mut counts: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    let mut refused: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut dropped = Vec::new();
    for parameter in documented() {
        let Some(treatment) = fixture.treatment(&parameter) else { continue };
        let row = counts.entry(parameter.endpoint).or_default();
        match treatment {
            Treatment::Shown => row[0] += 1,
            Treatment::ByDesign => row[1] += 1,
            Treatment::Refused => {
                row[2] += 1;
                refused.entry(parameter.endpoint).or_default().push(parameter.name);
            }
            Treatment::Dropped => dropped.push(format!("{} {}", parameter.endpoint, parameter.name)),
        }
    }
    assert_eq!(dropped, Vec::<String>::new());
    let text = report(&counts, &refused);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/api-coverage.md");
    if std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "reports/api-coverage.md is old: run {COMMAND}"
    );
}

/// P17, P18: the data of a method is the method's, and the charge shows its billing details.
#[test]
fn data_of_a_method_is_the_methods() {
    let w = World::new();
    let data =
        "payment_method_data[billing_details][name]=Ann payment_method_data[billing_details][address][city]=Bonn";
    let pi = w.post("payment_intents", &format!("amount=1000 currency=usd confirm=true {DATA} {data}"));
    let method = w.get(&format!("payment_methods/{}", pi.text("payment_method")), "");
    method.is("billing_details.name=Ann billing_details.address.city=Bonn billing_details.address.line1=null");
    w.charge(&pi.id()).is("billing_details.name=Ann billing_details.address.city=Bonn");
    let shown = w.post("customers", "phone=5 address[city]=Bonn tax_exempt=exempt preferred_locales[]=de");
    let shown = shown.is("phone=5 address.city=Bonn tax_exempt=exempt preferred_locales.0=de");
    let path = format!("customers/{}", shown.id());
    w.post(&path, "phone= address[line1]=x").is("phone=null address.city=Bonn address.line1=x");
    w.post(&path, "phones=5").refused(400, "parameter_unknown", "phones");
    w.post(&path, "next_invoice_sequence=x").refused(400, "parameter_invalid_integer", "next_invoice_sequence");
}
