//! `curl` lines, for a shell.

use std::fmt::Write as _;

use holdfast_model::Config;

use super::{Line, has_endpoint, lines};
use crate::finding::Finding;
use crate::profile::ServerProfile;
use crate::wire::Verb;

/// The functions that send each line, and that take an id out of an answer: the object's, or in a refusal that of the object
/// that was nevertheless created.
const HELPERS: &str = "\
curl() { command curl -sS -u \"$key:\" -w '%{stderr}%{http_code}\\n' \"$@\"; }
id() { local it; it=$(cat); echo \"$it\" >&2; jq -r '.id // (.error | .payment_intent.id // .setup_intent.id // .charge) // \"none\"' <<<\"$it\" 2>/dev/null || echo none; }
";

/// The finding as a shell script: bash, curl and jq.
#[must_use]
pub fn curl(profile: &ServerProfile, config: &Config, url: &str, finding: &Finding) -> String {
    let lines = lines(profile, config, finding);
    let mut out = format!("api=${{API:-{url}}} key=${{KEY:-sk_test_…}}  # the server and its test key\n");
    if lines.iter().any(|line| line.asked.key.is_some()) {
        out.push_str("run=$(date +%s%N)  # idempotency keys are new each time\n");
    }
    if has_endpoint(&lines) {
        out.push_str("webhook=${WEBHOOK:-http://127.0.0.1:9/}  # an endpoint that shows what it receives\n");
    }
    out.push_str(HELPERS);
    if lines.iter().any(|line| line.asked.form.iter().any(|(_, value)| value.ends_with("_secret"))) {
        out.push_str(
            "secret() { command curl -sS -u \"$key:\" \"$api/v1/payment_intents/$1\" | jq -r .client_secret; }\n",
        );
    }
    if lines.iter().any(|line| line.asked.form.iter().any(|(_, value)| value.ends_with("_charge"))) {
        out.push_str(
            "charge() { command curl -sS -u \"$key:\" \"$api/v1/payment_intents/$1\" | jq -r '.latest_charge | .id? // .'; }\n",
        );
    }
    let mut were_at_once = false;
    for line in &lines {
        if were_at_once && !line.is_at_once {
            out.push_str("wait\n");
        }
        were_at_once = line.is_at_once;
        out.push_str(&written(line));
        out.push('\n');
    }
    if were_at_once {
        out.push_str("wait\n");
    }
    out
}

fn written(line: &Line) -> String {
    let mut text = format!("curl \"$api{}\"", line.asked.path);
    for (name, value) in [("Stripe-Account", &line.asked.account), ("Idempotency-Key", &line.asked.key)] {
        if let Some(value) = value {
            let _infallible = write!(text, " -H \"{name}: {value}\"");
        }
    }
    match (line.asked.verb, line.asked.form.is_empty()) {
        (Verb::Post, true) => text.push_str(" -X POST"),
        (Verb::Get, false) => text.push_str(" -G"),
        (Verb::Delete, _) => text.push_str(" -X DELETE"),
        (Verb::Post, false) | (Verb::Get, true) => {}
    }
    for (name, value) in &line.asked.form {
        let value = match (value.strip_suffix("_secret"), value.strip_suffix("_charge")) {
            (Some(id), _) => format!("$(secret {id})"),
            (None, Some(id)) => format!("$(charge {id})"),
            (None, None) => value.clone(),
        };
        let _infallible = write!(text, " -d \"{name}={value}\"");
    }
    if line.is_at_once {
        text.push_str(" &");
    } else if let Some(variable) = &line.into {
        text = format!("{variable}=$({text} | id)");
    }
    if line.is_lost {
        text.push_str("  # the answer is lost");
    }
    text
}
