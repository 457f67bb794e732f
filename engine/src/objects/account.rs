//! Accounts: the merchants, their countries, prices and platforms.

use super::{Settlement, SharedTexts};
use crate::money::Money;
use crate::time::Time;
use crate::{AccountId, ApiVersion, ExternalAccountId};
use serde::{Deserialize, Serialize};

/// A merchant's account, a platform's account, or an account connected to a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The account itself: an account belongs to itself.
    pub account: AccountId,
    /// The time of creation; the beginning of time for an account that no request created.
    pub created: Time,
    /// Whether it was deleted: no request can act for it or name it.
    pub deleted: bool,
    /// The external account that its payouts go to by default.
    pub payout_account: Option<ExternalAccountId>,
    /// ISO country code in upper case; decides over multicapture (B6) and holds (HOLD-3).
    pub country: String,
    /// B2: interchange-plus pricing, the pricing that has multicapture.
    pub interchange_plus: bool,
    /// The platform this account is connected to, if any.
    pub platform: Option<AccountId>,
    /// The version that renders events and requests that name none.
    pub version: ApiVersion,
    /// The largest negative balance; `None` is without limit (ERR-27, REF-3, REF-9, CON-5).
    pub overdraft: Option<Money>,
    /// The fee of its payments, and when their money becomes available (P22).
    pub settlement: Settlement,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

impl Account {
    /// Returns a US account with interchange-plus pricing, the current API version and [`Settlement::STANDARD`]: the account
    /// of a test mode.
    #[must_use]
    pub fn standard(id: AccountId) -> Self {
        Self {
            id,
            account: id,
            created: Time::new(0),
            deleted: false,
            payout_account: None,
            country: "US".to_owned(),
            interchange_plus: true,
            platform: None,
            version: ApiVersion::CURRENT,
            overdraft: None,
            settlement: Settlement::STANDARD,
            texts: None,
        }
    }

    /// Returns a standard account connected to `platform`.
    #[must_use]
    pub fn connected(id: AccountId, platform: AccountId) -> Self {
        Self { platform: Some(platform), ..Self::standard(id) }
    }
}

impl super::Tracked for Account {
    fn changes_since(&self, _: &Self) -> super::Previous {
        Vec::new()
    }

    fn texts(&self) -> &SharedTexts {
        &self.texts
    }
}
