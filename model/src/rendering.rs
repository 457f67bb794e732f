//! The forms of one state in different versions of the API (C17, HOLD-13, HOLD-19, VER-1, VER-2).
//!
//! A rendering adds no state. An old status name means the same status, and a released hold that is shown as refunded
//! has no refund object.

use crate::{Amount, ChargeView, Config, IntentStatus, PaymentView, SetupStatus};

/// A version of the API, named by its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    /// Year.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
}

impl ApiVersion {
    /// The first version with the status `requires_payment_method`; earlier versions say "source" instead (C17).
    pub const PAYMENT_METHODS: Self = Self::new(2019, 2, 11);
    /// First version in which an intent names its latest charge instead of listing charges (A11).
    pub const LATEST_CHARGE: Self = Self::new(2022, 11, 15);
    /// The first version in which background capture is the default (A4).
    pub const AUTOMATIC_ASYNC: Self = Self::new(2024, 4, 10);

    /// Returns the version of a date.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }
}

/// Returns a PaymentIntent's `status` in the spelling of the version (C17).
#[must_use]
pub fn intent_status(status: IntentStatus, version: ApiVersion) -> &'static str {
    if version >= ApiVersion::PAYMENT_METHODS {
        return status.name();
    }
    match status {
        IntentStatus::RequiresPaymentMethod => "requires_source",
        IntentStatus::RequiresAction => "requires_source_action",
        IntentStatus::RequiresConfirmation
        | IntentStatus::Processing
        | IntentStatus::RequiresCapture
        | IntentStatus::Succeeded
        | IntentStatus::Canceled => status.name(),
    }
}

/// Returns a SetupIntent's `status` in the spelling of the version (C17, C19).
#[must_use]
pub fn setup_status(status: SetupStatus, version: ApiVersion) -> &'static str {
    if version >= ApiVersion::PAYMENT_METHODS {
        return status.name();
    }
    match status {
        SetupStatus::RequiresPaymentMethod => "requires_source",
        SetupStatus::RequiresAction => "requires_source_action",
        SetupStatus::RequiresConfirmation
        | SetupStatus::Processing
        | SetupStatus::Succeeded
        | SetupStatus::Canceled => status.name(),
    }
}

/// Returns a charge's `amount_refunded` and `refunded` as the API shows them. A released hold appears as refunded where
/// the dialect says so (HOLD-13, HOLD-19, R12).
#[must_use]
pub fn refund_shown(config: &Config, payment: &PaymentView, charge: &ChargeView) -> (Amount, bool) {
    let let_go =
        payment.status == IntentStatus::Canceled && charge.captured_amount.is_zero() && !charge.released.is_zero();
    if let_go && config.dialect.release_shown_as_refund {
        (charge.released, true)
    } else {
        (charge.refunded_amount, charge.refunded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_have_two_other_names_and_no_other_status() {
        let old = ApiVersion::new(2018, 11, 8);
        let new = ApiVersion::PAYMENT_METHODS;
        let renamed: Vec<_> = IntentStatus::ALL
            .iter()
            .filter(|status| intent_status(**status, old) != intent_status(**status, new))
            .map(|status| (status.name(), intent_status(*status, old)))
            .collect();
        assert_eq!(
            renamed,
            [("requires_payment_method", "requires_source"), ("requires_action", "requires_source_action")]
        );
        let setup: Vec<_> = SetupStatus::ALL.iter().map(|status| setup_status(*status, old)).collect();
        assert_eq!(
            setup,
            [
                "requires_source",
                "requires_confirmation",
                "requires_source_action",
                "processing",
                "succeeded",
                "canceled"
            ]
        );
    }
}
