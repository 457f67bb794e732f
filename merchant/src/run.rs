//! One run: purchases in virtual time, interleaved, until nothing is left to happen.

use crate::config::{FlowConfig, MerchantConfig};
use crate::counts::JudgedCounts;
use crate::diagnosis::PurchaseMoney;
use crate::fault::{MerchantFault, MerchantFinding};
use crate::judge::fault_text;
use crate::plan::RunPlan;
use crate::provider::Provider;
use crate::purchase::Purchase;
use crate::shop::Shop;
use crate::timeline::{Party, TimelineEntry};
use holdfast_engine::command::{JobKey, JobKind};
use holdfast_engine::time::{DAY, MINUTE};
use holdfast_engine::{Clock, Time};
use holdfast_server::chaos::{Behavior, ChaosChoice, Draw, Exchange, Occurrence};
use std::collections::BTreeMap;
use std::time::Instant;

/// The longest run in virtual time.
const HORIZON: u64 = 60 * DAY;
/// The most steps of a run.
const MOST_STEPS: usize = 20_000;

/// The result of a run.
#[derive(Clone, Debug, Default)]
pub struct RunResult {
    /// The faults found.
    pub findings: Vec<MerchantFinding>,
    /// The story.
    pub timeline: Vec<TimelineEntry>,
    /// The occurrences of chaos.
    pub occurred: Vec<Occurrence>,
    /// The requests of the merchant to the API.
    pub exchanges: Vec<Exchange>,
    /// The events of each purchase: the lifecycle transitions.
    pub transitions: BTreeMap<u64, Vec<String>>,
    /// The judgments made.
    pub counts: JudgedCounts,
    /// The number of steps.
    pub steps: usize,
    /// The reason why the run ended early.
    pub incomplete: Option<String>,
    /// A mistake in the file that describes the application, which only a run shows: a command that cannot be executed.
    pub broken: Option<String>,
    /// The money of each purchase at the end.
    pub(crate) money: BTreeMap<u64, PurchaseMoney>,
}

impl RunResult {
    /// Returns the finding of a fault.
    #[must_use]
    pub fn finding(&self, fault: MerchantFault) -> Option<&MerchantFinding> {
        self.findings.iter().find(|finding| finding.fault == fault)
    }

    /// Returns whether a fault was found after which nothing can be judged.
    #[must_use]
    pub fn has_severe(&self) -> bool {
        self.findings.iter().any(|finding| finding.fault.is_severe())
    }

    /// Cuts the story after a fault.
    pub fn cut_after(&mut self, fault: MerchantFault) {
        let text = self.finding(fault).map(|finding| fault_text(&finding.what));
        let place = self.timeline.iter().position(|entry| Some(&entry.text) == text.as_ref());
        if let Some(place) = place {
            self.timeline.truncate(place.saturating_add(1));
        }
    }
}

/// One run in progress.
pub struct MerchantRun<'a> {
    pub(crate) config: &'a MerchantConfig,
    pub(crate) provider: &'a Provider,
    pub(crate) shop: &'a Shop,
    pub(crate) plan: &'a RunPlan,
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) chance: fastrand::Rng,
    pub(crate) result: RunResult,
    noted: usize,
    deadline: Option<Instant>,
    /// The beginning of a wait for books that lag behind.
    pub(crate) rest_since: Option<Instant>,
}

/// An act that can happen next.
#[derive(Clone, Copy)]
enum NextAct {
    Step(usize),
    Job(JobKey),
    Events,
}

/// Runs a plan until `deadline`. `name` makes the orders of this run different from those of others.
#[must_use]
pub fn run(
    config: &MerchantConfig,
    (provider, shop): (&Provider, &Shop),
    plan: &RunPlan,
    name: &str,
    deadline: Option<Instant>,
) -> RunResult {
    if let Err(error) = provider.forget() {
        let incomplete = Some(format!("the provider failed: {error}"));
        return RunResult { incomplete, ..RunResult::default() };
    }
    let choice = ChaosChoice { seed: plan.seed, profile: plan.profile.clone() };
    provider.chaos.restart(choice, plan.only.clone());
    if let Err(incomplete) = provider.settle() {
        return RunResult { incomplete: Some(incomplete), ..RunResult::default() };
    }
    let _ = (provider.chaos.take_exchanges(), provider.timeline.take());
    let mut chance = fastrand::Rng::with_seed(plan.seed.rotate_left(17));
    let begin = provider.app.clock().now();
    let purchases = plan.purchases(config).into_iter().map(|one| {
        let order = format!("{name}-{}", one.slot);
        let wait = if plan.is_plain { 0 } else { chance.u64(0..120) };
        Purchase::new(one, order, begin.after(wait))
    });
    let purchases = purchases.collect();
    let result = RunResult::default();
    let (noted, rest_since) = (0, None);
    let mut run = MerchantRun { config, provider, shop, plan, purchases, chance, result, noted, deadline, rest_since };
    run.drive(begin.after(HORIZON));
    run.judge_all();
    run.count_purchases();
    run.note_money();
    run.result.timeline = provider.timeline.take();
    run.result.occurred = provider.chaos.occurred();
    run.result
}

impl MerchantRun<'_> {
    /// Returns the virtual time.
    pub(crate) fn now(&self) -> Time {
        self.provider.app.clock().now()
    }

    /// Returns the flow of a purchase.
    pub(crate) fn flow(&self, purchase: &Purchase) -> Option<&FlowConfig> {
        self.config.flows.get(purchase.plan.flow)
    }

    /// Decides a behavior of the customer.
    pub(crate) fn decide(&self, behavior: Behavior, subject: &str) -> Option<Draw> {
        self.provider.chaos.decide(behavior, subject)
    }

    /// Adds a message to the story.
    pub(crate) fn tell(&self, slot: u64, from: Party, to: Party, text: impl Into<String>) {
        self.provider.timeline.add(self.now(), slot, from, to, text);
    }

    /// Counts the purchases of each flow that created something, and those that took money.
    fn count_purchases(&mut self) {
        for purchase in &self.purchases {
            let Some(flow) = self.flow(purchase) else { continue };
            let objects = self.provider.objects(purchase.plan.slot);
            let is_created = !objects.intents.is_empty() || !objects.sessions.is_empty();
            let counts = self.result.counts.flows.entry(flow.name.clone()).or_default();
            counts.planned = counts.planned.saturating_add(1);
            counts.created = counts.created.saturating_add(u64::from(is_created));
            counts.paid = counts.paid.saturating_add(u64::from(purchase.was_charged));
            if !is_created {
                counts.failed.clone_from(&purchase.last_start);
            }
        }
    }

    fn drive(&mut self, end: Time) {
        while self.result.steps < MOST_STEPS {
            self.result.steps = self.result.steps.saturating_add(1);
            let candidates = self.candidates();
            let chosen =
                if self.plan.is_plain { candidates.first().copied() } else { self.chance.choice(&candidates).copied() };
            if chosen.is_some() {
                self.rest_since = None;
            }
            match chosen {
                Some(NextAct::Step(index)) => self.step(index),
                Some(NextAct::Job(job)) => self.job(job),
                Some(NextAct::Events) => self.bank_events(),
                None => match self.next_time().filter(|next| *next <= end) {
                    Some(next) => self.advance(next),
                    None if self.lags() => {}
                    None => return,
                },
            }
            if self.result.has_severe() || self.result.broken.is_some() {
                return;
            }
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                self.result.incomplete = Some("the time is up".to_owned());
                return;
            }
        }
        self.result.incomplete = Some("the run did not come to rest".to_owned());
    }

    /// Returns the steps that are due now.
    fn candidates(&self) -> Vec<NextAct> {
        let now = self.now();
        let due = |purchase: &Purchase| purchase.next().is_some_and(|at| at <= now);
        let steps =
            self.purchases.iter().enumerate().filter(|(_, one)| due(one)).map(|(index, _)| NextAct::Step(index));
        let mut found: Vec<NextAct> = steps.collect();
        if self.provider.chaos.next_event().is_some_and(|at| at <= now) {
            found.push(NextAct::Events);
        }
        let mut jobs = self.provider.engine().store().due(now, 1_000).unwrap_or_default();
        if !self.plan.is_plain {
            // Deliveries keep their order unless chaos reorders them.
            jobs.sort_by_key(|job| job.kind == JobKind::Deliver);
        }
        let is_delivery = |job: &JobKey| job.kind == JobKind::Deliver;
        let first = jobs.iter().position(is_delivery);
        let others = jobs.iter().filter(|job| !is_delivery(job)).copied().map(NextAct::Job);
        found.extend(others);
        if let Some(first) = first {
            let mut deliveries: Vec<JobKey> = jobs.split_off(first);
            deliveries.retain(is_delivery);
            found.extend(deliveries.first().copied().map(NextAct::Job));
        }
        found
    }

    fn next_time(&self) -> Option<Time> {
        let steps = self.purchases.iter().filter_map(Purchase::next).min();
        let due = self.provider.app.worker().next_due().ok().flatten();
        steps.into_iter().chain(due).min()
    }

    /// Moves the clock. Requests to the acquirer whose answer was lost are repeated first.
    fn advance(&mut self, to: Time) {
        self.provider.engine().ask_again();
        self.close_step(self.purchases.first().map_or(0, |purchase| purchase.plan.slot));
        let to = to.max(self.now());
        if self.provider.app.clock().advance_to(to).is_err() {
            self.result.incomplete = Some("the clock cannot be moved further".to_owned());
        }
        let _ = self.provider.engine().forget_keys(to);
    }

    fn job(&mut self, job: JobKey) {
        let slot = self.provider.owner(job.object).unwrap_or(0);
        self.provider.begin_step(slot);
        let ran = self.provider.app.worker().run_one(job);
        let text = match job.kind {
            JobKind::ExpireHold => "the hold expires",
            JobKind::FillLedger => "the capture is posted to the ledger",
            JobKind::BankOutcome => "the bank reports the outcome of the debit",
            JobKind::RefundOutcome => "the network reports the outcome of the refund",
            JobKind::RefundDetails => "the time for the customer's details is over",
            JobKind::ExpireSession => "the session expires",
            JobKind::Settle => "the money becomes available",
            JobKind::Deliver => "",
        };
        if matches!(ran, Ok(true)) && !text.is_empty() {
            self.tell(slot, Party::Bank, Party::Provider, text);
        }
        if let Err(error) = ran {
            self.result.incomplete = Some(format!("the provider failed: {error}"));
        }
        self.close_step(slot);
    }

    fn bank_events(&mut self) {
        let count = self.provider.chaos.inject_due(self.provider.engine(), self.now());
        self.tell(0, Party::Bank, Party::Provider, format!("{count} news about refunds"));
        self.close_step(0);
    }

    fn step(&mut self, index: usize) {
        let now = self.now();
        let Some(purchase) = self.purchases.get_mut(index) else { return };
        let slot = purchase.plan.slot;
        let Some(step) = purchase.take_due(now) else { return };
        // A request whose answer was lost is finished before another purchase acts.
        self.provider.begin_step(slot);
        self.act(index, step);
        self.close_step(slot);
    }

    /// Ends a step: reads its effects, records them in the story, and judges the purchase.
    pub(crate) fn close_step(&mut self, slot: u64) {
        for exchange in self.provider.chaos.take_exchanges() {
            let lost = if exchange.is_received { "" } else { " (the response is lost)" };
            let text = format!("{} {}: {}{lost}", exchange.method, exchange.path, exchange.status);
            let owner = self.owner_of(&exchange);
            self.tell(owner, Party::Merchant, Party::Provider, text);
            self.judge_exchange(&exchange, owner);
            self.own_session(&exchange, owner);
            self.provider.own_request(exchange.number, owner);
            self.result.exchanges.push(exchange);
        }
        for event in self.provider.end_step(slot) {
            let owner = self.provider.owner(event.object.id()).unwrap_or(slot);
            self.result.transitions.entry(owner).or_default().push(event.event_type.name().to_owned());
        }
        let occurred = self.provider.chaos.occurred();
        for occurrence in occurred.iter().skip(self.noted) {
            let row = occurrence.occasion.behavior.row();
            let text = format!("chaos {}: {} ({})", row.name, row.what, occurrence.subject);
            self.tell(occurrence.occasion.scope, Party::Provider, Party::Provider, text);
        }
        self.noted = occurred.len();
        self.judge_hanging();
        self.judge_now(slot);
    }

    /// Returns the purchase of a request: the one that it names, or else the one of the present step. An application with
    /// a queue sends requests of one purchase during the step of another.
    fn owner_of(&self, exchange: &Exchange) -> u64 {
        let key = exchange.key.as_deref().unwrap_or_default();
        let is_named = |purchase: &&Purchase| {
            let is_ours = self.flow(purchase).is_some_and(|flow| flow.order.is_none());
            is_ours && (names(&exchange.form, &purchase.order) || names(key, &purchase.order))
        };
        self.purchases.iter().find(is_named).map_or(exchange.scope, |purchase| purchase.plan.slot)
    }

    /// Gives the session of a response to its purchase. Sessions have no event of their own when they are created.
    fn own_session(&self, exchange: &Exchange, owner: u64) {
        let id = exchange.body.get("id").and_then(|id| id.as_str());
        let is_session = exchange.body.get("object").is_some_and(|object| object == "checkout.session");
        if let Some(id) = id.filter(|_| is_session).and_then(|id| id.parse().ok()) {
            self.provider.own(id, owner);
        }
    }

    /// Returns a moment up to `most` seconds from now.
    pub(crate) fn soon(&mut self, most: u64) -> Time {
        let wait = if self.plan.is_plain { most.min(MINUTE) } else { self.chance.u64(1..most.max(2)) };
        self.now().after(wait)
    }
}

/// Returns whether a text has an order's name as a word of its own.
fn names(text: &str, order: &str) -> bool {
    text.match_indices(order).any(|(place, _)| {
        let (before, after) = (text.get(..place), text.get(place.saturating_add(order.len())..));
        let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        !is_word(before.and_then(|text| text.chars().next_back()))
            && !is_word(after.and_then(|text| text.chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_named_as_a_word() {
        assert!(names("metadata[order]=order-1-2&amount=1", "order-1-2") && names("hold-order-1-2-1", "order-1-2"));
        assert!(!names("metadata[order]=order-1-20", "order-1-2") && !names("order=reorder-1-2", "order-1-2"));
    }
}
