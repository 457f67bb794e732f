//! A script for the provider's official Python SDK.

use std::fmt::Write as _;

use holdfast_model::Config;

use super::{Line, has_endpoint, lines};
use crate::finding::Finding;
use crate::profile::ServerProfile;

/// Asks, shows the answer, and gives back the id that is in it.
const ASK: &str = "\
def ask(method, path, options={}, **params):
    try:
        answer = client.raw_request(method, path, **params, **options)
        status, shown = answer.code, answer.data
    except stripe.StripeError as error:
        status, shown = error.http_status, error.json_body
    if not isinstance(shown, dict):
        shown = {}  # no JSON
    print(method, path, status, json.dumps(shown))
    error = shown.get(\"error\")
    error = error if isinstance(error, dict) else {}
    nested = error.get(\"payment_intent\") or error.get(\"setup_intent\") or {}
    return shown.get(\"id\") or nested.get(\"id\") or error.get(\"charge\") or \"none\"

";

/// The finding as a script for the official Python SDK.
#[must_use]
pub fn python(profile: &ServerProfile, config: &Config, url: &str, finding: &Finding) -> String {
    let lines = lines(profile, config, finding);
    let mut out = String::from("import json, os, threading, time\nimport stripe\n\n");
    let _infallible = writeln!(
        out,
        "api, key = os.environ.get(\"API\", \"{url}\"), os.environ.get(\"KEY\", \"sk_test_…\")  # the server and its test \
         key\nclient = stripe.StripeClient(key, base_addresses={{\"api\": api}}, max_network_retries=0)\n\
         run = str(time.time())  # idempotency keys are new each time\n"
    );
    if has_endpoint(&lines) {
        out.push_str("webhook = os.environ.get(\"WEBHOOK\", \"http://127.0.0.1:9/\")  # shows what it receives\n\n");
    }
    out.push_str(ASK);
    let mut were_at_once = false;
    for line in &lines {
        if line.is_at_once && !were_at_once {
            out.push_str("together = []\n");
        } else if were_at_once && !line.is_at_once {
            out.push_str(TOGETHER);
        }
        were_at_once = line.is_at_once;
        out.push_str(&written(line));
        out.push('\n');
    }
    if were_at_once {
        out.push_str(TOGETHER);
    }
    out
}

const TOGETHER: &str = "for thread in together: thread.start()\nfor thread in together: thread.join()\n";

fn written(line: &Line) -> String {
    let mut text = format!("ask({})", arguments(line));
    if line.is_at_once {
        text = format!("together.append(threading.Thread(target=lambda: {text}))");
    } else if let Some(variable) = &line.into {
        text = format!("{variable} = {text}");
    }
    if line.is_lost {
        text.push_str("  # the answer is lost");
    }
    text
}

fn arguments(line: &Line) -> String {
    let method = line.asked.verb.name().to_ascii_lowercase();
    let mut text = format!("\"{method}\", {}", quoted(&line.asked.path));
    let mut options = Vec::new();
    for (name, value) in [("stripe_account", &line.asked.account), ("idempotency_key", &line.asked.key)] {
        if let Some(value) = value {
            options.push(format!("\"{name}\": {}", quoted(value)));
        }
    }
    if !options.is_empty() {
        let _infallible = write!(text, ", {{{}}}", options.join(", "));
    }
    let mut form = line.asked.form.clone();
    form.sort();
    for (name, value) in nested(&form) {
        let _infallible = write!(text, ", {name}={value}");
    }
    text
}

/// `a[b][c]=1` as `a={"b": {"c": "1"}}`, and `a[]=1` as `a=["1"]`; names that begin alike are put together.
fn nested(form: &[(String, String)]) -> Vec<(String, String)> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for (name, value) in form {
        let (head, rest) = match name.split_once('[') {
            Some((head, "]")) => (head.to_owned(), "]".to_owned()),
            Some((head, rest)) => (head.to_owned(), rest.replacen(']', "", 1)),
            None => (name.clone(), String::new()),
        };
        match found.iter_mut().find(|(known, _)| *known == head) {
            Some((_, list)) => list.push((rest, value.clone())),
            None => found.push((head, vec![(rest, value.clone())])),
        }
    }
    let tell = |list: Vec<(String, String)>| match list.as_slice() {
        [(rest, value)] if rest.is_empty() => quoted(value),
        list if list.iter().all(|(rest, _)| rest == "]") => {
            let values: Vec<String> = list.iter().map(|(_, value)| quoted(value)).collect();
            format!("[{}]", values.join(", "))
        }
        _ => {
            let inner = nested(&list).into_iter().map(|(name, value)| format!("\"{name}\": {value}"));
            format!("{{{}}}", inner.collect::<Vec<_>>().join(", "))
        }
    };
    found.into_iter().map(|(head, list)| (head, tell(list))).collect()
}

/// A text of Python's, with `$pi1` as the variable of that name.
fn quoted(text: &str) -> String {
    let Some((before, after)) = text.split_once('$') else { return format!("\"{text}\"") };
    let end = after.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(after.len());
    let (name, rest) = after.split_at(end);
    if let Some(id) = name.strip_suffix("_secret") {
        return format!("client.v1.payment_intents.retrieve({id}).client_secret");
    }
    if let Some(id) = name.strip_suffix("_charge") {
        return format!("client.v1.payment_intents.retrieve({id}).latest_charge");
    }
    let parts = [("", before), ("$", name), ("", rest)];
    let told = parts
        .iter()
        .filter(|(_, part)| !part.is_empty())
        .map(|(kind, part)| if kind.is_empty() { format!("\"{part}\"") } else { (*part).to_owned() });
    told.collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
mod tests {
    use super::nested;

    #[test]
    fn a_list_of_several_values_is_a_list() {
        let form = [("types[]", "card"), ("types[]", "debit"), ("a[b][c]", "1"), ("one[]", "x")];
        let form: Vec<(String, String)> =
            form.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let found: Vec<String> = nested(&form).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(found, ["types=[\"card\", \"debit\"]", "a={\"b\": {\"c\": \"1\"}}", "one=[\"x\"]"]);
    }
}
