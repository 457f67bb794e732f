//! The payment methods: one for each behavior of the test methods of TST-1 to TST-10.

/// A payment method, named after its behavior. [`PaymentMethod::token`] is the provider's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the table `profile` says what each one is")]
pub enum PaymentMethod {
    Visa,
    Mastercard,
    Amex,
    Discover,
    Diners,
    Jcb,
    UnionPay,
    CartesBancaires,
    NoEnterpriseFeatures,
    Declined,
    InsufficientFunds,
    LostCard,
    StolenCard,
    ExpiredCard,
    IncorrectCvc,
    ProcessingError,
    VelocityExceeded,
    DeclinedWhenCharged,
    AuthenticationRequired,
    AuthenticationThenInsufficientFunds,
    AuthenticationThenDeclined,
    PendingRefund,
    RefundFails,
    UsBankAccount,
    UsBankAccountFails,
    UsBankAccountProcessing,
    SepaDebit,
    SepaDebitFails,
    BankTransfer,
}

/// A card network. Multicapture and the length of a hold depend on it (B5, B6, HOLD-1 to HOLD-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the networks' own names")]
pub enum Network {
    Visa,
    Mastercard,
    Amex,
    Discover,
    Diners,
    Jcb,
    UnionPay,
    CartesBancaires,
}

/// The rail over which the money is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rail {
    /// A card of this network: the issuer responds at once, without `processing` (C9).
    Card(Network),
    /// A debit of a US bank account: settles days later; may be canceled until then (C8, C18).
    UsBankAccount,
    /// A SEPA debit: settles days later; may be canceled until then (C8, C18).
    SepaDebit,
    /// A transfer that the customer sends. It arrives days later, and cannot be canceled.
    BankTransfer,
}

/// Defines the enum and the list of its values.
macro_rules! declines {
    ($($variant:ident),+) => {
        /// The reason of a declined card (ERR-3, TST-1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the provider's own decline codes")]
        pub enum Decline { $($variant),+ }

        impl Decline {
            /// Every reason, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}

declines! {
    GenericDecline, InsufficientFunds, LostCard, StolenCard, ExpiredCard, IncorrectCvc, ProcessingError,
    CardVelocityExceeded
}

impl Decline {
    /// Returns the `code` of the response, and its `decline_code` (ERR-2, ERR-3).
    #[must_use]
    pub const fn codes(self) -> (&'static str, &'static str) {
        match self {
            Self::GenericDecline => ("card_declined", "generic_decline"),
            Self::InsufficientFunds => ("card_declined", "insufficient_funds"),
            Self::LostCard => ("card_declined", "lost_card"),
            Self::StolenCard => ("card_declined", "stolen_card"),
            Self::CardVelocityExceeded => ("card_declined", "card_velocity_exceeded"),
            Self::ExpiredCard => ("expired_card", "expired_card"),
            Self::IncorrectCvc => ("incorrect_cvc", "incorrect_cvc"),
            Self::ProcessingError => ("processing_error", "processing_error"),
        }
    }

    /// Returns the parameter that the error names: the part of the card data that is wrong (P14).
    #[must_use]
    pub const fn param(self) -> Option<&'static str> {
        match self {
            Self::ExpiredCard => Some("exp_month"),
            Self::IncorrectCvc => Some("cvc"),
            Self::GenericDecline
            | Self::InsufficientFunds
            | Self::LostCard
            | Self::StolenCard
            | Self::CardVelocityExceeded
            | Self::ProcessingError => None,
        }
    }
}

/// The response of the issuer or the bank to the request for money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Issuer {
    /// Approval (for a bank: when it settles).
    Approves,
    /// Decline.
    Declines(Decline),
    /// A challenge to the customer, then approval (C7).
    Challenges,
    /// A challenge to the customer, then a decline.
    ChallengesThenDeclines(Decline),
    /// A return by the bank when it settles, days later (C8, C13).
    FailsLater,
    /// No response: the payment stays `processing`, for tests of cancellation (TST-9).
    NeverSettles,
}

/// The path of a refund (REF-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundPath {
    /// `succeeded` in the response, and final.
    Immediate,
    /// `pending` first, `succeeded` later.
    Pending,
    /// `succeeded` in the response; may become `failed` within 30 days.
    FailsLater,
    /// `requires_action` first: the customer must provide the destination.
    AsksCustomer,
}

/// The behavior of a payment method, as far as requirements refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The rail over which the money is requested.
    pub rail: Rail,
    /// The response of the issuer or the bank.
    pub issuer: Issuer,
    /// The path of its refunds.
    pub refund: RefundPath,
    /// `true` if a SetupIntent can save it. Cards that decline cannot be attached (TST-2).
    pub can_be_saved: bool,
    /// `true` if the card has the features that multicapture needs (B41).
    pub enterprise_features: bool,
}

impl PaymentMethod {
    /// Every method, in order.
    pub const ALL: [Self; 29] = [
        Self::Visa,
        Self::Mastercard,
        Self::Amex,
        Self::Discover,
        Self::Diners,
        Self::Jcb,
        Self::UnionPay,
        Self::CartesBancaires,
        Self::NoEnterpriseFeatures,
        Self::Declined,
        Self::InsufficientFunds,
        Self::LostCard,
        Self::StolenCard,
        Self::ExpiredCard,
        Self::IncorrectCvc,
        Self::ProcessingError,
        Self::VelocityExceeded,
        Self::DeclinedWhenCharged,
        Self::AuthenticationRequired,
        Self::AuthenticationThenInsufficientFunds,
        Self::AuthenticationThenDeclined,
        Self::PendingRefund,
        Self::RefundFails,
        Self::UsBankAccount,
        Self::UsBankAccountFails,
        Self::UsBankAccountProcessing,
        Self::SepaDebit,
        Self::SepaDebitFails,
        Self::BankTransfer,
    ];

    /// Returns the behavior of the method: the table of methods.
    #[must_use]
    #[inline]
    pub const fn profile(self) -> Profile {
        use Decline as D;
        use Issuer::{Approves, Challenges, ChallengesThenDeclines, Declines, FailsLater, NeverSettles};
        use Network as N;
        use RefundPath::Immediate;

        let plain = Profile {
            rail: Rail::Card(N::Visa),
            issuer: Approves,
            refund: Immediate,
            can_be_saved: true,
            enterprise_features: true,
        };
        match self {
            Self::Visa => plain,
            Self::Mastercard => Profile { rail: Rail::Card(N::Mastercard), ..plain },
            Self::Amex => Profile { rail: Rail::Card(N::Amex), ..plain },
            Self::Discover => Profile { rail: Rail::Card(N::Discover), ..plain },
            Self::Diners => Profile { rail: Rail::Card(N::Diners), ..plain },
            Self::Jcb => Profile { rail: Rail::Card(N::Jcb), ..plain },
            Self::UnionPay => Profile { rail: Rail::Card(N::UnionPay), ..plain },
            Self::CartesBancaires => Profile { rail: Rail::Card(N::CartesBancaires), ..plain },
            Self::NoEnterpriseFeatures => Profile { enterprise_features: false, ..plain },
            Self::Declined => declines(plain, D::GenericDecline),
            Self::InsufficientFunds => declines(plain, D::InsufficientFunds),
            Self::LostCard => declines(plain, D::LostCard),
            Self::StolenCard => declines(plain, D::StolenCard),
            Self::ExpiredCard => declines(plain, D::ExpiredCard),
            Self::IncorrectCvc => declines(plain, D::IncorrectCvc),
            Self::ProcessingError => declines(plain, D::ProcessingError),
            Self::VelocityExceeded => declines(plain, D::CardVelocityExceeded),
            Self::DeclinedWhenCharged => Profile { issuer: Declines(D::GenericDecline), ..plain },
            Self::AuthenticationRequired => Profile { issuer: Challenges, ..plain },
            Self::AuthenticationThenInsufficientFunds => {
                Profile { issuer: ChallengesThenDeclines(D::InsufficientFunds), ..plain }
            }
            Self::AuthenticationThenDeclined => Profile { issuer: ChallengesThenDeclines(D::GenericDecline), ..plain },
            Self::PendingRefund => Profile { refund: RefundPath::Pending, ..plain },
            Self::RefundFails => Profile { refund: RefundPath::FailsLater, ..plain },
            Self::UsBankAccount => Profile { rail: Rail::UsBankAccount, ..plain },
            Self::UsBankAccountFails => Profile { rail: Rail::UsBankAccount, issuer: FailsLater, ..plain },
            Self::UsBankAccountProcessing => Profile { rail: Rail::UsBankAccount, issuer: NeverSettles, ..plain },
            Self::SepaDebit => Profile { rail: Rail::SepaDebit, ..plain },
            Self::SepaDebitFails => Profile { rail: Rail::SepaDebit, issuer: FailsLater, ..plain },
            Self::BankTransfer => Profile { rail: Rail::BankTransfer, refund: RefundPath::AsksCustomer, ..plain },
        }
    }

    /// Returns the name in traces: the provider's own test token without `pm_` where it has one (TST-1).
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Visa => "card_visa",
            Self::Mastercard => "card_mastercard",
            Self::Amex => "card_amex",
            Self::Discover => "card_discover",
            Self::Diners => "card_diners",
            Self::Jcb => "card_jcb",
            Self::UnionPay => "card_unionpay",
            Self::CartesBancaires => "card_visa_cartesBancaires",
            Self::NoEnterpriseFeatures => "card_credit_disableEnterpriseCardFeatures",
            Self::Declined => "card_visa_chargeDeclined",
            Self::InsufficientFunds => "card_visa_chargeDeclinedInsufficientFunds",
            Self::LostCard => "card_visa_chargeDeclinedLostCard",
            Self::StolenCard => "card_visa_chargeDeclinedStolenCard",
            Self::ExpiredCard => "card_chargeDeclinedExpiredCard",
            Self::IncorrectCvc => "card_chargeDeclinedIncorrectCvc",
            Self::ProcessingError => "card_chargeDeclinedProcessingError",
            Self::VelocityExceeded => "card_visa_chargeDeclinedVelocityLimitExceeded",
            Self::DeclinedWhenCharged => "card_chargeCustomerFail",
            Self::AuthenticationRequired => "card_authenticationRequired",
            Self::AuthenticationThenInsufficientFunds => "card_authenticationRequiredChargeDeclinedInsufficientFunds",
            Self::AuthenticationThenDeclined => "card_threeDSecureRequiredChargeDeclined",
            Self::PendingRefund => "card_pendingRefund",
            Self::RefundFails => "card_refundFail",
            Self::UsBankAccount => "usBankAccount_success",
            Self::UsBankAccountFails => "usBankAccount_insufficientFunds",
            Self::UsBankAccountProcessing => "usBankAccount_processing",
            Self::SepaDebit => "sepaDebit",
            Self::SepaDebitFails => "sepaDebit_fails",
            Self::BankTransfer => "bank_transfer",
        }
    }
}

const fn declines(plain: Profile, decline: Decline) -> Profile {
    Profile { issuer: Issuer::Declines(decline), can_be_saved: false, ..plain }
}
