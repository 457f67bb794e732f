//! Any server that speaks the provider's API, driven in lockstep with the model, over HTTP.
//!
//! ```
//! use holdfast_drive::{Settings, drive};
//!
//! let settings = Settings::of("http://127.0.0.1:8420", "sk_live_abc");
//! let refused = drive(&settings, "mine", &mut |_| ()).unwrap_err();
//! assert!(refused.starts_with("--key: "), "a live key is refused before anything is sent: {refused}");
//! ```
//!
//! Read first:
//!
//! 1. [`Settings`] — the address, the test key and the limits; live keys and unpermitted servers are refused.
//! 2. [`drive`] — finds out what the server supports ([`probe`]), searches for differences from the model ([`plan`], then random
//!    sequences, then [`races`]), and shrinks the trace to each.
//! 3. [`Report`] — what was found, by [`Class`]; as Markdown, HTML and JSON, with `curl` lines and an SDK script.
//!
//! No server is known in advance: its abilities are probed, its responses are compared, and the properties name the faults.
#![forbid(unsafe_code)]

mod campaign;
pub mod checks;
pub mod choice;
pub mod clean_up;
pub mod comparison;
pub mod features;
pub mod fields;
pub mod finding;
pub mod headline;
pub mod judge;
pub mod names;
pub mod plan;
pub mod preconditions;
pub mod probe;
pub mod profile;
pub mod race_outcome;
pub mod races;
pub mod report;
pub mod requests;
pub mod run;
pub mod server;
pub mod settings;
pub mod step;
pub mod webhooks;
pub mod wire;

pub use campaign::Progress;
pub use finding::{Class, Finding};
pub use report::{KnownFindings, Report, RequirementVerdict};
pub use settings::Settings;

use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use holdfast_model::Config;

use campaign::DriveCampaign;
use server::Server;
use wire::Wire;
use wire::pace::Pace;

/// Drives a server and returns the report. `progress` is called after each sequence.
///
/// # Errors
/// Returns a message if the settings do not permit the drive. A server that cannot be reached, or stops responding,
/// makes the report incomplete instead.
pub fn drive(settings: &Settings, name: &str, progress: &mut dyn FnMut(&Progress)) -> Result<Report, String> {
    let target = settings.target()?;
    let tls = settings.tls(&target)?;
    let is_here = target.is_here();
    let pace = Pace::new(settings.requests_a_second(&target), settings.end()).stopped_by(settings.stop.clone());
    let rate = settings.requests_a_second(&target);
    let cleans_up = settings.clean_up.unwrap_or(!is_here);
    let wire = Wire::to(target, settings.key.clone(), settings.patience, pace).with_tls(tls);
    let wire = if cleans_up { wire.keeping_objects() } else { wire };
    // Keys of an earlier drive may still be known to the server.
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mut server = Server::new(wire, format!("drive-{moment:x}"));
    server.limit = settings.operations;
    server.webhooks = settings.webhooks.clone();
    server.receiver = settings.webhooks.open(is_here)?;
    let mut config = Config::default();
    let mut incomplete = probe::probe(&mut server, &mut config).err().map(|stop| stop.to_string());
    let mut campaign = DriveCampaign::new(settings, &mut server, config, progress);
    if incomplete.is_none() {
        incomplete = match campaign.everything() {
            Ok(why) => why,
            Err(broken) => Some(broken.to_string()),
        };
    }
    if settings.stop.load(Ordering::Relaxed) {
        incomplete = Some("interrupted".to_owned());
    }
    let mut report = campaign.report(name, settings);
    report.incomplete = incomplete;
    if cleans_up {
        let state = Progress { phase: "clean-up", operations: report.operations, ..Progress::default() };
        let found = report.counts();
        let mut tell = |requests| progress(&Progress { requests, found, ..state.clone() });
        report.clean_up = Some(clean_up::clean_up(&server.wire, rate, &mut tell));
    }
    Ok(report)
}
