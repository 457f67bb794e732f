//! `--chaos`: each behavior of the server as a client or an endpoint sees it, and repeated from its seed.

use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::objects::{RefundFailure, Settlement};
use holdfast_engine::time::{DAY, HOUR};
use holdfast_engine::{Clock, DeliveryPort, Post, RefundId, SequentialIds};
use holdfast_server::chaos::{Behavior, Chaos, ChaosChoice, ChaosProfile, Occasion, Occurrence};
use holdfast_server::{App, StoreChoice, router_bytes};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A transport that keeps what is posted and answers each post alike.
pub(crate) struct Kept(pub(crate) Mutex<Vec<Post>>, pub(crate) Option<u16>);

impl DeliveryPort for Kept {
    fn post(&self, post: &Post) -> Option<u16> {
        self.0.lock().unwrap().push(post.clone());
        self.1
    }
}

/// A server under chaos whose clock and webhooks the test moves.
pub(crate) struct Directed {
    pub(crate) app: Arc<App>,
    chaos: Arc<Chaos>,
    posts: Arc<Kept>,
}

impl Directed {
    fn with(profile: ChaosProfile, seed: u64, handler: Option<u16>) -> Self {
        let chaos = Arc::new(Chaos::directed(ChaosChoice { seed, profile }));
        let posts = Arc::new(Kept(Mutex::default(), handler));
        let (key, ids) = ("sk_test_raw".parse().unwrap(), Arc::new(SequentialIds::default()));
        let (store, delivery) = (StoreChoice::Memory, posts.clone());
        let opened = App::assemble(&store, &[key], "http://127.0.0.1", ids, delivery, Some(chaos.clone())).unwrap();
        // The deliveries that are counted are those of the payment, without its money that becomes available days later.
        opened.app.settle(opened.accounts[0], |_| Settlement::IMMEDIATE).unwrap();
        Self { app: opened.app, chaos, posts }
    }

    /// Returns a server in which `behaviors` always happen and no other ever does.
    pub(crate) fn always(behaviors: &[Behavior]) -> Self {
        let mut profile = ChaosProfile::silent();
        profile.delays.slow = Duration::from_millis(20);
        behaviors.iter().for_each(|behavior| profile.set(*behavior, 1000));
        Self::with(profile, 1, Some(200))
    }

    /// Returns everything that comes back for the requests of one connection.
    pub(crate) fn raw(&self, requests: &[(&str, &str, &str)]) -> String {
        let mut bytes = String::new();
        for (number, (path, form, key)) in requests.iter().enumerate() {
            let (method, close) =
                (if form.is_empty() { "GET" } else { "POST" }, number.saturating_add(1) == requests.len());
            let (close, length) = (if close { "Connection: close\r\n" } else { "" }, form.len());
            let key = if key.is_empty() { String::new() } else { format!("Idempotency-Key: {key}\r\n") };
            bytes.push_str(&format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_raw\r\n{key}{close}Content-Type: \
                 application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
            ));
        }
        String::from_utf8(router_bytes(&self.app, bytes.as_bytes()).unwrap()).unwrap()
    }

    /// Returns the body of one response.
    pub(crate) fn post(&self, path: &str, form: &str) -> Value {
        let text = self.raw(&[(path, form, "")]);
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        serde_json::from_str(body).unwrap_or_else(|_| panic!("{path}: {text}"))
    }

    /// Runs everything that is due in the next `seconds`.
    pub(crate) fn pass(&self, seconds: u64) {
        let end = self.app.clock().now().after(seconds);
        for _ in 0..10_000 {
            self.chaos.inject_due(self.app.engine(), self.app.clock().now());
            let due = self.app.engine().store().due(self.app.clock().now(), 1_000).unwrap();
            if due.iter().filter(|job| self.app.worker().run_one(**job).unwrap()).count() > 0 {
                continue;
            }
            match self.app.worker().next_due().unwrap() {
                Some(next) if next <= end => self.app.clock().advance_to(next).unwrap(),
                Some(_) | None => break,
            }
        }
        self.app.clock().advance_to(end).unwrap();
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.posts.0.lock().unwrap().iter().map(|post| serde_json::from_str(&post.body).unwrap()).collect()
    }

    pub(crate) fn count(&self, behavior: Behavior) -> u64 {
        self.chaos.totals().get(&behavior).copied().unwrap_or(0)
    }
}

pub(crate) const PAY: &str =
    "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa&payment_method_types[]=card";
pub(crate) const HOOK: &str = "url=http://127.0.0.1:9/hook&enabled_events[]=*";

/// Every decision is a function of the seed and the order of requests, and what one behavior does moves no other.
#[test]
fn a_seed_repeats_itself() {
    let run = |seed, choose: &dyn Fn(&mut ChaosProfile)| {
        let mut profile = ChaosProfile::named("stormy").unwrap();
        profile.delays.slow = Duration::ZERO;
        // These depend on the time that the machine takes.
        profile.set(Behavior::WebhookBeforeAnswer, 0);
        profile.set(Behavior::EndpointDown, 0);
        choose(&mut profile);
        let server = Directed::with(profile, seed, Some(200));
        server.raw(&[("/v1/webhook_endpoints", HOOK, "h")]);
        for number in 0..30 {
            server.raw(&[("/v1/payment_intents", PAY, &format!("k{number}"))]);
        }
        server.pass(DAY);
        let mut occurred = server.chaos.occurred();
        occurred.sort_by(|one, other| one.occasion.cmp(&other.occasion));
        occurred
    };
    let first = run(7, &|_| ());
    assert!(first.len() > 30, "{first:?}");
    assert_eq!(first, run(7, &|_| ()));
    assert_ne!(first, run(8, &|_| ()));
    let silenced = run(7, &|profile| profile.set(Behavior::SlowAnswer, 0));
    let others = |all: &[Occurrence], wanted: Behavior| -> Vec<Occasion> {
        all.iter().map(|one| one.occasion.clone()).filter(|occasion| occasion.behavior == wanted).collect()
    };
    assert_eq!(others(&first, Behavior::RateLimited), others(&silenced, Behavior::RateLimited));
    assert!(others(&silenced, Behavior::SlowAnswer).is_empty());
}

/// IDEM-3 to IDEM-11: each behavior of responses as a client sees it.
#[test]
fn responses_show_each_behavior() {
    let rows = [
        (Behavior::ClosedAfterEffect, "", 1),
        (Behavior::ClosedBeforeEffect, "", 0),
        (Behavior::StoredFailure, "HTTP/1.1 500", 1),
        (Behavior::RateLimited, "HTTP/1.1 429", 0),
        (Behavior::SlowAnswer, "HTTP/1.1 200", 1),
    ];
    for (behavior, begin, charges) in rows {
        let server = Directed::always(&[behavior]);
        let answer = server.raw(&[("/v1/payment_intents", PAY, "a")]);
        assert!(answer.starts_with(begin) && answer.is_empty() == begin.is_empty(), "{}: {answer}", behavior.name());
        assert_eq!(server.count(behavior), 1, "{}", behavior.name());
        server.app.engine().ask_again();
        let again = server.raw(&[("/v1/payment_intents", PAY, "a")]);
        if behavior == Behavior::StoredFailure {
            assert!(again.starts_with("HTTP/1.1 500") && again.contains("idempotent-replayed: true"), "{again}");
        }
        let mut found = 0;
        let mut visit = |_| found += 1;
        server.app.engine().store().each(holdfast_engine::Kind::Charge, &mut visit).unwrap();
        assert_eq!(found, charges, "{}", behavior.name());
    }
    let server = Directed::always(&[Behavior::ClosedAfterEffect, Behavior::KeyInUse]);
    assert_eq!(server.raw(&[("/v1/customers", "name=a", "k")]), "");
    let again = server.raw(&[("/v1/customers", "name=a", "k")]);
    assert!(again.starts_with("HTTP/1.1 409") && again.contains("idempotency_key_in_use"), "{again}");
    let server = Directed::always(&[Behavior::LockTimeout]);
    let made = server.post("/v1/customers", "name=a");
    let path = format!("/v1/customers/{}", made["id"].as_str().unwrap());
    let refused = server.raw(&[(&path, "name=b", "")]);
    assert!(refused.contains("lock_timeout") && refused.contains("stripe-should-retry: true"), "{refused}");
    let server = Directed::always(&[Behavior::KeepAliveDropped]);
    let answers = server.raw(&[("/v1/balance", "", ""), ("/v1/balance", "", "")]);
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
}

/// HOOK-1 to HOOK-10: each behavior of deliveries as an endpoint sees it.
#[test]
fn deliveries_show_each_behavior() {
    let delivered = |behaviors: &[Behavior], seconds| {
        let server = Directed::always(behaviors);
        server.post("/v1/webhook_endpoints", HOOK);
        server.post("/v1/payment_intents", PAY);
        let early = server.bodies().len();
        server.pass(seconds);
        (server, early)
    };
    let (plain, early) = delivered(&[], HOUR);
    let usual = plain.bodies().len();
    assert!(usual >= 3 && early == 0);
    assert_eq!(delivered(&[Behavior::WebhookDoubled], HOUR).0.bodies().len(), usual * 2);
    let (twin, _) = delivered(&[Behavior::WebhookTwinEvent], HOUR);
    let twins = twin.bodies().iter().filter(|body| body["id"].as_str().unwrap().starts_with("evt_twin")).count();
    assert_eq!((twins, twin.bodies().len()), (usual, usual * 2));
    let (late, _) = delivered(&[Behavior::WebhookLate], 0);
    assert!(late.bodies().is_empty());
    late.pass(3 * DAY);
    assert_eq!(late.bodies().len(), usual);
    let (first, early) = delivered(&[Behavior::WebhookBeforeAnswer], 0);
    assert!(early >= 3, "{early} of {}", first.bodies().len());
    let (signed, _) = delivered(&[Behavior::WebhookTwoSignatures], HOUR);
    assert!(signed.posts.0.lock().unwrap().iter().all(|post| post.signature.matches("v1=").count() == 2));
    let (older, _) = delivered(&[Behavior::WebhookOlderVersion], HOUR);
    assert!(older.bodies().iter().all(|body| body["api_version"] == "2022-08-01"), "{:?}", older.bodies());
    let (down, _) = delivered(&[Behavior::EndpointDown], HOUR);
    assert!(down.bodies().is_empty());
    down.pass(3 * DAY);
    assert_eq!(down.bodies().len(), usual);
    let types =
        |server: &Directed| -> Vec<String> { server.bodies().iter().map(|body| body["type"].to_string()).collect() };
    let (reordered, _) = delivered(&[Behavior::WebhookReordered], HOUR);
    let (mut usual, mut other) = (types(&plain), types(&reordered));
    assert_ne!(usual, other);
    usual.sort();
    other.sort();
    assert_eq!(usual, other);
}

/// HOOK-3: five attempts of each delivery arrive within the three days, under every loss and delay.
#[test]
fn enough_attempts_of_each_delivery_arrive() {
    let mut latest = 0;
    for behaviors in [
        &[Behavior::EndpointDown][..],
        &[Behavior::WebhookLate],
        &[Behavior::EndpointDown, Behavior::WebhookLate],
        &[Behavior::EndpointDown, Behavior::WebhookLate, Behavior::WebhookReordered],
    ] {
        for seed in 0..6 {
            let mut profile = ChaosProfile::silent();
            behaviors.iter().for_each(|behavior| profile.set(*behavior, 1000));
            let server = Directed::with(profile, seed, Some(500));
            server.post("/v1/webhook_endpoints", HOOK);
            let begin = server.post("/v1/payment_intents", PAY)["created"].as_u64().unwrap();
            server.pass(5 * DAY);
            let mut arrivals: BTreeMap<String, Vec<u64>> = BTreeMap::new();
            let bodies = server.bodies();
            for (post, body) in server.posts.0.lock().unwrap().iter().zip(bodies) {
                let at = post.signature.trim_start_matches("t=").split(',').next().unwrap().parse::<u64>().unwrap();
                arrivals.entry(body["id"].to_string()).or_default().push(at - begin);
            }
            assert!(arrivals.len() >= 3);
            for (event, times) in arrivals {
                assert!(
                    times.len() >= 5 && times.iter().all(|at| *at <= 3 * DAY + HOUR),
                    "{behaviors:?} {event} {times:?}"
                );
                latest = latest.max(times[0]);
            }
        }
    }
    assert!(latest > 2 * DAY, "{latest}");
}

/// A behavior counts only where it takes effect.
#[test]
fn what_has_no_effect_does_not_count() {
    let pinned = format!("{HOOK}&api_version=2024-06-20");
    let single = "url=http://127.0.0.1:9/hook&enabled_events[]=payment_intent.succeeded";
    let rows = [
        (Behavior::WebhookOlderVersion, Some(pinned.as_str())),
        (Behavior::WebhookReordered, Some(single)),
        (Behavior::WebhookRetried, Some(single)),
        (Behavior::WebhookBeforeAnswer, None),
    ];
    for (behavior, hook) in rows {
        let server = Directed::always(&[behavior]);
        if let Some(hook) = hook {
            server.post("/v1/webhook_endpoints", hook);
        }
        server.post("/v1/payment_intents", PAY);
        server.pass(HOUR);
        assert_eq!(server.bodies().is_empty(), hook.is_none());
        assert_eq!(server.count(behavior), 0, "{}", behavior.name());
    }
    // The refund fails before chaos would let it fail.
    let server = Directed::always(&[Behavior::RefundFailsLater]);
    let paid = server.post("/v1/payment_intents", PAY);
    let refund = server.post("/v1/refunds", &format!("payment_intent={}", paid["id"].as_str().unwrap()));
    assert_eq!(server.count(Behavior::RefundFailsLater), 0);
    let id: RefundId = refund["id"].as_str().unwrap().parse().unwrap();
    let account = server.app.engine().observe(id).unwrap().unwrap().as_refund().unwrap().account;
    let event = EnvironmentEvent::RefundReported { refund: id, outcome: Err(RefundFailure::Unknown) };
    assert_eq!(server.app.engine().inject(account, event).status(), 200);
    server.pass(21 * DAY);
    assert_eq!(server.count(Behavior::RefundFailsLater), 0);
    // A refused delivery counts when it comes again, not for its last attempt.
    let refusing = Directed::with(ChaosProfile::named("calm").unwrap(), 1, Some(500));
    let mut profile = ChaosProfile::silent();
    profile.set(Behavior::WebhookRetried, 1000);
    refusing.chaos.restart(ChaosChoice { seed: 1, profile }, None);
    refusing.post("/v1/webhook_endpoints", single);
    refusing.post("/v1/payment_intents", PAY);
    refusing.pass(4 * DAY);
    let attempts = u64::try_from(refusing.bodies().len()).unwrap();
    assert_eq!(refusing.count(Behavior::WebhookRetried), attempts - 1);
}

pub(crate) fn get(server: &Directed, path: &str) -> Value {
    let text = server.raw(&[(path, "", "")]);
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Only the occasions of a replay happen.
#[test]
fn a_replay_happens_as_it_was() {
    let choice = ChaosChoice { seed: 3, profile: ChaosProfile::named("stormy").unwrap() };
    let chaos = Chaos::directed(choice.clone());
    let all: Vec<bool> = (0..50).map(|_| chaos.decide(Behavior::WebhookDoubled, "x").is_some()).collect();
    let occurred = chaos.occurred();
    assert!(occurred.len() > 1);
    chaos.restart(choice, Some(std::iter::once(occurred[1].occasion.clone()).collect()));
    let some: Vec<bool> = (0..50).map(|_| chaos.decide(Behavior::WebhookDoubled, "x").is_some()).collect();
    assert!(some.iter().filter(|it| **it).count() == 1 && all.iter().zip(&some).all(|(all, some)| *all || !some));
}

/// Each occurrence is one JSON line with its requirements.
#[test]
fn occurrences_are_logged() {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let choice: ChaosChoice = "1:stormy".parse().unwrap();
    let chaos = Chaos::new(choice, Some(Box::new(lines.clone())));
    for _ in 0..100 {
        let _ = chaos.decide(Behavior::ClosedAfterEffect, "POST /v1/refunds");
    }
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(u64::try_from(text.lines().count()).unwrap(), chaos.totals()[&Behavior::ClosedAfterEffect]);
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["chaos"], "closed_after_effect");
        assert!(line["requirements"].as_str().unwrap().contains("R1"));
    }
}
