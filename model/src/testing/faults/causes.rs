//! Faults of notifications without a cause, and of effects without a notification.

use super::asked;
use crate::testing::fault::{Kind, PlantedFault};
use crate::{
    EnvironmentEvent, Input, Notification, NotificationKind as ExpectedNotification, Previous, SetupStatus, Target,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "new-refund-is-updated",
        does: "notifies that a refund changed when it is made",
        breaks: "payment-notifications-have-a-cause",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if asked::refund(step.input).is_some() && step.done().is_some() {
                step.emit(ExpectedNotification::RefundUpdated);
            }
        }),
    },
    PlantedFault {
        name: "attached-too-early",
        does: "notifies an attached method while the setup still waits for its customer",
        breaks: "setup-and-session-notifications-have-a-cause",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            let waits = |setup: Option<crate::setup::Setup>| {
                setup.is_some_and(|setup| setup.status == SetupStatus::RequiresAction)
            };
            if waits(*step.setup) && !waits(step.before_setup) {
                let (kind, about) = (ExpectedNotification::MethodAttached, Target::Setup);
                let _no_room = step.notifications.push(Notification { kind, about, previous: Previous::default() });
            }
        }),
    },
    PlantedFault {
        name: "decline-on-the-page-is-silent",
        does: "notifies the failure of a payment on the provider's page, and not that of its charge",
        breaks: "effects-are-notified-without-a-response",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Payment(|step| {
            if let Input::Event(EnvironmentEvent::CustomerPays { .. }) = step.input {
                step.hush(ExpectedNotification::ChargeFailed);
            }
        }),
    },
    PlantedFault {
        name: "silent-setup",
        does: "does not notify the creation of a setup",
        breaks: "setup-effects-are-notified",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| step.notifications.retain(|it| it.kind != ExpectedNotification::SetupCreated)),
    },
];
