//! The judgment of a merchant's books, at every step and at rest.

use crate::config::FulfillmentMoment;
use crate::provider::PurchaseObjects;
use crate::run::MerchantRun;
use crate::shop::Books;
use holdfast_engine::objects::{DeliveryState, IntentStatus};
use holdfast_engine::{Kind, Object};
use holdfast_server::chaos::Exchange;

/// The refusals of one delivery that are a fault if it is never acknowledged. Fewer can be bad luck while the API of the
/// provider is hardly reachable.
const MOST_REFUSALS: usize = 5;

/// A fault of a merchant's application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MerchantFault {
    /// Fulfilled before the money was certain.
    FulfilledEarly,
    /// Fulfilled more than once.
    FulfilledTwice,
    /// Paid, and never fulfilled.
    NeverFulfilled,
    /// The books show more money than the provider received.
    PaidTooMuch,
    /// The books show less money than the provider received.
    PaidTooLittle,
    /// The books show other refunds than the ledger.
    RefundsDiffer,
    /// More was refunded than the staff asked for.
    RefundedTwice,
    /// One order was charged twice.
    ChargedTwice,
    /// The books call a paid order canceled, or a canceled hold open.
    CanceledDiffers,
    /// A webhook was never acknowledged.
    NeverAcknowledged,
    /// A request to the API is malformed for its version.
    MalformedRequest,
    /// A forged webhook was acknowledged.
    HostileAccepted,
    /// An attack changed the books.
    HostileMoved,
    /// The application does not answer for its books.
    NoBooks,
}

impl MerchantFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::FulfilledEarly,
        Self::FulfilledTwice,
        Self::NeverFulfilled,
        Self::PaidTooMuch,
        Self::PaidTooLittle,
        Self::RefundsDiffer,
        Self::RefundedTwice,
        Self::ChargedTwice,
        Self::CanceledDiffers,
        Self::NeverAcknowledged,
        Self::MalformedRequest,
        Self::HostileAccepted,
        Self::HostileMoved,
        Self::NoBooks,
    ];

    /// Returns the judgment that is false, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::FulfilledEarly => "nothing is fulfilled before its money is certain",
            Self::FulfilledTwice => "an order is fulfilled at most once",
            Self::NeverFulfilled => "a paid order is fulfilled",
            Self::PaidTooMuch => "the books show no money that the provider has not received",
            Self::PaidTooLittle => "the books show all money that the provider has received",
            Self::RefundsDiffer => "refunds in the books equal refunds in the ledger",
            Self::RefundedTwice => "no more is refunded than was asked for",
            Self::ChargedTwice => "an order is charged at most once",
            Self::CanceledDiffers => "the books call an order canceled if its payment is",
            Self::NeverAcknowledged => "each webhook is acknowledged in the end",
            Self::MalformedRequest => "each request to the API is well-formed for its version",
            Self::HostileAccepted => "a forged webhook is refused",
            Self::HostileMoved => "an attack does not move the books",
            Self::NoBooks => "the application answers for its books",
        }
    }
}

/// A fault with its purchase and the amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantFinding {
    /// The fault.
    pub fault: MerchantFault,
    /// The purchase.
    pub slot: u64,
    /// The order.
    pub order: String,
    /// The amounts.
    pub what: String,
}

/// The money of a purchase as the provider knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct LedgerTruth {
    received: u64,
    refunded: u64,
    charged: usize,
    held: bool,
    succeeded: bool,
    all_canceled: bool,
}

impl LedgerTruth {
    fn of(objects: &PurchaseObjects) -> Self {
        let status = |wanted: IntentStatus| objects.intents.iter().any(|intent| intent.status == wanted);
        let taken = |intent: &&std::sync::Arc<holdfast_engine::objects::PaymentIntent>| {
            intent.received.minor() > 0 || intent.status == IntentStatus::RequiresCapture
        };
        let refunds = objects.refunds.iter().filter(|refund| !refund.status.is_undone());
        Self {
            received: objects.intents.iter().map(|intent| intent.received.minor()).sum(),
            refunded: refunds.map(|refund| refund.amount.minor()).sum(),
            charged: objects.intents.iter().filter(taken).count(),
            held: status(IntentStatus::RequiresCapture),
            succeeded: status(IntentStatus::Succeeded),
            all_canceled: !objects.intents.is_empty()
                && objects.intents.iter().all(|intent| intent.status == IntentStatus::Canceled),
        }
    }
}

impl MerchantRun<'_> {
    /// Records a fault, once for each purchase.
    pub(crate) fn find(&mut self, fault: MerchantFault, slot: u64, what: String) {
        if self.result.findings.iter().any(|known| known.fault == fault && known.slot == slot) {
            return;
        }
        let order = self.purchases.iter().find(|one| one.plan.slot == slot).map(|one| one.order.clone());
        self.tell(slot, crate::timeline::Party::Check, crate::timeline::Party::Check, format!("FAULT: {what}"));
        self.result.findings.push(MerchantFinding { fault, slot, order: order.unwrap_or_default(), what });
    }

    /// Judges a purchase at the present moment.
    pub(crate) fn judge_now(&mut self, slot: u64) {
        let Some(index) = self.purchases.iter().position(|one| one.plan.slot == slot) else { return };
        let Some(purchase) = self.purchases.get(index) else { return };
        let truth = LedgerTruth::of(&self.provider.objects(slot));
        let certain =
            purchase.was_certain || truth.succeeded || self.config.fulfill_on == FulfillmentMoment::Held && truth.held;
        let Some(books) = self.shop.books(self.config, &purchase.order) else { return };
        let (was, order) = (purchase.books, purchase.order.clone());
        if let Some(purchase) = self.purchases.get_mut(index) {
            purchase.was_certain = certain;
            purchase.books = books;
        }
        if was != books {
            let (check, merchant) = (crate::timeline::Party::Check, crate::timeline::Party::Merchant);
            self.tell(slot, merchant, check, format!("books of {order}: {}", books.shown()));
        }
        let (paid, fulfilled) = (books.paid.unwrap_or(0), books.fulfilled.unwrap_or(0));
        if fulfilled > 0 && !certain {
            let what = format!("fulfilled {fulfilled}, and the provider has received {}", truth.received);
            self.find(MerchantFault::FulfilledEarly, slot, what);
        }
        if fulfilled > 1 {
            self.find(MerchantFault::FulfilledTwice, slot, format!("fulfilled {fulfilled} times"));
        }
        if paid > truth.received {
            let what = format!("paid {paid} in the books, received {} by the provider", truth.received);
            self.find(MerchantFault::PaidTooMuch, slot, what);
        }
        if truth.charged > 1 {
            let what = format!("{} payments of one order took money, {} in all", truth.charged, truth.received);
            self.find(MerchantFault::ChargedTwice, slot, what);
        }
        let asked = self.purchases.get(index).map_or(0, |one| one.asked_back);
        if truth.refunded > asked {
            let what = format!("refunded {}, asked for {asked}", truth.refunded);
            self.find(MerchantFault::RefundedTwice, slot, what);
        }
    }

    /// Returns whether books show money or a fulfillment that the provider's objects do not support.
    pub(crate) fn is_beyond_truth(&self, slot: u64, books: &Books) -> bool {
        let truth = LedgerTruth::of(&self.provider.objects(slot));
        let certain = truth.succeeded || self.config.fulfill_on == FulfillmentMoment::Held && truth.held;
        books.paid.unwrap_or(0) > truth.received || books.fulfilled.unwrap_or(0) > 0 && !certain
    }

    /// Judges every purchase at rest.
    pub(crate) fn judge_all(&mut self) {
        if !self.result.findings.is_empty() || self.result.incomplete.is_some() {
            return;
        }
        let slots: Vec<u64> = self.purchases.iter().map(|one| one.plan.slot).collect();
        for slot in slots {
            self.judge_now(slot);
            self.judge_at_rest(slot);
        }
        self.judge_deliveries();
    }

    fn judge_at_rest(&mut self, slot: u64) {
        let Some(purchase) = self.purchases.iter().find(|one| one.plan.slot == slot).cloned() else { return };
        let truth = LedgerTruth::of(&self.provider.objects(slot));
        let Some(books) = self.shop.books(self.config, &purchase.order) else {
            self.find(MerchantFault::NoBooks, slot, "no response to the request for the books".to_owned());
            return;
        };
        let LedgerTruth { received, refunded, .. } = truth;
        if let Some(paid) = books.paid.filter(|paid| *paid < received) {
            let what = format!("paid {paid} in the books, received {received} by the provider");
            self.find(MerchantFault::PaidTooLittle, slot, what);
        }
        if let Some(booked) = books.refunded.filter(|booked| *booked != refunded) {
            let what = format!("refunded {booked} in the books, {refunded} in the ledger");
            self.find(MerchantFault::RefundsDiffer, slot, what);
        }
        let keeps = received > refunded;
        if books.fulfilled == Some(0) && keeps {
            self.find(MerchantFault::NeverFulfilled, slot, format!("received {received}, fulfilled 0"));
        }
        if books.canceled.is_some_and(|canceled| canceled > 0) && keeps {
            let what = format!("canceled in the books, received {received} by the provider");
            self.find(MerchantFault::CanceledDiffers, slot, what);
        }
        if books.canceled == Some(0) && truth.all_canceled && purchase.is_canceled {
            let what = "the payment is canceled, and the books do not say so".to_owned();
            self.find(MerchantFault::CanceledDiffers, slot, what);
        }
    }

    fn judge_deliveries(&mut self) {
        let mut abandoned = Vec::new();
        let mut visit = |object| {
            if let Object::Delivery(delivery) = object
                && delivery.state == DeliveryState::Abandoned
            {
                abandoned.push(delivery);
            }
        };
        if self.provider.engine().store().each(Kind::Delivery, &mut visit).is_err() {
            self.result.incomplete = Some("the provider's store cannot be read".to_owned());
        }
        for delivery in abandoned {
            let Some(slot) = self.provider.owner(delivery.id.into()) else { continue };
            let event = self.provider.engine().observe(delivery.event).ok().flatten();
            let name = match event {
                Some(Object::Event(event)) => event.event_type.name(),
                Some(_) | None => "an event",
            };
            // Attempts that did not reach the endpoint are the provider's.
            let refusals = delivery.attempts.iter().filter(|attempt| attempt.status.is_some()).count();
            if refusals < MOST_REFUSALS {
                continue;
            }
            let last = delivery.attempts.last().and_then(|attempt| attempt.status);
            let last = last.map_or_else(|| "no response".to_owned(), |status| status.to_string());
            let what = format!("{name} was refused {refusals} times, at last with {last}");
            self.find(MerchantFault::NeverAcknowledged, slot, what);
        }
    }

    /// Judges that a request is well-formed for the version that it names.
    pub(crate) fn judge_exchange(&mut self, exchange: &Exchange) {
        let code = exchange.body.pointer("/error/code").and_then(|code| code.as_str()).unwrap_or_default();
        let is_malformed = exchange.status == 400 && (code.starts_with("parameter_") || code == "url_invalid")
            || matches!(exchange.status, 401 | 405);
        if is_malformed {
            let message = exchange.body.pointer("/error/message").and_then(|text| text.as_str()).unwrap_or_default();
            let what = format!("{} {} is answered {}: {message}", exchange.method, exchange.path, exchange.status);
            self.find(MerchantFault::MalformedRequest, exchange.scope, what);
        }
    }
}
