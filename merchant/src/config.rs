//! The file that describes a merchant: how to start it, how to buy, where webhooks go, how to read its books.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A merchant's application, as its file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MerchantConfig {
    /// The command that starts the application, in the folder of the file; `{port}` is replaced. Without it the
    /// application must be running already.
    pub command: Option<Vec<String>>,
    /// The base URL of the application; `{port}` is replaced by a free port.
    #[serde(default = "default_url")]
    pub url: String,
    /// Environment variables for the command, beside `PORT`, `STRIPE_API_BASE`, `STRIPE_SECRET_KEY` and
    /// `STRIPE_WEBHOOK_SECRET`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The path that receives webhooks.
    pub webhook: String,
    /// The API version of the webhook endpoint. Default: that of the account.
    pub webhook_version: Option<String>,
    /// The types of the events that are delivered. Default: all.
    pub webhook_events: Option<Vec<String>>,
    /// The path of the books of one order: `/books/{order}`.
    pub books: String,
    /// The moment from which an order may be fulfilled.
    #[serde(default)]
    pub fulfill_on: FulfillmentMoment,
    /// The longest time for which the books may lag behind at rest, in milliseconds: an application that acknowledges a
    /// webhook before it works on it, or that polls, needs it. Default: 1000.
    #[serde(default = "default_settle")]
    pub settle_ms: u64,
    /// The address of the provider for an application that runs already: `127.0.0.1:4242`. Default: a free port.
    pub provider: Option<String>,
    /// The ways to buy.
    #[serde(rename = "flow")]
    pub flows: Vec<FlowConfig>,
    /// The folder of the file.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// The moment from which money is certain for a merchant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentMoment {
    /// The payment has succeeded (C11).
    #[default]
    Succeeded,
    /// The money is held (`requires_capture`), or the payment has succeeded.
    Held,
}

/// The customer's part in a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerSide {
    /// The customer pays on the provider's page; `pay` points at its URL.
    Hosted,
    /// The customer pays on the provider's page within a frame of the shop; `pay` points at the session's client secret
    /// or id.
    Embedded,
    /// The customer's browser confirms the payment; `pay` points at the payment's id or client secret.
    Client,
    /// The merchant's server confirms with the method `{payment_method}`; `pay` points at the payment's id.
    Server,
}

impl CustomerSide {
    /// Returns whether the customer pays on the provider's page.
    #[must_use]
    pub const fn is_page(self) -> bool {
        matches!(self, Self::Hosted | Self::Embedded)
    }
}

/// The start of a purchase; `{order}`, `{amount}`, `{currency}` and `{payment_method}` are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum PurchaseStart {
    /// A request to the application: `POST /orders`.
    Request(String),
    /// A command in the folder of the file. Its standard output is the response as JSON, and its exit code 0 a success. It
    /// has the environment of the application, and its address in `SHOP_URL`.
    Command(Vec<String>),
}

impl std::fmt::Display for PurchaseStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Request(text) => f.write_str(text),
            Self::Command(words) => f.write_str(&words.join(" ")),
        }
    }
}

/// One way to buy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowConfig {
    /// Its name in reports.
    pub name: String,
    /// The start of a purchase.
    pub start: PurchaseStart,
    /// Its body; `{order}`, `{amount}`, `{currency}` and `{payment_method}` are replaced.
    #[serde(default)]
    pub body: String,
    /// The JSON pointer to the order's id in the response. Default: the order is named `{order}` by the check.
    pub order: Option<String>,
    /// The customer's part.
    pub customer: CustomerSide,
    /// The JSON pointer into the response, to the URL, id or secret that the customer needs.
    pub pay: String,
    /// The path of the return page for `client` and `server`; `{order}` and `{payment_intent}` are replaced.
    #[serde(rename = "return")]
    pub return_page: Option<String>,
    /// The request for a refund of `{amount}`; `{request}` is the same on a repetition.
    pub refund: Option<MerchantRequest>,
    /// The request for a capture of `{amount}`.
    pub capture: Option<MerchantRequest>,
    /// The request for a cancellation.
    pub cancel: Option<MerchantRequest>,
    /// The types of payment methods that customers use: `card`, `us_bank_account`.
    #[serde(default = "default_methods")]
    pub methods: Vec<String>,
    /// The currency of the amounts.
    #[serde(default = "default_currency")]
    pub currency: String,
}

/// A request to the merchant's back office.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MerchantRequest {
    /// Method and path: `POST /orders/{order}/refund`.
    pub request: String,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// Whether amounts below the whole may be asked for.
    #[serde(default)]
    pub partial: bool,
}

fn default_url() -> String {
    "http://127.0.0.1:{port}".to_owned()
}

const fn default_settle() -> u64 {
    1_000
}

fn default_methods() -> Vec<String> {
    vec!["card".to_owned()]
}

fn default_currency() -> String {
    "usd".to_owned()
}

impl MerchantConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// A message that names the file, the field and what is accepted.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut config = Self::parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        config.folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(config)
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    /// A message that names the field and what is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let path = |field: &str, text: &str| match text.starts_with('/') {
            true => Ok(()),
            false => Err(format!("{field}: \"{text}\" is no path; expected one such as /webhook")),
        };
        path("webhook", &self.webhook)?;
        path("books", &self.books)?;
        if !self.books.contains("{order}") {
            return Err("books: expected a path with {order}, such as /books/{order}".to_owned());
        }
        if !self.url.starts_with("http://127.0.0.1") && !self.url.starts_with("http://localhost") {
            return Err(format!("url: \"{}\" is not this machine; expected http://127.0.0.1:…", self.url));
        }
        if self.command.as_ref().is_some_and(Vec::is_empty) {
            return Err("command: expected a program, such as [\"python3\", \"app.py\"]".to_owned());
        }
        if self.flows.is_empty() {
            return Err("flow: expected at least one [[flow]]".to_owned());
        }
        for flow in &self.flows {
            flow.check().map_err(|error| format!("flow \"{}\": {error}", flow.name))?;
        }
        Ok(())
    }
}

impl FlowConfig {
    fn check(&self) -> Result<(), String> {
        match &self.start {
            PurchaseStart::Request(text) => {
                let _ = request(text).map_err(|error| format!("start: {error}"))?;
            }
            PurchaseStart::Command(words) if words.is_empty() => {
                return Err("start: expected a request, such as POST /orders, or a list of words: a command".to_owned());
            }
            PurchaseStart::Command(_) => {}
        }
        let named = [("refund", &self.refund), ("capture", &self.capture), ("cancel", &self.cancel)];
        for (name, wanted) in named {
            if let Some(wanted) = wanted {
                request(&wanted.request).map_err(|error| format!("{name}.request: {error}"))?;
            }
        }
        if !self.pay.starts_with('/') || self.order.as_ref().is_some_and(|order| !order.starts_with('/')) {
            return Err("pay and order: expected a JSON pointer such as /url".to_owned());
        }
        let known = ["card", "us_bank_account"];
        match self.methods.iter().find(|method| !known.contains(&method.as_str())) {
            Some(method) => Err(format!("methods: \"{method}\" is unknown; expected {}", known.join(", "))),
            None if self.methods.is_empty() => Err("methods: expected at least one type".to_owned()),
            None => Ok(()),
        }
    }
}

/// Splits `POST /path` into its method and path.
///
/// # Errors
/// A message that says what is accepted.
pub fn request(text: &str) -> Result<(&str, &str), String> {
    let wrong = || format!("\"{text}\" is no request; expected a method and a path, such as POST /orders");
    let (method, path) = text.split_once(' ').ok_or_else(wrong)?;
    let known = ["GET", "POST", "PUT", "DELETE"].contains(&method);
    if known && path.starts_with('/') { Ok((method, path)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "webhook = \"/hook\"\nbooks = \"/books/{order}\"\n[[flow]]\nname = \"a\"\nstart = \"POST /o\"\n\
                        customer = \"hosted\"\npay = \"/url\"\n";

    #[test]
    fn bad_files_name_the_field() {
        assert!(MerchantConfig::parse(GOOD).is_ok());
        let rows = [
            ("webhook = \"/hook\"", "webhook = \"hook\"", "webhook"),
            ("/books/{order}", "/books", "books"),
            ("POST /o", "BUY /o", "start"),
            ("POST /o", "POST", "start"),
            ("\"POST /o\"", "[]", "start"),
            ("\"hosted\"", "\"elsewhere\"", "customer"),
            ("pay = \"/url\"", "pay = \"url\"", "pay"),
            ("pay = \"/url\"", "pay = \"/url\"\nmethods = [\"cash\"]", "methods"),
            ("pay = \"/url\"", "pay = \"/url\"\ncolor = 1", "color"),
            ("webhook = ", "command = []\nwebhook = ", "command"),
            ("webhook = ", "url = \"http://example.org\"\nwebhook = ", "url"),
            ("[[flow]]", "", "flow"),
        ];
        for (from, to, named) in rows {
            let error = MerchantConfig::parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(named), "{to}: {error}");
        }
    }
}
