//! The API as the page uses it, and wrong requests.

use std::collections::BTreeSet;

use holdfast_model::trace::Script;
use holdfast_scenarios::SCENARIOS;

use super::*;
use crate::replay::Replay;

fn answered(method: &str, target: &str, body: &str) -> (u16, String) {
    let request = SiteRequest { method, target, host: Some("127.0.0.1:3000"), body: body.as_bytes() };
    let SiteResponse { status, body, .. } = WebSite::default().answer(&request);
    (status, String::from_utf8(body).unwrap())
}

fn walk(body: &Value) -> Value {
    let (status, text) = answered("POST", "/api/walk", &body.to_string());
    assert_eq!(status, 200, "{body}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// Every walk by offered inputs replays from the trace that is shown, and shows the same.
#[test]
fn what_is_shown_always_replays() {
    let mut chance = fastrand::Rng::with_seed(13);
    let mut seen = 0;
    for scenario in SCENARIOS {
        for variant in (scenario.variants)() {
            let of = json!({ "scenario": scenario.name, "variant": variant.name });
            let mut view = walk(&of);
            for _ in 0..8 {
                let next = view["next"].as_array().unwrap();
                let Some(chosen) = chance.choice(next) else { break };
                let expected = (chosen["answer"].clone(), chosen["changes"].clone());
                let mut request = of.clone();
                request["trace"] = view["trace"].clone();
                request["add"] = chosen["input"].clone();
                view = walk(&request);
                let last = view["steps"].as_array().unwrap().last().unwrap();
                let changes = last["changes"].as_array().unwrap().len();
                assert_eq!((last["answer"].clone(), json!(changes)), expected, "{request}");
                seen += 1;
            }
            let text = view["trace"].as_str().unwrap();
            let script = Script::parse(text).unwrap();
            let replay = Replay::play(script.config, script.inputs());
            assert_eq!(replay.script().to_string(), text);
            for (line, step) in script.lines.iter().zip(replay.steps()) {
                let expectation = line.expectation.as_ref().unwrap();
                assert_eq!(expectation.compare(&step.outcome, &step.after, step.notifications), [], "{text}");
            }
            let mut again = of.clone();
            again["trace"] = view["trace"].clone();
            assert_eq!(walk(&again), view, "{text}");
        }
    }
    assert!(seen > 200, "{seen} steps");
}

/// The parts of a bar add up to the money that there is.
#[test]
fn bars_add_up() {
    let trace = "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 700 final=false\n\
                 refund pi1 200\ncapture pi1 100\n";
    let view = walk(&json!({ "scenario": "multicapture", "trace": trace }));
    let bars: Vec<Value> =
        view["states"].as_array().unwrap().iter().skip(1).map(|state| state["payments"][0]["bar"].clone()).collect();
    let part = |kind: &str, amount: u32| json!({ "kind": kind, "amount": amount });
    assert_eq!(
        bars,
        [
            json!([part("held", 1000)]),
            json!([part("captured", 700), part("held", 300)]),
            json!([part("captured", 500), part("refunded", 200), part("held", 300)]),
            json!([part("captured", 600), part("refunded", 200), part("released", 200)]),
        ]
    );
}

#[test]
fn a_trace_is_played_with_its_own_configuration_and_compared() {
    let trace =
        "account country=jp\ncreate pi1 1000 usd manual => requires_payment_method\ncapture pi1 700 => succeeded\n";
    let view = walk(&json!({ "scenario": "multicapture", "trace": trace, "dialect": { "confirm_limit": "3" } }));
    assert_eq!(view["config"], json!([["country", "jp"]]));
    assert_eq!(view["steps"][0]["differences"], json!([]));
    assert_eq!(view["steps"][1]["differences"].as_array().unwrap().len(), 1, "{view}");
    let undone = walk(&json!({ "scenario": "multicapture", "trace": trace, "keep": 1 }));
    assert_eq!(undone["steps"].as_array().unwrap().len(), 1);
    assert_eq!(undone["config"], view["config"]);
}

#[test]
fn the_choices_of_the_dialect_are_those_of_the_walk() {
    let view = walk(&json!({ "scenario": "multicapture", "variant": "without", "dialect": { "confirm_limit": "3" } }));
    assert!(view["config"].as_array().unwrap().contains(&json!(["confirm_limit", "3"])), "{}", view["config"]);
    assert!(view["trace"].as_str().unwrap().contains("confirm_limit=3"));
}

/// Every wrong request is refused with the field and what is accepted, and none harms the next one.
#[test]
fn wrong_requests_are_refused_with_the_field() {
    let long = format!("{{\"scenario\":\"multicapture\",\"trace\":\"{}\"}}", "advance 1s\\n".repeat(501));
    let huge = " ".repeat(MOST_BYTES + 1);
    let deep = "[".repeat(100_000);
    let cases: [(&str, &str, &str, u16, &str); 22] = [
        ("POST", "/api/walk", "", 400, "body"),
        ("POST", "/api/walk", "null", 400, "body"),
        ("POST", "/api/walk", "[]", 400, "body"),
        ("POST", "/api/walk", "{}", 400, "scenario"),
        ("POST", "/api/walk", &deep, 400, "body"),
        ("POST", "/api/walk", &huge, 413, "body"),
        ("POST", "/api/walk", "{\"scenario\":\"no\"}", 400, "scenario"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"variant\":\"no\"}", 400, "variant"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"more\":1}", 400, "more"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"dialect\":{\"no\":\"1\"}}", 400, "dialect"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"dialect\":{\"confirm_limit\":\"-1\"}}", 400, "dialect"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"trace\":\"fly pi1\"}", 400, "trace"),
        (
            "POST",
            "/api/walk",
            "{\"scenario\":\"multicapture\",\"trace\":\"create pi1 99999999999999999999 usd\"}",
            400,
            "trace",
        ),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"keep\":1}", 400, "keep"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"keep\":-1}", 400, "body"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"add\":\"\"}", 400, "add"),
        ("POST", "/api/walk", "{\"scenario\":\"multicapture\",\"add\":\"advance 1s\\nadvance 1s\"}", 400, "add"),
        ("POST", "/api/walk", &long, 400, "trace"),
        ("GET", "/api/walk", "", 405, "method"),
        ("POST", "/", "", 405, "method"),
        ("DELETE", "/api/scenarios", "", 405, "method"),
        ("GET", "/../../etc/passwd", "", 404, "path"),
    ];
    for (method, target, body, status, word) in cases {
        let (found, text) = answered(method, target, body);
        let shown: String = body.chars().take(80).collect();
        assert_eq!(found, status, "{method} {target} {shown}: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert!(answer["error"].as_str().is_some_and(|error| !error.is_empty()), "{text}");
        assert!(text.contains(word), "{method} {target} {shown}: {text}");
    }
}

/// Objects beyond the bounds of the model are answered, and the walk says that it is incomplete.
#[test]
fn objects_beyond_the_bounds_are_no_panic() {
    let trace =
        "create pi200 1000 usd\ncapture pi255\nfinish key255\nrefund_progress pi1 re255 fails\nadvance 4294967295s\n";
    let view = walk(&json!({ "scenario": "retries", "trace": trace, "variant": null }));
    assert_eq!(view["beyond_bounds"], true, "{view}");
}

#[test]
fn only_this_machine_is_served() {
    let status = |host: Option<&str>| {
        let request = SiteRequest { method: "GET", target: "/", host, body: &[] };
        WebSite::default().answer(&request).status
    };
    for host in ["localhost", "LOCALHOST:3000", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:3000"] {
        assert_eq!(status(Some(host)), 200, "{host}");
    }
    for host in
        ["", "example.com", "localhost.example.com", "127.0.0.1.example.com:3000", "10.0.0.1", "[::2]:1", ":3000"]
    {
        assert_eq!(status(Some(host)), 400, "{host}");
    }
    assert_eq!(status(None), 400);
}

/// The page loads nothing but the files that are served, and every file that is served exists.
#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let mut wanted = BTreeSet::new();
    for (path, _, text) in FILES {
        assert!(!text.contains("https://") && !text.contains("@import"), "{path}");
        let plain = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!plain.contains("http://"), "{path}");
        for mark in ["from \".", "src=\"", "href=\"/"] {
            for rest in text.split(mark).skip(1) {
                let name = rest.split('"').next().unwrap_or_default();
                wanted.insert(format!("/{}", name.trim_start_matches('/')));
            }
        }
        let (status, body) = answered("GET", path, "");
        assert!(status == 200 && body == text, "{path}");
    }
    let served: BTreeSet<String> = FILES.iter().map(|(path, _, _)| (*path).to_owned()).filter(|it| it != "/").collect();
    assert_eq!(wanted, served);
}
