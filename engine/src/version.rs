//! API versions, and the one table of the changes that they make to rendering (VER-10).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An API version: its date as `yyyymmdd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiVersion(u32);

/// A feature of the API that depends on the version. Later versions have the feature; earlier ones show the old form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `requires_payment_method` and `requires_action`; before: `requires_source`, `requires_source_action` (C17).
    MethodStatusNames,
    /// `latest_charge` instead of a `charges` list, and `charge.refunds` only when expanded (A11).
    LatestCharge,
    /// The released remainder of a partial capture is not shown as refunded (VER-2, U14).
    RemainderIsNoRefund,
    /// Requests without payment method settings have automatic payment methods with redirects (P9).
    AutomaticMethods,
    /// `automatic_async` is the default capture method (A4).
    AsyncByDefault,
    /// `hosted_page` and `embedded_page` instead of `hosted` and `embedded`.
    PageUiModes,
}

/// The first version with each feature. No source dates the third row: the engine assumes the version that removed the
/// refunds list.
const FEATURES: &[(Feature, ApiVersion)] = &[
    (Feature::MethodStatusNames, ApiVersion::of(2019, 2, 11)),
    (Feature::LatestCharge, ApiVersion::of(2022, 11, 15)),
    (Feature::RemainderIsNoRefund, ApiVersion::of(2022, 11, 15)),
    (Feature::AutomaticMethods, ApiVersion::of(2023, 8, 16)),
    (Feature::AsyncByDefault, ApiVersion::of(2024, 4, 10)),
    (Feature::PageUiModes, ApiVersion::of(2026, 1, 1)),
];

impl ApiVersion {
    /// The version of accounts that name none.
    pub const CURRENT: Self = Self::of(2026, 6, 24);

    /// Returns the version of a day.
    #[must_use]
    pub const fn of(year: u32, month: u32, day: u32) -> Self {
        Self(year.saturating_mul(10_000).saturating_add(month.saturating_mul(100)).saturating_add(day))
    }

    /// Returns whether this version has `feature`.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        FEATURES.iter().any(|(named, since)| *named == feature && self >= *since)
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

impl FromStr for ApiVersion {
    type Err = NotAVersion;

    /// Parses `2022-11-15`, with or without a release name after a period (`2026-06-24.name`).
    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let date = text.split('.').next().unwrap_or("");
        let mut parts = date.split('-').map(|part| (part.len(), part.parse::<u32>()));
        let mut part = |width: usize, least: u32, most: u32| match parts.next() {
            Some((length, Ok(number))) if length == width && (least..=most).contains(&number) => Ok(number),
            Some(_) | None => Err(NotAVersion),
        };
        let (year, month, day) = (part(4, 2011, 9999)?, part(2, 1, 12)?, part(2, 1, 31)?);
        if parts.next().is_some() {
            return Err(NotAVersion);
        }
        Ok(Self::of(year, month, day))
    }
}

/// The error for a text that is not the date of an API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAVersion;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_date() {
        for text in ["2019-02-11", "2026-06-24"] {
            assert_eq!(text.parse::<ApiVersion>().map(|v| v.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("2026-06-24.dahlia".parse(), Ok(ApiVersion::CURRENT));
        for text in ["", "2019", "2019-2-11", "2019-13-01", "yesterday", "2019-02-11-01"] {
            assert_eq!(text.parse::<ApiVersion>(), Err(NotAVersion), "{text}");
        }
    }

    #[test]
    fn features_begin_on_their_day() {
        let day = |text: &str| text.parse::<ApiVersion>().unwrap_or(ApiVersion::CURRENT);
        assert!(!day("2024-04-09").has(Feature::AsyncByDefault));
        assert!(day("2024-04-10").has(Feature::AsyncByDefault));
        assert!(!day("2019-02-10").has(Feature::MethodStatusNames));
        assert!(day("2019-02-11").has(Feature::MethodStatusNames));
    }
}
