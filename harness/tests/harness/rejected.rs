//! A request may be rejected only because its own object is in use (R4); tolerated differences are reported.

use holdfast_harness::ModelSubject;
use holdfast_harness::bounds::ModelState;
use holdfast_harness::lockstep;
use holdfast_harness::tolerated::Tolerated;
use holdfast_harness::{Lockstep, Verdict};
use holdfast_model::trace::Script;
use holdfast_model::{Config, Input, Notifications, Rejection, Transition, transition};

fn inputs(trace: &str) -> Vec<Input> {
    Script::parse(trace).unwrap().inputs().collect()
}

/// Returns a model that rejects every request while another one is held open.
fn one_at_a_time() -> ModelSubject {
    ModelSubject::deciding(|config: &Config, state: &ModelState, input| {
        let asks = matches!(input, Input::Call(_) | Input::Begin { .. });
        let is_busy = state.observe(config).observation(config).keys.iter().flatten().any(|key| key.answer.is_none());
        let refused =
            Transition { outcome: Err(Rejection::LockTimeout), after: *state, notifications: Notifications::default() };
        if asks && is_busy { refused } else { transition(config, state, input) }
    })
}

#[test]
fn who_is_busy_with_one_payment_has_time_for_another() {
    let start = "create pi1 300 usd\ncreate pi2 300 usd\nbegin key1 confirm pi1 method=card_visa\n";
    for (meets, agrees) in [("cancel pi1", true), ("cancel pi2", false), ("finish key1\ncancel pi2", true)] {
        let inputs = inputs(&format!("{start}{meets}\n"));
        let verdict = lockstep::run(&mut one_at_a_time(), &Config::default(), &inputs);
        assert_eq!(verdict.agrees(), agrees, "{meets}: {verdict}");
    }
}

#[test]
fn a_tolerated_difference_is_counted() {
    let mut subject = one_at_a_time();
    let trace = inputs(
        "create pi1 300 usd\ncreate pi2 300 usd\nbegin key1 confirm pi1 method=card_visa\nupdate pi2 metadata\n",
    );
    let Verdict::Diverge(divergence) = lockstep::run(&mut subject, &Config::default(), &trace) else {
        panic!("nothing to tolerate")
    };
    let [difference] = divergence.differences.as_slice() else { panic!("{divergence:?}") };
    let known = Tolerated {
        place: difference.place.class().leak(),
        model: difference.model.clone().leak(),
        subject: difference.subject.clone().leak(),
        rule: "R4",
        why: "a test",
    };
    let list = vec![known].leak();
    let mut lockstep = Lockstep::start(&mut subject, &Config::default()).unwrap().tolerating(list);
    for input in trace {
        lockstep.step(input).unwrap();
    }
    assert_eq!(lockstep.tally().tolerated, 1);
}
