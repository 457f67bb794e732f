//! The server's names for the objects of one sequence. A server cannot be reset, so each sequence has its own objects.

use holdfast_model::{IntentId, RefundId};

/// A payment's names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentNames {
    /// The PaymentIntent's id, or of a server without PaymentIntents the charge's.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
    /// The connected account whose charge it is.
    pub account: Option<String>,
    /// The id of its latest charge; empty while none is known.
    pub charge: String,
    /// Its refunds, in the order they were made.
    pub refunds: Vec<String>,
}

/// The names of everything in one sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The payments, by their places.
    pub payments: Vec<Option<PaymentNames>>,
    /// The SetupIntent and its `client_secret`.
    pub setup: Option<(String, String)>,
}

/// The id of an object that does not exist.
const UNKNOWN: &str = "none0holdfast0drive0asks0for0it";

impl Names {
    /// Returns the names in a script: `$pi1`, `$pi1_re1`, `$seti`.
    #[must_use]
    pub fn symbolic() -> Self {
        let payment = |number: usize| PaymentNames {
            id: format!("$pi{number}"),
            secret: format!("$pi{number}_secret"),
            account: None,
            charge: format!("$pi{number}_charge"),
            refunds: (1..=4).map(|refund| format!("$pi{number}_re{refund}")).collect(),
        };
        Self {
            payments: (1..=3).map(|number| Some(payment(number))).collect(),
            setup: Some(("$seti".to_owned(), "$seti_secret".to_owned())),
        }
    }

    /// Returns the names of the payment, if it exists.
    #[must_use]
    pub fn payment(&self, intent: IntentId) -> Option<&PaymentNames> {
        self.payments.get(usize::from(intent.0))?.as_ref()
    }

    /// Returns the payment's id, or an unknown id.
    #[must_use]
    pub fn intent(&self, intent: IntentId) -> String {
        self.payment(intent).map_or_else(|| format!("pi_{UNKNOWN}"), |names| names.id.clone())
    }

    /// Returns the id of the payment's latest charge; `None` if the payment exists and its charge is unknown.
    #[must_use]
    pub fn charge(&self, intent: IntentId) -> Option<String> {
        match self.payment(intent) {
            None => Some(format!("ch_{UNKNOWN}")),
            Some(names) => (!names.charge.is_empty()).then(|| names.charge.clone()),
        }
    }

    /// Notes the payment's latest charge.
    pub fn note_charge(&mut self, intent: IntentId, id: &str) {
        if let Some(Some(names)) = self.payments.get_mut(usize::from(intent.0)) {
            id.clone_into(&mut names.charge);
        }
    }

    /// Returns the refund's id, or an unknown id.
    #[must_use]
    pub fn refund(&self, intent: IntentId, refund: RefundId) -> String {
        let found = self.payment(intent).and_then(|names| names.refunds.get(usize::from(refund.0)));
        found.map_or_else(|| format!("re_{UNKNOWN}"), Clone::clone)
    }

    /// Returns the SetupIntent's id, or an unknown id.
    #[must_use]
    pub fn setup(&self) -> String {
        self.setup.as_ref().map_or_else(|| format!("seti_{UNKNOWN}"), |(id, _)| id.clone())
    }

    /// Records the id of a payment.
    pub fn note(&mut self, intent: IntentId, names: PaymentNames) {
        let place = usize::from(intent.0);
        if self.payments.len() <= place {
            self.payments.resize(place.saturating_add(1), None);
        }
        if let Some(slot) = self.payments.get_mut(place) {
            *slot = Some(names);
        }
    }

    /// Notes a refund, once.
    pub fn note_refund(&mut self, intent: IntentId, id: &str) {
        if let Some(Some(names)) = self.payments.get_mut(usize::from(intent.0))
            && !names.refunds.iter().any(|known| known == id)
        {
            names.refunds.push(id.to_owned());
        }
    }
}
