//! A drive over TLS: our server without its test helpers, behind a proxy that speaks TLS, as the provider is seen.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use holdfast_drive::checks::Looked;
use holdfast_drive::{Report, RequirementVerdict, Settings, drive};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::change::Change;
use super::proxy::{KEY, Proxied};
use super::wire::{Ask, Upstream, write};
use super::{settings, told};

/// A file of the test certificates; they are valid for `localhost` and 127.0.0.1.
fn certificate(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/drive/certificates").join(name)
}

/// Speaks TLS in front of a server, and returns the port.
fn secured(upstream: SocketAddr) -> u16 {
    let chain = CertificateDer::pem_file_iter(certificate("server.pem")).unwrap().collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_file(certificate("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || pass(stream.unwrap(), config, upstream));
        }
    });
    port
}

fn pass(stream: TcpStream, config: Arc<ServerConfig>, upstream: SocketAddr) {
    stream.set_nodelay(true).unwrap();
    let mut lines = BufReader::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream));
    let mut upstream = Upstream::to(upstream);
    while let Some(ask) = Ask::read(&mut lines) {
        let Some(reply) = upstream.send(&ask) else { return };
        if write(lines.get_mut(), &reply).is_err() {
            return;
        }
    }
}

fn driven(url: &str, operations: u64, trusts: bool) -> Report {
    let ca_file = trusts.then(|| certificate("authority.pem"));
    drive(&Settings { ca_file, races: 2, ..settings(url, operations) }, "secure", &mut |_| ()).unwrap()
}

#[test]
fn a_server_without_helpers_is_driven_over_tls() {
    let server = Proxied::open(Some(Change::NoHelpers));
    let report = driven(&format!("https://localhost:{}/v1", secured(server.address)), 2_500, true);
    let told = told(&report);
    assert!(!report.has_faults() && report.unrepeated.is_empty() && report.operations > 2_000, "{told}");
    let cut = report.checks.iter().find(|(name, _)| *name == "a retry after a cut connection");
    assert!(cut.is_some_and(|(_, looked)| *looked == Looked::Done), "{told}");
    // The report says what was confirmed, and what a clock and helpers would be needed for.
    let count = |verdict| report.requirements_with(verdict);
    let (confirmed, contradicted) = (count(RequirementVerdict::Confirmed), count(RequirementVerdict::Contradicted));
    assert!(confirmed > 20 && contradicted == 0 && count(RequirementVerdict::NotReached) > 0, "{confirmed}: {told}");
    let verdict = |id: &str| report.requirements().into_iter().find(|(known, ..)| *known == id).map(|it| it.1);
    for id in ["P3", "IDEM-6", "IDEM-8", "P1"] {
        assert_eq!(verdict(id), Some(RequirementVerdict::Confirmed), "{id}: {told}");
    }
    for part in ["a clock", "a helper for challenges", "a helper for banks"] {
        assert!(report.left_out.get(part).is_some_and(|count| *count > 0), "{part}: {:?}", report.left_out);
    }
    assert!(report.through.iter().all(|(part, _)| part != "clock"), "{:?}", report.through);
}

#[test]
fn a_fault_is_found_over_tls_and_contradicts_its_requirements() {
    let server = Proxied::open(Some(Change::LaggingField));
    let report = driven(&format!("https://127.0.0.1:{}", secured(server.address)), 300, true);
    assert!(report.has_faults() && report.requirements_with(RequirementVerdict::Contradicted) > 0, "{}", told(&report));
}

#[test]
fn an_untrusted_certificate_ends_the_drive_before_any_request() {
    let server = Proxied::open(None);
    let port = secured(server.address);
    for (url, trusts) in [(format!("https://127.0.0.1:{port}"), false), (format!("http://127.0.0.1:{port}"), false)] {
        let report = driven(&url, 300, trusts);
        assert!(report.incomplete.is_some() && report.operations == 0, "{url}: {}", told(&report));
    }
    let why = driven(&format!("https://127.0.0.1:{port}"), 300, false).incomplete.unwrap_or_default();
    assert!(why.contains("certificate"), "{why}");
}

/// Returns what is open on a server: each payment, SetupIntent and session that has not ended, and each endpoint.
fn open(server: &Proxied) -> BTreeSet<String> {
    let mut upstream = Upstream::to(server.address);
    let mut found = BTreeSet::new();
    for path in ["payment_intents", "setup_intents", "checkout/sessions", "webhook_endpoints", "customers"] {
        let mut after = None;
        loop {
            let ask = Ask::get(&format!("/v1/{path}"), KEY).with("limit", "100");
            let ask = after.iter().fold(ask, |ask, after: &String| ask.with("starting_after", after));
            let page = upstream.send(&ask).unwrap();
            assert!(page.is_done(), "{path}: {page:?}");
            let items = page.body["data"].as_array().unwrap();
            let has_ended = |it: &&Value| matches!(it["status"].as_str(), Some("succeeded" | "canceled" | "expired"));
            found.extend(items.iter().filter(|it| !has_ended(it)).map(|it| it["id"].as_str().unwrap().to_owned()));
            after = items.last().map(|it| it["id"].as_str().unwrap().to_owned());
            if page.body["has_more"] != true {
                break;
            }
        }
    }
    found
}

/// The clean-up leaves what cannot be ended, and names each of them; Ctrl-C does not prevent it.
#[test]
fn what_a_drive_made_is_ended_afterwards() {
    for (clean_up, stops_at) in [(Some(false), None), (Some(true), None), (Some(true), Some(150))] {
        let server = Proxied::open(Some(Change::NoHelpers));
        let url = format!("https://localhost:{}", secured(server.address));
        let chosen = Settings { ca_file: Some(certificate("authority.pem")), clean_up, ..settings(&url, 600) };
        let stop = Arc::clone(&chosen.stop);
        let report = drive(&chosen, "secure", &mut |progress| {
            if stops_at.is_some_and(|operations| progress.operations >= operations) {
                stop.store(true, Ordering::Relaxed);
            }
        })
        .unwrap();
        let open = open(&server);
        let Some(clean_up) = &report.clean_up else {
            assert!(clean_up == Some(false) && open.len() > 100, "{} are open", open.len());
            continue;
        };
        assert!(clean_up.ended > 30, "{clean_up:?}\n{}", told(&report));
        let is_named = |id: &&String| clean_up.left.iter().any(|left| left.contains(id.as_str()));
        let unnamed: Vec<&String> = open.iter().filter(|id| !is_named(id)).collect();
        assert!(unnamed.is_empty(), "{unnamed:?} of {}: {clean_up:?}", open.len());
        // Accounts cannot be deleted here, and a debit that the bank has is not canceled.
        assert!(open.len() < 20 && clean_up.left.len() < 40, "{clean_up:?}");
        assert_eq!(stops_at.is_some(), report.incomplete.as_deref() == Some("interrupted"), "{}", told(&report));
    }
}

#[test]
fn a_file_without_certificates_and_a_live_key_are_refused() {
    let of = |ca_file, key: &str| {
        let settings = Settings { ca_file: Some(certificate(ca_file)), ..Settings::of("https://127.0.0.1:9", key) };
        drive(&settings, "secure", &mut |_| ()).unwrap_err()
    };
    assert!(of("server.key", "sk_test_1").contains("--ca-file"));
    assert!(of("missing.pem", "sk_test_1").contains("--ca-file"));
    assert!(of("authority.pem", "sk_live_1").contains("live key"));
}
