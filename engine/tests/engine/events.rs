//! Events and webhooks (EVT-1 to EVT-21, HOOK-1 to HOOK-10, B52 to B60, I10, I14, I16).

use crate::test_helpers::{CONNECTED, MERCHANT, START, TestEngine};
use hmac::{Hmac, Mac};
use holdfast_engine::command::{Command, EnvironmentEvent};
use holdfast_engine::edge::read::Verb;
use holdfast_engine::edge::render;
use holdfast_engine::objects::{Field, Was};
use holdfast_engine::time::{DAY, HOUR, MINUTE};
use holdfast_engine::{
    AccountId, DeliveryPort, Dialect, Engine, EngineParts, ManualClock, ObjectId, Post, Request, SIGNATURE_TOLERANCE,
    SequentialIds, Timing, sign,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// I16: for every object and field, each event's previous value is the value the event before left.
#[test]
fn previous_values_chain_without_a_gap() {
    let w = TestEngine::new();
    let more = format!("transfer_data[destination]={CONNECTED} application_fee_amount=50");
    let pi = w.multi(1000, &more);
    for _ in 0..3 {
        w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=200 final_capture=false")
            .is("status=requires_capture");
        w.post("refunds", &format!("payment_intent={pi} amount=70")).is("amount=70 status=succeeded");
    }
    w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=100").is("status=succeeded");
    w.post("refunds", &format!("payment_intent={pi} refund_application_fee=true reverse_transfer=true"))
        .is("amount=490 status=succeeded");
    let held = w.hold(500, "pm_card_visa", "");
    w.post(&format!("payment_intents/{held}/cancel"), "").is("status=canceled");
    w.hold(500, "pm_card_visa", "");
    w.post("payment_intents", &format!("amount=900 currency=usd confirm=true payment_method=pm_card_visa {more}"))
        .is("status=succeeded amount_received=900");
    w.advance(DAY * 8);
    let mut now: HashMap<(ObjectId, Field), Was> = HashMap::new();
    let mut compared = 0;
    for event in w.news() {
        let id = event.object.id();
        let shown = shown(&event.object);
        for (field, was) in &event.previous {
            if let Some(before) = now.get(&(id, *field)) {
                assert_eq!(before, was, "{} {} {}", event.event_type.name(), id, field.name());
                compared += 1;
            }
        }
        for (field, is) in shown {
            let changed = event.previous.iter().any(|(named, _)| *named == field);
            if let Some(before) = now.insert((id, field), is) {
                assert_eq!(changed, before != is, "{} {} {}", event.event_type.name(), id, field.name());
            }
        }
    }
    assert_eq!(compared, 37, "values compared with the event before");
    w.reconciled();
}

/// The tracked amounts and flags an object shows.
fn shown(object: &holdfast_engine::Object) -> Vec<(Field, Was)> {
    let mut shown = Vec::new();
    if let Some(intent) = object.as_payment_intent() {
        shown.push((Field::AmountCapturable, Was::Amount(intent.capturable)));
        shown.push((Field::AmountReceived, Was::Amount(intent.received)));
    }
    if let Some(charge) = object.as_charge() {
        shown.push((Field::AmountCaptured, Was::Amount(charge.captured)));
        shown.push((Field::AmountRefunded, Was::Amount(charge.amount_refunded())));
        shown.push((Field::Captured, Was::Flag(charge.closed)));
        shown.push((Field::Refunded, Was::Flag(charge.is_refunded())));
        shown.push((Field::BalanceTransaction, Was::Id(charge.balance_transaction.map(ObjectId::from))));
        shown.push((Field::Transfer, Was::Id(charge.transfer().map(ObjectId::from))));
    }
    if let Some(transfer) = object.as_transfer() {
        shown.push((Field::AmountReversed, Was::Amount(transfer.reversed)));
    }
    if let Some(fee) = object.as_application_fee() {
        shown.push((Field::AmountRefunded, Was::Amount(fee.refunded)));
    }
    shown
}

/// I10: how often each event comes for a payment with n captures.
#[test]
fn how_often_events_come() {
    for captures in 1..=5_usize {
        let w = TestEngine::new();
        let pi = w.multi(1000, "");
        for _ in 1..captures {
            w.post(&format!("payment_intents/{pi}/capture"), "amount_to_capture=100 final_capture=false")
                .is("status=requires_capture");
        }
        w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded");
        let told = w.notified();
        let count = |name: &str| told.split(' ').filter(|told| *told == name).count();
        assert_eq!(count("charge.updated"), captures);
        assert_eq!(count("payment_intent.amount_capturable_updated"), captures + 1);
        assert_eq!(count("charge.captured"), 1);
        assert_eq!(count("payment_intent.succeeded"), 1);
        assert_eq!(count("payment_intent.canceled"), 0);
    }
}

/// HOOK-7: an event is frozen: it shows the object as it was, also after later changes.
#[test]
fn events_are_frozen() {
    let w = TestEngine::new();
    let pi = w.hold(1000, "pm_card_visa", "");
    w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded");
    w.get("events", "type=payment_intent.amount_capturable_updated")
        .is("data.0.data.object.status=requires_capture data.0.data.object.amount_capturable=1000")
        .is("data.0.data.previous_attributes.amount_capturable=0");
    w.get("events", "limit=2").is("has_more=true data.0.type=payment_intent.succeeded data.1.type=charge.captured");
}

#[derive(Default)]
struct Inbox {
    posts: Mutex<Vec<Post>>,
    answers: Mutex<Vec<Option<u16>>>,
}

impl DeliveryPort for Inbox {
    fn post(&self, post: &Post) -> Option<u16> {
        self.posts.lock().unwrap().push(post.clone());
        self.answers.lock().unwrap().pop().unwrap_or(Some(200))
    }
}

impl Inbox {
    fn take(&self) -> Vec<Post> {
        std::mem::take(&mut self.posts.lock().unwrap())
    }
}

fn engine_with_inbox() -> (TestEngine, Arc<Inbox>) {
    inbox_of(Dialect::default())
}

fn inbox_of(dialect: Dialect) -> (TestEngine, Arc<Inbox>) {
    let inbox = Arc::new(Inbox::default());
    let mut w = TestEngine::new();
    let clock = Arc::new(ManualClock::at(START));
    let parts = EngineParts {
        acquirer: w.acquirer.clone(),
        clock: clock.clone(),
        ids: Arc::new(SequentialIds::after(100)),
        delivery: inbox.clone(),
        dialect,
        ..EngineParts::in_memory(START)
    };
    w.engine = Engine::open(parts).unwrap();
    w.clock = clock;
    for account in [
        holdfast_engine::objects::Account::standard(MERCHANT),
        holdfast_engine::objects::Account::connected(CONNECTED, MERCHANT),
    ] {
        w.engine.add_account(account).unwrap();
    }
    (w, inbox)
}

/// HOOK-1, HOOK-8: signed, filtered, to several endpoints, and gone after deletion.
#[test]
fn endpoints_get_what_they_want() {
    let (w, inbox) = engine_with_inbox();
    let all = w.post("webhook_endpoints", "url=https://a.test enabled_events[]=*").is("status=enabled");
    let some = "url=https://b.test enabled_events[]=payment_intent.succeeded enabled_events[]=charge.captured";
    let some = w.post("webhook_endpoints", some).is("enabled_events.0=payment_intent.succeeded");
    w.post("webhook_endpoints", "url=https://c.test connect=true enabled_events[]=payment_intent.created")
        .is("status=enabled");
    w.post("webhook_endpoints", "url=ftp://x enabled_events[]=*").refused(400, "-", "url");
    w.post("webhook_endpoints", "url=https://x enabled_events[]=charge.created").refused(400, "-", "enabled_events");
    w.paid(1000, "");
    w.act_for(CONNECTED);
    w.paid(1000, "");
    w.act_for(MERCHANT);
    w.advance(0);
    let posts = inbox.take();
    let to = |url: &str| posts.iter().filter(|post| post.url == url).collect::<Vec<_>>();
    assert_eq!((to("https://a.test").len(), to("https://b.test").len(), to("https://c.test").len()), (3, 1, 1));
    for (url, secret) in [("https://a.test", all.text("secret")), ("https://b.test", some.text("secret"))] {
        for post in to(url) {
            verify(&secret, post, w.engine.now().seconds());
        }
    }
    w.send(Verb::Delete, &format!("webhook_endpoints/{}", all.id()), "", None, None).is("deleted=true");
    w.get(&format!("webhook_endpoints/{}", all.id()), "").refused(404, "resource_missing", "id");
    w.post(&format!("webhook_endpoints/{}", some.id()), "disabled=true").is("status=disabled");
    w.paid(1000, "");
    w.advance(0);
    assert_eq!(inbox.take().len(), 0);
}

/// HOOK-10: a secret that was replaced signs beside the new one for as long as was said, a day at most.
#[test]
fn a_replaced_secret_signs_for_a_while() {
    let (w, inbox) = engine_with_inbox();
    let first = w.post("webhook_endpoints", "url=https://a.test enabled_events[]=customer.created");
    let roll = |keep: u64| {
        let endpoint = first.id().parse().unwrap();
        let command = Command::RollWebhookSecret { endpoint, keep };
        let response = w.engine.execute(Request::new(MERCHANT, command));
        (response.status(), render::response(&response)["secret"].as_str().unwrap_or_default().to_owned())
    };
    let signed_by = |w: &TestEngine| {
        w.post("customers", "").is("object=customer");
        w.advance(0);
        let posts = inbox.take();
        let signatures = posts[0].signature.split(",v1=").count() - 1;
        (signatures, posts)
    };
    let (status, second) = roll(DAY);
    assert_eq!(status, 200);
    let (count, posts) = signed_by(&w);
    assert_eq!(count, 2);
    for secret in [&first.text("secret"), &second] {
        verify(secret, &posts[0], w.engine.now().seconds());
    }
    let (_, third) = roll(60);
    assert_eq!(signed_by(&w).0, 3);
    w.advance(60);
    assert_eq!(signed_by(&w).0, 2, "the second is over, the first is not");
    w.advance(DAY - 60);
    let (count, posts) = signed_by(&w);
    assert_eq!(count, 1);
    verify(&third, &posts[0], w.engine.now().seconds());
    let (_, fourth) = roll(0);
    let (count, posts) = signed_by(&w);
    assert_eq!(count, 1);
    verify(&fourth, &posts[0], w.engine.now().seconds());
    assert_eq!(roll(DAY + 1).0, 400);
}

/// The signature as an SDK checks it: one of them must be right.
fn verify(secret: &str, post: &Post, now: u64) {
    let mut parts = post.signature.split(',').filter_map(|part| part.split_once('='));
    let (_, at) = parts.next().unwrap();
    let signatures: Vec<&str> = parts.filter(|(scheme, _)| *scheme == "v1").map(|(_, signature)| signature).collect();
    assert!(now.abs_diff(at.parse().unwrap()) <= SIGNATURE_TOLERANCE);
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{}", post.body).as_bytes());
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(signatures.contains(&expected.as_str()), "{signatures:?}");
}

/// HOOK-8: a known signature.
#[test]
fn a_known_signature() {
    // printf '1800000000.{}' | openssl dgst -sha256 -hmac whsec_test
    let expected = "t=1800000000,v1=482e6337ac5272392d375c6fdc4d52a7e615dc2facedab0ffe155ddfd6a56e66";
    assert_eq!(sign(&["whsec_test".to_owned()], START, "{}"), expected);
}

/// P35: the webhooks of a sandbox are tried three times within some hours.
#[test]
fn a_sandbox_tries_three_times() {
    let timing = Timing::default().with_sandbox_webhooks();
    let (w, inbox) = inbox_of(Dialect { timing, ..Dialect::default() });
    w.post("webhook_endpoints", "url=https://a.test enabled_events[]=customer.created").is("status=enabled");
    *inbox.answers.lock().unwrap() = vec![None; 100];
    w.post("customers", "").is("object=customer");
    for (passed, tries) in [(0, 1), (HOUR, 1), (2 * HOUR, 1), (DAY * 30, 0)] {
        w.advance(passed);
        assert_eq!(inbox.take().len(), tries, "{passed}");
    }
}

/// HOOK-3, HOOK-5, P35: anything but 2xx is tried again, later and later, for three days, then given up.
#[test]
fn deliveries_are_retried_for_three_days() {
    let (w, inbox) = engine_with_inbox();
    w.post("webhook_endpoints", "url=https://a.test enabled_events[]=customer.created").is("status=enabled");
    *inbox.answers.lock().unwrap() = vec![Some(200), Some(302), Some(500), None];
    w.post("customers", "").is("object=customer");
    w.advance(0);
    for wait in [MINUTE, 2 * MINUTE, 4 * MINUTE] {
        w.advance(wait - 1);
        assert_eq!(inbox.take().len(), if wait == MINUTE { 1 } else { 0 });
        w.advance(1);
        assert_eq!(inbox.posts.lock().unwrap().len(), 1);
        if wait != 4 * MINUTE {
            inbox.take();
        }
    }
    inbox.take();
    w.advance(DAY);
    assert_eq!(inbox.take().len(), 0, "delivered");

    *inbox.answers.lock().unwrap() = vec![None; 100];
    w.post("customers", "").is("object=customer");
    for _ in 0..DAY * 4 / MINUTE {
        w.advance(MINUTE);
    }
    let tries = inbox.take().len();
    assert_eq!(tries, 13, "one attempt, then twelve waits that double from a minute within three days");
    w.advance(DAY * 30);
    assert_eq!(inbox.take().len(), 0, "given up");
}

/// Jobs and the environment name no request (IDEM-10).
#[test]
fn who_asked_for_an_event() {
    let w = TestEngine::new();
    let params = "amount=1000 currency=usd confirm=true payment_method=pm_usBankAccount_success";
    let pi = w.post("payment_intents", params).id();
    assert!(w.news().iter().all(|event| event.origin.is_some()));
    w.inject(EnvironmentEvent::BankAnswers { intent: pi.parse().unwrap(), answer: Ok(()) });
    assert!(w.news().iter().all(|event| event.origin.is_none()));
}

/// Lists: pages in both directions, limits, an unknown account.
#[test]
fn pages() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let ids: Vec<String> = (0..7).map(|_| w.post("customers", "").id()).collect();
        let page = w.get("customers", "limit=3").is("has_more=true");
        assert_eq!(page.text("data.0.id"), ids[6], "{name}");
        let page = w.get("customers", &format!("limit=3 starting_after={}", page.text("data.2.id")));
        let page = page.is(&format!("data.0.id={} data.2.id={} has_more=true", ids[3], ids[1]));
        w.get("customers", &format!("limit=3 starting_after={}", page.text("data.2.id")))
            .is(&format!("data.0.id={} has_more=false", ids[0]));
        w.get("customers", &format!("limit=2 ending_before={}", ids[1]))
            .is(&format!("data.0.id={} data.1.id={} has_more=true", ids[3], ids[2]));
        for limit in ["0", "101", "-1"] {
            w.get("customers", &format!("limit={limit}")).refused(400, "-", "limit");
        }
        w.get("customers", "limit=x").refused(400, "parameter_invalid_integer", "limit");
    }
    let w = TestEngine::new();
    w.act_for(AccountId(99));
    w.get("customers", "").refused(404, "resource_missing", "account");
}

/// `expand[]` puts objects in place of ids, frozen with the answer.
#[test]
fn expansion() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    w.get(&format!("payment_intents/{pi}"), "expand[]=latest_charge.balance_transaction expand[]=payment_method")
        .is("latest_charge.object=charge latest_charge.balance_transaction.amount=1000 payment_method.type=card");
    w.get("charges", "expand[]=data.payment_intent").is(&format!("data.0.payment_intent.id={pi}"));
    w.post("refunds", &format!("payment_intent={pi} amount=300 expand[]=charge.refunds"))
        .is("charge.refunds.data.0.amount=300 charge.refunds.data.1=null");
    w.post("refunds", &format!("payment_intent={pi} amount=200"));
    w.get(&format!("payment_intents/{pi}"), "expand[]=latest_charge.refunds.data.balance_transaction")
        .is("latest_charge.refunds.data.0.balance_transaction.amount=-200 latest_charge.refunds.data.1.amount=300");
    let session = "mode=payment success_url=https://a.test line_items[0][price_data][currency]=usd \
                   line_items[0][price_data][unit_amount]=700 line_items[0][price_data][product_data][name]=Hat";
    w.post("checkout/sessions", &format!("{session} expand[]=line_items"))
        .is("line_items.object=list line_items.data.0.amount_total=700");
    let before = w.get("payment_intents", "limit=100").text("data");
    for (path, wrong) in [("payment_intents", "nothing.at.all"), ("charges", "data.metadata"), ("charges", "customer")]
    {
        w.get(path, &format!("expand[]={wrong}")).refused(400, "-", "-").has("error.type=invalid_request_error");
    }
    w.post("payment_intents", "amount=1000 currency=usd expand[]=amount").refused(400, "-", "-");
    assert_eq!(w.get("payment_intents", "limit=100").text("data"), before, "nothing was made");
}
