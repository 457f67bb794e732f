//! A small shop in this process: it pays on the server, and has one habit.

pub(crate) mod ledger;
#[path = "../../../drive/tests/shop/message.rs"]
mod message;

use message::message;

use holdfast_merchant::http::WebClient;
use holdfast_merchant::{MerchantConfig, MerchantOrder};
use holdfast_server::chaos::{Behavior, ChaosChoice, ChaosProfile};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A trait of a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// It reads the payment from the provider for each request of the books.
    Correct,
    /// It answers 404 for every order.
    KnowsNoOrder,
    /// It sends the money as text.
    SendsText,
    /// It sends books without any known field.
    SendsOther,
    /// Every start of a purchase fails.
    NeverStarts,
    /// Every start of a purchase after the first order's fails.
    StartsOnce,
    /// Its books say that nothing is canceled, and nothing else.
    SendsCanceled,
    /// It closes the connection of each webhook without a response.
    DropsWebhooks,
    /// It uses an unknown parameter, and fulfills twice.
    MalformedAndTwice,
}

struct TestShop {
    habit: Habit,
    provider: String,
    orders: Mutex<BTreeMap<String, String>>,
    client: WebClient,
}

/// Serves a shop and returns the file that describes it.
pub(crate) fn serve(habit: Habit) -> MerchantConfig {
    serve_until(habit, Arc::default())
}

/// Serves a shop until the connection after `is_over` is set.
pub(crate) fn serve_until(habit: Habit, is_over: Arc<AtomicBool>) -> MerchantConfig {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let provider = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (orders, client) = (Mutex::default(), WebClient::default());
    let shop = Arc::new(TestShop { habit, provider: format!("http://{provider}"), orders, client });
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if is_over.load(Ordering::SeqCst) {
                return;
            }
            let shop = Arc::clone(&shop);
            std::thread::spawn(move || shop.answer(stream));
        }
    });
    let text = format!(
        "url = \"{url}\"\nprovider = \"{provider}\"\nwebhook = \"/webhook\"\nbooks = \"/books/{{order}}\"\n\
         webhook_events = [\"payment_intent.succeeded\"]\n[[flow]]\nname = \"direct\"\nstart = \"POST /buy\"\n\
         body = '{{\"order\": \"{{order}}\", \"amount\": {{amount}}, \"method\": \"{{payment_method}}\"}}'\n\
         customer = \"server\"\npay = \"/payment\"\n"
    );
    MerchantConfig::parse(&text).unwrap()
}

/// Returns the order for a check without chaos.
pub(crate) fn order(purchases: u64) -> MerchantOrder {
    let mut profile = ChaosProfile::silent();
    profile.set(Behavior::WebhookRetried, 1000);
    let choice = ChaosChoice { seed: 1, profile };
    let time_limit = Duration::from_secs(300);
    MerchantOrder { choice, purchases, together: 1, time_limit, is_hostile: false, keep_going: false, replay: None }
}

impl TestShop {
    fn answer(&self, stream: TcpStream) {
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        while let Some((method, path, body)) = request(&mut reader) {
            let (status, body) = match (method.as_str(), path.as_str()) {
                ("POST", "/webhook") if self.habit == Habit::DropsWebhooks => return,
                ("POST", "/webhook") => (200, Value::Null),
                ("POST", "/buy") => self.buy(&serde_json::from_str(&body).unwrap()),
                _ => self.books(path.trim_start_matches("/books/")),
            };
            let text = body.to_string();
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}", text.len());
            if writer.write_all(format!("{head}\r\n\r\n{text}").as_bytes()).is_err() {
                return;
            }
        }
    }

    fn buy(&self, wanted: &Value) -> (u16, Value) {
        let text = |name: &str| wanted.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_other = !self.orders.lock().unwrap().keys().all(|known| *known == text("order"));
        if self.habit == Habit::NeverStarts || self.habit == Habit::StartsOnce && is_other {
            return (500, Value::Null);
        }
        let form = format!(
            "amount={}&currency=usd&confirm=true&payment_method={}&payment_method_types[]=card",
            wanted.get("amount").cloned().unwrap_or_default(),
            text("method")
        );
        let headers = [("authorization", "Bearer sk_test_merchant"), ("idempotency-key", &text("order"))];
        let path = format!("{}/v1/payment_intents", self.provider);
        if self.habit == Habit::MalformedAndTwice {
            let _ = self.client.send("POST", &path, &headers[..1], "color=red");
        }
        let reply = self.client.send("POST", &path, &headers, &form);
        let id = reply.json.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.orders.lock().unwrap().insert(text("order"), id.clone());
        (if reply.is_success() { 200 } else { 402 }, json!({ "payment": id }))
    }

    fn books(&self, order: &str) -> (u16, Value) {
        let id = self.orders.lock().unwrap().get(order).cloned();
        let Some(id) = id.filter(|_| self.habit != Habit::KnowsNoOrder) else { return (404, Value::Null) };
        let path = format!("{}/v1/payment_intents/{id}", self.provider);
        let headers = [("authorization", "Bearer sk_test_merchant")];
        let paid = self
            .client
            .send("GET", &path, &headers, "")
            .json
            .get("amount_received")
            .and_then(Value::as_u64)
            .unwrap_or(0);
        let times = if self.habit == Habit::MalformedAndTwice { 2 } else { 1 };
        (
            200,
            match self.habit {
                Habit::SendsText => json!({ "paid": format!("{paid}.00") }),
                Habit::SendsOther => json!({ "total": paid }),
                Habit::SendsCanceled => json!({ "canceled": 0 }),
                Habit::Correct
                | Habit::KnowsNoOrder
                | Habit::NeverStarts
                | Habit::StartsOnce
                | Habit::DropsWebhooks
                | Habit::MalformedAndTwice => {
                    json!({ "paid": paid, "refunded": 0, "fulfilled": if paid > 0 { times } else { 0 } })
                }
            },
        )
    }
}

/// Reads one request: method, path and body.
fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, String, String)> {
    let (first, _, body) = message(stream)?;
    let mut words = first.split(' ').map(str::to_owned);
    Some((words.next()?, words.next()?, body))
}
