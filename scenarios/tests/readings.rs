//! A second reading of each unconditional sentence about states, evaluated in the states of the default scenarios.
//!
//! A reading is written from the sentence alone. If it is false in a reachable state, the sentence promises more than the
//! property checks, and the sentence has to change.

use std::collections::{BTreeMap, HashSet, VecDeque};

use holdfast_explorer::Space;
use holdfast_model::trace::describe;
use holdfast_model::{
    CaptureMethod, ChargeStatus, ChargeView, Flow, IntentStatus, Issuer, Observation, PaymentStatus, PaymentView, Rail,
    RefundStatus, SessionMode, SessionStatus, SetupStatus, State, transition,
};
use holdfast_properties::{CATALOGUE, Kind};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{SCENARIOS, Visit};

/// The number of states of each variant, in breadth-first order.
const STATES: usize = 20_000;

type OfPayment = fn(&PaymentView) -> bool;
type OfAll = fn(&Observation<'_>) -> bool;

fn approved(payment: &PaymentView) -> Option<&ChargeView> {
    payment.charge.as_ref().filter(|charge| charge.status == ChargeStatus::Succeeded)
}

fn is_card(payment: &PaymentView) -> bool {
    payment.payment_method.is_some_and(|method| matches!(method.profile().rail, Rail::Card(_)))
}

fn is_open(payment: &PaymentView) -> bool {
    use IntentStatus::{RequiresAction, RequiresConfirmation, RequiresPaymentMethod};
    matches!(payment.status, RequiresPaymentMethod | RequiresConfirmation | RequiresAction)
}

/// Readings of sentences about one payment, by property.
const PAYMENT: &[(&str, OfPayment)] = &[
    ("captured-within-authorization", |it| it.charge.is_none_or(|charge| charge.captured_amount <= charge.authorized)),
    ("held-money-adds-up", |it| {
        approved(it).is_none_or(|charge| {
            let parts = [it.capturable, charge.captured_amount, charge.released];
            let sum: u64 = parts.iter().map(|amount| u64::from(amount.get())).sum();
            let is_held = it.status == IntentStatus::RequiresCapture;
            sum == u64::from(charge.authorized.get()) && (!is_held || charge.released.is_zero())
        })
    }),
    ("received-is-what-was-captured", |it| {
        it.received.get() == it.charge.map_or(0, |charge| charge.captured_amount.get())
    }),
    ("ledger-has-what-moved", |it| {
        it.charge.is_none_or(|charge| charge.posting_left.is_some() || it.ledger.charged == charge.captured_amount)
    }),
    ("refunds-add-up", |it| {
        let counts = |status| !matches!(status, RefundStatus::Failed | RefundStatus::Canceled);
        let sum: u64 = it
            .refunds
            .iter()
            .flatten()
            .filter(|refund| counts(refund.status))
            .map(|refund| u64::from(refund.amount.get()))
            .sum();
        sum == it.charge.map_or(0, |charge| u64::from(charge.refunded_amount.get()))
    }),
    ("refunded-within-captured", |it| it.charge.is_none_or(|charge| charge.refunded_amount <= charge.captured_amount)),
    ("charge-is-for-the-amount", |it| approved(it).is_none_or(|charge| charge.authorized == it.amount)),
    ("succeeded-means-received", |it| {
        let is_full = it.capture_method == CaptureMethod::Manual || it.received == it.amount;
        it.status != IntentStatus::Succeeded || (!it.received.is_zero() && is_full)
    }),
    ("capturable-only-while-held", |it| it.capturable.is_zero() || it.status == IntentStatus::RequiresCapture),
    ("money-means-one-approved-charge", |it| {
        let has_money = !it.capturable.is_zero() || !it.received.is_zero();
        let is_unpaid = is_open(it) || it.status == IntentStatus::Processing;
        (!has_money || it.successful_charges == 1) && !(is_unpaid && (has_money || approved(it).is_some()))
    }),
    ("charged-only-if-the-issuer-approves", |it| {
        let issuer = it.payment_method.map(|method| method.profile().issuer);
        approved(it).is_none() || matches!(issuer, Some(Issuer::Approves | Issuer::Challenges))
    }),
    ("method-fits-the-status", |it| {
        let asks = it.status == IntentStatus::RequiresPaymentMethod;
        it.status == IntentStatus::Canceled || asks == it.payment_method.is_none()
    }),
    ("waiting-fits-the-method", |it| {
        let issuer = it.payment_method.map(|method| method.profile().issuer);
        let is_challenged = matches!(issuer, Some(Issuer::Challenges | Issuer::ChallengesThenDeclines(_)));
        match it.status {
            IntentStatus::Processing => it.payment_method.is_some() && !is_card(it),
            IntentStatus::RequiresAction => is_challenged && is_card(it),
            IntentStatus::RequiresCapture => it.capture_method == CaptureMethod::Manual && is_card(it),
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::Succeeded
            | IntentStatus::Canceled => true,
        }
    }),
    ("traces-fit-the-status", |it| {
        let is_paid = matches!(it.status, IntentStatus::Succeeded | IntentStatus::RequiresCapture);
        (it.cancellation_reason.is_none() || it.status == IntentStatus::Canceled)
            && (it.last_error.is_none() || !is_paid)
    }),
    ("failed-charge-moves-nothing", |it| {
        let moved = |charge: ChargeView| !charge.captured_amount.is_zero() || !charge.refunded_amount.is_zero();
        it.charge.filter(|charge| charge.status == ChargeStatus::Failed).is_none_or(|charge| {
            !moved(charge) && it.capturable.is_zero() && it.received.is_zero() && it.ledger.charged.is_zero()
        })
    }),
    ("at-most-fifty-captures", |it| it.charge.is_none_or(|charge| charge.captures <= 50)),
    ("pieces-need-multicapture", |it| {
        it.charge.is_none_or(|charge| charge.captures < 2 || charge.multicapture_available)
    }),
    ("multicapture-where-allowed", |it| {
        approved(it).is_none_or(|charge| !charge.multicapture_available || (it.multicapture_requested && is_card(it)))
    }),
    ("captured-flag-means-no-more", |it| {
        approved(it).is_none_or(|charge| {
            let is_over = it.status != IntentStatus::RequiresCapture;
            charge.captured == (is_over && !charge.captured_amount.is_zero())
        })
    }),
    ("connect-money-is-bounded", |it| {
        let captured = it.charge.map_or(0, |charge| charge.captured_amount.get());
        it.ledger.fees.get() <= captured
            && it.ledger.transfers.get() <= captured
            && it.ledger.fees_refunded <= it.ledger.fees
            && it.ledger.reversals <= it.ledger.transfers
    }),
    ("connect-money-fits-the-flow", |it| {
        let (fees, transfers) = (!it.ledger.fees.is_zero(), !it.ledger.transfers.is_zero());
        (!fees || it.flow != Flow::Platform) && !(fees && transfers && it.flow == Flow::Direct)
    }),
    ("standing-amounts-are-collected", |it| {
        let is_at_once = it.status == IntentStatus::Succeeded && it.capture_method != CaptureMethod::Manual;
        let is_posted = it.charge.is_some_and(|charge| charge.posting_left.is_none());
        !(is_at_once && is_posted) || it.fee.is_none_or(|fee| fee == it.ledger.fees)
    }),
    ("posting-takes-an-hour-at-most", |it| {
        it.charge.and_then(|charge| charge.posting_left).is_none_or(|left| left <= 3_600)
    }),
    ("capture-is-done-before-it-is-posted", |it| {
        it.charge.is_none_or(|charge| {
            charge.posting_left.is_none()
                || (it.capture_method == CaptureMethod::AutomaticAsync && charge.captured_amount == charge.authorized)
        })
    }),
    ("nothing-is-shown-before-it-is-posted", |it| {
        it.charge.is_none_or(|charge| {
            charge.posting_left.is_none() || (charge.links.is_empty() && it.ledger.charged.is_zero())
        })
    }),
    ("links-fit-the-ledger", |it| {
        it.charge.is_none_or(|charge| {
            charge.links.balance_transaction != it.ledger.charged.is_zero()
                && (!charge.links.transfer || it.flow == Flow::Destination)
                && charge.links.application_fee != it.ledger.fees.is_zero()
        })
    }),
];

/// Readings of sentences about all visible objects.
const OBSERVATION: &[(&str, OfAll)] = &[
    ("setup-fits-its-status", |it| {
        it.setup.is_none_or(|setup| {
            setup.status != SetupStatus::Succeeded || (setup.payment_method.is_some() && setup.last_error.is_none())
        })
    }),
    ("open-session-has-a-deadline", |it| {
        it.session.is_none_or(|session| {
            (session.status == SessionStatus::Open) == session.seconds_left.is_some()
                && session.seconds_left.is_none_or(|left| left <= 86_400)
        })
    }),
    ("expired-sessions-payment-is-canceled", |it| {
        it.session.filter(|session| session.status == SessionStatus::Expired).is_none_or(|_| {
            let mut owned = it.payments.iter().flatten().filter(|payment| payment.owned_by_session);
            owned.all(|payment| payment.status == IntentStatus::Canceled)
        })
    }),
    ("paid-means-received", |it| {
        it.session.is_none_or(|session| {
            let owned = it.payments.iter().flatten().find(|payment| payment.owned_by_session);
            let is_paid = session.payment_status == PaymentStatus::Paid;
            let is_open = session.status == SessionStatus::Open;
            (!is_paid || (!is_open && owned.is_some_and(|payment| !payment.received.is_zero())))
                && (session.mode == SessionMode::Setup
                    || is_paid
                    || owned.is_none_or(|payment| payment.status != IntentStatus::Succeeded))
        })
    }),
    ("setup-session-asks-for-no-payment", |it| {
        it.session.is_none_or(|session| {
            (session.mode == SessionMode::Setup) == (session.payment_status == PaymentStatus::NoPaymentRequired)
        })
    }),
    ("sessions-payment-is-as-the-session-says", |it| {
        it.session.is_none_or(|session| {
            let mut owned = it.payments.iter().flatten().filter(|payment| payment.owned_by_session);
            let is_as = |payment: &PaymentView| {
                payment.amount == session.amount && session.manual == (payment.capture_method == CaptureMethod::Manual)
            };
            owned.all(is_as)
        })
    }),
];

/// The first counterexample to each reading: the variant, the status and the step.
#[derive(Default)]
struct Found {
    states: usize,
    wrong: BTreeMap<&'static str, String>,
}

struct Read<'a> {
    name: String,
    found: &'a mut Found,
}

impl Read<'_> {
    fn judge(&mut self, seen: &Observation<'_>, step: &dyn Fn() -> String) {
        self.found.states = self.found.states.saturating_add(1);
        for payment in seen.payments.iter().flatten() {
            for (property, _) in PAYMENT.iter().filter(|(_, holds)| !holds(payment)) {
                let words = || format!("{}: {} with {payment:?}", self.name, step());
                self.found.wrong.entry(property).or_insert_with(words);
            }
        }
        for (property, _) in OBSERVATION.iter().filter(|(_, holds)| !holds(seen)) {
            let words = || format!("{}: {} with {:?} {:?}", self.name, step(), seen.session, seen.setup);
            self.found.wrong.entry(property).or_insert_with(words);
        }
    }
}

impl Visit for Read<'_> {
    type Output = ();

    fn visit<const PAYMENTS: usize, const KEYS: usize>(mut self, space: ModelSpace<PAYMENTS, KEYS>) {
        let config = space.config();
        let mut seen: HashSet<State<PAYMENTS, KEYS>> = space.roots().into_iter().collect();
        let mut waiting: VecDeque<_> = space.roots().into();
        let mut inputs = Vec::new();
        while let Some(state) = waiting.pop_front() {
            inputs.clear();
            space.inputs(&state, &mut inputs);
            for input in &inputs {
                let made = transition(config, &state, *input);
                if seen.len() < STATES && seen.insert(made.after) {
                    let after = made.after.observe(config);
                    self.judge(&after.observation(config), &|| format!("{input} => {}", describe(&made.outcome)));
                    waiting.push_back(made.after);
                }
            }
        }
    }
}

#[test]
fn each_unconditional_sentence_about_states_is_true_as_it_is_read() {
    let mut found = Found::default();
    for scenario in SCENARIOS.iter().filter(|scenario| !scenario.deep) {
        for variant in (scenario.variants)() {
            let name = format!("{}: {}", scenario.name, variant.name);
            scenario.visit(&variant, Read { name, found: &mut found });
        }
    }
    assert!(found.states > 50_000, "only {} states were judged", found.states);
    let wrong: Vec<String> = found
        .wrong
        .iter()
        .map(|(id, why)| {
            let property = CATALOGUE.iter().find(|property| property.id == *id);
            format!("{id}: \"{}\" is false in {why}", property.map_or_else(String::new, |it| it.statement()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_unconditional_property_about_states_has_a_reading() {
    let mut read: Vec<&str> = PAYMENT.iter().map(|(id, _)| *id).chain(OBSERVATION.iter().map(|(id, _)| *id)).collect();
    let mut stated: Vec<&str> = CATALOGUE
        .iter()
        .filter(|property| matches!(property.kind, Kind::Payment | Kind::Observation))
        .filter(|property| property.condition.is_none() && property.decided_by.is_empty())
        .map(|property| property.id)
        .collect();
    read.sort_unstable();
    stated.sort_unstable();
    assert_eq!(read, stated);
}
