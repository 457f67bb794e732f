//! Deliveries of the real server on their way to the endpoint of a drive, which a planted fault changes.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_engine::{Time, sign};
use serde_json::{Value, json};

use super::change::Change;
use super::shop::message::message;

/// A relay between the real server and the endpoints of a drive.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    way: Arc<Mutex<RelayState>>,
}

/// The endpoints behind the relay, and the deliveries that it holds back.
#[derive(Debug)]
struct RelayState {
    change: Change,
    /// The URL and the secret of each endpoint, by its path here.
    endpoints: BTreeMap<String, (String, String)>,
    held: Vec<Post>,
}

/// One delivery: its URL, signature and body.
#[derive(Clone, Debug)]
struct Post {
    url: String,
    signature: String,
    body: String,
}

impl Relay {
    pub(super) fn open(change: Change) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let way = Arc::new(Mutex::new(RelayState { change, endpoints: BTreeMap::new(), held: Vec::new() }));
        let shared = Arc::clone(&way);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let way = Arc::clone(&shared);
                std::thread::spawn(move || pass(stream.unwrap(), &way));
            }
        });
        Self { address, way }
    }

    /// Returns the URL under which the real server reaches the endpoint at `url`.
    pub(super) fn url(&self, url: &str) -> String {
        let path = format!("/{}", url.rsplit('/').next().unwrap());
        self.way.lock().unwrap().endpoints.insert(path.clone(), (url.to_owned(), String::new()));
        format!("http://{}{path}", self.address)
    }

    /// Notes the secret of the endpoint at `url`.
    pub(super) fn note_secret(&self, url: &str, secret: &str) {
        let mut way = self.way.lock().unwrap();
        let endpoint = way.endpoints.values_mut().find(|(known, _)| known == url).unwrap();
        secret.clone_into(&mut endpoint.1);
    }
}

/// Passes the deliveries of a connection on, changed.
fn pass(mut stream: TcpStream, way: &Mutex<RelayState>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    while let Some((first, headers, body)) = message(&mut lines) {
        let path = first.split_whitespace().nth(1).unwrap().to_owned();
        let change = way.lock().unwrap().change;
        let (url, secret) = way.lock().unwrap().endpoints[&path].clone();
        let signature = headers.get("stripe-signature").cloned().unwrap_or_default();
        let mut event: Value = serde_json::from_str(&body).unwrap();
        let mut post = Post { url, signature, body };
        let kind = event["type"].as_str().unwrap().to_owned();
        let mut sign_again = |event: &Value| {
            post.body = event.to_string();
            let time = post.signature.split([',', '=']).nth(1).unwrap().parse().unwrap();
            post.signature = sign(std::slice::from_ref(&secret), Time::new(time), &post.body);
        };
        let status = match (change, kind.as_str()) {
            (Change::DeliveriesAreLost, "charge.captured") => 200,
            (Change::SignaturesAreWrong, _) => {
                let last = post.signature.pop().unwrap();
                post.signature.push(if last == '0' { '1' } else { '0' });
                send(&post)
            }
            (Change::SnapshotsDiffer, "charge.captured") => {
                event["data"]["object"]["amount_captured"] = json!(701);
                sign_again(&event);
                send(&post)
            }
            (Change::DeliveredBeforeDiffers, "charge.refunded") => {
                event["data"]["previous_attributes"]["amount_refunded"] = json!(1);
                sign_again(&event);
                send(&post)
            }
            (Change::NoFurtherAttempts, _) => {
                send(&post);
                200
            }
            (Change::RedirectionsCount, _) => match send(&post) {
                302 => 200,
                status => status,
            },
            // A delivery that is to be repeated is not held back: the server takes it for delivered.
            (Change::DeliveriesOvertake, "payment_intent.created") if path.contains("deliveries-of-events") => {
                way.lock().unwrap().held.push(post);
                200
            }
            (Change::DeliveriesOvertake, "charge.captured") => {
                let status = send(&post);
                let held = std::mem::take(&mut way.lock().unwrap().held);
                held.iter().for_each(|post| {
                    send(post);
                });
                status
            }
            (Change::DeliveriesAreSlow, _) => {
                std::thread::sleep(Duration::from_millis(400));
                send(&post)
            }
            (Change::DeliveredTwice, _) => {
                send(&post);
                send(&post)
            }
            _ => send(&post),
        };
        if stream.write_all(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").as_bytes()).is_err() {
            return;
        }
    }
}

/// Delivers, and returns the status of the answer; 503 if nothing listens.
fn send(post: &Post) -> u16 {
    let (authority, path) = post.url.trim_start_matches("http://").split_once('/').unwrap();
    let Ok(mut stream) = TcpStream::connect(authority) else { return 503 };
    let head = format!("POST /{path} HTTP/1.1\r\nHost: {authority}\r\nStripe-Signature: {}\r\n", post.signature);
    let length = post.body.len();
    let text = format!("{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{}", post.body);
    if stream.write_all(text.as_bytes()).is_err() {
        return 503;
    }
    let answer = message(&mut BufReader::new(stream));
    answer.and_then(|(first, ..)| first.split_whitespace().nth(1)?.parse().ok()).unwrap_or(503)
}
