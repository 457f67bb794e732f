//! A test that every reader reads the parameters that it knows: a name on a list that nothing reads is accepted and lost.

use super::{ROUTES, form};
use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static KNOWN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
    static READ: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Names that no reader reads, by the last part or the whole operation, and the reason.
const UNREAD: &[(&str, &str)] = &[
    ("expand", "the server reads it for every operation"),
    ("client_secret", "the API key alone decides over access"),
    ("mandate", "the engine keeps no mandates"),
    ("mandate_data", "the engine keeps no mandates"),
    ("use_stripe_sdk", "it chooses how a browser library shows a challenge"),
    ("images", "the engine keeps no products"),
    ("description", "of a product: the engine keeps no products"),
    ("metadata", "of a product: the engine keeps no products"),
    ("unit_label", "the engine keeps no products"),
    ("tax_code", "the engine computes no tax"),
    ("tax_details", "the engine computes no tax"),
    ("tax_behavior", "the engine computes no tax"),
    ("POST /v1/charges/{id}/capture", "a charge is captured through its payment: the operation is always refused"),
];

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
];

/// Returns the names that the readers of all routes know and do not read.
fn unread() -> Vec<String> {
    let ids =
        ["pi", "ch", "re", "seti", "cs_test", "cus", "pm", "tr", "fee", "we"].map(|id| format!("{id}_00000000001"));
    let mut unread = Vec::new();
    for route in ROUTES {
        let operation = format!("{} {}", route.verb.name(), route.pattern);
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
        let (known, read) = (KNOWN.take(), READ.take());
        let is_excused = |name: &str| {
            let last = name.rsplit('[').next().unwrap_or_default().trim_end_matches(']');
            UNREAD.iter().any(|(excused, _)| *excused == last || *excused == operation)
        };
        unread
            .extend(known.difference(&read).filter(|name| !is_excused(name)).map(|name| format!("{operation} {name}")));
    }
    unread
}

#[test]
fn every_known_parameter_is_read() {
    assert_eq!(unread(), Vec::<String>::new());
}
