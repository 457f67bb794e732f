//! The bounded instances: the clients' operations, the possible failures, and the planted mistake.

/// Two keys for each operation: the careful one, and the fresh one of a careless client.
pub const KEYS: u8 = 8;
/// One question for each key, and the last one for the expiry job.
pub const QUESTIONS: u8 = 9;
/// The question of the expiry job.
pub const EXPIRY: u8 = 8;
/// The amount that a confirmation authorizes, in minor units.
pub const AUTHORIZED: u8 = 2;

/// An order about the payment. Amounts are minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Authorize 2 units.
    Confirm,
    /// Capture a piece; a final one releases the rest.
    Capture {
        /// The piece.
        amount: u8,
        /// Whether the rest of the hold is released.
        is_final: bool,
    },
    /// Return captured money.
    Refund {
        /// The amount returned.
        amount: u8,
    },
    /// Release a hold without any capture.
    Cancel,
    /// Release what the hold has left, after its deadline.
    Expire,
}

/// The care of the clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientCare {
    /// The clients repeat a request under its key, for less than a day.
    Careful,
    /// The clients repeat a request that has no answer under a fresh key.
    RetriesUnderFreshKey,
    /// The clients repeat a request under its key after the key's day has ended.
    RetriesAfterTheDay,
}

/// The care of the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MerchantCare {
    /// The merchant stores each event once, reads the payment, and acknowledges afterwards.
    Careful,
    /// The merchant fulfills on every delivery of a capture's event.
    FulfillsOnEveryDelivery,
    /// The merchant fulfills when the customer returns.
    TrustsTheRedirect,
    /// The merchant acknowledges an event before it has stored it.
    AcknowledgesFirst,
}

/// A mistake planted in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtocolFault {
    /// The acquirer is asked before the question is recorded.
    AsksBeforeRecording,
    /// A question asked again has another reference.
    FreshReference,
    /// The key's answer is stored after the transaction of the effect.
    KeyOutsideTheTransaction,
    /// The event is stored after the transaction of the effect.
    OutboxOutsideTheTransaction,
    /// An answer that arrives again is applied again.
    AnswerAppliedTwice,
    /// The worker takes a question that a request works on.
    WorkerRacesRequest,
    /// A key is forgotten while its question is open.
    KeyForgottenEarly,
    /// The client gets its answer before the transaction.
    RespondsBeforeCommit,
    /// The expiry job asks although a question is open.
    ExpiryIgnoresOpenQuestion,
    /// A question without an answer counts as declined.
    SilenceIsDecline,
    /// The worker replaces the stored answer of a key.
    StoredAnswerReplaced,
}

impl ProtocolFault {
    /// Every planted fault.
    pub const ALL: [Self; 11] = [
        Self::AsksBeforeRecording,
        Self::FreshReference,
        Self::KeyOutsideTheTransaction,
        Self::OutboxOutsideTheTransaction,
        Self::AnswerAppliedTwice,
        Self::WorkerRacesRequest,
        Self::KeyForgottenEarly,
        Self::RespondsBeforeCommit,
        Self::ExpiryIgnoresOpenQuestion,
        Self::SilenceIsDecline,
        Self::StoredAnswerReplaced,
    ];

    /// Returns the fault in words.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AsksBeforeRecording => "the engine asks the acquirer before it records the question",
            Self::FreshReference => "a question asked again has another reference",
            Self::KeyOutsideTheTransaction => "the key's answer is stored outside the transaction of the effect",
            Self::OutboxOutsideTheTransaction => "the event is stored outside the transaction of the effect",
            Self::AnswerAppliedTwice => "an answer that arrives twice is applied twice",
            Self::WorkerRacesRequest => "the worker takes a question that a request works on",
            Self::KeyForgottenEarly => "a key is forgotten while its question is open",
            Self::RespondsBeforeCommit => "the engine responds before it commits",
            Self::ExpiryIgnoresOpenQuestion => "the expiry job asks although a capture is being asked",
            Self::SilenceIsDecline => "a question without an answer counts as declined",
            Self::StoredAnswerReplaced => "the worker replaces the stored answer of a key",
        }
    }
}

/// A bounded instance of the protocol.
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    /// The name on the command line and in reports.
    pub name: &'static str,
    /// The content of the instance.
    pub about: &'static str,
    /// The operations of each client, in their order. At most 4 in all.
    pub clients: [&'static [Asked]; 2],
    /// Whether the hold may reach its deadline.
    pub deadline: bool,
    /// Whether the day of the keys may end.
    pub key_day: bool,
    /// Whether the issuer may decline the confirmation.
    pub declines: bool,
    /// The clients' care.
    pub client: ClientCare,
    /// The merchant's care.
    pub merchant: MerchantCare,
    /// The planted mistake, if any.
    pub fault: Option<ProtocolFault>,
    /// Whether it is explored only on request.
    pub deep: bool,
}

const PIECE: Asked = Asked::Capture { amount: 1, is_final: false };
const LAST_PIECE: Asked = Asked::Capture { amount: 1, is_final: true };
const REFUND: Asked = Asked::Refund { amount: 1 };

const PLAIN: Instance = Instance {
    name: "",
    about: "",
    clients: [&[], &[]],
    deadline: false,
    key_day: false,
    declines: false,
    client: ClientCare::Careful,
    merchant: MerchantCare::Careful,
    fault: None,
    deep: false,
};

/// The instances that must be free of violations.
pub const INSTANCES: [Instance; 4] = [
    Instance {
        name: "retries",
        about: "one client confirms, captures a piece and refunds it; an issuer that may decline; the key's day ends",
        clients: [&[Asked::Confirm, PIECE, REFUND], &[]],
        key_day: true,
        declines: true,
        ..PLAIN
    },
    Instance {
        name: "capture_and_cancel",
        about: "one client confirms and captures, another cancels; the hold may expire",
        clients: [&[Asked::Confirm, LAST_PIECE], &[Asked::Cancel]],
        deadline: true,
        declines: true,
        ..PLAIN
    },
    Instance {
        name: "two_clients",
        about: "two clients capture the same hold; the hold may expire; the key's day ends",
        clients: [&[Asked::Confirm, PIECE], &[LAST_PIECE]],
        deadline: true,
        key_day: true,
        ..PLAIN
    },
    Instance {
        name: "four_operations",
        about: "two clients confirm, capture twice and refund",
        clients: [&[Asked::Confirm, PIECE, REFUND], &[LAST_PIECE]],
        deep: true,
        ..PLAIN
    },
];

/// A small instance, for the comparison with the second encoding: the hold may expire, nothing ends the key's day.
pub const SMALL: Instance = Instance {
    name: "small",
    about: "one client confirms and captures; the hold may expire",
    clients: [&[Asked::Confirm, LAST_PIECE], &[]],
    deadline: true,
    declines: true,
    ..PLAIN
};

impl Instance {
    /// Returns the instance in which `fault` shows.
    #[must_use]
    pub fn with_fault(fault: ProtocolFault) -> Self {
        Self {
            name: "planted",
            about: fault.sentence(),
            clients: [&[Asked::Confirm, PIECE], &[]],
            deadline: fault == ProtocolFault::ExpiryIgnoresOpenQuestion,
            fault: Some(fault),
            ..PLAIN
        }
    }

    /// Returns the instance in which a careless client loses money.
    #[must_use]
    pub fn with_client(client: ClientCare) -> Self {
        let day = client == ClientCare::RetriesAfterTheDay;
        let about = match client {
            ClientCare::Careful => "the client repeats a request under its key, for less than a day",
            ClientCare::RetriesUnderFreshKey => "the client repeats a request under a fresh key",
            ClientCare::RetriesAfterTheDay => "the client repeats a request after the day of its key",
        };
        let clients: [&[Asked]; 2] = [&[Asked::Confirm, PIECE], &[]];
        Self { name: "careless client", about, clients, client, key_day: day, ..PLAIN }
    }

    /// Returns the instance in which a careless merchant is wrong about its order.
    #[must_use]
    pub fn with_merchant(merchant: MerchantCare) -> Self {
        let about = match merchant {
            MerchantCare::Careful => "the merchant stores each event once and acknowledges it afterwards",
            MerchantCare::FulfillsOnEveryDelivery => "the merchant fulfills on every delivery of an event",
            MerchantCare::TrustsTheRedirect => "the merchant fulfills when the customer returns",
            MerchantCare::AcknowledgesFirst => "the merchant acknowledges an event before it stores it",
        };
        let clients: [&[Asked]; 2] = [&[Asked::Confirm, LAST_PIECE], &[]];
        Self { name: "careless merchant", about, clients, merchant, ..PLAIN }
    }

    /// Returns the order that the question is about: `None` for a question that no operation has.
    #[must_use]
    pub fn asked(&self, question: u8) -> Option<Asked> {
        if question == EXPIRY {
            return Some(Asked::Expire);
        }
        let place = question / 2;
        let [first, second] = self.clients;
        let of_first = u8::try_from(first.len()).unwrap_or(u8::MAX);
        match place.checked_sub(of_first) {
            None => first.get(usize::from(place)).copied(),
            Some(rest) => second.get(usize::from(rest)).copied(),
        }
    }

    /// Returns the careful key of the operation at `at` of `client`: `None` past its last operation.
    #[must_use]
    pub fn key(&self, client: u8, at: u8) -> Option<u8> {
        let [first, second] = self.clients;
        let (script, before) = if client == 0 { (first, 0) } else { (second, first.len()) };
        script.get(usize::from(at))?;
        u8::try_from(before).ok()?.checked_add(at)?.checked_mul(2)
    }

    /// Returns the number of operations of `client`.
    #[must_use]
    pub fn length(&self, client: u8) -> u8 {
        let [first, second] = self.clients;
        let script = if client == 0 { first } else { second };
        u8::try_from(script.len()).unwrap_or(u8::MAX)
    }

    /// Returns the client that owns `key`.
    #[must_use]
    pub fn owner(&self, key: u8) -> u8 {
        u8::from(key / 2 >= self.length(0))
    }
}
