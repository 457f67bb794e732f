//! The judgment of a merchant's books, at every step and at rest.

use crate::books::{Books, BooksReply};
use crate::config::FulfillmentMoment;
use crate::fault::{MerchantFault, MerchantFinding};
use crate::postman::FailedAttempts;
use crate::provider::PurchaseObjects;
use crate::run::MerchantRun;
use crate::timeline::Party;
use holdfast_engine::objects::{DeliveryState, IntentStatus};
use holdfast_engine::{Kind, Object};
use holdfast_server::chaos::Exchange;

/// The failed attempts of one delivery that are a fault if it is never acknowledged. Fewer can be bad luck: chaos lost the
/// others, and let these find the API of the provider out of reach.
const MOST_FAILURES: u64 = 5;

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
        self.tell(slot, Party::Check, Party::Check, fault_text(&what));
        self.result.findings.push(MerchantFinding { fault, slot, order: order.unwrap_or_default(), what });
    }

    /// Judges a purchase at the present moment.
    pub(crate) fn judge_now(&mut self, slot: u64) {
        let Some(index) = self.purchases.iter().position(|one| one.plan.slot == slot) else { return };
        let Some(purchase) = self.purchases.get_mut(index) else { return };
        let truth = LedgerTruth::of(&self.provider.objects(slot));
        purchase.was_certain |= truth.succeeded || self.config.fulfill_on == FulfillmentMoment::Held && truth.held;
        purchase.was_charged |= truth.charged > 0;
        let (certain, asked) = (purchase.was_certain, purchase.asked_back);
        let (was, order) = (purchase.books, purchase.order.clone());
        self.judge_ledger(slot, truth, asked);
        let Some(books) = self.read_books(slot, &order).books() else { return };
        if let Some(purchase) = self.purchases.get_mut(index) {
            purchase.books = books;
        }
        if was != books {
            self.tell(slot, Party::Merchant, Party::Check, format!("books of {order}: {}", books.shown()));
        }
        if let Some(fulfilled) = books.fulfilled {
            if !certain {
                self.result.counts.judge(MerchantFault::FulfilledEarly);
            }
            if fulfilled > 0 && !certain {
                let what = format!("fulfilled {fulfilled}, and the provider has received {}", truth.received);
                self.find(MerchantFault::FulfilledEarly, slot, what);
            }
            self.result.counts.judge(MerchantFault::FulfilledTwice);
            if fulfilled > 1 {
                self.find(MerchantFault::FulfilledTwice, slot, format!("fulfilled {fulfilled} times"));
            }
        }
        if let Some(paid) = books.paid {
            self.result.counts.judge(MerchantFault::PaidTooMuch);
            if paid > truth.received {
                let what = format!("paid {paid} in the books, received {} by the provider", truth.received);
                self.find(MerchantFault::PaidTooMuch, slot, what);
            }
        }
    }

    /// Judges the charges and refunds of a purchase, which need no books.
    fn judge_ledger(&mut self, slot: u64, truth: LedgerTruth, asked: u64) {
        if truth.charged > 0 {
            self.result.counts.judge(MerchantFault::ChargedTwice);
        }
        if truth.charged > 1 {
            let what = format!("{} payments of one order took money, {} in all", truth.charged, truth.received);
            self.find(MerchantFault::ChargedTwice, slot, what);
        }
        if asked > 0 || truth.refunded > 0 {
            self.result.counts.judge(MerchantFault::RefundedTwice);
        }
        if truth.refunded > asked {
            let what = format!("refunded {}, asked for {asked}", truth.refunded);
            self.find(MerchantFault::RefundedTwice, slot, what);
        }
    }

    /// Reads the books of an order, counts their fields, and judges that they can be read.
    fn read_books(&mut self, slot: u64, order: &str) -> BooksReply {
        let reply = self.shop.books(self.config, order);
        match &reply {
            BooksReply::Read(books) => {
                self.result.counts.read(books);
                self.result.counts.judge(MerchantFault::BooksMalformed);
            }
            BooksReply::Malformed(why) => self.find(MerchantFault::BooksMalformed, slot, why.clone()),
            BooksReply::Unknown | BooksReply::Failed => {}
        }
        reply
    }

    /// Returns whether books show money or a fulfillment that the provider's objects do not support.
    pub(crate) fn is_beyond_truth(&self, slot: u64, books: &Books) -> bool {
        let truth = LedgerTruth::of(&self.provider.objects(slot));
        let certain = truth.succeeded || self.config.fulfill_on == FulfillmentMoment::Held && truth.held;
        books.paid.unwrap_or(0) > truth.received || books.fulfilled.unwrap_or(0) > 0 && !certain
    }

    /// Judges every purchase at rest.
    pub(crate) fn judge_all(&mut self) {
        if self.result.has_severe() || self.result.incomplete.is_some() {
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
        let LedgerTruth { received, refunded, .. } = truth;
        let reply = self.read_books(slot, &purchase.order);
        self.result.counts.judge(MerchantFault::NoBooks);
        if reply == BooksReply::Failed {
            self.find(MerchantFault::NoBooks, slot, "no success in response to the request for the books".to_owned());
        }
        let Some(books) = reply.books() else { return };
        if received > 0 {
            self.result.counts.judge(MerchantFault::PaidUnknown);
            if reply == BooksReply::Unknown {
                let what = format!("404 for the books of {}, received {received}", purchase.order);
                self.find(MerchantFault::PaidUnknown, slot, what);
            }
        }
        if let Some(paid) = books.paid.filter(|_| received > 0) {
            self.result.counts.judge(MerchantFault::PaidTooLittle);
            if paid < received {
                let what = format!("paid {paid} in the books, received {received} by the provider");
                self.find(MerchantFault::PaidTooLittle, slot, what);
            }
        }
        if let Some(booked) = books.refunded {
            if received > 0 {
                self.result.counts.judge(MerchantFault::RefundsDiffer);
            }
            if booked != refunded {
                let what = format!("refunded {booked} in the books, {refunded} in the ledger");
                self.find(MerchantFault::RefundsDiffer, slot, what);
            }
        }
        let keeps = received > refunded;
        if let Some(fulfilled) = books.fulfilled.filter(|_| keeps) {
            self.result.counts.judge(MerchantFault::NeverFulfilled);
            if fulfilled == 0 {
                self.find(MerchantFault::NeverFulfilled, slot, format!("received {received}, fulfilled 0"));
            }
        }
        if let Some(canceled) = books.canceled {
            self.judge_canceled(slot, canceled, received, keeps, truth.all_canceled && purchase.is_canceled);
        }
    }

    fn judge_canceled(&mut self, slot: u64, canceled: u64, received: u64, keeps: bool, is_canceled: bool) {
        if keeps || is_canceled {
            self.result.counts.judge(MerchantFault::CanceledDiffers);
        }
        if canceled > 0 && keeps {
            let what = format!("canceled in the books, received {received} by the provider");
            self.find(MerchantFault::CanceledDiffers, slot, what);
        }
        if canceled == 0 && is_canceled {
            let what = "the payment is canceled, and the books do not say so".to_owned();
            self.find(MerchantFault::CanceledDiffers, slot, what);
        }
    }

    /// Judges the deliveries at rest. An attempt counts if it reached the application: what chaos lost is the provider's.
    fn judge_deliveries(&mut self) {
        let mut over = Vec::new();
        let mut visit = |object| {
            if let Object::Delivery(delivery) = object
                && matches!(delivery.state, DeliveryState::Abandoned | DeliveryState::Delivered)
            {
                over.push(delivery);
            }
        };
        if self.provider.engine().store().each(Kind::Delivery, &mut visit).is_err() {
            self.result.incomplete = Some("the provider's store cannot be read".to_owned());
        }
        for delivery in over {
            let Some(slot) = self.provider.owner(delivery.id.into()) else { continue };
            let failed = self.provider.failed_attempts(&delivery.event.to_string());
            let FailedAttempts { refused, unanswered } = failed;
            let is_abandoned = delivery.state == DeliveryState::Abandoned;
            if is_abandoned && refused.saturating_add(unanswered) < MOST_FAILURES {
                continue;
            }
            self.result.counts.judge(MerchantFault::NeverAcknowledged);
            if !is_abandoned {
                continue;
            }
            let event = self.provider.engine().observe(delivery.event).ok().flatten();
            let name = match event {
                Some(Object::Event(event)) => event.event_type.name(),
                Some(_) | None => "an event",
            };
            let what = format!("{name} was refused {refused} times and not answered {unanswered} times");
            self.find(MerchantFault::NeverAcknowledged, slot, what);
        }
    }

    /// Judges that the handler of webhooks does not hang. Waiting until the provider gives up would take too long.
    pub(crate) fn judge_hanging(&mut self) {
        if let Some((slot, attempts)) = self.provider.hanging(MOST_FAILURES) {
            let what = format!("{attempts} attempts in a row got no response in time");
            self.find(MerchantFault::NeverAcknowledged, slot, what);
        }
    }

    /// Judges that a request is well-formed for the version that it names.
    pub(crate) fn judge_exchange(&mut self, exchange: &Exchange) {
        self.result.counts.judge(MerchantFault::MalformedRequest);
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

/// Returns the entry of a fault in a story.
pub(crate) fn fault_text(what: &str) -> String {
    format!("FAULT: {what}")
}
