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
    /// A refund is compared with the captured amount, not with what is left of it.
    OverRefund,
    /// A capture does not look at the deadline of the hold.
    LateCapture,
    /// A capture that is sent again under its idempotency key is carried out again.
    DoubleCapture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardState {
    Held,
    Paid,
    Canceled,
}

/// A payment. Amounts are in cents, times in seconds since the engine began.
#[derive(Clone, Copy, Debug)]
pub struct CardPayment {
    pub state: CardState,
    pub manual: bool,
    pub amount: u32,
    pub captured: u32,
    pub refunded: u32,
    deadline: u64,
}

impl CardPayment {
    /// Returns the amount that can still be captured.
    pub fn capturable(&self) -> u32 {
        if self.state == CardState::Held { self.amount - self.captured } else { 0 }
    }
}

/// A request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRefused;

type CardResponse = Result<CardPayment, RequestRefused>;

/// A request, as a client sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardRequest {
    Create { amount: u32, manual: bool },
    Capture { payment: usize, amount: Option<u32> },
    Cancel { payment: usize },
    Refund { payment: usize, amount: Option<u32> },
}

#[derive(Debug, Default)]
pub struct CardEngine {
    pub payments: Vec<CardPayment>,
    pub mistake: Mistake,
    now: u64,
    answered: HashMap<u8, (CardRequest, CardResponse, u64)>,
}

impl CardEngine {
    /// Returns an empty engine with a mistake.
    pub fn new(mistake: Mistake) -> Self {
        Self { mistake, ..Self::default() }
    }

    /// Takes a request. A known key answers as the first time, and refuses another request.
    pub fn take(&mut self, request: CardRequest, key: Option<u8>) -> CardResponse {
        let Some(key) = key else { return self.perform(request) };
        self.answered.retain(|_, (_, _, at)| self.now < *at + KEPT);
        if let Some((first, response, _)) = self.answered.get(&key).copied() {
            return match (request, response) {
                _ if first != request => Err(RequestRefused),
                (CardRequest::Capture { payment, .. }, Ok(before)) if self.mistake == Mistake::DoubleCapture => {
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
            if payment.state == CardState::Held && self.now > payment.deadline && self.mistake != Mistake::LateCapture {
                payment.state = CardState::Canceled;
            }
        }
    }

    fn perform(&mut self, request: CardRequest) -> CardResponse {
        let (now, mistake) = (self.now, self.mistake);
        match request {
            CardRequest::Create { amount, manual } => {
                let (state, captured) = if manual { (CardState::Held, 0) } else { (CardState::Paid, amount) };
                let payment = CardPayment { state, manual, amount, captured, refunded: 0, deadline: now + HOLD };
                self.payments.push(payment);
                Ok(payment)
            }
            CardRequest::Capture { payment, amount } => {
                let payment = self.payments.get_mut(payment).ok_or(RequestRefused)?;
                let amount = amount.unwrap_or(payment.amount);
                let late = now >= payment.deadline && mistake != Mistake::LateCapture;
                if payment.state != CardState::Held || late || amount == 0 || amount > payment.amount {
                    return Err(RequestRefused);
                }
                payment.captured += amount;
                payment.state = CardState::Paid;
                Ok(*payment)
            }
            CardRequest::Cancel { payment } => {
                let payment = self.payments.get_mut(payment).ok_or(RequestRefused)?;
                if payment.state != CardState::Held {
                    return Err(RequestRefused);
                }
                payment.state = CardState::Canceled;
                Ok(*payment)
            }
            CardRequest::Refund { payment, amount } => {
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
