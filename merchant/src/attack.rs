//! The attacker of `--hostile`: forged webhooks and guessed return pages.

use crate::books::Books;
use crate::fault::MerchantFault;
use crate::postman::webhook_name;
use crate::provider::PurchaseObjects;
use crate::purchase::Purchase;
use crate::run::MerchantRun;
use crate::timeline::Party;
use holdfast_engine::edge::render;
use holdfast_engine::objects::{IntentStatus, SessionStatus};
use holdfast_engine::{ApiVersion, Clock, SystemClock, Time, sign};
use serde_json::{Value, json};

/// One act of an attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attack {
    /// A success without a signature.
    Unsigned,
    /// A success signed with another secret.
    WronglySigned,
    /// A true signature of another body.
    Altered,
    /// A true signature that is older than the tolerance (HOOK-9).
    Expired,
    /// A genuine webhook, sent again with its signature.
    Replayed,
    /// A true event of another account, about an object that this account does not have.
    ForeignAccount,
    /// This order's return page with the session or payment of another order, or with a guessed one.
    GuessedReturn,
}

impl Attack {
    /// Every act.
    pub const ALL: &'static [Self] = &[
        Self::Unsigned,
        Self::WronglySigned,
        Self::Altered,
        Self::Expired,
        Self::Replayed,
        Self::ForeignAccount,
        Self::GuessedReturn,
    ];

    /// Returns the name in stories and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned webhook",
            Self::WronglySigned => "wrongly signed webhook",
            Self::Altered => "altered webhook",
            Self::Expired => "webhook with an expired timestamp",
            Self::Replayed => "replayed webhook",
            Self::ForeignAccount => "webhook of another account",
            Self::GuessedReturn => "guessed return page",
        }
    }

    /// Returns whether the handler must refuse it. Events of other accounts, and repeated ones, may be acknowledged and
    /// ignored.
    #[must_use]
    pub const fn must_be_refused(self) -> bool {
        matches!(self, Self::Unsigned | Self::WronglySigned | Self::Altered | Self::Expired)
    }
}

impl MerchantRun<'_> {
    /// Carries out an attack and judges that the handler refuses it and that the books do not move.
    pub(crate) fn attack(&mut self, purchase: &Purchase, attack: Attack) {
        let slot = purchase.plan.slot;
        let before = self.shop.books(self.config, &purchase.order).books();
        let reply = if attack == Attack::GuessedReturn {
            let Some(to) = self.guessed(purchase) else { return };
            let reply = self.shop.visit(&to);
            self.tell(slot, Party::Customer, Party::Merchant, format!("{}: {}", attack.name(), reply.shown()));
            reply
        } else {
            let Some((signature, body)) = self.forged(purchase, attack) else { return };
            let reply = self.shop.webhook(self.config, signature.as_deref(), &body);
            let event: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
            let text = format!("{} {}: {}", attack.name(), webhook_name(&event), reply.shown());
            self.tell(slot, Party::Customer, Party::Merchant, text);
            reply
        };
        if reply.status == 0 {
            return;
        }
        self.result.counts.attack(attack);
        if attack.must_be_refused() {
            self.result.counts.judge(MerchantFault::HostileAccepted);
        }
        let after = self.shop.books(self.config, &purchase.order).books();
        if before.is_some() && after.is_some() {
            self.result.counts.judge(MerchantFault::HostileMoved);
        }
        // A visit to the return page may make the merchant read the payment and correct its books.
        let moved = before.is_some() && before != after;
        // Books that become correct despite a refusal were changed by another cause.
        let is_wrong = attack.must_be_refused() && reply.is_success()
            || after.is_some_and(|books| self.is_beyond_truth(slot, &books));
        if moved && is_wrong {
            let shown = |books: Option<Books>| books.map(|books| books.shown()).unwrap_or_default();
            let what =
                format!("{} changed the books from \"{}\" to \"{}\"", attack.name(), shown(before), shown(after));
            self.find(MerchantFault::HostileMoved, slot, what);
        } else if attack.must_be_refused() && reply.is_success() {
            let what = format!("{} was acknowledged with {}", attack.name(), reply.status);
            self.find(MerchantFault::HostileAccepted, slot, what);
        }
    }

    /// Returns a signature and an event that says that the purchase succeeded.
    fn forged(&mut self, purchase: &Purchase, attack: Attack) -> Option<(Option<String>, String)> {
        if attack == Attack::Replayed {
            return self.provider.genuine(purchase.plan.slot).map(|(signature, body)| (Some(signature), body));
        }
        let object = self.paid_object(purchase)?;
        let mut shown = render::object(&object, ApiVersion::CURRENT);
        let (kind, field, value) = match object.as_checkout_session() {
            Some(_) => ("checkout.session.completed", "payment_status", "paid"),
            None => ("payment_intent.succeeded", "status", "succeeded"),
        };
        let fields = shown.as_object_mut()?;
        fields.insert(field.to_owned(), json!(value));
        if let Some(amount) = fields.get("amount").cloned() {
            fields.insert("amount_received".to_owned(), amount);
        }
        let number = self.chance.u64(..);
        if attack == Attack::ForeignAccount {
            let prefix = if kind.starts_with("checkout") { "cs_test" } else { "pi" };
            fields.insert("id".to_owned(), json!(format!("{prefix}_foreign{number:x}")));
            fields.insert("payment_intent".to_owned(), json!(format!("pi_foreign{number:x}")));
        }
        let now = SystemClock.now();
        let mut event = json!({ "id": format!("evt_forged{number:x}"), "object": "event", "type": kind,
            "api_version": ApiVersion::CURRENT.to_string(), "created": now.seconds(), "livemode": false,
            "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null }, "data": { "object": shown } });
        if attack == Attack::ForeignAccount {
            event.as_object_mut()?.insert("account".to_owned(), json!("acct_foreign"));
        }
        let body = event.to_string();
        let secret = [self.provider.secret.clone()];
        let signature = match attack {
            Attack::Unsigned => None,
            Attack::WronglySigned => Some(sign(&["whsec_other".to_owned()], now, &body)),
            Attack::Altered => Some(sign(&secret, now, &body.replacen("\"livemode\":false", "\"livemode\":true", 1))),
            Attack::Expired => Some(sign(&secret, Time::new(now.seconds().saturating_sub(3_600)), &body)),
            Attack::Replayed | Attack::ForeignAccount | Attack::GuessedReturn => Some(sign(&secret, now, &body)),
        };
        Some((signature, body))
    }

    /// Returns this order's return page with a session or payment that was not paid for it: that of another order, if one
    /// has been paid, or else a guess.
    fn guessed(&self, purchase: &Purchase) -> Option<String> {
        let flow = self.flow(purchase)?;
        let slot = purchase.plan.slot;
        let objects = self.provider.objects(slot);
        let others = self.purchases.iter().map(|other| other.plan.slot).filter(|other| *other != slot);
        let others: Vec<PurchaseObjects> = others.map(|other| self.provider.objects(other)).collect();
        match objects.sessions.last().and_then(|session| session.success_url.clone()) {
            Some(to) => {
                let mut sessions = others.iter().flat_map(|other| &other.sessions);
                let paid = sessions.find(|session| session.status == SessionStatus::Complete);
                let guess = paid.map_or_else(|| "cs_test_guessed".to_owned(), |session| session.id.to_string());
                Some(to.replace("{CHECKOUT_SESSION_ID}", &guess))
            }
            None => {
                let mut intents = others.iter().flat_map(|other| &other.intents);
                let paid = intents.find(|intent| intent.status == IntentStatus::Succeeded);
                let guess = paid.map_or_else(|| "pi_guessed".to_owned(), |intent| intent.id.to_string());
                let to = flow.return_page.as_ref()?;
                Some(to.replace("{order}", &purchase.order).replace("{payment_intent}", &guess))
            }
        }
    }
}
