//! Checkout Sessions: what their events say of themselves and of the payment they own (B25 to B27, CHK-1, CHK-4).

use crate::told::Told;
use crate::verdict::Impossible;

/// The first event of a session that cannot have happened, beside a payment whose events are `payment`.
///
/// All of them are in the order of their times.
pub(crate) fn judge(sessions: &[Told], payment: &[Told]) -> Option<Impossible> {
    let mut ended: Option<&Told> = None;
    for told in sessions {
        let object = told.object();
        let status = object.status.text();
        let wanted = if told.kind.ends_with(".expired") { "expired" } else { "complete" };
        if status.is_some_and(|status| status != wanted) {
            let why = format!("`status` is {}, where it would be {wanted}", object.status);
            return Some(Impossible::of(told, why).by("CHK-1 B25"));
        }
        let is_end = told.kind.ends_with(".expired") || told.kind.ends_with(".completed");
        if let Some(before) = ended.filter(|before| is_end && before.object().id == object.id) {
            let why = format!("the session ended before, by `{}` in line {}", before.kind, before.line);
            let mut impossible = Impossible::of(told, why).by("R15 CHK-4");
            impossible.properties.push("closed-session-stays-closed");
            return Some(impossible);
        }
        ended = if is_end { Some(told) } else { ended };
        let kinds =
            |kinds: &[&str]| payment.iter().find(|it| kinds.contains(&it.kind.as_str()) && it.created <= told.created);
        let canceled = kinds(&["payment_intent.canceled"]);
        let succeeded = kinds(&["payment_intent.succeeded"]);
        let wrong = if told.kind.ends_with(".expired") {
            succeeded.map(|it| (it, "R15 CHK-4", "expired-sessions-payment-is-canceled"))
        } else {
            canceled.filter(|it| it.created < told.created).map(|it| (it, "B27 R15", "complete-means-authorized"))
        };
        if let Some((other, rules, property)) = wrong {
            let why = format!("its payment had `{}` before, in line {}", other.kind, other.line);
            let mut impossible = Impossible::of(told, why).by(rules);
            impossible.properties.push(property);
            return Some(impossible);
        }
    }
    None
}
