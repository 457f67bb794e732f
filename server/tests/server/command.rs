//! The command line: exit codes 0, 1 and 2, and error messages that name the fix.

use std::path::Path;
use std::process::Command;

fn engine(folder: &Path, arguments: &str) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_engine"))
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
}

/// The exit code and the output of each command.
#[test]
fn commands_and_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.db"), "something else").unwrap();
    let pay = "amount=1000 currency=usd payment_method_types[]=card confirm=true payment_method=pm_card_visa capture_method=automatic";
    let rows = [
        ("--help".to_owned(), 0, "reconcile"),
        ("create p.db --country Japan".to_owned(), 2, "two-letter country code"),
        ("create p.db --country US".to_owned(), 0, "acct_"),
        (format!("call p.db post payment_intents {pay}"), 0, "\"status\": \"succeeded\""),
        ("call p.db post payment_intents amount=0 currency=usd".to_owned(), 1, "greater than or equal to 1"),
        ("call p.db post payment_intents amount".to_owned(), 2, "name=value"),
        ("call p.db get payment_intents limit=1".to_owned(), 0, "has_more"),
        ("inspect p.db".to_owned(), 0, "1  PaymentIntent"),
        ("inspect p.db pi_00000000000".to_owned(), 1, "no such object"),
        ("inspect p.db nonsense".to_owned(), 2, "expected an object id"),
        ("run p.db".to_owned(), 0, "0 jobs run"),
        ("reconcile p.db".to_owned(), 0, "no difference: 1 payments"),
        ("reconcile missing.db".to_owned(), 2, "engine create missing.db"),
        ("reconcile other.db".to_owned(), 2, "it is not a Holdfast store"),
    ];
    for (arguments, code, text) in rows {
        let (found, output) = engine(folder.path(), &arguments);
        assert_eq!(found, code, "{arguments}: {output}");
        assert!(output.contains(text), "{arguments}: {output}");
    }
    // The acquirer has lost its ledger.
    std::fs::write(folder.path().join("p.acquirer"), "").unwrap();
    let (code, output) = engine(folder.path(), "reconcile p.db");
    assert_eq!(code, 1);
    assert!(output.contains("the acquirer does not know its hold"), "{output}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!left.contains(&"p.db-wal".into()), "the write-ahead log is removed: {left:?}");
}
