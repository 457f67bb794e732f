//! Examples of rejections whose reason applies, and of those whose reason does not.

use super::*;

pub(super) fn reasons() -> Vec<Case> {
    use Rejection as R;
    let money = |view: PaymentView, operation: Operation, reason| to(view, operation).says(Err(reason));
    let fee = |amount| Operation::RefundFee { intent: PI, amount };
    let reversal = |amount| Operation::ReverseTransfer { intent: PI, amount };
    let transfer = |amount| Operation::CreateTransfer { intent: PI, amount };
    let cancel = |refund| Operation::CancelRefund { intent: PI, refund: RefundId(refund) };
    let nothing = |operation: Operation, reason| Example::empty().by(operation).says(Err(reason));
    let saves = |view: SetupView, operation: Operation, reason| set_up(view, operation, view).says(Err(reason));
    let open = setup(SetupStatus::RequiresConfirmation);
    let owned = SetupView { owned_by_session: true, ..open };
    let bank = SetupView { payment_method: Some(PaymentMethod::UsBankAccount), ..setup(SetupStatus::RequiresAction) };
    let update = |method| Operation::UpdateSetup { method };
    let create = |change: fn(&mut Create)| {
        let mut create = Create::of(1_000);
        change(&mut create);
        Operation::CreateIntent { intent: PI, create }
    };
    let page = |change: fn(&mut CreateSession)| {
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
    };
    let closes = |status| {
        Example::empty()
            .both(move |observation| observation.session = Some(session(status)))
            .by(Operation::ExpireSession)
    };
    vec![Case(
        "refusals-have-a-true-reason",
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
            closes(SessionStatus::Complete).says(Err(R::SessionNotOpen)),
            nothing(update(PaymentMethod::Visa), R::NoSuchSetup),
            saves(owned, update(PaymentMethod::Visa), R::SetupOwnedBySession),
            saves(open, update(PaymentMethod::BankTransfer), R::IncompatibleMethod),
            saves(open, Operation::VerifyMicrodeposits, R::SetupInvalidState),
        ],
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
            closes(SessionStatus::Open).says(Err(R::SessionNotOpen)),
            saves(open, update(PaymentMethod::Visa), R::SetupUnexpectedState),
            saves(open, update(PaymentMethod::SepaDebit), R::IncompatibleMethod),
            saves(open, Operation::ConfirmSetup { method: None }, R::SetupMissingMethod),
            saves(open, Operation::CancelSetup { reason: None }, R::InvalidReason),
            saves(bank, Operation::VerifyMicrodeposits, R::SetupInvalidState),
        ],
    )]
}
