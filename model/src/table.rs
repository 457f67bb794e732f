//! The table of inputs: each operation and each environment event once, with the attributes of its kind.
//!
//! [`OperationKind`], [`EventKind`] and [`Verb`] are generated from it, and so are the words of traces, the target of
//! an input and its frequency in the generator of the harness. A missing row does not compile.

use crate::{
    Authentication, Capture, Confirm, Create, CreateRefund, CreateSession, EnvironmentEvent, Input, IntentId, KeyId,
    Operation, PaymentMethod, RefundId, RefundProgress, SessionMode, SessionUi, Target, Update,
};

/// The object whose status the response to an input shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusOf {
    /// A PaymentIntent.
    Intent,
    /// A refund.
    Refund,
    /// The SetupIntent.
    Setup,
    /// The Checkout Session.
    Session,
    /// The object of the request that was held open.
    Any,
    /// No object: the response shows an amount or nothing.
    Nothing,
}

/// Defines the kinds, and the functions from an input to its kind and its target.
///
/// A row holds the variant, the fields that name its target, its word in traces, that target, the status in the
/// response, its weight in the generator (out of 256), and a plain input of the kind.
macro_rules! table {
    (
        operations { $(
            $operation:ident $fields:tt = $word:literal, about $about:expr, shows $shows:ident, weight $weight:literal,
            creates $creates:literal, blank $blank:expr;
        )+ }
        requests { $(
            $request:ident = $request_word:literal, shows $request_shows:ident, weight $request_weight:literal,
            blank $request_blank:expr;
        )+ }
        events { $(
            $event:ident $event_fields:tt = $event_word:literal, about $event_about:expr, shows $event_shows:ident,
            weight $event_weight:literal, blank $event_blank:expr;
        )+ }
    ) => {
        /// The kind of an [`Operation`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the variants of `Operation`, which has them")]
        pub enum OperationKind { $($operation),+ }

        impl OperationKind {
            /// Every kind, in the order of [`Operation`].
            pub const ALL: &'static [Self] = &[$(Self::$operation),+];

            /// Returns the verb of a request of this kind.
            #[must_use]
            pub const fn verb(self) -> Verb {
                match self { $(Self::$operation => Verb::$operation),+ }
            }

            /// Returns whether the operation creates its target. A refund, a fee refund, a transfer and a reversal
            /// belong to the payment that is their target.
            #[must_use]
            pub const fn creates(self) -> bool {
                match self { $(Self::$operation => $creates),+ }
            }

            /// Returns a plain operation of this kind with placeholder parameters.
            #[must_use]
            pub fn blank(self) -> Operation {
                match self { $(Self::$operation => $blank),+ }
            }
        }

        /// The kind of an [`EnvironmentEvent`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the variants of `EnvironmentEvent`, which has them")]
        pub enum EventKind { $($event),+ }

        impl EventKind {
            /// Every kind, in the order of [`EnvironmentEvent`].
            pub const ALL: &'static [Self] = &[$(Self::$event),+];

            /// Returns the verb of an event of this kind.
            #[must_use]
            pub const fn verb(self) -> Verb {
                match self { $(Self::$event => Verb::$event),+ }
            }
        }

        /// The first word of a trace line: the kind of its input.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the variants of `Operation`, `Input` and `EnvironmentEvent`, which have them")]
        pub enum Verb { $($operation,)+ $($request,)+ $($event),+ }

        impl Verb {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$operation,)+ $(Self::$request,)+ $(Self::$event),+];

            /// Returns the word in traces.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$operation => $word,)+
                    $(Self::$request => $request_word,)+
                    $(Self::$event => $event_word),+
                }
            }

            /// Returns the value called `word`.
            #[must_use]
            pub fn from_name(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$operation),)+
                    $($request_word => Some(Self::$request),)+
                    $($event_word => Some(Self::$event),)+
                    _ => None,
                }
            }

            /// Returns the weight of this verb in the generator of the harness, at least 1 of 256.
            #[must_use]
            pub const fn weight(self) -> u8 {
                match self {
                    $(Self::$operation => $weight,)+
                    $(Self::$request => $request_weight,)+
                    $(Self::$event => $event_weight),+
                }
            }

            /// Returns the object whose status the response shows; after an event, the status that it leaves.
            #[must_use]
            pub const fn status_of(self) -> StatusOf {
                match self {
                    $(Self::$operation => StatusOf::$shows,)+
                    $(Self::$request => StatusOf::$request_shows,)+
                    $(Self::$event => StatusOf::$event_shows),+
                }
            }

            /// Returns the kind of operation that the verb requests.
            #[must_use]
            pub const fn operation(self) -> Option<OperationKind> {
                match self {
                    $(Self::$operation => Some(OperationKind::$operation),)+
                    $(Self::$request => None,)+
                    $(Self::$event => None),+
                }
            }

            /// Returns an input with this verb and placeholder parameters.
            #[must_use]
            pub fn blank(self) -> Input {
                match self {
                    $(Self::$operation => Input::from($blank),)+
                    $(Self::$request => $request_blank,)+
                    $(Self::$event => Input::Event($event_blank)),+
                }
            }
        }

        impl Operation {
            /// Returns the kind.
            #[must_use]
            pub const fn kind(&self) -> OperationKind {
                match self { $(Self::$operation { .. } => OperationKind::$operation),+ }
            }

            /// Returns the target, which the operation locks while it runs.
            #[must_use]
            pub const fn about(&self) -> Target {
                match *self { $(Self::$operation $fields => $about),+ }
            }
        }

        impl EnvironmentEvent {
            /// Returns the kind.
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$event { .. } => EventKind::$event),+ }
            }

            /// Returns the target; `None` for a key and for time. The target of a customer's payment is the
            /// PaymentIntent that the Checkout Session creates.
            #[must_use]
            pub const fn about(&self) -> Option<Target> {
                match *self { $(Self::$event $event_fields => $event_about),+ }
            }
        }
    };
}

const INTENT: IntentId = IntentId(0);
const REFUND: RefundId = RefundId(0);
const KEY: KeyId = KeyId(0);
const RESULT: Authentication = Authentication::Succeeds;
const METHOD: PaymentMethod = PaymentMethod::Visa;
const SESSION: CreateSession = CreateSession {
    mode: SessionMode::Payment,
    ui: SessionUi::Hosted,
    amount: 0,
    manual: false,
    multicapture: false,
    success_url: false,
    return_url: false,
    expires_in: None,
};

table! {
    operations {
        CreateIntent { intent, .. } = "create", about Target::Payment(intent), shows Intent, weight 26,
            creates true, blank Operation::CreateIntent { intent: INTENT, create: Create::of(0) };
        UpdateIntent { intent, .. } = "update", about Target::Payment(intent), shows Intent, weight 8,
            creates false, blank Operation::UpdateIntent { intent: INTENT, update: Update::Metadata };
        ConfirmIntent { intent, .. } = "confirm", about Target::Payment(intent), shows Intent, weight 18,
            creates false, blank Operation::ConfirmIntent { intent: INTENT, confirm: Confirm::default() };
        CaptureIntent { intent, .. } = "capture", about Target::Payment(intent), shows Intent, weight 36,
            creates false, blank Operation::CaptureIntent { intent: INTENT, capture: Capture::default() };
        CancelIntent { intent, .. } = "cancel", about Target::Payment(intent), shows Intent, weight 4,
            creates false, blank Operation::CancelIntent { intent: INTENT, reason: None };
        CreateRefund { intent, .. } = "refund", about Target::Payment(intent), shows Refund, weight 24,
            creates false, blank Operation::CreateRefund { intent: INTENT, refund: CreateRefund::default() };
        CancelRefund { intent, .. } = "cancel_refund", about Target::Payment(intent), shows Refund, weight 5,
            creates false, blank Operation::CancelRefund { intent: INTENT, refund: REFUND };
        RefundFee { intent, .. } = "refund_fee", about Target::Payment(intent), shows Nothing, weight 7,
            creates false, blank Operation::RefundFee { intent: INTENT, amount: None };
        ReverseTransfer { intent, .. } = "reverse_transfer", about Target::Payment(intent), shows Nothing, weight 7,
            creates false, blank Operation::ReverseTransfer { intent: INTENT, amount: None };
        CreateTransfer { intent, .. } = "create_transfer", about Target::Payment(intent), shows Nothing, weight 6,
            creates false, blank Operation::CreateTransfer { intent: INTENT, amount: None };
        CreateSetup { .. } = "create_setup", about Target::Setup, shows Setup, weight 5,
            creates true, blank Operation::CreateSetup { method: None, confirm: false };
        UpdateSetup { .. } = "update_setup", about Target::Setup, shows Setup, weight 3,
            creates false, blank Operation::UpdateSetup { method: METHOD };
        ConfirmSetup { .. } = "confirm_setup", about Target::Setup, shows Setup, weight 5,
            creates false, blank Operation::ConfirmSetup { method: None };
        CancelSetup { .. } = "cancel_setup", about Target::Setup, shows Setup, weight 2,
            creates false, blank Operation::CancelSetup { reason: None };
        VerifyMicrodeposits { .. } = "verify_microdeposits", about Target::Setup, shows Setup, weight 3,
            creates false, blank Operation::VerifyMicrodeposits;
        CreateSession { .. } = "create_session", about Target::Session, shows Session, weight 5,
            creates true, blank Operation::CreateSession(SESSION);
        ExpireSession { .. } = "expire_session", about Target::Session, shows Session, weight 2,
            creates false, blank Operation::ExpireSession;
    }
    requests {
        Begin = "begin", shows Nothing, weight 8, blank Input::Begin { key: KEY, operation: Operation::ExpireSession };
        Finish = "finish", shows Any, weight 7, blank Input::Finish { key: KEY };
    }
    events {
        Authenticate { intent, .. } = "authenticate", about Some(Target::Payment(intent)), shows Intent,
            weight 8, blank EnvironmentEvent::Authenticate { intent: INTENT, result: RESULT };
        Settle { intent } = "settle", about Some(Target::Payment(intent)), shows Intent,
            weight 6, blank EnvironmentEvent::Settle { intent: INTENT };
        CloseCancelWindow { intent } = "close_cancel_window", about Some(Target::Payment(intent)), shows Intent,
            weight 3, blank EnvironmentEvent::CloseCancelWindow { intent: INTENT };
        PostToLedger { intent } = "book", about Some(Target::Payment(intent)), shows Intent,
            weight 8, blank EnvironmentEvent::PostToLedger { intent: INTENT };
        ExpireHold { intent } = "expire", about Some(Target::Payment(intent)), shows Intent,
            weight 8, blank EnvironmentEvent::ExpireHold { intent: INTENT };
        Refund { intent, refund, .. } = "refund_progress", about Some(Target::Refund(intent, refund)), shows Refund,
            weight 10,
            blank EnvironmentEvent::Refund { intent: INTENT, refund: REFUND, progress: RefundProgress::Succeeds };
        AuthenticateSetup { .. } = "authenticate_setup", about Some(Target::Setup), shows Setup,
            weight 3, blank EnvironmentEvent::AuthenticateSetup { result: RESULT };
        SettleSetup { .. } = "settle_setup", about Some(Target::Setup), shows Setup,
            weight 2, blank EnvironmentEvent::SettleSetup;
        CustomerPays { intent, .. } = "pay", about Some(Target::Payment(intent)), shows Intent,
            weight 6, blank EnvironmentEvent::CustomerPays { intent: INTENT, method: METHOD };
        PruneKey { .. } = "prune", about None, shows Nothing,
            weight 3, blank EnvironmentEvent::PruneKey { key: KEY };
        Advance { .. } = "advance", about None, shows Nothing,
            weight 18, blank EnvironmentEvent::Advance { seconds: 0 };
    }
}

impl Verb {
    /// Returns the verb of an input.
    #[must_use]
    pub const fn of(input: &Input) -> Self {
        match input {
            Input::Call(call) => call.operation.kind().verb(),
            Input::Begin { .. } => Self::Begin,
            Input::Finish { .. } => Self::Finish,
            Input::Event(event) => event.kind().verb(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_that_of_its_plain_input_and_has_a_word_and_a_weight() {
        let mut verbs = Vec::new();
        for kind in OperationKind::ALL {
            assert_eq!(kind.blank().kind(), *kind);
            assert_eq!(kind.verb().operation(), Some(*kind));
            verbs.push(kind.verb());
        }
        verbs.extend([Verb::Begin, Verb::Finish]);
        verbs.extend(EventKind::ALL.iter().map(|kind| kind.verb()));
        assert_eq!(verbs, Verb::ALL);
        for verb in verbs {
            assert_eq!(Verb::of(&verb.blank()), verb);
            assert_eq!(Verb::from_name(verb.name()), Some(verb));
            assert!(verb.weight() > 0, "the generator never makes {}", verb.name());
        }
    }
}
