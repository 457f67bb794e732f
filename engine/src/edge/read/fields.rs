//! Readers of single parameters, each with its own error.

use crate::command::TextsChange;
use crate::ids::NotAnId;
use crate::objects::{Address, Shipping, Texts};
use crate::refusal::{Reason, Refusal};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

/// The parameters at one level of nesting.
pub(super) struct Fields<'a> {
    map: Cow<'a, Map<String, Value>>,
    prefix: String,
}

/// The maximum length of a text in an address, in characters.
const LONGEST: u64 = 5_000;

/// The text parameters that most objects take.
pub(super) const TEXTS: &[&str] =
    &["description", "metadata", "statement_descriptor", "receipt_email", "transfer_group"];

impl<'a> Fields<'a> {
    /// Reads the parameters of a request.
    ///
    /// # Errors
    /// Returns the refusal of the first parameter that is not in `known`; that is checked before all else (CAP-2).
    pub(super) fn of(params: &'a Value, known: &[&[&str]]) -> Result<Self, Refusal> {
        Self::nested(params, String::new(), known)
    }

    fn nested(value: &'a Value, prefix: String, known: &[&[&str]]) -> Result<Self, Refusal> {
        let map = match value {
            Value::Object(map) => Cow::Borrowed(map),
            Value::Null => Cow::Owned(Map::new()),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(Reason::InvalidValue(prefix.into(), "it must be an object.".to_owned()).into());
            }
        };
        let fields = Self { map, prefix };
        #[cfg(test)]
        known.iter().flat_map(|names| names.iter()).for_each(|name| super::reads::note_known(fields.path(name)));
        match fields.map.keys().find(|name| !known.iter().any(|names| names.contains(&name.as_str()))) {
            Some(name) => Err(Reason::UnknownParameter(fields.path(name).into()).into()),
            None => Ok(fields),
        }
    }

    /// Returns the value of `name`.
    fn value(&self, name: &str) -> Option<&Value> {
        #[cfg(test)]
        super::reads::note_read(self.path(name));
        self.map.get(name)
    }

    /// Returns the value of `name` as it was sent.
    pub(super) fn sent(&self, name: &str) -> Option<&Value> {
        self.value(name)
    }

    fn path(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}[{name}]", self.prefix) }
    }

    pub(super) fn param(&self, name: &str) -> Cow<'static, str> {
        self.path(name).into()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !value.is_null())
    }

    /// Reads the parameters below `name`.
    pub(super) fn group(&self, name: &str, known: &[&[&str]]) -> Result<Option<Fields<'_>>, Refusal> {
        let value = self.value(name).filter(|value| !value.is_null());
        value.map(|value| Fields::nested(value, self.path(name), known)).transpose()
    }

    /// Returns whether `name` is the empty string, which clears a parameter that can be cleared (P26).
    pub(super) fn is_cleared(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.as_str() == Some(""))
    }

    /// Returns `read` of `name`; `None` if `name` is cleared.
    pub(super) fn unless_cleared<'f, T>(
        &'f self,
        name: &str,
        read: impl FnOnce(&'f Self, &str) -> Result<Option<T>, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        if self.is_cleared(name) { Ok(None) } else { read(self, name) }
    }

    /// Reads the parameters of one item of the list `name` (P31).
    pub(super) fn item<'b>(
        name: &str,
        index: usize,
        value: &'b Value,
        known: &[&[&str]],
    ) -> Result<Fields<'b>, Refusal> {
        Fields::nested(value, format!("{name}[{index}]"), known)
    }

    /// Returns whether `name` has parameters below it.
    pub(super) fn is_group(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::is_object)
    }

    /// Reads the items of a list, written as an array or as an object with indices for names.
    pub(super) fn items(&self, name: &str) -> Result<Option<Vec<&Value>>, Refusal> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items.iter().collect())),
            Some(Value::Object(items)) => {
                let mut items: Vec<_> = items.iter().collect();
                items.sort_by_key(|(index, _)| index.parse::<usize>().unwrap_or(usize::MAX));
                Ok(Some(items.into_iter().map(|(_, value)| value).collect()))
            }
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Err(Reason::InvalidValue(self.param(name), "it must be an array.".to_owned()).into())
            }
        }
    }

    /// Reads a text; refuses an empty one.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.raw(name)? {
            Some(text) if text.trim().is_empty() => Err(Reason::Empty(self.param(name)).into()),
            text => Ok(text.map(Cow::into_owned)),
        }
    }

    fn raw(&self, name: &str) -> Result<Option<Cow<'_, str>>, Refusal> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(Cow::Borrowed(text))),
            Some(Value::Number(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Bool(flag)) => Ok(Some(Cow::Owned(flag.to_string()))),
            Some(Value::Array(_) | Value::Object(_)) => Err(Reason::NotAString(self.param(name)).into()),
        }
    }

    /// Reads a text of at most `most` characters. An empty text removes the stored one.
    pub(super) fn clearable(&self, name: &str, most: u64) -> Result<Option<String>, Refusal> {
        let text = self.raw(name)?;
        if text.as_ref().is_some_and(|text| u64::try_from(text.chars().count()).unwrap_or(u64::MAX) > most) {
            return Err(Reason::TooLong(self.param(name), most).into());
        }
        Ok(text.map(Cow::into_owned))
    }

    pub(super) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| Reason::Missing(self.param(name)).into())
    }

    /// Reads a 64-bit integer; refuses anything else.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let refuse = |text: &str| Err(Reason::NotAnInteger(self.param(name), text.to_owned()).into());
        let text = match self.value(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(_) | Value::Object(_)) => return refuse("not a number"),
            Some(Value::Bool(flag)) => return refuse(&flag.to_string()),
            Some(_) => self.text(name)?.unwrap_or_default(),
        };
        text.parse().map_or_else(|_| refuse(&text), |number| Ok(Some(number)))
    }

    /// Reads a decimal number whose fraction, if it has one, is zero: `500` or `500.00`.
    pub(super) fn whole_decimal(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let whole = |text: &str| match text.split_once('.') {
            Some((whole, fraction)) => {
                let is_zero = !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0');
                whole.parse().ok().filter(|_| is_zero)
            }
            None => text.parse().ok(),
        };
        self.parsed(name, whole, "this engine takes whole numbers of the smallest unit only, such as 500 or 500.0.")
    }

    /// Refuses a request that gives both of two parameters of which one replaces the other.
    pub(super) fn only_one(&self, one: &str, other: &str) -> Result<(), Refusal> {
        if self.has(one) && self.has(other) {
            let why = format!("it cannot be combined with {}.", self.path(one));
            return Err(Reason::InvalidValue(self.param(other), why).into());
        }
        Ok(())
    }

    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(Reason::NotABoolean(self.param(name), other.to_owned()).into()),
        }
    }

    /// Reads one of the named choices.
    pub(super) fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match choices.iter().find(|(choice, _)| *choice == text) {
            Some((_, value)) => Ok(Some(*value)),
            None => {
                let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
                let why = format!("it must be one of {}.", names.join(", "));
                Err(Reason::InvalidValue(self.param(name), why).into())
            }
        }
    }

    /// Reads a value with `parse`; `why` ends the error message if that fails.
    pub(super) fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
        why: &str,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match parse(&text) {
            Some(value) => Ok(Some(value)),
            None => Err(Reason::InvalidValue(self.param(name), why.to_owned()).into()),
        }
    }

    /// Reads the id of a `noun`.
    pub(super) fn id<T: FromStr<Err = NotAnId>>(&self, name: &str, noun: &'static str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        read_id(&text, noun, self.param(name)).map(Some)
    }

    /// Reads `description`, `metadata` and the other texts.
    pub(super) fn texts(&self) -> Result<TextsChange, Refusal> {
        let texts = Texts {
            description: self.clearable("description", 1_000)?,
            metadata: self.metadata()?,
            statement_descriptor: self.clearable("statement_descriptor", 22)?,
            receipt_email: self.clearable("receipt_email", 512)?,
            transfer_group: self.clearable("transfer_group", 512)?,
            statement_descriptor_suffix: self.clearable("statement_descriptor_suffix", 22)?,
            on_behalf_of: self.id("on_behalf_of", "account")?,
            shipping: self.shipping()?,
            given: None,
        };
        let clears_metadata = self.is_cleared("metadata");
        Ok(TextsChange { texts: Some(Box::new(texts)).filter(|texts| **texts != Texts::default()), clears_metadata })
    }

    /// Reads `shipping`; an empty text removes the stored one.
    fn shipping(&self) -> Result<Option<Shipping>, Refusal> {
        if self.value("shipping").is_some_and(|value| value == "") {
            return Ok(Some(Shipping::default()));
        }
        let known = &["address", "carrier", "name", "phone", "tracking_number"];
        let Some(group) = self.group("shipping", &[known])? else { return Ok(None) };
        let name = group.required("name", group.clearable("name", LONGEST)?)?;
        let address = group.address("address")?;
        Ok(Some(Shipping {
            address: group.required("address", address)?,
            carrier: group.clearable("carrier", LONGEST)?,
            name: Some(name),
            phone: group.clearable("phone", LONGEST)?,
            tracking_number: group.clearable("tracking_number", LONGEST)?,
        }))
    }

    /// Reads the address at `name`.
    fn address(&self, name: &str) -> Result<Option<Address>, Refusal> {
        let known = &["city", "country", "line1", "line2", "postal_code", "state"];
        let Some(group) = self.group(name, &[known])? else { return Ok(None) };
        Ok(Some(Address {
            city: group.clearable("city", LONGEST)?,
            country: group.clearable("country", LONGEST)?,
            line1: group.clearable("line1", LONGEST)?,
            line2: group.clearable("line2", LONGEST)?,
            postal_code: group.clearable("postal_code", LONGEST)?,
            state: group.clearable("state", LONGEST)?,
        }))
    }

    fn metadata(&self) -> Result<BTreeMap<String, String>, Refusal> {
        let mut pairs = BTreeMap::new();
        let Some(Value::Object(map)) = self.value("metadata") else {
            return Ok(pairs);
        };
        let group = Fields { map: Cow::Borrowed(map), prefix: self.path("metadata") };
        for key in map.keys() {
            if key.chars().count() > 40 {
                return Err(Reason::TooLong(group.param(key), 40).into());
            }
            pairs.insert(key.clone(), group.clearable(key, 500)?.unwrap_or_default());
        }
        if pairs.len() > 50 {
            return Err(Reason::InvalidValue("metadata".into(), "it may have at most 50 keys.".to_owned()).into());
        }
        Ok(pairs)
    }
}

/// Parses an id; refuses any other text as a missing `noun`.
pub(super) fn read_id<T: FromStr<Err = NotAnId>>(
    text: &str,
    noun: &'static str,
    param: Cow<'static, str>,
) -> Result<T, Refusal> {
    text.parse().map_err(|NotAnId| {
        let noun = Cow::Borrowed(noun);
        Reason::NotFound { noun, id: text.chars().take(100).collect(), param }.into()
    })
}
