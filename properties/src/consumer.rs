//! A correct consumer of notifications: it fetches the objects that they are about.
//!
//! Notifications arrive late, twice and in any order, and each shows an earlier state. This consumer therefore ignores
//! their content and fetches their object. It ends with the record of a complete fetch under every delivery, exactly if
//! every change has a notification. The property `money-never-moves-silently` states this for each step, and
//! [`delivery_does_not_matter`] checks it for a whole trace.

use holdfast_model::{IntentStatus, Notification, Observation, PaymentView, Target};

use crate::snapshot::Trace;

/// The consumer's record of one payment: its final status and its amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// The final status, or `None`: other statuses are fetched when they are needed.
    end: Option<IntentStatus>,
    received: u32,
    refunded: u32,
    fees: u32,
    transfers: u32,
}

impl Entry {
    fn of(payment: &PaymentView) -> Self {
        Self {
            end: payment.status.is_final().then_some(payment.status),
            received: payment.received.get(),
            refunded: payment.charge.map_or(0, |charge| charge.refunded_amount.get()),
            fees: payment.ledger.fees.get().saturating_sub(payment.ledger.fees_refunded.get()),
            transfers: payment.ledger.transfers.get().saturating_sub(payment.ledger.reversals.get()),
        }
    }
}

/// The merchant's record of payments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consumer {
    payments: Vec<Option<Entry>>,
}

impl Consumer {
    /// Handles one notification at a time when the engine shows `now`.
    pub fn receive(&mut self, notification: &Notification, now: &Observation<'_>) {
        let (Target::Payment(intent) | Target::Refund(intent, _)) = notification.about else { return };
        let place = usize::from(intent.0);
        if self.payments.len() <= place {
            self.payments.resize(place.saturating_add(1), None);
        }
        let fetched = now.payments.get(place).and_then(Option::as_ref);
        if let (Some(entry), Some(payment)) = (self.payments.get_mut(place), fetched) {
            *entry = Some(Entry::of(payment));
        }
    }

    /// Returns whether the record equals that of a fetch of everything.
    #[must_use]
    pub fn agrees_with(&self, now: &Observation<'_>) -> bool {
        now.payments
            .iter()
            .enumerate()
            .all(|(place, payment)| payment.as_ref().map(Entry::of) == self.payments.get(place).copied().flatten())
    }
}

/// Returns whether a correct consumer ends with the record of a fetch, if the notifications of `trace` arrive as in
/// `deliveries`.
///
/// A delivery is the number of a notification, counted over the whole trace, and the number of steps after which it
/// arrives. A notification cannot arrive before the step that generates it; it then arrives with that step. A
/// notification that is not listed arrives at the end, because delivery is at least once.
#[must_use]
pub fn delivery_does_not_matter(trace: &Trace, deliveries: &[(usize, usize)]) -> bool {
    let notified: Vec<(usize, &Notification)> = trace
        .happenings
        .iter()
        .enumerate()
        .flat_map(|(at, happening)| happening.notifications.iter().map(move |notification| (at, notification)))
        .collect();
    let mut consumer = Consumer::default();
    for (at, happening) in trace.happenings.iter().enumerate() {
        let now = happening.after.observe();
        for (number, when) in deliveries {
            let Some((generated, notification)) = notified.get(*number) else { continue };
            if (*generated).max(*when) == at {
                consumer.receive(notification, &now);
            }
        }
    }
    let Some(last) = trace.happenings.last() else { return true };
    let now = last.after.observe();
    let on_time = |number: usize, generated: usize| {
        deliveries.iter().any(|(listed, when)| *listed == number && generated.max(*when) < trace.happenings.len())
    };
    for (number, (generated, notification)) in notified.iter().enumerate() {
        if !on_time(number, *generated) {
            consumer.receive(notification, &now);
        }
    }
    consumer.agrees_with(&now)
}
