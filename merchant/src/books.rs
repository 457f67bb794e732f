//! A merchant's books of one order, as the application answers for them.

use serde_json::Value;

/// A field of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BookField {
    /// The money received, in minor units.
    Paid,
    /// The money refunded, in minor units.
    Refunded,
    /// The number of fulfillments.
    Fulfilled,
    /// The number of cancellations: 0 or 1.
    Canceled,
}

impl BookField {
    /// Every field.
    pub const ALL: [Self; 4] = [Self::Paid, Self::Refunded, Self::Fulfilled, Self::Canceled];

    /// Returns the name in the JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Fulfilled => "fulfilled",
            Self::Canceled => "canceled",
        }
    }
}

/// A merchant's belief about an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// The money received, in minor units.
    pub paid: Option<u64>,
    /// The money refunded, in minor units.
    pub refunded: Option<u64>,
    /// The number of fulfillments.
    pub fulfilled: Option<u64>,
    /// The number of cancellations: 0 or 1.
    pub canceled: Option<u64>,
}

impl Books {
    /// Reads the books from JSON; a field may be missing or null, and a flag counts as 0 or 1.
    ///
    /// # Errors
    /// A message that names the field and what is accepted.
    pub fn read(json: &Value) -> Result<Self, String> {
        if !json.is_object() {
            return Err("the response is no JSON object".to_owned());
        }
        let number = |field: BookField| match json.get(field.name()) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let number = value.as_u64().or_else(|| value.as_bool().map(u64::from));
                number.map(Some).ok_or_else(|| {
                    format!("{}: {value} is no whole number from 0, and neither true nor false", field.name())
                })
            }
        };
        Ok(Self {
            paid: number(BookField::Paid)?,
            refunded: number(BookField::Refunded)?,
            fulfilled: number(BookField::Fulfilled)?,
            canceled: number(BookField::Canceled)?,
        })
    }

    /// Returns a field; `None` if the merchant does not keep it.
    #[must_use]
    pub const fn field(&self, field: BookField) -> Option<u64> {
        match field {
            BookField::Paid => self.paid,
            BookField::Refunded => self.refunded,
            BookField::Fulfilled => self.fulfilled,
            BookField::Canceled => self.canceled,
        }
    }

    /// Returns the books for a story.
    #[must_use]
    pub fn shown(&self) -> String {
        let fields = BookField::ALL.into_iter();
        let shown = fields.filter_map(|field| self.field(field).map(|value| format!("{} {value}", field.name())));
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// The response to a request for books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BooksReply {
    /// The books.
    Read(Books),
    /// 404: the merchant does not know the order.
    Unknown,
    /// A success that cannot be read, with the reason.
    Malformed(String),
    /// No response, or another failure.
    Failed,
}

impl BooksReply {
    /// Returns the books; an unknown order has empty ones.
    #[must_use]
    pub fn books(&self) -> Option<Books> {
        match self {
            Self::Read(books) => Some(*books),
            Self::Unknown => Some(Books::default()),
            Self::Malformed(_) | Self::Failed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn books_are_read_in_any_subset() {
        let books = Books::read(&json!({ "paid": 5, "canceled": true, "fulfilled": null })).unwrap();
        assert_eq!(books, Books { paid: Some(5), canceled: Some(1), ..Books::default() });
        assert_eq!(books.shown(), "paid 5, canceled 1");
        let rows =
            [(json!({ "paid": "5" }), "paid"), (json!({ "refunded": 5.0 }), "refunded"), (Value::Null, "object")];
        for (json, named) in rows {
            let error = Books::read(&json).unwrap_err();
            assert!(error.contains(named), "{json}: {error}");
        }
    }
}
