//! P22, TST-5, CON-8, ERR-27: the provider's fee, pending and available money, and the events about it.

use crate::machine::event_id;
use crate::test_helpers::{Answer, CONNECTED, MERCHANT, MULTI, START, TestEngine};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::edge::render;
use holdfast_engine::objects::{Funds, RefundFailure, Settlement};
use holdfast_engine::{AccountId, ApiVersion, Currency, DeliveryPort, Kind, Money, Object, Post};
use serde_json::Value;
use std::sync::{Arc, Mutex};

const DAY: u64 = 86_400;
const DELAY: u64 = 2 * DAY;

pub fn settlement(fee_basis_points: u32, fixed: u64, delay: u64) -> Settlement {
    Settlement { fee_basis_points, fee_fixed: Money::new(fixed), delay, transfers_need_balance: true }
}

pub fn funds(w: &TestEngine, account: AccountId) -> (i64, i64) {
    let Funds { available, pending } = w.engine.store().balance(account, Currency::Usd).unwrap();
    (available, pending)
}

/// The ledger entries of an account, oldest first: type, net, status.
pub fn entries(w: &TestEngine, account: AccountId) -> Vec<(&'static str, i64, &'static str)> {
    let mut found = Vec::new();
    let note = &mut |object: Object| {
        if let Object::BalanceTransaction(entry) = object
            && entry.account == account
        {
            found.push((entry.kind.name(), entry.net().unwrap(), entry.status()));
        }
    };
    w.engine.store().each(Kind::BalanceTransaction, note).unwrap();
    found
}

/// The entry of a payment's charge.
fn entry_of(w: &TestEngine, pi: &str) -> Answer {
    let id = w.charge(pi).text("balance_transaction");
    w.get(&format!("balance_transactions/{id}"), "")
}

/// P22, TST-5: every method under every setting, just before and at the moment when its money is available.
#[test]
fn a_payment_is_pending_for_the_delay_and_bears_the_fee() {
    let rows = [
        // Basis points, fixed part, delay, and the fees of payments of 1000 and 50 minor units.
        (settlement(290, 30, DELAY), 59, 31),
        (settlement(290, 30, 0), 59, 31),
        (settlement(0, 0, DAY), 0, 0),
        (settlement(0, 7, 1), 7, 7),
        (settlement(10_000, 0, 1), 1000, 50),
        (settlement(10_000, 30, 60), 1030, 80),
        (settlement(25, 0, 60), 3, 0),
        (settlement(1, 1, 365 * DAY), 1, 1),
        (Settlement::STANDARD, 59, 31),
        (Settlement::IMMEDIATE, 0, 0),
    ];
    let card = "payment_method_types[]=card payment_method_data[type]=card payment_method_data[card][exp_month]=12 \
                payment_method_data[card][exp_year]=2034 payment_method_data[card][number]=";
    let bypass = format!("{card}4000000000000077");
    let methods = [
        ("payment_method=pm_card_visa", false),
        ("payment_method=pm_card_mastercard", false),
        ("payment_method=pm_card_bypassPending", true),
        (bypass.as_str(), true),
    ];
    for (settings, of_1000, of_50) in rows {
        for (method, bypasses) in methods {
            for (amount, fee) in [(1000_i64, of_1000), (50, of_50)] {
                let w = TestEngine::new().settling(settings);
                let params = format!("amount={amount} currency=usd confirm=true capture_method=automatic {method}");
                let pi = w.post("payment_intents", &params).is("status=succeeded").id();
                let delay = if bypasses { 0 } else { settings.delay };
                let due = START.after(delay).seconds();
                let money = format!("amount={amount} fee={fee} net={} available_on={due}", amount - fee);
                let status = |status| format!("{money} status={status} type=charge reporting_category=charge");
                let details = if fee == 0 { "fee_details=[]".into() } else { detail(fee) };
                if delay > 0 {
                    w.advance(delay - 1);
                    entry_of(&w, &pi).is(&status("pending")).is(&details);
                    assert_eq!(funds(&w, MERCHANT), (0, amount - fee), "{settings:?} {method}");
                    w.advance(1);
                }
                entry_of(&w, &pi).is(&status("available")).is(&details);
                assert_eq!(funds(&w, MERCHANT), (amount - fee, 0), "{settings:?} {method}");
                let announced = w.notified().matches("balance.available").count();
                assert_eq!(announced, usize::from(delay > 0 && amount > fee), "{settings:?} {method} {amount}");
                w.advance(DAY);
                assert_eq!(w.notified(), "", "available once");
                w.reconciled();
            }
        }
    }
}

fn detail(fee: i64) -> String {
    format!("fee_details.0.amount={fee} fee_details.0.currency=usd fee_details.0.type=stripe_fee")
}

/// P22: a debit bears the fee when it settles, and its money is pending from then on. Zero-decimal currencies count the
/// fixed part in their own unit.
#[test]
fn other_methods_and_currencies() {
    let w = TestEngine::new();
    let pay = "amount=1000 confirm=true capture_method=automatic";
    let debit = w.post("payment_intents", &format!("{pay} currency=usd payment_method=pm_usBankAccount_success")).id();
    assert_eq!(funds(&w, MERCHANT), (0, 0));
    w.advance(3 * DAY);
    entry_of(&w, &debit).is("type=payment reporting_category=charge fee=59 net=941 status=pending");
    let yen = w.post("payment_intents", &format!("{pay} currency=jpy payment_method=pm_card_visa")).id();
    entry_of(&w, &yen).is("fee=59 net=941 currency=jpy status=pending");
    let dinar = w.post("payment_intents", &format!("{pay} currency=kwd payment_method=pm_card_visa")).id();
    entry_of(&w, &dinar).is("fee=59 fee_details.0.currency=kwd");
    w.get("balance_transactions", "type=payment").is("data.0.fee=59 has_more=false");
    w.get("balance_transactions", "currency=jpy").is("data.0.currency=jpy has_more=false");
    let charge = w.intent(&yen).text("latest_charge");
    w.get(&format!("charges/{charge}"), "expand[]=balance_transaction").is("balance_transaction.net=941");
    w.reconciled();
}

/// P22: the moves of a charge's money are available when the charge is: refunds, transfers, fees, and their returns.
#[test]
fn money_of_a_charge_follows_it() {
    let w = TestEngine::new();
    let share = format!("transfer_data[destination]={CONNECTED} application_fee_amount=100");
    let pi = w.paid(1000, &share);
    w.post("refunds", &format!("payment_intent={pi} amount=400 reverse_transfer=true refund_application_fee=true"))
        .is("status=succeeded");
    let of_platform = |status| {
        let moved = [
            ("charge", 941),
            ("transfer", -1000),
            ("application_fee", 100),
            ("refund", -400),
            ("application_fee_refund", -40),
            ("transfer_refund", 400),
        ];
        moved.map(|(kind, net)| (kind, net, status)).to_vec()
    };
    let of_connected = |status| {
        let moved = [("payment", 1000), ("adjustment", -100), ("adjustment", 40), ("payment_refund", -400)];
        moved.map(|(kind, net)| (kind, net, status)).to_vec()
    };
    assert_eq!(entries(&w, MERCHANT), of_platform("pending"));
    assert_eq!(entries(&w, CONNECTED), of_connected("pending"));
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((0, 1), (0, 540)));
    w.advance(DELAY - 1);
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((0, 1), (0, 540)));
    w.notified();
    w.advance(1);
    assert_eq!(entries(&w, MERCHANT), of_platform("available"));
    assert_eq!(entries(&w, CONNECTED), of_connected("available"));
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((1, 0), (540, 0)));
    // Money that went out is not announced.
    assert_eq!(w.notified().matches("balance.available").count(), 5);

    // What happens later is available at once; the provider's fee is never given back.
    w.post("refunds", &format!("payment_intent={pi} reverse_transfer=true refund_application_fee=true"))
        .is("status=succeeded");
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((-59, 0), (0, 0)));
    w.reconciled();
}

/// P22: a refund that fails gives its money back where it was taken from.
#[test]
fn a_failed_refund_follows_its_charge() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let refund = w.post("refunds", &format!("payment_intent={pi} amount=300")).id();
    assert_eq!(funds(&w, MERCHANT), (0, 641));
    let outcome = Err(RefundFailure::LostOrStolenCard);
    w.inject(EnvironmentEvent::RefundReported { refund: refund.parse().unwrap(), outcome }).is("status=failed");
    assert_eq!(funds(&w, MERCHANT), (0, 941));
    w.advance(DELAY);
    assert_eq!(funds(&w, MERCHANT), (941, 0));
    w.reconciled();
}

/// P22, U11, A7: each capture bears a fee of its own and waits for itself; a background capture when it is posted. A
/// refund before that waits as well.
#[test]
fn captures_wait_one_by_one() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", MULTI);
    let capture = format!("payment_intents/{pi}/capture");
    w.post(&capture, "amount_to_capture=600 final_capture=false").is("amount_received=600");
    assert_eq!(funds(&w, MERCHANT), (0, 600 - 17 - 30));
    w.advance(DAY);
    w.post(&capture, "amount_to_capture=400").is("status=succeeded");
    assert_eq!(funds(&w, MERCHANT), (0, 553 + 400 - 12 - 30));
    w.advance(DAY);
    assert_eq!(funds(&w, MERCHANT), (553, 358));
    w.advance(DAY);
    assert_eq!(funds(&w, MERCHANT), (911, 0));
    w.reconciled();

    let w = TestEngine::new();
    let params = "amount=1000 currency=usd confirm=true payment_method=pm_card_visa capture_method=automatic_async";
    let pi = w.post("payment_intents", params).is("status=succeeded").id();
    w.post("refunds", &format!("payment_intent={pi} amount=100")).is("status=succeeded");
    assert_eq!(funds(&w, MERCHANT), (0, -100));
    w.advance(60);
    entry_of(&w, &pi).is(&format!("status=pending available_on={}", START.after(60 + DELAY).seconds()));
    w.advance(DELAY);
    assert_eq!(funds(&w, MERCHANT), (841, 0));
    w.reconciled();
}

/// ERR-27, CON-8: a transfer without a source takes available money; one with a source waits for the money of its charge.
#[test]
fn transfers_draw_on_what_is_available() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let to = format!("currency=usd destination={CONNECTED}");
    w.post("transfers", &format!("{to} amount=1")).refused(400, "balance_insufficient", "-");
    let charge = w.intent(&pi).text("latest_charge");
    w.post("transfers", &format!("{to} amount=200 source_transaction={charge}")).is("amount=200");
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((0, 741), (0, 200)));
    w.advance(DELAY);
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((741, 0), (200, 0)));
    w.post("transfers", &format!("{to} amount=742")).refused(400, "balance_insufficient", "-");
    let sent = w.post("transfers", &format!("{to} amount=741")).is("amount=741").id();
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((0, 0), (941, 0)));
    w.post(&format!("transfers/{sent}/reversals"), "amount=41").is("amount=41");
    assert_eq!((funds(&w, MERCHANT), funds(&w, CONNECTED)), ((41, 0), (900, 0)));

    // The bypassing card pays for a transfer at once, and other currencies do not.
    w.paid(1000, "payment_method=pm_card_bypassPending");
    w.post("transfers", &format!("currency=eur destination={CONNECTED} amount=50")).refused(
        400,
        "balance_insufficient",
        "-",
    );
    w.post("transfers", &format!("{to} amount=982")).is("amount=982");
    w.reconciled();
}

/// P22, HOOK-7: the event shows the balances of that moment, alike in every version, and stays as it was. It has no request.
#[test]
fn the_event_shows_the_balance() {
    let w = TestEngine::new();
    w.paid(1000, "");
    let yen = "amount=700 currency=jpy confirm=true capture_method=automatic payment_method=pm_card_visa";
    w.post("payment_intents", yen);
    w.notified();
    w.advance(DELAY);
    let news = w.news();
    let of_balance: Vec<_> = news.iter().filter(|event| event.event_type.name() == "balance.available").collect();
    assert_eq!(of_balance.len(), 2);
    for at in [ApiVersion::of(2014, 12, 17), ApiVersion::of(2020, 8, 27), ApiVersion::CURRENT] {
        let shown = render::event(of_balance[0], at);
        assert_eq!((&shown["type"], &shown["request"]["id"]), (&"balance.available".into(), &Value::Null));
        assert_eq!(shown["api_version"], at.to_string());
        assert_eq!(shown["data"].get("previous_attributes"), None);
        let balance = &shown["data"]["object"];
        assert_eq!((&balance["object"], &balance["livemode"]), (&"balance".into(), &Value::Bool(false)));
        let parts = |name: &str| -> Vec<(String, i64, i64)> {
            let one = |part: &Value| {
                let amount = part["amount"].as_i64().unwrap();
                (part["currency"].as_str().unwrap().to_owned(), amount, part["source_types"]["card"].as_i64().unwrap())
            };
            balance[name].as_array().unwrap().iter().map(one).collect()
        };
        assert_eq!(parts("available"), [("usd".to_owned(), 941, 941), ("jpy".to_owned(), 0, 0)]);
        assert_eq!(parts("pending"), [("usd".to_owned(), 0, 0), ("jpy".to_owned(), 650, 650)]);
    }
    let last = render::event(of_balance[1], ApiVersion::CURRENT);
    assert_eq!(last["data"]["object"]["available"][1]["amount"], 650);
    assert_eq!(w.get("events", "type=balance.available").is("has_more=false").body["data"][0], last);
}

/// The posts of an endpoint.
#[derive(Default)]
struct Inbox(Mutex<Vec<Value>>);

impl DeliveryPort for Inbox {
    fn post(&self, post: &Post) -> Option<u16> {
        assert!(!event_id(&post.body).is_empty());
        self.0.lock().unwrap().push(serde_json::from_str(&post.body).unwrap());
        Some(200)
    }
}

/// P22, HOOK-7: `balance.available` reaches the endpoints of the account and of its platform, each in its version.
#[test]
fn webhooks_carry_the_balance() {
    let (inbox, w) = (Arc::new(Inbox::default()), TestEngine::new());
    let w = w.delivering(inbox.clone());
    for (url, more, version) in [("a", "", "2020-08-27"), ("b", "connect=true", "2023-10-16")] {
        let params = format!("url=https://{url}.test enabled_events[]=balance.available {more} api_version={version}");
        w.post("webhook_endpoints", &params).is("status=enabled");
    }
    w.paid(1000, &format!("transfer_data[destination]={CONNECTED} transfer_data[amount]=300"));
    w.advance(DELAY);
    w.advance(1);
    let got = inbox.0.lock().unwrap().clone();
    let mut seen: Vec<(String, String, i64)> = got
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            (text("account"), text("api_version"), event["data"]["object"]["available"][0]["amount"].as_i64().unwrap())
        })
        .collect();
    seen.sort();
    let expected = [(MERCHANT.to_string(), "2020-08-27", 941), (CONNECTED.to_string(), "2023-10-16", 300)];
    assert_eq!(seen, expected.map(|(account, version, amount)| (account, version.to_owned(), amount)));
}
