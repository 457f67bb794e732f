//! The commands that confront the engine with the model.

use super::{Answer, Exit, OutputStyle, Toy, check, check_on, file, fs};

fn on_engine(trace: &str) -> Answer {
    check_on(&["replay", "--on", "engine", "-"], trace, &Toy::new(), OutputStyle::default())
}

const CAPTURED: &str = "create pi1 300 usd automatic method=card_visa confirm";

#[test]
fn a_trace_on_the_engine() {
    for (trace, exit, part) in [
        (format!("{CAPTURED} => succeeded received=300\n"), Exit::Fine, "1 step on the engine."),
        (format!("{CAPTURED} => requires_capture\n"), Exit::False, "DIFFERS (line 1): expected requires_capture"),
        ("create pi9 300 usd\n".to_owned(), Exit::Incomplete, "left out"),
        (format!("# way: properties\n{CAPTURED}\n"), Exit::Fine, "1 step on the engine, in the run mode properties."),
        (format!("# way: crash 7\n{CAPTURED}\n"), Exit::Fine, "in the run mode crash 7."),
        // No two requests can overlap, so nothing is judged.
        (format!("# way: concurrent 2\n{CAPTURED}\n"), Exit::Incomplete, "in the run mode concurrent 2."),
    ] {
        let answer = on_engine(&trace);
        assert_eq!(answer.exit, exit, "{trace}{}", answer.out);
        assert!(answer.out.contains(part), "{trace}{part}: {}", answer.out);
    }
    let answer = on_engine(&format!("# way: by post\n{CAPTURED}\n"));
    assert_eq!(answer.exit, Exit::Usage);
    assert!(answer.err.contains("unknown mode \"by post\"; expected lockstep"), "{}", answer.err);
}

#[test]
fn a_soak_that_ran_nothing_agrees_with_nothing() {
    for (arguments, exit, part) in [
        (["soak", "--no-keep", "--executions", "20"], Exit::Fine, "AGREED"),
        (["soak", "--no-keep", "--executions", "0"], Exit::Usage, "--executions"),
        (["soak", "--no-keep", "--seconds", "0"], Exit::Usage, "--seconds"),
    ] {
        let answer = check(&arguments);
        assert_eq!(answer.exit, exit, "{arguments:?}: {}{}", answer.out, answer.err);
        assert!(answer.out.contains(part) || answer.err.contains(part), "{arguments:?}: {}{}", answer.out, answer.err);
    }
    let answer = check(&["soak", "--no-keep", "--executions", "20", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&json["executions"], &json["found"]), (&20.into(), &serde_json::Value::Null));
    assert!(json["inputs"].as_u64().is_some_and(|inputs| inputs > 20), "{json}");
}

/// Of two transitions a corpus drives one, both, or none.
#[test]
fn what_a_corpus_does_not_drive_is_missing() {
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string("../reports/transitions.json").unwrap()).unwrap();
    let first = |count: usize| -> Vec<_> { report["transitions"].as_array().unwrap()[..count].to_vec() };
    let known = |name: &str, count: usize| {
        let path = file(name);
        fs::write(&path, serde_json::json!({ "transitions": first(count) }).to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (one, two) = (known("one.json", 1), known("two.json", 2));
    let corpus = file("corpus");
    let corpus = corpus.to_str().unwrap();
    let _absent = fs::remove_dir_all(corpus);

    let answer = check(&["seeds", corpus, "--transitions", &one]);
    assert_eq!((answer.exit, fs::read_dir(corpus).unwrap().count()), (Exit::Fine, 1), "{}", answer.out);
    let answer = check(&["coverage", corpus, "--transitions", &one]);
    assert_eq!(answer.exit, Exit::Fine, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("**1** are driven"), "{}", answer.out);
    let answer = check(&["coverage", corpus, "--transitions", &two, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(answer.exit, Exit::Incomplete, "{json}");
    assert_eq!((json["missing"].as_array().unwrap().len(), &json["entries"]), (1, &1.into()));

    fs::remove_dir_all(corpus).unwrap();
    fs::create_dir(corpus).unwrap();
    let answer = check(&["coverage", corpus, "--transitions", &one]);
    assert_eq!(answer.exit, Exit::Incomplete, "{}", answer.out);
    assert_eq!(check(&["coverage", corpus, "--transitions", "no/such/file"]).exit, Exit::Usage);
    let empty = file("empty-transitions.json");
    fs::write(&empty, "{\"transitions\": []}").unwrap();
    let empty = empty.to_string_lossy();
    let answer = check(&["coverage", corpus, "--transitions", &empty]);
    assert_eq!(answer.exit, Exit::Usage);
    assert!(answer.err.contains("`transitions` is empty"), "{}", answer.err);
    assert_eq!(check(&["coverage", "no/such/corpus", "--transitions", &one]).exit, Exit::Usage);
    assert_eq!(check(&["strength", "--seeds", "0"]).exit, Exit::Usage);
}

#[test]
fn an_empty_trace_is_bad_input() {
    for on in [&["replay", "-"][..], &["replay", "-", "--on", "engine"]] {
        for text in ["", "# only a heading\n", "account country=us\n"] {
            let answer = check_on(on, text, &Toy::new(), OutputStyle::default());
            assert_eq!(answer.exit, Exit::Usage, "{on:?} {text:?}: {}{}", answer.out, answer.err);
            assert!(answer.err.contains("there is no step"), "{}", answer.err);
        }
    }
}

#[test]
fn too_many_threads_are_refused() {
    for number in ["0", "1025", "100000", "x"] {
        let answer = check(&["explore", "setup", "--threads", number]);
        assert_eq!(answer.exit, Exit::Usage, "{number}: {}", answer.err);
        assert!(answer.err.contains("1 to 1024"), "{number}: {}", answer.err);
    }
}
