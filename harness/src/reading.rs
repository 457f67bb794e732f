//! From what a client sees of a refusal back to the reasons it can have had.

use holdfast_model::{Outcome, Rejection, Wire};

use crate::permitted;
use crate::subject::{Answer, Refused};

/// Returns every rejection that a client can be answered with, in order of precedence.
pub fn rejections() -> impl Iterator<Item = Rejection> {
    Rejection::all().filter(|rejection| rejection.is_visible())
}

/// Is it how a client sees that rejection? Of a decline the reason of the issuer counts too.
#[must_use]
pub fn is_seen_of(refused: &Refused, rejection: Rejection) -> bool {
    let decline = if let Rejection::Declined(decline) = rejection { Some(decline.codes().1) } else { None };
    is_seen_as(refused, &rejection.wire()) && (decline.is_none() || refused.decline_code.as_deref() == decline)
}

/// Does a client see this refusal as that row of the table? The type of a 409 is not known (U17).
#[must_use]
pub fn is_seen_as(refused: &Refused, wire: &Wire) -> bool {
    refused.http == wire.http
        && refused.code.as_deref() == wire.code
        && refused.param.as_deref() == wire.param
        && (wire.http == 409 || refused.kind == wire.kind)
}

/// Can that have been the reason: does the refusal look like it, or like what the rules allow instead?
#[must_use]
pub fn can_mean(refused: &Refused, rejection: Rejection) -> bool {
    is_seen_of(refused, rejection)
        || permitted::instead_of(rejection).any(|alternative| is_seen_as(refused, &alternative.also))
}

/// The reasons that this refusal can have had, in order of precedence.
pub fn readings(refused: &Refused) -> impl Iterator<Item = Rejection> {
    rejections().filter(move |rejection| can_mean(refused, *rejection))
}

/// The answer in the model's words. `likely` is what the model answers; a refusal that looks alike is taken for it.
/// `None` where no row of the model's table looks like it.
#[must_use]
pub fn read(answer: &Answer, likely: Option<Outcome>) -> Option<Outcome> {
    match answer {
        Answer::Accepted(accepted) => Some(Ok(*accepted)),
        Answer::Lost => Some(Err(Rejection::AnswerLost)),
        Answer::Refused(refused) => {
            let likely = likely.and_then(Result::err).filter(|rejection| can_mean(refused, *rejection));
            likely.or_else(|| readings(refused).next()).map(Err)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rejection_is_among_its_own_readings() {
        for rejection in rejections() {
            let refused = Refused::from(rejection);
            assert!(readings(&refused).any(|read| read == rejection), "{rejection:?}");
        }
    }

    #[test]
    fn the_likely_reason_is_taken_where_it_fits_only() {
        let refused = Answer::Refused(Refused::from(Rejection::CaptureLimit));
        assert_eq!(read(&refused, Some(Err(Rejection::CaptureLimit))), Some(Err(Rejection::CaptureLimit)));
        assert_eq!(read(&refused, Some(Err(Rejection::CaptureTooLarge))), Some(Err(Rejection::UnexpectedState)));
    }

    #[test]
    fn what_no_row_says_is_not_read() {
        let refused = Refused { http: 418, ..Refused::from(Rejection::UnexpectedState.wire()) };
        assert_eq!(read(&Answer::Refused(refused), None), None);
    }

    #[test]
    fn the_type_of_a_409_is_left_open() {
        let wire = Rejection::KeyInUse.wire();
        let refused = Refused { kind: "invalid_request_error".into(), ..Refused::from(wire) };
        assert!(is_seen_as(&refused, &wire));
    }
}
