//! The endpoint and the pages over HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use holdfast_watch::{LARGEST_BODY, SigningSecrets, Watcher, sign};

use crate::common::{NOW, Running, SECRET, charge, event, impossible, post, raw, settings};

#[test]
fn a_delivery_is_stored_and_judged_once() {
    let watch = Running::start();
    let body = charge("evt_1", "pi_1");
    assert_eq!((watch.deliver(&body), watch.deliver(&body)), (200, 200));
    watch.settle();
    assert_eq!((watch.metric("events_total"), watch.metric("duplicates_total")), (1, 1));
    assert_eq!(watch.metric("payments{verdict=\"accepted\"}"), 1);
    assert_eq!(watch.print(), [""; 0]);
    let (summary, store, _folder) = watch.stop();
    assert_eq!((summary.events, summary.alerts), (1, 0));
    assert!(store.has_event("evt_1").unwrap());
}

#[test]
fn an_impossible_payment_raises_one_alert_with_its_explanation() {
    let watch = Running::start();
    assert_eq!(watch.deliver(&impossible("evt_1", "pi_1")), 200);
    watch.settle();
    assert_eq!(watch.deliver(&impossible("evt_2", "pi_1")), 200);
    watch.settle();
    let alerts = watch.print();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let alert: serde_json::Value = serde_json::from_str(&alerts[0]).unwrap();
    assert_eq!(alert["id"], "impossible:pi_1");
    assert_eq!(alert["event"]["id"], "evt_1");
    assert_eq!(alert["proof"], "alone");
    let (status, page) = watch.get("/");
    assert!(status == 200 && page.contains("pi_1") && page.contains(alert["event"]["id"].as_str().unwrap()), "{page}");
    let (status, page) = watch.get("/payments/pi_1");
    assert!(status == 200 && page.contains("evt_2") && page.contains("Verdict: impossible"), "{page}");
    assert_eq!(watch.get("/payments/pi_unknown").0, 404);
    assert_eq!(watch.metric("alerts_total{kind=\"impossible\"}"), 1);

    // A restart raises nothing again.
    let (summary, _, folder) = watch.stop();
    assert_eq!(summary.alerts, 1);
    let watch = Running::start_in(folder, |_| ());
    assert_eq!(watch.deliver(&impossible("evt_3", "pi_1")), 200);
    watch.settle();
    assert_eq!(watch.print(), [""; 0]);
}

#[test]
fn a_body_without_a_signature_that_counts_is_not_stored() {
    let watch = Running::start();
    let body = charge("evt_1", "pi_1");
    let header = |secret: &str, time: i64| format!("Stripe-Signature: {}\r\n", sign(&[secret], time, body.as_bytes()));
    for (name, headers, wanted) in [
        ("none", String::new(), "is missing"),
        ("by a stranger", header("whsec_stranger", NOW), "no `v1`"),
        ("too old", header(SECRET, NOW - 301), "301 s old"),
        ("malformed", "Stripe-Signature: garbage\r\n".to_owned(), "malformed"),
        ("not text", "Stripe-Signature: \u{e9}\r\n".to_owned(), "is missing"),
        ("of another body", format!("Stripe-Signature: {}\r\n", sign(&[SECRET], NOW, b"{}")), "no `v1`"),
    ] {
        let (status, answer) = post(watch.address(), &headers, body.as_bytes()).unwrap();
        assert!(status == 400 && answer.contains(wanted), "{name}: {status} {answer}");
    }
    for (name, headers) in [
        ("as old as accepted", header(SECRET, NOW - 300)),
        ("by the other secret", header("whsec_other", NOW)),
        ("by a rolled secret beside it", {
            format!("Stripe-Signature: {}\r\n", sign(&["whsec_rolled", SECRET], NOW, body.as_bytes()))
        }),
    ] {
        assert_eq!(post(watch.address(), &headers, body.as_bytes()).unwrap().0, 200, "{name}");
    }
    assert_eq!((watch.metric("rejected_total{reason=\"signature\"}"), watch.metric("events_total")), (6, 1));
}

#[test]
fn a_signed_body_that_is_no_event_is_named() {
    let watch = Running::start();
    let send = |body: &[u8]| {
        let signature = format!("Stripe-Signature: {}\r\n", sign(&[SECRET], NOW, body));
        post(watch.address(), &signature, body).unwrap()
    };
    let good = charge("evt_1", "pi_1");
    for (body, wanted) in [
        (b"".to_vec(), "not JSON"),
        (b"garbage".to_vec(), "not JSON"),
        (vec![0xff, 0xfe], "UTF-8"),
        (b"[]".to_vec(), "no event"),
        ("[".repeat(LARGEST_BODY).into_bytes(), "not JSON"),
        (good.replace("\"id\":\"evt_1\",", "").into_bytes(), "`id` is missing"),
        (event("evt_1", "charge.succeeded", "").into_bytes(), "`data"),
    ] {
        let (status, answer) = send(&body);
        assert!(status == 400 && answer.contains(wanted), "{status} {answer}");
    }
    // Pretty-printed, as the provider sends it.
    let pretty: serde_json::Value = serde_json::from_str(&good).unwrap();
    assert_eq!(send(format!("{pretty:#}").as_bytes()).0, 200);
    assert_eq!(watch.metric("rejected_total{reason=\"event\"}"), 7);
}

#[test]
fn a_huge_body_is_refused_and_the_watch_goes_on() {
    let watch = Running::start();
    let huge = vec![b' '; LARGEST_BODY + 1];
    let (status, answer) = post(watch.address(), "", &huge).unwrap();
    assert!(status == 413 && answer.contains("bytes"), "{status} {answer}");
    // In pieces of unknown number.
    let mut stream = TcpStream::connect(watch.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    let piece = [format!("{:x}\r\n", 1 << 16).into_bytes(), vec![b'x'; 1 << 16], b"\r\n".to_vec()].concat();
    while stream.write_all(&piece).is_ok() {
        let mut start = [0; 12];
        stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        if stream.read(&mut start).is_ok() {
            assert_eq!(&start, b"HTTP/1.1 413");
            break;
        }
    }
    assert_eq!(watch.deliver(&charge("evt_1", "pi_1")), 200);
    assert_eq!(watch.metric("rejected_total{reason=\"body\"}"), 2);
}

#[test]
fn garbage_is_no_request_and_the_watch_goes_on() {
    let watch = Running::start();
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..200 {
        let mut bytes = vec![0; random.usize(..400)];
        random.fill(&mut bytes);
        if random.bool() {
            bytes.splice(..0, *b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n");
        }
        let mut stream = TcpStream::connect(watch.address()).unwrap();
        let _ = stream.write_all(&bytes);
    }
    for (request, wanted) in [
        ("DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405),
        ("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        ("GET /payments/%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
        ("GET /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405),
    ] {
        assert_eq!(raw(watch.address(), request.as_bytes()).unwrap().0, wanted, "{request}");
    }
    assert_eq!(watch.deliver(&charge("evt_1", "pi_1")), 200);
    assert!(watch.watcher.is_running());
}

#[test]
fn deadlines_are_alarms_when_their_time_comes() {
    let watch = Running::start();
    let pending = r#""object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","status":"pending""#;
    assert_eq!(watch.deliver(&event("evt_1", "refund.created", pending)), 200);
    watch.settle();
    let day = 86_400;
    watch.clock.set(NOW + 14 * day + 59);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(watch.print(), [""; 0]);
    watch.clock.set(NOW + 14 * day + 60);
    crate::common::until("the alert is raised", || watch.metric("alerts_total{kind=\"refund_pending\"}") == 1);
    let alert: serde_json::Value = serde_json::from_str(&watch.print()[0]).unwrap();
    assert_eq!((&alert["kind"], &alert["raised"]), (&"refund_pending".into(), &(NOW + 14 * day + 60).into()));
    assert!(alert["why"].as_str().unwrap().contains("re_1"), "{alert}");
    watch.clock.set(NOW + 15 * day);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(watch.metric("alerts_total{kind=\"refund_pending\"}"), 1, "once");
}

#[test]
fn closed_payments_are_forgotten_after_the_stated_time() {
    let watch = Running::start_with(|settings| settings.forget_after = 1_000);
    assert_eq!(watch.deliver(&charge("evt_1", "pi_1")), 200);
    watch.settle();
    watch.clock.set(NOW + 999);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(watch.metric("payments_held"), 1);
    watch.clock.set(NOW + 1_060);
    crate::common::until("the payment is forgotten", || watch.metric("payments_held") == 0);
    assert_eq!(watch.metric("events_held"), 0);
}

#[test]
fn one_state_has_one_watch() {
    let watch = Running::start();
    let again = settings(watch.folder.path());
    let error = Watcher::start(again, watch.clock.clone()).err().unwrap();
    assert!(error.contains("another watch"), "{error}");
}

#[test]
fn what_cannot_be_used_is_named_by_its_option() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("watch.db"), "no database".repeat(20)).unwrap();
    let clock = std::sync::Arc::new(holdfast_watch::MachineClock);
    let error = Watcher::start(settings(folder.path()), clock.clone()).err().unwrap();
    assert!(error.starts_with("--state: cannot open"), "{error}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.listen = taken.local_addr().unwrap();
    let error = Watcher::start(settings, clock).err().unwrap();
    assert!(error.starts_with("--listen: cannot listen"), "{error}");
}

#[test]
fn secrets_are_not_shown() {
    let secrets = SigningSecrets::new(vec![SECRET.to_owned()], 300);
    assert!(!format!("{secrets:?}").contains(SECRET));
}
