//! A refusal with the objects that its response carries.

use super::Reason;
use crate::objects::{PaymentIntent, PaymentMethod, SetupIntent};
use crate::{ChargeId, Object};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A refusal: the reason, and the objects that the response carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// The intent after the request (`error.payment_intent`, `error.setup_intent`).
    pub intent: Option<Object>,
    /// The failed charge (`error.charge`).
    pub charge: Option<ChargeId>,
    /// The declined method at that time (`error.payment_method`).
    pub method: Option<Arc<PaymentMethod>>,
}

impl Refusal {
    /// Returns a refusal that carries a PaymentIntent (PI-39).
    #[must_use]
    pub fn with_intent(reason: Reason, intent: &Arc<PaymentIntent>) -> Self {
        Self { intent: Some(Object::PaymentIntent(Arc::clone(intent))), ..Self::from(reason) }
    }

    /// Returns a refusal that carries a SetupIntent.
    #[must_use]
    pub fn with_setup(reason: Reason, intent: &Arc<SetupIntent>) -> Self {
        Self { intent: Some(Object::SetupIntent(Arc::clone(intent))), ..Self::from(reason) }
    }
}

impl Refusal {
    /// Returns the refusal of a request whose path names the ids in `path`: an unknown object that the path does not name
    /// is a wrong parameter, answered 400 (ERR-5). An unknown charge is answered 404 wherever it is named (P15).
    #[must_use]
    pub(crate) fn beside(mut self, path: impl Fn(&str) -> bool) -> Self {
        if let Reason::NotFound { noun, id, param } = &self.reason
            && noun != "charge"
            && !path(id)
        {
            self.reason = Reason::UnknownReference { noun: noun.clone(), id: id.clone(), param: param.clone() };
        } else if let Reason::NotFound { noun, param, .. } = &mut self.reason
            && noun == "customer"
        {
            // The path of a customer has its id.
            *param = "id".into();
        }
        self
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, intent: None, charge: None, method: None }
    }
}
