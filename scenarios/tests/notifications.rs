//! Notifications that are left out, and notifications that nothing caused, at every step of a part of each default
//! scenario: the steps at which no property notices are counted for each kind, and the counts may only fall.

#![expect(clippy::arithmetic_side_effects, reason = "a test counts to no great height")]

use std::collections::BTreeMap;

use holdfast_model::{Notification, NotificationKind, Previous};
use holdfast_properties::{PropertyBits, Step, judge_step};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{SCENARIOS, Visit};

/// The number of states of each variant.
const STATES: usize = 400;

/// For each change and kind: the steps at which it was tried, those at which no property was false, and one of these.
type Tried = BTreeMap<(&'static str, &'static str), (usize, usize, String)>;

struct Altered<'a> {
    tried: &'a mut Tried,
}

impl Visit for Altered<'_> {
    type Output = ();

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) {
        let config = space.config();
        let mut known: Vec<Notification> = Vec::new();
        space.walk(STATES, |state, input, made| {
            let (before, after) = (state.observe(config), made.after.observe(config));
            let broken = |notifications: &[Notification]| {
                let (before, after) = (before.observation(config), after.observation(config));
                judge_step(&Step::new(before, input, made.outcome, notifications, after)).broken
            };
            let emitted = made.notifications.as_slice();
            assert_eq!(broken(emitted), PropertyBits::ZERO, "{input}");
            let mut judge = |change: &'static str, kind: NotificationKind, notifications: &[Notification]| {
                let is_noticed = broken(notifications) != PropertyBits::ZERO;
                let row = self.tried.entry((change, kind.name())).or_default();
                row.0 += 1;
                if !is_noticed {
                    row.1 += 1;
                    row.2 = format!("{input} {:?}", made.outcome);
                }
            };
            for (place, notification) in emitted.iter().enumerate() {
                let mut fewer = emitted.to_vec();
                fewer.remove(place);
                judge("missing", notification.kind, &fewer);
                let alike = |it: &&Notification| it.kind == notification.kind && it.about == notification.about;
                if !known.iter().any(|it| alike(&it)) {
                    known.push(Notification { previous: Previous::default(), ..*notification });
                }
            }
            for extra in &known {
                if emitted.iter().all(|it| it.kind != extra.kind) {
                    judge("extra", extra.kind, &[emitted, &[*extra]].concat());
                }
            }
        });
    }
}

/// For each change and kind, the number of steps at which no property is false; no other change passes unnoticed. The
/// specification permits all of these: further events of a canceled debit's charge (EVT-21) and at the expiry of a partly
/// captured hold (U12), a bank payment without `charge.pending` (EVT-6), and later captures that make no fee and no
/// transfer of their own (U11).
const UNNOTICED: [(&str, &str, usize); 8] = [
    ("extra", "charge.expired", 3_098),
    ("extra", "charge.failed", 295),
    ("extra", "charge.pending", 300),
    ("extra", "charge.updated", 3_321),
    ("extra", "payment_intent.amount_capturable_updated", 1_792),
    ("missing", "application_fee.created", 997),
    ("missing", "charge.pending", 667),
    ("missing", "transfer.created", 1_593),
];

#[test]
fn no_further_change_of_the_notifications_passes_unnoticed() {
    let mut tried = Tried::new();
    for scenario in SCENARIOS.iter().filter(|scenario| !scenario.deep) {
        for variant in (scenario.variants)() {
            scenario.visit(&variant, Altered { tried: &mut tried });
        }
    }
    assert_eq!(tried.len(), 2 * NotificationKind::ALL.len(), "each kind is left out somewhere, and added somewhere");
    let unnoticed = tried.iter().filter(|(_, row)| row.1 > 0);
    let unnoticed: Vec<_> = unnoticed.map(|((way, kind), (_, count, _))| (*way, *kind, *count)).collect();
    assert_eq!(unnoticed, UNNOTICED, "{tried:#?}");
}
