//! One step of the model, and the events that show it.

use holdfast_model::{
    Authentication, ChargeStatus, EnvironmentEvent, Input, IntentStatus, Notification, NotificationKind as Kind,
    Operation, OwnedObservation, PaymentMethod, PaymentView, RefundId, RefundView, Rejection, Target, transition,
};

use super::alphabet::{Alphabet, Every};
use super::matching::{ComparedStep, fits, part_returned};
use super::{PathCost, Place, Search, Tries};
use crate::logged_event::LoggedEvent;

/// The payment in the observation.
pub(super) fn payment(snapshot: &OwnedObservation<1, 0>, config: &holdfast_model::Config) -> Option<PaymentView> {
    snapshot.observation(config).payments.first().copied().flatten()
}

/// One refund of a payment.
pub(super) fn refund_of(view: Option<&PaymentView>, id: RefundId) -> Option<RefundView> {
    view.and_then(|view| view.refunds.get(usize::from(id.0)).copied().flatten())
}

/// The reason why a search over many events of one second is not exhaustive.
const CROWDED: &str = "too many events of a payment came at the same time";

impl<'b> Search<'_, 'b> {
    /// Returns the first events that no step explains yet, as suggestions.
    fn alphabet(&self, place: &Place) -> Alphabet<'_, 'b> {
        const AHEAD: usize = 64;
        Alphabet::new(self.case, self.ahead(place).take(AHEAD).collect())
    }

    /// Returns the events that no step explains yet.
    fn ahead(&self, place: &Place) -> impl Iterator<Item = &'b LoggedEvent> {
        let from = usize::try_from(place.open).unwrap_or(usize::MAX);
        let ahead = self.case.events.iter().enumerate().skip(from);
        ahead.filter(|(index, _)| !place.is_explained(*index)).map(|(_, logged)| logged)
    }

    /// Returns the possible next inputs, and records whether the list is complete.
    pub(super) fn inputs(&self, place: &Place) -> Vec<Input> {
        let snapshot = place.state.observe(&self.case.config);
        let world = snapshot.observation(&self.case.config);
        let payment = world.payments.first().and_then(Option::as_ref);
        let is_setup = self.case.events.first().is_some_and(|logged| logged.kind.starts_with("setup_intent."));
        let suggestions = match (self.tries, is_setup) {
            (Tries::Suggested, true) => self.alphabet(place).of_setup(world.setup),
            (Tries::Suggested, false) => self.alphabet(place).of_payment(payment),
            (Tries::Everything, _) => {
                let every = Every::new(self.ahead(place).collect(), self.case.hints.currency);
                if is_setup { every.of_setup(world.setup) } else { every.of_payment(payment) }
            }
        };
        self.coverage.take(suggestions)
    }

    /// Applies `input` at `at`, and returns each way in which events show its notifications.
    pub(super) fn step(&mut self, place: &Place, way: PathCost, input: Input, at: i64) {
        self.steps = self.steps.saturating_add(1);
        let config = &self.case.config;
        let made = transition(config, &place.state, input);
        if made.outcome == Err(Rejection::BeyondBounds) {
            self.coverage.cut("the model has room for four refunds of a payment, and there are more");
            return;
        }
        let logged = made.notifications.as_slice();
        if logged.is_empty() && made.after == place.state && at == place.clock {
            return;
        }
        let due =
            self.case.facts.get(usize::try_from(place.open).unwrap_or(usize::MAX)).map_or(at, |fact| fact.created);
        let is_wait = matches!(input, Input::Event(EnvironmentEvent::Advance { .. }));
        let before = payment(&place.state.observe(config), config);
        let mut start = Place { state: made.after, clock: at, ..*place };
        let was_processing = before.is_some_and(|before| before.status == IntentStatus::Processing);
        if !was_processing && logged.iter().any(|logged| is_of_new_charge(logged.kind)) {
            start.charge = 0;
        }
        let is_early = at < due && !(is_wait && at.saturating_add(self.bounds.lag) >= due);
        // Most steps that are tried have no event, and need no comparison.
        let is_shown = !is_early && logged.iter().any(|it| self.may_be_shown(&start, it.kind, at));
        if !is_shown {
            if is_wait || self.may_be_silent(place, &input, before.as_ref()) {
                let of_log = logged.iter().filter(|it| is_early || self.is_of_log(it.kind));
                let unlogged = u32::try_from(of_log.count()).unwrap_or(u32::MAX);
                let least = u32::from(!is_wait && (is_early || logged.is_empty()));
                self.add(start, way.on(unlogged.max(least), unlogged));
            }
            return;
        }
        let seen_after = made.after.observe(config);
        let after = payment(&seen_after, config);
        let compared = ComparedStep {
            config,
            before: before.as_ref(),
            after: after.as_ref(),
            setup: seen_after.observation(config).setup,
            refund: (None, None),
            creates_refund: logged.iter().any(|it| it.kind == Kind::RefundCreated),
            currency: self.case.currency,
        };
        let mut known: Vec<Place> = Vec::new();
        let lags = if self.has_later(&start, at) { &[0, self.bounds.lag][..] } else { &[0] };
        for lag in lags {
            for (mut next, unlogged) in self.match_all(start, logged, &compared, at.saturating_add(*lag)) {
                let says_something = next.progress() > start.progress();
                let may_be = says_something || is_wait || self.may_be_silent(place, &input, before.as_ref());
                if known.contains(&next) || !may_be {
                    continue;
                }
                known.push(next);
                next.move_on();
                self.add(next, way.on(unlogged, unlogged));
            }
        }
    }

    /// Returns whether the log has notifications of this kind. Whose method it was is no event of the payment, and a fee
    /// may be one of another account.
    fn is_of_log(&self, kind: Kind) -> bool {
        let is_of_fee = matches!(kind, Kind::FeeCreated | Kind::FeeRefunded);
        kind != Kind::MethodAttached && !(is_of_fee && self.case.fees_are_elsewhere)
    }

    /// Returns whether an event of this kind may be one of a step at this time.
    fn may_be_shown(&self, start: &Place, kind: Kind, at: i64) -> bool {
        let from = usize::try_from(start.open).unwrap_or(usize::MAX);
        let until = at.saturating_add(self.bounds.lag);
        let mut ahead = self.case.facts.iter().enumerate().skip(from).take_while(|(_, fact)| fact.created <= until);
        ahead.any(|(index, fact)| fact.kind == Some(kind) && !start.is_explained(index))
    }

    /// Returns whether some event comes after this time and within the lag.
    fn has_later(&self, start: &Place, at: i64) -> bool {
        let from = usize::try_from(start.open).unwrap_or(usize::MAX);
        let later = self.case.facts.iter().skip(from).find(|fact| fact.created > at);
        later.is_some_and(|fact| fact.created <= at.saturating_add(self.bounds.lag))
    }

    /// Finds an event for each notification of a step. In a complete log it tries every assignment of events of one time
    /// that differ, since another assignment may explain what this one cannot. Returns the resulting places, each with
    /// the number of notifications that have no event.
    fn match_all(
        &mut self,
        start: Place,
        logged: &[Notification],
        compared: &ComparedStep<'_>,
        until: i64,
    ) -> Vec<(Place, u32)> {
        /// The most ways that are followed.
        const WAYS: usize = 64;
        let mut ways = vec![(start, 0_u32)];
        for notification in logged {
            if !self.is_of_log(notification.kind) {
                continue;
            }
            let compared = ComparedStep { refund: refunds_of(notification, compared), ..*compared };
            let goes_back = matches!(notification.kind, Kind::FeeRefunded | Kind::TransferReversed);
            let mut after = Vec::with_capacity(ways.len());
            for (mut place, missing) in ways {
                if goes_back {
                    let found = self.match_parts(&mut place, notification, &compared, until);
                    after.push((place, if found { missing } else { missing.saturating_add(1) }));
                    continue;
                }
                let found = self.match_each(&place, notification, &compared, until);
                if found.is_empty() {
                    after.push((place, missing.saturating_add(1)));
                }
                after.extend(found.into_iter().map(|next| (next, missing)));
            }
            if after.len() > WAYS {
                self.coverage.cut(CROWDED);
                after.truncate(WAYS);
            }
            ways = after;
        }
        ways
    }

    /// Returns the places after each event that can tell of the notification; of equal events the first is enough, and
    /// so is the first of all where events may be missing.
    fn match_each(
        &self,
        start: &Place,
        notification: &Notification,
        compared: &ComparedStep<'_>,
        until: i64,
    ) -> Vec<Place> {
        let mut found: Vec<(&LoggedEvent, Place)> = Vec::new();
        let from = usize::try_from(start.open).unwrap_or(usize::MAX);
        for (index, (fact, logged)) in self.case.facts.iter().zip(self.case.events).enumerate().skip(from) {
            if fact.created > until || self.bounds.gaps && !found.is_empty() {
                break;
            }
            if fact.kind != Some(notification.kind)
                || start.is_explained(index)
                || found.iter().any(|(other, _)| other.shows_the_same(logged))
                || !fits(logged, notification.kind, compared)
            {
                continue;
            }
            let mut named = *start;
            if !self.name(&mut named, index, notification.about) {
                continue;
            }
            if named.explain(index) {
                found.push((logged, named));
            } else {
                self.coverage.cut(CROWDED);
            }
        }
        found.into_iter().map(|(_, place)| place).collect()
    }

    /// A return of several fees or transfers is one step of the model, with an event for each of them (U11).
    fn match_parts(
        &mut self,
        next: &mut Place,
        notification: &Notification,
        compared: &ComparedStep<'_>,
        until: i64,
    ) -> bool {
        let ledger = |view: Option<&PaymentView>| view.map(|view| view.ledger).unwrap_or_default();
        let (before, after) = (ledger(compared.before), ledger(compared.after));
        let sum = if notification.kind == Kind::FeeRefunded {
            after.fees_refunded.minus(before.fees_refunded)
        } else {
            after.reversals.minus(before.reversals)
        };
        let mut left = sum.map_or(0, |sum| i64::from(sum.get()));
        let mut found = false;
        let from = usize::try_from(next.open).unwrap_or(usize::MAX);
        for (index, (fact, logged)) in self.case.facts.iter().zip(self.case.events).enumerate().skip(from) {
            if fact.created > until {
                break;
            }
            let is_of_other = fact.is_of_refund.is_some_and(|of_refund| of_refund != compared.creates_refund);
            if fact.kind != Some(notification.kind) || next.is_explained(index) || is_of_other {
                continue;
            }
            if left <= 0 {
                // Another choice of the parts was possible.
                self.coverage.cut("several events of one time tell of what went back of fees or transfers");
                break;
            }
            // A part in another currency may be all of it, or one of several.
            let is_known = logged.is_comparable(compared.currency);
            let part = part_returned(logged).filter(|_| is_known).unwrap_or(left);
            let is_it = part > 0 && part <= left && fits(logged, notification.kind, compared);
            if is_it && self.name(next, index, notification.about) && next.explain(index) {
                (left, found) = (left.saturating_sub(part), true);
            }
        }
        // In a complete log all of the money has an event.
        found && (self.bounds.gaps || left <= 0)
    }

    /// Takes over the names of charge and refund that an event brings, if they fit those known.
    pub(super) fn name(&self, place: &mut Place, event: usize, about: Target) -> bool {
        let Some(fact) = self.case.facts.get(event) else { return false };
        if fact.charge != 0 {
            // A failed charge may have been followed by another one without an event.
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
    pub(super) fn only_look(&mut self, place: &Place, way: PathCost) {
        let config = &self.case.config;
        let snapshot = place.state.observe(config);
        let Some(view) = payment(&snapshot, config) else { return };
        let from = usize::try_from(place.open).unwrap_or(usize::MAX);
        for (index, (fact, logged)) in self.case.facts.iter().zip(self.case.events).enumerate().skip(from) {
            if fact.created > place.clock {
                break;
            }
            if place.is_explained(index) || !fact.is_quiet {
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
                let compared = ComparedStep {
                    config,
                    before,
                    after,
                    setup: None,
                    refund,
                    creates_refund: false,
                    currency: self.case.currency,
                };
                let mut next = *place;
                if fits(logged, kind, &compared) && self.name(&mut next, index, about) && next.explain(index) {
                    next.move_on();
                    self.add(next, way);
                }
            }
        }
    }

    /// Returns `true` if a step may be missing from the log completely: not if the other events fit without it.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only a few requests are known to be superfluous without events"
    )]
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
                    // Created, failed and created again without an event: one creation is enough.
                    let is_again = |before: &PaymentView| {
                        before.refunds.iter().zip(place.refunds).any(|(refund, named)| {
                            let dead = refund.filter(|refund| !refund.status.counts() && named == 0);
                            dead.is_some_and(|refund| i64::from(refund.amount.get()) == amount)
                        })
                    };
                    before.is_some_and(|before| !is_again(before) && self.alphabet(place).presupposes(before, amount))
                }
                // Without a reason against it, a request is taken for possible: the search is then wider, never wrong.
                _ => true,
            },
            Input::Event(EnvironmentEvent::Refund { refund, progress, .. }) => {
                before.is_some_and(|before| self.alphabet(place).presupposes_move(before, *refund, *progress))
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
pub(super) fn refunds_of(
    notification: &Notification,
    compared: &ComparedStep<'_>,
) -> (Option<RefundView>, Option<RefundView>) {
    match notification.about {
        Target::Refund(_, id) => (refund_of(compared.before, id), refund_of(compared.after, id)),
        Target::Payment(_) | Target::Setup | Target::Session => (None, None),
    }
}
