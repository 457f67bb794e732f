//! Attempts to pay: confirmation, authentication and the bank's response (C6–C9, C13, C16).

use super::create::{positive_fee, positive_transfer};
use super::{Changed, Charge, Payment};
use crate::notification::Outbox;
use crate::time::{Countdown, DAY, HOUR};
use crate::{
    Account, Amount, Authentication, CancellationReason, CaptureMethod, ChargeStatus, Config, Confirm,
    ConfirmationMethod, Country, Currency, Decline, IntentStatus, Issuer, Network, NotificationKind, PaymentError,
    PaymentMethod, Previous, Rail, Rejection,
};

/// The origin of a confirmation. A payment of a Checkout Session is confirmed on its page only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmer {
    Client,
    Page,
}

impl Payment {
    /// Starts an attempt. It leads to `requires_action`, `processing`, `requires_capture` or `succeeded`, or back to
    /// `requires_payment_method` (PI-22).
    pub(crate) fn confirm(self, config: &Config, who: Confirmer, confirm: Confirm, outbox: &mut Outbox<'_>) -> Changed {
        let mut next = self;
        let intent = &mut next.intent;
        if let Some(number) = confirm.fee {
            intent.fee = Some(positive_fee(number)?);
        }
        if let Some(number) = confirm.transfer {
            intent.transfer = Some(positive_transfer(number)?);
        }
        if let Some(capture_method) = confirm.capture_method {
            intent.capture_method = capture_method;
            intent.check_multicapture(config)?;
        }
        if !self.intent.status.is_open() {
            return Err(Rejection::UnexpectedState);
        }
        if who == Confirmer::Client && self.intent.owned_by_session {
            return Err(Rejection::OwnedBySession);
        }
        if let Some(method) = confirm.method {
            intent.payment_method = Some(method);
            intent.authenticated = false;
        }
        let method = intent.payment_method.ok_or(Rejection::MissingPaymentMethod)?;
        intent.check_method()?;
        intent.check_connect()?;
        if intent.confirmations >= config.dialect.confirm_limit {
            return self.cancel_after_too_many_confirmations(outbox);
        }
        intent.confirmations = intent.confirmations.saturating_add(1);
        intent.last_error = None;
        next.attempt(config, method, confirm.off_session, outbox)
    }

    /// Cancels the intent after one confirmation too many (C16, U13).
    fn cancel_after_too_many_confirmations(self, outbox: &mut Outbox<'_>) -> Changed {
        let mut next = self;
        next.intent.status = IntentStatus::Canceled;
        next.intent.cancellation_reason = Some(CancellationReason::Automatic);
        outbox.emit(NotificationKind::IntentCanceled)?;
        Ok((next, Err(Rejection::TooManyConfirmations)))
    }

    /// Requests the money from the issuer or the bank, unless the customer must authenticate first.
    fn attempt(self, config: &Config, method: PaymentMethod, off_session: bool, outbox: &mut Outbox<'_>) -> Changed {
        let profile = method.profile();
        let authenticated = self.intent.authenticated;
        match (profile.rail, profile.issuer) {
            (Rail::Card(_), Issuer::Challenges | Issuer::ChallengesThenDeclines(_)) if !authenticated => {
                if off_session { self.refuse_off_session(config, outbox) } else { self.challenge(outbox) }
            }
            (Rail::Card(_), Issuer::Declines(decline) | Issuer::ChallengesThenDeclines(decline)) => {
                self.decline(decline, outbox)
            }
            (
                Rail::Card(network),
                Issuer::Approves | Issuer::Challenges | Issuer::FailsLater | Issuer::NeverSettles,
            ) => self.authorize(config, method, network, off_session, outbox),
            (rail @ (Rail::UsBankAccount | Rail::SepaDebit | Rail::BankTransfer), _) => self.process(rail, outbox),
        }
    }

    /// Starts a challenge; no charge exists yet (C7).
    fn challenge(mut self, outbox: &mut Outbox<'_>) -> Changed {
        self.intent.status = IntentStatus::RequiresAction;
        outbox.emit(NotificationKind::IntentRequiresAction)?;
        self.done()
    }

    /// Fails an off-session attempt that needs authentication (PI-19); the dialect decides over a failed charge (P34).
    fn refuse_off_session(mut self, config: &Config, outbox: &mut Outbox<'_>) -> Changed {
        if config.dialect.absent_customer_leaves_charge {
            self.charge = Some(Charge::new(ChargeStatus::Failed, self.intent.amount));
            outbox.emit(NotificationKind::ChargeFailed)?;
        }
        outbox.emit(NotificationKind::IntentPaymentFailed)?;
        let next = self.back_to_payment_method(PaymentError::AuthenticationRequired);
        Ok((next, Err(Rejection::AuthenticationRequired)))
    }

    /// Records a decline; the failed charge stays visible (C13).
    fn decline(mut self, decline: Decline, outbox: &mut Outbox<'_>) -> Changed {
        self.charge = Some(Charge::new(ChargeStatus::Failed, self.intent.amount));
        outbox.emit(NotificationKind::ChargeFailed)?;
        outbox.emit(NotificationKind::IntentPaymentFailed)?;
        let next = self.back_to_payment_method(error_of(decline));
        Ok((next, Err(Rejection::Declined(decline))))
    }

    /// Returns the intent to `requires_payment_method` after a failure, for another attempt (C13).
    fn back_to_payment_method(mut self, error: PaymentError) -> Self {
        self.intent.status = IntentStatus::RequiresPaymentMethod;
        self.intent.payment_method = None;
        self.intent.authenticated = false;
        self.intent.last_error = Some(error);
        self
    }

    /// Authorizes the money, and captures it at once unless capture is manual (C9, C10).
    fn authorize(
        mut self,
        config: &Config,
        method: PaymentMethod,
        network: Network,
        off_session: bool,
        outbox: &mut Outbox<'_>,
    ) -> Changed {
        let amount = self.intent.amount;
        let mut charge = Charge::new(ChargeStatus::Succeeded, amount);
        charge.multicapture_available = self.multicapture_available(config, method, network);
        self.successful_charges = self.successful_charges.saturating_add(1);
        outbox.emit(NotificationKind::ChargeSucceeded)?;
        if self.intent.capture_method != CaptureMethod::Manual {
            self.charge = Some(charge);
            return self.take_all(config, outbox)?.done();
        }
        let window = hold_window(config.account, self.intent.currency, network, off_session);
        charge.hold = Countdown::of(window.saturating_add(config.dialect.expiry_job_delay));
        self.charge = Some(charge);
        self.intent.status = IntentStatus::RequiresCapture;
        self.intent.capturable = amount;
        let previous = Previous { amount: Some(Amount::ZERO), ..Previous::default() };
        outbox.emit_change(NotificationKind::IntentCapturableUpdated, previous)?;
        self.done()
    }

    /// Starts a debit with a pending charge, which the bank answers days later (C8).
    fn process(mut self, rail: Rail, outbox: &mut Outbox<'_>) -> Changed {
        let mut charge = Charge::new(ChargeStatus::Pending, self.intent.amount);
        charge.cancel_window = matches!(rail, Rail::UsBankAccount | Rail::SepaDebit);
        self.charge = Some(charge);
        self.intent.status = IntentStatus::Processing;
        outbox.emit(NotificationKind::IntentProcessing)?;
        outbox.emit(NotificationKind::ChargePending)?;
        self.done()
    }

    /// Applies the customer's result of a challenge. With manual confirmation the server must confirm again;
    /// otherwise the payment continues (PI-16, PI-17).
    pub(crate) fn authenticate(self, config: &Config, result: Authentication, outbox: &mut Outbox<'_>) -> Changed {
        let mut next = self;
        let Some(method) = self.intent.payment_method.filter(|_| self.intent.status == IntentStatus::RequiresAction)
        else {
            return self.unchanged();
        };
        match result {
            Authentication::Abandoned => self.unchanged(),
            Authentication::Fails => {
                outbox.emit(NotificationKind::IntentPaymentFailed)?;
                self.back_to_payment_method(PaymentError::AuthenticationFailure).happened()
            }
            Authentication::Succeeds => {
                next.intent.authenticated = true;
                match self.intent.confirmation_method {
                    ConfirmationMethod::Manual => {
                        next.intent.status = IntentStatus::RequiresConfirmation;
                        next.happened()
                    }
                    ConfirmationMethod::Automatic => next.attempt(config, method, false, outbox)?.0.happened(),
                }
            }
        }
    }

    /// Applies the bank's response to a debit (C8, C13).
    pub(crate) fn settle(mut self, config: &Config, outbox: &mut Outbox<'_>) -> Changed {
        let processing = self.intent.status == IntentStatus::Processing;
        let (Some(charge), Some(method)) = (self.charge.as_mut(), self.intent.payment_method.filter(|_| processing))
        else {
            return self.unchanged();
        };
        match method.profile().issuer {
            Issuer::NeverSettles => return self.unchanged(),
            Issuer::FailsLater | Issuer::Declines(_) | Issuer::ChallengesThenDeclines(_) => {
                charge.status = ChargeStatus::Failed;
                charge.cancel_window = false;
                outbox.emit(NotificationKind::ChargeFailed)?;
                outbox.emit(NotificationKind::IntentPaymentFailed)?;
                return self.back_to_payment_method(PaymentError::AttemptFailed).happened();
            }
            Issuer::Approves | Issuer::Challenges => {}
        }
        charge.status = ChargeStatus::Succeeded;
        charge.cancel_window = false;
        self.successful_charges = self.successful_charges.saturating_add(1);
        outbox.emit(NotificationKind::ChargeSucceeded)?;
        self.take_all(config, outbox)?.happened()
    }

    /// Closes the window in which a debit can be canceled (C18).
    pub(crate) fn close_cancel_window(mut self) -> Changed {
        match self.charge.as_mut() {
            Some(charge) if charge.cancel_window => {
                charge.cancel_window = false;
                self.happened()
            }
            Some(_) | None => self.unchanged(),
        }
    }

    /// Returns whether this authorization supports multicapture. It depends on the request, the account, the card and
    /// the network, and for two networks on the country (B2–B6, B29, B31).
    fn multicapture_available(&self, config: &Config, method: PaymentMethod, network: Network) -> bool {
        let Account { country, multicapture } = config.account;
        let manual = self.intent.capture_method == CaptureMethod::Manual;
        self.intent.multicapture_requested
            && multicapture
            && method.profile().enterprise_features
            && (manual || config.dialect.multicapture_despite_automatic)
            && match network {
                Network::Visa
                | Network::Mastercard
                | Network::Amex
                | Network::Discover
                | Network::Diners
                | Network::CartesBancaires => true,
                Network::UnionPay => country == Country::Us,
                Network::Jcb => matches!(country, Country::Us | Country::Ca | Country::Au | Country::Nz),
            }
    }
}

/// Returns the length of the hold in seconds (HOLD-1 to HOLD-4).
fn hold_window(account: Account, currency: Currency, network: Network, off_session: bool) -> u32 {
    const WEEK: u32 = 7 * DAY;
    const VISA_MERCHANT_INITIATED: u32 = 4 * DAY + 18 * HOUR;
    const JAPAN: u32 = 30 * DAY;
    match (network, account.country, currency) {
        (
            Network::Visa | Network::Mastercard | Network::Jcb | Network::Diners | Network::Discover,
            Country::Jp,
            Currency::Jpy,
        ) => JAPAN,
        (Network::Visa, _, _) if off_session => VISA_MERCHANT_INITIATED,
        (
            Network::Visa
            | Network::Mastercard
            | Network::Amex
            | Network::Discover
            | Network::Diners
            | Network::Jcb
            | Network::UnionPay
            | Network::CartesBancaires,
            _,
            _,
        ) => WEEK,
    }
}

/// Returns `last_payment_error.code` after a decline.
pub(crate) fn error_of(decline: Decline) -> PaymentError {
    match decline {
        Decline::ExpiredCard => PaymentError::ExpiredCard,
        Decline::IncorrectCvc => PaymentError::IncorrectCvc,
        Decline::ProcessingError => PaymentError::ProcessingError,
        Decline::GenericDecline
        | Decline::InsufficientFunds
        | Decline::LostCard
        | Decline::StolenCard
        | Decline::CardVelocityExceeded => PaymentError::CardDeclined,
    }
}
