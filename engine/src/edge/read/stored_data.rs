//! The parameters of objects that are stored as data, of accounts and of tokens. What no reader knows is stored as given.

use super::Read;
use super::fields::{Fields, read_id};
use super::methods::card_of;
use crate::command::{Command, CreateData, CreateToken, UpdateAccount};
use crate::refusal::Refusal;
use crate::{Kind, ObjectId};
use serde_json::{Value, json};

/// Reads the creation of an object that is stored as data; `owner` is the id in the path, empty without one.
pub(super) fn create(kind: Kind, owner: &str, owner_kind: Option<Kind>, params: &Value) -> Read {
    let known: &[&str] = if kind == Kind::TaxId { &["expand"] } else { &["expand", "metadata"] };
    let fields = Fields::of(params, &[known])?;
    let owner = owner_kind.map(|kind| id(owner, kind)).transpose()?;
    Ok(Command::CreateData(CreateData { kind, owner, texts: fields.texts()? }))
}

/// Reads an update that changes texts alone.
pub(super) fn update(kind: Kind, text: &str, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["expand", "metadata"]])?;
    Ok(Command::UpdateTexts { object: id(text, kind)?, texts: fields.texts()? })
}

/// Reads the deletion of an object that is stored as data.
pub(super) fn delete(kind: Kind, text: &str, params: &Value) -> Read {
    Fields::of(params, &[&["expand"]])?;
    Ok(Command::DeleteData { object: id(text, kind)? })
}

fn id(text: &str, kind: Kind) -> Result<ObjectId, Refusal> {
    let (noun, param) = kind.name_and_param();
    let found: ObjectId = read_id(text, noun, param.into())?;
    match found.kind() == kind {
        true => Ok(found),
        false => Err(not_found(text, kind)),
    }
}

fn not_found(text: &str, kind: Kind) -> Refusal {
    let (noun, param) = kind.name_and_param();
    crate::Reason::NotFound { noun: noun.into(), id: text.chars().take(100).collect(), param: param.into() }.into()
}

pub(super) fn create_account(params: &Value) -> Read {
    let fields = Fields::of(params, &[&["country", "metadata", "expand"]])?;
    let country = fields.text("country")?.unwrap_or_else(|| "US".to_owned());
    Ok(Command::CreateAccount { country, texts: fields.texts()? })
}

pub(super) fn update_account(text: &str, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["expand", "metadata"]])?;
    let account = read_id(text, "account", "id".into())?;
    Ok(Command::UpdateAccount(UpdateAccount { account, texts: fields.texts()? }))
}

pub(super) fn delete_account(text: &str, params: &Value) -> Read {
    Fields::of(params, &[&["expand"]])?;
    Ok(Command::DeleteAccount { account: read_id(text, "account", "id".into())? })
}

/// The data of a card in a token.
const CARD: &[&str] = &[
    "address_city",
    "address_country",
    "address_line1",
    "address_line2",
    "address_state",
    "address_zip",
    "currency",
    "cvc",
    "exp_month",
    "exp_year",
    "name",
    "networks",
    "number",
];

/// Reads `POST /v1/tokens`: a card or a bank account by number stands for its test method.
pub(super) fn create_token(params: &Value) -> Read {
    let fields = Fields::of(params, &[&["expand", "card", "bank_account", "account", "person", "pii", "cvc_update"]])?;
    let kinds = ["card", "bank_account", "account", "person", "pii", "cvc_update"];
    let given = kinds.iter().copied().find(|name| fields.has(name));
    let kind = fields.required("card", given)?;
    let mut texts = crate::command::TextsChange::default();
    let data = params.get(kind).cloned().unwrap_or(Value::Null);
    let shown = if matches!(kind, "card" | "bank_account") { data } else { Value::Bool(true) };
    texts.give(&json!({ "type": kind, kind: shown }));
    let (test_method, expiry) = match (kind, params.get("card").is_some_and(Value::is_object)) {
        ("card", true) => {
            let card = fields.group("card", &[CARD])?;
            match card.as_ref().map(card_of).transpose()? {
                Some((method, expiry)) => (Some(method), expiry),
                None => (None, None),
            }
        }
        _ => (None, None),
    };
    Ok(Command::CreateToken(CreateToken { test_method, expiry, texts }))
}
