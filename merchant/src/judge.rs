//! The judgment of a merchant's books, at every step and at rest.

use crate::books::{Books, BooksReply};
use crate::config::FulfillmentMoment;
use crate::diagnosis::PurchaseMoney;
use crate::fault::{MerchantFault, MerchantFinding};
use crate::postman::FailedAttempts;
use crate::provider::PurchaseObjects;
use crate::run::MerchantRun;
use crate::timeline::Party;
use holdfast_engine::objects::{DeliveryState, EventType, IntentStatus};
use holdfast_engine::{Kind, Object};
use holdfast_server::chaos::Exchange;

/// The attempts in a row without a response that are a fault at once.
const MOST_HANGING: u64 = 5;

/// The money of a purchase as the provider knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LedgerTruth {
    pub(crate) received: u64,
    pub(crate) refunded: u64,
    /// The sum of all refunds, those that failed included.
    pub(crate) refunds: u64,
    charged: usize,
    held: bool,
    succeeded: bool,
    pub(crate) all_canceled: bool,
}

impl LedgerTruth {
    pub(crate) fn of(objects: &PurchaseObjects) -> Self {
        let status = |wanted: IntentStatus| objects.intents.iter().any(|intent| intent.status == wanted);
        let taken = |intent: &&std::sync::Arc<holdfast_engine::objects::PaymentIntent>| {
            intent.received.minor() > 0 || intent.status == IntentStatus::RequiresCapture
        };
        let refunds = objects.refunds.iter().filter(|refund| !refund.status.is_undone());
        Self {
            received: objects.intents.iter().map(|intent| intent.received.minor()).sum(),
            refunded: refunds.map(|refund| refund.amount.minor()).sum(),
            refunds: objects.refunds.iter().map(|refund| refund.amount.minor()).sum(),
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
        // What an attack moved is wrong afterwards, too: one cause is one fault.
        let is_moved = |one: &MerchantFinding| one.slot == slot && one.fault == MerchantFault::HostileMoved;
        if self.result.findings.iter().any(is_moved) {
            return;
        }
        let Some(index) = self.purchases.iter().position(|one| one.plan.slot == slot) else { return };
        let Some(purchase) = self.purchases.get_mut(index) else { return };
        let truth = LedgerTruth::of(&self.provider.objects(slot));
        purchase.was_certain |= truth.succeeded || self.config.fulfill_on == FulfillmentMoment::Held && truth.held;
        purchase.was_charged |= truth.charged > 0;
        let (certain, asked, asked_capture) = (purchase.was_certain, purchase.asked_back, purchase.asked_capture);
        let (was, order) = (purchase.books, purchase.order.clone());
        self.judge_ledger(slot, truth, asked, asked_capture);
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
    fn judge_ledger(&mut self, slot: u64, truth: LedgerTruth, asked: u64, asked_capture: Option<u64>) {
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
        if let Some(asked) = asked_capture {
            self.result.counts.judge(MerchantFault::CapturedTooMuch);
            if truth.received > asked {
                let what = format!("captured {}, asked for {asked}", truth.received);
                self.find(MerchantFault::CapturedTooMuch, slot, what);
            }
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

    /// Notes the money of each purchase for the diagnosis.
    pub(crate) fn note_money(&mut self) {
        for purchase in &self.purchases {
            let slot = purchase.plan.slot;
            let LedgerTruth { received, refunded, refunds, .. } = LedgerTruth::of(&self.provider.objects(slot));
            let undone = refunds.saturating_sub(refunded);
            let (amount, booked) = (purchase.plan.amount, purchase.books.refunded.unwrap_or(0));
            self.result.money.insert(slot, PurchaseMoney { amount, received, refunded, undone, booked });
        }
    }

    /// Judges every purchase at rest.
    pub(crate) fn judge_all(&mut self) {
        if self.result.has_severe() || self.result.incomplete.is_some() || self.result.broken.is_some() {
            return;
        }
        let slots: Vec<u64> = self.purchases.iter().map(|one| one.plan.slot).collect();
        for slot in slots {
            self.judge_now(slot);
            let Some(purchase) = self.purchases.iter().find(|one| one.plan.slot == slot) else { continue };
            let rest = self.at_rest(purchase);
            rest.judged.into_iter().for_each(|fault| self.result.counts.judge(fault));
            rest.found.into_iter().for_each(|(fault, what)| self.find(fault, slot, what));
        }
        self.judge_deliveries();
    }

    /// Judges the deliveries at rest. Chaos lets enough attempts of each arrive, and leaves the last ones alone.
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
            if is_abandoned && refused.saturating_add(unanswered) == 0 {
                // The endpoint is gone.
                continue;
            }
            let found = self.provider.engine().observe(delivery.event).ok().flatten();
            let event = found.as_ref().and_then(Object::as_event);
            let is_of_balance = event.is_some_and(|event| event.event_type == EventType::BalanceAvailable);
            if is_of_balance && self.config.webhook_events.is_none() {
                // It names no order, and the application did not ask for it: all events are the default of this program.
                continue;
            }
            self.result.counts.judge(MerchantFault::NeverAcknowledged);
            if !is_abandoned {
                continue;
            }
            let name = event.map_or("an event", |event| event.event_type.name());
            let what = format!("{name} was refused {refused} times and not answered {unanswered} times");
            self.find(MerchantFault::NeverAcknowledged, slot, what);
        }
    }

    /// Judges that the handler of webhooks does not hang. Waiting until the provider gives up would take too long.
    pub(crate) fn judge_hanging(&mut self) {
        if let Some((slot, attempts)) = self.provider.hanging(MOST_HANGING) {
            let what = format!("{attempts} attempts in a row got no response in time");
            self.find(MerchantFault::NeverAcknowledged, slot, what);
        }
    }

    /// Judges that a request is well-formed for the version that it names.
    pub(crate) fn judge_exchange(&mut self, exchange: &Exchange, owner: u64) {
        self.result.counts.judge(MerchantFault::MalformedRequest);
        let code = exchange.body.pointer("/error/code").and_then(|code| code.as_str()).unwrap_or_default();
        let is_malformed = exchange.status == 400 && (code.starts_with("parameter_") || code == "url_invalid")
            || matches!(exchange.status, 401 | 405);
        if is_malformed {
            let message = exchange.body.pointer("/error/message").and_then(|text| text.as_str()).unwrap_or_default();
            let what = format!("{} {} is answered {}: {message}", exchange.method, exchange.path, exchange.status);
            self.find(MerchantFault::MalformedRequest, owner, what);
        }
    }
}

/// Returns the entry of a fault in a story.
pub(crate) fn fault_text(what: &str) -> String {
    format!("FAULT: {what}")
}
