//! The money of one payment: the engine's books and the acquirer's account.

use crate::instance::{AUTHORIZED, Asked};

/// The status of the payment in the engine's books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Nothing is authorized.
    #[default]
    Open,
    /// Money is held.
    Held,
    /// Money was captured, and nothing is held any longer.
    Captured,
    /// The hold was released without a capture.
    Released,
}

/// The engine's books of the payment, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentBooks {
    /// The status.
    pub standing: Standing,
    /// The money held and not captured.
    pub held: u8,
    /// The money captured.
    pub captured: u8,
    /// The money returned.
    pub refunded: u8,
}

impl PaymentBooks {
    /// Returns whether the books permit sending this order to the acquirer.
    #[must_use]
    pub fn permit(&self, asked: Asked) -> bool {
        match asked {
            Asked::Confirm => self.standing == Standing::Open,
            Asked::Capture { amount, .. } => self.standing == Standing::Held && amount <= self.held,
            Asked::Refund { amount } => self.captured.checked_sub(self.refunded).is_some_and(|rest| amount <= rest),
            Asked::Cancel => self.standing == Standing::Held && self.captured == 0,
            Asked::Expire => self.standing == Standing::Held,
        }
    }

    /// Returns the books after the acquirer approved: `None` if no amount can hold the result.
    #[must_use]
    pub fn apply(&self, asked: Asked) -> Option<Self> {
        let released = |captured| if captured == 0 { Standing::Released } else { Standing::Captured };
        Some(match asked {
            Asked::Confirm => Self { standing: Standing::Held, held: self.held.checked_add(AUTHORIZED)?, ..*self },
            Asked::Capture { amount, is_final } => {
                let rest = self.held.checked_sub(amount)?;
                let held = if is_final { 0 } else { rest };
                let standing = if held == 0 { Standing::Captured } else { self.standing };
                Self { standing, held, captured: self.captured.checked_add(amount)?, ..*self }
            }
            Asked::Refund { amount } => Self { refunded: self.refunded.checked_add(amount)?, ..*self },
            Asked::Cancel | Asked::Expire => Self { standing: released(self.captured), held: 0, ..*self },
        })
    }
}

/// The acquirer's account of the payment, in minor units. It has no status, only amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AcquirerAccount {
    /// The money held.
    pub held: u8,
    /// The money captured.
    pub captured: u8,
    /// The money returned.
    pub refunded: u8,
}

impl AcquirerAccount {
    /// Returns the account after the order, or `None` if it lacks the money.
    #[must_use]
    pub fn execute(&self, asked: Asked) -> Option<Self> {
        match asked {
            Asked::Confirm => Some(Self { held: self.held.checked_add(AUTHORIZED)?, ..*self }),
            Asked::Capture { amount, is_final } => {
                let rest = self.held.checked_sub(amount)?;
                let held = if is_final { 0 } else { rest };
                Some(Self { held, captured: self.captured.checked_add(amount)?, ..*self })
            }
            Asked::Refund { amount } => {
                let refunded = self.refunded.checked_add(amount)?;
                (refunded <= self.captured).then_some(Self { refunded, ..*self })
            }
            Asked::Cancel | Asked::Expire => (self.held > 0).then_some(Self { held: 0, ..*self }),
        }
    }
}
