//! The kind of an input: one for each operation and event, and more where a parameter decides what happens.

use holdfast_model::{Authentication, EnvironmentEvent, Operation, RefundProgress, Update};

use super::classes::classes;

classes! {
    /// The kind of the input.
    InputKind {
        CreateIntent = "create",
        CreateAndConfirm = "create_confirm",
        UpdateAmount = "update_amount",
        UpdateMethod = "update_method",
        UpdateOther = "update_other",
        Confirm = "confirm",
        CapturePiece = "capture_piece",
        CaptureFinal = "capture_final",
        CaptureDefault = "capture_default",
        Cancel = "cancel",
        Refund = "refund",
        RefundWithFee = "refund_fee_too",
        RefundWithTransfer = "refund_transfer_too",
        CancelRefund = "cancel_refund",
        RefundFee = "refund_fee",
        ReverseTransfer = "reverse_transfer",
        CreateTransfer = "create_transfer",
        CreateSetup = "create_setup",
        UpdateSetup = "update_setup",
        ConfirmSetup = "confirm_setup",
        CancelSetup = "cancel_setup",
        VerifyMicrodeposits = "verify_microdeposits",
        CreateSession = "create_session",
        ExpireSession = "expire_session",
        Authenticated = "authenticated",
        AuthenticationFailed = "authentication_failed",
        AuthenticationAbandoned = "authentication_abandoned",
        Settle = "settle",
        CloseCancelWindow = "close_cancel_window",
        PostToLedger = "post_to_ledger",
        ExpireHold = "expire_hold",
        RefundSucceeds = "refund_succeeds",
        RefundFails = "refund_fails",
        RefundDetailsGiven = "refund_details_given",
        RefundReturned = "refund_returned",
        AuthenticateSetup = "authenticate_setup",
        SettleSetup = "settle_setup",
        CustomerPays = "customer_pays",
        PruneKey = "prune_key",
        Advance = "advance",
        Repeat = "repeat",
        Begin = "begin",
        Finish = "finish",
        ErrorBefore = "error_before",
        ErrorAfter = "error_after",
        AnswerLost = "answer_lost",
    }
}

#[inline]
pub(super) const fn operation_kind(operation: &Operation) -> InputKind {
    match operation {
        Operation::CreateIntent { create, .. } if create.confirm => InputKind::CreateAndConfirm,
        Operation::CreateIntent { .. } => InputKind::CreateIntent,
        Operation::UpdateIntent { update, .. } => match update {
            Update::Amount(_) => InputKind::UpdateAmount,
            Update::Method(_) => InputKind::UpdateMethod,
            Update::CaptureMethod(_) | Update::Fee(_) | Update::Transfer(_) | Update::Metadata => {
                InputKind::UpdateOther
            }
        },
        Operation::ConfirmIntent { .. } => InputKind::Confirm,
        Operation::CaptureIntent { capture, .. } => match capture.final_capture {
            Some(false) => InputKind::CapturePiece,
            Some(true) => InputKind::CaptureFinal,
            None => InputKind::CaptureDefault,
        },
        Operation::CancelIntent { .. } => InputKind::Cancel,
        Operation::CreateRefund { refund, .. } => match (refund.refund_application_fee, refund.reverse_transfer) {
            (false, false) => InputKind::Refund,
            (true, _) => InputKind::RefundWithFee,
            (false, true) => InputKind::RefundWithTransfer,
        },
        Operation::CancelRefund { .. } => InputKind::CancelRefund,
        Operation::RefundFee { .. } => InputKind::RefundFee,
        Operation::ReverseTransfer { .. } => InputKind::ReverseTransfer,
        Operation::CreateTransfer { .. } => InputKind::CreateTransfer,
        Operation::CreateSetup { .. } => InputKind::CreateSetup,
        Operation::UpdateSetup { .. } => InputKind::UpdateSetup,
        Operation::ConfirmSetup { .. } => InputKind::ConfirmSetup,
        Operation::CancelSetup { .. } => InputKind::CancelSetup,
        Operation::VerifyMicrodeposits => InputKind::VerifyMicrodeposits,
        Operation::CreateSession(_) => InputKind::CreateSession,
        Operation::ExpireSession => InputKind::ExpireSession,
    }
}

#[inline]
pub(super) const fn event_kind(event: EnvironmentEvent) -> InputKind {
    match event {
        EnvironmentEvent::Authenticate { result, .. } => match result {
            Authentication::Succeeds => InputKind::Authenticated,
            Authentication::Fails => InputKind::AuthenticationFailed,
            Authentication::Abandoned => InputKind::AuthenticationAbandoned,
        },
        EnvironmentEvent::Settle { .. } => InputKind::Settle,
        EnvironmentEvent::CloseCancelWindow { .. } => InputKind::CloseCancelWindow,
        EnvironmentEvent::PostToLedger { .. } => InputKind::PostToLedger,
        EnvironmentEvent::ExpireHold { .. } => InputKind::ExpireHold,
        EnvironmentEvent::Refund { progress, .. } => match progress {
            RefundProgress::Succeeds => InputKind::RefundSucceeds,
            RefundProgress::Fails => InputKind::RefundFails,
            RefundProgress::DetailsGiven => InputKind::RefundDetailsGiven,
            RefundProgress::Returned => InputKind::RefundReturned,
        },
        EnvironmentEvent::AuthenticateSetup { .. } => InputKind::AuthenticateSetup,
        EnvironmentEvent::SettleSetup => InputKind::SettleSetup,
        EnvironmentEvent::CustomerPays { .. } => InputKind::CustomerPays,
        EnvironmentEvent::PruneKey { .. } => InputKind::PruneKey,
        EnvironmentEvent::Advance { .. } => InputKind::Advance,
    }
}
