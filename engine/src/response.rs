//! Responses of the engine: typed and frozen. Only the edge renders them as text.

use crate::objects::{CheckoutSession, NestedList};
use crate::refusal::Refusal;
use crate::version::ApiVersion;
use crate::{Kind, Object, ObjectId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The response to one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The number of the request that was executed; rendered `req_…`.
    pub request: u64,
    /// The API version that renders it.
    pub version: ApiVersion,
    /// The body.
    pub body: Body,
    /// The replacements of ids by objects (`expand[]`), as paths and frozen states.
    pub expanded: Vec<(String, Expanded)>,
    /// Whether this is the response to an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// The value that `expand[]` shows at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expanded {
    /// An object in place of its id.
    Object(Object),
    /// The line items of a Checkout Session.
    LineItems(Arc<CheckoutSession>),
    /// A list inside an object.
    List(NestedList),
    /// A part that no stored object stands for: the text of a JSON value.
    Shown(String),
}

/// The body of a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// An object.
    Object(Object),
    /// A page of objects.
    Page {
        /// The kind of the objects.
        kind: Kind,
        /// The object that owns the list.
        owner: Option<ObjectId>,
        /// The objects, newest first.
        objects: Vec<Object>,
        /// Whether more objects follow.
        has_more: bool,
    },
    /// The refusal.
    Refused(Box<Refusal>),
}

/// A page of objects, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The objects.
    pub objects: Vec<Object>,
    /// Whether there are more beyond the page.
    pub has_more: bool,
}

impl Response {
    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.refusal().map_or(200, |refusal| refusal.reason.row().status)
    }

    /// Returns the object; `None` for a page or a refusal.
    #[must_use]
    pub const fn object(&self) -> Option<&Object> {
        if let Body::Object(object) = &self.body { Some(object) } else { None }
    }

    /// Returns the refusal; `None` for an object or a page.
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
