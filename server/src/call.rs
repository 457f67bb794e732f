//! One HTTP request, its headers decoded: API key, account, version.

use crate::app::App;
use crate::http_error::HttpError;
use crate::keys::masked;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use holdfast_engine::edge::read::Verb;
use holdfast_engine::{AccountId, ApiVersion};
use std::borrow::Cow;

/// One HTTP request with its whole body.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The number of the request in its response, its events and the log.
    pub(crate) number: u64,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The account that sends a request, the account it acts for, and the API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The account of the API key.
    pub(crate) key: AccountId,
    /// The account that the request acts for: that of the API key, or the one that `Stripe-Account` names.
    pub(crate) account: AccountId,
    /// The version in `Stripe-Version`.
    pub(crate) version: Option<ApiVersion>,
}

impl Call {
    /// Returns a header; `None` if it is absent or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the method; `None` if the API does not have it.
    pub(crate) fn verb(&self) -> Option<Verb> {
        if self.method == Method::GET {
            Some(Verb::Get)
        } else if self.method == Method::POST {
            Some(Verb::Post)
        } else if self.method == Method::DELETE {
            Some(Verb::Delete)
        } else {
            None
        }
    }

    /// Returns the caller.
    ///
    /// # Errors
    /// 401 without a known API key, 403 for an account that the key has no access to, 400 for a version that is not a
    /// date (ERR-1, ERR-4).
    pub(crate) fn caller(&self, app: &App) -> Result<Caller, HttpError> {
        let key = self.key().ok_or(HttpError::NoKey)?;
        let own = app.keys.account(&key).ok_or_else(|| HttpError::WrongKey(masked(&key)))?;
        let version = match self.header("stripe-version") {
            None => None,
            Some(text) => {
                let shown = || text.chars().take(40).collect();
                // The names of betas behind the date are ignored (P13).
                let version = text.split(';').next().unwrap_or_default().trim();
                Some(version.parse().map_err(|_| HttpError::BadVersion(shown()))?)
            }
        };
        let account = match self.header("stripe-account") {
            None => own,
            Some(text) => {
                let no_access = || HttpError::NoAccess(text.chars().take(40).collect());
                let named: AccountId = text.parse().map_err(|_| no_access())?;
                let found = app.engine.account(named).ok_or_else(no_access)?;
                if named != own && found.platform != Some(own) {
                    return Err(no_access());
                }
                named
            }
        };
        Ok(Caller { key: own, account, version })
    }

    /// Returns the API key: the bearer token, or the user name of basic authentication.
    fn key(&self) -> Option<Cow<'_, str>> {
        let (scheme, rest) = self.header("authorization")?.split_once(' ')?;
        let rest = rest.trim();
        let key = if scheme.eq_ignore_ascii_case("bearer") {
            Cow::Borrowed(rest)
        } else if scheme.eq_ignore_ascii_case("basic") {
            let text = String::from_utf8(BASE64_STANDARD.decode(rest).ok()?).ok()?;
            Cow::Owned(text.split(':').next().unwrap_or_default().to_owned())
        } else {
            return None;
        };
        Some(key).filter(|key| !key.is_empty())
    }

    /// Returns whether the request has a body that is not form-encoded.
    pub(crate) fn has_foreign_body(&self) -> bool {
        let form =
            |kind: &str| kind.split(';').next().unwrap_or_default().trim() == "application/x-www-form-urlencoded";
        !self.body.is_empty() && self.header("content-type").is_none_or(|kind| !form(&kind.to_ascii_lowercase()))
    }
}
