//! A second copy of the model's tables, which detects a changed line.

use holdfast_model::{Dialect, PaymentMethod};

/// The rows of TST-1 to TST-10 and B41. The columns are: token, rail, answer of the issuer or bank, path of a refund,
/// whether a SetupIntent can save the method, and whether it has the features that multicapture needs.
const METHODS: &str = "
card_visa                                                  Card(Visa)             Approves                                   Immediate    saved   enterprise
card_mastercard                                            Card(Mastercard)       Approves                                   Immediate    saved   enterprise
card_amex                                                  Card(Amex)             Approves                                   Immediate    saved   enterprise
card_discover                                              Card(Discover)         Approves                                   Immediate    saved   enterprise
card_diners                                                Card(Diners)           Approves                                   Immediate    saved   enterprise
card_jcb                                                   Card(Jcb)              Approves                                   Immediate    saved   enterprise
card_unionpay                                              Card(UnionPay)         Approves                                   Immediate    saved   enterprise
card_visa_cartesBancaires                                  Card(CartesBancaires)  Approves                                   Immediate    saved   enterprise
card_credit_disableEnterpriseCardFeatures                  Card(Visa)             Approves                                   Immediate    saved   -
card_visa_chargeDeclined                                   Card(Visa)             Declines(GenericDecline)                   Immediate    -       enterprise
card_visa_chargeDeclinedInsufficientFunds                  Card(Visa)             Declines(InsufficientFunds)                Immediate    -       enterprise
card_visa_chargeDeclinedLostCard                           Card(Visa)             Declines(LostCard)                         Immediate    -       enterprise
card_visa_chargeDeclinedStolenCard                         Card(Visa)             Declines(StolenCard)                       Immediate    -       enterprise
card_chargeDeclinedExpiredCard                             Card(Visa)             Declines(ExpiredCard)                      Immediate    -       enterprise
card_chargeDeclinedIncorrectCvc                            Card(Visa)             Declines(IncorrectCvc)                     Immediate    -       enterprise
card_chargeDeclinedProcessingError                         Card(Visa)             Declines(ProcessingError)                  Immediate    -       enterprise
card_visa_chargeDeclinedVelocityLimitExceeded              Card(Visa)             Declines(CardVelocityExceeded)             Immediate    -       enterprise
card_chargeCustomerFail                                    Card(Visa)             Declines(GenericDecline)                   Immediate    saved   enterprise
card_authenticationRequired                                Card(Visa)             Challenges                                 Immediate    saved   enterprise
card_authenticationRequiredChargeDeclinedInsufficientFunds Card(Visa)             ChallengesThenDeclines(InsufficientFunds)  Immediate    saved   enterprise
card_threeDSecureRequiredChargeDeclined                    Card(Visa)             ChallengesThenDeclines(GenericDecline)     Immediate    saved   enterprise
card_pendingRefund                                         Card(Visa)             Approves                                   Pending      saved   enterprise
card_refundFail                                            Card(Visa)             Approves                                   FailsLater   saved   enterprise
usBankAccount_success                                      UsBankAccount          Approves                                   Immediate    saved   enterprise
usBankAccount_insufficientFunds                            UsBankAccount          FailsLater                                 Immediate    saved   enterprise
usBankAccount_processing                                   UsBankAccount          NeverSettles                               Immediate    saved   enterprise
sepaDebit                                                  SepaDebit              Approves                                   Immediate    saved   enterprise
sepaDebit_fails                                            SepaDebit              FailsLater                                 Immediate    saved   enterprise
bank_transfer                                              BankTransfer           Approves                                   AsksCustomer saved   enterprise
";

#[test]
fn every_method_is_as_the_rules_say() {
    let found: String = PaymentMethod::ALL.iter().map(|method| line(*method)).collect();
    assert_eq!(found.trim(), METHODS.trim(), "\n{found}");
}

fn line(method: PaymentMethod) -> String {
    let profile = method.profile();
    let (saved, enterprise) = (profile.can_be_saved, profile.enterprise_features);
    let line = format!(
        "{:<58} {:<22} {:<42} {:<12} {:<7} {}",
        method.token(),
        format!("{:?}", profile.rail),
        format!("{:?}", profile.issuer),
        format!("{:?}", profile.refund),
        if saved { "saved" } else { "-" },
        if enterprise { "enterprise" } else { "-" },
    );
    format!("{}\n", line.trim_end())
}

#[test]
fn every_choice_is_set_by_its_word_and_says_it() {
    for (field, usual) in Dialect::default().words() {
        let other = match usual.as_str() {
            "yes" => "no",
            "no" => "yes",
            _ => "7",
        };
        let mut dialect = Dialect::default();
        assert_eq!(dialect.set(field, other), Ok(()), "{field}");
        assert_ne!(dialect, Dialect::default(), "{field} was not set");
        assert_eq!(dialect.words().into_iter().find(|(name, _)| *name == field), Some((field, other.to_owned())));
        assert_eq!(dialect.set(field, &usual), Ok(()), "{field}");
        assert_eq!(dialect, Dialect::default(), "{field} was not set back");
    }
}

#[test]
fn a_word_that_no_choice_has_is_refused_by_name() {
    for (field, _) in Dialect::FIELDS {
        let error = Dialect::default().set(field, "perhaps").unwrap_err();
        assert!(error.contains(field) && error.contains("`perhaps`"), "{error}");
    }
    let error = Dialect::default().set("nothing", "yes").unwrap_err();
    assert!(error.contains("no dialect field `nothing`"), "{error}");
}
