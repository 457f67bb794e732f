//! Commands of clients, of the environment and of the worker: typed, before any rule is applied.
//!
//! Amounts are `i64` here because clients may send any number. The core turns them into [`crate::Money`] or refuses
//! them.

mod environment;
mod payments;
mod resources;
mod setups;
mod stored_data;

pub use environment::{EnvironmentEvent, JobKey, JobKind};
pub use payments::{
    CaptureCharge, CapturePaymentIntent, Choices, ConfirmPaymentIntent, CreateCharge, CreatePaymentIntent,
    CreateRefund, UpdatePaymentIntent,
};
pub use resources::{
    CreateFeeRefund, CreateReversal, CreateTransfer, CreateWebhookEndpoint, CustomerFields, DeliveryFilter, Facet,
    ListQuery, UpdateWebhookEndpoint,
};
pub use setups::{
    ConfirmSetupIntent, CreateCheckoutSession, CreateSetupIntent, ItemPrice, LineItemTerms, Microdeposits,
    UpdateSetupIntent,
};

pub use stored_data::{CreateData, CreateToken, UpdateAccount};

use crate::objects::{CancellationReason, Expiry, Failure, Texts};
use crate::refusal::Refusal;
use crate::test_methods::TestMethod;
use crate::time::Seconds;
use crate::{
    AccountId, ChargeId, CheckoutSessionId, CustomerId, ObjectId, PaymentIntentId, PaymentMethodId, RefundId,
    SetupIntentId, TokenId, WebhookEndpointId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::mem::{Discriminant, discriminant};
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
    CreateCharge(Box<CreateCharge>),
    CaptureCharge(CaptureCharge),
    IncrementAuthorization {
        intent: PaymentIntentId,
    },
    VerifyPaymentMicrodeposits {
        intent: PaymentIntentId,
        proof: Microdeposits,
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
    CreateCustomer {
        fields: CustomerFields,
        /// The method to attach to it.
        method: Option<MethodRef>,
    },
    UpdateCustomer {
        customer: CustomerId,
        fields: CustomerFields,
    },
    CreatePaymentMethod {
        /// The test method, or the token that stands for it.
        method: MethodRef,
        texts: TextsChange,
    },
    /// A copy of a platform's method for the connected account that asks (CON-1).
    ClonePaymentMethod {
        method: PaymentMethodId,
        customer: Option<CustomerId>,
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
        texts: TextsChange,
        /// The country code: two upper-case letters.
        country: String,
    },
    UpdateAccount(UpdateAccount),
    DeleteAccount {
        account: AccountId,
    },
    CreateData(CreateData),
    /// An update of the texts of an object alone.
    UpdateTexts {
        object: ObjectId,
        texts: TextsChange,
    },
    DeleteData {
        object: ObjectId,
    },
    CreateToken(CreateToken),
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

impl Command {
    /// Adds documented parameters that the engine stores as given, a JSON object, to the request's texts. Returns
    /// whether the request has texts.
    pub(crate) fn give(&mut self, given: &Value) -> bool {
        let texts = match self {
            Self::CreatePaymentIntent(request) => &mut request.texts,
            Self::UpdatePaymentIntent(request) => &mut request.texts,
            Self::ConfirmPaymentIntent(request) => &mut request.texts,
            Self::CapturePaymentIntent(request) => &mut request.texts,
            Self::CreateRefund(request) => &mut request.texts,
            Self::CreateSetupIntent(request) => &mut request.texts,
            Self::UpdateSetupIntent(request) => &mut request.texts,
            Self::ConfirmSetupIntent(request) => &mut request.texts,
            Self::CreateCheckoutSession(request) => {
                let mut given = given.clone();
                // The readers know everything in the data of the intent.
                let data = ["payment_intent_data", "setup_intent_data"];
                given.as_object_mut().into_iter().for_each(|map| map.retain(|name, _| !data.contains(&name.as_str())));
                // The payment or setup that the customer makes has the options and exclusions of the session.
                let handed_on = ["payment_method_options", "excluded_payment_method_types"];
                let handed_on =
                    handed_on.iter().filter_map(|name| Some(((*name).to_owned(), given.get(*name)?.clone())));
                request.intent_texts.give(&Value::Object(handed_on.collect()));
                request.texts.give(&given);
                return true;
            }
            Self::CreateCustomer { fields, .. } | Self::UpdateCustomer { fields, .. } => &mut fields.texts,
            Self::CreateTransfer(request) => &mut request.texts,
            Self::CreateReversal(request) => &mut request.texts,
            Self::CreateCharge(request) => &mut request.texts,
            Self::CaptureCharge(request) => &mut request.texts,
            Self::UpdateAccount(request) => &mut request.texts,
            Self::CreateData(request) => &mut request.texts,
            Self::CreateToken(request) => &mut request.texts,
            Self::UpdateTexts { texts, .. }
            | Self::CreateAccount { texts, .. }
            | Self::CreatePaymentMethod { texts, .. }
            | Self::UpdateCharge { texts, .. }
            | Self::UpdateRefund { texts, .. } => texts,
            Self::CancelPaymentIntent { .. }
            | Self::CancelRefund { .. }
            | Self::IncrementAuthorization { .. }
            | Self::VerifyPaymentMicrodeposits { .. }
            | Self::CancelSetupIntent { .. }
            | Self::VerifyMicrodeposits { .. }
            | Self::ExpireCheckoutSession { .. }
            | Self::ClonePaymentMethod { .. }
            | Self::DeleteCustomer { .. }
            | Self::AttachPaymentMethod { .. }
            | Self::DetachPaymentMethod { .. }
            | Self::CreateFeeRefund(_)
            | Self::CreateWebhookEndpoint(_)
            | Self::UpdateWebhookEndpoint(_)
            | Self::DeleteWebhookEndpoint { .. }
            | Self::RollWebhookSecret { .. }
            | Self::DeleteAccount { .. }
            | Self::DeleteData { .. }
            | Self::Retrieve(_)
            | Self::List(_)
            | Self::Environment(_)
            | Self::Job(_)
            | Self::Malformed { .. } => return false,
        };
        texts.give(given);
        true
    }

    /// Returns the operation and the object in its path; `None` for a request that could not be read.
    #[must_use]
    pub fn endpoint(&self) -> Option<(Discriminant<Self>, Option<ObjectId>)> {
        let target: Option<ObjectId> = match self {
            Self::UpdatePaymentIntent(request) => Some(request.intent.into()),
            Self::ConfirmPaymentIntent(request) => Some(request.intent.into()),
            Self::CapturePaymentIntent(request) => Some(request.intent.into()),
            Self::CancelPaymentIntent { intent, .. } => Some((*intent).into()),
            Self::UpdateRefund { refund, .. } | Self::CancelRefund { refund } => Some((*refund).into()),
            Self::UpdateCharge { charge, .. } => Some((*charge).into()),
            Self::CaptureCharge(request) => Some(request.charge.into()),
            Self::IncrementAuthorization { intent } | Self::VerifyPaymentMicrodeposits { intent, .. } => {
                Some((*intent).into())
            }
            Self::UpdateSetupIntent(request) => Some(request.intent.into()),
            Self::ConfirmSetupIntent(request) => Some(request.intent.into()),
            Self::CancelSetupIntent { intent, .. } | Self::VerifyMicrodeposits { intent, .. } => Some((*intent).into()),
            Self::ExpireCheckoutSession { session } => Some((*session).into()),
            Self::UpdateCustomer { customer, .. } | Self::DeleteCustomer { customer } => Some((*customer).into()),
            Self::AttachPaymentMethod { method: MethodRef::Saved(method), .. }
            | Self::DetachPaymentMethod { method } => Some((*method).into()),
            Self::CreateReversal(request) => Some(request.transfer.into()),
            Self::CreateFeeRefund(request) => Some(request.fee.into()),
            Self::UpdateWebhookEndpoint(request) => Some(request.endpoint.into()),
            Self::DeleteWebhookEndpoint { endpoint } | Self::RollWebhookSecret { endpoint, .. } => {
                Some((*endpoint).into())
            }
            Self::UpdateAccount(request) => Some(request.account.into()),
            Self::DeleteAccount { account } => Some((*account).into()),
            Self::CreateData(request) => request.owner,
            Self::UpdateTexts { object, .. } | Self::DeleteData { object } => Some(*object),
            Self::Retrieve(id) => Some(*id),
            Self::CreateToken(_)
            | Self::CreateCharge(_)
            | Self::CreatePaymentIntent(_)
            | Self::CreateRefund(_)
            | Self::CreateSetupIntent(_)
            | Self::CreateCheckoutSession(_)
            | Self::CreateCustomer { .. }
            | Self::CreatePaymentMethod { .. }
            | Self::ClonePaymentMethod { .. }
            | Self::AttachPaymentMethod { .. }
            | Self::CreateTransfer(_)
            | Self::CreateWebhookEndpoint(_)
            | Self::CreateAccount { .. }
            | Self::List(_)
            | Self::Environment(_)
            | Self::Job(_) => None,
            Self::Malformed { .. } => return None,
        };
        Some((discriminant(self), target))
    }
}

/// A payment method in a request: a saved one, or a test method by token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MethodRef {
    /// A saved method.
    Saved(PaymentMethodId),
    /// A new method of this test method.
    Test(TestMethod),
    /// A new method of this test card, given by number with its expiry.
    Card(TestMethod, Expiry),
    /// The method behind a token of the caller.
    Token(TokenId),
}

/// Changes to an object's texts: `None` leaves a text, an empty one removes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextsChange {
    /// The new texts.
    pub texts: Option<Box<Texts>>,
    /// Whether all metadata is removed first: `metadata` was the empty string (P26).
    pub clears_metadata: bool,
}

impl TextsChange {
    /// Returns the given metadata and nothing else.
    #[must_use]
    pub fn metadata(pairs: &[(&str, &str)]) -> Self {
        let metadata = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self::of(Texts { metadata, ..Texts::default() })
    }

    /// Adds documented parameters that are stored as given, a JSON object.
    pub(crate) fn give(&mut self, given: &Value) {
        if given.as_object().is_some_and(|map| !map.is_empty()) {
            let texts = self.texts.get_or_insert_default();
            match texts.given {
                // What is null removes a stored value, so the change keeps it.
                None => texts.given = Some(given.to_string()),
                Some(_) => texts.give(&given.to_string()),
            }
        }
    }

    /// Returns the change that sets `texts`.
    #[must_use]
    pub fn of(texts: Texts) -> Self {
        Self { texts: Some(Box::new(texts)), clears_metadata: false }
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

impl ConfirmOptions {
    /// Returns the failure of a confirmation that needs an action which these options do not allow (P30).
    #[must_use]
    pub const fn refuses_action(&self) -> Failure {
        if self.off_session { Failure::AuthenticationRequired } else { Failure::ActionRequired }
    }
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
