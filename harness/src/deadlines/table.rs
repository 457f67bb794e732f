//! The list of deadlines, and the table of the answers.

use std::fmt::Write;

use holdfast_model::trace::describe;
use holdfast_properties::Step;

use super::{DeadlineCase, DeadlineRace, Lattice, RaceResult, RaceTime};

const DAY: u32 = 24 * 60 * 60;

/// Every deadline of the lifecycle, and every choice that only the environment times.
pub static LIST: &[DeadlineCase] = &[
    DeadlineCase {
        name: "end of a hold",
        requirements: "HOLD-1 HOLD-11 HOLD-17 U9 R11 R14",
        setup: "create pi1 1000 usd manual method=card_visa confirm",
        seconds: Some(7 * DAY),
        racers: &["capture pi1 600", "cancel pi1", "expire pi1"],
    },
    DeadlineCase {
        name: "end of a hold whose last second can be captured",
        requirements: "HOLD-11 HOLD-17 U9",
        setup: "dialect capture_at_deadline=yes expiry_job_delay=2\ncreate pi1 1000 usd manual method=card_visa confirm",
        seconds: Some(7 * DAY),
        racers: &["capture pi1 600", "cancel pi1", "expire pi1"],
    },
    DeadlineCase {
        name: "end of a partly captured hold",
        requirements: "B35 B38 B56 R20 U6",
        setup: "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 400 final=false",
        seconds: Some(7 * DAY),
        racers: &["capture pi1 300 final=false", "cancel pi1", "expire pi1"],
    },
    DeadlineCase {
        name: "end of a partly captured hold, with a release and a refund",
        requirements: "B38 B39 B42 B43 B58",
        setup: "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 400 final=false",
        seconds: Some(7 * DAY),
        racers: &["capture pi1 0", "refund pi1 400", "expire pi1"],
    },
    DeadlineCase {
        name: "end of a hold that was started without the customer",
        requirements: "HOLD-2 HOLD-10",
        setup: "create pi1 1000 usd manual method=card_visa confirm off_session",
        seconds: Some(4 * DAY + 18 * 60 * 60),
        racers: &["capture pi1", "cancel pi1", "expire pi1"],
    },
    DeadlineCase {
        name: "end of a hold in yen of an account in Japan",
        requirements: "HOLD-3",
        setup: "account country=jp\ncreate pi1 1000 jpy manual method=card_visa confirm",
        seconds: Some(30 * DAY),
        racers: &["capture pi1", "cancel pi1", "expire pi1"],
    },
    DeadlineCase {
        name: "end of a Checkout Session",
        requirements: "B16 B25 R15 CHK-2 CHK-5",
        setup: "create_session payment hosted 2000 success_url",
        seconds: Some(DAY),
        racers: &["pay pi1 method=card_visa_chargeDeclined", "pay pi1 method=card_visa", "expire_session"],
    },
    DeadlineCase {
        name: "end of a Checkout Session with manual capture",
        requirements: "B9 B27 R15",
        setup: "create_session payment hosted 2000 manual success_url",
        seconds: Some(DAY),
        racers: &["pay pi1 method=card_visa", "expire_session", "capture pi1"],
    },
    DeadlineCase {
        name: "end of a Checkout Session whose first payment was declined",
        requirements: "B25 R15 CHK-5",
        setup: "create_session payment hosted 2000 success_url\npay pi1 method=card_visa_chargeDeclined",
        seconds: Some(DAY),
        racers: &["pay pi1 method=usBankAccount_success", "expire_session", "cancel pi1"],
    },
    DeadlineCase {
        name: "end of an idempotency key: a capture",
        requirements: "I13 IDEM-2 R1 R22",
        setup: "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 400 final=false key=key1",
        seconds: Some(DAY),
        racers: &["capture pi1 400 final=false key=key1", "capture pi1 400 final=false", "prune key1"],
    },
    DeadlineCase {
        name: "end of an idempotency key: a refund",
        requirements: "I13 IDEM-2 R5 R22",
        setup: "create pi1 1000 usd automatic method=card_visa confirm\nrefund pi1 300 key=key1",
        seconds: Some(DAY),
        racers: &["refund pi1 300 key=key1", "prune key1", "refund pi1 500"],
    },
    DeadlineCase {
        name: "ledger entry of an asynchronous capture",
        requirements: "A10 A12 A13 A15 REF-8",
        setup: "create pi1 1000 usd automatic_async method=card_visa flow=destination fee=100 confirm",
        seconds: Some(60 * 60),
        racers: &["book pi1", "refund pi1 300 refund_application_fee reverse_transfer", "refund_fee pi1 20"],
    },
    DeadlineCase {
        name: "cancel window of a bank debit",
        requirements: "C18 U18",
        setup: "create pi1 1000 usd automatic_async method=usBankAccount_success confirm",
        seconds: None,
        racers: &["cancel pi1", "close_cancel_window pi1", "settle pi1"],
    },
    DeadlineCase {
        name: "challenge of a payment",
        requirements: "C7 C18",
        setup: "create pi1 1000 usd manual method=card_authenticationRequired confirm",
        seconds: None,
        racers: &["authenticate pi1 succeeds", "authenticate pi1 fails", "cancel pi1"],
    },
    DeadlineCase {
        name: "result of a pending refund",
        requirements: "R7 REF-4 REF-5",
        setup: "create pi1 1000 usd automatic method=card_pendingRefund confirm\nrefund pi1 600",
        seconds: None,
        racers: &["refund_progress pi1 re1 succeeds", "refund_progress pi1 re1 fails", "refund pi1 500"],
    },
    DeadlineCase {
        name: "result of a refund that needs the customer's details",
        requirements: "REF-5 REF-12",
        setup: "create pi1 1000 usd automatic_async method=bank_transfer confirm\nsettle pi1\nrefund pi1 600",
        seconds: None,
        racers: &["cancel_refund pi1 re1", "refund_progress pi1 re1 details_given", "refund pi1 500"],
    },
    DeadlineCase {
        name: "verification of a SetupIntent by microdeposits",
        requirements: "C19 SI-3",
        setup: "create_setup method=usBankAccount_success confirm",
        seconds: None,
        racers: &["verify_microdeposits", "cancel_setup", "confirm_setup method=card_visa"],
    },
];

/// Returns the answer of a step in words: the code of a rejection, or the status with the amounts.
pub(super) fn answer(step: &Step<'_>) -> String {
    let words = describe(&step.outcome);
    match words.strip_prefix("rejected ") {
        Some(rejection) => rejection.split(' ').next().filter(|code| *code != "-").unwrap_or("rejected").to_owned(),
        None => words,
    }
}

impl Lattice {
    /// Returns the lattice as a page in Markdown: one table per deadline, one row per order, one column per time.
    /// `others` are further subjects; a cell states where one of them differs.
    #[must_use]
    pub fn table(&self, others: &[Self]) -> String {
        let mut page = String::new();
        let mut races = self.races.iter();
        let mut next = races.next();
        for (place, deadline) in LIST.iter().enumerate() {
            let times = deadline.times();
            let heads: Vec<_> = times.iter().map(|time| time.name()).collect();
            push(&mut page, format_args!("\n## {}\n\n", capitalized(deadline.name)));
            push(&mut page, format_args!("Requirements: {}.\n\n```text\n{}\n```\n\n", ids(deadline), deadline.setup));
            push(&mut page, format_args!("| order | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(times.len())));
            while let Some(race) = next.filter(|race| race.deadline == place) {
                if race.time == times.first().copied().unwrap_or(RaceTime::Any) {
                    push(&mut page, format_args!("| {} |", spans(&race.order)));
                }
                push(&mut page, format_args!(" {} |", self.cell(race, others)));
                if Some(race.time) == times.last().copied() {
                    page.push('\n');
                }
                next = races.next();
            }
        }
        page
    }

    fn cell(&self, race: &DeadlineRace, others: &[Self]) -> String {
        let mut lines = vec![words(race)];
        for other in others {
            let same =
                |it: &&DeadlineRace| it.deadline == race.deadline && it.time == race.time && it.order == race.order;
            let text = other.races.iter().find(same).map_or_else(|| "not run".to_owned(), words);
            if Some(&text) != lines.first() {
                lines.push(format!("**{}**: {text}", other.subject));
            }
        }
        lines.join("<br>")
    }
}

/// Returns the answers of a race, and its result if it does not agree.
fn words(race: &DeadlineRace) -> String {
    let answers = race.answers.join("; ");
    match &race.result {
        RaceResult::Agrees => answers,
        RaceResult::Differs(why) => format!("{answers} **differs from the model**: {}", one_line(why)),
        RaceResult::NotCompared(why) => format!("{answers} not compared: {}", one_line(why)),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn spans(order: &[&str]) -> String {
    order.iter().map(|input| format!("`{input}`")).collect::<Vec<_>>().join("<br>")
}

fn ids(deadline: &DeadlineCase) -> String {
    deadline.requirements.split(' ').collect::<Vec<_>>().join(", ")
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Appends to a `String`, which cannot fail.
fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).unwrap_or_default();
}
