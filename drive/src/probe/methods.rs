//! Detects the test methods of a server, and the form of a confirmation.

use holdfast_model::{Issuer, PaymentMethod, Rail, RefundPath};

use super::{Probe, Probed, said};
use crate::profile::{self, Api, Confirmation, MethodReference};
use crate::requests::{make_method, with_method};
use crate::wire::{HttpReply, HttpRequest};

impl Probe<'_> {
    /// Learns how a payment is confirmed and which methods behave as their names say. A method that the server takes
    /// for another one is not used, and is reported once.
    pub(super) fn find_methods(&mut self) -> Probed<()> {
        self.find_card()?;
        let Some(visa) = self.server.profile.methods.get(&PaymentMethod::Visa).copied() else { return Ok(()) };
        let mut taken_for_card = Vec::new();
        for method in PaymentMethod::ALL {
            let kind = method.profile();
            let is_special = kind.refund != RefundPath::Immediate || method == PaymentMethod::NoEnterpriseFeatures;
            if method == PaymentMethod::Visa || is_special || kind.rail == Rail::BankTransfer {
                continue;
            }
            let mut answers = Vec::new();
            for means in self.ways_to_name(method, visa) {
                let Some(reply) = self.pay(method, means, &[])? else { continue };
                if goes_as(method, &reply) {
                    answers.clear();
                    self.server.profile.methods.insert(method, means);
                    break;
                }
                answers.push(reply);
            }
            if answers.iter().any(|reply| reply.is_done() && reply.text_at("/status") == Some("succeeded")) {
                taken_for_card.push(method.token());
            }
        }
        if !taken_for_card.is_empty() {
            let what = format!("test methods: {}", taken_for_card.join(", "));
            self.server.notes.push((what, "each is paid like the plain card".to_owned()));
        }
        Ok(())
    }

    /// Learns how the plain card is named, and how a payment is confirmed.
    fn find_card(&mut self) -> Probed<()> {
        if self.server.profile.api == Api::Charges {
            for token in ["tok_visa", "pm_card_visa"] {
                let means = MethodReference::Source(token);
                let reply = self.pay(PaymentMethod::Visa, means, &[])?;
                if reply.is_some_and(|reply| goes_as(PaymentMethod::Visa, &reply)) {
                    self.server.profile.methods.insert(PaymentMethod::Visa, means);
                    break;
                }
            }
            return Ok(());
        }
        let number = "4242424242424242";
        for confirmation in [Confirmation::AtCreation, Confirmation::Separate, Confirmation::SeparateWithMethod] {
            self.server.profile.confirmation = confirmation;
            for means in [MethodReference::Token, MethodReference::Number(number), MethodReference::Inline(number)] {
                let Some(reply) = self.pay(PaymentMethod::Visa, means, &[])? else { continue };
                if goes_as(PaymentMethod::Visa, &reply) {
                    self.server.profile.methods.insert(PaymentMethod::Visa, means);
                    return Ok(());
                }
                if reply.is_done() {
                    self.tried.push(format!("a payment of 1000 usd ({confirmation:?}, {means:?}): {}", said(&reply)));
                }
            }
        }
        self.server.profile.confirmation = Confirmation::AtCreation;
        Ok(())
    }

    /// The ways to name a method, the one of the plain card first.
    fn ways_to_name(&self, method: PaymentMethod, visa: MethodReference) -> Vec<MethodReference> {
        if self.server.profile.api == Api::Charges {
            return profile::source(method).map(MethodReference::Source).into_iter().collect();
        }
        let number = profile::number(method);
        let by_number = number.map(MethodReference::Number);
        let ways = match visa {
            MethodReference::Inline(_) => vec![number.map(MethodReference::Inline)],
            MethodReference::Number(_) => vec![by_number, Some(MethodReference::Token)],
            MethodReference::Token | MethodReference::Source(_) => vec![Some(MethodReference::Token), by_number],
        };
        ways.into_iter().flatten().collect()
    }

    /// Pays 10.00 by that method with further parameters, and returns the last reply.
    pub(super) fn pay(
        &mut self,
        method: PaymentMethod,
        means: MethodReference,
        more: &[(&str, &str)],
    ) -> Probed<Option<HttpReply>> {
        let name = match means {
            MethodReference::Token => format!("pm_{}", method.token()),
            MethodReference::Number(number) => {
                let Some(made) = self.done(&make_method(number))? else { return Ok(None) };
                made.text_at("/id").unwrap_or_default().to_owned()
            }
            MethodReference::Inline(number) => format!("number:{number}"),
            MethodReference::Source(token) => {
                let asked = HttpRequest::post("/v1/charges").with("amount", 1000).with("currency", "usd");
                let asked =
                    more.iter().fold(asked.with("source", token), |asked, (name, value)| asked.with(name, value));
                return self.ask(&asked);
            }
        };
        let currency = if method.profile().rail == Rail::SepaDebit { "eur" } else { "usd" };
        let mut asked = HttpRequest::post("/v1/payment_intents").with("amount", 1000).with("currency", currency);
        if self.server.profile.types {
            asked = asked.with("payment_method_types[]", type_of(method));
        }
        asked = more.iter().fold(asked, |asked, (name, value)| asked.with(name, value));
        let confirmation = self.server.profile.confirmation;
        if confirmation != Confirmation::SeparateWithMethod {
            asked = with_method(asked, Some(&name));
        }
        if confirmation == Confirmation::AtCreation {
            return self.ask(&asked.with("confirm", true));
        }
        let Some(made) = self.done(&asked)? else { return Ok(None) };
        let confirm =
            HttpRequest::post(format!("/v1/payment_intents/{}/confirm", made.text_at("/id").unwrap_or_default()));
        if confirmation == Confirmation::Separate {
            return self.ask(&confirm);
        }
        self.ask(&with_method(confirm, Some(&name)))
    }

    /// Pays by a known method; `None` if the payment does not succeed.
    pub(super) fn paid(&mut self, method: PaymentMethod, more: &[(&str, &str)]) -> Probed<Option<HttpReply>> {
        let Some(means) = self.server.profile.methods.get(&method).copied() else { return Ok(None) };
        Ok(self.pay(method, means, more)?.filter(|reply| reply.is_done() && reply.text_at("/id").is_some()))
    }
}

/// The provider's word for the type of a method.
const fn type_of(method: PaymentMethod) -> &'static str {
    match method.profile().rail {
        Rail::Card(_) => "card",
        Rail::UsBankAccount => "us_bank_account",
        Rail::SepaDebit => "sepa_debit",
        Rail::BankTransfer => "customer_balance",
    }
}

/// Returns whether a payment by that method is answered as its kind demands.
fn goes_as(method: PaymentMethod, reply: &HttpReply) -> bool {
    let profile = method.profile();
    let is = |word: &str| reply.is_done() && reply.text_at("/status") == Some(word);
    match (profile.rail, profile.issuer) {
        (Rail::UsBankAccount | Rail::SepaDebit | Rail::BankTransfer, _) => is("processing"),
        (Rail::Card(_), Issuer::Approves) => is("succeeded"),
        (Rail::Card(_), Issuer::Declines(_)) => reply.status == 402,
        (Rail::Card(_), Issuer::Challenges | Issuer::ChallengesThenDeclines(_)) => is("requires_action"),
        (Rail::Card(_), Issuer::FailsLater | Issuer::NeverSettles) => is("processing"),
    }
}
