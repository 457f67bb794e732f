//! The Checkout Session of one payment or one setup (B15–B27, CHK-1 to CHK-7).

use crate::notification::Outbox;
use crate::payment::{Payment, intent_amount};
use crate::time::{Countdown, DAY, MINUTE};
use crate::{
    Accepted, Amount, CaptureMethod, Config, Create, CreateSession, IntentId, IntentStatus, NotificationKind, Outcome,
    PaymentMethod, PaymentStatus, Rejection, SessionMode, SessionStatus, SessionUi, SessionView, SetupStatus,
};

/// The Checkout Session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Session {
    pub(crate) status: SessionStatus,
    pub(crate) mode: SessionMode,
    pub(crate) ui: SessionUi,
    pub(crate) amount: Amount,
    pub(crate) manual: bool,
    pub(crate) multicapture: bool,
    /// The PaymentIntent, created by the first attempt to pay (B1).
    pub(crate) intent: Option<IntentId>,
    /// Time until it expires; runs while it is open (B16).
    pub(crate) expiry: Countdown,
}

impl Session {
    /// Creates a session (B9, B15, B22, CHK-2, CHK-3).
    ///
    /// # Errors
    /// Returns the [`Rejection`] of the first parameter that is invalid or does not fit the page.
    pub(crate) fn create(config: &Config, request: CreateSession) -> Result<Self, Rejection> {
        const SHORTEST: u32 = 30 * MINUTE;
        let amount = match request.mode {
            SessionMode::Payment => intent_amount(config, request.amount)?,
            SessionMode::Setup => Amount::ZERO,
        };
        match request.ui {
            SessionUi::Hosted if !request.success_url => return Err(Rejection::MissingSuccessUrl),
            SessionUi::Hosted if request.return_url => return Err(Rejection::UnexpectedReturnUrl),
            SessionUi::Embedded if request.success_url => return Err(Rejection::UnexpectedSuccessUrl),
            SessionUi::Embedded if !request.return_url => return Err(Rejection::MissingReturnUrl),
            SessionUi::Hosted | SessionUi::Embedded => {}
        }
        let expires_in = request.expires_in.unwrap_or(DAY);
        if !(SHORTEST..=DAY).contains(&expires_in) {
            return Err(Rejection::InvalidExpiry);
        }
        // Multicapture without `manual` is accepted and has no effect (B10, B11, B23).
        let automatic_is_refused = !config.dialect.accept_multicapture_with_automatic && !request.manual;
        if request.multicapture && (request.mode == SessionMode::Setup || automatic_is_refused) {
            return Err(Rejection::UnexpectedMulticapture);
        }
        Ok(Self {
            status: SessionStatus::Open,
            mode: request.mode,
            ui: request.ui,
            amount,
            manual: request.manual,
            multicapture: request.multicapture,
            intent: None,
            expiry: Countdown::of(expires_in),
        })
    }

    /// Returns the request that creates the PaymentIntent at the customer's first attempt.
    pub(crate) fn intent_request(&self, method: PaymentMethod) -> Create {
        let capture_method = if self.manual { CaptureMethod::Manual } else { CaptureMethod::AutomaticAsync };
        Create {
            method: Some(method),
            capture_method,
            multicapture: self.multicapture,
            confirm: true,
            ..Create::of(i64::from(self.amount.get()))
        }
    }

    /// Completes the session if the payment is at least authorized or in progress at a bank (B27).
    pub(crate) fn follow_payment(self, payment: &Payment, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        match payment.intent.status {
            IntentStatus::Processing | IntentStatus::RequiresCapture | IntentStatus::Succeeded => self.complete(outbox),
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
            | IntentStatus::Canceled => Ok(self),
        }
    }

    /// Completes the session if the payment method is saved or the setup is in progress at a bank.
    pub(crate) fn follow_setup(self, status: SetupStatus, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        match status {
            SetupStatus::Processing | SetupStatus::Succeeded => self.complete(outbox),
            SetupStatus::RequiresPaymentMethod
            | SetupStatus::RequiresConfirmation
            | SetupStatus::RequiresAction
            | SetupStatus::Canceled => Ok(self),
        }
    }

    fn complete(mut self, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        if self.status == SessionStatus::Open {
            self.status = SessionStatus::Complete;
            self.expiry = Countdown::STOPPED;
            outbox.emit(NotificationKind::SessionCompleted)?;
        }
        Ok(self)
    }

    /// Expires the session, by a client's request or at its deadline.
    pub(crate) fn expire(mut self, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        if self.status != SessionStatus::Open {
            return Err(Rejection::SessionNotOpen);
        }
        self.status = SessionStatus::Expired;
        self.expiry = Countdown::STOPPED;
        outbox.emit(NotificationKind::SessionExpired)?;
        Ok(self)
    }

    /// Returns the response that shows the session.
    pub(crate) fn answer(&self) -> Outcome {
        Ok(Accepted::Session { status: self.status })
    }

    /// Returns the visible part. The payment status follows from the PaymentIntent (B25, B27).
    pub(crate) fn view(&self, payment: Option<&Payment>) -> SessionView {
        let paid = payment.is_some_and(|payment| !payment.intent.received.is_zero());
        let payment_status = match self.mode {
            SessionMode::Setup => PaymentStatus::NoPaymentRequired,
            SessionMode::Payment if paid => PaymentStatus::Paid,
            SessionMode::Payment => PaymentStatus::Unpaid,
        };
        SessionView {
            status: self.status,
            mode: self.mode,
            ui: self.ui,
            amount: self.amount,
            manual: self.manual,
            payment_status,
            intent: self.intent.map(|intent| intent.0),
            seconds_left: self.expiry.left(),
        }
    }

    /// Returns the session as two words, for hashing.
    pub(crate) fn words(&self) -> [u64; 2] {
        let flags = [
            self.status as u8,
            self.mode as u8,
            self.ui as u8,
            u8::from(self.manual),
            u8::from(self.multicapture),
            self.intent.map_or(u8::MAX, |intent| intent.0),
        ]
        .into_iter()
        .fold(0, |word, byte| word << 8 | u64::from(byte));
        [flags, u64::from(self.amount.get()) << 32 | u64::from(self.expiry.word())]
    }
}
