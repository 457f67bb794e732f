//! The command line: exit codes 0 to 3, and error messages that name the fix.

use holdfast_engine::acquirer::{Fault, LedgerFile, PlannedFaults, SimulatedAcquirer};
use holdfast_engine::edge::read;
use holdfast_engine::objects::Account;
use holdfast_engine::store::{Durability, SqliteStore};
use holdfast_engine::{AccountId, Engine, EngineParts, Request, SystemIds, Time};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

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
        ("create p.db --fee 290".to_owned(), 2, "for example 290+30"),
        ("create p.db --settlement-delay 2d".to_owned(), 2, "expected seconds"),
        ("serve --fee 10001+0".to_owned(), 2, "basis points (0 to 10000)"),
        ("create p.db --country US --fee 100+7".to_owned(), 0, "acct_"),
        (format!("call p.db post payment_intents {pay}"), 0, "\"status\": \"succeeded\""),
        ("call p.db post payment_intents amount=0 currency=usd".to_owned(), 1, "greater than or equal to 1"),
        ("call p.db post payment_intents amount".to_owned(), 2, "name=value"),
        ("call p.db get payment_intents limit=1".to_owned(), 0, "has_more"),
        ("call p.db get balance_transactions".to_owned(), 0, "\"fee\": 17"),
        ("inspect p.db".to_owned(), 0, "1  PaymentIntent"),
        ("inspect p.db pi_00000000000".to_owned(), 1, "no such object"),
        ("inspect p.db nonsense".to_owned(), 2, "expected an object id"),
        ("run p.db".to_owned(), 0, "jobs run: 0"),
        ("reconcile p.db".to_owned(), 0, "no difference; compared: payments 1"),
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

/// Books with an open request to the acquirer are not compared to the end: the result is incomplete, not a pass.
#[test]
fn open_requests_to_the_acquirer_are_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.db");
    let ledger = LedgerFile::open(&file.with_extension("acquirer")).unwrap();
    let faults = PlannedFaults::new([Fault::AnswerLost; 3]);
    let parts = EngineParts {
        store: Arc::new(SqliteStore::open(&file, Durability::Full).unwrap()),
        acquirer: Arc::new(SimulatedAcquirer::on_ledger(faults, ledger)),
        ids: Arc::new(SystemIds::default()),
        ..EngineParts::in_memory(Time::default())
    };
    let opened = Engine::open(parts).unwrap();
    opened.add_account(Account::standard(AccountId(1))).unwrap();
    let pay = [
        ("amount", "1000"),
        ("currency", "usd"),
        ("confirm", "true"),
        ("payment_method_types[]", "card"),
        ("payment_method", "pm_card_visa"),
    ];
    let pay = read::command(read::Verb::Post, "/v1/payment_intents", &read::form(pay));
    assert_eq!(opened.execute(Request::new(AccountId(1), pay)).status(), 500);
    drop(opened);
    let (code, output) = engine(folder.path(), "reconcile p.db");
    assert_eq!(code, 3, "{output}");
    assert!(output.starts_with("INCOMPLETE: requests to the acquirer that are open: 1;"), "{output}");
    assert_eq!(engine(folder.path(), "run p.db").0, 0);
    let (code, output) = engine(folder.path(), "reconcile p.db");
    assert_eq!(code, 0, "{output}");
    assert!(output.starts_with("no difference; compared: payments 1"), "{output}");
}

/// Each option of `engine serve` is in the table of the README and in the reference of commands.
#[test]
fn the_options_of_serve_are_documented() {
    let help = Command::new(env!("CARGO_BIN_EXE_engine")).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let options: Vec<&str> =
        help.lines().filter_map(|line| line.trim_start().strip_prefix("--")?.split_whitespace().next()).collect();
    assert!(options.len() >= 11, "{options:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, begin) in [("README.md", "| `--"), ("../docs/src/reference/commands.md", "| `serve` |")] {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        let rows: String = text.lines().filter(|line| line.starts_with(begin)).collect();
        for option in &options {
            assert!(rows.contains(&format!("`--{option}`")), "{file} does not name --{option}");
        }
    }
}
