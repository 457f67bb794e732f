//! The verification of a delivery's signature (HOOK-8, HOOK-9).

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// The age of a signature up to which a merchant accepts it, in seconds (HOOK-9).
const TOLERANCE: i64 = 300;

/// The reason for which a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// The header `Stripe-Signature` is missing.
    Absent,
    /// The header has no time `t`, or no signature `v1`.
    Unreadable,
    /// No `v1` is the HMAC-SHA256 of time and body under the secret.
    AnotherBody,
    /// The signature is right, and its time is this many seconds before the arrival, or after it.
    Stale(i64),
}

impl std::fmt::Display for SignatureError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => out.write_str("no header `Stripe-Signature`"),
            Self::Unreadable => out.write_str("a header without `t` in seconds and `v1`"),
            Self::AnotherBody => out.write_str("no `v1` of this body under the secret of the endpoint"),
            Self::Stale(seconds) => write!(out, "a time that is {seconds} s before its arrival"),
        }
    }
}

/// Verifies the signature of a delivery that arrived at `now`, in seconds since 1970; without `now` its age is not
/// compared, as where a clock was moved.
///
/// # Errors
/// The reason for which a merchant would refuse the delivery.
pub fn verify(secret: &str, header: Option<&str>, body: &[u8], now: Option<i64>) -> Result<(), SignatureError> {
    let pairs: Vec<(&str, &str)> =
        header.ok_or(SignatureError::Absent)?.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let of = |scheme: &'static str| pairs.iter().filter(move |(name, _)| *name == scheme).map(|(_, value)| *value);
    let time = of("t").next().ok_or(SignatureError::Unreadable)?;
    let seconds: i64 = time.parse().map_err(|_| SignatureError::Unreadable)?;
    if of("v1").next().is_none() {
        return Err(SignatureError::Unreadable);
    }
    let signed = [time.as_bytes(), b".", body].concat();
    let is_right = |hex: &str| {
        // A key of any length is accepted.
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().map(|mac| mac.chain_update(&signed));
        decoded(hex).zip(mac).is_some_and(|(bytes, mac)| mac.verify_slice(&bytes).is_ok())
    };
    if !of("v1").any(is_right) {
        return Err(SignatureError::AnotherBody);
    }
    let age = now.map_or(0, |now| now.saturating_sub(seconds));
    if age.saturating_abs() > TOLERANCE { Err(SignatureError::Stale(age)) } else { Ok(()) }
}

fn decoded(hex: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.as_bytes().chunks(2).map(|pair| byte(pair).filter(|_| pair.len() == 2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signature of the official packages' tests: `whsec_test` over `1800000000.{}`.
    const RIGHT: &str = "t=1800000000,v1=482e6337ac5272392d375c6fdc4d52a7e615dc2facedab0ffe155ddfd6a56e66";

    #[test]
    fn the_reason_is_named() {
        let of = |header: Option<&str>, body: &[u8], now| verify("whsec_test", header, body, now);
        let now = Some(1_800_000_100);
        assert_eq!(of(Some(RIGHT), b"{}", now), Ok(()));
        assert_eq!(of(Some(RIGHT), b"{}", None), Ok(()));
        let two = RIGHT.replace(",v1", &format!(",v0=1,v1={},v1", "ab".repeat(32)));
        assert_eq!(of(Some(&two), b"{}", now), Ok(()), "one of several signatures is enough (HOOK-10)");
        let wrong = Err(SignatureError::AnotherBody);
        assert_eq!(of(Some(RIGHT), b"{ }", now), wrong);
        assert_eq!(of(Some(&RIGHT.replace("t=18", "t=17")), b"{}", None), wrong);
        assert_eq!(of(RIGHT.get(..RIGHT.len() - 1), b"{}", now), wrong);
        assert_eq!(of(Some("t=1800000000,v1=zz"), b"{}", now), wrong);
        assert_eq!(verify("whsec_other", Some(RIGHT), b"{}", now), wrong);
        assert_eq!(of(Some(RIGHT), b"{}", Some(1_800_000_301)), Err(SignatureError::Stale(301)));
        assert_eq!(of(Some(RIGHT), b"{}", Some(1_799_000_000)), Err(SignatureError::Stale(-1_000_000)));
        for header in ["", "v1=00", "t=x,v1=00", "t=1", "t=1,v0=00"] {
            assert_eq!(of(Some(header), b"{}", now), Err(SignatureError::Unreadable), "{header}");
        }
        assert_eq!(of(None, b"{}", now), Err(SignatureError::Absent));
    }
}
