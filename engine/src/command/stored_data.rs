//! Requests about objects that are stored as data, and about accounts and tokens, as the client wrote them.

use super::TextsChange;
use crate::objects::Expiry;
use crate::test_methods::TestMethod;
use crate::{AccountId, Kind, ObjectId};
use serde::{Deserialize, Serialize};

/// A new object that is stored as data: a product, a price, a person, a tax id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateData {
    pub kind: Kind,
    /// The object in the path that it belongs to.
    pub owner: Option<ObjectId>,
    pub texts: TextsChange,
}

/// `POST /v1/accounts/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct UpdateAccount {
    pub account: AccountId,
    pub texts: TextsChange,
}

/// `POST /v1/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateToken {
    /// The test method that the token stands for; `None` for other data.
    pub test_method: Option<TestMethod>,
    pub expiry: Option<Expiry>,
    pub texts: TextsChange,
}
