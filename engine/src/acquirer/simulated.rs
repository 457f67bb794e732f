//! An acquirer with its own ledger. Each test method behaves as its row in the table states.

use super::{
    Acquirer, Answer, Ask, Effect, Fault, Faults, Ledger, LedgerError, MemoryLedger, NoAnswer, NoFaults, Position,
    Presence, Reference, Return,
};
use crate::money::Money;
use crate::objects::RefundFailure;
use crate::test_methods::{Behaviour, Challenge, Decline, TestMethod};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The simulated acquirer.
pub struct SimulatedAcquirer {
    ledger: Mutex<Box<dyn Ledger>>,
    faults: Box<dyn Faults>,
    /// Calls that timed out and have not arrived yet.
    late: Mutex<Vec<(Reference, Ask)>>,
}

impl Default for SimulatedAcquirer {
    fn default() -> Self {
        Self::new(NoFaults)
    }
}

impl SimulatedAcquirer {
    /// Returns an acquirer with an empty ledger in memory.
    #[must_use]
    pub fn new(faults: impl Faults + 'static) -> Self {
        Self::on_ledger(faults, MemoryLedger::default())
    }

    /// Returns an acquirer that continues `ledger`.
    #[must_use]
    pub fn on_ledger(faults: impl Faults + 'static, ledger: impl Ledger + 'static) -> Self {
        Self { ledger: Mutex::new(Box::new(ledger)), faults: Box::new(faults), late: Mutex::default() }
    }

    /// Returns a hold or debit; `None` if the ledger cannot be read.
    #[must_use]
    pub fn position(&self, hold: Reference) -> Option<Position> {
        self.ledger().position(hold).ok().flatten()
    }

    /// Returns every hold and debit in the order of their references; nothing if the ledger cannot be read.
    #[must_use]
    pub fn positions(&self) -> Vec<(Reference, Position)> {
        self.read_positions().unwrap_or_default()
    }

    /// Returns every hold and debit in the order of their references.
    ///
    /// # Errors
    /// [`LedgerError`] if the ledger cannot be read.
    pub fn read_positions(&self) -> Result<Vec<(Reference, Position)>, LedgerError> {
        self.ledger().positions()
    }

    fn ledger(&self) -> MutexGuard<'_, Box<dyn Ledger>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn late(&self) -> MutexGuard<'_, Vec<(Reference, Ask)>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies `ask` unless its reference was applied before, and returns the answer. A ledger that fails gives no
    /// answer.
    fn effect(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        let mut ledger = self.ledger();
        once(&mut **ledger, reference, ask).map_err(|LedgerError(_)| NoAnswer)
    }
}

impl Acquirer for SimulatedAcquirer {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        let arriving = std::mem::take(&mut *self.late());
        let answer = match self.faults.next() {
            Fault::None => self.effect(reference, ask),
            Fault::TimeoutBefore => Err(NoAnswer),
            Fault::AnswerLost => self.effect(reference, ask).and(Err(NoAnswer)),
            Fault::ArrivesTwice => self.effect(reference, ask).and(self.effect(reference, ask)),
            Fault::ArrivesLate => {
                self.late().push((reference, ask.clone()));
                Err(NoAnswer)
            }
        };
        for (reference, ask) in arriving {
            // The caller has timed out, so the answer is dropped.
            let _ = self.effect(reference, &ask);
        }
        answer
    }
}

fn once(ledger: &mut dyn Ledger, reference: Reference, ask: &Ask) -> Result<Answer, LedgerError> {
    if let Some(answer) = ledger.answer(reference)? {
        return Ok(answer);
    }
    let impossible = Effect { answer: Answer::Impossible, position: None, refund: None };
    let effect = decided(ledger, reference, ask)?.unwrap_or(impossible);
    ledger.note(reference, effect)?;
    Ok(effect.answer)
}

/// Returns the effect of `ask` on the ledger; `None` if the ledger does not allow it.
fn decided(ledger: &dyn Ledger, reference: Reference, ask: &Ask) -> Result<Option<Effect>, LedgerError> {
    let only = |answer| Some(Effect { answer, position: None, refund: None });
    // The effect of `change` on a hold or debit.
    let moved = |hold: Reference, change: &dyn Fn(&mut Position) -> Option<Answer>| {
        let changed = ledger.position(hold)?.and_then(|mut position| Some((change(&mut position)?, position)));
        Ok(changed.map(|(answer, position)| Effect { answer, position: Some((hold, position)), refund: None }))
    };
    match ask {
        Ask::Authorize { amount, method, presence, capture, .. } => {
            let answer = issuer(*method, *presence);
            if !matches!(answer, Answer::Done | Answer::Pending) {
                return Ok(only(answer));
            }
            let pending = answer == Answer::Pending;
            let captured = if *capture && !pending { *amount } else { Money::ZERO };
            let (released, refunded) = (Money::ZERO, Money::ZERO);
            let position = Position { method: *method, amount: *amount, captured, released, refunded, pending };
            Ok(Some(Effect { answer, position: Some((reference, position)), refund: None }))
        }
        Ask::Verify { method, presence } => Ok(only(verified(*method, *presence))),
        Ask::Capture { hold, amount, last } => moved(*hold, &|position| position.capture(*amount, *last)),
        Ask::CaptureAll { hold } => moved(*hold, &Position::capture_all),
        Ask::Release { hold } => moved(*hold, &|position| position.capture(Money::ZERO, true)),
        Ask::Refund { hold, amount, capture_first } => {
            let (hold, amount) = (*hold, *amount);
            let back = Return { hold, amount, undone: false };
            let effect = moved(hold, &|position| position.refund(amount, *capture_first))?;
            Ok(effect.map(|effect| Effect { refund: Some((reference, back)), ..effect }))
        }
        Ask::CancelDebit { debit } => moved(*debit, &Position::cancel_debit),
        Ask::DebitOutcome { debit, reported } => moved(*debit, &|position| position.debit_outcome(*reported)),
        Ask::RefundOutcome { refund, reported } => match outcome(ledger, *refund, *reported)? {
            Some(Err(failure)) => undone(ledger, *refund, Answer::RefundFailed(failure)),
            Some(Ok(())) => Ok(only(Answer::Done)),
            None => Ok(None),
        },
        Ask::CancelRefund { refund } => undone(ledger, *refund, Answer::Done),
    }
}

/// Returns the outcome of a refund, from the test or from the method's row; `None` if there is no such refund.
fn outcome(
    ledger: &dyn Ledger,
    refund: Reference,
    reported: Option<Result<(), RefundFailure>>,
) -> Result<Option<Result<(), RefundFailure>>, LedgerError> {
    let Some(entry) = ledger.refund(refund)? else { return Ok(None) };
    let Some(position) = ledger.position(entry.hold)? else { return Ok(None) };
    let fails = position.method.row().behaviour == Behaviour::RefundFails;
    let by_itself = if fails { Err(RefundFailure::ExpiredOrCanceledCard) } else { Ok(()) };
    Ok(Some(reported.unwrap_or(by_itself)))
}

/// Returns the effect that undoes a refund, once.
fn undone(ledger: &dyn Ledger, refund: Reference, answer: Answer) -> Result<Option<Effect>, LedgerError> {
    let Some(entry) = ledger.refund(refund)? else { return Ok(None) };
    if entry.undone {
        return Ok(Some(Effect { answer, position: None, refund: None }));
    }
    let Some(mut position) = ledger.position(entry.hold)? else { return Ok(None) };
    let Ok(refunded) = position.refunded.minus(entry.amount) else { return Ok(None) };
    position.refunded = refunded;
    let entry = Return { undone: true, ..entry };
    Ok(Some(Effect { answer, position: Some((entry.hold, position)), refund: Some((refund, entry)) }))
}

impl Position {
    fn refund(&mut self, amount: Money, capture_first: bool) -> Option<Answer> {
        if capture_first {
            self.capture_all()?;
        }
        let refunded = self.refunded.plus(amount).ok()?;
        if refunded > self.captured {
            return None;
        }
        self.refunded = refunded;
        let row = self.method.row();
        let waits = row.behaviour == Behaviour::RefundPending || row.method_type.settles_later();
        Some(if waits { Answer::Pending } else { Answer::Done })
    }

    fn capture(&mut self, amount: Money, last: bool) -> Option<Answer> {
        let open = self.amount.minus(self.captured).ok()?.minus(self.released).ok()?;
        let rest = open.minus(amount).ok()?;
        self.captured = self.captured.plus(amount).ok()?;
        if last {
            self.released = self.released.plus(rest).ok()?;
        }
        Some(Answer::Done)
    }

    fn capture_all(&mut self) -> Option<Answer> {
        if !self.released.is_zero() {
            return None;
        }
        self.captured = self.amount;
        Some(Answer::Done)
    }

    fn cancel_debit(&mut self) -> Option<Answer> {
        if !self.pending {
            return Some(Answer::TooLate);
        }
        self.pending = false;
        self.released = self.amount;
        Some(Answer::Done)
    }

    fn debit_outcome(&mut self, reported: Option<Result<(), Decline>>) -> Option<Answer> {
        if !self.pending {
            return Some(if self.captured.is_zero() { Answer::TooLate } else { Answer::Done });
        }
        let by_itself = match self.method.row().behaviour {
            Behaviour::Reject(decline) | Behaviour::RejectLate(decline) => Some(Err(decline)),
            Behaviour::StayProcessing => None,
            Behaviour::Approve
            | Behaviour::Decline(_)
            | Behaviour::DeclineCharge(_)
            | Behaviour::Malformed(_)
            | Behaviour::Challenge(_)
            | Behaviour::ChallengeThenDecline(_)
            | Behaviour::RefundPending
            | Behaviour::RefundFails
            | Behaviour::Settle
            | Behaviour::SettleLate => Some(Ok(())),
        };
        match reported.or(by_itself) {
            None => Some(Answer::Pending),
            Some(Ok(())) => {
                self.pending = false;
                self.captured = self.amount;
                Some(Answer::Done)
            }
            Some(Err(decline)) => {
                self.pending = false;
                self.released = self.amount;
                Some(Answer::Declined(decline))
            }
        }
    }
}

/// Returns the issuer's answer to a verification without money (TST-2). A card that only declines charges, or has no
/// funds, can be kept. A bank account is checked at once; only its debits take days.
fn verified(method: TestMethod, presence: Presence) -> Answer {
    let no_funds = matches!(
        method.row().behaviour,
        Behaviour::DeclineCharge(_) | Behaviour::ChallengeThenDecline(Decline::InsufficientFunds)
    );
    let answer = issuer(method, presence);
    let kept = answer == Answer::Pending || no_funds && matches!(answer, Answer::Declined(_));
    if kept { Answer::Done } else { answer }
}

/// Returns the issuer's answer to an attempt with `method` (TST-1).
fn issuer(method: TestMethod, presence: Presence) -> Answer {
    let challenge = |wanted: bool, then: Answer| match presence.authenticated || !wanted {
        true => then,
        false => Answer::ChallengeRequired,
    };
    match method.row().behaviour {
        Behaviour::Approve | Behaviour::RefundPending | Behaviour::RefundFails => Answer::Done,
        Behaviour::Decline(decline) | Behaviour::DeclineCharge(decline) | Behaviour::Malformed(decline) => {
            Answer::Declined(decline)
        }
        Behaviour::Challenge(Challenge::Always) => challenge(true, Answer::Done),
        Behaviour::Challenge(Challenge::UnlessSetUp) => {
            challenge(!(presence.off_session && presence.set_up), Answer::Done)
        }
        Behaviour::Challenge(Challenge::OnSession) => challenge(!presence.off_session, Answer::Done),
        Behaviour::ChallengeThenDecline(decline) => challenge(true, Answer::Declined(decline)),
        Behaviour::Settle
        | Behaviour::SettleLate
        | Behaviour::Reject(_)
        | Behaviour::RejectLate(_)
        | Behaviour::StayProcessing => Answer::Pending,
    }
}
