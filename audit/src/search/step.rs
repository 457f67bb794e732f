//! One step of the model, and the events that tell of it.

use holdfast_model::{
    Authentication, ChargeStatus, EnvironmentEvent, Input, IntentStatus, Notification, NotificationKind as Kind,
    Operation, OwnedObservation, PaymentMethod, PaymentView, RefundId, RefundView, Rejection, Target, transition,
};

use super::alphabet::Alphabet;
use super::matching::{Scene, differences, part_returned};
use super::{Place, Search, Untold, Way};

/// The payment in what is seen.
pub(super) fn payment(sight: &OwnedObservation<1, 0>, config: &holdfast_model::Config) -> Option<PaymentView> {
    sight.observation(config).payments.first().copied().flatten()
}

/// One refund of a payment.
pub(super) fn refund_of(view: Option<&PaymentView>, id: RefundId) -> Option<RefundView> {
    view.and_then(|view| view.refunds.get(usize::from(id.0)).copied().flatten())
}

/// The reason why a search over many events of one second is not exhaustive.
const CROWDED: &str = "more than 64 events of a payment came at the same time";

impl Search<'_, '_> {
    /// Returns the next events that no step explains yet, as suggestions, and whether events of the same second were
    /// cut off: then the suggestions may be incomplete.
    fn alphabet(&self, place: &Place) -> (Alphabet<'_, '_>, bool) {
        const AHEAD: usize = 64;
        let from = usize::try_from(place.open).unwrap_or(usize::MAX);
        let ahead = self.case.events.iter().enumerate().skip(from);
        let mut ahead = ahead.filter(|(index, _)| !place.has_told(*index)).map(|(_, told)| told);
        let near: Vec<_> = ahead.by_ref().take(AHEAD).collect();
        let is_cut = near.first().zip(ahead.next()).is_some_and(|(first, next)| first.created == next.created);
        (Alphabet::new(self.case, near), is_cut)
    }

    /// Returns the inputs that could come next. Where suggestions were cut off, the search is bounded from here on.
    pub(super) fn inputs(&self, place: &Place) -> Vec<Input> {
        let sight = place.state.observe(&self.case.config);
        let world = sight.observation(&self.case.config);
        let (alphabet, is_cut) = self.alphabet(place);
        let is_setup = self.case.events.first().is_some_and(|told| told.kind.starts_with("setup_intent."));
        let inputs = if is_setup {
            alphabet.of_setup(world.setup)
        } else {
            alphabet.of_payment(world.payments.first().and_then(Option::as_ref))
        };
        if is_cut {
            self.was_bounded.set(Some(CROWDED));
        }
        inputs
    }

    /// Lets `input` happen at `at`, and goes on from there in every way that events tell of it.
    pub(super) fn step(&mut self, place: &Place, way: Way, input: Input, at: i64) {
        let config = &self.case.config;
        let made = transition(config, &place.state, input);
        if made.outcome == Err(Rejection::BeyondBounds) {
            self.was_bounded.set(Some("the model has room for four refunds of a payment, and there are more"));
            return;
        }
        let told = made.notifications.as_slice();
        if told.is_empty() && made.after == place.state && at == place.clock {
            return;
        }
        let due =
            self.case.facts.get(usize::try_from(place.open).unwrap_or(usize::MAX)).map_or(at, |fact| fact.created);
        let (seen_before, seen_after) = (place.state.observe(config), made.after.observe(config));
        let (before, after) = (payment(&seen_before, config), payment(&seen_after, config));
        let scene = Scene {
            config,
            before: before.as_ref(),
            after: after.as_ref(),
            setup: seen_after.observation(config).setup,
            refund: (None, None),
            currency: self.case.currency,
        };
        let mut start = Place { state: made.after, clock: at, ..*place };
        let was_processing = before.is_some_and(|before| before.status == IntentStatus::Processing);
        if !was_processing && told.iter().any(|told| is_of_new_charge(told.kind)) {
            start.charge = 0;
        }
        let is_wait = matches!(input, Input::Event(EnvironmentEvent::Advance { .. }));
        let is_early = at < due && !(is_wait && at.saturating_add(self.bounds.lag) >= due);
        if is_early || told.is_empty() {
            if is_wait || self.may_be_silent(place, &input, before.as_ref()) {
                let untold = self.untold(told);
                self.add(start, way.on(if is_wait { untold.all } else { untold.all.max(1) }, untold));
            }
            return;
        }
        let mut first = None;
        for lag in [0, self.bounds.lag] {
            let mut next = start;
            let untold = self.tell_all(&mut next, told, &scene, at.saturating_add(lag));
            let says_something = next.progress() > start.progress();
            if first == Some(next) || !(says_something || is_wait || self.may_be_silent(place, &input, before.as_ref()))
            {
                continue;
            }
            first = Some(next);
            next.move_on();
            self.add(next, way.on(untold.all, untold));
        }
    }

    /// All of it, untold.
    fn untold<'n>(&self, told: impl IntoIterator<Item = &'n Notification>) -> Untold {
        told.into_iter().fold(Untold::default(), |Untold { all, others }, notification| Untold {
            all: all.saturating_add(1),
            others: others.saturating_add(u32::from(self.taken != Some(notification.kind))),
        })
    }

    /// Finds an event for each notification of a step; answers those that there are none for.
    fn tell_all(&mut self, next: &mut Place, told: &[Notification], scene: &Scene<'_>, until: i64) -> Untold {
        let mut missing = Vec::new();
        for notification in told {
            // Whose method it was is no event of the payment.
            if notification.kind == Kind::MethodAttached {
                continue;
            }
            let scene = Scene { refund: refunds_of(notification, scene), ..*scene };
            let goes_back = matches!(notification.kind, Kind::FeeRefunded | Kind::TransferReversed);
            let found = if goes_back {
                self.tell_parts(next, notification, &scene, until)
            } else {
                self.tell_one(next, notification, &scene, until)
            };
            if !found {
                missing.push(notification);
            }
        }
        self.untold(missing)
    }

    fn tell_one(&mut self, next: &mut Place, notification: &Notification, scene: &Scene<'_>, until: i64) -> bool {
        let from = usize::try_from(next.open).unwrap_or(usize::MAX);
        for (index, (fact, told)) in self.case.facts.iter().zip(self.case.events).enumerate().skip(from) {
            if fact.created > until {
                break;
            }
            if fact.kind != Some(notification.kind)
                || next.has_told(index)
                || !differences(told, notification.kind, scene).is_empty()
            {
                continue;
            }
            let mut named = *next;
            if !self.name(&mut named, index, notification.about) {
                continue;
            }
            if !named.tell(index) {
                self.was_bounded.set(Some(CROWDED));
                return false;
            }
            *next = named;
            return true;
        }
        false
    }

    /// What goes back of several fees or transfers is one step of the model and an event for each of them (U11).
    fn tell_parts(&mut self, next: &mut Place, notification: &Notification, scene: &Scene<'_>, until: i64) -> bool {
        let ledger = |view: Option<&PaymentView>| view.map(|view| view.ledger).unwrap_or_default();
        let (before, after) = (ledger(scene.before), ledger(scene.after));
        let sum = if notification.kind == Kind::FeeRefunded {
            after.fees_refunded.minus(before.fees_refunded)
        } else {
            after.reversals.minus(before.reversals)
        };
        let mut left = sum.map_or(0, |sum| i64::from(sum.get()));
        let mut found = false;
        let from = usize::try_from(next.open).unwrap_or(usize::MAX);
        for (index, (fact, told)) in self.case.facts.iter().zip(self.case.events).enumerate().skip(from) {
            if fact.created > until || left <= 0 {
                break;
            }
            if fact.kind != Some(notification.kind) || next.has_told(index) {
                continue;
            }
            let part = part_returned(told).unwrap_or(left);
            let fits = part > 0 && part <= left && differences(told, notification.kind, scene).is_empty();
            if fits && self.name(next, index, notification.about) && next.tell(index) {
                (left, found) = (left.saturating_sub(part), true);
            }
        }
        found
    }

    /// Takes over the names of charge and refund that an event brings, if they fit those known.
    pub(super) fn name(&self, place: &mut Place, event: usize, about: Target) -> bool {
        let Some(fact) = self.case.facts.get(event) else { return false };
        if fact.charge != 0 {
            // A charge that failed may have been followed by another, of which nothing is told.
            let is_over = |place: &Place| {
                let view = payment(&place.state.observe(&self.case.config), &self.case.config);
                view.and_then(|view| view.charge).is_some_and(|charge| charge.status == ChargeStatus::Failed)
            };
            if place.charge != 0 && place.charge != fact.charge && !(self.bounds.gaps && is_over(place)) {
                return false;
            }
            place.charge = fact.charge;
        }
        if let Target::Refund(_, id) = about
            && fact.refund != 0
        {
            let elsewhere = (0..).zip(place.refunds).any(|(slot, known)| slot != id.0 && known == fact.refund);
            let Some(known) = place.refunds.get_mut(usize::from(id.0)) else { return false };
            if elsewhere || (*known != 0 && *known != fact.refund) {
                return false;
            }
            *known = fact.refund;
        }
        true
    }

    /// An event that lists no change shows the payment as it is: texts were changed, or a reference arrived.
    pub(super) fn only_look(&mut self, place: &Place, way: Way) {
        let config = &self.case.config;
        let sight = place.state.observe(config);
        let Some(view) = payment(&sight, config) else { return };
        let from = usize::try_from(place.open).unwrap_or(usize::MAX);
        for (index, (fact, told)) in self.case.facts.iter().zip(self.case.events).enumerate().skip(from) {
            if fact.created > place.clock {
                break;
            }
            if place.has_told(index) || !fact.is_quiet {
                continue;
            }
            let Some(kind) = fact.kind else { continue };
            let abouts: Vec<Target> = if kind == Kind::ChargeUpdated {
                vec![Target::Payment(super::alphabet::INTENT)]
            } else if matches!(kind, Kind::RefundUpdated | Kind::ChargeRefundUpdated) {
                let slots = (0..).zip(view.refunds).filter(|(_, refund)| refund.is_some());
                slots.map(|(slot, _)| Target::Refund(super::alphabet::INTENT, RefundId(slot))).collect()
            } else {
                continue;
            };
            for about in abouts {
                let refund = match about {
                    Target::Refund(_, id) => refund_of(Some(&view), id),
                    Target::Payment(_) | Target::Setup | Target::Session => None,
                };
                let (before, after) = (Some(&view), Some(&view));
                let refund = (refund, refund);
                let scene = Scene { config, before, after, setup: None, refund, currency: self.case.currency };
                let mut next = *place;
                if differences(told, kind, &scene).is_empty() && self.name(&mut next, index, about) && next.tell(index)
                {
                    next.move_on();
                    self.add(next, way);
                }
            }
        }
    }

    /// May a step be missing from the log altogether? Not one without which the rest could be told as well.
    fn may_be_silent(&self, place: &Place, input: &Input, before: Option<&PaymentView>) -> bool {
        let approves = |method: PaymentMethod| {
            !matches!(
                method,
                PaymentMethod::Declined
                    | PaymentMethod::AuthenticationRequired
                    | PaymentMethod::AuthenticationThenDeclined
            )
        };
        match input {
            Input::Call(call) => match call.operation {
                Operation::ConfirmIntent { confirm, .. } => confirm.method.is_none_or(approves),
                Operation::ConfirmSetup { method } => method.is_none_or(approves),
                Operation::CancelIntent { .. } => before.is_some_and(|before| !before.received.is_zero()),
                Operation::CancelSetup { .. } => false,
                Operation::CreateRefund { refund, .. } => {
                    let amount = refund.amount.unwrap_or(0);
                    // Made, failed and made again, all of it unseen: once is enough.
                    let is_again = |before: &PaymentView| {
                        before.refunds.iter().zip(place.refunds).any(|(refund, named)| {
                            let dead = refund.filter(|refund| !refund.status.counts() && named == 0);
                            dead.is_some_and(|refund| i64::from(refund.amount.get()) == amount)
                        })
                    };
                    before.is_some_and(|before| !is_again(before) && self.alphabet(place).0.presupposes(before, amount))
                }
                Operation::CreateIntent { .. }
                | Operation::UpdateIntent { .. }
                | Operation::CaptureIntent { .. }
                | Operation::CancelRefund { .. }
                | Operation::RefundFee { .. }
                | Operation::ReverseTransfer { .. }
                | Operation::CreateTransfer { .. }
                | Operation::CreateSetup { .. }
                | Operation::UpdateSetup { .. }
                | Operation::VerifyMicrodeposits
                | Operation::CreateSession(_)
                | Operation::ExpireSession => true,
            },
            Input::Event(EnvironmentEvent::Refund { refund, progress, .. }) => {
                before.is_some_and(|before| self.alphabet(place).0.presupposes_move(before, *refund, *progress))
            }
            Input::Event(
                EnvironmentEvent::Authenticate { result, .. } | EnvironmentEvent::AuthenticateSetup { result },
            ) => *result == Authentication::Succeeds,
            Input::Event(_) => true,
            Input::Begin { .. } | Input::Finish { .. } => false,
        }
    }
}

fn is_of_new_charge(kind: Kind) -> bool {
    matches!(kind, Kind::ChargeSucceeded | Kind::ChargeFailed | Kind::ChargePending)
}

/// The refund that a notification is about, before and after.
pub(super) fn refunds_of(notification: &Notification, scene: &Scene<'_>) -> (Option<RefundView>, Option<RefundView>) {
    match notification.about {
        Target::Refund(_, id) => (refund_of(scene.before, id), refund_of(scene.after, id)),
        Target::Payment(_) | Target::Setup | Target::Session => (None, None),
    }
}
