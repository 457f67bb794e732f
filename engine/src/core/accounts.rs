//! Decisions about connected accounts, what belongs to them, and tokens.

use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use super::stored_data::{hide_numbers, new, required, unexpected, with_given};
use crate::command::{CreateToken, TextsChange, UpdateAccount};
use crate::objects::{Account, EventType, ExternalAccount, Person, SharedTexts, SourceToken, Texts, given_at};
use crate::refusal::{PlainReason, Reason};
use crate::test_methods::TestMethod;
use crate::{AccountId, ExternalAccountId, Kind, Network, ObjectId, PersonId, TokenId};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Returns the account that a path names, if the caller may change it: its own, or one connected to it (P15).
pub(super) fn connected(context: &DecisionContext<'_>, named: Option<ObjectId>) -> Result<Arc<Account>, Stop> {
    let Some(ObjectId::Account(id)) = named else { return Err(unexpected(Kind::ExternalAccount)) };
    account_of(context, id)
}

fn account_of(context: &DecisionContext<'_>, id: AccountId) -> Result<Arc<Account>, Stop> {
    let own = context.account.id;
    let found = context.objects.account_by_id(id);
    let found = found.filter(|account| !account.deleted && (account.id == own || account.platform == Some(own)));
    found.ok_or_else(|| not_found("account", id, "id"))
}

/// Stores a new external account of `account` and announces it.
pub(super) fn external_account(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    account: Arc<Account>,
    texts: SharedTexts,
) -> Result<ExternalAccount, Stop> {
    let given = required(&texts, "external_account", "external_account")?;
    let mut data = match given.as_object() {
        Some(data) => data.clone(),
        None => of_token(context, changes, given.as_str().unwrap_or_default())?,
    };
    if data.get("object").is_none_or(|object| object != "card") {
        for name in ["country", "currency"] {
            if !data.contains_key(name) {
                return Err(Reason::Missing(format!("external_account[{name}]").into()).into());
            }
        }
    }
    hide_numbers(&mut data);
    let is_first = account.payout_account.is_none();
    data.entry("default_for_currency").or_insert_with(|| is_first.into());
    data.insert("external_account".to_owned(), Value::Null);
    let texts = with_given(&texts, &Value::Object(data));
    let made: ExternalAccount = new(context, ExternalAccountId, Some(account.id.into()), texts);
    if is_first {
        changes.put(Account { payout_account: Some(made.id), ..(*account).clone() });
    }
    context.announce(changes, EventType::AccountExternalAccountCreated, &made);
    changes.put(made.clone());
    Ok(made)
}

/// Returns the data of an external account behind a token: a documented one, or one of the caller, which is used up.
fn of_token(context: &DecisionContext<'_>, changes: &mut Changes, token: &str) -> Result<Map<String, Value>, Stop> {
    let known = token.parse::<TokenId>().ok().and_then(|id| context.objects.token(id));
    let data = match known.filter(|token| token.account == context.account.id) {
        Some(known) if known.used => return Err(Reason::TokenUsed(known.id).into()),
        Some(known) => {
            changes.put(SourceToken { used: true, ..(*known).clone() });
            ["bank_account", "card"].iter().find_map(|kind| {
                let mut data = given_at(known.texts.as_deref(), kind)?;
                data.as_object_mut()?.insert("object".to_owned(), (*kind).into());
                Some(data)
            })
        }
        None if token.starts_with("btok_") => Some(json!({ "object": "bank_account", "country": "US",
            "currency": "usd", "last4": "6789", "routing_number": "110000000" })),
        None => TestMethod::from_token(token).map(|method| {
            let row = method.row();
            json!({ "object": "card", "brand": row.network.map(Network::name), "country": row.country,
                "funding": row.funding, "last4": row.last4(), "exp_month": 12, "exp_year": 2034 })
        }),
    };
    match data {
        Some(Value::Object(data)) => Ok(data),
        Some(_) | None => Err(not_found("token", token, "external_account")),
    }
}

/// Handles `POST /v1/accounts/:id/persons`.
pub(super) fn person(context: &DecisionContext<'_>, owner: Option<ObjectId>, texts: SharedTexts) -> Decided {
    let account = connected(context, owner)?;
    let mut changes = Changes::default();
    let person: Person = new(context, PersonId, Some(account.id.into()), texts);
    context.announce(&mut changes, EventType::PersonCreated, &person);
    changes.put(person.clone());
    Ok(changes.answer(person))
}

/// Handles `POST /v1/accounts`: an account connected to the caller's, with its settlement (P22).
pub(super) fn create(context: &DecisionContext<'_>, country: &str, texts: &TextsChange) -> Decided {
    if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        let why = "use a two-letter country code such as US or JP.".to_owned();
        return Err(Reason::InvalidValue("country".into(), why).into());
    }
    let connected = Account::connected(context.id(AccountId), context.account.id);
    let account = Account {
        country: country.to_owned(),
        settlement: context.account.settlement,
        created: context.now,
        texts: texts.apply(&None),
        ..connected
    };
    let mut changes = Changes::default();
    let account = with_payout_account(context, &mut changes, account)?;
    changes.put(account.clone());
    Ok(changes.answer(account))
}

/// Moves `external_account` of an account's parameters into an object of its own.
fn with_payout_account(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    mut account: Account,
) -> Result<Account, Stop> {
    let Some(given) = given_at(account.texts.as_deref(), "external_account") else {
        return Ok(account);
    };
    account.texts = with_given(&account.texts, &json!({ "external_account": null }));
    let texts = with_given(&None, &json!({ "external_account": given }));
    let made = external_account(context, changes, Arc::new(account.clone()), texts)?;
    changes.objects.retain(|object| object.id() != account.id.into());
    account.payout_account = account.payout_account.or(Some(made.id));
    Ok(account)
}

/// Handles `POST /v1/accounts/:id`.
pub(super) fn update(context: &DecisionContext<'_>, request: &UpdateAccount) -> Decided {
    let before = account_of(context, request.account)?;
    let mut changes = Changes::default();
    let changed = Account { texts: request.texts.apply(&before.texts), ..(*before).clone() };
    let changed = with_payout_account(context, &mut changes, changed)?;
    context.announce_change(&mut changes, EventType::AccountUpdated, &before, &changed);
    changes.put(changed.clone());
    Ok(changes.answer(changed))
}

/// Handles `DELETE /v1/accounts/:id`. An account with money stays.
pub(super) fn delete(context: &DecisionContext<'_>, id: AccountId) -> Decided {
    let before = account_of(context, id)?;
    if before.platform.is_none() {
        let why = "an account cannot delete itself.".to_owned();
        return Err(Reason::InvalidValue("id".into(), why).into());
    }
    if context.objects.balances(id).iter().any(|(_, funds)| funds.available != 0 || funds.pending != 0) {
        return Err(Reason::Plain(PlainReason::AccountHasBalance).into());
    }
    let mut changes = Changes::default();
    let deleted = Account { deleted: true, ..(*before).clone() };
    changes.put(deleted.clone());
    Ok(changes.answer(deleted))
}

/// Handles `POST /v1/tokens`.
pub(super) fn create_token(context: &DecisionContext<'_>, request: &CreateToken) -> Decided {
    let texts = request.texts.apply(&None);
    let token = SourceToken {
        id: context.id(TokenId),
        account: context.account.id,
        created: context.now,
        test_method: request.test_method,
        expiry: request.expiry,
        used: false,
        texts: texts.as_deref().map(hidden),
    };
    let mut changes = Changes::default();
    changes.put(token.clone());
    Ok(changes.answer(token))
}

/// Returns the texts of a token without the numbers in its data.
fn hidden(texts: &Texts) -> Arc<Texts> {
    let mut given = texts.given_map();
    for kind in ["card", "bank_account"] {
        if let Some(Value::Object(data)) = given.get_mut(kind) {
            hide_numbers(data);
        }
    }
    Arc::new(Texts { given: Some(Value::Object(given).to_string()), ..texts.clone() })
}
