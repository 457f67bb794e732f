//! The other value of each choice of the dialect changes the behavior that it names, and no other.
//!
//! Scenarios explore only a few of these choices, and no engine must offer any of them. They are therefore tested here
//! and not among the worked examples.

use holdfast_model::rendering::refund_shown;
use holdfast_model::trace::Script;
use holdfast_model::{Config, Dialect, State, transition};

/// A trace for each choice, which differs under the default choice.
const CHOICES: &str = "
# AMT-3: the smallest amount is the currency's.
dialect minimum_amount=2
create  pi1 1 usd        => rejected amount_too_small param=amount http=400 exists=false
create  pi1 2 usd        => requires_payment_method
update  pi1 amount=1     => rejected amount_too_small amount=2

# CAP-7: each capture reaches what an intent has to reach; a release takes nothing and need not.
dialect minimum_per_capture=yes
create  pi1 1000 usd manual multicapture method=card_visa confirm => requires_capture
capture pi1 49 final=false  => rejected amount_too_small param=amount_to_capture http=400 received=0 notifies
capture pi1 50 final=false  => requires_capture received=50 capturable=950
capture pi1 51 final=false  => requires_capture received=101
capture pi1 0               => succeeded received=101 released=899

# U13: one confirmation, and the second cancels.
dialect confirm_limit=1
create  pi1 1000 usd method=card_visa_chargeDeclined confirm => rejected card_declined status=requires_payment_method
confirm pi1 method=card_visa                                 => rejected payment_intent_unexpected_state status=canceled
create_setup method=card_visa_chargeDeclined confirm         => rejected card_declined setup.status=requires_payment_method
confirm_setup method=card_visa                               => rejected setup_intent_unexpected_state setup.status=canceled

# U1: final_capture=true may be said where it is so anyway; false never.
dialect final_capture_needs_multicapture=no
create  pi1 1000 usd manual method=card_visa confirm => requires_capture
capture pi1 700 final=false => rejected payment_intent_invalid_parameter param=final_capture http=400 capturable=1000 notifies
capture pi1 700 final=true  => succeeded received=700 released=300

# U5: the capture of the last piece closes.
dialect full_capture_stays_open=no
create  pi1 1000 usd manual multicapture method=card_visa confirm => requires_capture
capture pi1 999 final=false => requires_capture capturable=1
capture pi1 1 final=false   => succeeded received=1000 captured_flag=true

# U6, D8: a cancel ends canceled, whatever was captured.
dialect cancel_keeps_captured=no
create  pi1 1000 usd manual multicapture method=card_visa confirm => requires_capture
capture pi1 700 final=false => requires_capture
cancel  pi1                 => canceled received=700 released=300

# U8: fee and share are named at the first capture or never; what was named there may change.
dialect late_connect_amounts=no
create  pi1 1000 usd manual multicapture method=card_visa flow=direct confirm => requires_capture
capture pi1 100 final=false             => requires_capture
capture pi1 100 final=false fee=10      => rejected - param=application_fee_amount http=400 received=100
capture pi1 100 final=false             => requires_capture received=200
create  pi2 1000 usd manual multicapture method=card_visa flow=destination confirm => requires_capture
capture pi2 100 final=false             => requires_capture
capture pi2 100 final=false transfer=10 => rejected - param=transfer_data[amount] http=400 received=100
create  pi3 1000 usd manual multicapture method=card_visa flow=direct confirm => requires_capture
capture pi3 100 final=false fee=10      => requires_capture
capture pi3 100 final=false fee=20      => requires_capture received=200

# U9: the second of the deadline is the last of the hold.
dialect capture_at_deadline=yes
create  pi1 1000 usd manual method=card_visa confirm => requires_capture
advance 7d => pi1.hold_left=0s
capture pi1 => succeeded received=1000

# U9: the job comes five seconds after the deadline, and nothing is captured in between.
dialect expiry_job_delay=5
create  pi1 1000 usd manual method=card_visa confirm => requires_capture
advance 7d
advance 4s  => pi1.status=requires_capture pi1.hold_left=-4s
capture pi1 => rejected charge_expired_for_capture
advance 1s  => pi1.status=canceled

# A12: booked within a minute, and not before it is over.
dialect ledger_delay=60
create  pi1 1000 usd automatic_async method=card_visa confirm => succeeded posting_left=1m balance_transaction=null
advance 59s => pi1.posting_left=1s pi1.balance_transaction=null notifies
advance 1s  => pi1.posting_left=null pi1.balance_transaction=set notifies charge.updated

# B11: several captures are available with manual capture only.
dialect multicapture_despite_automatic=no
create  pi1 1000 usd automatic multicapture method=card_visa confirm => succeeded multicapture_available=false
create  pi2 1000 usd manual multicapture method=card_visa confirm    => requires_capture multicapture_available=true

# B10, B12: and may be asked for with manual capture only.
dialect accept_multicapture_with_automatic=no
create         pi1 1000 usd automatic multicapture method=card_visa confirm => rejected - param=payment_method_options[card][request_multicapture] http=400 exists=false notifies
create         pi1 1000 usd automatic method=card_visa confirm    => succeeded
create         pi2 1000 usd manual multicapture method=card_visa confirm => requires_capture multicapture_available=true
create_session payment hosted 2000 multicapture success_url       => rejected - param=payment_method_options[card][request_multicapture] http=400 exists=false notifies
create_session payment hosted 2000 manual multicapture success_url => open
update         pi2 capture_method=automatic       => rejected - param=payment_method_options[card][request_multicapture] http=400 status=requires_capture notifies
create         pi3 1000 usd manual multicapture method=card_visa => requires_confirmation
update         pi3 capture_method=automatic       => rejected - param=payment_method_options[card][request_multicapture] http=400 capture_method=manual notifies
confirm        pi3 capture_method=automatic_async => rejected - param=payment_method_options[card][request_multicapture] http=400 status=requires_confirmation capture_method=manual notifies
update         pi3 capture_method=manual          => requires_confirmation
confirm        pi3                                => requires_capture multicapture_available=true

# PI-10, C15: the metadata of a canceled intent may be changed, and nothing else, not even the last error.
dialect metadata_on_canceled=yes
create  pi1 1000 usd manual method=card_visa confirm => requires_capture
cancel  pi1             => canceled
update  pi1 metadata    => canceled notifies
update  pi1 amount=1200 => rejected payment_intent_unexpected_state param=amount http=400 amount=1000 notifies
create  pi2 1000 usd method=card_visa_chargeDeclined confirm => rejected card_declined status=requires_payment_method
cancel  pi2             => canceled last_error=card_declined
update  pi2 metadata    => canceled last_error=card_declined notifies

# U16, B43: a charge given back in full while its hold was open stays as it was.
dialect refunded_at_final_capture=no
create  pi1 1000 usd manual multicapture method=card_visa confirm => requires_capture
capture pi1 700 final=false => requires_capture
refund  pi1 700             => succeeded refunded=700 refunded_flag=false
capture pi1 0               => succeeded refunded=700 captured_flag=true refunded_flag=false

# P1, REF-8: one half of a unit stays with the seller until the last refund; more than one half does not.
dialect half_of_a_share_rounds_up=no
create  pi1 600 usd automatic method=card_visa flow=destination transfer=3 confirm => succeeded transfers=3
refund  pi1 100 reverse_transfer => succeeded refunded=100 reversals=0
refund  pi1 101 reverse_transfer => succeeded refunded=201 reversals=1
refund  pi1 399 reverse_transfer => succeeded refunded=600 reversals=3

# P34: an attempt that only the absent customer could authenticate leaves a failed charge; one of a present customer does not.
dialect absent_customer_leaves_charge=yes
create  pi1 1000 usd automatic method=card_authenticationRequired => requires_confirmation
confirm pi1 off_session => rejected authentication_required http=402 status=requires_payment_method charge=failed notifies charge.failed payment_intent.payment_failed
create  pi2 1000 usd automatic method=card_authenticationRequired confirm => requires_action charge=null
";

/// Returns the differences of a trace under this configuration.
fn differences(script: &Script, config: &Config) -> Vec<String> {
    let mut state = State::<3, 0>::default();
    let mut differences = Vec::new();
    for line in &script.lines {
        let step = transition(config, &state, line.input);
        if let Some(expectation) = &line.expectation {
            let view = step.after.observe(config);
            let found = expectation.compare(&step.outcome, &view.observation(config), step.notifications.as_slice());
            differences.extend(found.iter().map(|difference| format!("{}: {difference}", line.input)));
        }
        state = step.after;
    }
    differences
}

#[test]
fn each_choice_changes_what_it_names() {
    let usual = Dialect::default();
    let mut shown = vec!["release_shown_as_refund"];
    for text in CHOICES.split("\n\n") {
        let script = Script::parse(text).unwrap_or_else(|error| panic!("{error} in {text}"));
        let changed: Vec<_> =
            script.config.dialect.words().into_iter().zip(usual.words()).filter(|(it, usual)| it != usual).collect();
        let [((field, _), (_, usually))] = changed.as_slice() else { panic!("not one choice, but {changed:?}") };
        assert_eq!(differences(&script, &script.config), Vec::<String>::new(), "{field}");
        let mut config = script.config;
        config.dialect.set(field, usually).unwrap();
        assert_ne!(differences(&script, &config), Vec::<String>::new(), "{field} makes no difference");
        shown.push(field);
    }
    for (field, _) in Dialect::FIELDS {
        assert!(shown.contains(field), "no trace shows what {field} changes");
    }
}

/// Each numbered choice of the specification is a field, or `README.md` gives the reason why it is not.
#[test]
fn each_numbered_choice_is_a_field_or_says_why_not() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, text) = text
        .split_once("| question | field of the dialect, or the reason for having none |")
        .expect("the table is there");
    let table: Vec<_> = text.lines().skip(2).take_while(|line| line.starts_with("| U")).collect();
    assert_eq!(table.len(), 18, "{table:?}");
    for (number, line) in (1..).zip(table) {
        let [_, choice, said, _] = line.split('|').collect::<Vec<_>>()[..] else { panic!("four columns in {line}") };
        let id = format!("U{number}");
        assert_eq!(choice.trim(), id);
        let (mut fields, mut emitted) = (Vec::new(), Vec::new());
        for (field, rules) in Dialect::FIELDS {
            fields.extend(rules.split(", ").any(|rule| rule == id).then_some(*field));
            emitted.extend(said.contains(&format!("`{field}`")).then_some(*field));
        }
        assert_eq!(emitted, fields, "{id}");
        assert_eq!(said.trim().starts_with("none: "), fields.is_empty(), "{id}");
    }
}

#[test]
fn a_hold_let_go_is_shown_as_refunded_where_the_dialect_says_so() {
    let script = Script::parse(
        "create pi1 1000 usd manual multicapture method=card_visa confirm\n\
         cancel pi1\n\
         create pi2 1000 usd manual multicapture method=card_visa confirm\n\
         capture pi2 700\n\
         create pi3 1000 usd manual multicapture method=card_visa confirm",
    )
    .unwrap();
    let usual = Config::default();
    let other = Config { dialect: Dialect { release_shown_as_refund: false, ..usual.dialect }, ..usual };
    // One payment is released in full, one in part, and one is held.
    for (config, expected) in
        [(usual, [(1000, true), (0, false), (0, false)]), (other, [(0, false), (0, false), (0, false)])]
    {
        let start = State::<3, 0>::default();
        let end = script.lines.iter().fold(start, |state, line| transition(&config, &state, line.input).after);
        let view = end.observe(&config);
        let shown = view.observation(&config).payments.iter().flatten().map(|payment| {
            let (amount, refunded) = refund_shown(&config, payment, &payment.charge.unwrap());
            (amount.get(), refunded)
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }
}
