//! The settings of a drive: the server, the key, the budget. Dangerous settings are refused here.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::webhooks::WebhookSettings;
use crate::wire::Tls;

/// The settings of a drive.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's URL, such as `http://127.0.0.1:8420`.
    pub url: String,
    /// The test key that the server accepts.
    pub key: String,
    /// The maximum number of operations. Requests that only read are not counted.
    pub operations: u64,
    /// The time limit of the drive.
    pub time_limit: Duration,
    /// The time limit of one reply.
    pub patience: Duration,
    /// The seed of the random sequences.
    pub seed: u64,
    /// The number of runs of each race.
    pub races: u32,
    /// The most requests a second; `None` for no limit but the server's own.
    pub rate: Option<u32>,
    /// Whether the server may be on another machine.
    pub allow_remote: bool,
    /// Ends the drive early once it is set; the report is incomplete then.
    pub stop: Arc<AtomicBool>,
    /// A PEM file of certificates that are trusted beside the usual authorities, for `https` alone.
    pub ca_file: Option<PathBuf>,
    /// Whether the objects that the drive makes are ended afterwards; by default on another machine only.
    pub clean_up: Option<bool>,
    /// The endpoint for deliveries of events.
    pub webhooks: WebhookSettings,
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
            ca_file: None,
            clean_up: None,
            webhooks: WebhookSettings::default(),
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
    /// Returns a message that names the field and the accepted values.
    pub fn target(&self) -> Result<Target, String> {
        test_key(&self.key)?;
        let target = Target::parse(&self.url, self.allow_remote)?;
        if !target.is_here() && !["sk_test_", "rk_test_"].iter().any(|prefix| self.key.starts_with(prefix)) {
            return Err(
                "--key: a server on another machine is driven with a test key only (sk_test_… or rk_test_…)".into()
            );
        }
        if self.ca_file.is_some() && !target.is_tls {
            return Err(format!("--ca-file: it is for https alone, and the URL is `{}`", self.url));
        }
        Ok(target)
    }

    /// Returns the trusted certificates if the server is spoken to with TLS.
    ///
    /// # Errors
    /// Returns a message that names the field if the certificates cannot be read.
    pub fn tls(&self, target: &Target) -> Result<Option<Tls>, String> {
        #[cfg(feature = "tls")]
        if target.is_tls {
            return Tls::new(self.ca_file.as_deref()).map(Some);
        }
        let _plain = target;
        Ok(None)
    }

    /// Returns the maximum rate in requests a second: the chosen one, or [`REMOTE_RATE`] for another machine if none is chosen.
    #[must_use]
    pub fn requests_a_second(&self, target: &Target) -> Option<u32> {
        self.rate.or_else(|| (!target.is_here()).then_some(REMOTE_RATE))
    }
}

/// The requests a second to another machine if no rate is chosen: below the limit of the provider's test mode.
pub const REMOTE_RATE: u32 = 20;

/// A server's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name and port.
    pub authority: String,
    /// The path before `/v1`; usually empty.
    pub prefix: String,
    /// Whether it is spoken to with TLS.
    pub is_tls: bool,
    /// The resolved addresses.
    pub addresses: Vec<SocketAddr>,
}

const EXAMPLE: &str = "such as http://127.0.0.1:8420";

impl Target {
    fn parse(url: &str, allow_remote: bool) -> Result<Self, String> {
        let (rest, is_tls) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
            (Some(rest), _) => (rest, false),
            (None, Some(rest)) if cfg!(feature = "tls") => (rest, true),
            (None, Some(_)) => {
                return Err(format!(
                    "URL: `{url}` asks for TLS, which this build does not have; build `check` with `--features tls`, or \
                     give the server's plain address"
                ));
            }
            (None, None) => return Err(format!("URL: `{url}` is no address of a server; give one {EXAMPLE}")),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_plain = |text: &str| !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        if authority.is_empty() || authority.contains('@') || path.contains(['?', '#']) || !is_plain(url) {
            return Err(format!("URL: `{url}` may have a name, a port and a path only; give one {EXAMPLE}"));
        }
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let resolved =
            if has_port { authority.to_owned() } else { format!("{authority}:{}", if is_tls { 443 } else { 80 }) };
        let addresses: Vec<SocketAddr> = resolved
            .to_socket_addrs()
            .map_err(|error| format!("URL: `{authority}` has no address ({error}); give one {EXAMPLE}"))?
            .collect();
        if !allow_remote && !are_here(&addresses) {
            return Err(format!(
                "URL: `{authority}` is not this machine, and a drive makes many payments; add --allow-remote if the \
                 server is yours and is a test server"
            ));
        }
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix("v1").unwrap_or(path).trim_end_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { authority: authority.to_owned(), prefix, is_tls, addresses })
    }

    /// Returns whether the server is on this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        are_here(&self.addresses)
    }
}

fn are_here(addresses: &[SocketAddr]) -> bool {
    addresses.iter().all(|address| address.ip().is_loopback())
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
            ("https://127.0.0.1:1", "sk_live_1", "--key"),
            (
                "https://203.0.113.7",
                "sk_test_1",
                if cfg!(feature = "tls") { "--allow-remote" } else { "--features tls" },
            ),
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
    fn tls_has_its_own_port_and_certificates() {
        let remote = Settings { allow_remote: true, ..Settings::of("https://203.0.113.7", "sk_test_1") };
        if cfg!(feature = "tls") {
            let target = remote.target().unwrap();
            assert!(target.is_tls && target.addresses.iter().all(|address| address.port() == 443));
            assert_eq!((remote.requests_a_second(&target), target.is_here()), (Some(REMOTE_RATE), false));
        } else {
            assert!(remote.target().unwrap_err().contains("--features tls"));
        }
        let other = Settings { key: "secret".to_owned(), ..Settings::of("http://203.0.113.7", "") };
        assert!(Settings { allow_remote: true, ..other }.target().unwrap_err().contains("test key only"));
        let ca_file = Some(PathBuf::from("missing.pem"));
        let plain = Settings { ca_file, ..Settings::of("http://127.0.0.1:1", "sk_test_1") };
        assert!(plain.target().unwrap_err().contains("--ca-file"));
        let here = Settings::of("http://127.0.0.1:1", "sk_test_1");
        assert_eq!(here.requests_a_second(&here.target().unwrap()), None);
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
