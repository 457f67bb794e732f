//! The table of paths for `expand[]`: fields that hold the id of another object, and lists that are hidden by default.

use crate::Kind;
use crate::command::Command;
use crate::refusal::{Reason, Refusal};
use crate::version::{ApiVersion, Feature};

/// The maximum depth of a path, in levels.
const DEEPEST: usize = 4;
/// The maximum length of a path in an error message, in characters.
const LONGEST: usize = 100;

/// The kinds of object that a field refers to; empty if the engine has no such objects.
type Behind = &'static [Kind];

/// The expandable fields of a customer.
const OF_CUSTOMER: &[(&str, Behind)] = &[
    ("cash_balance", &[]),
    ("default_source", &[Kind::PaymentMethod]),
    ("discount", &[]),
    ("invoice_credit_balance", &[]),
    ("invoice_settings.default_payment_method", &[Kind::PaymentMethod]),
    ("invoice_settings.rendering_options", &[]),
    (SOURCES, &[Kind::PaymentMethod]),
    (SUBSCRIPTIONS, &[]),
    ("tax", &[]),
    (TAX_IDS, &[Kind::TaxId]),
    ("test_clock", &[]),
];
/// The expandable fields of an attempt of a setup.
const OF_SETUP_ATTEMPT: &[(&str, Behind)] = &[
    ("application", &[]),
    ("customer", &[Kind::Customer]),
    ("on_behalf_of", &[Kind::Account]),
    ("payment_method", &[Kind::PaymentMethod]),
    ("setup_intent", &[Kind::SetupIntent]),
];
/// The expandable fields of an account.
const OF_ACCOUNT: &[(&str, Behind)] = &[
    ("business_profile.annual_revenue", &[]),
    ("company.verification.document.front", &[]),
    (EXTERNAL_ACCOUNTS, &[Kind::ExternalAccount]),
    ("individual.verification.document.front", &[]),
    ("settings.branding.icon", &[]),
    ("settings.branding.logo", &[]),
];
/// The expandable fields of a charge.
const OF_CHARGE: &[(&str, Behind)] = &[
    ("application", &[]),
    ("application_fee", &[Kind::ApplicationFee]),
    ("balance_transaction", &[Kind::BalanceTransaction]),
    ("customer", &[Kind::Customer]),
    ("failure_balance_transaction", &[Kind::BalanceTransaction]),
    ("on_behalf_of", &[Kind::Account]),
    ("payment_intent", &[Kind::PaymentIntent]),
    (REFUNDS, &[Kind::Refund]),
    ("review", &[]),
    ("source_transfer", &[Kind::Transfer]),
    ("transfer", &[Kind::Transfer]),
    ("transfer_data.destination", &[Kind::Account]),
];

/// Returns the expandable fields of a kind. Below a list, paths continue with `data`.
const fn fields(kind: Kind) -> &'static [(&'static str, Behind)] {
    match kind {
        Kind::PaymentIntent => &[
            ("application", &[]),
            ("customer", &[Kind::Customer]),
            ("latest_charge", &[Kind::Charge]),
            ("on_behalf_of", &[Kind::Account]),
            ("payment_method", &[Kind::PaymentMethod]),
            ("review", &[]),
            ("source", &[]),
            ("transfer_data.destination", &[Kind::Account]),
        ],
        Kind::Charge => OF_CHARGE,
        Kind::Refund => &[
            ("balance_transaction", &[Kind::BalanceTransaction]),
            ("charge", &[Kind::Charge]),
            ("failure_balance_transaction", &[Kind::BalanceTransaction]),
            ("payment_intent", &[Kind::PaymentIntent]),
            ("source_transfer_reversal", &[Kind::Reversal]),
            ("transfer_reversal", &[Kind::Reversal]),
        ],
        Kind::Transfer => &[
            ("balance_transaction", &[Kind::BalanceTransaction]),
            ("destination", &[Kind::Account]),
            ("destination_payment", &[Kind::Charge]),
            (REVERSALS, &[Kind::Reversal]),
            ("source_transaction", &[Kind::Charge]),
        ],
        Kind::Reversal => &[
            ("balance_transaction", &[Kind::BalanceTransaction]),
            ("destination_payment_refund", &[Kind::Refund]),
            ("source_refund", &[Kind::Refund]),
            ("transfer", &[Kind::Transfer]),
        ],
        Kind::ApplicationFee => &[
            ("account", &[Kind::Account]),
            ("application", &[]),
            ("balance_transaction", &[Kind::BalanceTransaction]),
            ("charge", &[Kind::Charge]),
            ("originating_transaction", &[Kind::Charge]),
            (REFUNDS, &[Kind::FeeRefund]),
        ],
        Kind::FeeRefund => &[("balance_transaction", &[Kind::BalanceTransaction]), ("fee", &[Kind::ApplicationFee])],
        Kind::SetupIntent => &[
            ("application", &[]),
            ("customer", &[Kind::Customer]),
            ("latest_attempt", &[Kind::SetupAttempt]),
            ("mandate", &[]),
            ("on_behalf_of", &[Kind::Account]),
            ("payment_method", &[Kind::PaymentMethod]),
            ("single_use_mandate", &[]),
        ],
        Kind::CheckoutSession => &[
            ("customer", &[Kind::Customer]),
            ("invoice", &[]),
            ("shipping_cost.shipping_rate", &[Kind::ShippingRate]),
            (LINE_ITEMS, &[Kind::Price]),
            ("payment_intent", &[Kind::PaymentIntent]),
            ("payment_link", &[]),
            ("setup_intent", &[Kind::SetupIntent]),
            ("subscription", &[]),
        ],
        Kind::BalanceTransaction => &[(
            "source",
            &[Kind::Charge, Kind::Refund, Kind::Transfer, Kind::Reversal, Kind::ApplicationFee, Kind::FeeRefund],
        )],
        Kind::PaymentMethod => &[("customer", &[Kind::Customer])],
        Kind::Customer => OF_CUSTOMER,
        Kind::SetupAttempt => OF_SETUP_ATTEMPT,
        Kind::Product => &[("default_price", &[Kind::Price]), ("tax_code", &[])],
        Kind::Price => &[("currency_options", &[]), ("product", &[Kind::Product]), ("tiers", &[])],
        Kind::ShippingRate => &[("fixed_amount.currency_options", &[]), ("tax_code", &[])],
        Kind::ExternalAccount | Kind::Person => &[("account", &[Kind::Account])],
        Kind::TaxId => &[("customer", &[Kind::Customer])],
        Kind::Account => OF_ACCOUNT,
        Kind::Event | Kind::WebhookEndpoint | Kind::Delivery | Kind::SourceToken => &[],
    }
}

/// The list of the refunds of a charge, hidden by default since 2022-11-15 (VER-3), or of an application fee.
pub(crate) const REFUNDS: &str = "refunds";
/// The list of a session's line items, hidden by default.
pub(crate) const LINE_ITEMS: &str = "line_items";
/// The list of a PaymentIntent's charges before 2022-11-15.
const CHARGES: &str = "charges";
/// The list of a transfer's reversals.
const REVERSALS: &str = "reversals";

/// The list of a customer's cards of the older kind, shown on request.
pub(crate) const SOURCES: &str = "sources";
/// The list of a customer's subscriptions, of which the engine has none.
pub(crate) const SUBSCRIPTIONS: &str = "subscriptions";
/// The list of a customer's tax ids, shown on request.
pub(crate) const TAX_IDS: &str = "tax_ids";
/// The list of the accounts to which a connected account is paid out.
const EXTERNAL_ACCOUNTS: &str = "external_accounts";

/// Returns the list that an object of `kind` always shows in `version`: its name and the kind of its items (P5).
pub(crate) fn nested(kind: Kind, version: ApiVersion) -> Option<(&'static str, Kind)> {
    let by_default = !version.has(Feature::LatestCharge);
    match kind {
        Kind::PaymentIntent if by_default => Some((CHARGES, Kind::Charge)),
        Kind::Charge if by_default => Some((REFUNDS, Kind::Refund)),
        Kind::Transfer => Some((REVERSALS, Kind::Reversal)),
        Kind::ApplicationFee => Some((REFUNDS, Kind::FeeRefund)),
        Kind::Account => Some((EXTERNAL_ACCOUNTS, Kind::ExternalAccount)),
        Kind::Customer
        | Kind::PaymentMethod
        | Kind::PaymentIntent
        | Kind::Charge
        | Kind::Refund
        | Kind::Reversal
        | Kind::FeeRefund
        | Kind::SetupIntent
        | Kind::CheckoutSession
        | Kind::BalanceTransaction
        | Kind::Event
        | Kind::WebhookEndpoint
        | Kind::Delivery
        | Kind::Product
        | Kind::Price
        | Kind::ShippingRate
        | Kind::ExternalAccount
        | Kind::Person
        | Kind::TaxId
        | Kind::SourceToken
        | Kind::SetupAttempt => None,
    }
}

/// Checks `expand[]` against the kind of object that the command returns, before the command is executed.
///
/// # Errors
/// Returns the refusal of the first path that is too deep or cannot be expanded.
pub(crate) fn check(command: &Command, paths: &[String], version: ApiVersion) -> Result<(), Refusal> {
    let Some((kind, is_page)) = answered(command).filter(|_| !paths.is_empty()) else { return Ok(()) };
    for path in paths {
        let shown = || path.chars().take(LONGEST).collect::<String>();
        if path.split('.').count() > DEEPEST {
            return Err(Reason::ExpandsTooDeep(shown()).into());
        }
        let refuse = |hint: Option<String>| Err(Reason::CannotExpand(shown(), hint).into());
        match path.strip_prefix("data.").filter(|_| is_page) {
            Some(rest) if can_be(&[kind], rest, version) => {}
            None if !is_page && can_be(&[kind], path, version) => {}
            None if is_page && can_be(&[kind], path, version) => return refuse(Some(format!("data.{}", shown()))),
            Some(_) | None => return refuse(None),
        }
    }
    Ok(())
}

/// Returns whether `path` can be expanded in an object of one of `kinds`.
fn can_be(kinds: &[Kind], path: &str, version: ApiVersion) -> bool {
    let below = |field: &str| match path.strip_prefix(field)? {
        "" => Some(""),
        rest => rest.strip_prefix('.'),
    };
    let leads = |(field, behind): (&str, Behind)| {
        let is_list = matches!(
            field,
            REFUNDS | LINE_ITEMS | CHARGES | REVERSALS | SOURCES | SUBSCRIPTIONS | TAX_IDS | EXTERNAL_ACCOUNTS
        );
        below(field).is_some_and(|rest| match rest.strip_prefix("data.").filter(|_| is_list) {
            // A line item shows its price, whose product can be expanded.
            Some(rest) if field == LINE_ITEMS => {
                rest == "price" || rest.strip_prefix("price.").is_some_and(|rest| can_be(behind, rest, version))
            }
            Some(rest) => can_be(behind, rest, version),
            None if is_list => matches!(rest, "" | "data"),
            // Objects that the engine does not have are null, and so is every path below them.
            None => rest.is_empty() || behind.is_empty() || can_be(behind, rest, version),
        })
    };
    let charges = kinds.contains(&Kind::PaymentIntent) && !version.has(Feature::LatestCharge);
    let old: &[(&str, Behind)] = if charges { &[(CHARGES, &[Kind::Charge])] } else { &[] };
    kinds.iter().flat_map(|kind| fields(*kind)).chain(old).any(|field| leads(*field))
}

/// Returns the kind of object that a command returns, and whether it returns a page; `None` for commands without a client.
const fn answered(command: &Command) -> Option<(Kind, bool)> {
    let kind = match command {
        Command::CreatePaymentIntent(_)
        | Command::UpdatePaymentIntent(_)
        | Command::ConfirmPaymentIntent(_)
        | Command::CapturePaymentIntent(_)
        | Command::CancelPaymentIntent { .. }
        | Command::IncrementAuthorization { .. }
        | Command::VerifyPaymentMicrodeposits { .. } => Kind::PaymentIntent,
        Command::CreateRefund(_) | Command::UpdateRefund { .. } | Command::CancelRefund { .. } => Kind::Refund,
        Command::UpdateCharge { .. } | Command::CreateCharge(_) | Command::CaptureCharge(_) => Kind::Charge,
        Command::CreateSetupIntent(_)
        | Command::UpdateSetupIntent(_)
        | Command::ConfirmSetupIntent(_)
        | Command::CancelSetupIntent { .. }
        | Command::VerifyMicrodeposits { .. } => Kind::SetupIntent,
        Command::CreateCheckoutSession(_) | Command::ExpireCheckoutSession { .. } => Kind::CheckoutSession,
        Command::CreateCustomer { .. } | Command::UpdateCustomer { .. } | Command::DeleteCustomer { .. } => {
            Kind::Customer
        }
        Command::CreatePaymentMethod { .. }
        | Command::ClonePaymentMethod { .. }
        | Command::AttachPaymentMethod { .. }
        | Command::DetachPaymentMethod { .. } => Kind::PaymentMethod,
        Command::CreateTransfer(_) => Kind::Transfer,
        Command::CreateReversal(_) => Kind::Reversal,
        Command::CreateFeeRefund(_) => Kind::FeeRefund,
        Command::CreateWebhookEndpoint(_)
        | Command::UpdateWebhookEndpoint(_)
        | Command::DeleteWebhookEndpoint { .. }
        | Command::RollWebhookSecret { .. } => Kind::WebhookEndpoint,
        Command::CreateAccount { .. } | Command::UpdateAccount(_) | Command::DeleteAccount { .. } => Kind::Account,
        Command::CreateData(request) => request.kind,
        Command::UpdateTexts { object, .. } | Command::DeleteData { object } => object.kind(),
        Command::CreateToken(_) => Kind::SourceToken,
        Command::Retrieve(id) => id.kind(),
        Command::List(query) => return Some((query.kind, true)),
        Command::Environment(_) | Command::Job(_) | Command::Malformed { .. } => return None,
    };
    Some((kind, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::ListQuery;

    /// Each path with its verdict: `yes`, `no`, `deep`, or the path that the message suggests instead.
    #[test]
    fn paths() {
        let intent = Command::Retrieve(crate::PaymentIntentId(1).into());
        let entry = Command::Retrieve(crate::BalanceTransactionId(1).into());
        let session = Command::Retrieve(crate::CheckoutSessionId(1).into());
        let charges = Command::List(ListQuery::newest(Kind::Charge));
        let (now, old) = (ApiVersion::CURRENT, ApiVersion::of(2020, 8, 27));
        let rows = [
            (&intent, "latest_charge", now, "yes"),
            (&intent, "latest_charge.balance_transaction.source", now, "yes"),
            (&intent, "latest_charge.refunds.data.charge", now, "yes"),
            (&intent, "latest_charge.refunds.data", now, "yes"),
            (&intent, "latest_charge.refunds.charge", now, "no"),
            (&intent, "transfer_data.destination", now, "yes"),
            (&intent, "transfer_data", now, "no"),
            (&intent, "application.name", now, "yes"),
            (&intent, "metadata", now, "no"),
            (&intent, "latest_chargex", now, "no"),
            (&intent, "", now, "no"),
            (&intent, "data.latest_charge", now, "no"),
            (&intent, "charges.data.refunds", now, "no"),
            (&intent, "charges.data.refunds", old, "yes"),
            (&intent, "latest_charge.payment_intent.latest_charge.customer", now, "yes"),
            (&intent, "latest_charge.payment_intent.latest_charge.customer.x", now, "deep"),
            (&entry, "source.customer", now, "yes"),
            (&entry, "source.fee", now, "yes"),
            (&entry, "source.status", now, "no"),
            (&session, "line_items", now, "yes"),
            (&charges, "data.customer", now, "yes"),
            (&charges, "data", now, "no"),
            (&charges, "customer", now, "data.customer"),
            (&charges, "customers", now, "no"),
        ];
        for (command, path, version, wanted) in rows {
            let verdict = match check(command, &[path.to_owned()], version).map_err(|refusal| refusal.reason) {
                Ok(()) => "yes".to_owned(),
                Err(Reason::CannotExpand(_, hint)) => hint.unwrap_or("no".to_owned()),
                Err(Reason::ExpandsTooDeep(_)) => "deep".to_owned(),
                Err(other) => panic!("{path}: {other:?}"),
            };
            assert_eq!(verdict, wanted, "{path}");
        }
    }
}
