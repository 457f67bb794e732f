//! An acquirer that keeps its own ledger and treats each test method as its row says.

use super::{Acquirer, Answer, Ask, Fault, Faults, Journal, JournalError, NoAnswer, NoFaults, Presence, Reference};
use crate::money::Money;
use crate::test_methods::{Behaviour, Challenge, Decline, TestMethod};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the acquirer's ledger says of one hold or debit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The method it is on.
    pub method: TestMethod,
    /// How much was held or debited.
    pub amount: Money,
    /// How much was taken.
    pub captured: Money,
    /// How much went back without being taken.
    pub released: Money,
    /// How much of what was taken was returned, failed returns excluded.
    pub refunded: Money,
    /// A bank debit that has not settled.
    pub pending: bool,
}

#[derive(Clone, Copy, Debug)]
struct Return {
    hold: Reference,
    amount: Money,
    undone: bool,
}

#[derive(Debug, Default)]
struct Ledger {
    answers: FxHashMap<Reference, Answer>,
    positions: FxHashMap<Reference, Position>,
    returns: FxHashMap<Reference, Return>,
}

/// The simulated acquirer.
pub struct SimulatedAcquirer {
    ledger: Mutex<Ledger>,
    faults: Box<dyn Faults>,
    /// Calls that are still on their way, and that nobody waits for any more.
    late: Mutex<Vec<(Reference, Ask)>>,
    journal: Option<Box<dyn Journal>>,
}

impl Default for SimulatedAcquirer {
    fn default() -> Self {
        Self::new(NoFaults)
    }
}

impl SimulatedAcquirer {
    /// An acquirer with an empty ledger that forgets with its process.
    #[must_use]
    pub fn new(faults: impl Faults + 'static) -> Self {
        Self { ledger: Mutex::default(), faults: Box::new(faults), late: Mutex::default(), journal: None }
    }

    /// An acquirer whose ledger is what `journal` holds, and which writes each effect there before it answers.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be read.
    pub fn on_journal(faults: impl Faults + 'static, journal: impl Journal + 'static) -> Result<Self, JournalError> {
        let mut ledger = Ledger::default();
        for (reference, ask) in journal.read()? {
            ledger.once(reference, &ask);
        }
        let journal: Option<Box<dyn Journal>> = Some(Box::new(journal));
        Ok(Self { ledger: Mutex::new(ledger), faults: Box::new(faults), late: Mutex::default(), journal })
    }

    /// What the ledger says of a hold or debit.
    #[must_use]
    pub fn position(&self, hold: Reference) -> Option<Position> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).positions.get(&hold).copied()
    }

    /// Every hold and debit, in the order of their references.
    #[must_use]
    pub fn positions(&self) -> Vec<(Reference, Position)> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = ledger.positions.iter().map(|(reference, position)| (*reference, *position)).collect();
        all.sort_by_key(|(reference, _)| *reference);
        all
    }

    fn late(&self) -> MutexGuard<'_, Vec<(Reference, Ask)>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn effect(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        if !ledger.answers.contains_key(&reference)
            && let Some(journal) = &self.journal
        {
            journal.append(reference, ask).map_err(|_| NoAnswer)?;
        }
        Ok(ledger.once(reference, ask))
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
            // Whoever asked has given up on this call, so its answer reaches nobody.
            let _ = self.effect(reference, &ask);
        }
        answer
    }
}

impl Ledger {
    /// The effect of `ask` unless the reference had it already; the answer either way.
    fn once(&mut self, reference: Reference, ask: &Ask) -> Answer {
        if let Some(answer) = self.answers.get(&reference) {
            return *answer;
        }
        let answer = self.apply(reference, ask).unwrap_or(Answer::Impossible);
        self.answers.insert(reference, answer);
        answer
    }

    fn apply(&mut self, reference: Reference, ask: &Ask) -> Option<Answer> {
        match ask {
            Ask::Authorize { amount, method, presence, capture, .. } => {
                let answer = issuer(*method, *presence);
                if matches!(answer, Answer::Done | Answer::Pending) {
                    let pending = answer == Answer::Pending;
                    let captured = if *capture && !pending { *amount } else { Money::ZERO };
                    let (released, refunded) = (Money::ZERO, Money::ZERO);
                    let position = Position { method: *method, amount: *amount, captured, released, refunded, pending };
                    self.positions.insert(reference, position);
                }
                Some(answer)
            }
            Ask::Verify { method, presence } => Some(verified(*method, *presence)),
            Ask::Capture { hold, amount, last } => self.positions.get_mut(hold)?.capture(*amount, *last),
            Ask::CaptureAll { hold } => self.positions.get_mut(hold)?.capture_all(),
            Ask::Release { hold } => self.positions.get_mut(hold)?.capture(Money::ZERO, true),
            Ask::Refund { hold, amount, capture_first } => self.refund(reference, *hold, *amount, *capture_first),
            Ask::CancelDebit { debit } => self.positions.get_mut(debit)?.cancel_debit(),
            Ask::DebitOutcome { debit, told } => self.positions.get_mut(debit)?.debit_outcome(*told),
            Ask::RefundOutcome { refund, told } => self.refund_outcome(*refund, *told),
            Ask::CancelRefund { refund } => {
                self.undo(*refund)?;
                Some(Answer::Done)
            }
        }
    }

    fn refund(&mut self, reference: Reference, hold: Reference, amount: Money, capture_first: bool) -> Option<Answer> {
        let position = self.positions.get_mut(&hold)?;
        if capture_first {
            position.capture_all()?;
        }
        let refunded = position.refunded.plus(amount).ok()?;
        if refunded > position.captured {
            return None;
        }
        position.refunded = refunded;
        let row = position.method.row();
        self.returns.insert(reference, Return { hold, amount, undone: false });
        let waits = row.behaviour == Behaviour::RefundPending || row.method_type.settles_later();
        Some(if waits { Answer::Pending } else { Answer::Done })
    }

    fn refund_outcome(
        &mut self,
        refund: Reference,
        told: Option<Result<(), crate::objects::RefundFailure>>,
    ) -> Option<Answer> {
        let hold = self.returns.get(&refund)?.hold;
        let fails = self.positions.get(&hold)?.method.row().behaviour == Behaviour::RefundFails;
        let by_itself = if fails { Err(crate::objects::RefundFailure::ExpiredOrCanceledCard) } else { Ok(()) };
        match told.unwrap_or(by_itself) {
            Ok(()) => Some(Answer::Done),
            Err(failure) => {
                self.undo(refund)?;
                Some(Answer::RefundFailed(failure))
            }
        }
    }

    /// Takes a refund out of the ledger, once.
    fn undo(&mut self, refund: Reference) -> Option<()> {
        let entry = self.returns.get_mut(&refund)?;
        if !entry.undone {
            let position = self.positions.get_mut(&entry.hold)?;
            position.refunded = position.refunded.minus(entry.amount).ok()?;
            entry.undone = true;
        }
        Some(())
    }
}

impl Position {
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

    fn debit_outcome(&mut self, told: Option<Result<(), Decline>>) -> Option<Answer> {
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
        match told.or(by_itself) {
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

/// What the issuer or bank says when a method is to be kept, and no money moves (§2.14): a card that only declines
/// charges, or has no funds, can be kept; a bank account is checked at once, only its debits take days.
fn verified(method: TestMethod, presence: Presence) -> Answer {
    let no_funds = matches!(
        method.row().behaviour,
        Behaviour::DeclineCharge(_) | Behaviour::ChallengeThenDecline(Decline::InsufficientFunds)
    );
    let answer = issuer(method, presence);
    let kept = answer == Answer::Pending || no_funds && matches!(answer, Answer::Declined(_));
    if kept { Answer::Done } else { answer }
}

/// What the issuer or bank says to an attempt with `method` (§2.14).
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
