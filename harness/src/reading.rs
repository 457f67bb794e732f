//! The possible reasons of a refusal, read from the response that a client receives.

use holdfast_model::{Outcome, Rejection, Wire};

use crate::permitted;
use crate::subject::{Answer, Refused};

/// Returns every rejection that a client can receive, in order of precedence.
pub fn rejections() -> impl Iterator<Item = Rejection> {
    Rejection::all().filter(|rejection| rejection.is_visible())
}

/// Returns whether the rejection looks like this refusal to a client. A decline is compared with its issuer's reason.
#[must_use]
pub fn is_seen_of(refused: &Refused, rejection: Rejection) -> bool {
    let decline = if let Rejection::Declined(decline) = rejection { Some(decline.codes().1) } else { None };
    is_seen_as(refused, &rejection.wire()) && (decline.is_none() || refused.decline_code.as_deref() == decline)
}

/// Returns whether the refusal has the status, type, code and parameter of `wire`. The type of a 409 is not known
/// (U17).
#[must_use]
pub fn is_seen_as(refused: &Refused, wire: &Wire) -> bool {
    refused.http == wire.http
        && refused.code.as_deref() == wire.code
        && refused.param.as_deref() == wire.param
        && (wire.http == 409 || refused.kind == wire.kind)
}

/// Returns whether `rejection` can be the reason of the refusal: the refusal has its visible form, or that of a
/// permitted alternative.
#[must_use]
pub fn can_mean(refused: &Refused, rejection: Rejection) -> bool {
    is_seen_of(refused, rejection)
        || permitted::instead_of(rejection).any(|alternative| is_seen_as(refused, &alternative.also))
}

/// Returns the possible reasons of this refusal, in order of precedence.
pub fn readings(refused: &Refused) -> impl Iterator<Item = Rejection> {
    rejections().filter(move |rejection| can_mean(refused, *rejection))
}

/// Returns the answer as an outcome of the model. `likely` is the model's own outcome; a refusal that looks the same is
/// read as that outcome. Returns `None` if no rejection of the model looks like the refusal.
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
