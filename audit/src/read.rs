//! Reading a log: events as JSON lines, pages of the list endpoint, or one document with an array.

mod diagnosis;

use std::fmt;
use std::io::{self, BufRead, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::diagnosis::{check, diagnosis};
use crate::logged_event::{Data, LoggedEvent};
use crate::seen::Seen;

/// The longest line that is read: an event is a few thousand bytes, a page of them a few hundred thousand.
const LONGEST: u64 = 64 << 20;

/// The mark with which some programs begin a UTF-8 file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The reason why a log could not be read.
#[derive(Debug)]
pub enum Unreadable {
    /// The log, or a temporary file, gave an error.
    Io(io::Error),
    /// A line that is no event.
    Malformed {
        /// The line, counted from 1.
        line: u64,
        /// The problem, naming the field.
        why: String,
    },
    /// The log has no event.
    Empty,
    /// The log is treated as complete, and is not.
    NotComplete(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl std::error::Error for Unreadable {}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(formatter, "cannot read the log: {error}"),
            Self::Malformed { line, why } => write!(formatter, "line {line}: {why}"),
            Self::NotComplete(why) => write!(formatter, "the log is not complete: {why}"),
            Self::Empty => formatter.write_str(
                "there is no event in the log; expected JSON lines of events, pages of GET /v1/events, or an array",
            ),
        }
    }
}

/// The progress of reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events read.
    pub events: u64,
    /// Lines left out because they are no events.
    pub malformed: u64,
    /// Thin events: they name an object and show none of its fields (P33).
    pub thin: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Whether each page that shows `has_more` says that there are more; `None` if no page shows it. Files have no order,
    /// so one page that ends the list is enough.
    pub has_more: Option<bool>,
}

impl Tally {
    /// Returns the sums of both.
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            events: self.events.saturating_add(other.events),
            malformed: self.malformed.saturating_add(other.malformed),
            thin: self.thin.saturating_add(other.thin),
            bytes: self.bytes.saturating_add(other.bytes),
            has_more: Self::more(self.has_more, other.has_more),
        }
    }

    /// Returns whether pages are missing after both readings: `false` if either has the end of its list, `None` if
    /// neither contains a page.
    const fn more(one: Option<bool>, other: Option<bool>) -> Option<bool> {
        match (one, other) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, None) => None,
        }
    }
}

/// Reads every event and gives it to `each`. With `skip`, malformed lines are left out and counted.
///
/// # Errors
/// [`Unreadable`], naming the line and the field; also the error that `each` returns.
pub fn events(
    log: impl Read,
    skip: bool,
    mut each: impl FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>,
) -> Result<Tally, Unreadable> {
    let mut log = io::BufReader::with_capacity(1 << 18, log);
    let mut tally = Tally::default();
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        let length = log.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        number = number.saturating_add(1);
        tally.bytes = tally.bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        let mark = if number == 1 { BYTE_ORDER_MARK } else { b"".as_slice() };
        if line.starts_with(mark) {
            line.drain(..mark.len());
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        // The first line may be the beginning of something longer: then the log is one document.
        let is_first = tally.events == 0 && tally.malformed == 0;
        if is_first && ends_early(text) {
            return document(io::Cursor::new(line).chain(log), tally, number, each);
        }
        match values(text, number, &mut tally, &mut each) {
            Ok(()) => {}
            Err(Unreadable::Malformed { .. }) if skip => tally.malformed = tally.malformed.saturating_add(1),
            Err(why) => return Err(why),
        }
    }
    if tally.events == 0 && tally.malformed == 0 { Err(Unreadable::Empty) } else { Ok(tally) }
}

/// Returns whether the last value of `text` has no end. A word of the program that wrote the line is no value.
fn ends_early(text: &[u8]) -> bool {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    let is_open = values.find_map(Result::err).is_some_and(|error| error.is_eof());
    let rest = text.get(values.byte_offset()..).unwrap_or_default().trim_ascii();
    is_open && (rest.contains(&b'{') || rest.iter().all(|byte| *byte == b'['))
}

/// Reads every value of a line. What follows the last one may be words of the program that wrote the line.
fn values(
    line: &[u8],
    number: u64,
    tally: &mut Tally,
    each: &mut impl FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut text = unwrapped(line);
    loop {
        let malformed = |error| Unreadable::Malformed { line: number, why: diagnosis(text, &error) };
        let mut count = 0_u64;
        let into = Into { number, count: &mut count, tally: &mut *tally, each: &mut *each, failed: None };
        // Text that is known to be UTF-8 is read faster.
        let end = match str::from_utf8(text) {
            Ok(known) => one_value(serde_json::Deserializer::from_str(known), into),
            Err(_) => one_value(serde_json::Deserializer::from_slice(text), into),
        };
        let Err(error) = end.map_err(|stopped| match stopped {
            Stopped::Each(why) => why,
            Stopped::Json(error) => malformed(error),
        })?
        else {
            return Ok(());
        };
        // The error is about the byte after the value, and its column counts from 1.
        let rest = text.get(error.column().saturating_sub(1)..).unwrap_or_default();
        // Text without an object is no event: a bracketed word such as `[200 OK]` is no list.
        if !rest.contains(&b'{') {
            return Ok(());
        }
        text = unwrapped(rest);
    }
}

/// Reads one value, and returns whether the text ends after it.
fn one_value<'de, R: serde_json::de::Read<'de>>(
    mut deserializer: serde_json::Deserializer<R>,
    into: Into<'_, impl FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>>,
) -> Result<Result<(), serde_json::Error>, Stopped> {
    into.read(&mut deserializer)?;
    Ok(deserializer.end())
}

/// Returns the JSON of a line: the complete line, or the part inside a program's own log line.
fn unwrapped(text: &[u8]) -> &[u8] {
    // A list begins with a value. A bracketed word such as `[info]` does not.
    let is_json = match text {
        [b'{', ..] => true,
        [b'[', rest @ ..] => rest.trim_ascii_start().first().is_none_or(|next| b"{[]".contains(next)),
        _ => false,
    };
    let from = text.iter().position(|byte| *byte == b'{').filter(|_| !is_json);
    from.and_then(|from| text.get(from..)).unwrap_or(text)
}

/// One document over several lines: an array, a page, or events one after another.
fn document(
    log: impl Read,
    mut tally: Tally,
    first: u64,
    mut each: impl FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>,
) -> Result<Tally, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_reader(io::BufReader::with_capacity(1 << 18, log));
    let mut count = 0;
    loop {
        match deserializer.end() {
            Ok(()) => break,
            Err(error) if error.is_io() => return Err(Unreadable::Io(error.into())),
            // More input follows.
            Err(_) => {}
        }
        let into = Into { number: 0, count: &mut count, tally: &mut tally, each: &mut each, failed: None };
        into.read(&mut deserializer).map_err(|stopped| match stopped {
            Stopped::Each(why) => why,
            Stopped::Json(error) => {
                let line = u64::try_from(error.line()).unwrap_or(0).max(1).saturating_add(first).saturating_sub(1);
                Unreadable::Malformed { line, why: error.to_string() }
            }
        })?;
    }
    if tally.events == 0 { Err(Unreadable::Empty) } else { Ok(tally) }
}

enum Stopped {
    Json(serde_json::Error),
    Each(Unreadable),
}

/// Takes events out of a value: an event, an array of them, or a page of the list endpoint.
struct Into<'a, F> {
    /// The line; 0 in a document, where events are numbered instead.
    number: u64,
    count: &'a mut u64,
    tally: &'a mut Tally,
    each: &'a mut F,
    failed: Option<Unreadable>,
}

impl<F: FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>> Into<'_, F> {
    fn read<'de, D>(mut self, deserializer: &mut D) -> Result<(), Stopped>
    where
        for<'x> &'x mut D: Deserializer<'de, Error = serde_json::Error>,
    {
        let read = (&mut self).deserialize(&mut *deserializer);
        match (self.failed, read) {
            (Some(why), _) => Err(Stopped::Each(why)),
            (None, read) => read.map_err(Stopped::Json),
        }
    }

    fn take<E: serde::de::Error>(&mut self, mut logged: LoggedEvent) -> Result<(), E> {
        *self.count = self.count.saturating_add(1);
        logged.line = if self.number == 0 { *self.count } else { self.number };
        if logged.kind.starts_with("v2.") && !logged.id.is_empty() {
            self.tally.events = self.tally.events.saturating_add(1);
            self.tally.thin = self.tally.thin.saturating_add(1);
            return Ok(());
        }
        check(&logged).map_err(E::custom)?;
        self.tally.events = self.tally.events.saturating_add(1);
        (self.each)(logged, *self.tally).map_err(|why| {
            self.failed = Some(why);
            E::custom("stopped")
        })
    }
}

impl<'de, F: FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>> DeserializeSeed<'de> for &mut Into<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>> Visitor<'de> for &mut Into<'_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an event, an array of events or a page of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(&mut *self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut logged = LoggedEvent::default();
        let mut page = false;
        let mut created = Seen::<i64>::Absent;
        let mut has_more = Seen::<bool>::Absent;
        while let Some(name) = fields.next_key::<std::borrow::Cow<'_, str>>()? {
            match name.as_ref() {
                "id" => logged.id = fields.next_value()?,
                "type" => logged.kind = fields.next_value()?,
                "created" => {
                    created = fields.next_value()?;
                    logged.created = created.value().copied().unwrap_or(0);
                }
                "api_version" => logged.api_version = fields.next_value()?,
                "request" => logged.request = fields.next_value()?,
                "has_more" => has_more = fields.next_value()?,
                "data" => {
                    page |= fields.next_value_seed(Both { into: &mut *self, data: &mut logged.data })?;
                }
                _ => {
                    let _unused: IgnoredAny = fields.next_value()?;
                }
            }
        }
        if page {
            self.tally.has_more = Tally::more(self.tally.has_more, has_more.value().copied());
            return Ok(());
        }
        // The time of a thin event is text; that of any other is a number.
        if let (Seen::Odd(found), false) = (&created, logged.kind.starts_with("v2.")) {
            return Err(serde::de::Error::custom(format!("`created` is {found}: expected whole seconds since 1970")));
        }
        self.take(logged)
    }
}

/// `data`: an array in a page, an object in an event.
struct Both<'a, 'b, F> {
    into: &'a mut Into<'b, F>,
    data: &'a mut Data,
}

impl<'de, F: FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>> DeserializeSeed<'de> for Both<'_, '_, F> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(LoggedEvent, Tally) -> Result<(), Unreadable>> Visitor<'de> for Both<'_, '_, F> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`data` to be the object of an event or the array of a page")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        while items.next_element_seed(&mut *self.into)?.is_some() {}
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        *self.data = serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(false)
    }
}

#[cfg(test)]
mod tests;
