//! The test payment methods (TST-1 to TST-10): one table with the kind and the behavior of each.

use serde::{Deserialize, Serialize};

/// A card network. [`Network::multicapture`] lists those with multicapture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the networks' names")]
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

impl Network {
    /// Returns the network's name in API objects.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Amex => "amex",
            Self::Discover => "discover",
            Self::Diners => "diners",
            Self::Jcb => "jcb",
            Self::UnionPay => "unionpay",
            Self::CartesBancaires => "cartes_bancaires",
        }
    }

    /// B5, B6: whether payments over this network can be captured several times by an account in `country`.
    #[must_use]
    pub fn multicapture(self, country: &str) -> bool {
        match self {
            Self::Visa | Self::Mastercard | Self::Amex | Self::Discover | Self::Diners | Self::CartesBancaires => true,
            Self::UnionPay => country == "US",
            Self::Jcb => matches!(country, "US" | "CA" | "AU" | "NZ"),
        }
    }
}

/// The type of a payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MethodType {
    /// A card.
    Card,
    /// A US bank account (ACH debit).
    UsBankAccount,
    /// A SEPA direct debit.
    SepaDebit,
    /// A transfer that the customer sends from their bank (`customer_balance`).
    BankTransfer,
}

impl MethodType {
    /// Every type.
    pub const ALL: &'static [Self] = &[Self::Card, Self::UsBankAccount, Self::SepaDebit, Self::BankTransfer];

    /// Returns the type's name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::UsBankAccount => "us_bank_account",
            Self::SepaDebit => "sepa_debit",
            Self::BankTransfer => "customer_balance",
        }
    }

    /// Returns whether payments settle days later, through `processing` (C8, C9).
    #[must_use]
    pub const fn settles_later(self) -> bool {
        matches!(self, Self::UsBankAccount | Self::SepaDebit | Self::BankTransfer)
    }

    /// Returns whether the merchant debits a bank account and may stop that for a while (C18).
    #[must_use]
    pub const fn is_bank_debit(self) -> bool {
        matches!(self, Self::UsBankAccount | Self::SepaDebit)
    }
}

/// The reason why an issuer or bank declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's decline codes")]
pub enum Decline {
    Generic,
    InsufficientFunds,
    LostCard,
    StolenCard,
    ExpiredCard,
    IncorrectCvc,
    ProcessingError,
    IncorrectNumber,
    VelocityExceeded,
    AccountClosed,
    NoAccount,
    DebitNotAuthorized,
}

impl Decline {
    /// Returns the error code, the decline code and the message (ERR-2, ERR-3, TEST-EN).
    #[must_use]
    pub const fn texts(self) -> (&'static str, Option<&'static str>, &'static str) {
        match self {
            Self::Generic => ("card_declined", Some("generic_decline"), "Your card was declined."),
            Self::InsufficientFunds => {
                ("card_declined", Some("insufficient_funds"), "Your card has insufficient funds.")
            }
            Self::LostCard => ("card_declined", Some("lost_card"), "Your card was declined."),
            Self::StolenCard => ("card_declined", Some("stolen_card"), "Your card was declined."),
            Self::ExpiredCard => ("expired_card", Some("expired_card"), "Your card has expired."),
            Self::IncorrectCvc => ("incorrect_cvc", Some("incorrect_cvc"), "Your card's security code is incorrect."),
            Self::ProcessingError => (
                "processing_error",
                Some("processing_error"),
                "An error occurred while processing your card. Try again in a little bit.",
            ),
            Self::IncorrectNumber => ("incorrect_number", Some("incorrect_number"), "Your card number is incorrect."),
            Self::VelocityExceeded => ("card_declined", Some("card_velocity_exceeded"), "Your card was declined."),
            Self::AccountClosed => ("payment_intent_payment_attempt_failed", None, "The bank account is closed."),
            Self::NoAccount => ("payment_intent_payment_attempt_failed", None, "The bank account does not exist."),
            Self::DebitNotAuthorized => {
                ("payment_intent_payment_attempt_failed", None, "The customer has not authorized this debit.")
            }
        }
    }
}

/// Details of a decline that stand beside its codes (P14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeclineDetails {
    /// `param`: the datum of the card that is wrong.
    pub param: Option<&'static str>,
    /// `advice_code`: the advice of the issuer.
    pub advice_code: Option<&'static str>,
    /// `network_decline_code`: the code of the network.
    pub network_decline_code: Option<&'static str>,
}

impl Decline {
    /// Returns the details. The network's code was recorded for the generic decline only.
    #[must_use]
    pub const fn details(self) -> DeclineDetails {
        let none = DeclineDetails { param: None, advice_code: None, network_decline_code: None };
        let confirm = DeclineDetails { advice_code: Some("confirm_card_data"), ..none };
        match self {
            Self::Generic => {
                DeclineDetails { advice_code: Some("try_again_later"), network_decline_code: Some("01"), ..none }
            }
            Self::InsufficientFunds | Self::ProcessingError | Self::VelocityExceeded => {
                DeclineDetails { advice_code: Some("try_again_later"), ..none }
            }
            Self::LostCard | Self::StolenCard => DeclineDetails { advice_code: Some("do_not_try_again"), ..none },
            Self::ExpiredCard => DeclineDetails { param: Some("exp_month"), ..confirm },
            Self::IncorrectCvc => DeclineDetails { param: Some("cvc"), ..confirm },
            Self::IncorrectNumber => DeclineDetails { param: Some("number"), ..confirm },
            Self::AccountClosed | Self::NoAccount | Self::DebitNotAuthorized => none,
        }
    }
}

/// The condition for a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Challenge {
    /// Always.
    Always,
    /// Unless the method was set up and the customer is absent (an off-session payment).
    UnlessSetUp,
    /// Only while the customer is present: the method counts as already set up.
    OnSession,
}

/// The behavior of the network for a test method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Behaviour {
    /// Approves.
    Approve,
    /// Declines; such a method cannot be attached to a customer.
    Decline(Decline),
    /// Attaches, then declines every charge.
    DeclineCharge(Decline),
    /// Creates no payment method: the number is wrong.
    Malformed(Decline),
    /// Challenges, then approves.
    Challenge(Challenge),
    /// Challenges always, then declines.
    ChallengeThenDecline(Decline),
    /// Approves; refunds stay pending until the network reports.
    RefundPending,
    /// Approves; refunds succeed first and fail when the network reports.
    RefundFails,
    /// A bank debit that settles.
    Settle,
    /// A bank debit that settles at least three minutes later than others.
    SettleLate,
    /// A bank debit that fails.
    Reject(Decline),
    /// A bank debit that fails late.
    RejectLate(Decline),
    /// A bank debit that never leaves `processing` by itself.
    StayProcessing,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestMethodRow {
    /// The token that stands for the method in requests.
    pub token: &'static str,
    /// The card number, IBAN or account number.
    pub number: &'static str,
    /// The type.
    pub method_type: MethodType,
    /// The network, for cards.
    pub network: Option<Network>,
    /// B41: whether the card takes enterprise features such as multicapture.
    pub enterprise: bool,
    /// The behavior of the network.
    pub behaviour: Behaviour,
}

macro_rules! methods {
    ($($name:ident $token:literal $number:literal $kind:tt $behaviour:expr;)*) => {
        /// A test payment method by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the rows of the table")]
        pub enum TestMethod { $($name),* }

        impl TestMethod {
            /// Every test method.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the row of the table.
            #[must_use]
            pub const fn row(self) -> TestMethodRow {
                match self {
                    $(Self::$name => methods!(@row $token $number $kind $behaviour)),*
                }
            }
        }
    };
    (@row $token:literal $number:literal Ach $behaviour:expr) => { methods!(@bank $token $number UsBankAccount $behaviour) };
    (@row $token:literal $number:literal Sepa $behaviour:expr) => { methods!(@bank $token $number SepaDebit $behaviour) };
    (@row $token:literal $number:literal Transfer $behaviour:expr) => { methods!(@bank $token $number BankTransfer $behaviour) };
    (@row $token:literal $number:literal Plain $behaviour:expr) => {
        TestMethodRow { token: $token, number: $number, method_type: MethodType::Card, network: Some(Network::Visa), enterprise: false, behaviour: $behaviour }
    };
    (@row $token:literal $number:literal $network:tt $behaviour:expr) => {
        TestMethodRow { token: $token, number: $number, method_type: MethodType::Card, network: Some(Network::$network), enterprise: true, behaviour: $behaviour }
    };
    (@bank $token:literal $number:literal $type:ident $behaviour:expr) => {
        TestMethodRow { token: $token, number: $number, method_type: MethodType::$type, network: None, enterprise: false, behaviour: $behaviour }
    };
}

use Behaviour as B;

methods! {
    Visa "pm_card_visa" "4242424242424242" Visa B::Approve;
    VisaDebit "pm_card_visa_debit" "4000056655665556" Visa B::Approve;
    Mastercard "pm_card_mastercard" "5555555555554444" Mastercard B::Approve;
    Amex "pm_card_amex" "378282246310005" Amex B::Approve;
    Discover "pm_card_discover" "6011111111111117" Discover B::Approve;
    Diners "pm_card_diners" "3056930009020004" Diners B::Approve;
    Jcb "pm_card_jcb" "3566002020360505" Jcb B::Approve;
    UnionPay "pm_card_unionpay" "6200000000000005" UnionPay B::Approve;
    CartesBancaires "pm_card_visa_cartesBancaires" "4000002500001001" CartesBancaires B::Approve;
    NoEnterpriseFeatures "pm_card_credit_disableEnterpriseCardFeatures" "4000008400000076" Plain B::Approve;
    Declined "pm_card_visa_chargeDeclined" "4000000000000002" Visa B::Decline(Decline::Generic);
    InsufficientFunds "pm_card_visa_chargeDeclinedInsufficientFunds" "4000000000009995" Visa B::Decline(Decline::InsufficientFunds);
    LostCard "pm_card_visa_chargeDeclinedLostCard" "4000000000009987" Visa B::Decline(Decline::LostCard);
    StolenCard "pm_card_visa_chargeDeclinedStolenCard" "4000000000009979" Visa B::Decline(Decline::StolenCard);
    ExpiredCard "pm_card_chargeDeclinedExpiredCard" "4000000000000069" Visa B::Decline(Decline::ExpiredCard);
    IncorrectCvc "pm_card_chargeDeclinedIncorrectCvc" "4000000000000127" Visa B::Decline(Decline::IncorrectCvc);
    ProcessingError "pm_card_chargeDeclinedProcessingError" "4000000000000119" Visa B::Decline(Decline::ProcessingError);
    IncorrectNumber "pm_card_incorrectNumber" "4242424242424241" Visa B::Malformed(Decline::IncorrectNumber);
    VelocityExceeded "pm_card_visa_chargeDeclinedVelocityLimitExceeded" "4000000000006975" Visa B::Decline(Decline::VelocityExceeded);
    CustomerFail "pm_card_chargeCustomerFail" "4000000000000341" Visa B::DeclineCharge(Decline::Generic);
    ChallengeUnlessSetUp "pm_card_authenticationRequiredOnSetup" "4000002500003155" Visa B::Challenge(Challenge::UnlessSetUp);
    ChallengeAlways "pm_card_authenticationRequired" "4000002760003184" Visa B::Challenge(Challenge::Always);
    AlreadySetUp "pm_card_authenticationRequiredSetupForOffSession" "4000003800000446" Visa B::Challenge(Challenge::OnSession);
    ChallengeThenInsufficientFunds "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds" "4000008260003178" Visa B::ChallengeThenDecline(Decline::InsufficientFunds);
    ThreeDSecureRequired "pm_card_threeDSecure2Required" "4000000000003220" Visa B::Challenge(Challenge::Always);
    ThreeDSecureDeclined "pm_card_threeDSecureRequiredChargeDeclined" "4000008400001629" Visa B::ChallengeThenDecline(Decline::Generic);
    ThreeDSecureLookupError "pm_card_threeDSecureRequiredProcessingError" "4000008400001280" Visa B::Decline(Decline::Generic);
    ThreeDSecureOptional "pm_card_threeDSecureOptional" "4000000000003055" Visa B::Approve;
    ThreeDSecureOptionalError "pm_card_threeDSecureOptionalProcessingError" "4000000000003097" Visa B::Approve;
    ThreeDSecureFrictionless "pm_card_threeDSecureFrictionless" "4000000032200000" Visa B::Approve;
    DisputeFraudulent "pm_card_createDispute" "4000000000000259" Visa B::Approve;
    DisputeNotReceived "pm_card_createDisputeProductNotReceived" "4000000000002685" Visa B::Approve;
    DisputeInquiry "pm_card_createDisputeInquiry" "4000000000001976" Visa B::Approve;
    EarlyFraudWarning "pm_card_createIssuerFraudRecord" "4000000000005423" Visa B::Approve;
    BypassPending "pm_card_bypassPending" "4000000000000077" Visa B::Approve;
    PendingRefund "pm_card_pendingRefund" "4000000000007726" Visa B::RefundPending;
    RefundFail "pm_card_refundFail" "4000000000005126" Visa B::RefundFails;
    BankSuccess "pm_usBankAccount_success" "000123456789" Ach B::Settle;
    BankAccountClosed "pm_usBankAccount_accountClosed" "000111111113" Ach B::Reject(Decline::AccountClosed);
    BankNoAccount "pm_usBankAccount_noAccount" "000111111116" Ach B::Reject(Decline::NoAccount);
    BankInsufficientFunds "pm_usBankAccount_insufficientFunds" "000222222227" Ach B::Reject(Decline::InsufficientFunds);
    BankDebitNotAuthorized "pm_usBankAccount_debitNotAuthorized" "000333333335" Ach B::Reject(Decline::DebitNotAuthorized);
    BankDispute "pm_usBankAccount_dispute" "000555555559" Ach B::Settle;
    BankProcessing "pm_usBankAccount_processing" "000000000009" Ach B::StayProcessing;
    SepaSuccess "pm_sepaDebit_success" "AT611904300234573201" Sepa B::Settle;
    SepaSuccessLate "pm_sepaDebit_successDelayed" "AT321904300235473204" Sepa B::SettleLate;
    SepaFailure "pm_sepaDebit_failed" "AT861904300235473202" Sepa B::Reject(Decline::InsufficientFunds);
    BankTransfer "pm_bankTransfer" "000000000000" Transfer B::Settle;
    SepaFailureLate "pm_sepaDebit_failedDelayed" "AT051904300235473205" Sepa B::RejectLate(Decline::InsufficientFunds);
}

impl TestMethod {
    /// Returns the method whose token is `token`.
    #[must_use]
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|method| method.row().token == token)
    }

    /// Returns the method of `method_type` with this card number, account number or IBAN.
    #[must_use]
    pub fn from_number(method_type: MethodType, number: &str) -> Option<Self> {
        let row_fits = |row: TestMethodRow| row.method_type == method_type && row.number == number;
        Self::ALL.iter().copied().find(|method| row_fits(method.row()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_numbers_are_unique() {
        for method in TestMethod::ALL {
            assert_eq!(TestMethod::from_token(method.row().token), Some(*method));
            assert_eq!(TestMethod::from_number(method.row().method_type, method.row().number), Some(*method));
        }
    }

    /// B5, B6.
    #[test]
    fn two_networks_take_several_captures_in_some_countries_only() {
        let countries = |network: Network| ["US", "CA", "AU", "NZ", "JP", "DE"].map(|c| network.multicapture(c));
        assert_eq!(countries(Network::Visa), [true; 6]);
        assert_eq!(countries(Network::Jcb), [true, true, true, true, false, false]);
        assert_eq!(countries(Network::UnionPay), [true, false, false, false, false, false]);
    }
}
