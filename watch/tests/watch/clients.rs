//! Random clients of our own server: every operation and test helper, with valid and invalid parameters.

use std::sync::Arc;

use holdfast_engine::Money;
use holdfast_engine::objects::Settlement;
use holdfast_server::{App, StoreChoice, router_bytes};
use serde_json::Value;

/// Whose key, and which account and version a request names.
#[derive(Clone, Default)]
pub(crate) struct As {
    pub(crate) other_key: bool,
    pub(crate) account: Option<String>,
    pub(crate) version: Option<&'static str>,
}

/// A payment or another object, and how it was created.
type Made = (String, As, i64);

const METHODS: [&str; 28] = [
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_amex",
    "pm_card_discover",
    "pm_card_unionpay",
    "pm_card_visa_cartesBancaires",
    "pm_card_credit_disableEnterpriseCardFeatures",
    "pm_card_visa_chargeDeclined",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
    "pm_card_authenticationRequiredOnSetup",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    "pm_card_threeDSecureOptional",
    "pm_card_createDispute",
    "pm_card_bypassPending",
    "pm_card_pendingRefund",
    "pm_card_pendingRefund",
    "pm_card_refundFail",
    "pm_card_refundFail",
    "pm_card_jp",
    "pm_usBankAccount_success",
    "pm_usBankAccount_accountClosed",
    "pm_usBankAccount_processing",
    "pm_sepaDebit_success",
    "pm_sepaDebit_failed",
    "pm_sepaDebit_successDelayed",
];
const OTHER_TYPES: [&str; 14] = [
    "acss_debit",
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "amazon_pay",
    "au_becs_debit",
    "bacs_debit",
    "bancontact",
    "ideal",
    "klarna",
    "mobilepay",
    "paypal",
    "revolut_pay",
    "wechat_pay",
];
pub(crate) const VERSIONS: [&str; 4] = ["2019-02-19", "2020-08-27", "2022-08-01", "2024-04-10"];

/// A server, its clients, and what they have made.
pub(crate) struct Clients {
    app: Arc<App>,
    random: fastrand::Rng,
    pub(crate) connected: Vec<String>,
    payments: Vec<Made>,
    refunds: Vec<Made>,
    setups: Vec<Made>,
    sessions: Vec<Made>,
    /// Requests that were accepted.
    pub(crate) done: usize,
}

impl Clients {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let keys = ["sk_test_one".parse().unwrap(), "sk_test_two".parse().unwrap()];
        let opened = App::open(&StoreChoice::Memory, &keys, "http://127.0.0.1:1").unwrap();
        let delay = [0, 60, 3_600, 172_800][random.usize(..4)];
        let fee = [0, 30, 1_000][random.usize(..3)];
        for account in &opened.accounts {
            let change = |was: Settlement| Settlement { fee_fixed: Money::new(fee), delay, ..was };
            opened.app.settle(*account, change).unwrap();
        }
        let empty = Vec::new;
        let mut it = Self {
            app: opened.app,
            random,
            connected: Vec::new(),
            payments: empty(),
            refunds: empty(),
            setups: empty(),
            sessions: empty(),
            done: 0,
        };
        for country in ["US", "JP"] {
            let made = it.post("/v1/accounts", &format!("type=express&country={country}"), &As::default());
            it.connected.push(made.unwrap()["id"].as_str().unwrap().to_owned());
        }
        it
    }

    fn call(&self, method: &str, path: &str, form: &str, by: &As) -> Value {
        let key = if by.other_key { "sk_test_two" } else { "sk_test_one" };
        let account = by.account.as_ref().map_or_else(String::new, |id| format!("Stripe-Account: {id}\r\n"));
        let version = by.version.map_or_else(String::new, |it| format!("Stripe-Version: {it}\r\n"));
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n{account}\
             {version}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        let answer = router_bytes(&self.app, request.as_bytes()).unwrap();
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200") || head.starts_with("HTTP/1.1 4"), "{path} {form}: {text}");
        serde_json::from_str(body).unwrap()
    }

    /// Returns the object that a request made or changed, if it was accepted.
    fn post(&mut self, path: &str, form: &str, by: &As) -> Option<Value> {
        let answer = self.call("POST", path, form, by);
        let is_accepted = answer["error"].is_null();
        self.done += usize::from(is_accepted);
        is_accepted.then_some(answer)
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.random.usize(..of.len())].clone()
    }

    fn chance(&mut self, percent: u8) -> bool {
        self.random.u8(..100) < percent
    }

    /// Returns one of those made last.
    fn recent(&mut self, of: impl Fn(&Self) -> &Vec<Made>) -> Option<Made> {
        let all = of(self);
        let last = all[all.len().saturating_sub(6)..].to_vec();
        (!last.is_empty()).then(|| self.pick(&last))
    }

    /// Returns the parameters of a method, and its type.
    fn method(&mut self) -> (String, &'static str) {
        if self.chance(20) {
            let of = self.pick(&OTHER_TYPES);
            let form =
                format!("payment_method_types[]={of}&payment_method_data[type]={of}&return_url=https://a.test/b");
            return (form, of);
        }
        let method = self.pick(&METHODS);
        let of = match method {
            _ if method.contains("usBank") => "us_bank_account",
            _ if method.contains("sepa") => "sepa_debit",
            _ => "card",
        };
        (format!("payment_method_types[]={of}&payment_method={method}"), of)
    }

    fn pay(&mut self) {
        let (mut form, of) = self.method();
        let currency = match of {
            "us_bank_account" => "usd",
            "sepa_debit" => "eur",
            _ => self.pick(&["usd", "usd", "eur", "jpy", "gbp", "cad", "sek"]),
        };
        let amount = self.pick(&[1_000_i64, 1_999, 5_000, 12_345, 99_999]);
        form += &format!("&amount={amount}&currency={currency}");
        form += self.pick(&[
            "",
            "&capture_method=automatic",
            "&capture_method=automatic_async",
            "&capture_method=manual",
            "&capture_method=manual",
        ]);
        for (percent, more) in [
            (75, "&confirm=true"),
            (if of == "card" { 50 } else { 0 }, "&payment_method_options[card][request_multicapture]=if_available"),
            (if of == "card" { 8 } else { 0 }, "&payment_method_options[card][capture_method]=manual"),
            (8, "&confirmation_method=manual"),
        ] {
            form += if self.chance(percent) { more } else { "" };
        }
        let mut by = As::default();
        match self.random.u8(..20) {
            0..=3 => {
                form += &format!("&transfer_data[destination]={}", self.pick(&self.connected.clone()));
                form += self.pick(&["", "&application_fee_amount=99", "&transfer_data[amount]=100"]);
            }
            4..=6 => {
                by.account = Some(self.pick(&self.connected.clone()));
                form += self.pick(&["", "&application_fee_amount=100"]);
            }
            7 => by.other_key = true,
            _ => {}
        }
        by.version = if self.chance(20) { Some(self.pick(&VERSIONS)) } else { None };
        if let Some(made) = self.post("/v1/payment_intents", &form, &by) {
            self.payments.push((made["id"].as_str().unwrap().to_owned(), by, amount));
        }
    }

    fn of_payment(&mut self) {
        let Some((id, by, amount)) = self.recent(|it| &it.payments) else { return };
        let path = format!("/v1/payment_intents/{id}");
        let helper = format!("/v1/test_helpers/payment_intents/{id}");
        match self.random.u8(..20) {
            0..=3 => {
                let form = if self.chance(40) { String::new() } else { self.method().0 };
                let form = form.split_once('&').map_or(form.as_str(), |(_, rest)| rest).to_owned();
                let absent = if self.chance(20) { "&off_session=true" } else { "" };
                self.post(&format!("{path}/confirm"), &(form + absent), &by);
            }
            4..=8 => {
                let taken = self.pick(&[1, amount / 3, amount / 2, amount]);
                let form = self.pick(&[
                    String::new(),
                    format!("amount_to_capture={taken}"),
                    format!("amount_to_capture={taken}&final_capture=false"),
                    format!("amount_to_capture={taken}&final_capture=false&application_fee_amount=1"),
                ]);
                self.post(&format!("{path}/capture"), &form, &by);
            }
            9 => drop(self.post(&format!("{path}/cancel"), "", &by)),
            10..=12 => {
                let outcome = self.pick(&["pass", "pass", "fail"]);
                self.post(&format!("{helper}/authenticate"), &format!("outcome={outcome}"), &by);
            }
            13..=15 => {
                let outcome = self.pick(&["succeeded", "succeeded", "insufficient_funds"]);
                self.post(&format!("{helper}/settle"), &format!("outcome={outcome}"), &by);
            }
            16 => drop(self.post(&format!("{helper}/close_cancel_window"), "", &by)),
            17..=18 => {
                let form = self.pick(&[
                    format!("metadata[a]={}", self.done),
                    format!("amount={}", amount + 100),
                    "application_fee_amount=2".to_owned(),
                ]);
                self.post(&path, &form, &by);
            }
            _ => self.connect(&path, &by),
        }
    }

    /// Gives back fees and transfers, or sends a transfer.
    fn connect(&mut self, path: &str, by: &As) {
        let charge = self.call("GET", path, "", by)["latest_charge"].clone();
        let Some(id) = charge.as_str() else { return };
        let charge = self.call("GET", &format!("/v1/charges/{id}"), "", by);
        let part = self.pick(&["", "amount=1", "amount=5"]);
        let platform = As { account: None, version: None, ..by.clone() };
        if let Some(fee) = charge["application_fee"].as_str() {
            self.post(&format!("/v1/application_fees/{fee}/refunds"), part, &platform);
        }
        if let Some(transfer) = charge["transfer"].as_str() {
            self.post(&format!("/v1/transfers/{transfer}/reversals"), part, &platform);
        } else {
            let (to, currency) = (self.connected[0].clone(), charge["currency"].as_str().unwrap_or("usd"));
            let form = format!("amount=10&currency={currency}&destination={to}&source_transaction={id}");
            self.post("/v1/transfers", &form, by);
        }
    }

    fn refund(&mut self) {
        if self.chance(60) {
            let Some((id, by, amount)) = self.recent(|it| &it.payments) else { return };
            let mut form = format!("payment_intent={id}");
            form += &self.pick(&[String::new(), format!("&amount={}", amount / 3), "&amount=7".to_owned()]);
            form += self.pick(&["", "", "&refund_application_fee=true", "&reverse_transfer=true"]);
            if let Some(made) = self.post("/v1/refunds", &form, &by) {
                self.refunds.push((made["id"].as_str().unwrap().to_owned(), by, amount));
            }
            return;
        }
        let Some((id, by, _)) = self.recent(|it| &it.refunds) else { return };
        let helper = format!("/v1/test_helpers/refunds/{id}");
        let (path, form) = match self.random.u8(..6) {
            0 => (format!("{helper}/report"), "outcome=succeeded"),
            1 => (format!("{helper}/report"), "outcome=insufficient_funds"),
            2 => (format!("{helper}/return"), ""),
            3 => (format!("{helper}/give_details"), ""),
            4 => (format!("/v1/refunds/{id}/cancel"), ""),
            _ => (format!("/v1/refunds/{id}"), "metadata[a]=b"),
        };
        self.post(&path, form, &by);
    }

    fn setup(&mut self) {
        let Some((id, by, _)) = self.recent(|it| &it.setups).filter(|_| self.random.bool()) else {
            let form = self.method().0 + self.pick(&["", "&confirm=true"]);
            if let Some(made) = self.post("/v1/setup_intents", &form, &As::default()) {
                self.setups.push((made["id"].as_str().unwrap().to_owned(), As::default(), 0));
            }
            return;
        };
        let (path, form) = match self.random.u8(..4) {
            0 => (format!("/v1/setup_intents/{id}/confirm"), "payment_method=pm_card_visa"),
            1 => (format!("/v1/setup_intents/{id}/cancel"), ""),
            2 => (format!("/v1/test_helpers/setup_intents/{id}/authenticate"), "outcome=pass"),
            _ => (format!("/v1/test_helpers/setup_intents/{id}/authenticate"), "outcome=fail"),
        };
        self.post(&path, form, &by);
    }

    fn session(&mut self) {
        let Some((id, by, amount)) = self.recent(|it| &it.sessions).filter(|_| self.random.bool()) else {
            let mut form = "success_url=https://a.test/b&".to_owned();
            form += self.pick(&["mode=setup&currency=usd", "mode=payment", "mode=payment", "mode=payment"]);
            if form.ends_with("payment") {
                form += "&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=700\
                         &line_items[0][price_data][product_data][name]=T&line_items[0][quantity]=2";
                form += self.pick(&["", "&payment_intent_data[capture_method]=manual"]);
                form += self.pick(&["", "&payment_method_types[]=us_bank_account"]);
            }
            if let Some(made) = self.post("/v1/checkout/sessions", &form, &As::default()) {
                self.sessions.push((made["id"].as_str().unwrap().to_owned(), As::default(), 1_400));
            }
            return;
        };
        if self.chance(75) {
            let form = format!("payment_method={}&email=a@b.test", self.pick(&METHODS));
            self.post(&format!("/v1/test_helpers/checkout/sessions/{id}/complete"), &form, &by);
        } else {
            self.post(&format!("/v1/checkout/sessions/{id}/expire"), "", &by);
        }
        let session = self.call("GET", &format!("/v1/checkout/sessions/{id}"), "", &by);
        if let Some(payment) = session["payment_intent"].as_str() {
            self.payments.push((payment.to_owned(), by, amount));
        }
    }

    /// Sends a random request.
    pub(crate) fn act(&mut self) {
        match self.random.u8(..20) {
            0..=4 => self.pay(),
            5..=11 => self.of_payment(),
            12..=15 => self.refund(),
            16 => self.setup(),
            17..=18 => self.session(),
            _ => {
                let seconds = self.pick(&[1, 61, 3_600, 86_400, 691_200, 2_678_400]);
                let form = format!("seconds={seconds}");
                self.post("/v1/test_helpers/clock/advance", &form, &As::default());
            }
        }
    }

    /// Returns the events of an account, oldest first.
    pub(crate) fn events(&self, by: &As) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after =
                all.last().map_or_else(String::new, |it| format!("&starting_after={}", it["id"].as_str().unwrap()));
            let page = self.call("GET", &format!("/v1/events?limit=100{after}"), "", by);
            all.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] == false {
                all.reverse();
                return all;
            }
        }
    }
}
