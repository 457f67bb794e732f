//! The merchant's application: its process, its requests, its books.

use crate::books::{Books, BooksReply};
use crate::config::{MerchantConfig, request};
use crate::http::{PATIENCE, WebClient, WebReply};
use crate::provider::{KEY, Provider};
use std::collections::BTreeMap;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The longest wait for the application to listen.
const START: Duration = Duration::from_secs(20);
/// The exit code with which an application says that a program or package that it needs is missing.
const MISSING: i32 = 3;

/// The reason why an application does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRunning {
    /// A program or package is missing: nothing was checked.
    Missing(String),
    /// The application failed.
    Failed(String),
}

impl std::fmt::Display for NotRunning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Missing(what) | Self::Failed(what)) = self;
        f.write_str(what)
    }
}

/// The application, stopped when dropped.
pub struct Shop {
    base: String,
    folder: PathBuf,
    /// The environment of its commands.
    env: BTreeMap<String, String>,
    client: WebClient,
    process: Option<Child>,
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Returns the base URL of the application, with a free port if it has `{port}`.
///
/// # Errors
/// A message if no port is free.
pub fn base_url(config: &MerchantConfig) -> Result<(String, u16), String> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.map_err(|error| format!("url: no free port: {error}"))?.port();
    Ok((config.url.replace("{port}", &port.to_string()).trim_end_matches('/').to_owned(), port))
}

impl Shop {
    /// Starts the application and waits until it listens.
    ///
    /// # Errors
    /// [`NotRunning`] if it does not.
    pub fn start(config: &MerchantConfig, base: &str, port: u16, provider: &Provider) -> Result<Self, NotRunning> {
        let env = environment(config, base, port, provider);
        let folder = config.folder.clone();
        let process = match config.command.as_deref() {
            None => None,
            Some(words) => Some(spawn(&folder, &env, words)?),
        };
        let mut shop = Self { base: base.to_owned(), folder, env, client: WebClient::default(), process };
        let address = base.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
        let begin = Instant::now();
        while TcpStream::connect(&address).is_err() {
            if let Some(Ok(Some(status))) = shop.process.as_mut().map(Child::try_wait) {
                let what = format!("the application ended with {status} before it listened on {address}");
                return Err(match status.code() {
                    Some(MISSING) => NotRunning::Missing(what),
                    Some(_) | None => NotRunning::Failed(what),
                });
            }
            if begin.elapsed() > START {
                return Err(NotRunning::Failed(format!("the application does not listen on {address}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(shop)
    }

    /// Sends a request such as `POST /orders`, with `values` in place of `{name}` in path and body.
    #[must_use]
    pub fn ask(&self, wanted: &str, body: &str, values: &[(&str, &str)]) -> WebReply {
        let filled = |text: &str| values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        let (wanted, body) = (filled(wanted), filled(body));
        let Ok((method, path)) = request(&wanted) else { return WebReply::default() };
        self.client.send(method, &format!("{}{path}", self.base), &[], &body)
    }

    /// Executes a command, with `values` in place of `{name}` in its words. It has 20 seconds, as a request has.
    ///
    /// # Errors
    /// A message that names the program if it cannot be executed.
    pub fn execute(&self, words: &[String], values: &[(&str, &str)]) -> Result<WebReply, String> {
        execute((&self.folder, &self.env), words, values, PATIENCE)
    }

    /// Visits an address as a customer's browser does.
    #[must_use]
    pub fn visit(&self, url: &str) -> WebReply {
        let url = if url.starts_with('/') { format!("{}{url}", self.base) } else { url.to_owned() };
        self.client.send("GET", &url, &[], "")
    }

    /// Posts to the webhook handler.
    #[must_use]
    pub fn webhook(&self, config: &MerchantConfig, signature: Option<&str>, body: &str) -> WebReply {
        let headers: Vec<(&str, &str)> = signature.iter().map(|signature| ("stripe-signature", *signature)).collect();
        self.client.send("POST", &format!("{}{}", self.base, config.webhook), &headers, body)
    }

    /// Returns the books of an order.
    #[must_use]
    pub fn books(&self, config: &MerchantConfig, order: &str) -> BooksReply {
        let path = config.books.replace("{order}", order);
        let reply = self.client.send("GET", &format!("{}{path}", self.base), &[], "");
        match reply.status {
            404 => BooksReply::Unknown,
            _ if reply.is_success() => match Books::read(&reply.json) {
                Ok(books) => BooksReply::Read(books),
                Err(why) => BooksReply::Malformed(why),
            },
            _ => BooksReply::Failed,
        }
    }
}

/// Returns the environment of the application and of its commands.
fn environment(config: &MerchantConfig, base: &str, port: u16, provider: &Provider) -> BTreeMap<String, String> {
    let own = [
        ("PORT", port.to_string()),
        ("SHOP_URL", base.to_owned()),
        ("STRIPE_API_BASE", provider.origin.clone()),
        ("STRIPE_SECRET_KEY", KEY.to_owned()),
        ("STRIPE_WEBHOOK_SECRET", provider.secret.clone()),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    own.chain(config.env.clone()).collect()
}

/// Returns a command in a folder.
fn command(folder: &Path, env: &BTreeMap<String, String>, words: &[String]) -> Result<Command, String> {
    let (program, arguments) = words.split_first().ok_or("expected a program")?;
    let mut command = Command::new(program);
    command.args(arguments).envs(env).stdin(Stdio::null());
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    Ok(command)
}

/// Executes a command to its end, or stops it when it has had `patience`. Its standard output is the response.
fn execute(
    (folder, env): (&Path, &BTreeMap<String, String>),
    words: &[String],
    values: &[(&str, &str)],
    patience: Duration,
) -> Result<WebReply, String> {
    let filled = |word: &String| values.iter().fold(word.clone(), |text, (name, value)| text.replace(name, value));
    let words: Vec<String> = words.iter().map(filled).collect();
    let named = |error: std::io::Error| format!("{}: {error}", words.first().map_or("", String::as_str));
    let begin = Instant::now();
    let mut child = command(folder, env, &words)?.stdout(Stdio::piped()).spawn().map_err(named)?;
    let (sender, receiver) = mpsc::channel();
    if let Some(mut output) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = output.read_to_end(&mut bytes);
            // Without a receiver the time has run out.
            let _ = sender.send(bytes);
        });
    }
    let status = loop {
        match child.try_wait().map_err(named)? {
            Some(status) => break status,
            None if begin.elapsed() >= patience => {
                let _ = child.kill();
                let _ = child.wait();
                return Ok(WebReply { is_late: true, ..WebReply::default() });
            }
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    // A program that it left behind may hold the output open.
    let output = receiver.recv_timeout(patience.saturating_sub(begin.elapsed())).unwrap_or_default();
    let json = serde_json::from_slice(&output).unwrap_or_default();
    Ok(WebReply { status: if status.success() { 200 } else { 500 }, json, ..WebReply::default() })
}

fn spawn(folder: &Path, env: &BTreeMap<String, String>, words: &[String]) -> Result<Child, NotRunning> {
    let port = env.get("PORT").map(String::as_str).unwrap_or_default();
    let filled: Vec<String> = words.iter().map(|word| word.replace("{port}", port)).collect();
    let program = filled.first().cloned().unwrap_or_default();
    let failed = |error: String| NotRunning::Failed(format!("command: {error}"));
    let mut command = command(folder, env, &filled).map_err(failed)?;
    command.stdout(Stdio::null()).spawn().map_err(|error| {
        let what = format!("command: {program}: {error}");
        if error.kind() == std::io::ErrorKind::NotFound { NotRunning::Missing(what) } else { NotRunning::Failed(what) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_starts_a_purchase() {
        let words = |script: &str| vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()];
        let env = BTreeMap::from([("SHOP_URL".to_owned(), "http://127.0.0.1:1".to_owned())]);
        let run = |script: &str, patience| {
            execute((Path::new(""), &env), &words(script), &[("{order}", "order-1")], Duration::from_millis(patience))
        };
        let reply = run("printf '{\"payment\": \"%s {order}\"}' \"$SHOP_URL\"", 5_000).unwrap();
        assert_eq!((reply.status, &reply.json), (200, &serde_json::json!({ "payment": "http://127.0.0.1:1 order-1" })));
        assert_eq!(run("exit 4", 5_000).unwrap().status, 500);
        let reply = run("exec sleep 60", 50).unwrap();
        assert_eq!((reply.status, reply.shown().as_str()), (0, "no response in time"));
        // More than a pipe holds.
        let reply = run("printf '\"'; head -c 300000 /dev/zero | tr '\\0' x; printf '\"'", 5_000).unwrap();
        assert_eq!(reply.json.as_str().map(str::len), Some(300_000));
        let missing = execute((Path::new(""), &env), &["./no-such-program".to_owned()], &[], PATIENCE).unwrap_err();
        assert!(missing.starts_with("./no-such-program: "), "{missing}");
    }
}
