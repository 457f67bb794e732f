//! Tests of the suite on the model, on a broken model, and on subjects that panic or hide their work.

use holdfast_harness::guarded::Guarded;
use holdfast_harness::{
    Capabilities, Capability, Failure, ModelSubject, Reaction, Subject, Suite, Verdict, engine_test, replay,
};
use holdfast_model::testing::{faults, faulty_transition};
use holdfast_model::trace::Script;
use holdfast_model::{Call, Config, EnvironmentEvent, Input, Operation};

pub(crate) const THREE_KEYS: (&str, &str) = ("retries", "the model has three keys");

engine_test!(the_model_agrees_with_itself, ModelSubject::default(), sequences = 60, skip = THREE_KEYS);

fn broken(name: &str) -> ModelSubject {
    let fault = faults().find(|fault| fault.name == name).unwrap();
    ModelSubject::deciding(move |config, state, input| faulty_transition(fault, config, state, input))
}

/// The model with other capabilities, and with a panic at each refund.
struct Changed {
    model: ModelSubject,
    capabilities: Capabilities,
    panics: bool,
}

impl Changed {
    fn new(capabilities: Capabilities) -> Self {
        Self { model: ModelSubject::default(), capabilities, panics: false }
    }
}

impl Subject for Changed {
    passed_to_the_model!(begin finish observe);

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn start(&mut self, config: &Config) -> Result<(), Failure> {
        assert!(self.capabilities.own_configuration().is_none_or(|own| own == *config), "another configuration");
        self.model.start(config)
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        assert!(self.capabilities.supports(&Input::Call(*call)), "{:?} was not declared", call.operation);
        assert!(!self.panics || !matches!(call.operation, Operation::CreateRefund { .. }), "no refunds today");
        self.model.submit(call)
    }

    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        assert!(self.capabilities.supports(&Input::Event(*event)), "{event:?} was not declared");
        self.model.inject(event)
    }
}

#[test]
fn a_finding_is_short_and_has_a_test_that_fails_again() {
    let report = Suite::new(broken("part-is-all")).made_by("broken()").run();
    let text = report.to_string();
    let found = report.finding.as_ref().unwrap_or_else(|| panic!("{text}"));
    assert!(found.trace_lines().len() <= 3, "{text}");
    assert!(report.regression_test().unwrap().contains("replay(&mut broken(), trace)"), "{text}");
    assert!(!report.agreed());
    let trace = found.script().to_string();
    assert!(!replay(&mut broken("part-is-all"), &trace).unwrap().agrees(), "{trace}");
    assert!(replay(&mut ModelSubject::default(), &trace).unwrap().agrees(), "{trace}");
}

#[test]
fn a_panic_is_a_finding_with_a_trace() {
    let report = Suite::new(Changed { panics: true, ..Changed::new(Capabilities::everything()) }).run();
    let text = report.to_string();
    let found = report.finding.as_ref().unwrap_or_else(|| panic!("{text}"));
    assert!(text.contains("panic: expected a response, found no refunds today"), "{text}");
    assert_eq!(found.trace_lines().len(), 1, "{text}");
}

#[test]
fn only_what_is_declared_is_asked_and_judged() {
    let card = Capabilities::card().features(&[Capability::IdempotencyKeys]);
    let report = Suite::new(Changed::new(card)).sequences(60).skip(THREE_KEYS).run();
    let text = report.to_string();
    assert!(report.agreed(), "{text}");
    assert!(report.modes.get("properties").is_some_and(|mode| mode.compared > 100), "{text}");
    assert!(report.skipped.iter().any(|(mode, _)| *mode == "notifications"), "{text}");
    let (judged, all) = report.money_judged();
    assert!(0 < judged && judged < all, "{text}");
    assert!(report.not_visible().any(|property| property.id == "ledger-has-what-moved"), "{text}");
    assert!(report.judged().all(|property| report.not_visible().all(|other| other.id != property.id)), "{text}");
}

#[test]
fn a_suite_that_did_nothing_has_not_agreed() {
    let report = Suite::new(ModelSubject::default()).sequences(0).run();
    assert!(!report.agreed() && report.to_string().starts_with("INCOMPLETE: no step was compared"), "{report}");
    let stopped = Suite::new(ModelSubject::default()).budget(std::time::Duration::ZERO).run();
    assert!(!stopped.agreed() && stopped.to_string().starts_with("INCOMPLETE: the time limit"), "{stopped}");
}

/// Returns the first line that the contract refuses.
fn refused(trace: &str) -> Option<String> {
    let mut model = ModelSubject::default();
    let mut guarded = Guarded::new(&mut model);
    guarded.start(&Config::default()).unwrap();
    Script::parse(trace).unwrap().inputs().find_map(|input| {
        let Input::Call(call) = input else { return None };
        if !guarded.can(&input) {
            assert!(guarded.submit(&call).unwrap_err().0.contains("contract"), "{input}");
            return Some(input.to_string());
        }
        guarded.submit(&call).unwrap();
        guarded.observe().unwrap();
        None
    })
}

#[test]
fn the_contract_refuses_what_the_harness_promised_not_to_send() {
    for (trace, breach) in [
        ("create pi2 100 usd\n", Some("create pi2 100 usd automatic_async")),
        ("create pi1 100 usd\ncreate pi1 200 usd\n", Some("create pi1 200 usd automatic_async")),
        (
            "create pi1 100 usd key=key1\ncreate pi2 100 usd key=key1\n",
            Some("create pi2 100 usd automatic_async key=key1"),
        ),
        ("create pi1 100 usd key=key1\ncreate pi1 100 usd key=key1\ncreate pi2 100 usd\n", None),
        ("create pi1 100 usd key=key1\ncapture pi1 key=key1\ncreate pi2 50 usd key=key1\n", None),
    ] {
        assert_eq!(refused(trace).as_deref(), breach, "{trace}");
    }
}

#[test]
fn a_trace_of_crashes_is_not_replayed_without_a_restart() {
    let error = replay(&mut ModelSubject::default(), "# way: crash 7\n\ncreate pi1 100 usd\n").unwrap_err();
    assert!(error.contains("crash 7"), "{error}");
    let verdict: Verdict = replay(&mut ModelSubject::default(), "create pi1 100 usd\n").unwrap();
    assert!(verdict.agrees(), "{verdict}");
}
