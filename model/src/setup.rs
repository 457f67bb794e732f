//! The SetupIntent: saves a payment method without a charge (C2, C19, SI-1 to SI-13).

use crate::notification::Outbox;
use crate::payment::error_of;
use crate::{
    Accepted, Authentication, CancellationReason, Config, Decline, Issuer, NotificationKind, Outcome, PaymentError,
    PaymentMethod, Rail, Rejection, SetupStatus, SetupView,
};

/// The SetupIntent after a request or an event, with the response; or a rejection that changed nothing.
pub(crate) type SetupChanged = Result<(Setup, Outcome), Rejection>;

/// The SetupIntent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Setup {
    pub(crate) status: SetupStatus,
    pub(crate) payment_method: Option<PaymentMethod>,
    pub(crate) confirmations: u8,
    pub(crate) cancellation_reason: Option<CancellationReason>,
    pub(crate) last_error: Option<PaymentError>,
    pub(crate) owned_by_session: bool,
}

impl Setup {
    /// Creates a SetupIntent, and confirms it if the request says so.
    pub(crate) fn create(
        config: &Config,
        method: Option<PaymentMethod>,
        confirm: bool,
        owned_by_session: bool,
        outbox: &mut Outbox<'_>,
    ) -> SetupChanged {
        if confirm && method.is_none() {
            return Err(Rejection::SetupMissingMethod);
        }
        let status = match method {
            None => SetupStatus::RequiresPaymentMethod,
            Some(_) => SetupStatus::RequiresConfirmation,
        };
        let setup = Self {
            status,
            payment_method: method,
            confirmations: 0,
            cancellation_reason: None,
            last_error: None,
            owned_by_session,
        };
        method.map_or(Ok(()), check_method)?;
        outbox.emit(NotificationKind::SetupCreated)?;
        if confirm { setup.confirm(config, None, outbox) } else { setup.done() }
    }

    /// Changes the payment method, which needs a confirmation again.
    pub(crate) fn update(mut self, method: PaymentMethod) -> SetupChanged {
        self.check_open()?;
        check_method(method)?;
        self.payment_method = Some(method);
        self.status = SetupStatus::RequiresConfirmation;
        self.last_error = None;
        self.done()
    }

    /// Attempts to save the payment method. A missing method is reported before the status (SI-3).
    pub(crate) fn confirm(
        self,
        config: &Config,
        method: Option<PaymentMethod>,
        outbox: &mut Outbox<'_>,
    ) -> SetupChanged {
        let mut next = self;
        let method = method.or(self.payment_method).ok_or(Rejection::SetupMissingMethod)?;
        if !self.status.is_open() {
            return Err(Rejection::SetupUnexpectedState);
        }
        check_method(method)?;
        if self.confirmations >= config.dialect.confirm_limit {
            next.status = SetupStatus::Canceled;
            // The client gave no reason, and the system has none for a setup (SI-12).
            outbox.emit(NotificationKind::SetupCanceled)?;
            return Ok((next, Err(Rejection::TooManySetupConfirmations)));
        }
        next.confirmations = next.confirmations.saturating_add(1);
        next.payment_method = Some(method);
        next.last_error = None;
        next.attempt(method, outbox)
    }

    fn attempt(mut self, method: PaymentMethod, outbox: &mut Outbox<'_>) -> SetupChanged {
        let profile = method.profile();
        match (profile.rail, profile.issuer) {
            (Rail::Card(_), Issuer::Declines(decline)) if !profile.can_be_saved => self.decline(decline, outbox),
            (Rail::Card(_), Issuer::Challenges | Issuer::ChallengesThenDeclines(_)) | (Rail::UsBankAccount, _) => {
                self.status = SetupStatus::RequiresAction;
                outbox.emit(NotificationKind::SetupRequiresAction)?;
                self.done()
            }
            (Rail::SepaDebit | Rail::BankTransfer, _) => {
                self.status = SetupStatus::Processing;
                self.done()
            }
            (Rail::Card(_), Issuer::Approves | Issuer::Declines(_) | Issuer::FailsLater | Issuer::NeverSettles) => {
                self.succeed(outbox)?.done()
            }
        }
    }

    /// Applies the customer's result of a challenge.
    pub(crate) fn authenticate(self, result: Authentication, outbox: &mut Outbox<'_>) -> SetupChanged {
        let Some(profile) =
            self.payment_method.filter(|_| self.status == SetupStatus::RequiresAction).map(PaymentMethod::profile)
        else {
            return self.unchanged();
        };
        if !matches!(profile.rail, Rail::Card(_)) {
            return self.unchanged();
        }
        match (result, profile.issuer) {
            (Authentication::Abandoned, _) => self.unchanged(),
            (Authentication::Fails, _) => {
                outbox.emit(NotificationKind::SetupFailed)?;
                self.back_to_payment_method(PaymentError::SetupAuthenticationFailure).happened()
            }
            // A card without funds can be saved; a card that the issuer declines cannot.
            (Authentication::Succeeds, Issuer::ChallengesThenDeclines(decline))
                if decline != Decline::InsufficientFunds =>
            {
                self.decline(decline, outbox)?.0.happened()
            }
            (
                Authentication::Succeeds,
                Issuer::Approves
                | Issuer::Declines(_)
                | Issuer::Challenges
                | Issuer::ChallengesThenDeclines(_)
                | Issuer::FailsLater
                | Issuer::NeverSettles,
            ) => self.succeed(outbox)?.happened(),
        }
    }

    /// Verifies the two small deposits, which proves ownership of the bank account (SI-8).
    pub(crate) fn verify(self, outbox: &mut Outbox<'_>) -> SetupChanged {
        let bank = self.payment_method.is_some_and(|method| method.profile().rail == Rail::UsBankAccount);
        if self.status != SetupStatus::RequiresAction || !bank {
            return Err(Rejection::SetupInvalidState);
        }
        self.succeed(outbox)?.done()
    }

    /// Applies the bank's response to the mandate.
    pub(crate) fn settle(self, outbox: &mut Outbox<'_>) -> SetupChanged {
        let Some(method) = self.payment_method.filter(|_| self.status == SetupStatus::Processing) else {
            return self.unchanged();
        };
        match method.profile().issuer {
            Issuer::Approves | Issuer::Challenges => self.succeed(outbox)?.happened(),
            Issuer::NeverSettles => self.unchanged(),
            Issuer::FailsLater | Issuer::Declines(_) | Issuer::ChallengesThenDeclines(_) => {
                outbox.emit(NotificationKind::SetupFailed)?;
                self.back_to_payment_method(PaymentError::SetupAttemptFailed).happened()
            }
        }
    }

    /// Cancels the SetupIntent by a client's request, unless it is in progress at a bank or owned by a Checkout Session
    /// (SI-6, SI-7, SI-10).
    pub(crate) fn cancel(mut self, reason: Option<CancellationReason>, outbox: &mut Outbox<'_>) -> SetupChanged {
        match reason {
            Some(CancellationReason::Automatic | CancellationReason::Fraudulent) => {
                return Err(Rejection::InvalidReason);
            }
            Some(
                CancellationReason::Abandoned | CancellationReason::Duplicate | CancellationReason::RequestedByCustomer,
            )
            | None => {}
        }
        self.check_not_owned()?;
        self.check_open()?;
        self.status = SetupStatus::Canceled;
        self.cancellation_reason = reason;
        outbox.emit(NotificationKind::SetupCanceled)?;
        self.done()
    }

    /// Cancels the SetupIntent because its Checkout Session expired.
    pub(crate) fn abandon(mut self, outbox: &mut Outbox<'_>) -> SetupChanged {
        if !self.status.is_open() {
            return self.unchanged();
        }
        self.status = SetupStatus::Canceled;
        self.cancellation_reason = Some(CancellationReason::Abandoned);
        outbox.emit(NotificationKind::SetupCanceled)?;
        self.happened()
    }

    /// Returns an error if a Checkout Session owns the SetupIntent.
    ///
    /// # Errors
    /// Returns [`Rejection::SetupOwnedBySession`] in that case.
    pub(crate) fn check_not_owned(&self) -> Result<(), Rejection> {
        if self.owned_by_session { Err(Rejection::SetupOwnedBySession) } else { Ok(()) }
    }

    fn check_open(&self) -> Result<(), Rejection> {
        if self.status.is_open() { Ok(()) } else { Err(Rejection::SetupUnexpectedState) }
    }

    fn succeed(mut self, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        self.status = SetupStatus::Succeeded;
        outbox.emit(NotificationKind::MethodAttached)?;
        outbox.emit(NotificationKind::SetupSucceeded)?;
        Ok(self)
    }

    fn decline(self, decline: Decline, outbox: &mut Outbox<'_>) -> SetupChanged {
        outbox.emit(NotificationKind::SetupFailed)?;
        Ok((self.back_to_payment_method(error_of(decline)), Err(Rejection::Declined(decline))))
    }

    fn back_to_payment_method(mut self, error: PaymentError) -> Self {
        self.status = SetupStatus::RequiresPaymentMethod;
        self.payment_method = None;
        self.last_error = Some(error);
        self
    }

    fn done(self) -> SetupChanged {
        Ok((self, Ok(Accepted::Setup { status: self.status })))
    }

    fn happened(self) -> SetupChanged {
        Ok((self, Ok(Accepted::Happened)))
    }

    fn unchanged(self) -> SetupChanged {
        Ok((self, Ok(Accepted::Nothing)))
    }

    /// Returns the visible part.
    pub(crate) fn view(&self) -> SetupView {
        SetupView {
            status: self.status,
            payment_method: self.payment_method,
            confirmations: self.confirmations,
            cancellation_reason: self.cancellation_reason,
            last_error: self.last_error,
            owned_by_session: self.owned_by_session,
        }
    }

    /// Returns the SetupIntent as one word, for hashing.
    pub(crate) fn word(&self) -> u64 {
        [
            self.status as u8,
            self.payment_method.map_or(u8::MAX, |method| method as u8),
            self.confirmations,
            self.cancellation_reason.map_or(u8::MAX, |reason| reason as u8),
            self.last_error.map_or(u8::MAX, |error| error as u8),
            u8::from(self.owned_by_session),
        ]
        .into_iter()
        .fold(0, |word, byte| word << 8 | u64::from(byte))
    }
}

/// Returns an error for a bank transfer, which cannot be saved.
///
/// # Errors
/// Returns [`Rejection::IncompatibleMethod`] in that case.
fn check_method(method: PaymentMethod) -> Result<(), Rejection> {
    match method.profile().rail {
        Rail::BankTransfer => Err(Rejection::IncompatibleMethod),
        Rail::Card(_) | Rail::UsBankAccount | Rail::SepaDebit => Ok(()),
    }
}
