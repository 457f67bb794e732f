//! The macro behind the table in `lib.rs`: the catalogue, and the functions that evaluate it.

use holdfast_model::{Config, Dialect, Observation, PaymentView};

use crate::judgement::{Judgement, PropertyBits};
use crate::step::{PaymentStep, Step};

/// The object that a property judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One payment in one state.
    Payment,
    /// One state as a whole.
    Observation,
    /// The effect of one step on one payment.
    PaymentStep,
    /// The effect of one step as a whole.
    Step,
}

/// A property: one line of the catalogue.
#[derive(Clone, Copy)]
pub struct Property {
    /// Its stable name on the command line: the function's name with hyphens.
    pub id: &'static str,
    /// Its sentence without the conditions; [`Property::statement`] has them.
    pub(crate) sentence: &'static str,
    /// Name of the file of its topic.
    pub topic: &'static str,
    /// The ids of its requirements, separated by spaces.
    pub rules: &'static str,
    /// The object that it judges.
    pub kind: Kind,
    /// The choice of the dialect that it needs; `None` if it applies under every dialect.
    pub condition: Option<Condition>,
    /// Fields of the dialect that its judgment depends on, apart from [`Property::condition`].
    pub decided_by: &'static [&'static str],
    /// `true` if a stuttering step cannot break it. A stuttering step is refused, changes nothing and emits no
    /// notification. Most steps are of this kind, and these properties skip them.
    pub is_about_change: bool,
    /// Its position in the catalogue, and its bit in [`crate::Verdicts`].
    pub place: u8,
    pub(crate) function: &'static str,
    pub(crate) explain_fn: ExplainFn,
}

/// A choice of the dialect that a property needs.
///
/// The table makes the field, the value and the test from one entry, and skips the property where the test fails.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// Name of the field of [`Dialect`].
    pub field: &'static str,
    /// The value that the property needs.
    pub value: bool,
    pub(crate) test: fn(&Dialect) -> bool,
}

impl Condition {
    /// Returns whether `config` has the choice that the property needs.
    #[must_use]
    pub fn holds(&self, config: &Config) -> bool {
        (self.test)(&config.dialect)
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}={}", self.field, if self.value { "yes" } else { "no" })
    }
}

/// A function that judges and explains a property.
#[derive(Clone, Copy)]
pub(crate) enum ExplainFn {
    Payment(fn(&Config, &PaymentView) -> Judgement<String>),
    Observation(fn(&Observation<'_>) -> Judgement<String>),
    PaymentStep(fn(&PaymentStep<'_, '_>) -> Judgement<String>),
    Step(fn(&Step<'_>) -> Judgement<String>),
}

impl std::fmt::Debug for Property {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.id)
    }
}

impl Property {
    /// Returns the property called `id`.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        crate::CATALOGUE.iter().find(|property| property.id == id)
    }

    /// Returns the sentence with everything that it depends on: the only form in which a property is shown.
    #[must_use]
    pub fn statement(&self) -> String {
        let mut out = self.sentence.to_owned();
        if let Some(condition) = self.condition {
            out.push_str(&format!(", if {condition}"));
        }
        if !self.decided_by.is_empty() {
            out.push_str(&format!(" (details decided by {})", self.decided_by.join(", ")));
        }
        out
    }

    /// Returns whether the property applies under `config`.
    #[must_use]
    pub fn applies(&self, config: &Config) -> bool {
        self.condition.is_none_or(|condition| condition.holds(config))
    }

    /// Returns its bit in [`crate::Verdicts`].
    #[must_use]
    pub const fn bit(&self) -> PropertyBits {
        bit_of(self.place)
    }

    /// Returns the ids of its requirements.
    pub fn rule_ids(&self) -> impl Iterator<Item = &'static str> {
        self.rules.split_whitespace()
    }

    /// Returns the consequence for a merchant if it is false: the paragraph above the property's function.
    #[must_use]
    pub fn why(&self) -> String {
        let source = crate::SOURCES.iter().find(|(topic, _)| *topic == self.topic).map_or("", |(_, source)| source);
        let start = format!("fn {}<", self.function);
        let above = source.split_once(start.as_str()).map_or("", |(above, _)| above);
        let mut lines: Vec<_> = above.lines().rev().skip(1).map_while(|line| line.strip_prefix("/// ")).collect();
        lines.reverse();
        lines.join(" ")
    }
}

/// Returns `name_of_property` as `name-of-property`.
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler, which checks")]
pub(crate) const fn hyphens<const LENGTH: usize>(name: &str) -> [u8; LENGTH] {
    let bytes = name.as_bytes();
    let mut id = [0; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        id[at] = if bytes[at] == b'_' { b'-' } else { bytes[at] };
        at += 1;
    }
    id
}

/// Returns whether the first word of a line states that its property is about change.
pub(crate) const fn is_about_change(kind: &str) -> bool {
    matches!(kind.as_bytes(), b"payment_change" | b"change")
}

/// Runs `$act` if a line has the wanted kind.
macro_rules! if_kind {
    (payment payment $act:expr) => {
        $act
    };
    (observation observation $act:expr) => {
        $act
    };
    (payment_step payment_step $act:expr) => {
        $act
    };
    (step step $act:expr) => {
        $act
    };
    (capture_step capture_step $act:expr) => {
        $act
    };
    (refund_step refund_step $act:expr) => {
        $act
    };
    (operation_step operation_step $act:expr) => {
        $act
    };
    (notified_step notified_step $act:expr) => {
        $act
    };
    (payment_change payment_change $act:expr) => {
        $act
    };
    (change change $act:expr) => {
        $act
    };
    ($wanted:ident $found:ident $act:expr) => {};
}

/// Returns the kind and the function of a line.
macro_rules! of_kind {
    (payment $property:path) => {
        (crate::catalogue::Kind::Payment, crate::catalogue::ExplainFn::Payment($property))
    };
    (observation $property:path) => {
        (crate::catalogue::Kind::Observation, crate::catalogue::ExplainFn::Observation($property))
    };
    (payment_step $property:path) => {
        (crate::catalogue::Kind::PaymentStep, crate::catalogue::ExplainFn::PaymentStep($property))
    };
    (capture_step $property:path) => {
        of_kind!(payment_step $property)
    };
    (refund_step $property:path) => {
        of_kind!(payment_step $property)
    };
    (operation_step $property:path) => {
        of_kind!(payment_step $property)
    };
    (notified_step $property:path) => {
        of_kind!(payment_step $property)
    };
    (payment_change $property:path) => {
        of_kind!(payment_step $property)
    };
    (step $property:path) => {
        (crate::catalogue::Kind::Step, crate::catalogue::ExplainFn::Step($property))
    };
    (change $property:path) => {
        of_kind!(step $property)
    };
}

/// Returns the judgment of a property, or [`Judgement::Vacuous`] if the dialect lacks the choice that it needs.
macro_rules! under {
    ($config:expr, [] $judge:expr) => {
        $judge
    };
    ($config:expr, [$field:ident = $value:literal] $judge:expr) => {
        if $config.dialect.$field == $value { $judge } else { Judgement::Vacuous }
    };
}

/// Returns the [`Condition`] of a line.
macro_rules! condition {
    () => {
        None
    };
    ($field:ident = $value:literal) => {
        Some(catalogue::Condition {
            field: stringify!($field),
            value: $value,
            test: |dialect| dialect.$field == $value,
        })
    };
}

/// Returns the set that holds the property at this position alone.
pub(crate) const fn bit_of(place: u8) -> PropertyBits {
    match 1_u128.checked_shl(place as u32) {
        Some(low) => PropertyBits::new(low),
        None => PropertyBits::from_words(1_u128.wrapping_shl(place as u32), 0),
    }
}

/// Defines [`crate::CATALOGUE`] and the functions that evaluate all properties of a kind.
macro_rules! catalogue {
    ($($kind:ident $topic:ident :: $name:ident $sentence:literal $rules:literal
        $(if $field:ident = $value:literal)? $(by $($decided:ident),+)?;)+) => {
        #[allow(non_camel_case_types, reason = "the properties' own names, to number them")]
        #[derive(Clone, Copy)]
        #[repr(u8)]
        enum Place { $($name),+ }

        const COUNT: usize = [$(stringify!($name)),+].len();
        const _: () = assert!(COUNT <= 256, "a property is one of 256 bits");

        /// Every property, in the order of the table.
        pub static CATALOGUE: [Property; COUNT] = [$({
            const ID: [u8; stringify!($name).len()] = catalogue::hyphens(stringify!($name));
            let (kind, explain_fn) = of_kind!($kind $topic::$name);
            Property {
                id: match std::str::from_utf8(&ID) { Ok(id) => id, Err(_) => stringify!($name) },
                sentence: $sentence,
                topic: stringify!($topic),
                rules: $rules,
                kind,
                condition: condition!($($field = $value)?),
                decided_by: &[$($(stringify!($decided)),+)?],
                is_about_change: catalogue::is_about_change(stringify!($kind)),
                place: Place::$name as u8,
                function: stringify!($name),
                explain_fn,
            }
        }),+];

        /// Judges one payment in one state by every property of one payment.
        #[inline]
        #[must_use]
        pub fn judge_payment(config: &Config, payment: &PaymentView) -> Verdicts {
            let mut verdicts = Verdicts::NONE;
            $(if_kind!(payment $kind
                verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(config, [$($field = $value)?] $topic::$name(config, payment)))
            );)+
            verdicts
        }

        /// Judges one state by every property of the whole state.
        #[inline]
        #[must_use]
        pub fn judge_whole(observation: &Observation<'_>) -> Verdicts {
            let mut verdicts = Verdicts::NONE;
            $(if_kind!(observation $kind
                verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(observation.config, [$($field = $value)?] $topic::$name(observation)))
            );)+
            verdicts
        }

        /// Judges the effect of one step on one payment, by the properties that any step can break.
        #[inline]
        fn judge_payment_step(step: &PaymentStep<'_, '_>) -> Verdicts {
            let mut verdicts = Verdicts::NONE;
            $(if_kind!(payment_step $kind
                verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.config, [$($field = $value)?] $topic::$name(step)))
            );)+
            if step.operation.is_some() {
                $(if_kind!(operation_step $kind
                    verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.config, [$($field = $value)?] $topic::$name(step)))
                );)+
            }
            if let Some(holdfast_model::Operation::CaptureIntent { .. }) = step.operation {
                $(if_kind!(capture_step $kind
                    verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.config, [$($field = $value)?] $topic::$name(step)))
                );)+
            }
            if let Some(holdfast_model::Operation::CreateRefund { .. }) = step.operation {
                $(if_kind!(refund_step $kind
                    verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.config, [$($field = $value)?] $topic::$name(step)))
                );)+
            }
            if step.is_notified {
                $(if_kind!(notified_step $kind
                    verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.config, [$($field = $value)?] $topic::$name(step)))
                );)+
            }
            verdicts
        }

        /// Judges the effect of one step on one payment, by the properties that a stuttering step cannot break.
        #[inline]
        fn judge_payment_change(step: &PaymentStep<'_, '_>) -> Verdicts {
            let mut verdicts = Verdicts::NONE;
            $(if_kind!(payment_change $kind
                verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.config, [$($field = $value)?] $topic::$name(step)))
            );)+
            verdicts
        }

        /// Judges the effect of one step as a whole, by the properties that any step can break.
        #[inline]
        fn judge_step_alone(step: &Step<'_>) -> Verdicts {
            let mut verdicts = Verdicts::NONE;
            $(if_kind!(step $kind
                verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.after.config, [$($field = $value)?] $topic::$name(step)))
            );)+
            verdicts
        }

        /// Judges the effect of one step as a whole, by the properties that a stuttering step cannot break.
        #[inline]
        fn judge_change_alone(step: &Step<'_>) -> Verdicts {
            let mut verdicts = Verdicts::NONE;
            $(if_kind!(change $kind
                verdicts.note(const { catalogue::bit_of(Place::$name as u8) }, under!(step.after.config, [$($field = $value)?] $topic::$name(step)))
            );)+
            verdicts
        }
    };
}
