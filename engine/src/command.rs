//! What clients, the world outside and the worker ask of the engine: typed, before any rule is applied.
//!
//! Amounts are `i64` here, as clients may send anything; the rules turn them into [`crate::Money`] or refuse.

use crate::money::Currency;
use crate::objects::{
    CancellationReason, CaptureMethod, ConfirmationMethod, EventType, MethodTypes, RefundFailure, RefundReason,
    SessionMode, Texts, UiMode, Usage,
};
use crate::refusal::Refusal;
use crate::test_methods::{Decline, TestMethod};
use crate::{
    AccountId, ApiVersion, ApplicationFeeId, ChargeId, CheckoutSessionId, CustomerId, Kind, ObjectId, PaymentIntentId,
    PaymentMethodId, RefundId, SetupIntentId, TransferId, WebhookEndpointId,
};
use serde::{Deserialize, Serialize};

/// One request for a change or a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are operation and noun")]
pub enum Command {
    CreatePaymentIntent(Box<CreatePaymentIntent>),
    UpdatePaymentIntent(Box<UpdatePaymentIntent>),
    ConfirmPaymentIntent(ConfirmPaymentIntent),
    CapturePaymentIntent(CapturePaymentIntent),
    CancelPaymentIntent {
        intent: PaymentIntentId,
        reason: Option<CancellationReason>,
    },
    CreateRefund(CreateRefund),
    UpdateRefund {
        refund: RefundId,
        texts: TextsChange,
    },
    CancelRefund {
        refund: RefundId,
    },
    UpdateCharge {
        charge: ChargeId,
        texts: TextsChange,
    },
    CaptureCharge {
        charge: ChargeId,
    },
    CreateSetupIntent(Box<CreateSetupIntent>),
    UpdateSetupIntent(Box<UpdateSetupIntent>),
    ConfirmSetupIntent(ConfirmSetupIntent),
    CancelSetupIntent {
        intent: SetupIntentId,
        reason: Option<CancellationReason>,
    },
    VerifyMicrodeposits {
        intent: SetupIntentId,
        proof: Microdeposits,
    },
    CreateCheckoutSession(Box<CreateCheckoutSession>),
    ExpireCheckoutSession {
        session: CheckoutSessionId,
    },
    CreateCustomer(CustomerFields),
    UpdateCustomer {
        customer: CustomerId,
        fields: CustomerFields,
    },
    CreatePaymentMethod {
        test_method: TestMethod,
        texts: TextsChange,
    },
    AttachPaymentMethod {
        method: MethodRef,
        customer: CustomerId,
    },
    DetachPaymentMethod {
        method: PaymentMethodId,
    },
    CreateTransfer(CreateTransfer),
    CreateReversal(CreateReversal),
    CreateFeeRefund(CreateFeeRefund),
    CreateWebhookEndpoint(CreateWebhookEndpoint),
    UpdateWebhookEndpoint(UpdateWebhookEndpoint),
    DeleteWebhookEndpoint {
        endpoint: WebhookEndpointId,
    },
    Retrieve(ObjectId),
    List(ListQuery),
    /// The world outside moves: customers, banks, networks.
    World(WorldEvent),
    /// The worker runs a job that is due.
    Job(JobKey),
    /// A request that could not be read. When it names an object that does not exist, that is said first (§2.4).
    Malformed {
        target: Option<ObjectId>,
        refusal: Box<Refusal>,
    },
}

/// A payment method in a request: a saved one, or a test method by token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MethodRef {
    /// One that exists.
    Saved(PaymentMethodId),
    /// A new one of this make.
    Test(TestMethod),
}

/// Changes to an object's texts: `None` leaves a text, an empty one removes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextsChange(pub Option<Box<Texts>>);

impl TextsChange {
    /// The given metadata and nothing else.
    #[must_use]
    pub fn metadata(pairs: &[(&str, &str)]) -> Self {
        let metadata = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self(Some(Box::new(Texts { metadata, ..Texts::default() })))
    }
}

/// `transfer_data` of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferTerms {
    /// The connected account.
    pub destination: AccountId,
    /// How much of the charge goes there.
    pub amount: Option<i64>,
}

/// What only makes sense while confirming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmOptions {
    /// The customer is away.
    pub off_session: bool,
    /// Refuse rather than ask the customer to act.
    pub error_on_requires_action: bool,
    /// A `return_url` was given: the customer acts on another page.
    pub redirect: bool,
}

/// `POST /v1/payment_intents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreatePaymentIntent {
    pub amount: i64,
    pub currency: Currency,
    pub method: Option<MethodRef>,
    pub method_types: Option<MethodTypes>,
    pub customer: Option<CustomerId>,
    pub capture_method: Option<CaptureMethod>,
    pub card_capture_manual: bool,
    pub request_multicapture: bool,
    pub confirmation_method: ConfirmationMethod,
    pub setup_future_usage: Option<Usage>,
    pub application_fee_amount: Option<i64>,
    pub transfer_data: Option<TransferTerms>,
    pub confirm: Option<ConfirmOptions>,
    pub texts: TextsChange,
}

impl CreatePaymentIntent {
    /// A request with these two parameters only.
    #[must_use]
    pub fn new(amount: i64, currency: Currency) -> Self {
        Self {
            amount,
            currency,
            method: None,
            method_types: None,
            customer: None,
            capture_method: None,
            card_capture_manual: false,
            request_multicapture: false,
            confirmation_method: ConfirmationMethod::Automatic,
            setup_future_usage: None,
            application_fee_amount: None,
            transfer_data: None,
            confirm: None,
            texts: TextsChange::default(),
        }
    }
}

/// `POST /v1/payment_intents/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct UpdatePaymentIntent {
    pub intent: PaymentIntentId,
    pub amount: Option<i64>,
    pub currency: Option<Currency>,
    pub method: Option<MethodRef>,
    pub method_types: Option<MethodTypes>,
    pub customer: Option<CustomerId>,
    pub capture_method: Option<CaptureMethod>,
    pub card_capture_manual: Option<bool>,
    pub request_multicapture: Option<bool>,
    pub setup_future_usage: Option<Usage>,
    pub application_fee_amount: Option<i64>,
    pub transfer_amount: Option<i64>,
    pub texts: TextsChange,
}

impl UpdatePaymentIntent {
    /// A request that changes nothing yet.
    #[must_use]
    pub fn new(intent: PaymentIntentId) -> Self {
        Self {
            intent,
            amount: None,
            currency: None,
            method: None,
            method_types: None,
            customer: None,
            capture_method: None,
            card_capture_manual: None,
            request_multicapture: None,
            setup_future_usage: None,
            application_fee_amount: None,
            transfer_amount: None,
            texts: TextsChange::default(),
        }
    }
}

/// `POST /v1/payment_intents/:id/confirm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct ConfirmPaymentIntent {
    pub intent: PaymentIntentId,
    pub method: Option<MethodRef>,
    pub capture_method: Option<CaptureMethod>,
    pub card_capture_manual: Option<bool>,
    pub request_multicapture: Option<bool>,
    pub setup_future_usage: Option<Usage>,
    pub application_fee_amount: Option<i64>,
    pub transfer_amount: Option<i64>,
    pub options: ConfirmOptions,
}

impl ConfirmPaymentIntent {
    /// A request without parameters.
    #[must_use]
    pub fn new(intent: PaymentIntentId) -> Self {
        Self {
            intent,
            method: None,
            capture_method: None,
            card_capture_manual: None,
            request_multicapture: None,
            setup_future_usage: None,
            application_fee_amount: None,
            transfer_amount: None,
            options: ConfirmOptions::default(),
        }
    }
}

/// `POST /v1/payment_intents/:id/capture`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CapturePaymentIntent {
    pub intent: PaymentIntentId,
    pub amount: Option<i64>,
    pub final_capture: Option<bool>,
    pub application_fee_amount: Option<i64>,
    pub transfer_amount: Option<i64>,
    pub texts: TextsChange,
}

impl CapturePaymentIntent {
    /// A request without parameters: capture all that is left, finally.
    #[must_use]
    pub fn new(intent: PaymentIntentId) -> Self {
        let (application_fee_amount, transfer_amount) = (None, None);
        let texts = TextsChange::default();
        Self { intent, amount: None, final_capture: None, application_fee_amount, transfer_amount, texts }
    }
}

/// `POST /v1/refunds`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateRefund {
    pub charge: Option<ChargeId>,
    pub intent: Option<PaymentIntentId>,
    pub amount: Option<i64>,
    pub reason: Option<RefundReason>,
    pub refund_application_fee: bool,
    pub reverse_transfer: bool,
    pub texts: TextsChange,
}

/// `POST /v1/setup_intents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateSetupIntent {
    pub method: Option<MethodRef>,
    pub method_types: Option<MethodTypes>,
    pub customer: Option<CustomerId>,
    pub usage: Usage,
    pub microdeposits: bool,
    pub confirm: Option<ConfirmOptions>,
    pub texts: TextsChange,
}

impl Default for CreateSetupIntent {
    fn default() -> Self {
        Self {
            method: None,
            method_types: None,
            customer: None,
            usage: Usage::OffSession,
            microdeposits: false,
            confirm: None,
            texts: TextsChange::default(),
        }
    }
}

/// `POST /v1/setup_intents/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct UpdateSetupIntent {
    pub intent: SetupIntentId,
    pub method: Option<MethodRef>,
    pub method_types: Option<MethodTypes>,
    pub customer: Option<CustomerId>,
    pub microdeposits: Option<bool>,
    pub texts: TextsChange,
}

/// `POST /v1/setup_intents/:id/confirm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct ConfirmSetupIntent {
    pub intent: SetupIntentId,
    pub method: Option<MethodRef>,
    pub microdeposits: Option<bool>,
    pub options: ConfirmOptions,
}

/// How the customer proves to own a bank account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Microdeposits {
    /// The two amounts deposited, in cents.
    Amounts(i64, i64),
    /// The code in the statement.
    Code(String),
}

/// One position of a session's bill in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct LineItemTerms {
    pub name: String,
    pub currency: Currency,
    pub unit_amount: i64,
    pub quantity: i64,
}

/// `POST /v1/checkout/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateCheckoutSession {
    pub mode: SessionMode,
    pub ui_mode: UiMode,
    pub line_items: Vec<LineItemTerms>,
    pub currency: Option<Currency>,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub return_url: Option<String>,
    pub client_reference_id: Option<String>,
    pub customer: Option<CustomerId>,
    pub customer_email: Option<String>,
    pub expires_at: Option<i64>,
    pub method_types: Option<MethodTypes>,
    pub capture_method: Option<CaptureMethod>,
    pub request_multicapture: bool,
    pub setup_future_usage: Option<Usage>,
    pub application_fee_amount: Option<i64>,
    pub transfer_data: Option<TransferTerms>,
    pub texts: TextsChange,
}

impl CreateCheckoutSession {
    /// A request without parameters beyond mode and page.
    #[must_use]
    pub fn new(mode: SessionMode, ui_mode: UiMode) -> Self {
        Self {
            mode,
            ui_mode,
            line_items: Vec::new(),
            currency: None,
            success_url: None,
            cancel_url: None,
            return_url: None,
            client_reference_id: None,
            customer: None,
            customer_email: None,
            expires_at: None,
            method_types: None,
            capture_method: None,
            request_multicapture: false,
            setup_future_usage: None,
            application_fee_amount: None,
            transfer_data: None,
            texts: TextsChange::default(),
        }
    }
}

/// The fields of a customer in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CustomerFields {
    pub name: Option<String>,
    pub email: Option<String>,
    pub texts: TextsChange,
}

/// `POST /v1/transfers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateTransfer {
    pub amount: i64,
    pub currency: Currency,
    pub destination: AccountId,
    pub source: Option<ChargeId>,
    pub texts: TextsChange,
}

/// `POST /v1/transfers/:id/reversals`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateReversal {
    pub transfer: TransferId,
    pub amount: Option<i64>,
    pub texts: TextsChange,
}

/// `POST /v1/application_fees/:id/refunds`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateFeeRefund {
    pub fee: ApplicationFeeId,
    pub amount: Option<i64>,
    pub texts: TextsChange,
}

/// `POST /v1/webhook_endpoints`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateWebhookEndpoint {
    pub url: String,
    pub events: Option<Vec<EventType>>,
    pub connect: bool,
    pub version: Option<ApiVersion>,
    pub texts: TextsChange,
}

/// `POST /v1/webhook_endpoints/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct UpdateWebhookEndpoint {
    pub endpoint: WebhookEndpointId,
    pub url: Option<String>,
    pub events: Option<Option<Vec<EventType>>>,
    pub disabled: Option<bool>,
    pub texts: TextsChange,
}

/// A page of objects, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Which kind.
    pub kind: Kind,
    /// Only those that belong to this object (a payment's refunds, a transfer's reversals, a customer's methods).
    pub of: Option<ObjectId>,
    /// Only events of this type.
    pub event_type: Option<EventType>,
    /// At most this many, 1 to 100.
    pub limit: i64,
    /// Only those older than this object.
    pub starting_after: Option<ObjectId>,
    /// Only those newer than this object.
    pub ending_before: Option<ObjectId>,
}

impl ListQuery {
    /// The ten newest objects of `kind`.
    #[must_use]
    pub const fn newest(kind: Kind) -> Self {
        Self { kind, of: None, event_type: None, limit: 10, starting_after: None, ending_before: None }
    }
}

/// What customers, banks and networks do, by command of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorldEvent {
    /// The customer passes or fails the authentication of a payment.
    Authenticate {
        /// Of which payment.
        intent: PaymentIntentId,
        /// Whether the customer passes.
        passes: bool,
    },
    /// The customer passes or fails the authentication of a setup.
    AuthenticateSetup {
        /// Of which setup.
        intent: SetupIntentId,
        /// Whether the customer passes.
        passes: bool,
    },
    /// The bank answers a request for a mandate to debit (C19).
    MandateAnswered {
        /// Of which setup.
        intent: SetupIntentId,
    },
    /// The customer pays, or sets up, on a session's page.
    CompleteSession {
        /// Which session.
        session: CheckoutSessionId,
        /// With what.
        method: MethodRef,
        /// The address the customer typed.
        email: Option<String>,
    },
    /// The bank settles or rejects a debit.
    BankAnswers {
        /// Of which payment.
        intent: PaymentIntentId,
        /// What the bank says.
        answer: Result<(), Decline>,
    },
    /// A bank debit can no longer be canceled (C18).
    CancelWindowCloses {
        /// Of which payment.
        intent: PaymentIntentId,
    },
    /// The network reports that a refund arrived or failed.
    RefundReported {
        /// Which refund.
        refund: RefundId,
        /// How it went.
        outcome: Result<(), RefundFailure>,
    },
    /// The bank returns a refund: the customer must give other details.
    RefundReturned {
        /// Which refund.
        refund: RefundId,
    },
    /// The customer gives the details a refund waits for.
    RefundDetailsGiven {
        /// Which refund.
        refund: RefundId,
    },
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum JobKind {
    /// Ends a hold whose window is over (§2.7).
    ExpireHold = 0,
    /// Runs the background capture and fills the ledger (A2, A12).
    FillLedger = 1,
    /// Asks how a bank debit went (C8).
    BankOutcome = 2,
    /// Asks how a refund went (§2.6).
    RefundOutcome = 3,
    /// Fails a refund whose customer never gave details (§2.6).
    RefundDetails = 4,
    /// Expires a Checkout Session (B16).
    ExpireSession = 5,
    /// Posts an event to an endpoint (§2.12).
    Deliver = 6,
}

impl JobKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ExpireHold,
        Self::FillLedger,
        Self::BankOutcome,
        Self::RefundOutcome,
        Self::RefundDetails,
        Self::ExpireSession,
        Self::Deliver,
    ];
}

/// A job's name: there is at most one of a kind for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobKey {
    /// What it does.
    pub kind: JobKind,
    /// To what.
    pub object: ObjectId,
}

impl JobKey {
    /// The job of `kind` for `object`.
    #[must_use]
    pub fn new(kind: JobKind, object: impl Into<ObjectId>) -> Self {
        Self { kind, object: object.into() }
    }
}
