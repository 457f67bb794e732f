//! Load test: create, confirm, capture and refund over many connections.
//!
//! `load [--seconds N] [--connections N] [--rounds N] [NAME=http://address]…` compares the engine in memory and on a file,
//! which it starts itself, with a bare route and with other servers of the API. The bare route only decodes and encodes
//! the same bodies: it is the upper limit. `load --soak N` reports the memory of an engine on a file for N seconds.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement that cannot go on fails, and counts to no great height"
)]

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Uri;
use holdfast_engine::edge::read;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const KEY: &str = "sk_test_load";

struct Options {
    seconds: u64,
    connections: usize,
    rounds: usize,
    soak: Option<u64>,
    others: Vec<(String, String)>,
}

fn options() -> Result<Options, String> {
    let mut options = Options { seconds: 5, connections: 32, rounds: 3, soak: None, others: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|next| next.parse().ok()).ok_or(format!("{word} needs a number"));
        match word.as_str() {
            "--seconds" => options.seconds = number()?,
            "--connections" => options.connections = usize::try_from(number()?).unwrap(),
            "--rounds" => options.rounds = usize::try_from(number()?).unwrap(),
            "--soak" => options.soak = Some(number()?),
            other => match other.split_once('=') {
                Some((name, url)) => {
                    options.others.push((name.to_owned(), url.trim_start_matches("http://").to_owned()));
                }
                None => {
                    return Err(format!(
                        "unknown option {other}; expected --seconds, --connections, --rounds, --soak or NAME=URL"
                    ));
                }
            },
        }
    }
    Ok(options)
}

#[tokio::main]
async fn main() {
    let options = options().unwrap_or_else(|error| {
        eprintln!("error: {error}");
        std::process::exit(2)
    });
    if let Some(seconds) = options.soak {
        return soak(&options, seconds).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let memory = Engine::start(":memory:".into());
    let on_file = Engine::start(folder.path().join("p.db"));
    let bare = bare(&memory.address).await;
    let mut servers = vec![
        ("bare route".to_owned(), bare, None),
        ("engine, memory".to_owned(), memory.address.clone(), None),
        ("engine, file".to_owned(), on_file.address.clone(), None),
    ];
    for (name, address) in &options.others {
        let method = method(address).await;
        servers.push((name.clone(), address.clone(), Some(method)));
    }
    println!(
        "{} connections, {} s a turn, {} turns, best turn of each",
        options.connections, options.seconds, options.rounds
    );
    let mut best: Vec<Option<Seen>> = servers.iter().map(|_| None).collect();
    for _ in 0..options.rounds {
        for (place, (_, address, method)) in best.iter_mut().zip(&servers) {
            let seen = drive(&options, address, method.as_deref(), Duration::from_secs(options.seconds)).await;
            if place.as_ref().is_none_or(|best| seen.per_second() > best.per_second()) {
                *place = Some(seen);
            }
        }
    }
    println!("{:<20} {:>10} {:>9} {:>9} {:>14}", "server", "requests/s", "p50 ms", "p99 ms", "of the limit");
    let limit = best[0].as_ref().unwrap().per_second();
    for ((name, ..), seen) in servers.iter().zip(&best) {
        let seen = seen.as_ref().unwrap();
        let share = format!("{}.{:02}", seen.per_second() / limit, seen.per_second() * 100 / limit % 100);
        println!("{name:<20} {:>10} {:>9} {:>9} {share:>14}", seen.per_second(), seen.part(50), seen.part(99));
    }
    println!("memory of the engine on a file: {} KiB", on_file.memory());
}

/// The measurements of one round.
struct Seen {
    /// The duration of each request, sorted.
    took: Vec<Duration>,
    elapsed: Duration,
}

impl Seen {
    fn per_second(&self) -> u64 {
        u64::try_from(self.took.len()).unwrap() * 1000 / u64::try_from(self.elapsed.as_millis()).unwrap().max(1)
    }

    /// Returns a percentile of the durations, in milliseconds.
    fn part(&self, hundredths: usize) -> String {
        let took = self.took[(self.took.len() * hundredths / 100).min(self.took.len() - 1)];
        format!("{}.{:02}", took.as_millis(), took.as_micros() / 10 % 100)
    }
}

/// Repeats payments on every connection until the time is over.
async fn drive(options: &Options, address: &str, method: Option<&str>, time: Duration) -> Seen {
    let begun = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..options.connections {
        let (address, method) = (address.to_owned(), method.unwrap_or("pm_card_visa").to_owned());
        clients.push(tokio::spawn(async move {
            let mut client = Client::connect(&address).await;
            let mut took = Vec::new();
            while begun.elapsed() < time {
                client.pay(&method, &mut took).await;
            }
            took
        }));
    }
    let mut took = Vec::new();
    for client in clients {
        took.extend(client.await.unwrap());
    }
    took.sort_unstable();
    Seen { took, elapsed: begun.elapsed() }
}

/// A persistent connection.
struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Makes one payment in four requests and measures each.
    async fn pay(&mut self, method: &str, took: &mut Vec<Duration>) {
        let create = format!(
            "amount=1000&currency=usd&payment_method={method}&payment_method_types[]=card&capture_method=manual"
        );
        let made = self.post("/v1/payment_intents", &create, took).await;
        let id = id(&made);
        self.post(&format!("/v1/payment_intents/{id}/confirm"), "", took).await;
        self.post(&format!("/v1/payment_intents/{id}/capture"), "amount_to_capture=1000", took).await;
        self.post("/v1/refunds", &format!("payment_intent={id}"), took).await;
    }

    async fn post(&mut self, path: &str, form: &str, took: &mut Vec<Duration>) -> String {
        let begun = Instant::now();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {KEY}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let answer = self.answer().await;
        took.push(begun.elapsed());
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer
    }

    async fn answer(&mut self) -> String {
        self.read.clear();
        loop {
            let count = self.stream.read_buf(&mut self.read).await.unwrap();
            assert!(count > 0, "the server closed the connection");
            if let Some(head) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let text = String::from_utf8_lossy(&self.read[..head]).to_ascii_lowercase();
                let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
                if self.read.len() >= head + 4 + length.unwrap_or(0) {
                    return String::from_utf8_lossy(&self.read).into_owned();
                }
            }
        }
    }
}

/// Returns the id of the payment in a response.
fn id(answer: &str) -> &str {
    let mut ids =
        answer.match_indices("\"id\":").map(|(at, name)| answer[at + name.len()..].trim_start_matches([' ', '"']));
    let from = ids.find(|rest| rest.starts_with("pi_"));
    from.and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("no payment in {answer}"))
}

/// Creates a payment method on a server that may have no test tokens.
async fn method(address: &str) -> String {
    let form = "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2034&card[cvc]=123";
    let answer = Client::connect(address).await.post("/v1/payment_methods", form, &mut Vec::new()).await;
    let (_, rest) = answer.split_once("\"pm_").unwrap_or_else(|| panic!("no method in {answer}"));
    format!("pm_{}", rest.split('"').next().unwrap())
}

/// An engine in a process of its own.
struct Engine {
    process: Child,
    address: String,
}

impl Engine {
    fn start(store: PathBuf) -> Self {
        let mut program = std::env::current_exe().unwrap();
        program.pop();
        program.set_file_name("engine");
        let mut process = Command::new(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "off", "--key", KEY, "--store"])
            .arg(store)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; build it first", program.display()));
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut lines = [const { String::new() }; 2];
        for line in &mut lines {
            said.read_line(line).unwrap();
        }
        let address = lines[0].trim().strip_prefix("listening on http://").unwrap().to_owned();
        Self { process, address }
    }

    /// Returns the resident memory of the process, in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().split(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The bodies that the bare route encodes: a payment and a refund.
type Bodies = Arc<(Value, Value)>;

/// Starts a server that decodes every form and encodes fixed bodies.
async fn bare(engine: &str) -> String {
    let mut client = Client::connect(engine).await;
    let body = |answer: &str| serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let made = client
        .post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true",
            &mut Vec::new(),
        )
        .await;
    let refund = client.post("/v1/refunds", &format!("payment_intent={}", id(&made)), &mut Vec::new()).await;
    let bodies: Bodies = Arc::new((body(&made), body(&refund)));
    let router = Router::new().fallback(encode).with_state(bodies);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let service = hyper_util::service::TowerToHyperService::new(router.clone());
            tokio::spawn(async move {
                let io = hyper_util::rt::TokioIo::new(stream);
                let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
            });
        }
    });
    address
}

async fn encode(State(bodies): State<Bodies>, uri: Uri, body: Bytes) -> Body {
    let text = percent_encoding::percent_decode(&body).decode_utf8_lossy();
    let tree = read::form(text.split('&').filter_map(|pair| pair.split_once('=')));
    let encoded = if uri.path().starts_with("/v1/refunds") { &bodies.1 } else { &bodies.0 };
    std::hint::black_box(tree);
    Body::from(encoded.to_string())
}

/// Panics if memory grows between the first quarter of the run and its end.
async fn soak(options: &Options, seconds: u64) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start(folder.path().join("p.db"));
    let mut early = 0;
    let mut requests = 0;
    for quarter in 1..=4 {
        let seen = drive(options, &engine.address, None, Duration::from_secs(seconds.div_ceil(4))).await;
        requests += seen.took.len();
        let memory = engine.memory();
        println!("after {quarter} of 4 quarters: {requests} requests, {memory} KiB");
        if quarter == 1 {
            early = memory;
        }
    }
    let late = engine.memory();
    // Page caches may still be filling after the first quarter.
    let most = early + early / 4 + 8_192;
    println!("memory went from {early} to {late} KiB; the limit is {most} KiB");
    assert!(late <= most, "memory grows");
}
