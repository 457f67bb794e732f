//! Injects environment events into the engine: customers, banks and networks behave as the payment methods say, and the
//! worker runs when the trace says so.

use holdfast_engine::command::{Command, EnvironmentEvent as EngineEvent, JobKey, JobKind};
use holdfast_engine::objects::{RefundFailure, RefundStatus};
use holdfast_engine::{AccountId, Time};
use holdfast_model::{Authentication, EnvironmentEvent, IntentId, RefundId, RefundPath, RefundProgress};

use super::commands::test;
use super::config::PLATFORM;
use super::names;
use super::{EngineSubject, failed};
use holdfast_harness::subject::Failure;

/// The effect of an event on the engine.
pub(super) enum Move {
    /// No effect: the event cannot happen now.
    Nothing,
    /// A command of the environment or of the worker.
    Ask(AccountId, Command),
    /// The worker runs the due jobs, and prunes old keys.
    Worker,
    /// Time passes.
    Wait(u64),
}

impl EngineSubject {
    pub(super) fn movement(&self, event: &EnvironmentEvent) -> Result<Move, Failure> {
        let of_payment = |intent: IntentId, event: EngineEvent| {
            Ok(Move::Ask(self.index.account_of(intent), Command::Environment(event)))
        };
        match *event {
            EnvironmentEvent::Authenticate { result: Authentication::Abandoned, .. }
            | EnvironmentEvent::AuthenticateSetup { result: Authentication::Abandoned } => Ok(Move::Nothing),
            EnvironmentEvent::Authenticate { intent, result } => {
                let passes = result == Authentication::Succeeds;
                of_payment(intent, EngineEvent::Authenticate { intent: self.index.intent(intent), passes })
            }
            EnvironmentEvent::AuthenticateSetup { result } => {
                let passes = result == Authentication::Succeeds;
                let event = EngineEvent::AuthenticateSetup { intent: self.index.setup(), passes };
                Ok(Move::Ask(PLATFORM, Command::Environment(event)))
            }
            EnvironmentEvent::Settle { intent } => {
                self.job(intent, JobKey::new(JobKind::BankOutcome, self.index.intent(intent)))
            }
            EnvironmentEvent::CloseCancelWindow { intent } => {
                let found = self.engine()?.observe(self.index.intent(intent)).map_err(failed)?;
                let is_open = found
                    .and_then(|object| object.as_payment_intent().and_then(|intent| intent.cancelable_until))
                    .is_some();
                if !is_open {
                    return Ok(Move::Nothing);
                }
                of_payment(intent, EngineEvent::CancelWindowCloses { intent: self.index.intent(intent) })
            }
            EnvironmentEvent::PostToLedger { intent } => {
                self.job(intent, JobKey::new(JobKind::FillLedger, self.index.charge(intent)))
            }
            EnvironmentEvent::ExpireHold { intent } => {
                self.job(intent, JobKey::new(JobKind::ExpireHold, self.index.intent(intent)))
            }
            EnvironmentEvent::Refund { intent, refund, progress } => self.refund_moves(intent, refund, progress),
            EnvironmentEvent::SettleSetup => {
                let event = EngineEvent::MandateAnswered { intent: self.index.setup() };
                Ok(Move::Ask(PLATFORM, Command::Environment(event)))
            }
            EnvironmentEvent::CustomerPays { method, .. } => {
                let (session, method) = (self.index.session(), test(method));
                let event = EngineEvent::CompleteSession { session, method, email: None };
                Ok(Move::Ask(PLATFORM, Command::Environment(event)))
            }
            EnvironmentEvent::PruneKey { .. } => Ok(Move::Worker),
            EnvironmentEvent::Advance { seconds } => Ok(Move::Wait(u64::from(seconds))),
        }
    }

    /// Returns the job, if its object exists.
    fn job(&self, intent: IntentId, job: JobKey) -> Result<Move, Failure> {
        if self.index.followed(intent).is_none() || self.engine()?.observe(job.object).map_err(failed)?.is_none() {
            return Ok(Move::Nothing);
        }
        Ok(Move::Ask(self.index.account_of(intent), Command::Job(job)))
    }

    /// Returns the change of a refund that its payment method permits (REF-2). The networks of a card that refunds at
    /// once never report a failure, and its holder is never asked for details.
    fn refund_moves(&self, intent: IntentId, refund: RefundId, progress: RefundProgress) -> Result<Move, Failure> {
        use RefundStatus::{Pending, RequiresAction, Succeeded};
        let id = self.index.refund(intent, refund);
        let Some(object) = self.engine()?.observe(id).map_err(failed)? else { return Ok(Move::Nothing) };
        let Some(refund) = object.as_refund() else { return Ok(Move::Nothing) };
        let charge = self.engine()?.observe(refund.charge).map_err(failed)?;
        let method = charge.and_then(|object| object.as_charge().map(|charge| charge.test_method));
        let Some(path) = method.and_then(names::payment_method).map(|method| method.profile().refund) else {
            return Ok(Move::Nothing);
        };
        let event = match (path, refund.status, progress) {
            (RefundPath::Pending | RefundPath::AsksCustomer, Pending, RefundProgress::Succeeds) => {
                EngineEvent::RefundReported { refund: id, outcome: Ok(()) }
            }
            (RefundPath::FailsLater, Succeeded, RefundProgress::Fails) => {
                EngineEvent::RefundReported { refund: id, outcome: Err(RefundFailure::ExpiredOrCanceledCard) }
            }
            (RefundPath::AsksCustomer, RequiresAction, RefundProgress::Fails) => {
                return self.job(intent, JobKey::new(JobKind::RefundDetails, id));
            }
            (RefundPath::AsksCustomer, RequiresAction, RefundProgress::DetailsGiven) => {
                EngineEvent::RefundDetailsGiven { refund: id }
            }
            (RefundPath::AsksCustomer, Pending, RefundProgress::Returned) => EngineEvent::RefundReturned { refund: id },
            (
                RefundPath::Immediate | RefundPath::Pending | RefundPath::FailsLater | RefundPath::AsksCustomer,
                _,
                RefundProgress::Succeeds
                | RefundProgress::Fails
                | RefundProgress::DetailsGiven
                | RefundProgress::Returned,
            ) => return Ok(Move::Nothing),
        };
        Ok(Move::Ask(self.index.account_of(intent), Command::Environment(event)))
    }

    /// Lets time pass, and runs each job when it is due.
    pub(super) fn wait(&self, seconds: u64) -> Result<(), Failure> {
        let engine = self.engine()?;
        let end = engine.now().after(seconds);
        while let Some(due) = engine.next_due().map_err(failed)?.filter(|due| *due <= end) {
            let now = Time::new(due.seconds().max(engine.now().seconds()));
            self.clock.advance_to(now);
            let before = engine.next_due().map_err(failed)?;
            self.run_jobs(now)?;
            // A job that stays due, because its object is in use, is left for later; otherwise this loop would not end.
            if engine.next_due().map_err(failed)? == before {
                break;
            }
        }
        self.clock.advance_to(end);
        Ok(())
    }

    fn run_jobs(&self, now: Time) -> Result<(), Failure> {
        let engine = self.engine()?;
        for job in engine.store().due(now, usize::MAX).map_err(failed)? {
            let Some(object) = engine.observe(job.object).map_err(failed)? else { continue };
            let _unseen = self.execute(engine, holdfast_engine::Request::new(object.account(), Command::Job(job)));
        }
        Ok(())
    }
}
