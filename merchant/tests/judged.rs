//! Only what was judged counts as judged: a check of shops that give it nothing to judge, or that hide one fault behind
//! another.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

mod shop;
#[expect(clippy::panic, reason = "a helper of a test may fail it")]
#[path = "../../check/src/command/tests/validator.rs"]
mod validator;

use holdfast_merchant::config::{FlowConfig, PurchaseStart};
use holdfast_merchant::timeline::{Party, TimelineEntry};
use holdfast_merchant::{
    MerchantConfig, MerchantFault, MerchantOrder, MerchantReport, NotRunning, chaos_choice, check,
};
use shop::ledger::{self, Practice};
use shop::{Habit, order, serve, serve_until};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn checked(habit: Habit, order: &MerchantOrder) -> MerchantReport {
    check(&serve(habit), order, &mut |_| ()).unwrap()
}

fn faults(report: &MerchantReport) -> Vec<String> {
    report.stories.iter().map(|story| format!("{:?}", story.fault)).collect()
}

#[test]
fn a_correct_shop_passes_with_what_was_judged() {
    let report = checked(Habit::Correct, &order(3));
    assert!(report.stories.is_empty() && report.incomplete.is_none(), "{}", report.text());
    assert!(
        report.text().contains("not judged") && report.text().contains("never seen: canceled"),
        "{}",
        report.text()
    );
    let junit = report.junit();
    let case = |fault: MerchantFault| {
        let (_, rest) = junit.split_once(fault.sentence()).unwrap();
        rest.split_once("</testcase>").unwrap().0.to_owned()
    };
    assert!(case(MerchantFault::CanceledDiffers).contains("<skipped"), "{junit}");
    assert!(case(MerchantFault::HostileMoved).contains("<skipped"), "{junit}");
    assert!(!case(MerchantFault::PaidTooLittle).contains("<skipped"), "{junit}");
}

/// The JSON of a check follows its schema: of one that passes, one with findings, one that is incomplete, one attacked.
#[test]
fn the_json_follows_its_schema() {
    let hostile = MerchantOrder { is_hostile: true, ..order(2) };
    let rows = [
        (Habit::Correct, order(2)),
        (Habit::MalformedAndTwice, MerchantOrder { keep_going: true, ..order(2) }),
        (Habit::NeverStarts, order(2)),
        (Habit::Correct, hostile),
    ];
    let schema = validator::schema("merchant");
    let (mut findings, mut incomplete, mut attacks) = (0, 0, 0);
    for (habit, order) in rows {
        let json = checked(habit, &order).json();
        let wrong = validator::wrong(&json, &schema, "$");
        assert!(wrong.is_empty(), "{habit:?}:\n{}", wrong.join("\n"));
        findings += json["findings"].as_array().unwrap().len();
        incomplete += usize::from(json["incomplete"].is_string());
        attacks += json["attacks"].as_object().unwrap().len();
    }
    assert!(findings > 1 && incomplete > 0 && attacks > 0, "{findings} {incomplete} {attacks}");
}

#[test]
fn books_that_show_nothing_are_no_pass() {
    let report = checked(Habit::KnowsNoOrder, &order(2));
    assert_eq!(faults(&report), ["PaidUnknown"], "{}", report.text());
    let report = checked(Habit::SendsText, &order(2));
    assert_eq!(faults(&report), ["BooksMalformed"], "{}", report.text());
    let rows = [
        (Habit::SendsOther, "no field of the books"),
        (Habit::SendsCanceled, "`paid` or `fulfilled`"),
        (Habit::NeverStarts, "2 of 2 purchases created no payment; the last start: 500"),
        (Habit::StartsOnce, "1 of 2 purchases created no payment; the last start: 500"),
    ];
    for (habit, named) in rows {
        let report = checked(habit, &order(2));
        let why = report.incomplete.clone().unwrap_or_default();
        assert!(report.stories.is_empty() && why.contains(named), "{habit:?}: {}", report.text());
        let is_named = report.text().contains("the last start without one: 500");
        assert_eq!(is_named, why.contains("500"), "{habit:?}: {}", report.text());
    }
    assert_eq!(checked(Habit::NeverStarts, &order(2)).purchases, 0);
}

/// Returns a correct shop with a second flow, which a command starts.
fn with_command(words: &[&str]) -> MerchantConfig {
    let mut config = serve(Habit::Correct);
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    let first = config.flows.first().unwrap();
    let (name, start) = ("second".to_owned(), PurchaseStart::Command(words));
    config.flows.push(FlowConfig { name, start, ..first.clone() });
    config
}

/// A flow that never starts hides behind no other one.
#[test]
fn a_flow_that_never_starts_is_no_pass() {
    let report = check(&with_command(&["false"]), &order(12), &mut |_| ()).unwrap();
    let why = report.incomplete.clone().unwrap_or_default();
    assert!(report.stories.is_empty() && why.contains("flow \"second\"") && why.contains("500"), "{}", report.text());
    let error = check(&with_command(&["./no-such-program"]), &order(12), &mut |_| ()).unwrap_err();
    let NotRunning::Failed(why) = error else { panic!("{error}") };
    assert!(why.contains("flow \"second\": start: ./no-such-program: "), "{why}");
}

#[test]
fn the_first_run_has_an_attacker() {
    let once = MerchantOrder { is_hostile: true, ..order(1) };
    let report = checked(Habit::Correct, &once);
    assert_eq!(faults(&report), ["HostileAccepted"], "{}", report.text());
}

#[test]
fn a_minor_fault_hides_no_other() {
    let all = MerchantOrder { keep_going: true, ..order(2) };
    let report = checked(Habit::MalformedAndTwice, &all);
    assert_eq!(faults(&report), ["MalformedRequest", "FulfilledTwice"], "{}", report.text());
    let headlines: Vec<String> = report.stories.iter().map(|story| story.headline()).collect();
    assert!(headlines.iter().zip(&report.stories).all(|(line, story)| line.contains(story.fault.sentence())));
    assert!(headlines.iter().any(|line| line.contains("fulfilled 2 times")), "{headlines:?}");
}

#[test]
fn a_webhook_without_any_response_is_a_fault() {
    let report = checked(Habit::DropsWebhooks, &order(1));
    assert_eq!(faults(&report), ["NeverAcknowledged"], "{}", report.text());
}

/// More runs than one session has, with a fixed provider address and an application that runs already.
#[test]
fn a_check_outlives_its_session() {
    let report = checked(Habit::Correct, &order(310));
    assert!(report.stories.is_empty() && report.incomplete.is_none(), "{}", report.text());
    assert_eq!(report.purchases, 310, "{}", report.text());
}

/// An application that cannot be started again ends the check, which keeps what it found.
#[test]
fn a_session_that_does_not_start_keeps_the_stories() {
    let is_over = Arc::new(AtomicBool::new(false));
    let config = serve_until(Habit::MalformedAndTwice, Arc::clone(&is_over));
    let address = config.url.trim_start_matches("http://").to_owned();
    let all = MerchantOrder { keep_going: true, ..order(400) };
    let report = check(&config, &all, &mut |report| {
        if report.runs >= 200 && !is_over.swap(true, Ordering::SeqCst) {
            let _ = TcpStream::connect(&address);
        }
    });
    let report = report.unwrap();
    assert_eq!(report.stories.len(), 2, "{}", report.text());
    assert!(report.incomplete.is_some_and(|why| why.contains("started again")));
}

/// A check of a shop that keeps books, under the most chaos.
fn stormy(practice: Practice, purchases: u64) -> MerchantReport {
    let choice = chaos_choice("1:stormy").unwrap();
    let order = MerchantOrder { choice, together: 3, ..order(purchases) };
    check(&ledger::serve(practice), &order, &mut |_| ()).unwrap()
}

/// Judges each item in its own thread, since a check waits most of the time.
fn at_once<T: Send>(items: impl IntoIterator<Item = T>, judge: impl Fn(T) + Sync) {
    let judge = &judge;
    std::thread::scope(|scope| {
        for item in items {
            scope.spawn(move || judge(item));
        }
    });
}

/// Correct shops may acknowledge before or after their work, poll, answer 202 and take their time.
#[test]
fn other_practices_are_no_faults() {
    let practices = [Practice::WorksFirst, Practice::Queues, Practice::Polls, Practice::Accepts, Practice::Slow];
    at_once(practices, |practice| {
        let report = stormy(practice, 24);
        assert!(report.stories.is_empty() && report.incomplete.is_none(), "{practice:?}: {}", report.text());
        let reached = |name: &str| report.coverage.pairs.values().any(|row| row.contains_key(name));
        assert!(reached("checkout.session.completed") && reached("payment_intent.processing"), "{practice:?}");
    });
}

/// Mistakes that no diagnosis names.
#[test]
fn other_mistakes_are_found() {
    let rows = [
        (Practice::RefundsTheRest, "RefundedTwice", "another amount"),
        (Practice::RefundsHalf, "NotCarriedOut", "confirms"),
        (Practice::BooksRefundsTwice, "RefundsDiffer", "books refunds other"),
        (Practice::FulfillsAnother, "FulfilledEarly", "mixes up orders"),
        (Practice::ForgetsTheAmount, "CapturedTooMuch", "amount_to_capture"),
        (Practice::ForgetsTheCapture, "NotCarriedOut", "confirms"),
        (Practice::CapturesOnCancel, "NotCarriedOut", "confirms"),
    ];
    at_once(rows, |(practice, fault, diagnosis)| {
        let report = stormy(practice, 300);
        assert_eq!(faults(&report), [fault], "{practice:?}: {}", report.text());
        let story = report.stories.first().unwrap();
        assert!(story.diagnosis.contains(diagnosis), "{practice:?}: {}", report.text());
        // Nothing of an earlier run, which the fault ended, comes in this one.
        let is_foreign = |entry: &TimelineEntry| entry.slot == 0 && entry.to == Party::Merchant;
        assert!(!story.shrunk.result.timeline.iter().any(is_foreign), "{practice:?}: {}", report.text());
    });
}

/// An attack that moves the books is one fault: that the books are then wrong is no other one.
#[test]
fn an_attack_is_one_fault() {
    let choice = chaos_choice("1:calm").unwrap();
    let all = MerchantOrder { choice, is_hostile: true, keep_going: true, ..order(12) };
    let report = check(&ledger::serve(Practice::BelievesEvents), &all, &mut |_| ()).unwrap();
    let mut found = faults(&report);
    found.sort();
    assert_eq!(found, ["HostileAccepted", "HostileMoved"], "{}", report.text());
}

/// Without its program or a package, an application is missing and not faulty.
#[test]
fn an_application_that_cannot_run_is_missing() {
    let started = |words: &[&str]| {
        let command = Some(words.iter().map(|word| (*word).to_owned()).collect());
        let config = MerchantConfig { command, url: "http://127.0.0.1:{port}".to_owned(), ..serve(Habit::Correct) };
        check(&config, &order(1), &mut |_| ()).unwrap_err()
    };
    assert!(matches!(started(&["./no-such-program"]), NotRunning::Missing(why) if why.contains("no-such-program")));
    assert!(matches!(started(&["sh", "-c", "exit 3"]), NotRunning::Missing(_)));
    assert!(matches!(started(&["sh", "-c", "exit 1"]), NotRunning::Failed(_)));
}
