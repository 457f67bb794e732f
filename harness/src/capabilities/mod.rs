//! The capabilities of a subject: the inputs it supports, and the fields it shows.
//!
//! A subject declares them once. The generator draws only inputs that the subject supports. A field or notification
//! that the subject does not show is not compared, and a property that needs it is not judged.

mod adapt;
mod fields;

pub use fields::Field;
pub(crate) use fields::FieldSet;

use holdfast_model::trace::{Script, Verb};
use holdfast_model::{CaptureMethod, Config, Currency, Input, NotificationKind, PaymentMethod};

/// A group of parameters or circumstances that a subject may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// A payment can be created first and confirmed later, or created without a payment method.
    SeparateConfirmation,
    /// `confirmation_method=manual`.
    ManualConfirmation,
    /// `off_session=true`.
    OffSession,
    /// `request_multicapture` and `final_capture`: several captures of one payment.
    Multicapture,
    /// Connected accounts: flows, fees and transfers.
    Connect,
    /// Reasons for a cancellation.
    CancellationReasons,
    /// Idempotency keys.
    IdempotencyKeys,
    /// Server errors before or after the work is done ([`DeliveryFault`](holdfast_model::DeliveryFault)).
    ServerErrors,
    /// Amounts that no state accepts: negative, zero, below the minimum or above eight digits.
    InvalidAmounts,
    /// Requests about objects that do not exist.
    UnknownObjects,
}

impl Capability {
    /// Every feature.
    pub const ALL: &'static [Self] = &[
        Self::SeparateConfirmation,
        Self::ManualConfirmation,
        Self::OffSession,
        Self::Multicapture,
        Self::Connect,
        Self::CancellationReasons,
        Self::IdempotencyKeys,
        Self::ServerErrors,
        Self::InvalidAmounts,
        Self::UnknownObjects,
    ];

    /// Returns the name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SeparateConfirmation => "separate confirmation",
            Self::ManualConfirmation => "manual confirmation",
            Self::OffSession => "off-session payments",
            Self::Multicapture => "several captures",
            Self::Connect => "connected accounts",
            Self::CancellationReasons => "cancellation reasons",
            Self::IdempotencyKeys => "idempotency keys",
            Self::ServerErrors => "server errors",
            Self::InvalidAmounts => "invalid amounts",
            Self::UnknownObjects => "unknown objects",
        }
    }
}

/// The inputs that a subject supports, and the fields and notifications that it shows.
///
/// ```
/// use holdfast_harness::{Capabilities, Capability, Field};
///
/// let card = Capabilities::card().features(&[Capability::IdempotencyKeys]);
/// assert!(card.shows_field(Field::Received) && !card.shows_field(Field::Ledger));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Capabilities {
    configuration: Option<Config>,
    verbs: Vec<Verb>,
    features: Vec<Capability>,
    currencies: Vec<Currency>,
    methods: Vec<PaymentMethod>,
    capture_methods: Vec<CaptureMethod>,
    hidden: FieldSet,
    hidden_kinds: Vec<NotificationKind>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::everything()
    }
}

const CURRENCIES: [Currency; 4] = [Currency::Usd, Currency::Eur, Currency::Jpy, Currency::Unknown];
/// The capture methods, with their names in traces.
const CAPTURE_METHODS: [(CaptureMethod, &str); 3] = [
    (CaptureMethod::Automatic, "automatic"),
    (CaptureMethod::AutomaticAsync, "automatic_async"),
    (CaptureMethod::Manual, "manual"),
];

impl Capabilities {
    /// Returns the capabilities of a subject that supports every input and shows every field.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            configuration: None,
            verbs: Verb::ALL.to_vec(),
            features: Capability::ALL.to_vec(),
            currencies: CURRENCIES.to_vec(),
            methods: PaymentMethod::ALL.to_vec(),
            capture_methods: CAPTURE_METHODS.map(|(method, _)| method).to_vec(),
            hidden: FieldSet::default(),
            hidden_kinds: Vec::new(),
        }
    }

    /// Returns the capabilities of a plain card engine: create and confirm in one request, capture, cancel and refund
    /// US dollars on one card, at the default configuration. It shows the fields of [`CardPayment`](crate::CardPayment)
    /// and the fields derived from them, and no notifications.
    #[must_use]
    pub fn card() -> Self {
        use Field as F;
        Self::everything()
            .configuration(Config::default())
            .inputs(&[Verb::CreateIntent, Verb::CaptureIntent, Verb::CancelIntent, Verb::CreateRefund, Verb::Advance])
            .features(&[])
            .currencies(&[Currency::Usd])
            .methods(&[PaymentMethod::Visa])
            .capture_methods(&[CaptureMethod::Automatic, CaptureMethod::Manual])
            .hides(&[F::CancellationReason, F::SuccessfulCharges, F::Refunds, F::Ledger, F::Released])
            .hides(&[F::CapturedFlag, F::RefundedFlag, F::Captures, F::HoldLeft, F::PostingLeft, F::Links])
            .hides(&[F::Keys, F::RefusalReason])
            .notifies(&[])
    }

    /// Fixes the configuration that the subject works under.
    #[must_use]
    pub fn configuration(self, config: Config) -> Self {
        Self { configuration: Some(config), ..self }
    }

    /// Limits the inputs to these verbs: operations, environment events, `begin` and `finish`.
    #[must_use]
    pub fn inputs(self, verbs: &[Verb]) -> Self {
        Self { verbs: verbs.to_vec(), ..self }
    }

    /// Limits the features to these.
    #[must_use]
    pub fn features(self, features: &[Capability]) -> Self {
        Self { features: features.to_vec(), ..self }
    }

    /// Limits the currencies to these.
    #[must_use]
    pub fn currencies(self, currencies: &[Currency]) -> Self {
        Self { currencies: currencies.to_vec(), ..self }
    }

    /// Limits the payment methods to these.
    #[must_use]
    pub fn methods(self, methods: &[PaymentMethod]) -> Self {
        Self { methods: methods.to_vec(), ..self }
    }

    /// Limits the capture methods to these.
    #[must_use]
    pub fn capture_methods(self, methods: &[CaptureMethod]) -> Self {
        Self { capture_methods: methods.to_vec(), ..self }
    }

    /// Declares that the subject shows these fields and no others.
    #[must_use]
    pub fn shows(self, fields: &[Field]) -> Self {
        Self { hidden: FieldSet::of(fields).others(), ..self }
    }

    /// Declares that the subject shows these fields, too.
    #[must_use]
    pub fn also_shows(self, fields: &[Field]) -> Self {
        Self { hidden: self.hidden.others().and(FieldSet::of(fields)).others(), ..self }
    }

    /// Declares that the subject does not show these fields.
    #[must_use]
    pub fn hides(self, fields: &[Field]) -> Self {
        Self { hidden: self.hidden.and(FieldSet::of(fields)), ..self }
    }

    /// Declares that the subject emits notifications of these kinds and no others.
    #[must_use]
    pub fn notifies(self, kinds: &[NotificationKind]) -> Self {
        let hidden = NotificationKind::ALL.iter().copied().filter(|kind| !kinds.contains(kind));
        Self { hidden_kinds: hidden.collect(), ..self }
    }

    /// Returns the configuration that the subject works under; `None` if it takes any that the generator draws.
    #[must_use]
    pub const fn own_configuration(&self) -> Option<Config> {
        self.configuration
    }

    /// Returns whether the subject has the feature.
    #[must_use]
    pub fn has(&self, feature: Capability) -> bool {
        self.features.contains(&feature)
    }

    /// Returns whether the subject takes inputs with this verb.
    #[must_use]
    pub fn takes(&self, verb: Verb) -> bool {
        self.verbs.contains(&verb)
    }

    /// Returns whether the subject shows the field.
    #[must_use]
    pub fn shows_field(&self, field: Field) -> bool {
        !self.hidden.has(field)
    }

    /// Returns whether the subject emits notifications of this kind.
    #[must_use]
    pub fn shows_kind(&self, kind: NotificationKind) -> bool {
        !self.hidden_kinds.contains(&kind)
    }

    /// Returns whether the input is within these capabilities.
    #[must_use]
    pub fn supports(&self, input: &Input) -> bool {
        self.limits_nothing() || self.adapt(*input) == Some(*input)
    }

    /// Returns whether every input is supported.
    pub(crate) fn limits_nothing(&self) -> bool {
        self.verbs.len() == Verb::ALL.len()
            && self.features.len() == Capability::ALL.len()
            && self.currencies.len() == CURRENCIES.len()
            && self.methods.len() == PaymentMethod::ALL.len()
            && self.capture_methods.len() == CAPTURE_METHODS.len()
    }

    /// Returns the hidden fields.
    pub(crate) const fn hidden(&self) -> FieldSet {
        self.hidden
    }

    /// Returns whether every field and every kind of notification is visible.
    #[must_use]
    pub fn hides_nothing(&self) -> bool {
        self.hidden.is_empty() && self.hidden_kinds.is_empty()
    }

    /// Returns the unsupported values of each limited dimension, and the configuration if it is fixed.
    #[must_use]
    pub fn limits(&self) -> Vec<(&'static str, Vec<String>)> {
        let verbs = names(Verb::ALL.iter().filter(|verb| !self.takes(**verb)).map(|verb| verb.name()));
        let features = names(Capability::ALL.iter().filter(|it| !self.has(**it)).map(|it| it.name()));
        let currencies = names(CURRENCIES.iter().filter(|it| !self.currencies.contains(it)).map(|it| it.name()));
        let methods = names(PaymentMethod::ALL.iter().filter(|it| !self.methods.contains(it)).map(|it| it.token()));
        let captures = CAPTURE_METHODS.iter().filter(|(method, _)| !self.capture_methods.contains(method));
        let mut limits = vec![
            ("inputs that are not asked", verbs),
            ("features that are not asked", features),
            ("currencies that are not asked", currencies),
            ("payment methods that are not asked", methods),
            ("capture methods that are not asked", names(captures.map(|(_, name)| *name))),
            ("configuration that is fixed", self.configuration.iter().map(config_words).collect()),
        ];
        limits.retain(|(_, names): &(_, Vec<_>)| !names.is_empty());
        limits
    }

    /// Returns the names of the fields and notifications that are not visible.
    #[must_use]
    pub fn invisible(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let fields = Field::ALL.iter().filter(|field| self.hidden.has(**field)).map(|field| field.name());
        (fields.collect(), self.hidden_kinds.iter().map(|kind| kind.name()).collect())
    }
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    names.map(str::to_owned).collect()
}

/// Returns the configuration as a trace writes it.
fn config_words(config: &Config) -> String {
    let script = Script { config: *config, ..Script::default() }.to_string();
    let words: Vec<&str> = script.split_whitespace().collect();
    if words.is_empty() { "the default".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use holdfast_model::{Account, Dialect};

    use super::*;

    #[test]
    fn every_limit_is_listed() {
        assert_eq!(Capabilities::everything().limits(), []);
        let card = Capabilities::card().limits();
        let listed = |what: &str| card.iter().find(|(name, _)| *name == what).map(|(_, names)| names.join(","));
        assert_eq!(listed("capture methods that are not asked").as_deref(), Some("automatic_async"));
        assert_eq!(listed("configuration that is fixed").as_deref(), Some("the default"));
        let account = Account { multicapture: !Account::default().multicapture, ..Account::default() };
        let fixed = Capabilities::everything().configuration(Config { account, dialect: Dialect::default() }).limits();
        assert!(matches!(fixed.as_slice(), [(_, words)] if words.concat().starts_with("account ")), "{fixed:?}");
    }
}
