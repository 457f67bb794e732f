//! Every documented parameter of the provider is shown, refused, or listed with a reason (P17, P18).

use crate::fixture::{DATA, Fixture, choices_of, names_of, shows};
use crate::test_helpers::fresh;
use holdfast_engine::edge::read::{DocumentedParameter, documented};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The command that writes the report.
const COMMAND: &str = "HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-engine --test engine documented";
/// Parts of names, each with an endpoint in front if it holds there alone, and the reasons.
type Rows = &'static [(&'static str, &'static str)];

/// Parameters that leave no trace on purpose: a part of the name, with an endpoint if it holds there alone, and the
/// reason.
const BY_DESIGN: Rows = &[
    ("confirm", "it is the request to confirm"),
    ("error_on_requires_action", "it decides over the answer of this request only"),
    ("off_session", "it decides over the answer of this request only"),
    ("use_stripe_sdk", "it chooses how a challenge is shown"),
    ("return_url", "it shows in the next action of a challenge only"),
    ("mandate", "the engine keeps no mandates"),
    ("customer_acceptance", "the engine keeps no mandates"),
    ("number", "a card shows its last four digits"),
    ("automatic_payment_methods.enabled", "automatic methods that are off are null"),
    ("cvc", "a card never shows its CVC"),
    ("account_number", "a bank account shows its last four digits"),
    ("iban", "a bank account shows its last four digits"),
    ("card.token", "the method shows the card behind it"),
    ("payment_methods payment_method", "the answer is the copy"),
    ("final_capture", "it decides over the status"),
    ("refund_application_fee", "it shows where there is a fee"),
    ("reverse_transfer", "it shows where there is a transfer"),
    ("verification_method", "it decides over the next action of a bank account"),
    ("payment_methods customer", "a method is copied for it"),
    ("product_data", "the engine keeps no products; a line item shows the name"),
    ("tax_behavior", "the engine computes no tax"),
    ("payment_intent_data", "it shows in the payment that the customer makes"),
    ("setup_intent_data", "it shows in the setup that the customer makes"),
    ("card.capture_method", "it decides over the status"),
    ("request_multicapture", "it shows in a charge whose card has several captures"),
    ("capabilities", "an account shows the status of a capability"),
    ("cryptogram", "a secret of the card network"),
    ("password", "a secret of the merchant's website"),
    ("id_number", "an account shows only that it was given"),
    ("id_number_secondary", "an account shows only that it was given"),
    ("registration_number", "an account never shows it"),
    ("ssn_last_4", "an account shows only that it was given"),
    ("tax_id", "an account shows only that it was given"),
    ("vat_id", "an account shows only that it was given"),
    ("charges capture", "the charge shows whether it is captured"),
    ("capture amount", "the charge shows the captured amount"),
    ("charges transfer_data.description", "the transfer of the charge shows it"),
    ("shipping_rate_data", "the shipping rate that a session names shows it"),
    ("products default_price_data", "it shows in the price of the product"),
];

/// Parameters that the provider refuses in the modes that the engine has, and the reason.
const REFUSED_BY_PROVIDER: Rows = &[
    ("checkout/sessions subscription_data", "a session in the mode `payment` or `setup` makes no subscription"),
    ("checkout/sessions price_data.recurring", "a session in the mode `payment` takes one-time prices only"),
];

/// The way in which one parameter is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Treatment {
    Shown,
    Partly,
    ByDesign,
    Refused,
    Dropped,
}

/// Sends one parameter alone on top of a valid request, each choice in turn, and looks for it in the answer and in the
/// objects it names.
fn treatments(fixture: &Fixture, parameter: &DocumentedParameter) -> Option<Vec<Treatment>> {
    fixture.requests_of(parameter)?;
    let choices = choices_of(parameter);
    Some(choices.iter().filter_map(|choice| treatment_of(fixture, parameter, choice)).collect())
}

/// Returns the treatment of a parameter: a choice that is accepted and lost decides, then one that is shown.
fn treatment(found: &[Treatment]) -> Treatment {
    let has = |treatment| found.contains(&treatment);
    match (has(Treatment::Dropped), has(Treatment::Shown), has(Treatment::Refused), has(Treatment::ByDesign)) {
        (true, ..) => Treatment::Dropped,
        (false, true, true, _) => Treatment::Partly,
        (false, true, false, _) => Treatment::Shown,
        (false, false, _, true) => Treatment::ByDesign,
        (false, false, _, false) => Treatment::Refused,
    }
}

fn treatment_of(fixture: &Fixture, parameter: &DocumentedParameter, choice: &str) -> Option<Treatment> {
    let (name, value) = fixture.sent(parameter, choice);
    let names = names_of(&name);
    let (_, requests) = fixture.requests_of(parameter)?;
    let mut dropped = false;
    for request in requests {
        let (path, _) = fixture.requests_of(parameter)?;
        let answer = fixture.post(parameter, &path, &format!("{request} {name}={value}"));
        if answer.status != 200 {
            continue;
        }
        let last = names.last().copied().unwrap_or_default();
        let captured = last == "amount_to_capture" && answer.body["amount_received"] == 777;
        let objects = fixture.objects(&answer.body);
        let made = last == "payment_method"
            && (answer.body["payment_method"].is_string() || objects.iter().any(|of| of["data"][0].is_object()));
        if made || captured || objects.iter().any(|object| shows(object, &names, &value)) {
            return Some(Treatment::Shown);
        }
        dropped = true;
    }
    let design = BY_DESIGN.iter().any(|(row, _)| is_at(parameter, row));
    Some(match (dropped, design) {
        (false, _) => Treatment::Refused,
        (true, true) => Treatment::ByDesign,
        (true, false) => Treatment::Dropped,
    })
}

/// Returns whether a row of [`BY_DESIGN`] is about the parameter.
fn is_at(parameter: &DocumentedParameter, row: &str) -> bool {
    let (endpoint, part) = row.split_once(' ').unwrap_or(("", row));
    let name = format!(".{}.", parameter.name.replace('[', ".").replace(']', ""));
    parameter.endpoint.ends_with(endpoint) && name.contains(&format!(".{part}."))
}

/// The columns of the report: the treatments, and refusals that the provider makes as well.
const COLUMNS: [&str; 5] = [
    "accepted and shown",
    "some values accepted and shown",
    "accepted by design without trace",
    "refused as by the provider",
    "refused",
];

/// Returns the report's table and the parameters that are refused.
fn report(counts: &BTreeMap<&str, [u32; 5]>, refused: &BTreeMap<&str, Vec<&str>>) -> String {
    let mut text = format!(
        "# Coverage of request parameters\n\nWritten by `{COMMAND}`. Each documented parameter of the provider's npm package was sent alone on top of a valid request, with each of its choices.\n\n| endpoint | {} |\n|---|---|---|---|---|---|\n",
        COLUMNS.join(" | ")
    );
    let mut total = [0_u32; 5];
    let cells = |row: &[u32; 5]| row.map(|count| count.to_string()).join(" | ");
    for (endpoint, row) in counts {
        writeln!(text, "| `{endpoint}` | {} |", cells(row)).unwrap();
        total.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    writeln!(text, "| **total** | {} |", cells(&total)).unwrap();
    for (title, rows) in [("Without trace, and why", BY_DESIGN), ("Refused as by the provider", REFUSED_BY_PROVIDER)] {
        writeln!(text, "\n## {title}\n").unwrap();
        rows.iter().for_each(|(part, reason)| writeln!(text, "- `{part}`: {reason}").unwrap());
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
    let mut counts: BTreeMap<&str, [u32; 5]> = BTreeMap::new();
    let mut refused: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut dropped = Vec::new();
    let mut used = BTreeSet::new();
    for parameter in documented() {
        let Some(found) = treatments(&fixture, &parameter) else { continue };
        let treatment = treatment(&found);
        let rows_of = |rows: Rows| rows.iter().filter(|(row, _)| is_at(&parameter, row)).map(|(row, _)| *row);
        let is_providers = rows_of(REFUSED_BY_PROVIDER).next().is_some();
        used.extend(rows_of(BY_DESIGN).filter(|_| found.contains(&Treatment::ByDesign)));
        used.extend(rows_of(REFUSED_BY_PROVIDER).filter(|_| treatment == Treatment::Refused));
        let column = match treatment {
            Treatment::Shown => 0,
            Treatment::Partly => 1,
            Treatment::ByDesign => 2,
            Treatment::Refused if is_providers => 3,
            Treatment::Refused => 4,
            Treatment::Dropped => {
                dropped.push(format!("{} {}", parameter.endpoint, parameter.name));
                continue;
            }
        };
        counts.entry(parameter.endpoint).or_default()[column] += 1;
        if column == 4 {
            refused.entry(parameter.endpoint).or_default().push(parameter.name);
        }
    }
    assert_eq!(dropped, Vec::<String>::new());
    let rows = BY_DESIGN.iter().chain(REFUSED_BY_PROVIDER).map(|(row, _)| *row);
    let unused: Vec<&str> = rows.filter(|row| !used.contains(row)).collect();
    assert_eq!(unused, Vec::<&str>::new(), "rows about no parameter that is treated so");
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
    let w = fresh();
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
