//! The ways of refunds through their statuses, of which each method of the model has one.

use holdfast_model::RefundStatus;

use crate::laws::refund_may_move;
use crate::logged_event::LoggedEvent;

/// A change of a refund's status; the first is from none.
type RefundMove = (Option<RefundStatus>, RefundStatus);

/// A refund's status by its word.
pub(super) fn refund_status(logged: &LoggedEvent) -> Option<RefundStatus> {
    RefundStatus::from_name(logged.object().status.text()?)
}

/// Returns whether the specification permits these refund statuses (REF-2 to REF-5), but no single payment method of
/// the model shows all of them.
pub(super) fn are_beyond_model(events: &[LoggedEvent]) -> bool {
    use RefundStatus::{Canceled, Failed, Pending, RequiresAction, Succeeded};
    const PATHS: [&[RefundMove]; 3] = [
        &[(None, Succeeded), (Some(Succeeded), Failed)],
        &[(None, Pending), (Some(Pending), Succeeded)],
        &[
            (None, RequiresAction),
            (Some(RequiresAction), Pending),
            (Some(RequiresAction), Failed),
            (Some(RequiresAction), Canceled),
            (Some(Pending), Succeeded),
            (Some(Pending), RequiresAction),
        ],
    ];
    /// The refund of a debit of the model succeeds at once.
    const OF_DEBIT: [&[RefundMove]; 1] = [&[(None, Succeeded)]];
    let moves = moves(events);
    let is_of_debit =
        events.iter().any(|it| matches!(it.kind.as_str(), "payment_intent.processing" | "charge.pending"));
    let paths = if is_of_debit { OF_DEBIT.as_slice() } else { &PATHS };
    let may_be = |it: &RefundMove| match it {
        (None, now) => matches!(now, Succeeded | Pending | RequiresAction),
        (Some(was), now) => refund_may_move(was.name(), now.name()),
    };
    moves.iter().all(may_be) && !paths.iter().any(|path| moves.iter().all(|it| path.contains(it)))
}

/// Returns the changes of all refunds, in the order of their events.
fn moves(events: &[LoggedEvent]) -> Vec<RefundMove> {
    let mut last: Vec<(&str, RefundStatus)> = Vec::new();
    let mut moves = Vec::new();
    for logged in events.iter().filter(|it| it.object().object.text() == Some("refund")) {
        let (Some(id), Some(now)) = (logged.object().id.id(), refund_status(logged)) else { continue };
        match last.iter_mut().find(|(known, _)| *known == id) {
            Some((_, was)) if *was == now => {}
            Some((_, was)) => moves.push((Some(std::mem::replace(was, now)), now)),
            None => {
                last.push((id, now));
                moves.push((None, now));
            }
        }
    }
    moves
}
