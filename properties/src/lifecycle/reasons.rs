//! Rejections of the operations that no other property judges: each reason must apply.

use holdfast_model::{
    Amount, CancellationReason, CaptureMethod, Config, Create, CreateSession, Currency, Flow, IntentId, Observation,
    Operation, PaymentMethod, PaymentView, Rail, RefundStatus, Rejection, SessionMode, SessionStatus, SessionUi,
    SetupStatus, SetupView,
};

use crate::capture::multicapture;
use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::Step;

/// Shortest and longest life of a Checkout Session, in seconds (CHK-2).
const SESSION_LIFE: std::ops::RangeInclusive<u32> = 1_800..=86_400;

/// If false, a permitted request is rejected: a fee cannot be refunded in parts, a session cannot be open for a day, or
/// a customer's new payment method is refused.
pub(crate) fn refusals_have_a_true_reason<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((operation, reason)) = step.turned_down().filter(|(_, reason)| reason.is_refusal()) else {
        return Judgement::Vacuous;
    };
    // Another property judges a model whose amounts leave their range.
    if reason == Rejection::AmountOutOfRange {
        return Judgement::Vacuous;
    }
    let Some(is_true) = applies(reason, operation, &step.before) else { return Judgement::Vacuous };
    given(true, is_true, || format!("`{}` was rejected with {reason:?}, which does not apply", step.input))
}

/// Returns whether `reason` applies to the operation; `None` if another property judges its rejections.
fn applies(reason: Rejection, operation: &Operation, before: &Observation<'_>) -> Option<bool> {
    let setup = |test: &dyn Fn(&SetupView) -> bool| before.setup.map_or(reason == Rejection::NoSuchSetup, test);
    if let Operation::CreateIntent { create, .. } = operation {
        return Some(applies_to_creation(reason, create, before.config));
    }
    if let Operation::CreateSession(session) = operation {
        return Some(applies_to_session(reason, session, before.config));
    }
    if let Operation::ExpireSession = operation {
        return Some(match before.session {
            None => reason == Rejection::NoSuchSession,
            Some(session) => reason == Rejection::SessionNotOpen && session.status != SessionStatus::Open,
        });
    }
    if let Operation::CreateSetup { method, confirm } = operation {
        let is_missing = reason == Rejection::SetupMissingMethod && *confirm && method.is_none();
        return Some(is_missing || cannot_be_saved(reason, *method));
    }
    if let Operation::UpdateSetup { method } = operation {
        return Some(setup(&|view| cannot_be_saved(reason, Some(*method)) || is_closed(reason, view)));
    }
    if let Operation::ConfirmSetup { method } = operation {
        return Some(setup(&|view| {
            let method = method.or(view.payment_method);
            let is_missing = reason == Rejection::SetupMissingMethod && method.is_none();
            is_missing || cannot_be_saved(reason, method) || is_closed(reason, view)
        }));
    }
    if let Operation::CancelSetup { reason: given } = operation {
        let is_reserved = matches!(given, Some(CancellationReason::Automatic | CancellationReason::Fraudulent));
        let is_invalid = reason == Rejection::InvalidReason && is_reserved;
        return Some(is_invalid || setup(&|view| is_closed(reason, view)));
    }
    if let Operation::VerifyMicrodeposits = operation {
        return Some(setup(&|view| {
            let is_bank = view.payment_method.is_some_and(|method| method.profile().rail == Rail::UsBankAccount);
            reason == Rejection::SetupInvalidState && !(is_bank && view.status == SetupStatus::RequiresAction)
        }));
    }
    applies_to_money_back(reason, operation, before)
}

/// Returns the same for cancellations of refunds, fee refunds, reversals and transfers.
fn applies_to_money_back(reason: Rejection, operation: &Operation, before: &Observation<'_>) -> Option<bool> {
    let payment = |intent: IntentId, test: &dyn Fn(&PaymentView) -> bool| {
        let view = before.payments.get(usize::from(intent.0)).and_then(Option::as_ref);
        Some(view.map_or(reason == Rejection::NoSuchIntent, test))
    };
    let is_invalid = |amount: Option<i64>| reason == Rejection::InvalidAmount && amount.is_some_and(|it| it < 1);
    if let Operation::CancelRefund { intent, refund } = *operation {
        return payment(intent, &|view| match view.refunds.get(usize::from(refund.0)).copied().flatten() {
            None => reason == Rejection::NoSuchRefund,
            Some(found) => reason == Rejection::RefundNotCancelable && found.status != RefundStatus::RequiresAction,
        });
    }
    if let Operation::RefundFee { intent, amount } = *operation {
        if is_invalid(amount) {
            return Some(true);
        }
        return payment(intent, &|view| {
            let has_fee = view.charge.is_some_and(|charge| charge.links.application_fee);
            let rest = view.ledger.fees.minus(view.ledger.fees_refunded);
            reason == Rejection::NoSuchFee && !has_fee
                || has_fee && is_too_large(reason, Rejection::FeeRefundTooLarge, amount, rest)
        });
    }
    if let Operation::ReverseTransfer { intent, amount } = *operation {
        if is_invalid(amount) {
            return Some(true);
        }
        return payment(intent, &|view| {
            let has_transfer = !view.ledger.transfers.is_zero();
            let rest = view.ledger.transfers.minus(view.ledger.reversals);
            reason == Rejection::NoSuchTransfer && !has_transfer
                || has_transfer && is_too_large(reason, Rejection::ReversalTooLarge, amount, rest)
        });
    }
    if let Operation::CreateTransfer { intent, amount } = *operation {
        if is_invalid(amount) {
            return Some(true);
        }
        return payment(intent, &|view| {
            let is_supported = view.flow == Flow::Platform && !multicapture(view);
            let rest = view.received.minus(view.ledger.transfers);
            reason == Rejection::NoSuccessfulCharge && view.received.is_zero()
                || reason == Rejection::SourceTransactionUnsupported && !is_supported
                || is_too_large(reason, Rejection::SourceExhausted, amount, rest)
        });
    }
    None
}

/// Returns whether the reason is `too_large` and the amount exceeds `rest` or is zero. A missing amount means all of
/// `rest`.
fn is_too_large(reason: Rejection, too_large: Rejection, amount: Option<i64>, rest: Option<Amount>) -> bool {
    let rest = rest.map_or(0, |rest| i64::from(rest.get()));
    match amount {
        Some(amount) => reason == too_large && amount > rest,
        None => reason == too_large && rest == 0,
    }
}

/// Returns whether the SetupIntent is closed to clients and `reason` says so.
fn is_closed(reason: Rejection, view: &SetupView) -> bool {
    reason == Rejection::SetupOwnedBySession && view.owned_by_session
        || reason == Rejection::SetupUnexpectedState && !view.status.is_open()
}

/// Returns whether the method is a bank transfer, which cannot be saved, and `reason` says so.
fn cannot_be_saved(reason: Rejection, method: Option<PaymentMethod>) -> bool {
    let is_transfer = method.is_some_and(|method| method.profile().rail == Rail::BankTransfer);
    reason == Rejection::IncompatibleMethod && is_transfer
}

/// Returns whether the reason applies to the amount of a payment (AMT-2, AMT-3).
fn applies_to_amount(reason: Rejection, amount: i64, config: &Config) -> bool {
    reason == Rejection::InvalidAmount && amount < 1
        || reason == Rejection::AmountTooSmall && amount < i64::from(config.dialect.minimum_amount)
        || reason == Rejection::AmountTooLarge && amount > i64::from(Amount::MAX.get())
}

fn applies_to_session(reason: Rejection, session: &CreateSession, config: &Config) -> bool {
    let is_payment = session.mode == SessionMode::Payment;
    let is_hosted = session.ui == SessionUi::Hosted;
    if reason == Rejection::MissingSuccessUrl {
        is_hosted && !session.success_url
    } else if reason == Rejection::UnexpectedSuccessUrl {
        !is_hosted && session.success_url
    } else if reason == Rejection::MissingReturnUrl {
        !is_hosted && !session.return_url
    } else if reason == Rejection::UnexpectedReturnUrl {
        is_hosted && session.return_url
    } else if reason == Rejection::InvalidExpiry {
        session.expires_in.is_some_and(|seconds| !SESSION_LIFE.contains(&seconds))
    } else if reason == Rejection::UnexpectedMulticapture {
        let is_automatic = !session.manual && !config.dialect.accept_multicapture_with_automatic;
        session.multicapture && (!is_payment || is_automatic)
    } else {
        is_payment && applies_to_amount(reason, session.amount, config)
    }
}

fn applies_to_creation(reason: Rejection, create: &Create, config: &Config) -> bool {
    let named = |amount: Option<i64>, test: &dyn Fn(i64) -> bool| amount.is_some_and(test);
    let is_card = |method: PaymentMethod| matches!(method.profile().rail, Rail::Card(_));
    if reason == Rejection::InvalidCurrency {
        create.currency == Currency::Unknown
    } else if reason == Rejection::OffSessionWithoutConfirm {
        create.off_session && !create.confirm
    } else if reason == Rejection::InvalidFee {
        named(create.fee, &is_no_amount)
    } else if reason == Rejection::InvalidTransfer {
        named(create.transfer, &is_no_amount)
    } else if reason == Rejection::UnexpectedMulticapture {
        let is_automatic = create.capture_method != CaptureMethod::Manual;
        create.multicapture && is_automatic && !config.dialect.accept_multicapture_with_automatic
    } else if reason == Rejection::MissingPaymentMethod {
        create.confirm && create.method.is_none()
    } else if reason == Rejection::IncompatibleMethod {
        create.capture_method == CaptureMethod::Manual && create.method.is_some_and(|method| !is_card(method))
    } else if reason == Rejection::FeeWithoutConnect {
        create.fee.is_some() && create.flow == Flow::Platform
    } else if reason == Rejection::TransferWithoutDestination {
        create.transfer.is_some() && create.flow != Flow::Destination
    } else if reason == Rejection::FeeAndTransfer {
        create.fee.is_some() && create.transfer.is_some()
    } else if reason == Rejection::FeeTooLarge {
        named(create.fee, &|fee| fee > create.amount)
    } else if reason == Rejection::TransferTooLarge {
        named(create.transfer, &|transfer| transfer > create.amount)
    } else {
        applies_to_amount(reason, create.amount, config)
    }
}

/// Returns whether the number is not a positive amount of at most eight digits.
fn is_no_amount(number: i64) -> bool {
    number < 1 || number > i64::from(Amount::MAX.get())
}
