//! Requests in, answers out.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::Fault;
use super::form::form;
use super::message::message;
use super::till::{Answer, Till};

/// Requests after which the server that goes away is gone.
const LAST: u32 = 400;

pub(crate) type Form = BTreeMap<String, String>;

pub(crate) fn serve(
    stream: TcpStream,
    till: &Mutex<Till>,
    fault: Option<Fault>,
    over: &AtomicBool,
    served: &AtomicU32,
) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut out = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream);
    while let Some((method, path, form, key)) = read(&mut lines) {
        if over.load(Ordering::Relaxed) {
            return;
        }
        if fault == Some(Fault::GoesAway) && served.fetch_add(1, Ordering::Relaxed) > LAST {
            over.store(true, Ordering::Relaxed);
            return;
        }
        let count = if matches!(fault, Some(Fault::LimitsRate | Fault::LimitsForGood)) {
            served.fetch_add(1, Ordering::Relaxed)
        } else {
            0
        };
        if fault == Some(Fault::LimitsRate) && count % 97 == 96 || fault == Some(Fault::LimitsForGood) && count > LAST {
            let wait = if fault == Some(Fault::LimitsRate) { 0 } else { 86_400 };
            let head = format!("HTTP/1.1 429 X\r\nRetry-After: {wait}\r\nContent-Length: 2\r\n\r\n{{}}");
            if out.write_all(head.as_bytes()).is_err() {
                return;
            }
            continue;
        }
        let key = key.filter(|_| {
            // A server that works in the background of a broken connection, without its key.
            fault != Some(Fault::CutForgetsKeys) || !is_cut(&out)
        });
        let answer = answer(till, fault, &method, &path, &form, key.as_deref());
        let Some((status, body)) = answer else { return };
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        if out.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}

/// Returns whether the other side has closed the connection, after a moment.
fn is_cut(stream: &TcpStream) -> bool {
    std::thread::sleep(Duration::from_millis(3));
    stream.set_nonblocking(true).unwrap();
    let is_closed = matches!(stream.peek(&mut [0]), Ok(0));
    stream.set_nonblocking(false).unwrap();
    is_closed
}

/// `None`: the connection is dropped.
fn answer(
    till: &Mutex<Till>,
    fault: Option<Fault>,
    method: &str,
    path: &str,
    form: &Form,
    key: Option<&str>,
) -> Option<Answer> {
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    let is_slow = match fault {
        Some(Fault::RacingCaptures) => segments.last() == Some(&"capture"),
        Some(Fault::RacingRefunds) => method == "POST" && segments == ["refunds"],
        _ => false,
    };
    let crowds = match fault {
        Some(Fault::RacingDrops) => segments.last() == Some(&"capture"),
        Some(Fault::RacingHangs) => method == "POST" && segments == ["refunds"],
        _ => false,
    };
    if crowds {
        let is_second = till.lock().unwrap().enter();
        if is_second {
            // What is never answered is not under way either.
            till.lock().unwrap().leave();
            std::thread::sleep(Duration::from_millis(if fault == Some(Fault::RacingHangs) { 1_500 } else { 3 }));
            return None;
        }
        std::thread::sleep(Duration::from_millis(3));
        let mut till = till.lock().unwrap();
        till.leave();
        return till.answer(method, &segments, form, key);
    }
    if fault == Some(Fault::LosesLooks) && method == "GET" && till.lock().unwrap().is_canceled(&segments) {
        return None;
    }
    let is_page = method == "GET" && segments == ["payment_intents"] && form.get("limit").is_some_and(|it| it == "2");
    if fault == Some(Fault::DropsPages) && is_page {
        return None;
    }
    if is_slow {
        // Reads, waits, and acts on a state that may be old by then.
        let seen = till.lock().unwrap().clone();
        std::thread::sleep(Duration::from_millis(3));
        return till.lock().unwrap().act_on(&seen, method, &segments, form, key);
    }
    till.lock().unwrap().answer(method, &segments, form, key)
}

fn read(lines: &mut BufReader<TcpStream>) -> Option<(String, String, Form, Option<String>)> {
    let (first, headers, body) = message(lines)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let form = form(if body.is_empty() { query } else { &body });
    Some((method, path.to_owned(), form, headers.get("idempotency-key").cloned()))
}

/// A refusal.
pub(crate) fn refusal(status: u16, kind: &str, code: Option<&str>, param: Option<&str>) -> (u16, Value) {
    (status, json!({ "error": { "type": kind, "code": code, "param": param, "message": "no" } }))
}
