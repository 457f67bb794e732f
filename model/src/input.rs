//! What can happen: what a client asks ([`Operation`]) and what the world does ([`EnvironmentEvent`]).

use crate::{Currency, PaymentMethod};

/// Which PaymentIntent, counted from 0 in the order of creation; `pi1` in traces is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub u8);

/// Which refund of a PaymentIntent, counted from 0; `re1` in traces is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefundId(pub u8);

/// Which idempotency key, counted from 0; `key1` in traces is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u8);

/// One thing that happens to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// A client asks, and is answered.
    Call(Call),
    /// A request under a key has arrived and holds its object, but is not answered yet.
    Begin {
        /// The idempotency key it came with.
        key: KeyId,
        /// What it asks.
        operation: Operation,
    },
    /// The request that [`Input::Begin`] left open is carried out and answered.
    Finish {
        /// The key it came with.
        key: KeyId,
    },
    /// The world moves.
    Event(EnvironmentEvent),
}

/// A request and the way it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// What is asked.
    pub operation: Operation,
    /// The idempotency key, if the client sent one (IDEM-1).
    pub key: Option<KeyId>,
    /// What goes wrong on the way.
    pub fault: DeliveryFault,
}

impl From<Operation> for Input {
    /// A plain request: no key, nothing goes wrong.
    fn from(operation: Operation) -> Self {
        Self::Call(Call { operation, key: None, fault: DeliveryFault::None })
    }
}

impl From<EnvironmentEvent> for Input {
    fn from(event: EnvironmentEvent) -> Self {
        Self::Event(event)
    }
}

/// What goes wrong with a request (R1–R3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeliveryFault {
    /// Nothing.
    #[default]
    None,
    /// The server answers 500 before it has done anything.
    ErrorBefore,
    /// The server does what is asked, then answers 500 (R2).
    ErrorAfter,
    /// The server does what is asked and answers; the answer never arrives (R1).
    AnswerLost,
}

/// What a client asks. Amounts are numbers as the client wrote them: possibly negative or huge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields are the objects named by the operation and its parameters")]
pub enum Operation {
    /// Create a PaymentIntent, and with `confirm` confirm it at once (C4–C6).
    CreateIntent { intent: IntentId, create: Create },
    /// Change one thing about a PaymentIntent.
    UpdateIntent { intent: IntentId, update: Update },
    /// Start an attempt to pay (C6, A3).
    ConfirmIntent { intent: IntentId, confirm: Confirm },
    /// Take authorized money, all or a part (B33–B40).
    CaptureIntent { intent: IntentId, capture: Capture },
    /// End a PaymentIntent for good and let go of what it holds (C14, C15).
    CancelIntent { intent: IntentId, reason: Option<CancellationReason> },
    /// Give captured money back (B42).
    CreateRefund { intent: IntentId, refund: CreateRefund },
    /// Stop a refund that waits for the customer (REF-6).
    CancelRefund { intent: IntentId, refund: RefundId },
    /// Give a part of the application fee back, by its own endpoint (B46).
    RefundFee { intent: IntentId, amount: Option<i64> },
    /// Take a part of the transfer back, by its own endpoint (B46).
    ReverseTransfer { intent: IntentId, amount: Option<i64> },
    /// Send a part of a platform charge to a connected account, with `source_transaction` (B7).
    CreateTransfer { intent: IntentId, amount: Option<i64> },
    /// Create the SetupIntent (C2, C19).
    CreateSetup { method: Option<PaymentMethod>, confirm: bool },
    /// Give the SetupIntent another payment method.
    UpdateSetup { method: PaymentMethod },
    /// Save the payment method (C19).
    ConfirmSetup { method: Option<PaymentMethod> },
    /// End the SetupIntent.
    CancelSetup { reason: Option<CancellationReason> },
    /// Prove ownership of the bank account by the amounts of two small deposits (SI-8).
    VerifyMicrodeposits,
    /// Create the Checkout Session (B15–B23).
    CreateSession(CreateSession),
    /// Close the Checkout Session before anyone pays (CHK-1).
    ExpireSession,
}

/// Parameters of [`Operation::CreateIntent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Create {
    /// `amount`, in minor units.
    pub amount: i64,
    /// `currency`.
    pub currency: Currency,
    /// `payment_method`.
    pub method: Option<PaymentMethod>,
    /// `capture_method`; the default is automatic_async (A4).
    pub capture_method: CaptureMethod,
    /// `confirmation_method`.
    pub confirmation_method: ConfirmationMethod,
    /// `payment_method_options[card][request_multicapture]=if_available` (B29).
    pub multicapture: bool,
    /// Whose charge it is.
    pub flow: Flow,
    /// `application_fee_amount`.
    pub fee: Option<i64>,
    /// `transfer_data[amount]`.
    pub transfer: Option<i64>,
    /// `confirm`: confirm in the same request.
    pub confirm: bool,
    /// `off_session`: the customer is not there; only together with `confirm` (PI-3).
    pub off_session: bool,
}

impl Create {
    /// A plain request for `amount` US cents by card, all defaults.
    #[must_use]
    pub const fn of(amount: i64) -> Self {
        Self {
            amount,
            currency: Currency::Usd,
            method: None,
            capture_method: CaptureMethod::AutomaticAsync,
            confirmation_method: ConfirmationMethod::Automatic,
            multicapture: false,
            flow: Flow::Platform,
            fee: None,
            transfer: None,
            confirm: false,
            off_session: false,
        }
    }
}

/// Parameters of [`Operation::UpdateIntent`]: one change a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Update {
    /// `amount`.
    Amount(i64),
    /// `payment_method`.
    Method(PaymentMethod),
    /// `capture_method` (A3).
    CaptureMethod(CaptureMethod),
    /// `application_fee_amount` (B50).
    Fee(i64),
    /// `transfer_data[amount]` (B50).
    Transfer(i64),
    /// `metadata`, which no rule looks at.
    Metadata,
}

/// Parameters of [`Operation::ConfirmIntent`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Confirm {
    /// `payment_method`.
    pub method: Option<PaymentMethod>,
    /// `capture_method` (A3).
    pub capture_method: Option<CaptureMethod>,
    /// `application_fee_amount` (B50).
    pub fee: Option<i64>,
    /// `transfer_data[amount]` (B50).
    pub transfer: Option<i64>,
    /// `off_session`.
    pub off_session: bool,
}

/// Parameters of [`Operation::CaptureIntent`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capture {
    /// `amount_to_capture`; the default is all that is left (CAP-8).
    pub amount: Option<i64>,
    /// `final_capture`; the default is true (B35).
    pub final_capture: Option<bool>,
    /// `application_fee_amount` (B49, B50).
    pub fee: Option<i64>,
    /// `transfer_data[amount]` (B49, B50).
    pub transfer: Option<i64>,
}

/// Parameters of [`Operation::CreateRefund`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CreateRefund {
    /// `amount`; the default is all that is left (REF-1).
    pub amount: Option<i64>,
    /// `refund_application_fee` (B45).
    pub refund_application_fee: bool,
    /// `reverse_transfer` (B45).
    pub reverse_transfer: bool,
}

/// Parameters of [`Operation::CreateSession`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreateSession {
    /// `mode`.
    pub mode: SessionMode,
    /// `ui_mode`.
    pub ui: SessionUi,
    /// Total of the line items, in minor units; not looked at in setup mode.
    pub amount: i64,
    /// `payment_intent_data[capture_method]=manual` (B9).
    pub manual: bool,
    /// `payment_method_options[card][request_multicapture]=if_available` (B18).
    pub multicapture: bool,
    /// Is `success_url` given? (B15)
    pub success_url: bool,
    /// Is `return_url` given? (B22)
    pub return_url: bool,
    /// `expires_at`, in seconds from now; the default is 24 hours (B16).
    pub expires_in: Option<u32>,
}

/// What the world does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields are the objects that the event happens to")]
pub enum EnvironmentEvent {
    /// The customer deals with the bank's challenge (C7).
    Authenticate { intent: IntentId, result: Authentication },
    /// The bank answers a debit (C8).
    Settle { intent: IntentId },
    /// The bank has taken the debit so far that no cancel stops it any more (C18).
    CloseCancelWindow { intent: IntentId },
    /// The background capture reaches the ledger (A2, A12).
    PostToLedger { intent: IntentId },
    /// The expiry job comes by (B35, U9).
    ExpireHold { intent: IntentId },
    /// A refund moves on by itself (REF-2).
    Refund { intent: IntentId, refund: RefundId, progress: RefundProgress },
    /// The customer deals with the bank's challenge to saving the method (C19).
    AuthenticateSetup { result: Authentication },
    /// The bank answers the request for a mandate (C19).
    SettleSetup,
    /// The customer pays (or saves a method) on the Checkout page. The PaymentIntent that this
    /// creates is `intent`; not looked at when the session has one already.
    CustomerPays { intent: IntentId, method: PaymentMethod },
    /// The store forgets a key that is old enough (IDEM-2).
    PruneKey { key: KeyId },
    /// Time passes. Whatever has to happen by then happens on the way.
    Advance { seconds: u32 },
}

/// How the customer deals with a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authentication {
    /// Shows who they are.
    Succeeds,
    /// Does not.
    Fails,
    /// Closes the page; nothing is decided.
    Abandoned,
}

/// How a refund moves on by itself (REF-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundProgress {
    /// The money arrives.
    Succeeds,
    /// The money comes back for good.
    Fails,
    /// The customer says where the money shall go.
    DetailsGiven,
    /// The bank sends the money back; the customer is asked again.
    Returned,
}

/// `capture_method` (VOC-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CaptureMethod {
    /// At once, in the answer.
    Automatic,
    /// At once for the merchant; in the background for the ledger (A1, A2).
    AutomaticAsync,
    /// When the merchant asks (B28).
    Manual,
}

/// `confirmation_method` (VOC-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ConfirmationMethod {
    /// A customer's authentication carries the payment on by itself.
    Automatic,
    /// After a customer's authentication the server must confirm once more.
    Manual,
}

/// Whose charge it is (B48, CON-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Flow {
    /// The platform's own; no connected account, or one that is paid by separate transfers.
    Platform,
    /// The connected account's (`Stripe-Account` header).
    Direct,
    /// The platform's, sent on to a connected account (`transfer_data[destination]`).
    Destination,
}

/// `cancellation_reason` (VOC-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the provider's own words")]
pub enum CancellationReason {
    Duplicate,
    Fraudulent,
    RequestedByCustomer,
    Abandoned,
    /// The system's own: a hold or a session ran out, or too many confirmations.
    Automatic,
}

/// `mode` of a Checkout Session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SessionMode {
    /// Pay.
    Payment,
    /// Save a payment method.
    Setup,
}

/// `ui_mode` of a Checkout Session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SessionUi {
    /// The provider's page, which sends the customer to `success_url` (B15, B17).
    Hosted,
    /// In the merchant's page, which goes on at `return_url` (B22).
    Embedded,
}
