//! Examples of repeated requests.

use super::*;

pub(super) fn keys() -> Vec<Case> {
    let one = Some(KeyId(0));
    let known = |operation: Operation, answer: Option<Outcome>| {
        see(held()).both(move |seen| seen.keys = vec![Some(key(operation, answer)), None])
    };
    let again =
        |outcome: Outcome| known(confirm(), Some(OK)).by(confirm()).fault(DeliveryFault::None, one).says(outcome);
    let other =
        |outcome: Outcome| known(cancel(), Some(OK)).by(confirm()).fault(DeliveryFault::None, one).says(outcome);
    let in_use = |outcome: Outcome| known(confirm(), None).by(confirm()).fault(DeliveryFault::None, one).says(outcome);
    let first = |fault: DeliveryFault, outcome: Outcome, kept: Option<Outcome>| {
        see(held()).both(|seen| seen.keys = vec![None]).by(cancel()).fault(fault, one).says(outcome).now(|seen| {
            seen.keys[0] = kept.map(|kept| key(cancel(), Some(kept)));
        })
    };
    let begin = see(held()).by(Input::Begin { key: KeyId(0), operation: cancel() }).says(Ok(Accepted::Begun));
    let early = to(held(), cancel()).fault(DeliveryFault::ErrorBefore, None).says(Err(Rejection::ServerError));
    let turned_away = to(held(), cancel()).says(Err(Rejection::LockTimeout));
    let invalid = Err(Rejection::NegativeCapture);
    let prune = EnvironmentEvent::PruneKey { key: KeyId(0) };
    let left = |seconds: u32| move |seen: &mut Snapshot| seen.keys[0].as_mut().unwrap().seconds_left = Some(seconds);
    let old = known(cancel(), Some(OK)).both(left(0));
    let hour = first(DeliveryFault::None, OK, Some(OK)).now(left(3_600));
    let lost = first(DeliveryFault::AnswerLost, Err(Rejection::AnswerLost), Some(OK)).now(left(3_600));
    let finish = known(cancel(), None).by(Input::Finish { key: KeyId(0) }).says(OK);
    let finish = finish.now(|seen| seen.keys[0] = Some(key(cancel(), Some(OK))));
    vec![
        Case(
            "replay-answers-the-same",
            vec![again(OK)],
            vec![again(Ok(Accepted::Nothing)), again(Err(Rejection::UnexpectedState))],
        ),
        Case(
            "known-key-acts-no-more",
            vec![again(OK), other(Err(Rejection::KeyMismatch))],
            vec![again(OK).pay(end), again(OK).notifies(&[Kind::IntentCanceled]), other(OK).pay(end)],
        ),
        Case(
            "other-parameters-are-refused",
            vec![other(Err(Rejection::KeyMismatch))],
            vec![other(OK), other(Err(Rejection::UnexpectedState))],
        ),
        Case(
            "busy-objects-and-keys-are-locked",
            vec![
                in_use(Err(Rejection::KeyInUse)),
                known(confirm(), None).by(cancel()).says(Err(Rejection::LockTimeout)),
            ],
            vec![in_use(OK), known(confirm(), None).by(cancel()).says(OK)],
        ),
        Case(
            "requests-not-carried-out-do-nothing",
            vec![begin.clone(), early.clone(), turned_away.clone()],
            vec![
                begin.clone().pay(end),
                begin.notifies(&[Kind::IntentCanceled]),
                early.pay(end),
                turned_away.clone().pay(end),
                turned_away.notifies(&[Kind::IntentCanceled]),
            ],
        ),
        Case(
            "first-answer-is-kept",
            vec![
                first(DeliveryFault::None, OK, Some(OK)),
                first(DeliveryFault::ErrorAfter, Err(Rejection::ServerError), Some(Err(Rejection::ServerError))),
                first(DeliveryFault::AnswerLost, Err(Rejection::AnswerLost), Some(OK)),
                first(DeliveryFault::None, invalid, None),
            ],
            vec![
                first(DeliveryFault::None, OK, None),
                first(DeliveryFault::None, OK, Some(Ok(Accepted::Nothing))),
                first(DeliveryFault::ErrorAfter, Err(Rejection::ServerError), None).pay(end),
                first(DeliveryFault::AnswerLost, Err(Rejection::AnswerLost), Some(Err(Rejection::AnswerLost))),
                first(DeliveryFault::AnswerLost, Err(Rejection::AnswerLost), None).pay(end),
                first(DeliveryFault::None, invalid, Some(invalid)),
            ],
        ),
        Case(
            "keys-are-kept-for-a-day",
            vec![
                old.clone().by(prune).now(|seen| seen.keys[0] = None),
                known(cancel(), Some(OK)).by(advance(86_400)).now(left(0)),
                known(cancel(), Some(OK)).by(advance(86_399)).now(left(1)),
                known(cancel(), Some(OK)).by(advance(604_800)).now(left(0)),
                first(DeliveryFault::None, OK, Some(OK)),
                finish.clone(),
            ],
            vec![
                known(cancel(), Some(OK)).by(prune).now(|seen| seen.keys[0] = None),
                known(cancel(), Some(OK)).both(left(1)).by(prune).now(|seen| seen.keys[0] = None),
                hour,
                lost,
                finish.now(left(1)),
                known(cancel(), Some(OK)).by(advance(3_600)).now(left(0)),
                known(cancel(), Some(OK)).by(advance(3_600)),
                known(cancel(), Some(OK)).both(left(1)).by(confirm()).now(left(86_400)),
                known(cancel(), Some(OK))
                    .by(advance(3_600))
                    .now(|seen| seen.keys[0].as_mut().unwrap().seconds_left = None),
                old.by(advance(1)).now(|seen| seen.keys[0] = None),
                known(cancel(), Some(OK)).by(advance(1)).now(|seen| {
                    seen.keys[0].as_mut().unwrap().answer = Some(Ok(Accepted::Nothing));
                }),
                known(cancel(), Some(OK)).by(confirm()).now(left(0)),
            ],
        ),
    ]
}
