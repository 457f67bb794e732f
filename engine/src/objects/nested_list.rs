//! Lists of objects that the API shows inside another object.

use crate::{Kind, Object, ObjectId};
use serde::{Deserialize, Serialize};

/// The first page of a list inside its owner, frozen: the refunds of a charge, the reversals of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NestedList {
    /// The object that shows the list.
    pub owner: ObjectId,
    /// The kind of the items.
    pub kind: Kind,
    /// The items, newest first.
    pub objects: Vec<Object>,
    /// Whether more items follow.
    pub has_more: bool,
}
