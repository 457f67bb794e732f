//! The signature of a delivery (HOOK-8, HOOK-9, HOOK-10).

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The age up to which a signature counts by default, in seconds (HOOK-9).
pub const TOLERANCE: i64 = 300;

/// The secrets of the endpoints that deliver here, and the age up to which their signatures count.
pub struct SigningSecrets {
    secrets: Vec<String>,
    tolerance: i64,
}

impl fmt::Debug for SigningSecrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} secrets, {} s", self.secrets.len(), self.tolerance)
    }
}

/// The reason why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFault {
    /// The request has no `Stripe-Signature`.
    Missing,
    /// The header has no time `t`, or no signature `v1`.
    Malformed,
    /// No signature is by one of the secrets over this body.
    Wrong,
    /// A signature is right, but too old.
    TooOld {
        /// Its age, in seconds.
        age: i64,
        /// The age up to which it would count, in seconds.
        tolerance: i64,
    },
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("the header `Stripe-Signature` is missing"),
            Self::Malformed => formatter.write_str("`Stripe-Signature` is malformed: expected `t=SECONDS,v1=HEX`"),
            Self::Wrong => {
                formatter.write_str("no `v1` of `Stripe-Signature` is by a secret of --secret over this body")
            }
            Self::TooOld { age, tolerance } => {
                write!(formatter, "the signature is {age} s old; --tolerance accepts {tolerance} s")
            }
        }
    }
}

impl SigningSecrets {
    /// Returns the secrets with the tolerance in seconds.
    #[must_use]
    pub const fn new(secrets: Vec<String>, tolerance: i64) -> Self {
        Self { secrets, tolerance }
    }

    /// Checks the header of a delivery that arrived at `now`, in seconds since 1970.
    ///
    /// One `v1` of several must be by one of the secrets (HOOK-10). Other schemes are ignored (HOOK-9).
    ///
    /// # Errors
    /// Returns the reason why the signature does not count.
    pub fn verify(&self, header: Option<&str>, body: &[u8], now: i64) -> Result<(), SignatureFault> {
        let header = header.ok_or(SignatureFault::Missing)?;
        let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
        let time = parts().find_map(|(scheme, value)| (scheme == "t").then_some(value));
        let time: i64 = time.and_then(|time| time.parse().ok()).ok_or(SignatureFault::Malformed)?;
        let mut signatures = parts().filter(|(scheme, _)| *scheme == "v1").map(|(_, hex)| bytes(hex)).peekable();
        if signatures.peek().is_none() {
            return Err(SignatureFault::Malformed);
        }
        let macs: Vec<Hmac<Sha256>> = self.secrets.iter().filter_map(|secret| mac(secret, time, body)).collect();
        let is_right = |signature: &[u8]| macs.iter().any(|mac| mac.clone().verify_slice(signature).is_ok());
        if !signatures.flatten().any(|signature| is_right(&signature)) {
            return Err(SignatureFault::Wrong);
        }
        let age = now.saturating_sub(time);
        if age > self.tolerance {
            return Err(SignatureFault::TooOld { age, tolerance: self.tolerance });
        }
        Ok(())
    }
}

/// Returns the header that a provider sends with `body` at `time`, with a `v1` for each secret.
///
/// ```
/// use holdfast_watch::{SigningSecrets, sign};
///
/// let header = sign(&["whsec_test"], 1_800_000_000, b"{}");
/// assert_eq!(header, "t=1800000000,v1=482e6337ac5272392d375c6fdc4d52a7e615dc2facedab0ffe155ddfd6a56e66");
/// let secrets = SigningSecrets::new(vec!["whsec_test".to_owned()], 300);
/// assert_eq!(secrets.verify(Some(&header), b"{}", 1_800_000_300), Ok(()));
/// ```
#[must_use]
pub fn sign(secrets: &[&str], time: i64, body: &[u8]) -> String {
    let mut header = format!("t={time}");
    for mac in secrets.iter().filter_map(|secret| mac(secret, time, body)) {
        header.push_str(",v1=");
        header.extend(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")));
    }
    header
}

/// Returns the code over time and body. A key of any length is accepted, so there always is one.
fn mac(secret: &str, time: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    Some(mac)
}

/// Returns the bytes of hexadecimal text, or `None` if it is none.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)?.checked_mul(16)?.saturating_add(digit(*low)?)),
        _ => None,
    };
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    #[test]
    fn the_signature_decides() {
        let body = br#"{"id":"evt_1"}"#;
        let secrets = SigningSecrets::new(vec!["whsec_new".to_owned(), "whsec_old".to_owned()], 300);
        let by = |secrets: &[&str], time| sign(secrets, time, body);
        let too_old = |age| Err(SignatureFault::TooOld { age, tolerance: 300 });
        let right = by(&["whsec_new"], NOW);
        let cases: Vec<(&str, Option<String>, Result<(), SignatureFault>)> = vec![
            ("right", Some(right.clone()), Ok(())),
            ("by the second secret", Some(by(&["whsec_old"], NOW)), Ok(())),
            ("two, one of them unknown", Some(by(&["whsec_stranger", "whsec_old"], NOW)), Ok(())),
            ("two, both known", Some(by(&["whsec_new", "whsec_old"], NOW)), Ok(())),
            ("as old as accepted", Some(by(&["whsec_new"], NOW - 300)), Ok(())),
            ("a second older", Some(by(&["whsec_new"], NOW - 301)), too_old(301)),
            ("from a clock that is ahead", Some(by(&["whsec_new"], NOW + 50)), Ok(())),
            ("with another scheme beside it", Some(right.replace(",v1", ",v0=00,v1")), Ok(())),
            ("with blanks", Some(right.replace(',', ", ")), Ok(())),
            ("in capitals", Some(right.to_uppercase().replace("T=", "t=").replace("V1", "v1")), Ok(())),
            ("of another time", Some(right.replace("t=18", "t=19")), Err(SignatureFault::Wrong)),
            ("cut", Some(right[..right.len() - 2].to_owned()), Err(SignatureFault::Wrong)),
            ("cut in a digit", Some(right[..right.len() - 1].to_owned()), Err(SignatureFault::Wrong)),
            ("not hexadecimal", Some(format!("t={NOW},v1=zz")), Err(SignatureFault::Wrong)),
            ("empty signature", Some(format!("t={NOW},v1=")), Err(SignatureFault::Wrong)),
            ("another scheme alone", Some(right.replace("v1", "v0")), Err(SignatureFault::Malformed)),
            ("by a stranger", Some(by(&["whsec_stranger"], NOW)), Err(SignatureFault::Wrong)),
            ("no signature", Some(format!("t={NOW}")), Err(SignatureFault::Malformed)),
            ("no time", Some(right[13..].to_owned()), Err(SignatureFault::Malformed)),
            ("a time that is none", Some(right.replace("t=", "t=x")), Err(SignatureFault::Malformed)),
            ("nothing", Some(String::new()), Err(SignatureFault::Malformed)),
            ("no header", None, Err(SignatureFault::Missing)),
        ];
        for (name, header, wanted) in cases {
            assert_eq!(secrets.verify(header.as_deref(), body, NOW), wanted, "{name}: {header:?}");
        }
        assert_eq!(secrets.verify(Some(&right), b"{}", NOW), Err(SignatureFault::Wrong), "another body");
        let none = SigningSecrets::new(Vec::new(), 300);
        assert_eq!(none.verify(Some(&right), body, NOW), Err(SignatureFault::Wrong), "no secret at all");
    }
}
