//! Requests about customers, money between accounts, webhook endpoints, and lists, as the client wrote them.

use super::{MethodRef, TextsChange};
use crate::money::Currency;
use crate::test_methods::MethodType;
use crate::time::Time;
use crate::{
    AccountId, ApiVersion, ApplicationFeeId, ChargeId, Kind, ObjectId, PaymentMethodId, TransferId, WebhookEndpointId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The fields of a customer in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CustomerFields {
    pub name: Option<String>,
    pub email: Option<String>,
    /// `invoice_settings[default_payment_method]`; the inner `None` removes it.
    pub default_method: Option<Option<PaymentMethodId>>,
    /// `source`: a card that becomes a source of the customer, the default one.
    pub source: Option<MethodRef>,
    /// `default_source`: a source that the customer has.
    pub default_source: Option<PaymentMethodId>,
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
    pub events: Option<Vec<String>>,
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
    pub events: Option<Option<Vec<String>>>,
    pub disabled: Option<bool>,
    pub texts: TextsChange,
}

/// A field by which lists are narrowed to certain values (P27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Facet {
    /// `active` of a product or a price.
    Active,
    /// `currency`.
    Currency,
    /// `destination` of a transfer.
    Destination,
    /// `email` of a customer, or of the customer of a session.
    Email,
    /// The id itself.
    Id,
    /// `lookup_key` of a price.
    LookupKey,
    /// A field that no object of this engine has, such as `payout`: nothing has the value.
    Missing,
    /// A role of a person (`relationship`).
    Role,
    /// `shippable` of a product.
    Shippable,
    /// `status`.
    Status,
    /// `transfer_group`.
    TransferGroup,
    /// `type`.
    Type,
    /// `url` of a product.
    Url,
}

/// A filter of events by their deliveries (P27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFilter {
    /// Whether to list the events whose deliveries all succeeded, or the others.
    pub success: bool,
    /// The events with a pending or abandoned delivery. The engine fills the set.
    pub unfinished: BTreeSet<ObjectId>,
}

/// A page of objects, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// The kind of the objects.
    pub kind: Kind,
    /// Only objects that belong to each of these (a payment's refunds, a transfer's reversals, a customer's methods).
    pub of: Vec<ObjectId>,
    /// The object whose own list this is, named by the path; the list's `url` names it (P4). Also in `of`.
    pub owner: Option<ObjectId>,
    /// Only objects that have one of the values in each of these facets (P27).
    pub facets: Vec<(Facet, Vec<String>)>,
    /// Only events with these deliveries.
    pub deliveries: Option<DeliveryFilter>,
    /// Only payment methods of this type.
    pub method_type: Option<MethodType>,
    /// Only objects created at this instant or later.
    pub since: Option<Time>,
    /// Only objects created at this instant or earlier.
    pub until: Option<Time>,
    /// The largest number of objects, 1 to 100.
    pub limit: i64,
    /// Only objects older than this one.
    pub starting_after: Option<ObjectId>,
    /// Only objects newer than this one.
    pub ending_before: Option<ObjectId>,
}

impl ListQuery {
    /// Returns a query for the ten newest objects of `kind`.
    #[must_use]
    pub const fn newest(kind: Kind) -> Self {
        Self {
            kind,
            of: Vec::new(),
            owner: None,
            facets: Vec::new(),
            deliveries: None,
            method_type: None,
            since: None,
            until: None,
            limit: 10,
            starting_after: None,
            ending_before: None,
        }
    }
}
