//! The test payment methods (TST-1 to TST-10): one table with the kind and the behavior of each.

mod decline;
mod kinds;
mod other_types;

pub use decline::Decline;
pub use kinds::{MethodType, Network};
pub use other_types::OtherType;

use serde::{Deserialize, Serialize};

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
    /// The country of the issuer.
    pub country: &'static str,
    /// The funding of a card: `credit`, `debit` or `prepaid`.
    pub funding: &'static str,
    /// The check of the card's data that fails.
    pub failed_check: Option<FailedCheck>,
}

/// A check of a card's data that does not pass (P28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedCheck {
    /// First line and postal code of the address fail.
    Address,
    /// The first line of the address fails.
    Line1,
    /// The postal code fails.
    PostalCode,
    /// The address cannot be checked.
    Unchecked,
    /// The CVC fails.
    Cvc,
}

impl FailedCheck {
    /// Returns the results of `address_line1_check`, `address_postal_code_check` and `cvc_check`.
    #[must_use]
    pub const fn results(self) -> [&'static str; 3] {
        match self {
            Self::Address => ["fail", "fail", "pass"],
            Self::Line1 => ["fail", "pass", "pass"],
            Self::PostalCode => ["pass", "fail", "pass"],
            Self::Unchecked => ["unavailable", "unavailable", "pass"],
            Self::Cvc => ["pass", "pass", "fail"],
        }
    }
}

impl TestMethodRow {
    /// The common values of the columns that most rows leave out.
    const USUAL: Self = Self {
        token: "",
        number: "",
        method_type: MethodType::Card,
        network: None,
        enterprise: false,
        behaviour: Behaviour::Approve,
        country: "US",
        funding: "credit",
        failed_check: None,
    };

    /// Returns the row with this country and funding.
    const fn issued(self, country: &'static str, funding: &'static str) -> Self {
        Self { country, funding, ..self }
    }

    /// Returns the row with this failing check.
    const fn failing(self, check: FailedCheck) -> Self {
        Self { failed_check: Some(check), ..self }
    }

    /// Returns the last four characters of the number.
    #[must_use]
    pub fn last4(&self) -> String {
        self.number.chars().skip(self.number.len().saturating_sub(4)).collect()
    }
}

macro_rules! methods {
    ($($name:ident $token:literal $number:literal $kind:tt $behaviour:expr $(, $country:literal $funding:literal $($check:ident)?)?;)*) => {
        /// A test payment method by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the rows of the table")]
        pub enum TestMethod {
            $($name,)*
            /// A method of a type without test methods.
            Other(OtherType),
        }

        impl TestMethod {
            /// Every test method with a token.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the row of the table.
            #[must_use]
            pub const fn row(self) -> TestMethodRow {
                match self {
                    $(Self::$name => methods!(@row $token $number $kind $behaviour)
                        $(.issued($country, $funding)$(.failing(FailedCheck::$check))?)?,)*
                    Self::Other(other) => TestMethodRow {
                        method_type: MethodType::Other(other),
                        behaviour: other.behaviour(),
                        ..TestMethodRow::USUAL
                    },
                }
            }
        }
    };
    (@row $token:literal $number:literal Ach $behaviour:expr) => { methods!(@bank $token $number UsBankAccount $behaviour) };
    (@row $token:literal $number:literal Sepa $behaviour:expr) => { methods!(@bank $token $number SepaDebit $behaviour) };
    (@row $token:literal $number:literal Transfer $behaviour:expr) => { methods!(@bank $token $number BankTransfer $behaviour) };
    (@row $token:literal $number:literal Plain $behaviour:expr) => {
        TestMethodRow { token: $token, number: $number, method_type: MethodType::Card, network: Some(Network::Visa), enterprise: false, behaviour: $behaviour, ..TestMethodRow::USUAL }
    };
    (@row $token:literal $number:literal $network:tt $behaviour:expr) => {
        TestMethodRow { token: $token, number: $number, method_type: MethodType::Card, network: Some(Network::$network), enterprise: true, behaviour: $behaviour, ..TestMethodRow::USUAL }
    };
    (@bank $token:literal $number:literal $type:ident $behaviour:expr) => {
        TestMethodRow { token: $token, number: $number, method_type: MethodType::$type, network: None, enterprise: false, behaviour: $behaviour, ..TestMethodRow::USUAL }
    };
}

use Behaviour as B;

methods! {
    Visa "pm_card_visa" "4242424242424242" Visa B::Approve;
    VisaDebit "pm_card_visa_debit" "4000056655665556" Visa B::Approve, "US" "debit";
    Mastercard "pm_card_mastercard" "5555555555554444" Mastercard B::Approve;
    Amex "pm_card_amex" "378282246310005" Amex B::Approve;
    Discover "pm_card_discover" "6011111111111117" Discover B::Approve;
    Diners "pm_card_diners" "3056930009020004" Diners B::Approve;
    Jcb "pm_card_jcb" "3566002020360505" Jcb B::Approve;
    UnionPay "pm_card_unionpay" "6200000000000005" UnionPay B::Approve;
    CartesBancaires "pm_card_visa_cartesBancaires" "4000002500001001" CartesBancaires B::Approve, "FR" "credit";
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
    CountryAr "pm_card_ar" "4000000320000021" Visa B::Approve, "AR" "credit";
    CountryBr "pm_card_br" "4000000760000002" Visa B::Approve, "BR" "credit";
    CountryCa "pm_card_ca" "4000001240000000" Visa B::Approve, "CA" "credit";
    CountryCl "pm_card_cl" "4000001520000001" Visa B::Approve, "CL" "credit";
    CountryCo "pm_card_co" "4000001700000003" Visa B::Approve, "CO" "credit";
    CountryCr "pm_card_cr" "4000001880000005" Visa B::Approve, "CR" "credit";
    CountryEc "pm_card_ec" "4000002180000000" Visa B::Approve, "EC" "credit";
    CountryMx "pm_card_mx" "4000004840008001" Visa B::Approve, "MX" "credit";
    CountryPa "pm_card_pa" "4000005910000000" Visa B::Approve, "PA" "credit";
    CountryPy "pm_card_py" "4000006000000066" Visa B::Approve, "PY" "credit";
    CountryPe "pm_card_pe" "4000006040000068" Visa B::Approve, "PE" "credit";
    CountryUy "pm_card_uy" "4000008580000003" Visa B::Approve, "UY" "credit";
    CountryAe "pm_card_ae" "4000007840000001" Visa B::Approve, "AE" "credit";
    CountryAt "pm_card_at" "4000000400000008" Visa B::Approve, "AT" "credit";
    CountryBe "pm_card_be" "4000000560000004" Visa B::Approve, "BE" "credit";
    CountryBg "pm_card_bg" "4000001000000000" Visa B::Approve, "BG" "credit";
    CountryBy "pm_card_by" "4000001120000005" Visa B::Approve, "BY" "credit";
    CountryHr "pm_card_hr" "4000001910000009" Visa B::Approve, "HR" "credit";
    CountryCy "pm_card_cy" "4000001960000008" Visa B::Approve, "CY" "credit";
    CountryCz "pm_card_cz" "4000002030000002" Visa B::Approve, "CZ" "credit";
    CountryDk "pm_card_dk" "4000002080000001" Visa B::Approve, "DK" "credit";
    CountryEe "pm_card_ee" "4000002330000009" Visa B::Approve, "EE" "credit";
    CountryFi "pm_card_fi" "4000002460000001" Visa B::Approve, "FI" "credit";
    CountryFr "pm_card_fr" "4000002500000003" Visa B::Approve, "FR" "credit";
    CountryDe "pm_card_de" "4000002760000016" Visa B::Approve, "DE" "credit";
    CountryGi "pm_card_gi" "4000002920000005" Visa B::Approve, "GI" "credit";
    CountryGr "pm_card_gr" "4000003000000030" Visa B::Approve, "GR" "credit";
    CountryHu "pm_card_hu" "4000003480000005" Visa B::Approve, "HU" "credit";
    CountryIe "pm_card_ie" "4000003720000005" Visa B::Approve, "IE" "credit";
    CountryIt "pm_card_it" "4000003800000008" Visa B::Approve, "IT" "credit";
    CountryLv "pm_card_lv" "4000004280000005" Visa B::Approve, "LV" "credit";
    CountryLi "pm_card_li" "4000004380000004" Visa B::Approve, "LI" "credit";
    CountryLt "pm_card_lt" "4000004400000000" Visa B::Approve, "LT" "credit";
    CountryLu "pm_card_lu" "4000004420000006" Visa B::Approve, "LU" "credit";
    CountryMt "pm_card_mt" "4000004700000007" Visa B::Approve, "MT" "credit";
    CountryNl "pm_card_nl" "4000005280000002" Visa B::Approve, "NL" "credit";
    CountryNo "pm_card_no" "4000005780000007" Visa B::Approve, "NO" "credit";
    CountryPl "pm_card_pl" "4000006160000005" Visa B::Approve, "PL" "credit";
    CountryPt "pm_card_pt" "4000006200000007" Visa B::Approve, "PT" "credit";
    CountryRo "pm_card_ro" "4000006420000001" Visa B::Approve, "RO" "credit";
    CountrySa "pm_card_sa" "4000006820000007" Visa B::Approve, "SA" "credit";
    CountrySi "pm_card_si" "4000007050000006" Visa B::Approve, "SI" "credit";
    CountrySk "pm_card_sk" "4000007030000001" Visa B::Approve, "SK" "credit";
    CountryEs "pm_card_es" "4000007240000007" Visa B::Approve, "ES" "credit";
    CountrySe "pm_card_se" "4000007520000008" Visa B::Approve, "SE" "credit";
    CountryCh "pm_card_ch" "4000007560000009" Visa B::Approve, "CH" "credit";
    CountryGb "pm_card_gb" "4000008260000000" Visa B::Approve, "GB" "credit";
    CountryAu "pm_card_au" "4000000360000006" Visa B::Approve, "AU" "credit";
    CountryCn "pm_card_cn" "4000001560000002" Visa B::Approve, "CN" "credit";
    CountryHk "pm_card_hk" "4000003440000004" Visa B::Approve, "HK" "credit";
    CountryIn "pm_card_in" "4000003560000008" Visa B::Approve, "IN" "credit";
    CountryJp "pm_card_jp" "4000003920000003" Visa B::Approve, "JP" "credit";
    CountryMy "pm_card_my" "4000004580000002" Visa B::Approve, "MY" "credit";
    CountryNz "pm_card_nz" "4000005540000008" Visa B::Approve, "NZ" "credit";
    CountrySg "pm_card_sg" "4000007020000003" Visa B::Approve, "SG" "credit";
    CountryTw "pm_card_tw" "4000001580000008" Visa B::Approve, "TW" "credit";
    GbDebit "pm_card_gb_debit" "4000058260000005" Visa B::Approve, "GB" "debit";
    ThCredit "pm_card_th_credit" "4000007640000003" Visa B::Approve, "TH" "credit";
    ThDebit "pm_card_th_debit" "4000057640000008" Visa B::Approve, "TH" "debit";
    MastercardDebit "pm_card_mastercard_debit" "5200828282828210" Mastercard B::Approve, "US" "debit";
    MastercardPrepaid "pm_card_mastercard_prepaid" "5105105105105100" Mastercard B::Approve, "US" "prepaid";
    MastercardCartesBancaires "pm_card_mastercard_cartesBancaires" "5555552500001001" Mastercard B::Approve, "FR" "credit";
    AvsFail "pm_card_avsFail" "4000000000000010" Visa B::Approve, "US" "credit" Address;
    AvsLine1Fail "pm_card_avsLine1Fail" "4000000000000028" Visa B::Approve, "US" "credit" Line1;
    AvsZipFail "pm_card_avsZipFail" "4000000000000036" Visa B::Approve, "US" "credit" PostalCode;
    AvsUnchecked "pm_card_avsUnchecked" "4000000000000044" Visa B::Approve, "US" "credit" Unchecked;
    CvcCheckFail "pm_card_cvcCheckFail" "4000000000000101" Visa B::Approve, "US" "credit" Cvc;
    RiskElevated "pm_card_riskLevelElevated" "4000000000009235" Visa B::Approve, "US" "credit";
}

impl TestMethod {
    /// Returns whether the card challenges the customer if the merchant requests it (P23).
    #[must_use]
    pub const fn challenges_on_request(self) -> bool {
        matches!(self, Self::ThreeDSecureOptional)
            || matches!(self.row().behaviour, Behaviour::Challenge(_) | Behaviour::ChallengeThenDecline(_))
    }

    /// Returns the method whose token is `token`: `pm_card_visa`, or `tok_visa` for a card. `us` is another name of
    /// `visa` (P28).
    #[must_use]
    pub fn from_token(token: &str) -> Option<Self> {
        let is_known =
            |name: &str| Self::ALL.iter().any(|method| method.row().token.strip_prefix("pm_card_") == Some(name));
        let of_card = |name: &str| match name {
            "us" => "pm_card_visa".to_owned(),
            // The older names of the cards that decline do not name their network.
            _ if name.starts_with("chargeDeclined") && !is_known(name) => format!("pm_card_visa_{name}"),
            _ => format!("pm_card_{name}"),
        };
        let card = token.strip_prefix("tok_").or_else(|| token.strip_prefix("pm_card_")).map(of_card);
        let token = card.as_deref().unwrap_or(token);
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

    /// P28: a card has a token with either prefix, and its number has a valid check digit.
    #[test]
    fn cards_have_two_tokens_and_a_check_digit() {
        for method in TestMethod::ALL {
            let row = method.row();
            let Some(name) = row.token.strip_prefix("pm_card_") else { continue };
            assert_eq!(TestMethod::from_token(&format!("tok_{name}")), Some(*method));
            let sum: u32 = row
                .number
                .bytes()
                .rev()
                .zip([1_u32, 2].into_iter().cycle())
                .map(|(digit, times)| {
                    let value = u32::from(digit.saturating_sub(b'0')).saturating_mul(times);
                    value / 10 + value % 10
                })
                .sum();
            assert_eq!(sum.is_multiple_of(10), !matches!(row.behaviour, Behaviour::Malformed(_)), "{}", row.token);
        }
        assert_eq!(TestMethod::from_token("pm_card_us"), Some(TestMethod::Visa));
        assert_eq!(TestMethod::from_token("tok_chargeDeclined"), Some(TestMethod::Declined));
        assert_eq!(
            TestMethod::from_token("pm_card_chargeDeclinedInsufficientFunds"),
            Some(TestMethod::InsufficientFunds)
        );
        assert_eq!(TestMethod::from_token("tok_chargeDeclinedExpiredCard"), Some(TestMethod::ExpiredCard));
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
