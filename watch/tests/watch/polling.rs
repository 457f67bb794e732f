//! Polling fills gaps, page by page, and asks again only for what may be new.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_watch::PollTarget;

use crate::common::{NOW, Running, event, until};

/// A list of events, the newest first, over HTTP.
struct Provider {
    url: String,
    events: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    /// Starts a provider that lists at most `page` events at once and answers requests without its key with 401.
    fn start(page: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (events, asked) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (kept, log) = (Arc::clone(&events), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                let mut lines = Vec::new();
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
                        break;
                    }
                    lines.push(line.trim().to_owned());
                }
                let Some(target) = lines.first().and_then(|line| line.split(' ').nth(1)) else { continue };
                let has_key = lines.iter().any(|line| line.eq_ignore_ascii_case("authorization: Bearer sk_1"));
                log.lock().unwrap().push(target.to_owned());
                let all = kept.lock().unwrap().clone();
                let after = target.split(['?', '&']).find_map(|it| it.strip_prefix("starting_after="));
                let from =
                    after.map_or(0, |id| all.iter().position(|it| it.contains(&format!("\"{id}\""))).unwrap() + 1);
                let data: Vec<String> = all.iter().skip(from).take(page).cloned().collect();
                let has_more = from + data.len() < all.len();
                let body = format!(r#"{{"object":"list","data":[{}],"has_more":{has_more}}}"#, data.join(","));
                let (status, body) = if has_key { (200, body) } else { (401, "{}".to_owned()) };
                let answer =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
                reader.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, events, asked }
    }

    /// Adds an event that was created `age` seconds ago.
    fn add(&self, id: &str, age: i64) {
        let text = event(id, "customer.created", r#""object":"customer","id":"cus_1""#);
        let text = text.replace(&NOW.to_string(), &(NOW - age).to_string());
        self.list(text);
    }

    /// Lists an event as the newest.
    fn list(&self, text: String) {
        self.events.lock().unwrap().insert(0, text);
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    fn target(&self, key: &str) -> Option<PollTarget> {
        Some(PollTarget { url: format!("{}/", self.url), key: key.to_owned(), every: Duration::from_millis(200) })
    }
}

#[test]
fn gaps_are_filled_and_known_pages_are_not_read_again() {
    let provider = Provider::start(3);
    for number in 0..10 {
        provider.add(&format!("evt_{number}"), 50_000 - number * 5_000);
    }
    let watch = Running::start_with(|settings| settings.poll = provider.target("sk_1"));
    until("the first poll is done", || watch.metric("polls_total") >= 1);
    assert_eq!(watch.metric("events_held"), 10);
    provider.add("evt_new", 0);
    until("the new event is found", || watch.metric("events_held") == 11);
    let (_, store, folder) = watch.stop();
    for number in 0..10 {
        assert!(store.has_event(&format!("evt_{number}")).unwrap());
    }
    drop(store);

    // After a restart only the newest page is read: the rest was read by a complete poll.
    provider.asked();
    let watch = Running::start_in(folder, |settings| settings.poll = provider.target("sk_1"));
    until("the next poll is done", || watch.metric("polls_total") >= 1);
    assert_eq!(watch.metric("events_total"), 0);
    watch.stop();
    let asked = provider.asked();
    assert!(asked.iter().all(|target| target.starts_with("/v1/events?limit=100")), "{asked:?}");
    assert!(asked.iter().all(|target| !target.contains("starting_after")), "{asked:?}");
}

/// An event without a time ends no page, and is named.
#[test]
fn an_unreadable_event_ends_no_poll_and_is_noted_once() {
    let provider = Provider::start(3);
    for number in 0..7 {
        provider.add(&format!("evt_{number}"), 50_000 - number * 5_000);
    }
    let broken = event("evt_broken", "customer.created", r#""object":"customer","id":"cus_1""#);
    let broken = broken.replace(&format!("\"created\":{NOW}"), "\"created\":\"now\"");
    for place in [2, 0] {
        provider.events.lock().unwrap().insert(place, broken.replace("broken", &format!("broken{place}")));
    }
    let watch = Running::start_with(|settings| settings.poll = provider.target("sk_1"));
    until("three polls are done", || watch.metric("polls_total") >= 3);
    assert_eq!(watch.metric("events_held"), 7, "the pages behind it were read");
    let notes = watch.watcher.notes();
    assert_eq!(notes.len(), 2, "{notes:?}");
    for (note, id) in notes.iter().zip(["evt_broken0", "evt_broken2"]) {
        assert!(note.contains(id) && note.contains("`created` is \"now\""), "{note}");
    }
    assert_eq!(watch.metric("rejected_total{reason=\"event\"}"), 2, "each is counted once");
    let (_, store, _folder) = watch.stop();
    assert_eq!(store.mark("polled_until").unwrap(), Some(NOW - 20_000), "the newest event with a time");
}

#[test]
fn a_refusal_is_noted_once_and_the_watch_goes_on() {
    let provider = Provider::start(3);
    provider.add("evt_1", 0);
    let watch = Running::start_with(|settings| settings.poll = provider.target("sk_wrong"));
    until("two polls failed", || watch.metric("poll_failures_total") >= 2);
    let notes = watch.watcher.notes();
    assert!(notes.len() == 1 && notes[0].contains("401") && notes[0].contains("--key"), "{notes:?}");
    assert_eq!(watch.deliver(&event("evt_2", "customer.created", r#""object":"customer","id":"cus_1""#)), 200);
    assert_eq!(watch.metric("polls_total"), 0);
}

/// A deadline that passed while the watch was down: the event that ended it was missed, and the list has it.
#[test]
fn a_deadline_waits_for_the_first_poll_and_not_for_ever() {
    let refund = |id: &str, status: &str| {
        let object =
            format!(r#""object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","status":"{status}""#);
        event(id, "refund.updated", &object)
    };
    let later = NOW + 15 * 86_400;
    for (key, alerts) in [("sk_1", 0), ("sk_wrong", 1)] {
        let provider = Provider::start(3);
        provider.list(refund("evt_2", "succeeded"));
        let watch = Running::start();
        assert_eq!(watch.deliver(&refund("evt_1", "pending")), 200);
        let (_, _, folder) = watch.stop();
        let watch = Running::start_at(later, folder, |settings| settings.poll = provider.target(key));
        until("a poll is done", || watch.metric("polls_total") + watch.metric("poll_failures_total") >= 2);
        watch.settle();
        assert_eq!(watch.print(), [""; 0], "{key}");
        watch.clock.set(later + 120);
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(watch.print().len(), alerts, "{key}");
    }
}
