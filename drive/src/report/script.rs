//! A finding as something to run: `curl` lines, and a script for the provider's official Python SDK.

use std::fmt::Write as _;

use holdfast_conformance::lockstep::World;
use holdfast_model::{About, Event, Input, KeyId, Operation, Terms, transition};

use crate::ask;
use crate::finding::Finding;
use crate::names::Names;
use crate::ways::{Means, Ways};
use crate::wire::{Asked, Verb};

/// One line of a script.
struct Line {
    asked: Asked,
    /// The variable that its object's id goes into.
    into: Option<String>,
    /// Is its answer lost?
    is_lost: bool,
}

/// What is sent, in order, with names instead of ids.
fn lines(ways: &Ways, terms: &Terms, finding: &Finding) -> Vec<Line> {
    let mut names = Names::symbolic();
    let mut ways = ways.clone();
    if ways.connected.is_some() {
        ways.connected = Some("$acct".to_owned());
    }
    let mut lines = Vec::new();
    let uses_account = finding.inputs.iter().any(|input| input.to_string().contains("flow="));
    if uses_account && ways.connected.is_some() {
        let asked = Asked::post("/v1/accounts").with("type", "custom").with("country", "US");
        lines.push(Line { asked, into: Some("acct".to_owned()), is_lost: false });
    }
    let mut world = World::default();
    let mut refunds = [0_u8; 3];
    for input in &finding.inputs {
        let sight = world.observe(terms);
        let now = sight.observation(terms);
        let view = input.intent().and_then(|intent| now.payments.get(usize::from(intent.0)).copied().flatten());
        match input {
            Input::Call(call) => {
                let method = call.operation.method();
                if let Some(Means::Number(number)) = method.and_then(|method| ways.methods.get(&method)) {
                    let asked = ask::make_method(number);
                    lines.push(Line { asked, into: Some("pm".to_owned()), is_lost: false });
                }
                let named = method.and_then(|method| ask::named(&ways, method, Some("$pm")));
                let asked = ask::operation(&ways, &names, &call.operation, view.as_ref(), named.as_deref());
                if let Some(mut asked) = asked {
                    asked.key = call.key.map(|KeyId(place)| format!("$run-key{}", u16::from(place).saturating_add(1)));
                    let into = made(&call.operation, &mut refunds);
                    if let Operation::CreateIntent { intent, .. } = call.operation
                        && let Some(Some(payment)) = names.payments.get_mut(usize::from(intent.0))
                    {
                        payment.account.clone_from(&asked.account);
                    }
                    lines.push(Line { asked, into, is_lost: call.fault == holdfast_model::Fault::AnswerLost });
                }
            }
            Input::Event(
                event @ (Event::Authenticate { .. }
                | Event::Settle { .. }
                | Event::CloseCancelWindow { .. }
                | Event::Refund { .. }
                | Event::Advance { .. }),
            ) => {
                if let Some(asked) = ask::event(&ways, &names, event, view.as_ref()) {
                    lines.push(Line { asked, into: None, is_lost: false });
                }
            }
            Input::Event(_) | Input::Begin { .. } | Input::Finish { .. } => {}
        }
        world = transition(terms, &world, *input).after;
    }
    if let Some(intent) = finding.inputs.last().and_then(Input::intent) {
        let path = match ways.api {
            crate::ways::Api::Intents => format!("/v1/payment_intents/{}", names.intent(intent)),
            crate::ways::Api::Charges => format!("/v1/charges/{}", names.intent(intent)),
        };
        lines.push(Line { asked: Asked::get(path), into: None, is_lost: false });
    }
    lines
}

/// The variable for the id of what an operation makes.
fn made(operation: &Operation, refunds: &mut [u8; 3]) -> Option<String> {
    if let Operation::CreateRefund { intent, .. } = operation {
        let count = refunds.get_mut(usize::from(intent.0))?;
        *count = count.saturating_add(1);
        return Some(format!("pi{}_re{count}", u16::from(intent.0).saturating_add(1)));
    }
    match operation.creates()? {
        About::Payment(intent) | About::Refund(intent, _) => {
            Some(format!("pi{}", u16::from(intent.0).saturating_add(1)))
        }
        About::Setup => Some("seti".to_owned()),
        About::Session => None,
    }
}

/// The finding as a shell script.
#[must_use]
pub fn curl(ways: &Ways, terms: &Terms, url: &str, finding: &Finding) -> String {
    let lines = lines(ways, terms, finding);
    let mut out = format!("api={url} key=sk_test_…  # the server and its test key\n");
    if lines.iter().any(|line| line.asked.key.is_some()) {
        out.push_str("run=$(date +%s)  # idempotency keys are new each time\n");
    }
    // The first id, also where the object is in an error.
    let prefixes = "pi|ch|re|seti|pm|acct|py";
    let _infallible = writeln!(
        out,
        "id() {{ tee /dev/stderr | grep -oE '\"id\": *\"({prefixes})_[^\"]*\"' | head -1 | cut -d'\"' -f4; }}"
    );
    if lines.iter().any(|line| line.asked.form.iter().any(|(_, value)| value.ends_with("_secret"))) {
        out.push_str(
            "secret() { curl -s $api/v1/payment_intents/$1 -u $key: | grep -oE '\"client_secret\": *\"[^\"]*\"' | cut -d'\"' -f4; }\n",
        );
    }
    let at_once = lines.len().saturating_sub(finding.at_once).saturating_sub(1);
    let count = lines.len();
    for (place, line) in lines.iter().enumerate() {
        let mut text = format!("curl -s \"$api{}\" -u $key:", line.asked.path);
        for (name, value) in [("Stripe-Account", &line.asked.account), ("Idempotency-Key", &line.asked.key)] {
            if let Some(value) = value {
                let _infallible = write!(text, " -H \"{name}: {value}\"");
            }
        }
        if line.asked.verb == Verb::Post && line.asked.form.is_empty() {
            text.push_str(" -X POST");
        }
        for (name, value) in &line.asked.form {
            let value = match value.strip_suffix("_secret") {
                Some(id) => format!("$(secret {id})"),
                None => value.clone(),
            };
            let _infallible = write!(text, " -d \"{name}={value}\"");
        }
        let runs_at_once = finding.at_once > 1 && place >= at_once && place.saturating_add(1) < count;
        match &line.into {
            Some(_) if runs_at_once => text.push_str(" &"),
            None if runs_at_once => text.push_str(" &"),
            Some(variable) => text = format!("{variable}=$({text} | id)"),
            None => {}
        }
        if line.is_lost {
            text.push_str("  # the answer is lost");
        }
        if finding.at_once > 1 && place.saturating_add(1) == count {
            out.push_str("wait\n");
        }
        out.push_str(&text);
        out.push('\n');
    }
    out
}

/// The finding as a script for the official Python SDK.
#[must_use]
pub fn python(ways: &Ways, terms: &Terms, url: &str, finding: &Finding) -> String {
    let lines = lines(ways, terms, finding);
    let mut out = String::from("import threading, time\nimport stripe\n\n");
    let _infallible = writeln!(
        out,
        "client = stripe.StripeClient(\"sk_test_…\", base_addresses={{\"api\": \"{url}\"}}, max_network_retries=0)"
    );
    out.push_str(
        "run = str(time.time())  # idempotency keys are new each time\n\n\
         def ask(method, path, options={}, **params):\n    \
             try:\n        \
                 answer = client.raw_request(method, path, **params, **options)\n        \
                 shown = answer.data\n    \
             except stripe.StripeError as error:\n        \
                 shown = error.json_body or {}\n        \
                 print(error.http_status, end=\" \")\n    \
             print(method, path, shown)\n    \
             nested = shown.get(\"error\", {}).get(\"payment_intent\") or shown.get(\"error\", {}).get(\"setup_intent\") or {}\n    \
             return shown.get(\"id\") or nested.get(\"id\")\n\n",
    );
    let at_once = lines.len().saturating_sub(finding.at_once).saturating_sub(1);
    let count = lines.len();
    if finding.at_once > 1 {
        out.push_str("together = []\n");
    }
    for (place, line) in lines.iter().enumerate() {
        let mut call = arguments(line);
        let runs_at_once = finding.at_once > 1 && place >= at_once && place.saturating_add(1) < count;
        if runs_at_once {
            call = format!("together.append(threading.Thread(target=lambda: ask({call})))");
        } else {
            call = format!("ask({call})");
            if let Some(variable) = &line.into {
                call = format!("{variable} = {call}");
            }
        }
        if finding.at_once > 1 && place.saturating_add(1) == count {
            out.push_str("for thread in together: thread.start()\nfor thread in together: thread.join()\n");
        }
        out.push_str(&call);
        if line.is_lost {
            out.push_str("  # the answer is lost");
        }
        out.push('\n');
    }
    out
}

fn arguments(line: &Line) -> String {
    let method = if line.asked.verb == Verb::Get { "get" } else { "post" };
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

/// `a[b][c]=1` as `a={"b": {"c": "1"}}`; names that begin alike are put together.
fn nested(form: &[(String, String)]) -> Vec<(String, String)> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for (name, value) in form {
        let (head, rest) = match name.split_once('[') {
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
    let parts = [("", before), ("$", name), ("", rest)];
    let told = parts
        .iter()
        .filter(|(_, part)| !part.is_empty())
        .map(|(kind, part)| if kind.is_empty() { format!("\"{part}\"") } else { (*part).to_owned() });
    told.collect::<Vec<_>>().join(" + ")
}
