//! The parameters of environment events.

use holdfast_model::time::{DAY, HOUR, MINUTE};
use holdfast_model::{Authentication, EnvironmentEvent, IntentId, KeyId, Observation, RefundProgress};

use super::codec::Codec;
use super::fit::FocusedView;
use super::requests::{refund_of, some_method};

const AUTHENTICATIONS: [Authentication; 4] =
    [Authentication::Succeeds, Authentication::Fails, Authentication::Abandoned, Authentication::Succeeds];
const PROGRESS: [RefundProgress; 4] =
    [RefundProgress::Succeeds, RefundProgress::Fails, RefundProgress::DetailsGiven, RefundProgress::Returned];

/// Returns an event of the same kind about the payment in focus.
pub(super) fn event(
    codec: &mut impl Codec,
    like: EnvironmentEvent,
    view: FocusedView<'_>,
    payments: u8,
    is_free: bool,
) -> EnvironmentEvent {
    use EnvironmentEvent as E;
    let intent = IntentId(view.focus);
    match like {
        E::Authenticate { result, .. } => E::Authenticate { intent, result: codec.among(result, &AUTHENTICATIONS) },
        E::Settle { .. } => E::Settle { intent },
        E::CloseCancelWindow { .. } => E::CloseCancelWindow { intent },
        E::PostToLedger { .. } => E::PostToLedger { intent },
        E::ExpireHold { .. } => E::ExpireHold { intent },
        E::Refund { refund, progress, .. } => {
            let refund = refund_of(codec, refund, view, is_free);
            E::Refund { intent, refund, progress: codec.among(progress, &PROGRESS) }
        }
        E::AuthenticateSetup { result } => E::AuthenticateSetup { result: codec.among(result, &AUTHENTICATIONS) },
        E::SettleSetup => E::SettleSetup,
        E::CustomerPays { method, .. } => {
            // The session's own payment, or the place of the payment that this event creates.
            let owned = view.now.session.and_then(|session| session.intent);
            let place = owned.or_else(|| view.free_place(payments)).unwrap_or(0);
            E::CustomerPays { intent: IntentId(place), method: some_method(codec, method) }
        }
        E::PruneKey { key } => E::PruneKey { key: some_key(codec, key, view.now) },
        E::Advance { seconds } => E::Advance { seconds: jump(codec, seconds, view.now) },
    }
}

/// Returns a key, whether or not the engine knows it.
pub(super) fn some_key(codec: &mut impl Codec, wanted: KeyId, now: &Observation<'_>) -> KeyId {
    let index = codec.index(now.keys.len(), || Some(usize::from(wanted.0)));
    KeyId(u8::try_from(index).unwrap_or(0))
}

/// Returns the seconds that pass: up to a deadline, one second less or more, or a round duration.
fn jump(codec: &mut impl Codec, wanted: u32, now: &Observation<'_>) -> u32 {
    // Most durations are short, because after a long time every deadline is past.
    let mut jumps = vec![1, HOUR, 1, 30 * MINUTE, 1, HOUR, 1, HOUR, DAY];
    for charge in now.payments.iter().flatten().filter_map(|payment| payment.charge.as_ref()) {
        around(&mut jumps, charge.hold_left);
        around(&mut jumps, charge.posting_left.map(i64::from));
    }
    around(&mut jumps, now.session.and_then(|session| session.seconds_left).map(i64::from));
    jumps.extend([DAY.saturating_sub(1), 7 * DAY, 31 * DAY]);
    codec.among(wanted, &jumps)
}

/// Adds the seconds up to a deadline, one second less, and one second more, in which the job runs.
fn around(jumps: &mut Vec<u32>, left: Option<i64>) {
    let near = [0, -1, 1].into_iter().filter_map(|past| left?.checked_add(past));
    jumps.extend(near.filter_map(|jump| u32::try_from(jump).ok()).filter(|jump| *jump > 0));
}
