//! Examples of rejections whose reason applies or does not, of counts at the limit, and of jobs at the deadline.

use super::*;
use Rejection as R;

pub(super) fn reasons() -> Vec<Case> {
    vec![Case("refusals-have-a-true-reason", with_a_reason(), without_a_reason())]
}

pub(super) fn limits() -> Vec<Case> {
    let third = with(fresh(), |p| p.confirmations = 3);
    let last = with(third, |p| p.confirmations = 10);
    let due = with(held(), |p| charge(p).hold_left = Some(0));
    let job = EnvironmentEvent::ExpireHold { intent: PI };
    vec![
        Case(
            "too-many-confirmations-cancel",
            vec![to(third, confirm()).pay(|p| p.confirmations = 4), to(third, confirm()).says(Err(R::InvalidFee))],
            vec![
                to(third, confirm()),
                to(third, confirm()).pay(|p| p.confirmations = 5),
                to(third, confirm()).says(Err(R::InvalidFee)).pay(|p| p.confirmations = 4),
                to(held(), capture(700, false)).pay(|p| p.confirmations = 7),
                to(last, confirm()),
            ],
        ),
        Case(
            "the-job-ends-due-holds-only",
            vec![to(due, job).pay(|p| p.status = IntentStatus::Canceled)],
            vec![to(due, job).says(Ok(Accepted::Nothing))],
        ),
    ]
}

fn money(view: PaymentView, operation: Operation, reason: R) -> Example {
    to(view, operation).says(Err(reason))
}

fn nothing(operation: Operation, reason: R) -> Example {
    Example::empty().by(operation).says(Err(reason))
}

fn saves(view: SetupView, operation: Operation, reason: R) -> Example {
    set_up(view, operation, view).says(Err(reason))
}

fn fee(amount: Option<i64>) -> Operation {
    Operation::RefundFee { intent: PI, amount }
}

fn reversal(amount: Option<i64>) -> Operation {
    Operation::ReverseTransfer { intent: PI, amount }
}

fn transfer(amount: Option<i64>) -> Operation {
    Operation::CreateTransfer { intent: PI, amount }
}

fn cancel(refund: u8) -> Operation {
    Operation::CancelRefund { intent: PI, refund: RefundId(refund) }
}

fn update(method: PaymentMethod) -> Operation {
    Operation::UpdateSetup { method }
}

fn create(change: fn(&mut Create)) -> Operation {
    let mut create = Create::of(1_000);
    change(&mut create);
    Operation::CreateIntent { intent: PI, create }
}

fn page(change: fn(&mut CreateSession)) -> Operation {
    let mut page = CreateSession {
        mode: SessionMode::Payment,
        ui: SessionUi::Hosted,
        amount: 1_000,
        manual: false,
        multicapture: false,
        success_url: true,
        return_url: false,
        expires_in: Some(1_800),
    };
    change(&mut page);
    Operation::CreateSession(page)
}

fn closes(status: SessionStatus) -> Example {
    let page = Example::empty().both(move |seen| seen.session = Some(session(status)));
    page.by(Operation::ExpireSession).says(Err(R::SessionNotOpen))
}

fn with_a_reason() -> Vec<Example> {
    let open = setup(SetupStatus::RequiresConfirmation);
    let owned = SetupView { owned_by_session: true, ..open };
    vec![
        nothing(fee(None), R::NoSuchIntent),
        money(paid(), fee(None), R::NoSuchFee),
        money(sent(), fee(Some(0)), R::InvalidAmount),
        money(sent(), fee(Some(101)), R::FeeRefundTooLarge),
        money(paid(), reversal(None), R::NoSuchTransfer),
        money(sent(), reversal(Some(1_001)), R::ReversalTooLarge),
        money(sent(), transfer(None), R::SourceTransactionUnsupported),
        money(held(), transfer(None), R::NoSuccessfulCharge),
        money(refunded(), cancel(0), R::RefundNotCancelable),
        money(refunded(), cancel(1), R::NoSuchRefund),
        nothing(create(|it| it.amount = 49), R::AmountTooSmall),
        nothing(create(|it| it.currency = Currency::Unknown), R::InvalidCurrency),
        nothing(create(|it| it.fee = Some(1)), R::FeeWithoutConnect),
        nothing(create(|it| it.confirm = true), R::MissingPaymentMethod),
        nothing(page(|it| it.expires_in = Some(1_799)), R::InvalidExpiry),
        nothing(page(|it| it.success_url = false), R::MissingSuccessUrl),
        nothing(page(|it| it.amount = 0), R::InvalidAmount),
        nothing(Operation::ExpireSession, R::NoSuchSession),
        closes(SessionStatus::Complete),
        nothing(update(PaymentMethod::Visa), R::NoSuchSetup),
        saves(owned, update(PaymentMethod::Visa), R::SetupOwnedBySession),
        saves(open, update(PaymentMethod::BankTransfer), R::IncompatibleMethod),
        saves(open, Operation::VerifyMicrodeposits, R::SetupInvalidState),
    ]
}

fn without_a_reason() -> Vec<Example> {
    let open = setup(SetupStatus::RequiresConfirmation);
    let bank = SetupView { payment_method: Some(PaymentMethod::UsBankAccount), ..setup(SetupStatus::RequiresAction) };
    vec![
        money(held(), fee(None), R::NoSuchIntent),
        money(sent(), fee(Some(100)), R::FeeRefundTooLarge),
        money(sent(), fee(None), R::NoSuchFee),
        money(sent(), reversal(None), R::ReversalTooLarge),
        money(paid(), transfer(Some(1)), R::SourceExhausted),
        money(paid(), transfer(Some(1)), R::SourceTransactionUnsupported),
        money(refunded(), cancel(0), R::NoSuchRefund),
        nothing(create(|_| ()), R::AmountTooSmall),
        nothing(create(|it| it.multicapture = true), R::UnexpectedMulticapture),
        nothing(create(|it| it.flow = Flow::Direct), R::FeeWithoutConnect),
        nothing(create(|_| ()), R::NoSuchIntent),
        nothing(page(|_| ()), R::InvalidExpiry),
        nothing(page(|it| it.expires_in = Some(86_400)), R::InvalidExpiry),
        nothing(page(|_| ()), R::MissingReturnUrl),
        closes(SessionStatus::Open),
        saves(open, update(PaymentMethod::Visa), R::SetupUnexpectedState),
        saves(open, update(PaymentMethod::SepaDebit), R::IncompatibleMethod),
        saves(open, Operation::ConfirmSetup { method: None }, R::SetupMissingMethod),
        saves(open, Operation::CancelSetup { reason: None }, R::InvalidReason),
        saves(bank, Operation::VerifyMicrodeposits, R::SetupInvalidState),
    ]
}
