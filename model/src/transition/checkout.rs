//! The Checkout Session: the customer's payment on its page, and its expiry.

use super::InputExecution;
use crate::notification::Outbox;
use crate::payment::{Confirmer, Payment};
use crate::session::Session;
use crate::{Accepted, Confirm, IntentId, Outcome, PaymentMethod, Rejection, SessionMode, SessionStatus, Target};

impl<const PAYMENTS: usize, const KEYS: usize> InputExecution<'_, PAYMENTS, KEYS> {
    /// Lets the customer pay, or save a method, on the page of an open session. An attempt that the page or the intent
    /// does not permit has no effect.
    pub(super) fn customer_pays(&mut self, intent: IntentId, method: PaymentMethod) -> Outcome {
        let Some(session) = self.state.session.filter(|session| session.status == SessionStatus::Open) else {
            return Ok(Accepted::Nothing);
        };
        let before = *self.state;
        let answer = match session.mode {
            SessionMode::Payment => self.pay(session, intent, method),
            SessionMode::Setup => self.save(method),
        };
        match answer {
            // A rejection because of the model's bounds is still returned.
            Err(end @ (Rejection::BeyondBounds | Rejection::AmountOutOfRange)) => Err(end),
            Err(rejection) if rejection.is_refusal() => {
                *self.state = before;
                self.notifications.clear();
                Ok(Accepted::Nothing)
            }
            Ok(_) | Err(_) => Ok(Accepted::Happened),
        }
    }

    fn pay(&mut self, session: Session, free: IntentId, method: PaymentMethod) -> Outcome {
        let intent = session.intent.unwrap_or(free);
        let answer = if session.intent.is_none() {
            let request = session.intent_request(method);
            self.create_intent(intent, |config, outbox| {
                let (mut payment, outcome) = Payment::create(config, request, outbox)?;
                payment.intent.owned_by_session = true;
                Ok((payment, outcome))
            })
        } else {
            let confirm = Confirm { method: Some(method), ..Confirm::default() };
            self.change_intent(intent, |payment, config, outbox| {
                payment.confirm(config, Confirmer::Page, confirm, outbox)
            })
        };
        if answer.is_err_and(Rejection::is_refusal) {
            return answer;
        }
        self.state.session = Some(Session { intent: Some(intent), ..session });
        if let Some(payment) = self.state.payment(intent) {
            self.session_follows(intent, &payment)?;
        }
        answer
    }

    fn save(&mut self, method: PaymentMethod) -> Outcome {
        let Some(setup) = self.state.setup else {
            let answer = self.create_setup(Some(method), true, true);
            return self.state.setup.map_or(Ok(()), |setup| self.session_follows_setup(setup)).and(answer);
        };
        if !setup.owned_by_session {
            return Err(Rejection::BeyondBounds);
        }
        self.change_setup(|setup, config, outbox| setup.confirm(config, Some(method), outbox))
    }

    /// Expires the session, and cancels the objects that it owns (CHK-1, CHK-4).
    pub(super) fn expire_session(&mut self, session: Session) -> Result<(), Rejection> {
        let mut outbox = Outbox::new(self.notifications, Target::Session);
        self.state.session = Some(session.expire(&mut outbox)?);
        if let Some(intent) = session.intent {
            let _seen = self.change_intent(intent, |payment, config, outbox| payment.abandon(config, outbox))?;
        }
        if self.state.setup.is_some_and(|setup| setup.owned_by_session) {
            let _seen = self.change_setup(|setup, _, outbox| setup.abandon(outbox))?;
        }
        Ok(())
    }
}
