//! Alerts reach the webhook of the user, each once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::common::{NOW, Running, impossible, until};

/// Starts an endpoint that answers with these statuses in turn, then with 200. Returns its URL and the bodies.
fn receiver(mut statuses: Vec<u16>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/alerts", listener.local_addr().unwrap());
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&bodies);
    statuses.reverse();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            kept.lock().unwrap().push(String::from_utf8(body).unwrap());
            let status = statuses.pop().unwrap_or(200);
            let answer =
                format!("HTTP/1.1 {status} X\r\nLocation: /x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, bodies)
}

#[test]
fn an_alert_is_posted_until_it_is_accepted_and_then_never_again() {
    let (url, bodies) = receiver(vec![500, 302]);
    let watch = Running::start_with(|settings| settings.alert_url = Some(url.clone()));
    watch.deliver(&impossible("evt_1", "pi_1"));
    let posted = |number: usize| until("it is posted", || bodies.lock().unwrap().len() == number);
    posted(1);
    assert_eq!(watch.metric("alerts_unposted"), 1);
    watch.clock.set(NOW + 1);
    posted(2);
    // The wait outlives a restart.
    let (_, _, folder) = watch.stop();
    let watch = Running::start_in(folder, |settings| settings.alert_url = Some(url));
    watch.clock.set(NOW + 10);
    posted(3);
    until("it is accepted", || watch.metric("alerts_unposted") == 0);
    watch.clock.set(NOW + 100_000);
    watch.deliver(&impossible("evt_2", "pi_1"));
    std::thread::sleep(std::time::Duration::from_millis(700));
    let bodies = bodies.lock().unwrap();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0] && body.contains("impossible:pi_1")), "{bodies:?}");
}

#[test]
fn an_endpoint_that_is_gone_delays_nothing_else() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let watch = Running::start_with(|settings| settings.alert_url = Some(format!("http://{gone}/")));
    for number in 0..20 {
        assert_eq!(watch.deliver(&impossible(&format!("evt_{number}"), &format!("pi_{number}"))), 200);
    }
    watch.settle();
    assert_eq!(watch.print().len(), 20);
    assert_eq!(watch.metric("alerts_unposted"), 20);
    watch.stop();
}

/// The reason why an alert does not arrive is said once, and again after a success.
#[test]
fn a_refused_alert_is_noted_once_a_reason() {
    let (url, bodies) = receiver(vec![500, 500, 403]);
    let watch = Running::start_with(|settings| settings.alert_url = Some(url));
    watch.deliver(&impossible("evt_1", "pi_1"));
    for (number, wait) in [(1, 1), (2, 10), (3, 100)] {
        until("it is posted", || bodies.lock().unwrap().len() == number);
        until("it is counted", || watch.metric("alert_post_failures_total") == u64::try_from(number).unwrap());
        watch.clock.set(NOW + wait);
    }
    until("it is accepted", || watch.metric("alerts_unposted") == 0);
    let notes = watch.watcher.notes();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("--alert") && notes[0].contains("500") && notes[1].contains("403"), "{notes:?}");
    assert_eq!(watch.metric("rejected_total{reason=\"store\"}"), 0);
}
