//! The log of our own engine is accepted in full, whatever happened; shuffled, repeated and with gaps, nothing in it is
//! called impossible.

use crate::common::{audit_values, logs};
use holdfast_audit::Finding;

#[test]
fn the_engines_own_log_is_accepted_in_full() {
    let (mut events, mut wrong) = (0, Vec::new());
    for log in logs(0..300, None) {
        let (report, verdicts) = audit_values(&log.events, &log.terms);
        events += log.events.len();
        for verdict in verdicts.iter().filter(|it| it.finding != Finding::Accepted || it.missing > 0) {
            let lines = crate::common::lines(&log.events, &verdict.id);
            wrong.push(format!("{}: {} missing, {:?}\n{lines}", log.name, verdict.missing, verdict.finding));
        }
        assert_eq!(report.malformed, 0);
    }
    assert!(wrong.is_empty(), "{} of the verdicts:\n{}", wrong.len(), wrong[..wrong.len().min(6)].join("\n"));
    assert!(events > 1_000, "only {events} events");
}
