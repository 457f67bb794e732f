//! The empty text as a value: it unsets what can be unset, and is refused by name elsewhere (P26).

use crate::fixture::Fixture;
use holdfast_engine::edge::read::{DocumentedParameter, clearable, documented};
use std::collections::BTreeSet;

/// Adds a parameter with the empty text to each valid request and sends it. Returns one text for each request: empty if it
/// is accepted, or the message of a refusal that names the parameter. Refusals about other parameters are left out.
fn sent(fixture: &Fixture, parameter: &DocumentedParameter) -> Vec<String> {
    let Some((_, requests)) = fixture.requests_of(parameter) else { return Vec::new() };
    let mut answers = Vec::new();
    for request in requests {
        let (path, _) = fixture.requests(parameter.endpoint).unwrap();
        let answer = fixture.post(parameter, &path, &format!("{request} {}=", parameter.name));
        if answer.status == 200 {
            answers.push(String::new());
        } else if answer.text("error.param") == parameter.name {
            answers.push(answer.text("error.message"));
        }
    }
    answers
}

/// P26: what the provider's types let a request unset is unset by the empty text, whether the engine has the parameter or
/// not.
#[test]
fn what_can_be_unset_is_unset() {
    let fixture = Fixture::new();
    let (mut wrong, mut accepted) = (BTreeSet::new(), 0);
    for parameter in clearable().filter(|parameter| fixture.requests(parameter.endpoint).is_some()) {
        let answers = sent(&fixture, &parameter);
        accepted += answers.iter().filter(|answer| answer.is_empty()).count();
        if !answers.iter().any(String::is_empty) || answers.iter().any(|answer| !answer.is_empty()) {
            wrong.insert(format!("{} {}: {answers:?}", parameter.endpoint, parameter.name));
        }
    }
    assert_eq!(wrong, BTreeSet::new());
    assert!(accepted >= 2_570, "{accepted} empty values were accepted");
}

/// Returns every documented parameter and every group of parameters.
fn with_groups() -> BTreeSet<(&'static str, &'static str)> {
    let groups = |name: &'static str| name.match_indices('[').map(move |(at, _)| &name[..at]).chain([name]);
    documented().flat_map(|leaf| groups(leaf.name).map(move |name| (leaf.endpoint, name))).collect()
}

/// An empty value of any other parameter or group asks for nothing that the engine lacks: it is accepted, or refused as
/// empty or missing, by name.
#[test]
fn an_empty_value_is_no_request() {
    let fixture = Fixture::new();
    let (mut wrong, mut compared) = (BTreeSet::new(), 0);
    for (endpoint, name) in with_groups() {
        let parameter = DocumentedParameter { endpoint, name, kind: "" };
        for answer in sent(&fixture, &parameter) {
            compared += 1;
            if answer.contains("does not implement") || answer.contains("unknown") {
                wrong.insert(format!("{} {}: {answer}", parameter.endpoint, parameter.name));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
    assert!(compared >= 11_800, "{compared} empty values were compared");
}
