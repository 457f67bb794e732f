//! The words of the format: each is listed once, for the reader and for the writer.

use std::fmt;

pub use crate::table::Verb;
use crate::{
    Authentication, CancellationReason, CaptureMethod, ChargeStatus, ConfirmationMethod, Country, Currency,
    DeliveryFault, Flow, IntentId, IntentStatus, KeyId, NotificationKind, PaymentError, PaymentMethod, PaymentStatus,
    RefundId, RefundProgress, RefundStatus, SessionMode, SessionStatus, SessionUi, SetupStatus,
};

/// One parameter of an input, which can be read or replaced.
#[derive(Debug)]
pub enum Parameter<'a> {
    /// The PaymentIntent that the input names.
    Intent(&'a mut IntentId),
    /// The refund that the input names.
    Refund(&'a mut RefundId),
    /// The idempotency key.
    Key(&'a mut KeyId),
    /// An amount of money in minor units, as the client wrote it.
    Amount(&'a mut i64),
    /// A duration in seconds.
    Seconds(&'a mut u32),
    /// A payment method.
    Method(&'a mut PaymentMethod),
    /// A capture method.
    CaptureMethod(&'a mut CaptureMethod),
    /// A currency.
    Currency(&'a mut Currency),
    /// A choice from any other list of words.
    Other,
}

/// A value that one word stands for.
pub(super) trait Word: Copy {
    /// Description for messages: `a currency`.
    const WHAT: &'static str;

    /// Returns the accepted words, if they can be listed.
    fn names() -> Vec<&'static str> {
        Vec::new()
    }

    /// Returns the value called `word`.
    fn read(word: &str) -> Option<Self>;

    /// Writes the word for the value.
    fn write(self, out: &mut dyn fmt::Write) -> fmt::Result;

    /// Returns the value as a parameter that can be replaced.
    fn parameter(&mut self) -> Parameter<'_> {
        Parameter::Other
    }
}

/// A value of a list of named values.
pub(super) trait Named: Copy + 'static {
    /// Description for messages: `a currency`.
    const WHAT: &'static str;
    /// Every value.
    const VALUES: &'static [Self];

    /// Returns its name.
    fn word(self) -> &'static str;

    /// Returns the value as a parameter that can be replaced.
    fn parameter(&mut self) -> Parameter<'_> {
        Parameter::Other
    }
}

impl<T: Named> Word for T {
    const WHAT: &'static str = <T as Named>::WHAT;

    fn names() -> Vec<&'static str> {
        T::VALUES.iter().map(|value| value.word()).collect()
    }

    fn read(word: &str) -> Option<Self> {
        T::VALUES.iter().copied().find(|value| value.word() == word)
    }

    fn write(self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(self.word())
    }

    fn parameter(&mut self) -> Parameter<'_> {
        Named::parameter(self)
    }
}

/// Implements [`Named`] for enums that define their names themselves.
macro_rules! by_name {
    ($($type:ty: $what:literal $(as $kind:ident)?;)+) => {
        $(impl Named for $type {
            const WHAT: &'static str = $what;
            const VALUES: &'static [Self] = Self::ALL;
            fn word(self) -> &'static str { self.name() }
            $(fn parameter(&mut self) -> Parameter<'_> { Parameter::$kind(self) })?
        })+
    };
}

by_name! {
    Verb: "a verb";
    IntentStatus: "a status of a PaymentIntent";
    ChargeStatus: "a status of a charge";
    RefundStatus: "a status of a refund";
    SetupStatus: "a status of a SetupIntent";
    SessionStatus: "a status of a Checkout Session";
    PaymentStatus: "a payment status";
    PaymentError: "an error code of a payment";
    Currency: "a currency" as Currency;
    NotificationKind: "a notification";
}

impl Named for PaymentMethod {
    const WHAT: &'static str = "a payment method";
    const VALUES: &'static [Self] = &Self::ALL;
    fn word(self) -> &'static str {
        self.token()
    }
    fn parameter(&mut self) -> Parameter<'_> {
        Parameter::Method(self)
    }
}

impl Named for Country {
    const WHAT: &'static str = "a country";
    const VALUES: &'static [Self] = &Self::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
}

/// Implements [`Named`] for enums with names of this format alone.
macro_rules! words {
    ($($type:ident: $what:literal $(as $kind:ident)? { $($variant:ident = $word:literal),+ $(,)? })+) => {
        $(impl Named for $type {
            const WHAT: &'static str = $what;
            const VALUES: &'static [Self] = &[$(Self::$variant),+];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            $(fn parameter(&mut self) -> Parameter<'_> { Parameter::$kind(self) })?
        })+
    };
}

words! {
    CaptureMethod: "a capture method" as CaptureMethod {
        Automatic = "automatic", AutomaticAsync = "automatic_async", Manual = "manual",
    }
    ConfirmationMethod: "a confirmation method" { Automatic = "automatic", Manual = "manual" }
    Flow: "a flow of money" { Platform = "platform", Direct = "direct", Destination = "destination" }
    CancellationReason: "a cancellation reason" {
        Duplicate = "duplicate",
        Fraudulent = "fraudulent",
        RequestedByCustomer = "requested_by_customer",
        Abandoned = "abandoned",
        Automatic = "automatic",
    }
    SessionMode: "a mode" { Payment = "payment", Setup = "setup" }
    SessionUi: "a ui mode" { Hosted = "hosted", Embedded = "embedded" }
    Authentication: "how the customer deals with it" {
        Succeeds = "succeeds", Fails = "fails", Abandoned = "abandoned",
    }
    RefundProgress: "how the refund moves on" {
        Succeeds = "succeeds", Fails = "fails", DetailsGiven = "details_given", Returned = "returned",
    }
    DeliveryFault: "a fault" {
        None = "none", ErrorBefore = "error_before", ErrorAfter = "error_after", AnswerLost = "answer_lost",
    }
}

impl Named for bool {
    const WHAT: &'static str = "true or false";
    const VALUES: &'static [Self] = &[true, false];
    fn word(self) -> &'static str {
        if self { "true" } else { "false" }
    }
}

impl Word for i64 {
    const WHAT: &'static str = "a whole number";

    fn read(word: &str) -> Option<Self> {
        let digits = word.strip_prefix('-').unwrap_or(word);
        if digits.starts_with(|first: char| first.is_ascii_digit()) { word.parse().ok() } else { None }
    }

    fn write(self, out: &mut dyn fmt::Write) -> fmt::Result {
        write!(out, "{self}")
    }

    fn parameter(&mut self) -> Parameter<'_> {
        Parameter::Amount(self)
    }
}

/// Implements [`Word`] for numbered objects: from 1 in traces, from 0 in the model.
macro_rules! ids {
    ($($type:ident as $kind:ident: $what:literal, $prefix:literal;)+) => {
        $(impl Word for $type {
            const WHAT: &'static str = $what;

            fn read(word: &str) -> Option<Self> {
                let digits = word.strip_prefix($prefix)?;
                if digits.len() > 3 || !digits.starts_with(|first: char| matches!(first, '1'..='9')) {
                    return None;
                }
                let number: u16 = digits.parse().ok()?;
                u8::try_from(number.checked_sub(1)?).ok().map(Self)
            }

            fn write(self, out: &mut dyn fmt::Write) -> fmt::Result {
                write!(out, concat!($prefix, "{}"), u16::from(self.0).saturating_add(1))
            }

            fn parameter(&mut self) -> Parameter<'_> {
                Parameter::$kind(self)
            }
        })+
    };
}

ids! {
    IntentId as Intent: "a PaymentIntent (`pi1` to `pi256`)", "pi";
    RefundId as Refund: "a refund (`re1` to `re256`)", "re";
    KeyId as Key: "an idempotency key (`key1` to `key256`)", "key";
}

/// Seconds, written as days, hours, minutes and seconds: `6d23h59m59s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seconds(pub(super) u32);

const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Word for Seconds {
    const WHAT: &'static str = "a duration like `7d`, `1h`, `90s` or `6d23h59m59s`, below 2^32 seconds";

    fn read(word: &str) -> Option<Self> {
        if word.is_empty() {
            return None;
        }
        let mut rest = word;
        let mut sum: u32 = 0;
        for (unit, length) in UNITS {
            let Some((digits, after)) = rest.split_once(unit) else { continue };
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            sum = sum.checked_add(digits.parse::<u32>().ok()?.checked_mul(length)?)?;
            rest = after;
        }
        rest.is_empty().then_some(Self(sum))
    }

    fn write(self, out: &mut dyn fmt::Write) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("0s");
        }
        let mut left = self.0;
        for (unit, length) in UNITS {
            let count = left.checked_div(length).unwrap_or(0);
            left = left.checked_rem(length).unwrap_or(0);
            if count > 0 {
                write!(out, "{count}{unit}")?;
            }
        }
        Ok(())
    }

    fn parameter(&mut self) -> Parameter<'_> {
        Parameter::Seconds(&mut self.0)
    }
}

/// Returns the seconds of a duration such as `7d`, `1h`, `90s` or `6d23h59m59s`.
///
/// # Errors
/// Returns a message that describes a duration.
pub fn parse_duration(word: &str) -> Result<u32, String> {
    Seconds::read(word).map(|seconds| seconds.0).ok_or_else(|| format!("expected {}", Seconds::WHAT))
}

/// Returns the word for a value.
pub(super) fn text(value: impl Word) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _infallible = value.write(&mut out);
    out
}

/// The length of the longest word for which a correction is searched.
const CORRECTABLE: usize = 60;

/// Returns `; did you mean …?`, or the accepted words, or nothing if they cannot be listed.
pub fn correction<'a>(word: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if word.len() <= CORRECTABLE {
        let near = |name: &&str, away: usize| away.saturating_mul(3) <= name.len().max(3);
        let closest = names.clone().into_iter().filter(|name| near(name, name.len().abs_diff(word.len())));
        let closest = closest.map(|name| (distance(word, name), name)).min();
        if let Some((distance, name)) = closest
            && near(&name, distance)
        {
            return format!("; did you mean `{name}`?");
        }
    }
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { String::new() } else { format!("; there is {}", names.join(", ")) }
}

/// Returns the number of letters to add, remove, change or swap with their neighbor.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    let mut last = None;
    for (index, letter) in from.chars().enumerate() {
        let mut next = vec![index.saturating_add(1)];
        for (place, &other) in to.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX);
            let changed = at(&row, place).saturating_add(usize::from(letter != other));
            let dropped = at(&row, place.saturating_add(1)).saturating_add(1);
            let added = at(&next, place).saturating_add(1);
            let swapped = match place.checked_sub(1) {
                Some(left) if last == Some(other) && to.get(left) == Some(&letter) => {
                    at(&before, left).saturating_add(1)
                }
                Some(_) | None => usize::MAX,
            };
            next.push(changed.min(dropped).min(added).min(swapped));
        }
        before = std::mem::replace(&mut row, next);
        last = Some(letter);
    }
    row.last().copied().unwrap_or(usize::MAX)
}
