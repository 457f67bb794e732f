//! A small card engine: hold, capture, cancel and refund, with idempotency keys and holds that expire.
//!
//! It knows nothing of the harness. [`Mistake`] plants one of three mistakes, so that its tests can show what the
//! harness prints.

use std::collections::HashMap;

/// Seconds that a hold lasts: seven days.
pub const HOLD: u64 = 7 * 86_400;
/// Seconds that an idempotency key is kept.
const KEPT: u64 = 86_400;

/// A mistake on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mistake {
    #[default]
    None,
    /// A refund is compared with the captured amount, not with the refundable remainder.
    OverRefund,
    /// A capture does not look at the deadline of the hold.
    LateCapture,
    /// A capture that is sent again under its idempotency key is carried out again.
    DoubleCapture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShopState {
    Held,
    Paid,
    Canceled,
}

/// A payment. Amounts are in cents, times in seconds since the engine began.
#[derive(Clone, Copy, Debug)]
pub struct ShopPayment {
    pub state: ShopState,
    pub manual: bool,
    pub amount: u32,
    pub captured: u32,
    pub refunded: u32,
    deadline: u64,
}

impl ShopPayment {
    /// Returns the amount that can still be captured.
    pub fn capturable(&self) -> u32 {
        if self.state == ShopState::Held { self.amount - self.captured } else { 0 }
    }
}

/// A request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRefused;

type ShopResponse = Result<ShopPayment, RequestRefused>;

/// A request, as a client sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShopRequest {
    Create { amount: u32, manual: bool },
    Capture { payment: usize, amount: Option<u32> },
    Cancel { payment: usize },
    Refund { payment: usize, amount: Option<u32> },
}

#[derive(Debug, Default)]
pub struct ShopEngine {
    pub payments: Vec<ShopPayment>,
    pub mistake: Mistake,
    now: u64,
    answered: HashMap<u8, (ShopRequest, ShopResponse, u64)>,
}

impl ShopEngine {
    /// Returns an empty engine with a mistake.
    pub fn new(mistake: Mistake) -> Self {
        Self { mistake, ..Self::default() }
    }

    /// Takes a request. A known key answers as the first time, and refuses another request.
    pub fn take(&mut self, request: ShopRequest, key: Option<u8>) -> ShopResponse {
        let Some(key) = key else { return self.perform(request) };
        self.answered.retain(|_, (_, _, at)| self.now < *at + KEPT);
        if let Some((first, response, _)) = self.answered.get(&key).copied() {
            return match (request, response) {
                _ if first != request => Err(RequestRefused),
                (ShopRequest::Capture { payment, .. }, Ok(before)) if self.mistake == Mistake::DoubleCapture => {
                    let payment = self.payments.get_mut(payment).ok_or(RequestRefused)?;
                    payment.captured = payment.captured.saturating_add(before.captured);
                    Ok(*payment)
                }
                _ => response,
            };
        }
        let response = self.perform(request);
        self.answered.insert(key, (request, response, self.now));
        response
    }

    /// Lets time pass. A hold that is past its deadline is released.
    pub fn advance(&mut self, seconds: u64) {
        self.now += seconds;
        for payment in &mut self.payments {
            if payment.state == ShopState::Held && self.now > payment.deadline && self.mistake != Mistake::LateCapture {
                payment.state = ShopState::Canceled;
            }
        }
    }

    fn perform(&mut self, request: ShopRequest) -> ShopResponse {
        let (now, mistake) = (self.now, self.mistake);
        match request {
            ShopRequest::Create { amount, manual } => {
                let (state, captured) = if manual { (ShopState::Held, 0) } else { (ShopState::Paid, amount) };
                let payment = ShopPayment { state, manual, amount, captured, refunded: 0, deadline: now + HOLD };
                self.payments.push(payment);
                Ok(payment)
            }
            ShopRequest::Capture { payment, amount } => {
                let payment = self.payments.get_mut(payment).ok_or(RequestRefused)?;
                let amount = amount.unwrap_or(payment.amount);
                let late = now >= payment.deadline && mistake != Mistake::LateCapture;
                if payment.state != ShopState::Held || late || amount == 0 || amount > payment.amount {
                    return Err(RequestRefused);
                }
                payment.captured += amount;
                payment.state = ShopState::Paid;
                Ok(*payment)
            }
            ShopRequest::Cancel { payment } => {
                let payment = self.payments.get_mut(payment).ok_or(RequestRefused)?;
                if payment.state != ShopState::Held {
                    return Err(RequestRefused);
                }
                payment.state = ShopState::Canceled;
                Ok(*payment)
            }
            ShopRequest::Refund { payment, amount } => {
                let payment = self.payments.get_mut(payment).ok_or(RequestRefused)?;
                let left = payment.captured - payment.refunded;
                let amount = amount.unwrap_or(left);
                let most = if mistake == Mistake::OverRefund { payment.captured } else { left };
                if amount == 0 || amount > most {
                    return Err(RequestRefused);
                }
                payment.refunded += amount;
                Ok(*payment)
            }
        }
    }
}
