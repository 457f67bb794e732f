//! Examples of causes of notifications.

use super::*;

/// The kinds whose causes one property states.
const KINDS: [Kind; 14] = [
    Kind::IntentRequiresAction,
    Kind::IntentCapturableUpdated,
    Kind::IntentPaymentFailed,
    Kind::ChargePending,
    Kind::ChargeFailed,
    Kind::ChargeUpdated,
    Kind::ChargeExpired,
    Kind::ChargeRefunded,
    Kind::RefundCreated,
    Kind::RefundUpdated,
    Kind::ChargeRefundUpdated,
    Kind::RefundFailed,
    Kind::FeeRefunded,
    Kind::TransferReversed,
];

pub(super) fn causes() -> Vec<Case> {
    let rule = "payment-notifications-have-a-cause";
    let no = Err(Rejection::Declined(Decline::GenericDecline));
    let nothing = |kind: Kind| to(held(), update(Update::Metadata)).notifies(&[kind]);
    let decline = to(ready(PaymentMethod::Declined), confirm()).says(no).pay(declined);
    let abandoned = to(challenged(), advance(1)).pay(|p| {
        declined(p);
        p.last_error = Some(PaymentError::AuthenticationFailure);
    });
    let failed =
        to(refunded(), EnvironmentEvent::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Fails })
            .pay(|p| p.refunds[0] = Some(RefundView { status: RefundStatus::Failed, amount: a(200) }));
    let returned = to(
        refunded(),
        EnvironmentEvent::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Succeeds },
    )
    .pay(|p| p.refunds[0] = Some(RefundView { status: RefundStatus::Pending, amount: a(200) }));
    let expired = to(held(), EnvironmentEvent::ExpireHold { intent: PI }).pay(|p| *p = canceled());
    let piece = to(held(), capture(700, false)).pay(|p| take(p, 700));
    let whole = to(single(), capture(None, None)).pay(|p| {
        take(p, 1000);
        end(p);
    });
    vec![
        Case(rule, vec![], KINDS.into_iter().map(nothing).collect()),
        Case(
            rule,
            vec![
                to(fresh(), confirm()).pay(|p| *p = challenged()).notifies(&[Kind::IntentRequiresAction]),
                decline.clone().notifies(&[Kind::ChargeFailed, Kind::IntentPaymentFailed]),
                abandoned.clone().notifies(&[Kind::IntentPaymentFailed]),
                piece.clone().notifies(&[Kind::ChargeUpdated, Kind::IntentCapturableUpdated]),
                to(done(), refund(200)).pay(|p| give_back(p, 200, 0)).notifies(&[Kind::RefundCreated]),
                failed.clone().notifies(&[Kind::RefundFailed, Kind::RefundUpdated, Kind::ChargeRefundUpdated]),
                expired.clone().notifies(&[Kind::ChargeExpired]),
                to(held(), cancel()).pay(|p| *p = canceled()).notifies(&[Kind::ChargeRefunded]),
                // These leave further events open (EVT-21, U12).
                to(processing(), cancel()).pay(|p| p.status = IntentStatus::Canceled).notifies(&[Kind::ChargeFailed]),
                to(partly(), EnvironmentEvent::ExpireHold { intent: PI }).pay(end).notifies(&[Kind::ChargeExpired]),
            ],
            vec![
                abandoned.clone().notifies(&[Kind::ChargeFailed]),
                returned.notifies(&[Kind::RefundFailed]),
                expired.notifies(&[Kind::ChargeRefunded]),
                to(held(), cancel()).pay(|p| *p = canceled()).notifies(&[Kind::ChargeExpired]),
                whole.clone().notifies(&[Kind::ChargeUpdated]),
                whole.notifies(&[Kind::IntentCapturableUpdated]),
                created(manual(), fresh()).notifies(&[Kind::FeeRefunded]),
            ],
        ),
        absent_customers(rule),
        effects(),
        setup_causes(),
        setup_effects(),
    ]
}

/// Examples of the choice whether an attempt without the customer leaves a failed charge (P34).
fn absent_customers(rule: &'static str) -> Case {
    let refused = absent_customer().notifies(&[Kind::ChargeFailed, Kind::IntentPaymentFailed]);
    Case(rule, vec![refused.clone().both(leaves_charge)], vec![refused])
}

/// An attempt without the customer that needs authentication; nothing is notified yet.
fn absent_customer() -> Example {
    let confirm = Confirm { off_session: true, ..Confirm::default() };
    to(ready(PaymentMethod::AuthenticationRequired), Operation::ConfirmIntent { intent: PI, confirm })
        .says(Err(Rejection::AuthenticationRequired))
        .pay(|p| {
            declined(p);
            p.last_error = Some(PaymentError::AuthenticationRequired);
        })
}

fn leaves_charge(snapshot: &mut Snapshot) {
    snapshot.config.dialect.absent_customer_leaves_charge = true;
}

fn effects() -> Case {
    let lost = Err(Rejection::AnswerLost);
    let back = to(done(), refund(200)).pay(|p| give_back(p, 200, 0)).says(lost);
    let piece = to(held(), capture(700, false)).pay(|p| take(p, 700)).says(lost);
    let pays = EnvironmentEvent::CustomerPays { intent: PI, method: PaymentMethod::Declined };
    let on_page = to(fresh(), pays).pay(declined).pay(|p| p.confirmations = 1);
    let challenge = to(fresh(), pays).pay(|p| *p = challenged());
    let released = to(held(), cancel()).pay(|p| *p = canceled()).says(lost);
    Case(
        "effects-are-notified-without-a-response",
        vec![
            back.clone().notifies(&[Kind::RefundCreated, Kind::ChargeRefunded]),
            piece.clone().notifies(&[Kind::ChargeUpdated, Kind::IntentCapturableUpdated]),
            on_page.clone().notifies(&[Kind::ChargeFailed, Kind::IntentPaymentFailed]),
            challenge.clone().notifies(&[Kind::IntentRequiresAction]),
            released.clone().notifies(&[Kind::ChargeRefunded]),
            absent_customer().notifies(&[Kind::IntentPaymentFailed]),
            absent_customer().both(leaves_charge).notifies(&[Kind::ChargeFailed, Kind::IntentPaymentFailed]),
        ],
        vec![
            absent_customer().both(leaves_charge).notifies(&[Kind::IntentPaymentFailed]),
            back.clone().notifies(&[Kind::RefundCreated]),
            back.notifies(&[Kind::ChargeRefunded]),
            piece.clone().notifies(&[Kind::ChargeUpdated]),
            piece.notifies(&[Kind::IntentCapturableUpdated]),
            on_page.clone().notifies(&[Kind::ChargeFailed]),
            on_page.notifies(&[Kind::IntentPaymentFailed]),
            challenge,
            released,
        ],
    )
}

fn setup_causes() -> Case {
    use SetupStatus::{RequiresAction, RequiresConfirmation, Succeeded};
    let (open, saves) = (setup(RequiresConfirmation), Operation::ConfirmSetup { method: None });
    let idle = |kind: Kind| set_up(open, advance(1), open).notifies(&[kind]);
    let kinds = [
        Kind::SetupCreated,
        Kind::SetupRequiresAction,
        Kind::SetupSucceeded,
        Kind::MethodAttached,
        Kind::SetupFailed,
        Kind::SetupCanceled,
        Kind::SessionPaid,
        Kind::SessionPaymentFailed,
    ];
    let early = set_up(open, saves, setup(RequiresAction)).notifies(&[Kind::MethodAttached]);
    Case(
        "setup-and-session-notifications-have-a-cause",
        vec![
            set_up(open, saves, setup(Succeeded)).notifies(&[Kind::MethodAttached, Kind::SetupSucceeded]),
            set_up(open, saves, setup(RequiresAction)).notifies(&[Kind::SetupRequiresAction]),
        ],
        kinds.into_iter().map(idle).chain([early]).collect(),
    )
}

fn setup_effects() -> Case {
    use SetupStatus::{RequiresAction, RequiresConfirmation, RequiresPaymentMethod};
    let saves = Operation::ConfirmSetup { method: None };
    let made = Example::empty().now(|seen| seen.setup = Some(setup(RequiresPaymentMethod)));
    let waits = setup(RequiresAction);
    let again = set_up(waits, saves, SetupView { confirmations: 2, ..waits });
    let empty = setup(RequiresPaymentMethod);
    let failed = SetupView { last_error: Some(PaymentError::CardDeclined), ..empty };
    let fails = set_up(setup(RequiresConfirmation), saves, failed);
    Case(
        "setup-effects-are-notified",
        vec![
            made.clone().notifies(&[Kind::SetupCreated]),
            again.clone().notifies(&[Kind::SetupRequiresAction]),
            fails.clone().notifies(&[Kind::SetupFailed]),
        ],
        vec![made, again, fails],
    )
}
