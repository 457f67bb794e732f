//! The steps of customers and of the merchant's staff.

use crate::attack::Attack;
use crate::config::{CustomerSide, MerchantRequest, PurchaseStart};
use crate::http::WebReply;
use crate::purchase::{Purchase, PurchaseStep};
use crate::run::MerchantRun;
use crate::timeline::Party;
use holdfast_engine::command::{EnvironmentEvent, MethodRef};
use holdfast_engine::objects::{IntentStatus, SessionStatus};
use holdfast_engine::time::{DAY, HOUR, MINUTE};
use holdfast_engine::{Object, PaymentIntentId, TestMethod, Time};
use holdfast_server::chaos::Behavior;
use serde_json::Value;

/// The attempts of a customer to start a purchase, and of the staff to repeat a failed request.
const MOST_TRIES: u32 = 4;
/// More confirmations than any payment permits (C16).
const TOO_MANY: u32 = 14;

/// A card or bank account of a customer.
fn method(test: TestMethod) -> &'static str {
    test.row().token
}

impl MerchantRun<'_> {
    /// Executes a step.
    pub(crate) fn act(&mut self, index: usize, step: PurchaseStep) {
        let Some(mut purchase) = self.purchases.get(index).cloned() else { return };
        match step {
            PurchaseStep::Start => self.start(&mut purchase),
            PurchaseStep::Pay => self.pay(&mut purchase),
            PurchaseStep::Authenticate => self.authenticate(&mut purchase),
            PurchaseStep::Return(to) => {
                let reply = self.shop.visit(&to);
                let path = to.splitn(4, '/').nth(3).map_or_else(|| to.clone(), |path| format!("/{path}"));
                self.tell(
                    purchase.plan.slot,
                    Party::Customer,
                    Party::Merchant,
                    format!("returns to {path}: {}", reply.shown()),
                );
            }
            PurchaseStep::Capture => self.capture(&mut purchase),
            PurchaseStep::Cancel => self.cancel(&mut purchase),
            PurchaseStep::Refund(which) => self.refund(&mut purchase, which),
            PurchaseStep::Attack(attack) => self.attack(&purchase, attack),
        }
        if let Some(slot) = self.purchases.get_mut(index) {
            // The judgment during the step has updated these fields of the stored purchase.
            purchase.books = slot.books;
            purchase.was_certain |= slot.was_certain;
            purchase.was_charged |= slot.was_charged;
            *slot = purchase;
        }
    }

    fn start(&mut self, purchase: &mut Purchase) {
        purchase.starts = purchase.starts.saturating_add(1);
        let token = method(self.choose(purchase));
        let reply = self.send_start(purchase, token);
        if purchase.starts == 1 && self.decide(Behavior::CustomerClicksTwice, &purchase.order).is_some() {
            let again = self.send_start(purchase, token);
            self.learn(purchase, &again);
        }
        self.learn(purchase, &reply);
        if purchase.starts == 1 && self.plan.is_hostile {
            for attack in Attack::ALL {
                let at = self.soon(2 * HOUR);
                purchase.add(at, PurchaseStep::Attack(*attack));
            }
        }
        let side = self.flow(purchase).map(|flow| flow.customer);
        self.close_step(purchase.plan.slot);
        if side == Some(CustomerSide::Server) {
            self.after_attempt(purchase, reply.is_success());
        } else if purchase.ways.is_empty() {
            self.retry_start(purchase);
        } else {
            self.plan_payment(purchase);
        }
    }

    fn retry_start(&mut self, purchase: &mut Purchase) {
        if purchase.starts < MOST_TRIES {
            let at = self.soon(5 * MINUTE);
            purchase.add(at, PurchaseStep::Start);
        } else {
            purchase.is_over = true;
        }
    }

    fn plan_payment(&mut self, purchase: &mut Purchase) {
        if self.decide(Behavior::CustomerAbandons, &purchase.order).is_some() {
            purchase.is_over = true;
            self.tell(purchase.plan.slot, Party::Customer, Party::Customer, "leaves without paying");
            return;
        }
        let objects = self.provider.objects(purchase.plan.slot);
        let expires = objects.sessions.iter().map(|session| session.expires_at).max();
        let at = match expires.filter(|_| self.decide(Behavior::CustomerPaysLast, &purchase.order).is_some()) {
            Some(expires) => Time::new(expires.seconds().saturating_sub(1)),
            None => self.soon(10 * MINUTE),
        };
        purchase.add(at, PurchaseStep::Pay);
    }

    /// Returns the method of the next attempt.
    fn choose(&mut self, purchase: &mut Purchase) -> TestMethod {
        let first = purchase.attempts == 0;
        purchase.attempts = purchase.attempts.saturating_add(1);
        if purchase.plan.by_debit {
            return TestMethod::BankSuccess;
        }
        if first && self.decide(Behavior::CustomerDeclinedFirst, &purchase.order).is_some() {
            return TestMethod::Declined;
        }
        if self.decide(Behavior::CustomerChallenged, &purchase.order).is_some() {
            return TestMethod::ChallengeAlways;
        }
        TestMethod::Visa
    }

    fn send_start(&mut self, purchase: &mut Purchase, token: &str) -> WebReply {
        let Some(flow) = self.flow(purchase) else { return WebReply::default() };
        let mut broken = None;
        let amount = purchase.plan.amount.to_string();
        let values = [
            ("{order}", purchase.order.as_str()),
            ("{amount}", amount.as_str()),
            ("{currency}", flow.currency.as_str()),
            ("{payment_method}", token),
        ];
        let reply = match &flow.start {
            PurchaseStart::Request(wanted) => self.shop.ask(wanted, &flow.body, &values),
            PurchaseStart::Command(words) => self.shop.execute(words, &values).unwrap_or_else(|error| {
                broken = Some(format!("flow \"{}\": start: {error}", flow.name));
                WebReply::default()
            }),
        };
        let text = format!("{} ({amount} {}): {}", flow.start, flow.currency, reply.shown());
        purchase.last_start = Some(reply.shown());
        self.tell(purchase.plan.slot, Party::Customer, Party::Merchant, text);
        self.result.broken = self.result.broken.take().or(broken);
        reply
    }

    /// Reads the order's id and what the customer needs.
    fn learn(&self, purchase: &mut Purchase, reply: &WebReply) {
        let Some(flow) = self.flow(purchase).filter(|_| reply.is_success()) else { return };
        let text = |pointer: &str| reply.json.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        if let Some(order) = flow.order.as_deref().and_then(text) {
            purchase.order = order;
        }
        if let Some(way) = text(&flow.pay).filter(|way| !purchase.ways.contains(way)) {
            purchase.ways.push(way);
        }
    }

    fn pay(&mut self, purchase: &mut Purchase) {
        let side = self.flow(purchase).map(|flow| flow.customer);
        if !purchase.plan.by_debit && self.decide(Behavior::CustomerExhausts, &purchase.order).is_some() {
            for _ in 0..TOO_MANY {
                self.pay_once(purchase, TestMethod::Declined);
            }
            self.tell(
                purchase.plan.slot,
                Party::Customer,
                Party::Provider,
                format!("{TOO_MANY} attempts with declined cards"),
            );
            purchase.is_over = true;
            return;
        }
        let test = self.choose(purchase);
        if side.is_some_and(CustomerSide::is_page) {
            self.close_step(purchase.plan.slot);
        }
        self.pay_once(purchase, test);
        self.close_step(purchase.plan.slot);
        self.after_attempt(purchase, true);
    }

    /// Tries to pay in every way that the shop offered: a customer with two open pages pays in both.
    fn pay_once(&mut self, purchase: &mut Purchase, test: TestMethod) {
        let side = self.flow(purchase).map(|flow| flow.customer);
        for way in purchase.ways.clone().iter().rev() {
            let status = match side {
                Some(CustomerSide::Hosted | CustomerSide::Embedded) => self.pay_on_page(purchase, way, test),
                Some(CustomerSide::Client) => {
                    let id = way.split("_secret_").next().unwrap_or_default();
                    let path = format!("/v1/payment_intents/{id}/confirm");
                    let back = ("return_url", "https://shop.test/return");
                    self.provider.call(&path, &[("payment_method", method(test)), back]).0.to_string()
                }
                Some(CustomerSide::Server) | None => continue,
            };
            let text = format!("pays with {}: {status}", method(test));
            self.tell(purchase.plan.slot, Party::Customer, Party::Provider, text);
        }
    }

    fn pay_on_page(&mut self, purchase: &Purchase, way: &str, test: TestMethod) -> String {
        let sessions = self.provider.objects(purchase.plan.slot).sessions;
        let session = sessions.into_iter().find(|one| way.contains(&one.id.to_string()));
        let Some(session) = session else { return "no such page".to_owned() };
        if purchase.plan.by_debit {
            let event =
                EnvironmentEvent::CompleteSession { session: session.id, method: MethodRef::Test(test), email: None };
            return self.provider.engine().inject(session.account, event).status().to_string();
        }
        let form = format!("number={}&expiry=12/34&cvc=123&email=customer@example.com", test.row().number);
        // The frame of an embedded session shows the same page.
        self.browser(&format!("/c/pay/{}?key={:016x}", session.id, session.secret), &form)
    }

    /// Posts a form to a page of the provider, as a browser does.
    fn browser(&self, path: &str, form: &str) -> String {
        let client = crate::http::WebClient::default();
        client.send("POST", &format!("{}{path}", self.provider.origin), &[], form).shown()
    }

    fn authenticate(&mut self, purchase: &mut Purchase) {
        let mut waiting = self.provider.objects(purchase.plan.slot).intents;
        waiting.retain(|intent| intent.status == IntentStatus::RequiresAction);
        let fails = !waiting.is_empty() && self.decide(Behavior::CustomerFailsChallenge, &purchase.order).is_some();
        let passes = !fails;
        for intent in waiting {
            let event = EnvironmentEvent::Authenticate { intent: intent.id, passes };
            let status = self.provider.engine().inject(intent.account, event).status();
            let text = format!("{} authentication: {status}", if passes { "passes" } else { "fails" });
            self.tell(purchase.plan.slot, Party::Customer, Party::Bank, text);
        }
        self.close_step(purchase.plan.slot);
        self.after_attempt(purchase, true);
    }

    /// Decides what follows an attempt to pay, by the state of the payment.
    fn after_attempt(&mut self, purchase: &mut Purchase, was_answered: bool) {
        let objects = self.provider.objects(purchase.plan.slot);
        let status = |wanted: IntentStatus| objects.intents.iter().any(|intent| intent.status == wanted);
        let is_taken = status(IntentStatus::Succeeded) || status(IntentStatus::RequiresCapture);
        if is_taken || status(IntentStatus::Processing) {
            if !was_answered && purchase.starts < MOST_TRIES {
                // The customer saw an error and tries again although the money was taken.
                self.retry_start(purchase);
            }
            if !purchase.is_paid {
                purchase.is_paid = true;
                self.after_payment(purchase, objects.newest().map(|intent| intent.id));
            }
        } else if status(IntentStatus::RequiresAction) {
            let at = self.soon(5 * MINUTE);
            purchase.add(at, PurchaseStep::Authenticate);
        } else if objects.sessions.iter().any(|session| session.status == SessionStatus::Open)
            || (status(IntentStatus::RequiresPaymentMethod)
                && !purchase.ways.is_empty()
                && self.is_in_browser(purchase))
        {
            if purchase.attempts < MOST_TRIES {
                let at = self.soon(5 * MINUTE);
                purchase.add(at, PurchaseStep::Pay);
            }
        } else if !self.is_in_browser(purchase) {
            self.retry_start(purchase);
        }
    }

    fn is_in_browser(&self, purchase: &Purchase) -> bool {
        self.flow(purchase).is_some_and(|flow| flow.customer != CustomerSide::Server)
    }

    fn after_payment(&mut self, purchase: &mut Purchase, intent: Option<PaymentIntentId>) {
        if let Some(to) = self.return_page(purchase, intent)
            && self.decide(Behavior::CustomerClosesPage, &purchase.order).is_none()
        {
            purchase.add(self.now(), PurchaseStep::Return(to.clone()));
            if self.decide(Behavior::CustomerReturnsTwice, &purchase.order).is_some() {
                let at = self.soon(HOUR);
                purchase.add(at, PurchaseStep::Return(to));
            }
        }
        let Some(flow) = self.flow(purchase).cloned() else { return };
        let mut after = self.soon(2 * DAY);
        if flow.capture.is_some() || flow.cancel.is_some() {
            let step = match purchase.plan.staff.capture {
                0 if flow.cancel.is_some() => PurchaseStep::Cancel,
                _ => PurchaseStep::Capture,
            };
            let deadline = self.deadline(purchase).filter(|_| flow.capture.is_some() && step == PurchaseStep::Capture);
            let first = deadline.filter(|_| self.decide(Behavior::HoldExpiresFirst, &purchase.order).is_some());
            let at = first.unwrap_or(after);
            after = at.after(HOUR);
            purchase.add(at, step);
        }
        if flow.refund.is_some() {
            for which in 0..purchase.plan.staff.refunds.len() {
                after = after.after(DAY);
                purchase.add(after, PurchaseStep::Refund(which));
            }
        }
    }

    fn return_page(&self, purchase: &Purchase, intent: Option<PaymentIntentId>) -> Option<String> {
        let flow = self.flow(purchase)?;
        if flow.customer.is_page() {
            let objects = self.provider.objects(purchase.plan.slot);
            let session = objects.sessions.iter().find(|session| session.status == SessionStatus::Complete)?;
            let to = session.success_url.clone().or_else(|| session.return_url.clone())?;
            return Some(to.replace("{CHECKOUT_SESSION_ID}", &session.id.to_string()));
        }
        let id = intent.map(|id| id.to_string()).unwrap_or_default();
        Some(flow.return_page.as_ref()?.replace("{order}", &purchase.order).replace("{payment_intent}", &id))
    }

    /// Returns the deadline of the purchase's hold.
    fn deadline(&self, purchase: &Purchase) -> Option<Time> {
        let objects = self.provider.objects(purchase.plan.slot);
        let held = objects.intents.iter().find(|intent| intent.status == IntentStatus::RequiresCapture)?;
        let charge = self.provider.engine().observe(held.latest_charge?).ok()??;
        charge.as_charge().and_then(|charge| charge.capture_before)
    }

    fn capture(&mut self, purchase: &mut Purchase) {
        let wanted = self.flow(purchase).and_then(|flow| flow.capture.clone());
        let Some(wanted) = wanted else { return };
        let share = if wanted.partial { purchase.plan.staff.capture.max(1) } else { 100 };
        let amount = purchase.plan.amount.saturating_mul(share) / 100;
        let deadline = self.deadline(purchase);
        purchase.asked_capture = Some(purchase.asked_capture.unwrap_or(0).max(amount));
        let reply = self.ask_staff(purchase, &wanted, amount, "capture");
        if reply.is_done() && deadline.is_some_and(|deadline| self.now().after(HOUR) <= deadline) {
            purchase.confirmed.capture = Some(amount);
        }
        self.repeat_if_failed(purchase, &reply, PurchaseStep::Capture);
    }

    fn cancel(&mut self, purchase: &mut Purchase) {
        let wanted = self.flow(purchase).and_then(|flow| flow.cancel.clone());
        let Some(wanted) = wanted else { return };
        let reply = self.ask_staff(purchase, &wanted, 0, "cancel");
        purchase.is_canceled |= reply.is_done();
        self.repeat_if_failed(purchase, &reply, PurchaseStep::Cancel);
    }

    fn refund(&mut self, purchase: &mut Purchase, which: usize) {
        let wanted = self.flow(purchase).and_then(|flow| flow.refund.clone());
        let (Some(wanted), Some(share)) = (wanted, purchase.plan.staff.refunds.get(which).copied()) else { return };
        let objects = self.provider.objects(purchase.plan.slot);
        let received = objects.intents.iter().map(|intent| intent.received.minor()).max().unwrap_or(0);
        let amount = received.saturating_mul(share) / 100;
        if amount == 0 {
            return;
        }
        if purchase.setbacks == 0 {
            purchase.asked_back = purchase.asked_back.saturating_add(amount);
        }
        let reply = self.ask_staff(purchase, &wanted, amount, &format!("refund-{which}"));
        if reply.is_done() {
            purchase.confirmed.refunds = purchase.confirmed.refunds.saturating_add(amount);
        }
        self.repeat_if_failed(purchase, &reply, PurchaseStep::Refund(which));
    }

    fn ask_staff(&mut self, purchase: &Purchase, wanted: &MerchantRequest, amount: u64, name: &str) -> WebReply {
        let (amount, request) = (amount.to_string(), format!("{}-{name}", purchase.order));
        let values = [("{order}", purchase.order.as_str()), ("{amount}", &amount), ("{request}", &request)];
        let reply = self.shop.ask(&wanted.request, &wanted.body, &values);
        let text = format!("staff asks to {name} {amount}: {}", reply.shown());
        self.tell(purchase.plan.slot, Party::Customer, Party::Merchant, text);
        reply
    }

    /// Repeats a request of the staff that ended in a failure of the application; a refusal (4xx) is an answer.
    fn repeat_if_failed(&mut self, purchase: &mut Purchase, reply: &WebReply, step: PurchaseStep) {
        if (reply.status == 0 || reply.status >= 500) && purchase.setbacks < MOST_TRIES {
            purchase.setbacks = purchase.setbacks.saturating_add(1);
            let at = self.soon(HOUR);
            purchase.add(at, step);
        } else {
            purchase.setbacks = 0;
        }
    }

    /// Returns the purchase's session or payment as an object of the engine.
    pub(crate) fn paid_object(&self, purchase: &Purchase) -> Option<Object> {
        let objects = self.provider.objects(purchase.plan.slot);
        let session = objects.sessions.last().map(|session| Object::from(session.clone()));
        session.or_else(|| objects.newest().map(|intent| Object::from(intent.clone())))
    }
}
