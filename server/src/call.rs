//! One request as it came, and what its headers say.

use crate::answer::Turned;
use crate::app::App;
use crate::keys::masked;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use holdfast_engine::edge::read::Verb;
use holdfast_engine::{AccountId, ApiVersion};
use std::borrow::Cow;

/// One request, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Who asks, on whose behalf, and in which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asker {
    /// The account of the key.
    pub(crate) key: AccountId,
    /// The account acted for: the key's own, or the one named by `Stripe-Account`.
    pub(crate) account: AccountId,
    /// `Stripe-Version`.
    pub(crate) version: Option<ApiVersion>,
}

impl Call {
    /// A header as text; one that is not text is as good as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The method, when the API has it.
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

    /// Who asks (§2.5: 401 without a good key, 403 for an account that is not the key's).
    pub(crate) fn asker(&self, app: &App) -> Result<Asker, Turned> {
        let key = self.key().ok_or(Turned::NoKey)?;
        let own = app.keys.account(&key).ok_or_else(|| Turned::WrongKey(masked(&key)))?;
        let version = match self.header("stripe-version") {
            None => None,
            Some(text) => {
                let shown = || text.chars().take(40).collect();
                Some(text.parse().map_err(|_| Turned::BadVersion(shown()))?)
            }
        };
        let account = match self.header("stripe-account") {
            None => own,
            Some(text) => {
                let no_access = || Turned::NoAccess(text.chars().take(40).collect());
                let named: AccountId = text.parse().map_err(|_| no_access())?;
                let found = app.engine.account(named).ok_or_else(no_access)?;
                if named != own && found.platform != Some(own) {
                    return Err(no_access());
                }
                named
            }
        };
        Ok(Asker { key: own, account, version })
    }

    /// The key: the bearer's token, or the user name of basic authentication.
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

    /// Whether a body came that is not a form.
    pub(crate) fn has_foreign_body(&self) -> bool {
        let form =
            |kind: &str| kind.split(';').next().unwrap_or_default().trim() == "application/x-www-form-urlencoded";
        !self.body.is_empty() && self.header("content-type").is_none_or(|kind| !form(&kind.to_ascii_lowercase()))
    }
}
