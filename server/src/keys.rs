//! API keys, and their lookup in constant time.

use holdfast_engine::AccountId;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;

/// A secret test key: `sk_test_` and 1 to 200 letters, digits or underscores.
///
/// ```
/// use holdfast_server::Key;
///
/// let key: Key = "sk_test_abcdefgh1234".parse()?;
/// assert_eq!(format!("{key:?}"), "sk_test_********1234", "a log never shows a whole key");
/// # Ok::<(), holdfast_server::NotAKey>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

/// The error for a text that is not a secret test key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAKey;

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected sk_test_ followed by 1 to 200 letters, digits or underscores")
    }
}

impl std::error::Error for NotAKey {}

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let rest = text.strip_prefix("sk_test_").ok_or(NotAKey)?;
        let fits = (1..=200).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAKey) }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

impl Key {
    /// Returns a key made of 128 random bits.
    ///
    /// # Errors
    /// Returns an error if the operating system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(Self(format!("sk_test_{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?)))
    }

    /// Returns the whole key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The API keys of a server with their accounts, kept as SHA-256 digests. The time of a lookup does not depend on the key.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<([u8; 32], AccountId)>);

impl Keys {
    /// Adds a key for `account`.
    pub fn add(&mut self, key: &Key, account: AccountId) {
        self.0.push((digest(key.as_str()), account));
    }

    /// Returns the account of a key; `None` for an unknown key.
    #[must_use]
    pub fn account(&self, key: &str) -> Option<AccountId> {
        let wanted = digest(key);
        let mut found = None;
        for (known, account) in &self.0 {
            if bool::from(known.ct_eq(&wanted)) {
                found = Some(*account);
            }
        }
        found
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Returns the part of a key that errors and logs may show: its kind and its last four characters.
pub(crate) fn masked(key: &str) -> String {
    let letters: Vec<char> = key.chars().filter(|letter| letter.is_ascii_graphic()).collect();
    let last: String = letters.iter().skip(letters.len().saturating_sub(4)).collect();
    let kind = ["sk_test_", "sk_live_", "pk_test_", "pk_live_", "rk_test_", "rk_live_"];
    match kind.iter().find(|kind| key.starts_with(**kind)) {
        Some(kind) if letters.len() > 12 => format!("{kind}********{last}"),
        Some(_) | None => "********".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_found_and_never_shown() {
        let key: Key = "sk_test_abcdefgh1234".parse().unwrap();
        assert_eq!(format!("{key:?}"), "sk_test_********1234");
        for text in ["", "sk_test_", "sk_live_abc", "sk_test_a b", "pk_test_abc", "sk_test_é"] {
            assert_eq!(text.parse::<Key>(), Err(NotAKey), "{text}");
        }
        let mut keys = Keys::default();
        keys.add(&key, AccountId(7));
        assert_eq!(keys.account(key.as_str()), Some(AccountId(7)));
        for wrong in ["", "sk_test_abcdefgh123", "sk_test_abcdefgh12345", "sk_test_Abcdefgh1234"] {
            assert_eq!(keys.account(wrong), None, "{wrong}");
        }
        assert_eq!(masked("sk_test_1234"), "********");
        assert!(Key::random().is_ok_and(|key| key.as_str().parse() == Ok(key)));
    }
}
