//! The types of methods of other providers: pages to which the customer is sent, further bank debits, and types that the
//! engine keeps as data.

use super::{Behaviour, Challenge};
use crate::time::{DAY, Seconds};
use serde::{Deserialize, Serialize};

/// The flow of a payment by another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProviderFlow {
    /// The customer pays on a page of the provider.
    Redirect,
    /// A bank debit settles days later.
    Debit,
    /// The engine has no payments by the type.
    Data,
}

macro_rules! others {
    ($($name:ident $code:literal $flow:ident $days:literal;)*) => {
        /// A type of methods without test methods of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the provider's names")]
        pub enum OtherType { $($name),* }

        impl OtherType {
            /// Every type, in the order of its bit in a set.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the type's name in the API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            const fn flow(self) -> ProviderFlow {
                match self { $(Self::$name => ProviderFlow::$flow),* }
            }

            /// Returns the number of days for which a payment is held; 0 if the type has no holds.
            const fn days_held(self) -> Seconds {
                match self { $(Self::$name => $days),* }
            }
        }
    };
}

// The name in the API, the flow, and the days of a hold (HOLD-6; a type without a documented number has those of cards).
others! {
    AcssDebit "acss_debit" Debit 0;
    Affirm "affirm" Redirect 30;
    AfterpayClearpay "afterpay_clearpay" Redirect 13;
    Alipay "alipay" Redirect 0;
    Alma "alma" Redirect 7;
    AmazonPay "amazon_pay" Redirect 7;
    AuBecsDebit "au_becs_debit" Debit 0;
    BacsDebit "bacs_debit" Debit 0;
    Bancontact "bancontact" Redirect 0;
    Billie "billie" Redirect 7;
    Bizum "bizum" Data 0;
    Blik "blik" Data 0;
    Boleto "boleto" Data 0;
    Cashapp "cashapp" Data 7;
    Crypto "crypto" Data 0;
    Eps "eps" Redirect 0;
    Fpx "fpx" Redirect 0;
    Giropay "giropay" Redirect 0;
    Grabpay "grabpay" Redirect 0;
    Ideal "ideal" Redirect 0;
    KakaoPay "kakao_pay" Redirect 7;
    Klarna "klarna" Redirect 28;
    Konbini "konbini" Data 0;
    KrCard "kr_card" Redirect 7;
    Link "link" Data 7;
    MbWay "mb_way" Data 0;
    Mobilepay "mobilepay" Redirect 7;
    Multibanco "multibanco" Data 0;
    NaverPay "naver_pay" Redirect 7;
    NzBankAccount "nz_bank_account" Debit 0;
    Oxxo "oxxo" Data 0;
    P24 "p24" Redirect 0;
    PayByBank "pay_by_bank" Redirect 0;
    Payco "payco" Redirect 7;
    Paynow "paynow" Data 0;
    Paypal "paypal" Redirect 10;
    Paypay "paypay" Data 0;
    Payto "payto" Data 0;
    Pix "pix" Data 0;
    Promptpay "promptpay" Data 0;
    RevolutPay "revolut_pay" Redirect 7;
    SamsungPay "samsung_pay" Redirect 7;
    Satispay "satispay" Redirect 7;
    Scalapay "scalapay" Redirect 7;
    Sequra "sequra" Redirect 7;
    Sofort "sofort" Redirect 0;
    Sunbit "sunbit" Redirect 7;
    Swish "swish" Data 0;
    Twint "twint" Redirect 0;
    Upi "upi" Data 0;
    WechatPay "wechat_pay" Data 0;
    Zip "zip" Redirect 0;
}

impl OtherType {
    /// Returns the behavior of the provider.
    #[must_use]
    pub const fn behaviour(self) -> Behaviour {
        match self.flow() {
            ProviderFlow::Redirect | ProviderFlow::Data => Behaviour::Challenge(Challenge::Always),
            ProviderFlow::Debit => Behaviour::Settle,
        }
    }

    /// Returns whether the customer pays on a page of the provider.
    #[must_use]
    pub const fn redirects(self) -> bool {
        matches!(self.flow(), ProviderFlow::Redirect)
    }

    /// Returns whether the type is a bank debit.
    #[must_use]
    pub const fn is_bank_debit(self) -> bool {
        matches!(self.flow(), ProviderFlow::Debit)
    }

    /// Returns whether the engine has payments by the type.
    #[must_use]
    pub const fn is_payable(self) -> bool {
        !matches!(self.flow(), ProviderFlow::Data)
    }

    /// Returns the length of a hold by `capture_method=manual` (HOLD-6); `None` if the type has no holds (HOLD-7).
    #[must_use]
    pub const fn hold(self) -> Option<Seconds> {
        match self.days_held() {
            0 => None,
            days => Some(days.saturating_mul(DAY)),
        }
    }

    /// Returns the bit of the type in a set.
    pub(crate) fn bit(self) -> u64 {
        let place = Self::ALL.iter().zip(0_u32..).find(|(found, _)| **found == self).map(|(_, place)| place);
        place.and_then(|place| 1_u64.checked_shl(place)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_a_bit_of_its_own() {
        let all = OtherType::ALL.iter().fold(0, |all: u64, other| all | other.bit());
        assert_eq!(usize::try_from(all.count_ones()), Ok(OtherType::ALL.len()));
    }
}
