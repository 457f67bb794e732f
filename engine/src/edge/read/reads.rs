//! A test that every reader reads the parameters that it knows: a listed name that no reader reads would be accepted and lost.

use super::documented::is_documented;
use super::{ROUTES, Reader, Route, form};
use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static KNOWN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
    static READ: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Parameters that no reader reads: the operation (empty: all), the full name (up to `[`: all below), and the reason.
const UNREAD: &[(&str, &str, &str)] = &[
    ("", "expand", "the server reads it for every operation"),
    ("", "client_secret", "the API key alone decides over access"),
    ("", "mandate_data", "the engine keeps no mandates"),
    ("", "use_stripe_sdk", "it chooses how a browser library shows a challenge"),
    ("POST /v1/payment_intents/{id}/confirm", "mandate", "the engine keeps no mandates"),
    ("POST /v1/charges", "source[", "the texts of a card by number leave no trace"),
    ("POST /v1/tokens", "", "a token shows its data as given"),
    ("POST /v1/payment_intents/{id}/increment_authorization", "", "no authorization is incremented: always refused"),
    (SESSIONS, "line_items[0][price_data][product_data][description]", "the engine keeps no products"),
    (SESSIONS, "line_items[0][price_data][product_data][images]", "the engine keeps no products"),
    (SESSIONS, "line_items[0][price_data][product_data][metadata]", "the engine keeps no products"),
    (SESSIONS, "line_items[0][price_data][product_data][tax_code]", "the engine computes no tax"),
    (SESSIONS, "line_items[0][price_data][product_data][tax_details]", "the engine computes no tax"),
    (SESSIONS, "line_items[0][price_data][product_data][unit_label]", "the engine keeps no products"),
    (SESSIONS, "line_items[0][price_data][tax_behavior]", "the engine computes no tax"),
];

const SESSIONS: &str = "POST /v1/checkout/sessions";
const CARD_DATA: &str = "cards by number are documented for older versions; test cards have public numbers";
const TYPES: &str = "documented before the API version that this list was made from";

/// Parameters that a reader knows and the provider's newest types do not have: the operation (empty: all), the full
/// name, and the reason.
const UNDOCUMENTED: &[(&str, &str, &str)] = &[
    ("", "payment_method_data[card]", CARD_DATA),
    ("", "payment_method_data[card][cvc]", CARD_DATA),
    ("", "payment_method_data[card][exp_month]", CARD_DATA),
    ("", "payment_method_data[card][exp_year]", CARD_DATA),
    ("", "payment_method_data[card][number]", CARD_DATA),
    ("", "payment_method_data[card][token]", CARD_DATA),
    ("", "payment_method_types", TYPES),
    ("POST /v1/charges", "source[", CARD_DATA),
    ("POST /v1/payment_intents/{id}/confirm", "application_fee_amount", "B50: a confirmation may give the fee"),
    ("POST /v1/payment_intents/{id}/confirm", "transfer_data", "B50: a confirmation may give the transfer amount"),
    ("POST /v1/payment_intents/{id}/confirm", "transfer_data[amount]", "B50: a confirmation may give it"),
];

/// Returns whether a row of a list is about a parameter of an operation.
fn is_about((at, row, _): &(&str, &str, &str), operation: &str, name: &str) -> bool {
    let is_below = row.ends_with('[') && name.starts_with(row);
    (at.is_empty() || *at == operation) && (row.is_empty() || *row == name || is_below)
}

/// The known parameters of an operation and those of them that were read.
struct Parameters {
    operation: String,
    known: BTreeSet<String>,
    read: BTreeSet<String>,
}

/// Returns the pairs of operation and name in `found` that no row lists, and the rows that list none of the pairs.
fn unexcused(found: &[(String, String)], rows: &[(&str, &str, &str)]) -> (Vec<String>, Vec<String>) {
    let is_excused = |(operation, name): &&(String, String)| rows.iter().any(|row| is_about(row, operation, name));
    let is_used = |row: &&(&str, &str, &str)| found.iter().any(|(operation, name)| is_about(row, operation, name));
    let left = found.iter().filter(|one| !is_excused(one)).map(|(operation, name)| format!("{operation} {name}"));
    let unused = rows.iter().filter(|row| !is_used(row)).map(|row| format!("{row:?}"));
    (left.collect(), unused.collect())
}

/// Notes that a reader knows the parameter `name`.
pub(super) fn note_known(name: String) {
    KNOWN.with_borrow_mut(|known| known.insert(name));
}

/// Notes that a reader has read the parameter `name`.
pub(super) fn note_read(name: String) {
    READ.with_borrow_mut(|read| read.insert(name));
}

const VERIFIED: &str = "payment_method_options[us_bank_account][verification_method]=instant";
const METHODS: [&str; 3] = [
    "payment_method_data[type]=card payment_method_data[card][number]=4242424242424242 \
     payment_method_options[card][capture_method]=manual payment_method_options[us_bank_account][verification_method]=instant",
    "payment_method_data[type]=us_bank_account payment_method_data[us_bank_account][account_number]=000123456789",
    "payment_method_data[type]=sepa_debit payment_method_data[sepa_debit][iban]=AT611904300234573201",
];

/// Requests that take the branches of the readers, by the path.
const REQUESTS: &[(&str, &[&str])] = &[
    (
        "/v1/payment_intents",
        &[
            "amount=1000 currency=usd payment_method=pm_card_visa transfer_data[destination]=acct_00000000001 \
             automatic_payment_methods[enabled]=true shipping[name]=A shipping[address][line1]=x",
            "amount=1000 currency=usd confirm=true",
        ],
    ),
    ("/v1/payment_intents/{id}", &["transfer_data[amount]=5 shipping[name]=A shipping[address][line1]=x"]),
    ("/v1/payment_intents/{id}/confirm", &["transfer_data[amount]=5 shipping[name]=A shipping[address][line1]=x"]),
    ("/v1/payment_intents/{id}/capture", &["transfer_data[amount]=5"]),
    ("/v1/setup_intents", &["automatic_payment_methods[enabled]=true", VERIFIED]),
    ("/v1/setup_intents/{id}", &[VERIFIED]),
    ("/v1/setup_intents/{id}/confirm", &[VERIFIED]),
    (
        "/v1/checkout/sessions",
        &[
            "mode=payment line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=5 \
             line_items[0][price_data][product_data][name]=x payment_intent_data[transfer_data][destination]=acct_00000000001 \
             payment_intent_data[shipping][name]=A payment_intent_data[shipping][address][line1]=x",
            "mode=payment line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount_decimal]=5 \
             line_items[0][price_data][product_data][name]=x",
            "mode=setup setup_intent_data[description]=x",
        ],
    ),
    ("/v1/customers", &["invoice_settings[footer]=", "invoice_settings[default_payment_method]="]),
    ("/v1/customers/{id}", &["invoice_settings[default_payment_method]="]),
    (
        "/v1/payment_methods",
        &[
            "payment_method=pm_00000000001",
            "type=card card[number]=4242424242424242",
            "type=card card[token]=tok_visa",
            "type=us_bank_account us_bank_account[account_number]=000123456789",
            "type=sepa_debit sepa_debit[iban]=AT611904300234573201",
        ],
    ),
    ("/v1/transfers", &["amount=5 currency=usd destination=acct_00000000001"]),
    ("/v1/webhook_endpoints", &["url=https://x enabled_events[]=*"]),
    ("/v1/checkout/sessions", &["customer_details[email]=x created[gt]=5"]),
    (
        "/v1/charges",
        &[
            "amount=5 currency=usd source=tok_visa transfer_data[destination]=acct_00000000001 shipping[name]=A \
             shipping[address][line1]=x",
            "amount=5 currency=usd source[object]=card source[number]=4242424242424242",
        ],
    ),
    ("/v1/charges/{id}/capture", &["transfer_data[amount]=5"]),
    ("/v1/tokens", &["card[number]=4242424242424242", "bank_account[country]=US"]),
    ("/v1/accounts/{account}/persons", &["relationship[owner]=true"]),
];

/// Returns the parameters that the readers of all routes know and read.
fn parameters() -> Vec<Parameters> {
    let prefixes =
        ["pi", "ch", "re", "seti", "cs_test", "cus", "pm", "tr", "trr", "fee", "fr", "txn", "evt", "we", "acct"];
    let of_data = ["prod", "price", "shr", "ba", "person", "txi", "tok"];
    let ids = prefixes.iter().chain(&of_data).map(|prefix| format!("{prefix}_00000000001"));
    let ids: Vec<String> = ids.collect();
    let of_route = |route: &Route<Reader>| {
        let rows = REQUESTS.iter().filter(|(pattern, _)| *pattern == route.pattern).flat_map(|(_, rows)| *rows);
        let requests: Vec<&str> = rows.copied().chain([""]).collect();
        for (request, method) in requests.iter().flat_map(|request| METHODS.map(|method| (request, method))) {
            let pairs = |text: &'static str| text.split_whitespace().filter_map(|pair| pair.split_once('='));
            for params in [form(pairs(request)), form(pairs(request).chain(pairs(method)))] {
                for id in &ids {
                    let _ = (route.handler)(id, &params);
                }
            }
        }
        let operation = format!("{} {}", route.verb.name(), route.pattern);
        Parameters { operation, known: KNOWN.take(), read: READ.take() }
    };
    ROUTES.iter().map(of_route).collect()
}

#[test]
fn every_known_parameter_is_read() {
    let all = parameters();
    let unread =
        all.iter().flat_map(|one| one.known.difference(&one.read).map(|name| (one.operation.clone(), name.clone())));
    assert_eq!(unexcused(&unread.collect::<Vec<_>>(), UNREAD), (vec![], vec![]));
    let silent: Vec<&str> = all.iter().filter(|one| one.known.is_empty()).map(|one| one.operation.as_str()).collect();
    assert_eq!(silent, Vec::<&str>::new(), "a reader that knows no parameter, not even `expand`, was not reached");
    let known: usize = all.iter().map(|one| one.known.len()).sum();
    assert!(known >= 500, "{known} parameters");
}

/// A parameter is known at the operations that the provider documents it for, and at no other: not at an update because the
/// creation has it.
#[test]
fn every_known_parameter_is_documented() {
    let (mut found, mut compared) = (Vec::new(), 0);
    for one in parameters() {
        for name in &one.known {
            match is_documented(&one.operation, name) {
                Some(false) if name != "expand" => found.push((one.operation.clone(), name.clone())),
                Some(_) => compared += 1,
                None => {}
            }
        }
    }
    assert_eq!(unexcused(&found, UNDOCUMENTED), (vec![], vec![]));
    assert!(compared >= 420, "{compared} parameters");
}
