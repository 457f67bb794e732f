//! What the engine answers: typed and frozen; text is made of it only where somebody reads text.

use crate::objects::CheckoutSession;
use crate::refusal::Refusal;
use crate::store::Page;
use crate::version::ApiVersion;
use crate::{ChargeId, Kind, Object, ObjectId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The answer to one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The number of the request that was executed; rendered `req_…`.
    pub request: u64,
    /// The API version that renders it.
    pub version: ApiVersion,
    /// What it says.
    pub body: Body,
    /// What to put in place of ids (`expand[]`), as paths and frozen states.
    pub expanded: Vec<(String, Expanded)>,
    /// Whether it is the answer of an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// What `expand[]` shows at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expanded {
    /// An object in place of its id.
    Object(Object),
    /// The positions of a Checkout Session.
    LineItems(Arc<CheckoutSession>),
    /// The refunds of a charge, newest first.
    Refunds(ChargeId, Vec<Object>),
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// An object.
    Object(Object),
    /// A page of objects.
    Page {
        /// Of which kind.
        kind: Kind,
        /// The object whose own list it is.
        owner: Option<ObjectId>,
        /// The objects, newest first.
        objects: Vec<Object>,
        /// Whether there are more.
        has_more: bool,
    },
    /// No, and why.
    Refused(Box<Refusal>),
}

impl Response {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.refusal().map_or(200, |refusal| refusal.reason.row().status)
    }

    /// The object, when it is one.
    #[must_use]
    pub const fn object(&self) -> Option<&Object> {
        if let Body::Object(object) = &self.body { Some(object) } else { None }
    }

    /// The refusal, when it is one.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        if let Body::Refused(refusal) = &self.body { Some(refusal) } else { None }
    }
}

impl Body {
    /// A page as an answer.
    pub(crate) fn page(kind: Kind, owner: Option<ObjectId>, page: Page) -> Self {
        Self::Page { kind, owner, objects: page.objects, has_more: page.has_more }
    }
}
