mod inputs;

use self::inputs::*;
use super::words::{Named, Word, text};
use super::*;
use crate::{
    Accepted, Amount, Authentication, CancellationReason, CaptureMethod, ConfirmationMethod, Country, Currency,
    DeliveryFault, EnvironmentEvent, Flow, IntentId, IntentStatus, Notification, NotificationKind, Observation,
    PaymentMethod, Previous, RefundProgress, Rejection, SessionMode, SessionUi, SetupStatus, SetupView,
};

fn assert_round_trip(input: Input) {
    let printed = input.to_string();
    assert_eq!(printed.parse(), Ok(input), "{printed}");
}

#[test]
fn every_input_of_the_enumeration_reads_back() {
    let mut count = 0_usize;
    for verb in Verb::ALL {
        let mut odometer = Odometer::default();
        let before = count;
        loop {
            if let Some(input) = input(&mut odometer, *verb, false) {
                assert_round_trip(input);
                count = count.saturating_add(1);
            }
            if !odometer.turn() {
                break;
            }
        }
        assert!(count > before, "no input has the verb {}", verb.name());
    }
    assert!(count > 10_000, "only {count} inputs");
}

#[test]
fn any_input_reads_back() {
    let mut seeded = Seeded(7);
    for _ in 0..100_000 {
        assert_round_trip(any_input(&mut seeded));
    }
}

#[test]
fn any_script_reads_back() {
    let mut seeded = Seeded(8);
    let comments = |from: &mut Seeded| vec!["why".to_owned(); from.below(3)];
    for _ in 0..5_000 {
        let mut config = Config::default();
        config.account.multicapture = flag(&mut seeded);
        config.dialect.confirm_limit = pick(&mut seeded, &[3, 10]);
        let lines: Vec<_> = (0..seeded.below(8)).map(|_| (any_input(&mut seeded), None)).collect();
        let mut script = Script::of(config, lines);
        script.heading = comments(&mut seeded);
        script.closing = comments(&mut seeded);
        for line in &mut script.lines {
            line.remarks = comments(&mut seeded);
        }
        let script = script.numbered();
        let printed = script.to_string();
        assert_eq!(Script::parse(&printed), Ok(script), "{printed}");
    }
}

#[test]
fn a_blank_input_has_its_verb() {
    for verb in Verb::ALL {
        assert_eq!(Verb::of(&verb.blank()), *verb);
    }
}

#[test]
fn every_id_and_duration_reads_back() {
    for number in 0..=u8::MAX {
        assert_eq!(IntentId::read(&text(IntentId(number))), Some(IntentId(number)));
    }
    for word in ["pi0", "pi257", "pi01", "pi", "pi+1", "re1", "pi99999999999"] {
        assert_eq!(IntentId::read(word), None, "{word}");
    }
    for (word, seconds) in [("6d23h59m59s", 604_799), ("90m", 5_400), ("0s", 0), ("49710d6h28m15s", u32::MAX)] {
        let input: Input = format!("advance {word}").parse().unwrap();
        assert_eq!(input, EnvironmentEvent::Advance { seconds }.into());
    }
    for word in ["7", "s", "1s1d", "1d1d", "49710d6h28m16s", "-1s", "1.5h", "99999999999999999999s", ""] {
        assert!(format!("advance {word}").parse::<Input>().is_err(), "{word}");
    }
}

fn error(text: &str) -> String {
    Script::parse(text).unwrap_err().to_string()
}

#[test]
fn errors_name_the_line_the_word_and_the_way_out() {
    let cases = [
        ("\n\n captre pi1", "line 3, word 1 `captre`: no such verb; did you mean `capture`?"),
        ("capture", "line 1, after word 1: `capture` needs a PaymentIntent (`pi1` to `pi256`)"),
        ("capture pi0", "line 1, word 2 `pi0`: expected a PaymentIntent (`pi1` to `pi256`)"),
        ("capture pi1 final=flase", "line 1, word 3 `final=flase`: expected true or false; did you mean `false`?"),
        (
            "capture pi1 fianl=false",
            "line 1, word 3 `fianl=false`: `capture` takes no such word; did you mean `final=`?",
        ),
        ("capture pi1 1 fee=1 fee=2", "line 1, word 5 `fee=2`: `fee` is given twice"),
        ("capture pi1 1e3", "line 1, word 3 `1e3`: expected a whole number"),
        ("settle pi1 pi2", "line 1, word 3 `pi2`: `settle` takes nothing more"),
        ("begin key1 advance 7d", "line 1, word 4 `7d`: `advance` takes nothing more"),
        ("begin key1 settle", "line 1, after word 3: only a client's request can begin"),
        (
            "update pi1",
            "line 1, after word 2: an update changes exactly one of `amount=`, `method=`, \
                        `capture_method=`, `fee=`, `transfer=`, `metadata`",
        ),
        (
            "create pi1 1000 usd method=card_vsia",
            "line 1, word 5 `method=card_vsia`: expected a payment method; \
                                                 did you mean `card_visa`?",
        ),
        ("settle pi1 =>", "line 1, after word 3: nothing is expected after `=>`"),
        ("settle pi1 => succeded", "line 1, word 4 `succeded`: no such answer to `settle`; did you mean `succeeded`?"),
        (
            "settle pi1 => open",
            "line 1, word 4 `open`: no such answer to `settle`; there is requires_payment_method, \
                                requires_confirmation, requires_action, processing, requires_capture, succeeded, \
                                canceled, accepted, nothing, begun, lost, rejected",
        ),
        (
            "settle pi1 => capturabel=3",
            "line 1, word 4 `capturabel=3`: `pi1` shows no such field; \
                                        did you mean `capturable`?",
        ),
        ("settle pi1 => capturable=x", "line 1, word 4 `capturable=x`: `capturable` takes a whole number"),
        (
            "advance 1s => status=succeeded",
            "line 1, word 4 `status=succeeded`: which object? \
                                            Say it like `pi1.status`, `session.status`",
        ),
        ("settle pi1 => rejected", "line 1, after word 4: `rejected` needs an error code, or `-` where there is none"),
        (
            "settle pi1 => notifies charge.update",
            "line 1, word 5 `charge.update`: no such notification; \
                                                  did you mean `charge.updated`?",
        ),
        (
            "dialect confirm_limt=3",
            "line 1, word 2 `confirm_limt=3`: no such dialect field; \
                                    did you mean `confirm_limit`?",
        ),
        ("settle pi1\naccount country=us", "line 2, word 1 `account`: the config must be said before the first input"),
        ("account country=uk", "line 1, word 2 `country=uk`: expected a country; did you mean `us`?"),
    ];
    for (text, message) in cases {
        assert_eq!(error(text), message);
    }
    let place = Script::parse("  settle  pi1   änd").unwrap_err();
    assert_eq!((place.line, place.column, place.position, place.word.as_str()), (1, 17, 3, "änd"));
}

#[test]
fn a_script_is_printed_in_columns_and_reads_back() {
    let text = "\
# Two lines
# of heading.
account  country=jp
dialect  confirm_limit=3
create       pi1 1000 usd manual multicapture method=card_visa
confirm      pi1                 => requires_capture capturable=1000
# why
capture      pi1 700 final=false => requires_capture capturable=300 received=700 notifies charge.updated[0],payment_intent.amount_capturable_updated  # and why not
advance      7d                  => pi1.status=succeeded notifies
refund       pi1 key=key1        => rejected - param=amount http=400
finish       key1                => succeeded pi1.re1.status=failed session.exists=false pi1.transfer=set
cancel_setup                     => lost
# the end
";
    let script = Script::parse(text).unwrap();
    assert_eq!(script.to_string(), text);
    assert_eq!(script.heading, ["Two lines", "of heading."]);
    assert_eq!(script.config.account.country, Country::Jp);
    assert_eq!(script.lines[2].comment.as_deref(), Some("and why not"));
    assert_eq!(script.lines[2].remarks, ["why"]);
    assert_eq!(script.clone().numbered(), script);
}

#[test]
fn nothing_makes_the_reader_panic() {
    let pieces = [
        "capture",
        "create",
        "=>",
        "#",
        "=",
        "pi1",
        "pi",
        "key=",
        "fault=answer_lost",
        "\n",
        "\r\n",
        " ",
        "\t",
        "\0",
        "ä",
        "1000",
        "-",
        "usd",
        "notifies",
        ",",
        "[",
        "]",
        "rejected",
        "charge.updated[",
        "/",
        "status=",
        "pi1.re1.status",
        ".",
        "..",
        "http=99999",
        "account",
        "dialect",
        "confirm_limit=",
        "9999999999999999999999",
        "d",
        "advance",
        "\u{2028}",
    ];
    let mut seeded = Seeded(11);
    let (mut read, mut refused) = (0_u32, 0_u32);
    for _ in 0..50_000 {
        let length = seeded.below(12);
        let mut text = String::new();
        for _ in 0..length {
            text.push_str(pick(&mut seeded, &pieces));
            if flag(&mut seeded) {
                text.push(' ');
            }
        }
        match Script::parse(&text) {
            Ok(script) => {
                read += 1;
                assert_eq!(Script::parse(&script.numbered().to_string()).map(drop), Ok(()), "{text:?}");
            }
            Err(error) => {
                refused += 1;
                let line = text.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
                assert!(!error.message.is_empty() && line.contains(&error.word), "{text:?}: {error}");
            }
        }
    }
    assert!(read > 1_000 && refused > 10_000, "{read} read, {refused} refused");
}

#[test]
#[expect(clippy::disallowed_types, reason = "the test measures how long reading takes")]
fn long_hostile_texts_take_no_time() {
    let begun = std::time::Instant::now();
    let long = 300_000;
    let texts = [
        "a".repeat(long),
        "a ".repeat(long),
        "capture ".repeat(long),
        format!("capture pi1 {}", "1 ".repeat(long)),
        format!("capture pi1 => notifies {}", "charge.updated,".repeat(long)),
        format!("capture pi1 => {}", "status=succeeded ".repeat(long)),
        format!("capture pi1 => {}", (1..=256).map(|it| format!("pi{it}.amount=1 ")).collect::<String>().repeat(99)),
        format!("dialect {}", "confirm_limit=1 ".repeat(long)),
        format!("advance {}", "1".repeat(long)),
        format!("advance {}", "d".repeat(long)),
        "settle pi1\n".repeat(long),
        "#".repeat(long),
        "=> ".repeat(long),
    ];
    // The expected result of each text: the number of lines, or the column and the first words of the error on line 1.
    let said: [Result<usize, (usize, &str)>; 13] = [
        Err((1, "no such verb")),
        Err((1, "no such verb")),
        Err((9, "expected a PaymentIntent")),
        Err((15, "`capture` takes no such word")),
        Err((25, "no such notification")),
        Err((33, "`pi1.status` is given twice")),
        Err((1_408, "more than 100 fields on one line")),
        Err((25, "`confirm_limit` is given twice")),
        Err((9, "expected a duration")),
        Err((9, "expected a duration")),
        Ok(long),
        Ok(0),
        // A word is missing, so the column is behind the last letter.
        Err((long * 3 + 1, "expected a verb")),
    ];
    for (text, said) in texts.iter().zip(said) {
        let start = text.get(..30).unwrap();
        match (Script::parse(text), said) {
            (Ok(script), said) => assert_eq!(Ok(script.lines.len()), said, "{start}…"),
            (Err(error), Err((column, message))) => {
                assert_eq!((error.line, error.column), (1, column), "{start}…: {}", error.message);
                assert!(error.message.starts_with(message), "{start}…: {}", error.message);
                assert!(error.message.len() < 1_000, "{start}…: the message repeats the text");
            }
            (Err(error), Ok(_)) => panic!("{start}…: {}", error.message),
        }
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?} for a few megabytes", begun.elapsed());
}

fn observation<'a>(config: &'a Config, setup: &'a SetupView) -> Observation<'a> {
    Observation { config, payments: &[], setup: Some(setup), session: None, keys: &[] }
}

#[test]
fn differences_are_named() {
    let config = Config::default();
    let setup = SetupView {
        status: SetupStatus::RequiresAction,
        payment_method: Some(PaymentMethod::Visa),
        confirmations: 2,
        cancellation_reason: None,
        last_error: None,
        owned_by_session: false,
    };
    let seen = observation(&config, &setup);
    let previous = Previous { amount: Some(Amount::new(5)), ..Previous::default() };
    let emitted = [Notification { kind: NotificationKind::SetupCreated, about: crate::Target::Setup, previous }];
    let check = |line: &str, outcome: crate::Outcome| -> Vec<String> {
        let script = Script::parse(line).unwrap();
        let expectation = script.lines[0].expectation.clone().unwrap();
        expectation.compare(&outcome, &seen, &emitted).iter().map(Difference::to_string).collect()
    };
    let fine: [(&str, crate::Outcome); 9] = [
        (
            "confirm_setup => requires_action confirmations=2 payment_method=card_visa last_error=null",
            Ok(Accepted::Setup { status: SetupStatus::RequiresAction }),
        ),
        ("settle_setup => requires_action notifies setup_intent.created[5]", Ok(Accepted::Happened)),
        ("settle_setup => nothing status=requires_action", Ok(Accepted::Nothing)),
        ("advance 1s => setup.status=requires_action session.exists=false", Ok(Accepted::Happened)),
        ("confirm_setup => lost", Err(Rejection::AnswerLost)),
        ("confirm_setup => rejected - http=500", Err(Rejection::ServerError)),
        ("refund pi1 => rejected - param=amount http=400", Err(Rejection::RefundTooLarge)),
        ("refund_fee pi1 5 => accepted", Ok(Accepted::Money { amount: Amount::new(5) })),
        (
            "capture pi1 => requires_capture",
            Ok(Accepted::Intent {
                status: IntentStatus::RequiresCapture,
                capturable: Amount::ZERO,
                received: Amount::ZERO,
            }),
        ),
    ];
    for (line, outcome) in fine {
        assert_eq!(check(line, outcome), Vec::<String>::new(), "{line}");
    }
    let different: [(&str, crate::Outcome, &[&str]); 6] = [
        (
            "confirm_setup => succeeded confirmations=3",
            Ok(Accepted::Setup { status: SetupStatus::Processing }),
            &["expected succeeded, found processing", "expected setup.confirmations=3, found 2"],
        ),
        ("settle_setup => succeeded", Ok(Accepted::Happened), &["expected succeeded, found requires_action"]),
        ("settle_setup => requires_action", Ok(Accepted::Nothing), &["expected requires_action, found nothing"]),
        (
            "refund pi1 => rejected charge_already_refunded amount=5",
            Err(Rejection::RefundTooLarge),
            &[
                "expected rejected charge_already_refunded, found rejected - param=amount http=400 (RefundTooLarge)",
                "expected pi1.amount=5, found no pi1",
            ],
        ),
        (
            "settle_setup => notifies",
            Ok(Accepted::Happened),
            &["expected nobody notified, found notifies setup_intent.created[5]"],
        ),
        (
            "settle_setup => notifies setup_intent.created[6]",
            Ok(Accepted::Happened),
            &["expected notifies setup_intent.created[6], found notifies setup_intent.created[5]"],
        ),
    ];
    for (line, outcome, differences) in different {
        assert_eq!(check(line, outcome), differences, "{line}");
    }
    let input: Input = "settle_setup".parse().unwrap();
    let recorded = [
        (Ok(Accepted::Happened), "settle_setup => requires_action notifies setup_intent.created\n"),
        (Err(Rejection::AnswerLost), "settle_setup => lost notifies setup_intent.created\n"),
        // The model says nothing about a step beyond its bounds.
        (Err(Rejection::BeyondBounds), "settle_setup => notifies setup_intent.created\n"),
        (Err(Rejection::AmountOutOfRange), "settle_setup => notifies setup_intent.created\n"),
    ];
    for (outcome, line) in recorded {
        let script = Script::of(config, [(input, Some(Expectation::recorded(&input, &outcome, &seen, &emitted)))]);
        assert_eq!(script.to_string(), line);
        assert_eq!(Script::parse(line), Ok(script));
    }
}

/// Every name that the generator above draws from reads back; the lists include every new variant.
#[test]
fn every_named_value_reads_back() {
    fn all<T: Named + PartialEq + std::fmt::Debug>() {
        for value in T::VALUES {
            assert_eq!(T::read(value.word()), Some(*value));
        }
    }
    all::<PaymentMethod>();
    all::<Currency>();
    all::<CaptureMethod>();
    all::<ConfirmationMethod>();
    all::<Flow>();
    all::<CancellationReason>();
    all::<SessionMode>();
    all::<SessionUi>();
    all::<Authentication>();
    all::<RefundProgress>();
    all::<DeliveryFault>();
    all::<NotificationKind>();
    all::<Country>();
}

/// Every trace of the model is written as `Script` prints it, after a heading that begins with its requirement ids.
#[test]
fn every_trace_of_the_model_is_well_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/traces");
    let mut count = 0_usize;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let script = Script::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        if std::env::var_os("HOLDFAST_FORMAT_TRACES").is_some() {
            std::fs::write(&path, script.to_string()).unwrap();
        } else {
            assert!(script.to_string() == text, "{name} is not formatted; HOLDFAST_FORMAT_TRACES=1 formats it");
        }
        let rules = script.heading.first().and_then(|heading| heading.split_once(": ")).map(|(rules, _)| rules);
        let is_rule = |rule: &str| {
            rule.starts_with(|first: char| first.is_ascii_uppercase())
                && rule.ends_with(|last: char| last.is_ascii_digit())
        };
        assert!(rules.is_some_and(|rules| rules.split(", ").all(is_rule)), "{name}: no requirements in its heading");
        assert!(script.lines.iter().any(|line| line.expectation.is_some()), "{name} expects nothing");
        count = count.saturating_add(1);
    }
    assert!(count >= 79, "only {count} traces");
}
