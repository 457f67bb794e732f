//! A shop that keeps books by webhooks, refunds, captures and cancels. It is correct unless its practice is a mistake.

use super::request;
use holdfast_merchant::MerchantConfig;
use holdfast_merchant::http::{WebClient, WebReply};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// The way in which a shop works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Practice {
    /// It works on a webhook and then acknowledges it.
    WorksFirst,
    /// It acknowledges a webhook and then works on it (HOOK-6).
    Queues,
    /// It ignores webhooks and asks the provider again and again.
    Polls,
    /// It answers everything with 202.
    Accepts,
    /// It takes its time for each webhook.
    Slow,
    /// It refunds everything that is left instead of the amount that the staff asks for.
    RefundsTheRest,
    /// It refunds half of what the staff asks for.
    RefundsHalf,
    /// It writes the refunds into its books twice.
    BooksRefundsTwice,
    /// It fulfills the order before the one that was paid.
    FulfillsAnother,
    /// It captures the whole hold instead of the amount that the staff asks for.
    ForgetsTheAmount,
    /// It confirms a capture and makes none.
    ForgetsTheCapture,
    /// It takes the amount of an event for true, signed or not.
    BelievesEvents,
    /// It confirms a cancellation and captures.
    CapturesOnCancel,
}

#[derive(Clone, Debug, Default)]
struct LedgerOrder {
    payment: String,
    session: String,
    tries: u32,
    books: [u64; 4],
}

struct LedgerShop {
    practice: Practice,
    url: String,
    provider: String,
    client: WebClient,
    orders: Mutex<BTreeMap<String, LedgerOrder>>,
    working: Mutex<()>,
}

/// Serves a shop and returns the file that describes it.
pub(crate) fn serve(practice: Practice) -> MerchantConfig {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let provider = format!("http://{address}");
    let (client, orders, working) = (WebClient::default(), Mutex::default(), Mutex::default());
    let shop = Arc::new(LedgerShop { practice, url: url.clone(), provider, client, orders, working });
    if practice == Practice::Polls {
        let shop = Arc::clone(&shop);
        spawn(move || {
            loop {
                let names: Vec<String> = shop.orders.lock().unwrap().keys().rev().take(8).cloned().collect();
                for name in &names {
                    let _ = shop.work(name);
                }
                sleep(Duration::from_millis(40));
            }
        });
    }
    spawn(move || {
        for stream in listener.incoming().flatten() {
            let shop = Arc::clone(&shop);
            spawn(move || shop.serve(stream));
        }
    });
    let staff = "refund = { request = \"POST /refund/{order}\", body = '{\"amount\": {amount}, \"request\": \"{request}\"}', \
                 partial = true }\n";
    let text = format!(
        "url = \"{url}\"\nprovider = \"{address}\"\nwebhook = \"/webhook\"\nbooks = \"/books/{{order}}\"\n\
         [[flow]]\nname = \"direct\"\nstart = \"POST /direct\"\n\
         body = '{{\"order\": \"{{order}}\", \"amount\": {{amount}}, \"method\": \"{{payment_method}}\"}}'\n\
         customer = \"server\"\npay = \"/payment\"\n{staff}\
         [[flow]]\nname = \"hold\"\nstart = \"POST /hold\"\nbody = '{{\"order\": \"{{order}}\", \"amount\": {{amount}}}}'\n\
         customer = \"client\"\npay = \"/payment\"\n{staff}\
         capture = {{ request = \"POST /capture/{{order}}\", body = '{{\"amount\": {{amount}}}}', partial = true }}\n\
         cancel = {{ request = \"POST /cancel/{{order}}\" }}\n\
         [[flow]]\nname = \"embedded\"\nstart = \"POST /embedded\"\nmethods = [\"card\", \"us_bank_account\"]\n\
         body = '{{\"order\": \"{{order}}\", \"amount\": {{amount}}}}'\ncustomer = \"embedded\"\npay = \"/payment\"\n{staff}"
    );
    MerchantConfig::parse(&text).unwrap()
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

impl LedgerShop {
    fn serve(self: &Arc<Self>, stream: TcpStream) {
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        while let Some((_, path, body)) = request(&mut reader) {
            let body = serde_json::from_str(&body).unwrap_or(Value::Null);
            let (mut status, answer) = self.answer(&path, &body);
            if self.practice == Practice::Accepts && status == 200 && !path.starts_with("/books") {
                status = 202;
            }
            let answer = answer.to_string();
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}", answer.len());
            if writer.write_all(format!("{head}\r\n\r\n{answer}").as_bytes()).is_err() {
                return;
            }
        }
    }

    fn answer(self: &Arc<Self>, path: &str, body: &Value) -> (u16, Value) {
        let (act, name) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
        match act {
            "webhook" => (self.webhook(body), Value::Null),
            "books" => match self.orders.lock().unwrap().get(name) {
                Some(LedgerOrder { books: [paid, refunded, fulfilled, canceled], .. }) => {
                    (200, json!({ "paid": paid, "refunded": refunded, "fulfilled": fulfilled, "canceled": canceled }))
                }
                None => (404, Value::Null),
            },
            "direct" | "hold" => self.buy(act == "hold", body),
            "embedded" => self.embed(body),
            "return" => (200, Value::Null),
            _ => (self.staff(act, name, body), Value::Null),
        }
    }

    /// Asks the provider until it answers, always under the same key.
    fn ask(&self, path: &str, form: &str, key: &str) -> WebReply {
        let headers = [("authorization", "Bearer sk_test_merchant"), ("idempotency-key", key)];
        let (method, headers) = if form.is_empty() { ("GET", &headers[..1]) } else { ("POST", &headers[..]) };
        let mut reply = WebReply::default();
        for _ in 0..60 {
            reply = self.client.send(method, &format!("{}/v1/{path}", self.provider), headers, form);
            if ![0, 409, 429].contains(&reply.status) {
                break;
            }
        }
        reply
    }

    fn buy(&self, is_hold: bool, body: &Value) -> (u16, Value) {
        let order = text(body, "/order");
        let capture = if is_hold { "manual" } else { "automatic" };
        let form = format!(
            "amount={}&currency=usd&payment_method_types[]=card&capture_method={capture}&metadata[order]={order}",
            number(body, "/amount")
        );
        let made = self.ask("payment_intents", &form, &format!("create-{order}"));
        let id = text(&made.json, "/id");
        if !made.is_success() {
            return (503, Value::Null);
        }
        let tries = {
            let mut orders = self.orders.lock().unwrap();
            let entry = orders.entry(order.clone()).or_default();
            entry.payment.clone_from(&id);
            entry.tries = entry.tries.saturating_add(1);
            entry.tries
        };
        if is_hold {
            return (200, json!({ "payment": text(&made.json, "/client_secret") }));
        }
        let now = self.ask(&format!("payment_intents/{id}"), "", "");
        let mut is_declined = false;
        if ["requires_payment_method", "requires_confirmation"].contains(&text(&now.json, "/status").as_str()) {
            let form = format!("payment_method={}", text(body, "/method"));
            let path = format!("payment_intents/{id}/confirm");
            is_declined = self.ask(&path, &form, &format!("confirm-{order}-{tries}")).status == 402;
        }
        self.work(&order);
        (if is_declined { 402 } else { 200 }, json!({ "payment": id }))
    }

    /// Creates a session that a frame of the shop shows.
    fn embed(&self, body: &Value) -> (u16, Value) {
        let (order, amount) = (text(body, "/order"), number(body, "/amount"));
        let form = format!(
            "mode=payment&ui_mode=embedded_page&return_url={}/return&client_reference_id={order}&payment_method_types[]=card&\
             payment_method_types[]=us_bank_account&payment_intent_data[metadata][order]={order}&line_items[0][quantity]=1&\
             line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]={amount}&\
             line_items[0][price_data][product_data][name]=shirt",
            self.url
        );
        let made = self.ask("checkout/sessions", &form, &format!("create-{order}"));
        if made.is_success() {
            self.orders.lock().unwrap().entry(order).or_default().session = text(&made.json, "/id");
        }
        (if made.is_success() { 200 } else { 503 }, json!({ "payment": text(&made.json, "/client_secret") }))
    }

    fn staff(&self, act: &str, name: &str, body: &Value) -> u16 {
        let Some(order) = self.orders.lock().unwrap().get(name).cloned() else { return 404 };
        let (payment, amount) = (order.payment, number(body, "/amount"));
        let reply = match (act, self.practice) {
            ("capture", Practice::ForgetsTheCapture) => return 200,
            ("capture", Practice::ForgetsTheAmount) | ("cancel", Practice::CapturesOnCancel) => self.ask(
                &format!("payment_intents/{payment}/capture"),
                "expand[]=latest_charge",
                &format!("take-{name}"),
            ),
            ("capture", _) => {
                let form = format!("amount_to_capture={amount}");
                self.ask(&format!("payment_intents/{payment}/capture"), &form, &format!("capture-{name}"))
            }
            ("cancel", _) => {
                let form = "cancellation_reason=abandoned";
                self.ask(&format!("payment_intents/{payment}/cancel"), form, &format!("cancel-{name}"))
            }
            (_, practice) => {
                let [paid, refunded, ..] = order.books;
                let amount = if practice == Practice::RefundsTheRest { paid.saturating_sub(refunded) } else { amount };
                let amount = if practice == Practice::RefundsHalf { amount / 2 } else { amount };
                let form = format!("payment_intent={payment}&amount={amount}");
                self.ask("refunds", &form, &text(body, "/request"))
            }
        };
        self.work(name);
        if reply.is_success() { 200 } else { reply.status.max(409) }
    }

    fn webhook(self: &Arc<Self>, event: &Value) -> u16 {
        let thing = event.pointer("/data/object").cloned().unwrap_or_default();
        if self.practice == Practice::Polls {
            return 200;
        }
        if self.practice == Practice::Queues {
            let shop = Arc::clone(self);
            spawn(move || {
                for _ in 0..100 {
                    sleep(Duration::from_millis(30));
                    if shop.order_of(&thing).is_some_and(|name| shop.work(&name)) {
                        return;
                    }
                }
            });
            return 200;
        }
        let is_success = text(event, "/type") == "payment_intent.succeeded";
        if self.practice == Practice::BelievesEvents && is_success {
            let Some(name) = self.order_of(&thing) else { return 409 };
            if let Some(order) = self.orders.lock().unwrap().get_mut(&name) {
                let [paid, _, fulfilled, _] = &mut order.books;
                (*paid, *fulfilled) = (number(&thing, "/amount_received"), 1);
            }
            return 200;
        }
        if self.practice == Practice::Slow {
            sleep(Duration::from_millis(100));
        }
        self.handle(&thing)
    }

    fn handle(&self, thing: &Value) -> u16 {
        match self.order_of(thing) {
            Some(name) if self.work(&name) => 200,
            Some(_) => 503,
            None => 409,
        }
    }

    /// Returns the order of an event's object, by its payment or by the name that it carries.
    fn order_of(&self, thing: &Value) -> Option<String> {
        let is_payment = text(thing, "/object") == "payment_intent";
        let payment = text(thing, if is_payment { "/id" } else { "/payment_intent" });
        let mut orders = self.orders.lock().unwrap();
        let known = orders.iter().find(|(_, order)| !payment.is_empty() && order.payment == payment);
        if let Some((name, _)) = known {
            return Some(name.clone());
        }
        let names = [text(thing, "/metadata/order"), text(thing, "/client_reference_id")];
        let name = names.into_iter().find(|name| orders.contains_key(name))?;
        let order = orders.get_mut(&name)?;
        if order.payment.is_empty() {
            order.payment = payment;
        }
        Some(name)
    }

    /// Reads the payment of an order's session; empty if it has none yet.
    fn payment_of_session(&self, name: &str) -> String {
        let session = self.orders.lock().unwrap().get(name).map(|order| order.session.clone()).unwrap_or_default();
        let payment = text(&self.ask(&format!("checkout/sessions/{session}"), "", "").json, "/payment_intent");
        if let Some(order) = self.orders.lock().unwrap().get_mut(name) {
            order.payment.clone_from(&payment);
        }
        payment
    }

    /// Reads the payment of an order and its refunds into the books. Returns whether the provider answered.
    fn work(&self, name: &str) -> bool {
        let _one = self.working.lock().unwrap();
        let Some(payment) = self.orders.lock().unwrap().get(name).map(|order| order.payment.clone()) else {
            return false;
        };
        let payment = if payment.is_empty() { self.payment_of_session(name) } else { payment };
        if payment.is_empty() {
            return true;
        }
        let intent = self.ask(&format!("payment_intents/{payment}"), "", "");
        let refunds = self.ask(&format!("refunds?payment_intent={payment}&limit=100"), "", "");
        let Some(listed) = refunds.json.pointer("/data").and_then(Value::as_array) else { return false };
        if !intent.is_success() {
            return false;
        }
        let is_made = |refund: &&Value| !["failed", "canceled"].contains(&text(refund, "/status").as_str());
        let mut refunded: u64 = listed.iter().filter(is_made).map(|refund| number(refund, "/amount")).sum();
        if self.practice == Practice::BooksRefundsTwice {
            refunded = refunded.saturating_mul(2);
        }
        let paid = number(&intent.json, "/amount_received");
        let canceled = u64::from(text(&intent.json, "/status") == "canceled");
        let mut orders = self.orders.lock().unwrap();
        let previous = orders.range(..name.to_owned()).next_back().map(|(name, _)| name.clone());
        let is_mistaken = self.practice == Practice::FulfillsAnother;
        if let Some(order) = orders.get_mut(name) {
            let fulfilled = if is_mistaken { order.books[2] } else { u64::from(paid > 0) };
            order.books = [paid, refunded, fulfilled, canceled];
        }
        if let Some(other) = previous.filter(|_| is_mistaken && paid > 0).and_then(|previous| orders.get_mut(&previous))
        {
            other.books[2] = 1;
        }
        true
    }
}
