//! The settings of a drive: the server, the key, the budget. Dangerous settings are refused here.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// The settings of a drive.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's URL, such as `http://127.0.0.1:8420`.
    pub url: String,
    /// The test key that it knows.
    pub key: String,
    /// Operations at the most. Looking is not counted.
    pub operations: u64,
    /// The time limit of the drive.
    pub time_limit: Duration,
    /// The time limit of one reply.
    pub patience: Duration,
    /// The seed of what is left to chance.
    pub seed: u64,
    /// The number of runs of each race.
    pub races: u32,
    /// The most requests a second; `None` for no limit but the server's own.
    pub rate: Option<u32>,
    /// Whether the server may be on another machine.
    pub allow_remote: bool,
    /// Ends the drive early once it is set; the report is incomplete then.
    pub stop: Arc<AtomicBool>,
}

impl Settings {
    /// The usual ones.
    #[must_use]
    pub fn of(url: &str, key: &str) -> Self {
        Self {
            url: url.to_owned(),
            key: key.to_owned(),
            operations: u64::MAX,
            time_limit: Duration::from_secs(300),
            patience: Duration::from_secs(10),
            seed: 1,
            races: 40,
            rate: None,
            allow_remote: false,
            stop: Arc::default(),
        }
    }

    /// Returns the moment at which a drive that begins now ends; `None` if it is too far away.
    #[must_use]
    pub fn end(&self) -> Option<Instant> {
        Instant::now().checked_add(self.time_limit)
    }

    /// Returns the server's address if it may be driven.
    ///
    /// # Errors
    /// A sentence that names the field and what could stand there.
    pub fn target(&self) -> Result<Target, String> {
        test_key(&self.key)?;
        Target::parse(&self.url, self.allow_remote)
    }
}

/// A server's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name and port.
    pub authority: String,
    /// The path before `/v1`; usually empty.
    pub prefix: String,
    /// The resolved addresses.
    pub addresses: Vec<SocketAddr>,
}

const EXAMPLE: &str = "such as http://127.0.0.1:8420";

impl Target {
    fn parse(url: &str, allow_remote: bool) -> Result<Self, String> {
        let Some(rest) = url.strip_prefix("http://") else {
            return Err(if url.starts_with("https://") {
                format!(
                    "URL: `{url}` asks for TLS, which is not spoken here; give the server's plain address, or let a \
                     proxy on this machine speak TLS for it"
                )
            } else {
                format!("URL: `{url}` is no address of a server; give one {EXAMPLE}")
            });
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_plain = |text: &str| !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        if authority.is_empty() || authority.contains('@') || path.contains(['?', '#']) || !is_plain(url) {
            return Err(format!("URL: `{url}` may have a name, a port and a path only; give one {EXAMPLE}"));
        }
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let resolved = if has_port { authority.to_owned() } else { format!("{authority}:80") };
        let addresses: Vec<SocketAddr> = resolved
            .to_socket_addrs()
            .map_err(|error| format!("URL: `{authority}` has no address ({error}); give one {EXAMPLE}"))?
            .collect();
        if !allow_remote && !addresses.iter().all(|address| address.ip().is_loopback()) {
            return Err(format!(
                "URL: `{authority}` is not this machine, and a drive makes many payments; add --allow-remote if the \
                 server is yours and is a test server"
            ));
        }
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix("v1").unwrap_or(path).trim_end_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { authority: authority.to_owned(), prefix, addresses })
    }
}

/// A key that moves no money.
fn test_key(key: &str) -> Result<(), String> {
    if key.is_empty() || !key.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err("--key: it must be letters, digits and marks without a space, such as sk_test_1".to_owned());
    }
    if key.contains("_live_") || key.starts_with("live_") {
        let shown: String = key.chars().take(8).collect();
        return Err(format!(
            "--key: `{shown}…` is a live key, and a drive makes payments; use a test key (sk_test_… or rk_test_…)"
        ));
    }
    if key.starts_with("pk_") {
        return Err("--key: a publishable key may not capture or refund; use a secret test key (sk_test_…)".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_driven_is_refused() {
        let table = [
            ("http://127.0.0.1:1", "sk_live_1", "--key"),
            ("http://127.0.0.1:1", "rk_live_1", "--key"),
            ("http://127.0.0.1:1", "pk_test_1", "--key"),
            ("http://127.0.0.1:1", "", "--key"),
            ("http://127.0.0.1:1", "a b", "--key"),
            ("http://203.0.113.7", "sk_test_1", "--allow-remote"),
            ("https://127.0.0.1:1", "sk_test_1", "TLS"),
            ("127.0.0.1:1", "sk_test_1", "URL"),
            ("http://", "sk_test_1", "URL"),
            ("http://a@127.0.0.1:1", "sk_test_1", "URL"),
            ("http://127.0.0.1:1/?x", "sk_test_1", "URL"),
        ];
        for (url, key, named) in table {
            let refused = Settings::of(url, key).target().unwrap_err();
            assert!(refused.contains(named), "{url} {key}: {refused}");
        }
    }

    #[test]
    fn what_stands_before_v1_is_kept() {
        for (url, prefix) in [
            ("http://127.0.0.1:1", ""),
            ("http://127.0.0.1:1/", ""),
            ("http://127.0.0.1:1/v1/", ""),
            ("http://127.0.0.1:1/a/v1", "/a"),
        ] {
            assert_eq!(Settings::of(url, "sk_test_1").target().unwrap().prefix, prefix, "{url}");
        }
        let remote = Settings { allow_remote: true, ..Settings::of("http://203.0.113.7:8000", "sk_test_1") };
        assert_eq!(remote.target().unwrap().authority, "203.0.113.7:8000");
    }
}
