//! The types of methods of other providers: pages to which the customer is sent, further bank debits, and types that the
//! engine keeps as data.

use super::{Behaviour, Challenge};
use serde::{Deserialize, Serialize};

/// The way in which a payment by another type goes.
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
    ($($name:ident $code:literal $flow:ident;)*) => {
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
        }
    };
}

others! {
    AcssDebit "acss_debit" Debit;
    Affirm "affirm" Redirect;
    AfterpayClearpay "afterpay_clearpay" Redirect;
    Alipay "alipay" Redirect;
    Alma "alma" Redirect;
    AmazonPay "amazon_pay" Redirect;
    AuBecsDebit "au_becs_debit" Debit;
    BacsDebit "bacs_debit" Debit;
    Bancontact "bancontact" Redirect;
    Billie "billie" Redirect;
    Bizum "bizum" Data;
    Blik "blik" Data;
    Boleto "boleto" Data;
    Cashapp "cashapp" Data;
    Crypto "crypto" Data;
    Eps "eps" Redirect;
    Fpx "fpx" Redirect;
    Giropay "giropay" Redirect;
    Grabpay "grabpay" Redirect;
    Ideal "ideal" Redirect;
    KakaoPay "kakao_pay" Redirect;
    Klarna "klarna" Redirect;
    Konbini "konbini" Data;
    KrCard "kr_card" Redirect;
    Link "link" Data;
    MbWay "mb_way" Data;
    Mobilepay "mobilepay" Redirect;
    Multibanco "multibanco" Data;
    NaverPay "naver_pay" Redirect;
    NzBankAccount "nz_bank_account" Debit;
    Oxxo "oxxo" Data;
    P24 "p24" Redirect;
    PayByBank "pay_by_bank" Redirect;
    Payco "payco" Redirect;
    Paynow "paynow" Data;
    Paypal "paypal" Redirect;
    Paypay "paypay" Data;
    Payto "payto" Data;
    Pix "pix" Data;
    Promptpay "promptpay" Data;
    RevolutPay "revolut_pay" Redirect;
    SamsungPay "samsung_pay" Redirect;
    Satispay "satispay" Redirect;
    Scalapay "scalapay" Redirect;
    Sequra "sequra" Redirect;
    Sofort "sofort" Redirect;
    Sunbit "sunbit" Redirect;
    Swish "swish" Data;
    Twint "twint" Redirect;
    Upi "upi" Data;
    WechatPay "wechat_pay" Data;
    Zip "zip" Redirect;
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
