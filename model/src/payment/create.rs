//! Creation of a PaymentIntent, and its changes before a charge (C4–C6, PI-1 to PI-10).

use super::{Changed, Confirmer, Payment, PaymentIntent};
use crate::notification::Outbox;
use crate::{
    Amount, CaptureMethod, Config, Confirm, Create, Currency, Flow, IntentStatus, LedgerView, NotificationKind,
    PaymentMethod, REFUNDS, Rail, Rejection, Update,
};

impl Payment {
    /// Creates a PaymentIntent, and confirms it if the request says so.
    ///
    /// A decline keeps the intent, although the request failed (PI-4, R23).
    pub(crate) fn create(config: &Config, create: Create, outbox: &mut Outbox<'_>) -> Changed {
        let amount = intent_amount(config, create.amount)?;
        if create.currency == Currency::Unknown {
            return Err(Rejection::InvalidCurrency);
        }
        if create.off_session && !create.confirm {
            return Err(Rejection::OffSessionWithoutConfirm);
        }
        let fee = create.fee.map(positive_fee).transpose()?;
        let transfer = create.transfer.map(positive_transfer).transpose()?;
        let intent = PaymentIntent {
            status: status_without_attempt(create.method),
            amount,
            currency: create.currency,
            capturable: Amount::ZERO,
            received: Amount::ZERO,
            capture_method: create.capture_method,
            confirmation_method: create.confirmation_method,
            payment_method: create.method,
            multicapture_requested: create.multicapture,
            flow: create.flow,
            fee,
            transfer,
            confirmations: 0,
            authenticated: false,
            cancellation_reason: None,
            last_error: None,
            owned_by_session: false,
        };
        intent.check_multicapture(config)?;
        let payment = Self {
            intent,
            charge: None,
            successful_charges: 0,
            refunds: [None; REFUNDS],
            ledger: LedgerView::default(),
        };
        if create.confirm && create.method.is_none() {
            return Err(Rejection::MissingPaymentMethod);
        }
        intent.check_method()?;
        intent.check_connect()?;
        outbox.emit(NotificationKind::IntentCreated)?;
        if !create.confirm {
            return payment.done();
        }
        payment.confirm(
            config,
            Confirmer::Client,
            Confirm { off_session: create.off_session, ..Confirm::default() },
            outbox,
        )
    }

    /// Changes one parameter (PI-5 to PI-10). A new payment method needs a confirmation again.
    pub(crate) fn update(self, config: &Config, update: Update) -> Changed {
        let mut next = self;
        let intent = &mut next.intent;
        match update {
            Update::Amount(number) => intent.amount = intent_amount(config, number)?,
            Update::Method(method) => {
                intent.payment_method = Some(method);
                intent.authenticated = false;
                intent.status = IntentStatus::RequiresConfirmation;
            }
            Update::CaptureMethod(method) => {
                intent.capture_method = method;
                intent.check_multicapture(config)?;
            }
            Update::Fee(number) => intent.fee = Some(positive_fee(number)?),
            Update::Transfer(number) => intent.transfer = Some(positive_transfer(number)?),
            Update::Metadata => {
                if self.intent.status == IntentStatus::Canceled {
                    // No other field of a canceled intent changes, the last error included (C15).
                    let may = config.dialect.metadata_on_canceled;
                    return if may { next.done() } else { Err(Rejection::UnexpectedState) };
                }
                intent.last_error = None;
                return next.done();
            }
        }
        if !self.intent.status.is_open() {
            let amount = matches!(update, Update::Amount(_));
            return Err(if amount { Rejection::AmountFixed } else { Rejection::UnexpectedState });
        }
        if self.intent.owned_by_session {
            return Err(Rejection::OwnedBySession);
        }
        intent.check_method()?;
        intent.check_connect()?;
        intent.last_error = None;
        next.done()
    }
}

impl PaymentIntent {
    /// Checks the request for multicapture: some engines accept it with manual capture only (B12).
    pub(super) fn check_multicapture(&self, config: &Config) -> Result<(), Rejection> {
        let automatic = self.capture_method != CaptureMethod::Manual;
        if self.multicapture_requested && automatic && !config.dialect.accept_multicapture_with_automatic {
            return Err(Rejection::UnexpectedMulticapture);
        }
        Ok(())
    }

    /// Returns an error unless the method supports separate capture where capture is manual (HOLD-7).
    pub(super) fn check_method(&self) -> Result<(), Rejection> {
        let manual = self.capture_method == CaptureMethod::Manual;
        match self.payment_method.map(|method| method.profile().rail) {
            Some(Rail::UsBankAccount | Rail::SepaDebit | Rail::BankTransfer) if manual => {
                Err(Rejection::IncompatibleMethod)
            }
            Some(Rail::Card(_) | Rail::UsBankAccount | Rail::SepaDebit | Rail::BankTransfer) | None => Ok(()),
        }
    }

    /// Checks that fee and transfer amount fit the flow, exclude each other and do not exceed the amount (CON-1, CON-2,
    /// CON-6).
    pub(super) fn check_connect(&self) -> Result<(), Rejection> {
        if self.fee.is_some() && self.flow == Flow::Platform {
            return Err(Rejection::FeeWithoutConnect);
        }
        if self.transfer.is_some() && self.flow != Flow::Destination {
            return Err(Rejection::TransferWithoutDestination);
        }
        if self.fee.is_some() && self.transfer.is_some() {
            return Err(Rejection::FeeAndTransfer);
        }
        if self.fee.is_some_and(|fee| fee > self.amount) {
            return Err(Rejection::FeeTooLarge);
        }
        if self.transfer.is_some_and(|transfer| transfer > self.amount) {
            return Err(Rejection::TransferTooLarge);
        }
        Ok(())
    }
}

/// Returns the status before any attempt: an intent needs a payment method first (C4, C6).
fn status_without_attempt(method: Option<PaymentMethod>) -> IntentStatus {
    match method {
        None => IntentStatus::RequiresPaymentMethod,
        Some(_) => IntentStatus::RequiresConfirmation,
    }
}

/// Returns a client's number as the amount of a payment.
///
/// # Errors
/// Returns a [`Rejection`] if it is below the currency's minimum or has more than eight digits (AMT-2).
pub(crate) fn intent_amount(config: &Config, number: i64) -> Result<Amount, Rejection> {
    if number <= 0 {
        return Err(Rejection::InvalidAmount);
    }
    if number < i64::from(config.dialect.minimum_amount) {
        return Err(Rejection::AmountTooSmall);
    }
    Amount::from_request(number).filter(|amount| *amount <= Amount::MAX).ok_or(Rejection::AmountTooLarge)
}

/// Returns a client's number as a fee.
///
/// # Errors
/// Returns [`Rejection::InvalidFee`] unless it is positive.
pub(super) fn positive_fee(number: i64) -> Result<Amount, Rejection> {
    positive(number).ok_or(Rejection::InvalidFee)
}

/// Returns a client's number as a transfer amount.
///
/// # Errors
/// Returns [`Rejection::InvalidTransfer`] unless it is positive.
pub(super) fn positive_transfer(number: i64) -> Result<Amount, Rejection> {
    positive(number).ok_or(Rejection::InvalidTransfer)
}

fn positive(number: i64) -> Option<Amount> {
    Amount::from_request(number).filter(|amount| !amount.is_zero() && *amount <= Amount::MAX)
}
