//! One purchase in progress: its due steps, and its known ids and amounts.

use crate::attack::Attack;
use crate::books::Books;
use crate::plan::PurchasePlan;
use holdfast_engine::Time;

/// A step of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PurchaseStep {
    /// The customer starts the purchase.
    Start,
    /// The customer pays, on the page or in the browser.
    Pay,
    /// The customer answers the bank's challenge.
    Authenticate,
    /// The customer returns to the shop.
    Return(String),
    /// The staff captures the hold or a part.
    Capture,
    /// The staff cancels the hold.
    Cancel,
    /// The staff refunds; the index of the refund in the plan.
    Refund(usize),
    /// An attacker acts.
    Attack(Attack),
}

/// The amounts that a merchant confirmed to its staff, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfirmedAmounts {
    /// The refunds.
    pub refunds: u64,
    /// The capture.
    pub capture: Option<u64>,
}

/// A purchase in progress.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// Its plan.
    pub plan: PurchasePlan,
    /// The order's id.
    pub order: String,
    /// The steps with their times, in no order.
    pub steps: Vec<(Time, PurchaseStep)>,
    /// The addresses of pages, or the ids of payments, by which the customer can pay.
    pub ways: Vec<String>,
    /// The customer's attempts to pay.
    pub attempts: u32,
    /// The customer's attempts to start.
    pub starts: u32,
    /// The response to the latest of these.
    pub last_start: Option<String>,
    /// The number of consecutive failed requests of the staff.
    pub setbacks: u32,
    /// Whether the customer has paid, or submitted a debit.
    pub is_paid: bool,
    /// Whether the customer gave up.
    pub is_over: bool,
    /// Whether money has been certain at some moment.
    pub was_certain: bool,
    /// Whether a payment has taken or held money at some moment.
    pub was_charged: bool,
    /// The sum of the refunds that the staff asked for, in minor units.
    pub asked_back: u64,
    /// The capture that the staff asked for, in minor units.
    pub asked_capture: Option<u64>,
    /// The confirmed refunds and the confirmed capture, in minor units.
    pub confirmed: ConfirmedAmounts,
    /// Whether the merchant confirmed a cancellation.
    pub is_canceled: bool,
    /// The latest books.
    pub books: Books,
}

impl Purchase {
    /// Returns a purchase that starts at `at`.
    #[must_use]
    pub fn new(plan: PurchasePlan, order: String, at: Time) -> Self {
        Self {
            plan,
            order,
            steps: vec![(at, PurchaseStep::Start)],
            ways: Vec::new(),
            attempts: 0,
            starts: 0,
            last_start: None,
            setbacks: 0,
            is_paid: false,
            is_over: false,
            was_certain: false,
            was_charged: false,
            asked_back: 0,
            asked_capture: None,
            confirmed: ConfirmedAmounts::default(),
            is_canceled: false,
            books: Books::default(),
        }
    }

    /// Adds a step at a time.
    pub fn add(&mut self, at: Time, step: PurchaseStep) {
        self.steps.push((at, step));
    }

    /// Returns the time of the next step.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        self.steps.iter().map(|(at, _)| *at).min()
    }

    /// Takes the earliest step that is due at `now`.
    pub fn take_due(&mut self, now: Time) -> Option<PurchaseStep> {
        let (place, _) =
            self.steps.iter().enumerate().filter(|(_, (at, _))| *at <= now).min_by_key(|(_, (at, _))| *at)?;
        Some(self.steps.remove(place).1)
    }
}
