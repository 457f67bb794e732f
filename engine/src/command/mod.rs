//! Commands of clients, of the environment and of the worker: typed, before any rule is applied.
//!
//! Amounts are `i64` here because clients may send any number. The core turns them into [`crate::Money`] or refuses
//! them.

mod environment;
mod payments;
mod resources;
mod setups;

pub use environment::{EnvironmentEvent, JobKey, JobKind};
pub use payments::{
    CapturePaymentIntent, Choices, ConfirmPaymentIntent, CreatePaymentIntent, CreateRefund, UpdatePaymentIntent,
};
pub use resources::{
    CreateFeeRefund, CreateReversal, CreateTransfer, CreateWebhookEndpoint, CustomerFields, ListQuery,
    UpdateWebhookEndpoint,
};
pub use setups::{
    ConfirmSetupIntent, CreateCheckoutSession, CreateSetupIntent, LineItemTerms, Microdeposits, UpdateSetupIntent,
};

use crate::objects::{CancellationReason, Texts};
use crate::refusal::Refusal;
use crate::test_methods::TestMethod;
use crate::time::Seconds;
use crate::{
    AccountId, ChargeId, CheckoutSessionId, CustomerId, ObjectId, PaymentIntentId, PaymentMethodId, RefundId,
    SetupIntentId, WebhookEndpointId,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A command: a change or a read.
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
    DeleteCustomer {
        customer: CustomerId,
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
    RollWebhookSecret {
        endpoint: WebhookEndpointId,
        /// The seconds for which the old secret still signs, 0 to 86 400 (HOOK-10).
        keep: Seconds,
    },
    /// A new account connected to the caller's.
    CreateAccount {
        /// The country code: two upper-case letters.
        country: String,
    },
    Retrieve(ObjectId),
    List(ListQuery),
    /// An event of the environment.
    Environment(EnvironmentEvent),
    /// The worker runs a job that is due.
    Job(JobKey),
    /// A request that could not be read. If it names an unknown object, the response reports that first (CAP-15).
    Malformed {
        target: Option<ObjectId>,
        refusal: Box<Refusal>,
    },
}

/// A payment method in a request: a saved one, or a test method by token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MethodRef {
    /// A saved method.
    Saved(PaymentMethodId),
    /// A new method of this test method.
    Test(TestMethod),
}

/// Changes to an object's texts: `None` leaves a text, an empty one removes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextsChange(pub Option<Box<Texts>>);

impl TextsChange {
    /// Returns the given metadata and nothing else.
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
    /// The amount transferred.
    pub amount: Option<i64>,
}

/// The options of a confirmation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmOptions {
    /// Whether the customer is absent.
    pub off_session: bool,
    /// Whether the confirmation fails instead of requiring an action of the customer.
    pub error_on_requires_action: bool,
    /// `return_url`: the page to which the customer returns from the issuer's page.
    pub return_url: Option<Arc<str>>,
}
