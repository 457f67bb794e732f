//! A finding as a script: its requests in order, with variables for the ids that the server assigns.

mod curl;
mod python;

use std::collections::{BTreeMap, BTreeSet};

use holdfast_harness::bounds::ModelState;
use holdfast_model::{Call, Config, DeliveryFault, Input, IntentId, KeyId, Operation, PaymentView, Target, transition};

use crate::checks::CheckStep;
use crate::finding::Finding;
use crate::names::{Names, PaymentNames};
use crate::profile::{Api, MethodReference, RefundList, ServerProfile};
use crate::requests;
use crate::wire::HttpRequest;

pub use curl::curl;
pub use python::python;

/// One line of a script.
struct Line {
    asked: HttpRequest,
    /// The variable for the id of its object.
    into: Option<String>,
    /// Whether its response is dropped.
    is_lost: bool,
    /// Whether it is sent together with the next one.
    is_at_once: bool,
}

/// Returns whether a line names an endpoint for deliveries, which the reader of the script opens.
fn has_endpoint(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.asked.form.iter().any(|(_, value)| value == "$webhook"))
}

impl Line {
    const fn plain(asked: HttpRequest) -> Self {
        Self { asked, into: None, is_lost: false, is_at_once: false }
    }
}

/// The requests in order.
fn lines(profile: &ServerProfile, config: &Config, finding: &Finding) -> Vec<Line> {
    if !finding.steps.is_empty() {
        let line = |step: &CheckStep| Line {
            asked: step.request.clone(),
            into: step.into.clone(),
            is_lost: step.is_cut,
            is_at_once: false,
        };
        return finding.steps.iter().map(line).collect();
    }
    let mut script = Script { profile: profile.clone(), ..Script::default() };
    let uses_account = finding.inputs.iter().any(|input| input.to_string().contains("flow="));
    if uses_account && profile.connected.is_some() {
        script.profile.connected = Some("$acct".to_owned());
        let asked = HttpRequest::post("/v1/accounts").with("type", "custom").with("country", "US");
        script.lines.push(Line { into: Some("acct".to_owned()), ..Line::plain(asked) });
    }
    let alone = finding.inputs.len().saturating_sub(finding.at_once);
    let mut world = ModelState::default();
    for (place, input) in finding.inputs.iter().enumerate() {
        let sight = world.observe(config);
        let now = sight.observation(config);
        let view = input.intent().and_then(|intent| now.payments.get(usize::from(intent.0)).copied().flatten());
        let next = transition(config, &world, *input);
        match input {
            Input::Call(call) => script.call(call, view.as_ref(), place >= alone),
            Input::Event(event) => {
                script
                    .lines
                    .extend(requests::event(&script.profile, &script.names, event, view.as_ref()).map(Line::plain));
            }
            Input::Begin { .. } | Input::Finish { .. } => {}
        }
        // A refused request creates nothing; the script prints the last response for the reader.
        if next.outcome.is_ok()
            || next.after.observe(config) != sight
            || place.saturating_add(1) == finding.inputs.len()
        {
            script.take_down(input);
        }
        world = next.after;
    }
    script.look(finding);
    script.lines
}

/// A script under way.
#[derive(Default)]
struct Script {
    profile: ServerProfile,
    names: Names,
    lines: Vec<Line>,
    /// The first request under each key; a repetition is identical.
    keys: BTreeMap<KeyId, (Operation, HttpRequest)>,
    /// Payment methods made.
    methods: usize,
    /// The name of the last request's payment method.
    methods_named: Option<String>,
    /// Variables that have a value.
    variables: BTreeSet<String>,
}

impl Script {
    fn call(&mut self, call: &Call, view: Option<&PaymentView>, is_at_once: bool) {
        let known = call.key.and_then(|key| self.keys.get(&key)).filter(|(known, _)| *known == call.operation);
        let asked = match known {
            Some((_, asked)) => Some(asked.clone()),
            None => self.made(call, view),
        };
        let Some(asked) = asked else { return };
        if let Some(key) = call.key {
            self.keys.entry(key).or_insert_with(|| (call.operation, asked.clone()));
        }
        let into = self.variable(&call.operation).filter(|_| !is_at_once);
        self.variables.extend(into.clone());
        let is_lost = call.fault == DeliveryFault::AnswerLost;
        self.lines.push(Line { asked, into: into.clone(), is_lost, is_at_once });
        // A separate confirmation names the object that was created just before.
        let method = self.methods_named.take();
        if let (Some(variable), Operation::CreateIntent { intent, .. }) = (into, call.operation) {
            let mut names = self.names.clone();
            let id = format!("${variable}");
            names.note(intent, PaymentNames { id, account: None, ..PaymentNames::default() });
            let confirm = requests::confirmation(&self.profile, &names, &call.operation, method.as_deref());
            self.lines.extend(confirm.map(Line::plain));
        }
    }

    /// Returns the request, preceded by the creation of its payment method if the server knows cards by number alone.
    fn made(&mut self, call: &Call, view: Option<&PaymentView>) -> Option<HttpRequest> {
        let method = call.operation.method();
        let mut made = String::new();
        if let Some(MethodReference::Number(number)) = method.and_then(|method| self.profile.methods.get(&method)) {
            self.methods = self.methods.saturating_add(1);
            made = format!("pm{}", self.methods);
            self.lines.push(Line { into: Some(made.clone()), ..Line::plain(requests::make_method(number)) });
        }
        let named = method.and_then(|method| requests::named(&self.profile, method, Some(&format!("${made}"))));
        let mut asked = requests::operation(&self.profile, &self.names, &call.operation, view, named.as_deref())?;
        self.methods_named = named;
        asked.key = call.key.map(|KeyId(place)| format!("$run-key{}", u16::from(place).saturating_add(1)));
        Some(asked)
    }

    /// Returns the variable for the id of the object that an operation creates, if it is the first of that name.
    fn variable(&self, operation: &Operation) -> Option<String> {
        if let Operation::CreateRefund { intent, .. } = *operation {
            let count = self.names.payment(intent).map_or(0, |names| names.refunds.len());
            return Some(format!("{}_re{}", name(intent), count.saturating_add(1)));
        }
        match operation.creates()? {
            Target::Payment(intent) | Target::Refund(intent, _) => {
                self.names.payment(intent).is_none().then(|| name(intent))
            }
            Target::Setup => self.names.setup.is_none().then(|| "seti".to_owned()),
            Target::Session => None,
        }
    }

    /// From now on, the variable of the created object stands for it.
    fn take_down(&mut self, input: &Input) {
        let Input::Call(Call { operation, .. }) = input else { return };
        let Some(variable) = self.variable(operation).filter(|variable| self.variables.contains(variable)) else {
            return;
        };
        let (id, secret) = (format!("${variable}"), format!("${variable}_secret"));
        let charge = format!("${variable}_charge");
        if let Operation::CreateRefund { intent, .. } = *operation {
            self.names.note_refund(intent, &id);
            return;
        }
        match operation.creates() {
            Some(Target::Payment(intent)) => {
                let account = self.lines.last().and_then(|line| line.asked.account.clone());
                self.names.note(intent, PaymentNames { id, secret, account, charge, refunds: Vec::new() });
            }
            Some(Target::Setup) => self.names.setup = Some((id, secret)),
            Some(Target::Refund(..) | Target::Session) | None => {}
        }
    }

    /// Adds the reads at the end, which show the result.
    fn look(&mut self, finding: &Finding) {
        let Some(last) = finding.inputs.last() else { return };
        if let Some(names) = last.intent().and_then(|intent| self.names.payment(intent)) {
            let get = |path: String| HttpRequest { account: names.account.clone(), ..HttpRequest::get(path) };
            let (asked, by) = match self.profile.api {
                Api::Intents if self.profile.expands => {
                    let asked = get(format!("/v1/payment_intents/{}", names.id));
                    (asked.with("expand[]", "latest_charge"), "payment_intent")
                }
                Api::Intents => (get(format!("/v1/payment_intents/{}", names.id)), "payment_intent"),
                Api::Charges => (get(format!("/v1/charges/{}", names.id)), "charge"),
            };
            let refunds = match (self.profile.refunds, self.profile.api) {
                (RefundList::ByCharge, Api::Intents) => get("/v1/refunds".to_owned()).with("charge", &names.charge),
                _ => get("/v1/refunds".to_owned()).with(by, &names.id),
            };
            self.lines.push(Line::plain(asked));
            let is_about_refunds = finding.inputs.iter().any(|input| input.to_string().contains("refund"));
            if self.profile.refunds != RefundList::Nowhere
                && (is_about_refunds || finding.sighting.server.contains("refund"))
            {
                self.lines.push(Line::plain(refunds));
            }
        }
        let is_setup = last.operation().is_some_and(|operation| operation.about() == Target::Setup);
        if is_setup && self.names.setup.is_some() {
            self.lines.push(Line::plain(HttpRequest::get(format!("/v1/setup_intents/{}", self.names.setup()))));
        }
    }
}

/// `pi1`, as traces have it.
fn name(intent: IntentId) -> String {
    format!("pi{}", u16::from(intent.0).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use holdfast_model::trace::Script;
    use holdfast_model::{Config, PaymentMethod};

    use super::{curl, python};
    use crate::finding::{Class, Finding, Sighting};
    use crate::profile::{MethodReference, RefundList, ServerProfile};

    /// Both scripts for a server that knows cards by number alone.
    fn written(trace: &str, at_once: usize) -> String {
        let methods = BTreeMap::from([(PaymentMethod::Visa, MethodReference::Number("4242424242424242"))]);
        let profile =
            ServerProfile { methods, expands: true, refunds: RefundList::ByIntent, ..ServerProfile::default() };
        let inputs = Script::parse(trace).unwrap().inputs().collect();
        let sighting = Sighting::new(Class::Money, "", "");
        let finding = Finding {
            sighting,
            inputs,
            steps: Vec::new(),
            at_once,
            variants: BTreeSet::new(),
            met: 1,
            frequency: None,
        };
        let url = "http://127.0.0.1:8420";
        let (config, finding) = (Config::default(), &finding);
        curl(&profile, &config, url, finding) + &python(&profile, &config, url, finding)
    }

    #[test]
    fn scripts_send_what_the_drive_sent() {
        let create = "create pi1 1000 usd method=card_visa confirm key=key1\n";
        let table: [(String, usize, &[&str], &[&str]); 6] = [
            // A repetition under a key is identical, and does not take the name of the first request.
            (create.repeat(2), 0, &["pm1=$(curl", "pi1=$(curl", "\npi1 = ask("], &["pm2"]),
            (create.repeat(2), 0, &["\ncurl \"$api/v1/payment_intents\" -H"], &[]),
            // An object that does not exist has an unknown id, and no variable.
            ("confirm pi1\n".to_owned(), 0, &["/v1/payment_intents/pi_none0"], &["$pi1", " + pi1"]),
            (
                format!("{create}refund pi1 600\nrefund pi1 600\n"),
                2,
                &[
                    "amount=600\" &\ncurl",
                    "&\nwait\ncurl \"$api/v1/payment_intents/$pi1\" -G",
                    "thread.join()\nask(\"get\"",
                ],
                &["pi1_re1"],
            ),
            (
                format!("{create}refund pi1 300\ncancel_refund pi1 re1\n"),
                0,
                &["pi1_re1=$(curl", "refunds/$pi1_re1/cancel", "\"/v1/refunds/\" + pi1_re1 + \"/cancel\""],
                &[],
            ),
            ("create_setup\ncancel_setup\n".to_owned(), 0, &["curl \"$api/v1/setup_intents/$seti\"\n"], &[]),
        ];
        for (trace, at_once, there, not_there) in table {
            let text = written(&trace, at_once);
            for part in there {
                assert!(text.contains(part), "`{part}` is missing of\n{trace}:\n{text}");
            }
            for part in not_there {
                assert!(!text.contains(part), "`{part}` is in\n{trace}:\n{text}");
            }
        }
    }
}
