//! Tests of the catalogue as a whole.

use super::lists::cases;
use super::*;
use crate::PropertyBits;

#[test]
fn every_property_is_true_and_false_of_its_examples() {
    let mut wrong = vec![];
    for Case(id, holds, broken) in cases() {
        let property = Property::find(id).unwrap_or_else(|| panic!("no property {id}"));
        for (at, example) in holds.iter().enumerate() {
            let judgement = example.judge(property);
            // Properties about change skip stuttering steps, so their judgment of such steps does not matter.
            let spared = property.is_about_change && example.step().is_stuttering();
            let wanted = if spared { Judgement::Vacuous } else { Judgement::Holds };
            if judgement != wanted || crate::explain_step(property, &example.step()).is_some() {
                let words = crate::explain_step(property, &example.step());
                wrong.push(format!("{id}: example {at} should hold, is {judgement:?} {words:?}"));
            }
        }
        for (at, example) in broken.iter().enumerate() {
            let judgement = example.judge(property);
            if judgement != Judgement::Broken(()) {
                wrong.push(format!("{id}: example {at} should be broken, is {judgement:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_property_has_an_example_that_breaks_it() {
    let cases = cases();
    for property in &CATALOGUE {
        let of = || cases.iter().filter(|case| case.0 == property.id);
        assert!(of().any(|case| !case.1.is_empty()), "{} has no example that it is true of", property.id);
        assert!(of().any(|case| !case.2.is_empty()), "{} has no example that breaks it", property.id);
    }
}

#[test]
fn every_property_is_vacuous_where_nothing_is() {
    assert_eq!(crate::judge_step(&Example::empty().step()), Verdicts::NONE);
    assert_eq!(crate::judge_observation(&Snapshot::default().observe()), Verdicts::NONE);
    for property in &CATALOGUE {
        assert_eq!(Example::empty().judge(property), Judgement::Vacuous, "{}", property.id);
    }
}

#[test]
fn every_step_property_is_vacuous_of_a_payment_that_nothing_happens_to() {
    // This makes it sound to skip such payments.
    for payment in [fresh(), held(), partly(), done(), refunded(), paid(), unposted(), canceled(), processing(), sent()]
    {
        let example = see(payment).by(EnvironmentEvent::SettleSetup).says(Ok(Accepted::Nothing));
        let step = example.step();
        assert!(crate::PaymentStep::of(&step, 0).is_none());
        let forced = crate::PaymentStep {
            config: step.after.config,
            intent: PI,
            before: step.before.payments[0].as_ref(),
            after: step.after.payments[0].as_ref(),
            step: &step,
            operation: None,
            addressed: false,
            changed: false,
            is_notified: false,
        };
        let broken = crate::judge_payment_step(&forced).broken;
        let names: Vec<_> = CATALOGUE.iter().filter(|property| broken & property.bit() != 0).collect();
        assert!(names.is_empty(), "{names:?}");
    }
}

#[test]
fn the_payments_of_the_examples_are_sound() {
    for payment in [fresh(), held(), single(), partly(), done(), refunded(), paid(), unposted(), canceled(), sent()] {
        let example = see(payment);
        let broken: Vec<_> =
            CATALOGUE.iter().filter_map(|property| crate::explain(property, &example.after.observe())).collect();
        assert!(broken.is_empty(), "{broken:?}");
    }
}

#[test]
fn the_catalogue_is_in_order() {
    for (at, property) in CATALOGUE.iter().enumerate() {
        assert_eq!(usize::from(property.place), at);
        assert!(property.id.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{}", property.id);
        assert!(!property.sentence.is_empty() && !property.sentence.ends_with('.'), "{}", property.sentence);
        assert!(property.rule_ids().count() > 0, "{} cites no requirement", property.id);
        assert!(property.why().starts_with("If false, "), "{}: {}", property.id, property.why());
        assert_eq!(CATALOGUE.iter().filter(|other| other.id == property.id).count(), 1, "{}", property.id);
        assert_eq!(CATALOGUE.iter().filter(|other| other.sentence == property.sentence).count(), 1, "{}", property.id);
    }
}

#[test]
fn an_explanation_shows_the_numbers() {
    let example = see(with(partly(), |p| charge(p).released = a(40)));
    let property = Property::find("held-money-adds-up").unwrap();
    assert_eq!(
        crate::explain(property, &example.after.observe()).unwrap(),
        "capturable 300 + captured 700 + released 40 = 1040 ≠ authorized 1000"
    );
}

/// Returns a typical trace of a shop with two parcels: hold, capture, capture, refund.
fn parcels(silent: bool) -> Trace {
    let notified = |kinds: &[Kind]| if silent { vec![] } else { kinds.iter().map(|kind| note(*kind)).collect() };
    let happening = |operation: Operation, payment: PaymentView, notifications: Vec<Notification>| Happening {
        input: operation.into(),
        outcome: OK,
        notifications,
        after: see(payment).after,
    };
    let start = Snapshot { payments: vec![None], ..Snapshot::default() };
    let held_kinds = [Kind::IntentCreated, Kind::ChargeSucceeded, Kind::IntentCapturableUpdated].map(note).to_vec();
    let capture_kinds = [Kind::ChargeUpdated, Kind::IntentCapturableUpdated];
    Trace {
        start,
        happenings: vec![
            happening(create(Create::of(1000)), held(), held_kinds),
            happening(capture(700, false), partly(), notified(&capture_kinds)),
            happening(capture(0, true), done(), notified(&[Kind::ChargeCaptured, Kind::IntentSucceeded])),
            happening(refund(200), refunded(), notified(&[Kind::RefundCreated, Kind::ChargeRefunded])),
        ],
    }
}

#[test]
fn late_doubled_and_reordered_notifications_end_where_a_fetch_does() {
    let trace = parcels(false);
    let count = trace.happenings.iter().map(|happening| happening.notifications.len()).sum::<usize>();
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(below).unwrap()).unwrap()
    };
    for _ in 0..10_000 {
        let deliveries: Vec<_> = (0..next(3 * count)).map(|_| (next(count), next(6))).collect();
        assert!(crate::consumer::delivery_does_not_matter(&trace, &deliveries), "{deliveries:?}");
    }
}

#[test]
fn a_silent_change_is_missed() {
    assert!(!crate::consumer::delivery_does_not_matter(&parcels(true), &[(0, 0), (1, 0), (2, 0)]));
}

#[test]
fn a_trace_is_its_steps() {
    let trace = parcels(false);
    assert_eq!(trace.steps().count(), 4);
    assert!(trace.steps().all(|step| step.performed().is_some()));
}

#[test]
fn an_operation_is_performed_once() {
    let known =
        |answer| Example::empty().both(move |observation| observation.keys = vec![Some(key(confirm(), answer))]);
    let call = |fault, key| Input::Call(Call { operation: confirm(), key, fault });
    let performed = |example: Example| example.step().performed().is_some();
    assert!(performed(Example::empty().by(confirm())));
    assert!(performed(Example::empty().by(call(DeliveryFault::None, Some(KeyId(0))))));
    assert!(performed(Example::empty().by(call(DeliveryFault::ErrorAfter, None)).says(Err(Rejection::ServerError))));
    assert!(performed(Example::empty().by(call(DeliveryFault::AnswerLost, None)).says(Err(Rejection::AnswerLost))));
    assert!(!performed(Example::empty().by(call(DeliveryFault::ErrorBefore, None)).says(Err(Rejection::ServerError))));
    assert!(!performed(Example::empty().by(confirm()).says(Err(Rejection::LockTimeout))));
    assert!(!performed(known(Some(OK)).by(call(DeliveryFault::None, Some(KeyId(0))))));
    assert!(!performed(known(None).by(call(DeliveryFault::None, Some(KeyId(0))))));
    assert!(performed(known(None).by(Input::Finish { key: KeyId(0) })));
    assert!(!performed(known(Some(OK)).by(Input::Finish { key: KeyId(0) })));
    assert!(!performed(Example::empty().by(Input::Begin { key: KeyId(0), operation: confirm() })));
    assert!(!performed(Example::empty().by(advance(1))));
}

#[test]
fn each_place_has_a_bit_of_its_own() {
    let bits: Vec<PropertyBits> = (0..=u8::MAX).map(crate::catalogue::bit_of).collect();
    for (place, bit) in bits.iter().enumerate() {
        assert_eq!((bit.count_ones(), bit.trailing_zeros() as usize), (1, place));
    }
    assert_eq!(bits.into_iter().fold(PropertyBits::ZERO, |all, bit| all | bit), PropertyBits::MAX);
}
