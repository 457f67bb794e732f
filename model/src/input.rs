//! The inputs of the model: a client's request ([`Operation`]) or an event of the environment ([`EnvironmentEvent`]).

use crate::{Currency, PaymentMethod};

/// Number of a PaymentIntent, from 0 in the order of creation; `pi1` in traces is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub u8);

/// Number of a refund of a PaymentIntent, from 0; `re1` in traces is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefundId(pub u8);

/// Number of an idempotency key, from 0; `key1` in traces is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u8);

/// One input to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// A client's request, executed and answered in one step.
    Call(Call),
    /// The arrival of a request under a key. It locks its object and receives no response yet.
    Begin {
        /// Its idempotency key.
        key: KeyId,
        /// The requested operation.
        operation: Operation,
    },
    /// The execution of the request that [`Input::Begin`] left open, and its response.
    Finish {
        /// Its idempotency key.
        key: KeyId,
    },
    /// An event of the environment.
    Event(EnvironmentEvent),
}

/// A request with its idempotency key and its delivery fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The requested operation.
    pub operation: Operation,
    /// The idempotency key, if the client sent one (IDEM-1).
    pub key: Option<KeyId>,
    /// The fault of the delivery.
    pub fault: DeliveryFault,
}

impl From<Operation> for Input {
    /// Returns a plain request: without a key and without a fault.
    fn from(operation: Operation) -> Self {
        Self::Call(Call { operation, key: None, fault: DeliveryFault::None })
    }
}

impl From<EnvironmentEvent> for Input {
    fn from(event: EnvironmentEvent) -> Self {
        Self::Event(event)
    }
}

/// A fault in the delivery of a request or of its response (R1–R3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeliveryFault {
    /// No fault.
    #[default]
    None,
    /// The server responds with 500 before it executes the request.
    ErrorBefore,
    /// The server executes the request, then responds with 500 (R2).
    ErrorAfter,
    /// The server executes the request and responds; the response is lost (R1).
    AnswerLost,
}

/// A client's request. Amounts are numbers as the client wrote them: possibly negative or huge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields are the objects named by the operation and its parameters")]
pub enum Operation {
    /// Create a PaymentIntent, and with `confirm` confirm it at once (C4–C6).
    CreateIntent { intent: IntentId, create: Create },
    /// Change one parameter of a PaymentIntent.
    UpdateIntent { intent: IntentId, update: Update },
    /// Start an attempt to pay (C6, A3).
    ConfirmIntent { intent: IntentId, confirm: Confirm },
    /// Capture authorized money, in full or in part (B33–B40).
    CaptureIntent { intent: IntentId, capture: Capture },
    /// Cancel a PaymentIntent and release its hold (C14, C15).
    CancelIntent { intent: IntentId, reason: Option<CancellationReason> },
    /// Refund captured money (B42).
    CreateRefund { intent: IntentId, refund: CreateRefund },
    /// Cancel a refund that waits for the customer (REF-6).
    CancelRefund { intent: IntentId, refund: RefundId },
    /// Refund a part of the application fee by its own endpoint (B46).
    RefundFee { intent: IntentId, amount: Option<i64> },
    /// Reverse a part of the transfer by its own endpoint (B46).
    ReverseTransfer { intent: IntentId, amount: Option<i64> },
    /// Transfer a part of a platform charge to a connected account, with `source_transaction` (B7).
    CreateTransfer { intent: IntentId, amount: Option<i64> },
    /// Create the SetupIntent (C2, C19).
    CreateSetup { method: Option<PaymentMethod>, confirm: bool },
    /// Change the payment method of the SetupIntent.
    UpdateSetup { method: PaymentMethod },
    /// Save the payment method (C19).
    ConfirmSetup { method: Option<PaymentMethod> },
    /// Cancel the SetupIntent.
    CancelSetup { reason: Option<CancellationReason> },
    /// Prove ownership of the bank account by the amounts of two small deposits (SI-8).
    VerifyMicrodeposits,
    /// Create the Checkout Session (B15–B23).
    CreateSession(CreateSession),
    /// Expire the Checkout Session before a payment (CHK-1).
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
    /// Owner of the charge.
    pub flow: Flow,
    /// `application_fee_amount`.
    pub fee: Option<i64>,
    /// `transfer_data[amount]`.
    pub transfer: Option<i64>,
    /// `confirm`: confirm in the same request.
    pub confirm: bool,
    /// `off_session`: the customer is absent; only together with `confirm` (PI-3).
    pub off_session: bool,
}

impl Create {
    /// Returns a plain request for `amount` US cents by card, with every default.
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

/// Parameters of [`Operation::UpdateIntent`]: one change for each request.
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
    /// `metadata`, which no requirement refers to.
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
    /// `amount_to_capture`; the default is the remainder (CAP-8).
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
    /// `amount`; the default is the remainder (REF-1).
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
    /// Total of the line items, in minor units; ignored in setup mode.
    pub amount: i64,
    /// `payment_intent_data[capture_method]=manual` (B9).
    pub manual: bool,
    /// `payment_method_options[card][request_multicapture]=if_available` (B18).
    pub multicapture: bool,
    /// `true` if `success_url` is given (B15).
    pub success_url: bool,
    /// `true` if `return_url` is given (B22).
    pub return_url: bool,
    /// `expires_at`, in seconds from now; the default is 24 hours (B16).
    pub expires_in: Option<u32>,
}

/// An event of the environment: of the customer, a bank, a background job, the store or the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields are the objects that the event happens to")]
pub enum EnvironmentEvent {
    /// The customer completes or leaves the challenge of the bank (C7).
    Authenticate { intent: IntentId, result: Authentication },
    /// The bank settles or returns a debit (C8).
    Settle { intent: IntentId },
    /// The bank closes the window in which a debit can be canceled (C18).
    CloseCancelWindow { intent: IntentId },
    /// The background capture reaches the ledger (A2, A12).
    PostToLedger { intent: IntentId },
    /// The expiry job runs (B35, U9).
    ExpireHold { intent: IntentId },
    /// A refund changes its status without a request (REF-2).
    Refund { intent: IntentId, refund: RefundId, progress: RefundProgress },
    /// The customer completes or leaves the challenge to saving the method (C19).
    AuthenticateSetup { result: Authentication },
    /// The bank confirms or rejects the mandate (C19).
    SettleSetup,
    /// The customer pays, or saves a method, on the page of the Checkout Session. `intent` names the PaymentIntent that
    /// this creates; it is ignored if the session has one.
    CustomerPays { intent: IntentId, method: PaymentMethod },
    /// The store removes a key whose retention has ended (IDEM-2).
    PruneKey { key: KeyId },
    /// Time passes, and every deadline on the way takes effect.
    Advance { seconds: u32 },
}

/// The result of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authentication {
    /// The customer authenticates.
    Succeeds,
    /// The customer fails to authenticate.
    Fails,
    /// The customer closes the page; the challenge stays open.
    Abandoned,
}

/// A change of a refund's status without a request (REF-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundProgress {
    /// The money arrives.
    Succeeds,
    /// The money returns to the merchant, and the refund fails.
    Fails,
    /// The customer provides the details of the destination.
    DetailsGiven,
    /// The bank returns the money, and the customer must provide details again.
    Returned,
}

/// `capture_method` (VOC-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CaptureMethod {
    /// Captured at confirmation, in the response.
    Automatic,
    /// Captured at confirmation for the merchant; posted to the ledger in the background (A1, A2).
    AutomaticAsync,
    /// Captured by the merchant's request (B28).
    Manual,
}

/// `confirmation_method` (VOC-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ConfirmationMethod {
    /// A successful authentication continues the payment.
    Automatic,
    /// After a successful authentication the server must confirm again.
    Manual,
}

/// Owner of a charge (B48, CON-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Flow {
    /// The platform, without a connected account or with one that is paid by separate transfers.
    Platform,
    /// The connected account (`Stripe-Account` header).
    Direct,
    /// The platform, which transfers the money to a connected account (`transfer_data[destination]`).
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
    /// Given by the system: an expired hold or session, or too many confirmations.
    Automatic,
}

/// `mode` of a Checkout Session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SessionMode {
    /// The session takes a payment.
    Payment,
    /// The session saves a payment method.
    Setup,
}

/// `ui_mode` of a Checkout Session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SessionUi {
    /// The provider's page, which redirects the customer to `success_url` (B15, B17).
    Hosted,
    /// A form in the merchant's page, which continues at `return_url` (B22).
    Embedded,
}
