//! The set of objects that a command locks.
//!
//! A payment is locked as a whole: under its Checkout Session if one owns it, under its PaymentIntent otherwise.

use crate::command::{Command, CreateRefund, EnvironmentEvent, JobKey, JobKind, MethodRef};
use crate::objects::Objects;
use crate::{
    AccountId, ChargeId, CustomerId, ObjectId, PaymentIntentId, PaymentMethodId, RefundId, SetupIntentId, TransferId,
};

/// Returns the objects to lock for `command`, sorted and without repetition.
pub(super) fn lock_set(objects: &dyn Objects, account: AccountId, command: &Command) -> Vec<ObjectId> {
    let mut found = LockSet { objects, ids: Vec::with_capacity(2) };
    found.command(account, command);
    found.ids.sort_unstable();
    found.ids.dedup();
    found.ids
}

struct LockSet<'a> {
    objects: &'a dyn Objects,
    ids: Vec<ObjectId>,
}

impl LockSet<'_> {
    fn command(&mut self, account: AccountId, command: &Command) {
        match command {
            Command::CreatePaymentIntent(request) => self.method(request.method),
            Command::UpdatePaymentIntent(request) => self.intent_with(request.intent, request.choices.method),
            Command::ConfirmPaymentIntent(request) => {
                self.intent_with(request.intent, request.choices.method);
                self.method_of_intent(request.intent);
            }
            Command::CapturePaymentIntent(request) => self.intent(request.intent),
            Command::CancelPaymentIntent { intent, .. } => self.intent(*intent),
            Command::CreateRefund(request) => self.refund_of(account, request),
            Command::UpdateRefund { refund, .. } | Command::CancelRefund { refund } => self.refund(*refund),
            Command::UpdateCharge { charge, .. } => self.charge(*charge),
            Command::CaptureCharge(request) => self.charge(request.charge),
            Command::IncrementAuthorization { intent } => self.intent(*intent),
            Command::VerifyPaymentMicrodeposits { intent, .. } => {
                self.intent(*intent);
                self.method_of_intent(*intent);
            }
            Command::CreateSetupIntent(request) => self.method(request.method),
            Command::UpdateSetupIntent(request) => self.setup_with(request.intent, request.method),
            Command::ConfirmSetupIntent(request) => self.setup_with(request.intent, request.method),
            Command::CancelSetupIntent { intent, .. } | Command::VerifyMicrodeposits { intent, .. } => {
                self.setup(*intent);
            }
            Command::ExpireCheckoutSession { session } => self.ids.push((*session).into()),
            Command::CreateCustomer { method, .. } => self.method(*method),
            Command::UpdateCustomer { customer, fields } => {
                self.customer(*customer, fields.default_method.flatten());
                self.method(fields.source);
            }
            Command::DeleteCustomer { customer } => self.customer(*customer, None),
            Command::CreatePaymentMethod { method, .. } => self.method(Some(*method)),
            Command::AttachPaymentMethod { method, .. } => self.method(Some(*method)),
            Command::DetachPaymentMethod { method } => self.ids.push((*method).into()),
            Command::CreateTransfer(request) => {
                self.source(account, request.source);
                self.limited(account);
            }
            Command::CreateReversal(request) => self.transfer(request.transfer),
            Command::CreateFeeRefund(request) => {
                if let Some(fee) = self.objects.application_fee(request.fee) {
                    self.charge(fee.charge);
                }
            }
            Command::UpdateWebhookEndpoint(request) => self.ids.push(request.endpoint.into()),
            Command::DeleteWebhookEndpoint { endpoint } | Command::RollWebhookSecret { endpoint, .. } => {
                self.ids.push((*endpoint).into());
            }
            Command::UpdateAccount(_)
            | Command::DeleteAccount { .. }
            | Command::CreateData(_)
            | Command::UpdateTexts { .. }
            | Command::DeleteData { .. }
            | Command::CreateCharge(_) => self.data(command),
            Command::Environment(event) => self.environment(event),
            Command::Job(job) => self.job(account, *job),
            Command::CreateCheckoutSession(_)
            | Command::ClonePaymentMethod { .. }
            | Command::CreateWebhookEndpoint(_)
            | Command::CreateAccount { .. }
            | Command::CreateToken(_)
            | Command::Retrieve(_)
            | Command::List(_) => {}
            // An unreadable request also waits for the object that it names.
            Command::Malformed { target, .. } => target.iter().for_each(|target| self.object(*target)),
        }
    }

    fn intent_with(&mut self, intent: PaymentIntentId, method: Option<MethodRef>) {
        self.intent(intent);
        self.method(method);
    }

    fn setup_with(&mut self, intent: SetupIntentId, method: Option<MethodRef>) {
        self.setup(intent);
        self.method(method);
    }

    /// Adds the payment of a refund, by whichever id the request names it, and the accounts that it may debit.
    fn refund_of(&mut self, account: AccountId, request: &CreateRefund) {
        if let Some(charge) = request.charge {
            self.charge(charge);
        } else if let Some(intent) = request.intent {
            self.intent(intent);
            let charge = self.objects.payment_intent(intent).and_then(|intent| intent.latest_charge);
            charge.into_iter().for_each(|charge| self.charge(charge));
        }
        self.limited(account);
    }

    /// Adds the objects of a command about stored data, an account or a charge without a PaymentIntent.
    fn data(&mut self, command: &Command) {
        if let Command::UpdateAccount(request) = command {
            self.ids.push(request.account.into());
        } else if let Command::DeleteAccount { account } = command {
            self.ids.push((*account).into());
        } else if let Command::CreateData(request) = command {
            self.ids.extend(request.owner);
        } else if let Command::UpdateTexts { object, .. } | Command::DeleteData { object } = command {
            self.of_texts(*object);
        } else if let Command::CreateCharge(request) = command {
            self.method(request.source);
            self.ids.extend(request.customer.map(ObjectId::from));
        }
    }

    /// Adds an object whose texts change, with the payment that it belongs to.
    fn of_texts(&mut self, id: ObjectId) {
        if let ObjectId::Transfer(id) = id {
            self.transfer(id);
        } else if let ObjectId::Reversal(id) = id {
            let reversal = self.objects.reversal(id);
            reversal.into_iter().for_each(|reversal| self.transfer(reversal.transfer));
        } else if let ObjectId::FeeRefund(id) = id {
            let fee = self.objects.fee_refund(id).and_then(|refund| self.objects.application_fee(refund.fee));
            fee.into_iter().for_each(|fee| self.charge(fee.charge));
        } else if let ObjectId::ExternalAccount(id) = id {
            self.ids.extend(self.objects.external_account(id).and_then(|account| account.owner));
        }
        self.ids.push(id);
    }

    fn environment(&mut self, event: &EnvironmentEvent) {
        match event {
            EnvironmentEvent::Authenticate { intent, .. } => {
                self.intent(*intent);
                self.method_of_intent(*intent);
            }
            EnvironmentEvent::AuthenticateSetup { intent, .. } | EnvironmentEvent::MandateAnswered { intent } => {
                self.setup(*intent)
            }
            EnvironmentEvent::CompleteSession { session, method, .. } => {
                self.ids.push((*session).into());
                self.method(Some(*method));
            }
            EnvironmentEvent::BankAnswers { intent, .. } | EnvironmentEvent::CancelWindowCloses { intent } => {
                self.intent(*intent)
            }
            EnvironmentEvent::RefundReported { refund, .. }
            | EnvironmentEvent::RefundReturned { refund }
            | EnvironmentEvent::RefundDetailsGiven { refund } => self.refund(*refund),
        }
    }

    /// Adds the source of a transfer; without one, the account, whose available balance decides.
    fn source(&mut self, account: AccountId, source: Option<ChargeId>) {
        match source {
            Some(charge) => self.charge(charge),
            None => self.ids.push(account.into()),
        }
    }

    /// Adds the object of a job, and the account whose balance the job freezes in an event.
    fn job(&mut self, account: AccountId, job: JobKey) {
        self.object(job.object);
        if job.kind == JobKind::Settle {
            self.ids.push(account.into());
        }
    }

    /// Adds the object of a job.
    fn object(&mut self, id: ObjectId) {
        if let ObjectId::PaymentIntent(id) = id {
            self.intent(id);
        } else if let ObjectId::Charge(id) = id {
            self.charge(id);
        } else if let ObjectId::Refund(id) = id {
            self.refund(id);
        } else if let ObjectId::SetupIntent(id) = id {
            self.setup(id);
        } else {
            self.ids.push(id);
        }
    }

    fn intent(&mut self, id: PaymentIntentId) {
        let session = self.objects.payment_intent(id).and_then(|intent| intent.session);
        self.ids.push(session.map_or(id.into(), ObjectId::from));
    }

    fn setup(&mut self, id: SetupIntentId) {
        let intent = self.objects.setup_intent(id);
        let session = intent.as_ref().and_then(|intent| intent.session);
        self.ids.push(session.map_or(id.into(), ObjectId::from));
        self.ids.extend(intent.and_then(|intent| intent.method).map(ObjectId::from));
    }

    fn charge(&mut self, id: ChargeId) {
        match self.objects.charge(id) {
            Some(charge) => {
                self.intent(charge.intent);
                for transfer in &charge.transfers {
                    let transfer = self.objects.transfer(*transfer);
                    transfer.into_iter().for_each(|transfer| self.limited(transfer.destination));
                }
            }
            None => self.ids.push(id.into()),
        }
    }

    fn refund(&mut self, id: RefundId) {
        match self.objects.refund(id) {
            Some(refund) => self.intent(refund.intent),
            None => self.ids.push(id.into()),
        }
    }

    fn transfer(&mut self, id: TransferId) {
        let Some(transfer) = self.objects.transfer(id) else {
            return;
        };
        match transfer.charge {
            Some(charge) => self.charge(charge),
            None => self.ids.push(id.into()),
        }
        self.limited(transfer.destination);
    }

    fn customer(&mut self, id: CustomerId, method: Option<PaymentMethodId>) {
        self.ids.push(id.into());
        self.ids.extend(method.map(ObjectId::from));
    }

    fn method(&mut self, method: Option<MethodRef>) {
        match method {
            Some(MethodRef::Saved(id)) => self.ids.push(id.into()),
            Some(MethodRef::Token(id)) => self.ids.push(id.into()),
            Some(MethodRef::Test(_) | MethodRef::Card(..)) | None => {}
        }
    }

    fn method_of_intent(&mut self, id: PaymentIntentId) {
        let method = self.objects.payment_intent(id).and_then(|intent| intent.method);
        self.ids.extend(method.map(ObjectId::from));
    }

    /// Adds an account whose balance has a limit, because the balance decides.
    fn limited(&mut self, id: AccountId) {
        if self.objects.account_by_id(id).is_some_and(|account| account.overdraft.is_some()) {
            self.ids.push(id.into());
        }
    }
}
