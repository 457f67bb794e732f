//! The reason why an event cannot have happened: its content, the possible contents, and the property it breaks.

use holdfast_model::trace::describe;
use holdfast_model::{
    Amount, EnvironmentEvent, Input, IntentStatus, Notification, NotificationKind as Kind, PaymentView, Previous,
    RefundStatus, State, transition,
};
use holdfast_properties::{CATALOGUE, Property, Step, explain, explain_step, judge_payment, judge_step};

use super::coverage::Exhausted;
use super::differences::Difference;
use super::matching::{ComparedStep, differences};
use super::refund_paths::{self, refund_status};
use super::step::{payment, refunds_of};
use super::{Place, Search};
use crate::logged_event::LoggedEvent;
use crate::seen::Seen;
use crate::verdict::{Impossible, Proof};

/// Properties about steps that a single event can show to be broken.
const STEP_PROPERTIES: [&str; 8] = [
    "final-stays-final",
    "documented-status-moves",
    "money-never-shrinks",
    "held-money-is-taken-by-capture-only",
    "nothing-captured-after-the-deadline",
    "books-only-move-forward",
    "refund-leaves-the-status",
    "only-captured-money-is-refunded",
];

/// The end of a search.
pub(super) enum End {
    /// At an event that the model cannot represent.
    OutOfModel(String),
    /// At an event that no explored execution explains.
    Stuck(Box<Stuck>),
}

/// An event that no explored execution explains. This alone is no verdict.
pub(super) struct Stuck {
    /// The event, by its place.
    pub(super) event: usize,
    pub(super) why: String,
    properties: Vec<&'static str>,
    rules: &'static str,
    more: Vec<&'static str>,
    could_be: Vec<String>,
}

impl Stuck {
    /// Returns the verdict "impossible", for which the search must have tried everything.
    pub(super) fn impossible(self, logged: &LoggedEvent, proof: Exhausted) -> Impossible {
        let mut impossible = Impossible::of(logged, self.why, Proof::Exhausted(proof)).by(self.rules);
        impossible.properties = self.properties;
        impossible.could_be = self.could_be;
        self.more.into_iter().fold(impossible, Impossible::by)
    }
}

/// A step whose notification is close to an event.
struct Nearest {
    differences: Vec<Difference>,
    /// Whether the notification names another charge or refund than the event.
    is_of_another: bool,
}

impl Search<'_, '_> {
    /// Returns the first event that no explored execution explains, and the reason.
    pub(super) fn nearest(&self) -> End {
        let index = usize::try_from(self.furthest.0).unwrap_or(usize::MAX);
        let Some(logged) = self.case.events.get(index) else {
            return End::OutOfModel("the search came to no end".to_owned());
        };
        if let Some(length) = self.case.hints.strange_hold {
            let days = length.checked_div(86_400).unwrap_or(0);
            let why = format!(
                "its hold lasts {length} s ({days} days), and the model has no method with such a hold (HOLD-1)"
            );
            return End::OutOfModel(why);
        }
        let places: Vec<&Place> =
            self.last.iter().filter_map(|place| self.places.get(usize::try_from(*place).ok()?)).collect();
        let fact = self.case.facts.get(index).copied();
        let Some(kind) = fact.and_then(|fact| fact.kind) else {
            return End::OutOfModel(format!("the model has no event of type `{}`", logged.kind));
        };
        let mut nearest: Option<Nearest> = None;
        let mut refusals = Vec::new();
        let mut could_be = Vec::new();
        let mut latest: Option<(State<1, 0>, Option<PaymentView>)> = None;
        for place in places {
            let state = self.at(place, logged.created);
            let view = payment(&state.observe(&self.case.config), &self.case.config);
            let words = words_of(view.as_ref());
            if !could_be.contains(&words) && could_be.len() < 5 {
                could_be.push(words);
            }
            let here = Place { state, clock: logged.created, ..*place };
            for input in self.inputs(&here) {
                self.compare(&here, input, (index, kind), &mut nearest, &mut refusals);
            }
            latest = latest.or(Some((state, view)));
        }
        if kind_is_of_refunds(kind) && self.is_a_strange_refund(logged, nearest.as_ref()) {
            let why = "no payment method of the model lets a refund move like that, though some may (REF-2)".to_owned();
            return End::OutOfModel(why);
        }
        let why = sentence(logged, nearest.as_ref(), &refusals, &could_be);
        let mut stuck =
            Stuck { event: index, why, properties: Vec::new(), rules: rules_of(kind), more: Vec::new(), could_be };
        if let Some((state, before)) = latest {
            self.properties(&mut stuck, logged, kind, &state, before.as_ref());
        }
        let previous = nearest.as_ref().is_some_and(|near| near.differences.iter().any(|it| it.is_previous));
        if previous {
            stuck.properties.push("previous-values-are-true");
            stuck.more.extend(["I16", "B55", "B58"]);
        }
        End::Stuck(Box::new(stuck))
    }

    fn at(&self, place: &Place, time: i64) -> State<1, 0> {
        let wait = u32::try_from(time.saturating_sub(place.clock)).unwrap_or(0);
        if wait == 0 {
            return place.state;
        }
        transition(&self.case.config, &place.state, EnvironmentEvent::Advance { seconds: wait }.into()).after
    }

    /// Compares the notifications of a step with an event.
    fn compare(
        &self,
        place: &Place,
        input: Input,
        (index, kind): (usize, Kind),
        nearest: &mut Option<Nearest>,
        refusals: &mut Vec<String>,
    ) {
        let config = &self.case.config;
        let Some(logged) = self.case.events.get(index) else { return };
        let made = transition(config, &place.state, input);
        let (before, after) = (place.state.observe(config), made.after.observe(config));
        let (before, view) = (payment(&before, config), payment(&after, config));
        let compared = ComparedStep {
            config,
            before: before.as_ref(),
            after: view.as_ref(),
            setup: after.observation(config).setup,
            refund: (None, None),
            creates_refund: made.notifications.as_slice().iter().any(|it| it.kind == Kind::RefundCreated),
            currency: self.case.currency,
        };
        for notification in made.notifications.as_slice().iter().filter(|it| it.kind == kind) {
            let compared = ComparedStep { refund: refunds_of(notification, &compared), ..compared };
            let mut named = *place;
            if before.is_none_or(|before| before.charge.is_none()) {
                named.charge = 0;
            }
            let is_of_another = !self.name(&mut named, index, notification.about);
            let found = differences(logged, kind, &compared);
            let worth = |near: &Nearest| near.differences.len().saturating_add(usize::from(near.is_of_another));
            let found = Nearest { differences: found, is_of_another };
            if nearest.as_ref().is_none_or(|near| worth(&found) < worth(near)) {
                *nearest = Some(found);
            }
        }
        if made.outcome.is_err() && emits(&input, kind) {
            let words = describe(&made.outcome);
            if !refusals.contains(&words) {
                refusals.push(words);
            }
        }
    }

    /// Returns `true` if only the refund's status differs, and refunds of some payment method change so.
    fn is_a_strange_refund(&self, logged: &LoggedEvent, nearest: Option<&Nearest>) -> bool {
        use RefundStatus::{Canceled, Failed, Pending, RequiresAction, Succeeded};
        let Some(now) = refund_status(logged) else { return false };
        let is_status = |it: &Difference| it.field == "status";
        let is_near = nearest.is_none_or(|near| !near.is_of_another && near.differences.iter().all(is_status));
        let id = logged.object().id.id();
        let earlier = self.case.events.iter().take(usize::try_from(self.furthest.0).unwrap_or(0));
        let was = earlier.filter(|it| it.object().id.id() == id).filter_map(refund_status).next_back();
        // Moves that some method of the model has are strange only where no one method has all of them.
        let is_mixed = refund_paths::are_beyond_model(self.case.events);
        let moves = match (was, now) {
            (None, Pending | RequiresAction) => logged.kind == "refund.created",
            (None, Succeeded | Failed | Canceled) => false,
            (Some(Pending), Failed | Canceled)
            | (Some(RequiresAction), Succeeded)
            | (Some(Succeeded), RequiresAction) => true,
            (Some(Pending), Succeeded | RequiresAction)
            | (Some(RequiresAction), Pending | Failed | Canceled)
            | (Some(Succeeded), Failed) => is_mixed,
            (Some(Pending | RequiresAction | Succeeded | Failed | Canceled), _) => false,
        };
        is_near && moves && logged.kind != "refund.created"
            || is_near && moves && was.is_none() && self.fits_what_is_left(logged)
    }

    /// Returns `true` if the refundable amount covers this refund.
    fn fits_what_is_left(&self, logged: &LoggedEvent) -> bool {
        let amount = logged.object().amount.value().copied().unwrap_or(0);
        self.last.iter().filter_map(|place| self.places.get(usize::try_from(*place).ok()?)).any(|place| {
            let view = payment(&place.state.observe(&self.case.config), &self.case.config);
            let charge = view.and_then(|view| view.charge);
            let left = charge.and_then(|charge| charge.captured_amount.minus(charge.refunded_amount));
            left.is_some_and(|left| amount > 0 && amount <= i64::from(left.get()))
        })
    }

    /// The properties that would be false if the payment were as the event has it.
    fn properties(
        &self,
        stuck: &mut Stuck,
        logged: &LoggedEvent,
        kind: Kind,
        state: &State<1, 0>,
        before: Option<&PaymentView>,
    ) {
        let config = &self.case.config;
        let Some(before) = before else { return };
        let Some(shown) = overlay(before, logged) else { return };
        let payments = [Some(shown)];
        let snapshot = state.observe(config);
        let world = snapshot.observation(config);
        let after = holdfast_model::Observation { payments: &payments, ..world };
        let fresh = judge_payment(config, &shown).broken & !judge_payment(config, before).broken;
        let notification = [Notification {
            kind,
            about: holdfast_model::Target::Payment(super::alphabet::INTENT),
            previous: Previous::default(),
        }];
        let outcome = Ok(holdfast_model::Accepted::Happened);
        let step = Step::new(
            world,
            EnvironmentEvent::Settle { intent: super::alphabet::INTENT }.into(),
            outcome,
            &notification,
            after,
        );
        let of_step = judge_step(&step).broken;
        let is_broken = |property: &Property| {
            fresh & property.bit() != 0 || (of_step & property.bit() != 0 && STEP_PROPERTIES.contains(&property.id))
        };
        for property in CATALOGUE.iter().filter(|property| is_broken(property)).take(3) {
            let words = explain(property, &after).or_else(|| explain_step(property, &step));
            if let Some(words) = words.filter(|_| stuck.properties.is_empty()) {
                stuck.why.push_str(&format!("; {}: {words}", property.statement()));
            }
            stuck.properties.push(property.id);
            for rule in property.rule_ids().take(2) {
                stuck.more.push(rule);
            }
        }
    }
}

const fn kind_is_of_refunds(kind: Kind) -> bool {
    matches!(kind, Kind::RefundCreated | Kind::RefundUpdated | Kind::RefundFailed | Kind::ChargeRefundUpdated)
}

/// Returns `true` if this input usually emits such an event. It decides only which refusal is mentioned.
fn emits(input: &Input, kind: Kind) -> bool {
    use holdfast_model::Operation as O;
    let Input::Call(call) = input else { return false };
    matches!(
        (call.operation, kind),
        (
            O::CaptureIntent { .. },
            Kind::ChargeCaptured | Kind::ChargeUpdated | Kind::IntentCapturableUpdated | Kind::IntentSucceeded
        ) | (O::CreateRefund { .. }, Kind::RefundCreated | Kind::ChargeRefunded)
            | (O::CancelIntent { .. }, Kind::IntentCanceled)
            | (O::ConfirmIntent { .. }, Kind::IntentSucceeded | Kind::ChargeSucceeded)
            | (O::CreateIntent { .. }, Kind::IntentCreated)
            | (O::RefundFee { .. }, Kind::FeeRefunded)
            | (O::ReverseTransfer { .. }, Kind::TransferReversed)
    )
}

fn sentence(logged: &LoggedEvent, nearest: Option<&Nearest>, refusals: &[String], could_be: &[String]) -> String {
    let now = could_be.join(", or ");
    match nearest {
        Some(near) if near.is_of_another && near.differences.is_empty() => {
            format!("it names a charge or refund that is not this payment's at that time: {now}")
        }
        Some(near) if !near.differences.is_empty() => {
            let differ = near.differences.iter().take(4).map(|it| {
                let was = if it.is_previous { "previously " } else { "" };
                let is = if it.is_previous { "was" } else { "would be" };
                format!("`{}` is {was}{}, where it {is} {}", it.field, it.said, it.would_be)
            });
            format!("{}; the payment was {now}", differ.collect::<Vec<_>>().join("; "))
        }
        Some(_) => format!("the time does not fit what was logged before: the payment was {now}"),
        None if refusals.is_empty() => format!("nothing can tell `{}` of a payment that is {now}", logged.kind),
        None => format!("nothing can tell `{}` of a payment that is {now}: {}", logged.kind, refusals.join(", ")),
    }
}

/// Returns the state of a payment, in short.
fn words_of(view: Option<&PaymentView>) -> String {
    let Some(view) = view else { return "not created yet".to_owned() };
    let mut words = format!("{} ({} of it {} received", view.status.name(), view.amount.get(), view.received.get());
    if !view.capturable.is_zero() {
        words.push_str(&format!(", {} capturable", view.capturable.get()));
    }
    if let Some(charge) = view.charge.filter(|charge| !charge.refunded_amount.is_zero()) {
        words.push_str(&format!(", {} refunded", charge.refunded_amount.get()));
    }
    words + ")"
}

/// The payment as an event shows it.
fn overlay(before: &PaymentView, logged: &LoggedEvent) -> Option<PaymentView> {
    let amount = |seen: &Seen<i64>| seen.value().and_then(|number| Amount::from_request(*number));
    let object = logged.object();
    let mut view = *before;
    match object.object.text()? {
        "payment_intent" => {
            let status = object.status.text().and_then(IntentStatus::from_name);
            view.status = status.unwrap_or(view.status);
            view.amount = amount(&object.amount).unwrap_or(view.amount);
            view.capturable = amount(&object.amount_capturable).unwrap_or(view.capturable);
            if let Some(received) = amount(&object.amount_received) {
                view.received = received;
                if let Some(charge) = view.charge.as_mut() {
                    charge.captured_amount = received;
                }
            }
        }
        "charge" => {
            let charge = view.charge.as_mut()?;
            charge.authorized = amount(&object.amount).unwrap_or(charge.authorized);
            if let Some(captured) = amount(&object.amount_captured) {
                charge.captured_amount = captured;
                view.received = captured;
            }
            let let_go = object.captured.value() == Some(&false) && charge.captured_amount.is_zero();
            if !let_go {
                charge.refunded_amount = amount(&object.amount_refunded).unwrap_or(charge.refunded_amount);
                charge.refunded = object.refunded.value().copied().unwrap_or(charge.refunded);
            }
            charge.captured = object.captured.value().copied().unwrap_or(charge.captured);
        }
        "refund" if logged.kind == "refund.created" => {
            let charge = view.charge.as_mut()?;
            let sum = amount(&object.amount).and_then(|amount| charge.refunded_amount.plus(amount));
            charge.refunded_amount = sum.unwrap_or(charge.refunded_amount);
        }
        _ => return None,
    }
    Some(view)
}

/// Returns the requirements that say when such an event is emitted.
fn rules_of(kind: Kind) -> &'static str {
    const RULES: [(Kind, &str); 7] = [
        (Kind::IntentCapturableUpdated, "EVT-3 B52 B54"),
        (Kind::ChargeUpdated, "EVT-8 B52 B54"),
        (Kind::ChargeCaptured, "EVT-7 B56"),
        (Kind::RefundCreated, "EVT-13 B42"),
        (Kind::ChargeRefunded, "EVT-13 B42"),
        (Kind::IntentCanceled, "EVT-10 C14 C15"),
        (Kind::ChargeExpired, "EVT-11 HOLD-12"),
    ];
    RULES.iter().find(|(logged, _)| *logged == kind).map_or("VOC-15", |(_, rules)| rules)
}
