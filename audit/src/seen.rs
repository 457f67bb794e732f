//! A field as a log shows it: absent, null, a value, or something that no such field can be.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A short text: a word of the provider, or an id. Most of them need no memory of their own.
pub type Text = compact_str::CompactString;

/// The content of a field of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Seen<T> {
    /// The object lacks the field.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A value of the right type.
    Is(T),
    /// A value of another type, in words: an amount that is text, say. It is rare, and a pointer keeps objects small.
    Odd(Box<String>),
}

impl<T> Seen<T> {
    /// Returns `true` if the object does not show the field.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Null | Self::Odd(_) => None,
        }
    }
}

impl Seen<Text> {
    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        self.value().map(Text::as_str)
    }
}

impl Seen<Id> {
    /// The id, if there is one.
    pub fn id(&self) -> Option<&str> {
        self.value().map(|id| id.0.as_str())
    }

    /// Returns whether the field has a value, or `None` if the object does not show the field.
    pub const fn is_set(&self) -> Option<bool> {
        match self {
            Self::Absent => None,
            Self::Null => Some(false),
            Self::Is(_) | Self::Odd(_) => Some(true),
        }
    }
}

/// An object by its id: shown as the id, or expanded into the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(pub Text);

/// A value that can be read out of one JSON value.
pub trait Readable: Sized {
    /// Out of a whole number.
    fn whole(_: i64) -> Option<Self> {
        None
    }
    /// Out of `true` or `false`.
    fn flag(_: bool) -> Option<Self> {
        None
    }
    /// Out of text.
    fn text(_: &str) -> Option<Self> {
        None
    }
    /// Out of an expanded object with this id.
    fn object(_: Option<Text>) -> Option<Self> {
        None
    }
}

impl Readable for i64 {
    fn whole(number: i64) -> Option<Self> {
        Some(number)
    }
}

impl Readable for bool {
    fn flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}

impl Readable for Text {
    fn text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Readable for Id {
    fn text(text: &str) -> Option<Self> {
        Some(Self(text.into()))
    }
    fn object(id: Option<Text>) -> Option<Self> {
        id.map(Self)
    }
}

/// The name under which an odd value is kept in the temporary files.
const ODD: &str = "\u{1}odd";

struct SeenVisitor<T>(PhantomData<T>);

fn odd<T>(value: Option<T>, words: impl FnOnce() -> String) -> Seen<T> {
    value.map_or_else(|| Seen::Odd(Box::new(words())), Seen::Is)
}

impl<'de, T: Readable> Visitor<'de> for SeenVisitor<T> {
    type Value = Seen<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }
    fn visit_unit<E>(self) -> Result<Seen<T>, E> {
        Ok(Seen::Null)
    }
    fn visit_none<E>(self) -> Result<Seen<T>, E> {
        Ok(Seen::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Seen<T>, E> {
        Ok(odd(T::flag(flag), || flag.to_string()))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Seen<T>, E> {
        Ok(odd(T::whole(number), || number.to_string()))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Seen<T>, E> {
        Ok(odd(i64::try_from(number).ok().and_then(T::whole), || number.to_string()))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Seen<T>, E> {
        Ok(Seen::Odd(Box::new(format!("the fraction {number:?}"))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Seen<T>, E> {
        Ok(odd(T::text(text), || format!("the text {text:?}")))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Seen<T>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Seen::Odd(Box::new("a list".to_owned())))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Seen<T>, A::Error> {
        let mut id = None;
        while let Some(name) = fields.next_key::<Cow<'_, str>>()? {
            if name == ODD {
                return Ok(Seen::Odd(fields.next_value()?));
            }
            if name == "id" {
                id = fields.next_value::<Seen<Text>>()?.text().map(Text::from);
            } else {
                let _skipped: IgnoredAny = fields.next_value()?;
            }
        }
        Ok(odd(T::object(id), || "an object".to_owned()))
    }
}

impl<'de, T: Readable> Deserialize<'de> for Seen<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SeenVisitor(PhantomData))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize> Serialize for Seen<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_unit(),
            Self::Is(value) => value.serialize(serializer),
            Self::Odd(words) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(ODD, words)?;
                map.end()
            }
        }
    }
}

impl<T: fmt::Display> fmt::Display for Seen<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => formatter.write_str("nothing"),
            Self::Null => formatter.write_str("null"),
            Self::Is(value) => value.fmt(formatter),
            Self::Odd(words) => formatter.write_str(words),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Readable>(json: &str) -> Seen<T> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_field_is_read_for_what_it_is() {
        assert_eq!(read("17"), Seen::Is(17_i64));
        assert_eq!(read::<i64>("null"), Seen::Null);
        assert_eq!(read::<i64>("\"17\"").to_string(), "the text \"17\"");
        assert_eq!(read::<i64>("17.5").to_string(), "the fraction 17.5");
        assert_eq!(read::<bool>("1"), Seen::Odd(Box::new("1".to_owned())));
        assert_eq!(read::<Id>("{\"a\":[{}],\"id\":\"ch_1\",\"z\":2}").id(), Some("ch_1"));
        assert_eq!(read::<Id>("\"ch_1\"").id(), Some("ch_1"));
    }

    #[test]
    fn what_is_odd_is_odd_when_read_again() {
        let seen: Seen<i64> = read("\"17\"");
        let again: Seen<i64> = read(&serde_json::to_string(&seen).unwrap());
        assert_eq!(again, seen);
    }
}
