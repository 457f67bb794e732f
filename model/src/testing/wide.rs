//! Drawn type-correct states with amounts of the whole range.

use crate::payment::{Charge, Payment, PaymentIntent};
use crate::time::Countdown;
use crate::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, ConfirmationMethod, Currency, Flow, IntentStatus,
    LedgerView, Links, PaymentMethod, REFUNDS, RefundStatus, RefundView, State,
};

/// Returns a state of one payment from choices: `choose(n)` returns a number below `n`, or 0 if `n` is 0.
///
/// Amounts are biased to boundaries: 0, 1, equal to another one, off by one, and the limits. In most states the amounts
/// agree with each other; in the other ones a field or two have any value.
pub fn wide_state(choose: &mut impl FnMut(u32) -> u32) -> State<1, 0> {
    let mut payment = consistent(choose);
    if choose(4) == 0 {
        disturb(&mut payment, choose);
    }
    State { payments: [Some(payment)], ..State::default() }
}

/// Returns an amount up to `most`, biased to its ends.
fn amount(most: u32, choose: &mut impl FnMut(u32) -> u32) -> u32 {
    match choose(6) {
        0 => 0,
        1 => most,
        2 => most.min(1),
        3 => most.saturating_sub(1),
        _ => choose(most.saturating_add(1)),
    }
}

fn pick<T: Copy>(of: &[T], choose: &mut impl FnMut(u32) -> u32) -> Option<T> {
    let count = u32::try_from(of.len()).unwrap_or(u32::MAX);
    usize::try_from(choose(count)).ok().and_then(|index| of.get(index)).copied()
}

fn intent(choose: &mut impl FnMut(u32) -> u32) -> PaymentIntent {
    use CaptureMethod::{Automatic, AutomaticAsync, Manual};
    use PaymentMethod as P;
    const METHODS: [Option<P>; 8] = [
        None,
        Some(P::Visa),
        Some(P::RefundFails),
        Some(P::UsBankAccount),
        Some(P::AuthenticationRequired),
        Some(P::Declined),
        Some(P::SepaDebit),
        Some(P::BankTransfer),
    ];
    let total = amount(Amount::MAX.get().saturating_sub(1), choose).saturating_add(1);
    let flow = pick(&[Flow::Platform, Flow::Direct, Flow::Destination], choose).unwrap_or(Flow::Platform);
    let (fee, transfer) = match (flow, choose(3)) {
        (Flow::Direct | Flow::Destination, 0) => (Some(Amount::new(amount(total, choose))), None),
        (Flow::Destination, 1) => (None, Some(Amount::new(amount(total, choose)))),
        (Flow::Platform | Flow::Direct | Flow::Destination, _) => (None, None),
    };
    let status = pick(IntentStatus::ALL, choose).unwrap_or(IntentStatus::RequiresCapture);
    let manual = status == IntentStatus::RequiresCapture || choose(3) == 0;
    PaymentIntent {
        status,
        amount: Amount::new(total),
        currency: Currency::Usd,
        capturable: Amount::ZERO,
        received: Amount::ZERO,
        capture_method: if manual { Manual } else { pick(&[Automatic, AutomaticAsync], choose).unwrap_or(Automatic) },
        confirmation_method: ConfirmationMethod::Automatic,
        payment_method: pick(&METHODS, choose).flatten(),
        multicapture_requested: manual,
        flow,
        fee,
        transfer,
        confirmations: 1,
        authenticated: choose(2) == 0,
        cancellation_reason: (status == IntentStatus::Canceled).then_some(CancellationReason::Automatic),
        last_error: None,
        owned_by_session: choose(8) == 0,
    }
}

fn consistent(choose: &mut impl FnMut(u32) -> u32) -> Payment {
    let intent = intent(choose);
    let blank = Payment {
        intent,
        charge: None,
        successful_charges: 0,
        refunds: [None; REFUNDS],
        ledger: LedgerView::default(),
    };
    let charge = |status| Some(Charge::new(status, intent.amount));
    match intent.status {
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
            Payment { charge: if choose(2) == 0 { charge(ChargeStatus::Failed) } else { None }, ..blank }
        }
        IntentStatus::Processing => {
            let charge =
                charge(ChargeStatus::Pending).map(|pending| Charge { cancel_window: choose(2) == 0, ..pending });
            Payment { charge, ..blank }
        }
        IntentStatus::Canceled if choose(2) == 0 => blank,
        IntentStatus::RequiresCapture | IntentStatus::Succeeded | IntentStatus::Canceled => approved(blank, choose),
    }
}

/// Returns the payment with an approved charge, its captures, its refunds and its ledger.
fn approved(mut payment: Payment, choose: &mut impl FnMut(u32) -> u32) -> Payment {
    let total = payment.intent.amount.get();
    let manual = payment.intent.capture_method == CaptureMethod::Manual;
    let captured = match payment.intent.status {
        IntentStatus::Succeeded if !manual => total,
        IntentStatus::Succeeded => amount(total.saturating_sub(1), choose).saturating_add(1),
        IntentStatus::Canceled if choose(4) != 0 => 0,
        IntentStatus::RequiresCapture
        | IntentStatus::Canceled
        | IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation
        | IntentStatus::RequiresAction
        | IntentStatus::Processing => amount(total, choose),
    };
    let rest = Amount::new(total.saturating_sub(captured));
    let held = payment.intent.status == IntentStatus::RequiresCapture;
    let waits = payment.intent.status == IntentStatus::Succeeded
        && payment.intent.capture_method == CaptureMethod::AutomaticAsync
        && choose(2) == 0;
    let mut charge = Charge::new(ChargeStatus::Succeeded, payment.intent.amount);
    charge.captured_amount = Amount::new(captured);
    charge.captured = !held && captured != 0;
    charge.multicapture_available = manual && choose(4) != 0;
    charge.captures = if captured == 0 { 0 } else { pick(&[1, 2, 49, 50], choose).unwrap_or(1) };
    charge.hold = Countdown::of(if held { pick(&[3, 600_000, 1], choose).unwrap_or(3) } else { 0 });
    charge.posting = Countdown::of(if waits { pick(&[1, 3_600], choose).unwrap_or(1) } else { 0 });
    (charge.fee_at_first_capture, charge.transfer_at_first_capture) = (choose(4) == 0, choose(4) == 0);
    (charge.fee_latch, charge.transfer_latch) = (choose(4) == 0, choose(4) == 0);
    if held {
        payment.intent.capturable = rest
    } else {
        charge.released = rest
    }
    payment.intent.received = Amount::new(captured);
    payment.successful_charges = 1;
    charge.refunded_amount = Amount::new(refund(&mut payment, captured, choose));
    payment.ledger.refunded = charge.refunded_amount;
    if !waits {
        payment.ledger.charged = Amount::new(captured);
        connect(&mut payment, captured, manual, choose);
        let LedgerView { charged, fees, transfers, .. } = payment.ledger;
        charge.links = Links {
            balance_transaction: !charged.is_zero(),
            transfer: !transfers.is_zero() && payment.intent.flow == Flow::Destination,
            application_fee: !fees.is_zero(),
        };
    }
    payment.charge = Some(charge);
    payment
}

/// Adds refunds of at most `captured`, and returns the sum of those that count.
fn refund(payment: &mut Payment, captured: u32, choose: &mut impl FnMut(u32) -> u32) -> u32 {
    let mut sum = 0_u32;
    let room = choose(4);
    for (slot, _) in payment.refunds.iter_mut().zip(0..room) {
        let rest = captured.saturating_sub(sum);
        if rest == 0 {
            break;
        }
        let given = amount(rest.saturating_sub(1), choose).saturating_add(1);
        let status = pick(RefundStatus::ALL, choose).unwrap_or(RefundStatus::Succeeded);
        if status.counts() {
            sum = sum.saturating_add(given);
        }
        *slot = Some(RefundView { status, amount: Amount::new(given) });
    }
    sum
}

/// Fills the ledger's fees and transfers as the flow permits.
fn connect(payment: &mut Payment, captured: u32, manual: bool, choose: &mut impl FnMut(u32) -> u32) {
    let intent = &payment.intent;
    let or_zero = |amount: Option<Amount>| amount.map_or(0, Amount::get).min(captured);
    let fees = match intent.flow {
        Flow::Platform => 0,
        Flow::Direct | Flow::Destination if manual => amount(captured, choose),
        Flow::Direct | Flow::Destination => or_zero(intent.fee),
    };
    let transfers = match intent.flow {
        Flow::Direct => 0,
        Flow::Platform => amount(captured, choose),
        Flow::Destination if manual => amount(captured, choose),
        Flow::Destination => intent.transfer.map_or(captured, |share| or_zero(Some(share))),
    };
    let ledger = &mut payment.ledger;
    (ledger.fees, ledger.transfers) = (Amount::new(fees), Amount::new(transfers));
    ledger.fees_refunded = Amount::new(amount(fees, choose));
    ledger.reversals = Amount::new(amount(transfers, choose));
}

/// Gives one or two fields any value.
fn disturb(payment: &mut Payment, choose: &mut impl FnMut(u32) -> u32) {
    for _ in 0..choose(2).saturating_add(1) {
        let near = payment.intent.amount.get();
        let any = match choose(6) {
            0 => u32::MAX,
            1 => near.saturating_add(1),
            2 => near.saturating_sub(1),
            3 => choose(3),
            4 => near,
            _ => choose(u32::MAX),
        };
        let any = Amount::new(any);
        let field = choose(16);
        let ledger = &mut payment.ledger;
        match field {
            0 => payment.intent.amount = any,
            1 => payment.intent.capturable = any,
            2 => payment.intent.received = any,
            3 => ledger.charged = any,
            4 => ledger.refunded = any,
            5 => ledger.fees = any,
            6 => ledger.fees_refunded = any,
            7 => ledger.transfers = any,
            8 => ledger.reversals = any,
            9 => payment.intent.fee = Some(any),
            10 => payment.intent.transfer = Some(any),
            _ => {
                let Some(charge) = payment.charge.as_mut() else { continue };
                match field {
                    11 => charge.captured_amount = any,
                    12 => charge.released = any,
                    13 => charge.refunded_amount = any,
                    14 => charge.authorized = any,
                    _ => charge.captured = !charge.captured,
                }
            }
        }
    }
}
