//! The provider's objects as plain records, stored whole. The edge renders them.

mod account;
mod charge;
mod checkout_session;
mod connect;
mod event;
mod given;
mod ledger;
mod nested_list;
mod object;
mod payment_intent;
mod payment_method;
mod refund;
mod setup_intent;
mod stored_data;
mod webhook;

pub use account::Account;
pub use charge::{Charge, ChargeStatus};
pub use checkout_session::{
    CheckoutSession, LineItem, PaymentStatus, SessionMode, SessionStatus, SessionTerms, ShippingOption, UiMode,
};
pub use connect::{ApplicationFee, FeeRefund, Reversal, Transfer};
pub use event::{Event, EventType, Field, Origin, Previous, Tracked, Was};
pub use ledger::{BalanceTransaction, Balances, Funds, MovementKind, Settlement};
pub use nested_list::NestedList;
pub use object::{Object, Objects};
pub use payment_intent::{
    CancellationReason, CaptureMethod, ConfirmationMethod, IntentStatus, PaymentIntent, TransferData,
};
pub use payment_method::{Customer, Expiry, PaymentMethod};
pub use refund::{Refund, RefundFailure, RefundPending, RefundReason, RefundStatus};
pub use setup_intent::{SetupIntent, SetupStatus, Usage};
pub(crate) use stored_data::given_at;
pub use stored_data::{
    ExternalAccount, Person, Price, Product, SetupAttempt, ShippingRate, SourceToken, StoredData, TaxId,
};
pub use webhook::{Attempt, Delivery, DeliveryState, OldSecret, Secret, WebhookEndpoint};

use crate::test_methods::{Decline, MethodType, OtherType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The merchant's own texts on an object; most have none, so they live behind one shared pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// `description`.
    pub description: Option<String>,
    /// `metadata`: at most 50 keys of up to 40 characters, values of up to 500.
    pub metadata: BTreeMap<String, String>,
    /// `statement_descriptor`, at most 22 characters.
    pub statement_descriptor: Option<String>,
    /// `receipt_email`.
    pub receipt_email: Option<String>,
    /// `transfer_group`.
    pub transfer_group: Option<String>,
    /// `statement_descriptor_suffix`, at most 22 characters.
    pub statement_descriptor_suffix: Option<String>,
    /// `on_behalf_of`.
    pub on_behalf_of: Option<crate::AccountId>,
    /// `shipping`.
    pub shipping: Option<Shipping>,
    /// Documented parameters that are stored as given and shown: the text of a JSON object (P18).
    pub given: Option<String>,
}

/// A postal address (`address`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the provider's")]
pub struct Address {
    pub city: Option<String>,
    pub country: Option<String>,
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub postal_code: Option<String>,
    pub state: Option<String>,
}

/// The recipient of goods and their carrier (`shipping`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the provider's")]
pub struct Shipping {
    pub address: Address,
    pub carrier: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub tracking_number: Option<String>,
}

/// Texts shared between the versions of an object; `None` without texts.
pub type SharedTexts = Option<Arc<Texts>>;

/// The redirects that automatic payment methods allow (`automatic_payment_methods[allow_redirects]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Redirects {
    /// Methods that redirect the customer are allowed, so a confirmation needs a `return_url` (P9).
    Always,
    /// Methods that redirect the customer are not allowed.
    Never,
}

impl Redirects {
    /// Returns the value's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// The next action of the customer (`next_action`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NextAction {
    /// Authenticate on the merchant's page: `use_stripe_sdk`.
    Sdk,
    /// Authenticate on the issuer's page and return to the merchant's: `redirect_to_url`.
    Redirect {
        /// The merchant's page (`return_url`).
        return_url: Arc<str>,
    },
    /// State the amounts of the two small deposits: `verify_with_microdeposits`.
    Microdeposits,
}

/// The error of the last attempt (`last_payment_error`, `last_setup_error`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptError {
    /// The reason of the failure.
    pub failure: Failure,
    /// The method that was tried, as it was then.
    pub method: Arc<PaymentMethod>,
    /// The failed charge, when the attempt made one.
    pub charge: Option<crate::ChargeId>,
}

/// The reason why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Failure {
    /// The issuer or bank declined.
    Declined(Decline),
    /// The customer failed or abandoned authentication.
    Authentication,
    /// The bank declined a debit.
    Debit(Decline),
    /// The bank declined a mandate to debit.
    Mandate(Decline),
    /// The issuer requires authentication and the customer is absent.
    AuthenticationRequired,
    /// The customer must act, and the request accepts no action (`error_on_requires_action`).
    ActionRequired,
    /// The customer failed or abandoned authentication while a method was set up.
    SetupAuthentication,
}

/// A set of payment method types.
///
/// ```
/// use holdfast_engine::MethodType;
/// use holdfast_engine::objects::MethodTypes;
///
/// let types = MethodTypes::of(&[MethodType::Card, MethodType::SepaDebit]);
/// assert!(types.has(MethodType::SepaDebit) && !types.has(MethodType::UsBankAccount));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MethodTypes {
    card: bool,
    us_bank_account: bool,
    sepa_debit: bool,
    bank_transfer: bool,
    /// The bits of the other types.
    others: u64,
}

impl MethodTypes {
    /// Cards only: the default.
    pub const CARD: Self =
        Self { card: true, us_bank_account: false, sepa_debit: false, bank_transfer: false, others: 0 };
    /// All types with test methods.
    pub const ALL: Self = Self { card: true, us_bank_account: true, sepa_debit: true, bank_transfer: true, others: 0 };
    /// The types that a SetupIntent can save: a transfer that the customer sends leaves no method.
    pub const SAVABLE: Self = Self { bank_transfer: false, ..Self::ALL };

    /// Returns the set of `types`.
    #[must_use]
    pub fn of(types: &[MethodType]) -> Self {
        let has = |wanted| types.contains(&wanted);
        Self {
            card: has(MethodType::Card),
            us_bank_account: has(MethodType::UsBankAccount),
            sepa_debit: has(MethodType::SepaDebit),
            bank_transfer: has(MethodType::BankTransfer),
            others: types.iter().fold(0, |bits, method_type| match method_type {
                MethodType::Other(other) => bits | other.bit(),
                MethodType::Card | MethodType::UsBankAccount | MethodType::SepaDebit | MethodType::BankTransfer => bits,
            }),
        }
    }

    /// Returns whether `wanted` is in the set.
    #[must_use]
    pub fn has(self, wanted: MethodType) -> bool {
        match wanted {
            MethodType::Card => self.card,
            MethodType::UsBankAccount => self.us_bank_account,
            MethodType::SepaDebit => self.sepa_debit,
            MethodType::BankTransfer => self.bank_transfer,
            MethodType::Other(other) => self.others & other.bit() != 0,
        }
    }

    /// Returns the types that an object with these texts offers: those of the set that no request excluded.
    #[must_use]
    pub fn offered(self, texts: Option<&Texts>) -> Self {
        let Some(excluded) = texts.map(Texts::excluded_types) else { return self };
        Self {
            card: self.card && !excluded.card,
            us_bank_account: self.us_bank_account && !excluded.us_bank_account,
            sepa_debit: self.sepa_debit && !excluded.sepa_debit,
            bank_transfer: self.bank_transfer && !excluded.bank_transfer,
            others: self.others & !excluded.others,
        }
    }

    /// Returns the types in the set.
    pub fn iter(self) -> impl Iterator<Item = MethodType> {
        let others = OtherType::ALL.iter().map(|other| MethodType::Other(*other));
        MethodType::ALL.iter().copied().chain(others).filter(move |wanted| self.has(*wanted))
    }
}
