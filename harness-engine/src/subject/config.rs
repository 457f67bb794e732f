//! Translates the model's configuration into the engine's dialect and accounts.

use holdfast_engine::objects::{Account, Settlement};
use holdfast_engine::{AccountId, Dialect, HalfUnit, Timing};
use holdfast_model::{Config, Country};

use holdfast_harness::subject::Failure;

/// The merchant's account, which is the platform of the connected account.
pub(super) const PLATFORM: AccountId = AccountId(1);
/// The account connected to the platform.
pub(super) const CONNECTED: AccountId = AccountId(2);

/// A number of seconds that no trace reaches: a bank acts only when the trace injects it.
const NEVER: u64 = 1 << 40;

/// Returns the engine's dialect for the model's.
///
/// # Errors
/// Returns a [`Failure`] that names the field for which the engine has no choice.
pub(super) fn dialect(config: &Config) -> Result<Dialect, Failure> {
    let wanted = &config.dialect;
    let usual = holdfast_model::Dialect::default();
    let fixed = [
        ("minimum_amount", wanted.minimum_amount == usual.minimum_amount),
        ("late_connect_amounts", wanted.late_connect_amounts == usual.late_connect_amounts),
        (
            "multicapture_despite_automatic",
            wanted.multicapture_despite_automatic == usual.multicapture_despite_automatic,
        ),
        (
            "accept_multicapture_with_automatic",
            wanted.accept_multicapture_with_automatic == usual.accept_multicapture_with_automatic,
        ),
        ("metadata_on_canceled", wanted.metadata_on_canceled == usual.metadata_on_canceled),
        ("refunded_at_final_capture", wanted.refunded_at_final_capture == usual.refunded_at_final_capture),
    ];
    if let Some((field, _)) = fixed.iter().find(|(_, same)| !same) {
        return Err(Failure(format!("the engine has no choice for the dialect field `{field}`; leave it as usual")));
    }
    Ok(Dialect {
        exhausting_capture_is_final: !wanted.full_capture_stays_open,
        partly_captured_cancel_succeeds: wanted.cancel_keeps_captured,
        most_confirmations: u32::from(wanted.confirm_limit),
        capture_at_deadline: wanted.capture_at_deadline,
        explicit_final_needs_multicapture: wanted.final_capture_needs_multicapture,
        mandates_take_time: true,
        debit_refunds_wait: false,
        absent_customer_leaves_charge: wanted.absent_customer_leaves_charge,
        capture_minimum_applies: wanted.minimum_per_capture,
        half_of_a_share: if wanted.half_of_a_share_rounds_up { HalfUnit::AwayFromZero } else { HalfUnit::TowardZero },
        timing: Timing {
            expiry_job_after: u64::from(wanted.expiry_job_delay),
            async_capture: u64::from(wanted.ledger_delay),
            bank_settlement: NEVER,
            debit_cancel_window: NEVER,
            refund_outcome: NEVER,
            refund_details: NEVER,
            ..Timing::default()
        },
        ..Dialect::default()
    })
}

/// Returns the platform and its connected account. The model has no fees and no settlement, so `settlement` moves nothing
/// that is compared.
pub(super) fn accounts(config: &Config, settlement: Settlement) -> [Account; 2] {
    let country = match config.account.country {
        Country::Us => "US",
        Country::Ca => "CA",
        Country::Au => "AU",
        Country::Nz => "NZ",
        Country::Jp => "JP",
        Country::Other => "DE",
    };
    let of = |account: Account| Account {
        country: country.to_owned(),
        interchange_plus: config.account.multicapture,
        settlement,
        ..account
    };
    [of(Account::standard(PLATFORM)), of(Account::connected(CONNECTED, PLATFORM))]
}
