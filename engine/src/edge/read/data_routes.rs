//! The operations on objects that are stored as data: accounts, products, prices, tokens, and updates of texts.

use super::fields::Fields;
use super::path::{Reader, Route};
use super::routes::{delete, get, list, named, one, owned, post};
use super::stored_data;
use crate::Kind;
use crate::command::Command;
use crate::refusal::Reason;

/// The operations, behind those of `routes.rs`.
pub(super) const ROUTES: &[Route<Reader>] = &[
    post("/v1/accounts", "business_type:text country:text email:text type:text", "account", |_, params| {
        stored_data::create_account(params)
    }),
    get("/v1/accounts/{id}", "", "account", |id, params| one(id, Kind::Account, params)),
    post("/v1/accounts/{id}", "email:text metadata:map", "account", stored_data::update_account),
    delete("/v1/accounts/{id}", "deleted", stored_data::delete_account),
    post("/v1/accounts/{account}/external_accounts", "metadata:map", "bank_account", |id, params| {
        stored_data::create(Kind::ExternalAccount, id, Some(Kind::Account), params)
    }),
    get("/v1/accounts/{account}/external_accounts", "object:text", "[bank_account]", |id, params| {
        owned(Kind::ExternalAccount, id, "account", params)
    }),
    get("/v1/accounts/{account}/external_accounts/{id}", "", "bank_account", |id, params| {
        one(id, Kind::ExternalAccount, params)
    }),
    post("/v1/accounts/{account}/external_accounts/{id}", "metadata:map", "bank_account", |id, params| {
        stored_data::update(Kind::ExternalAccount, id, params)
    }),
    delete("/v1/accounts/{account}/external_accounts/{id}", "deleted", |id, params| {
        stored_data::delete(Kind::ExternalAccount, id, params)
    }),
    post("/v1/accounts/{account}/persons", "metadata:map", "person", |id, params| {
        stored_data::create(Kind::Person, id, Some(Kind::Account), params)
    }),
    get("/v1/accounts/{account}/persons", "", "[person]", |id, params| owned(Kind::Person, id, "account", params)),
    get("/v1/accounts/{account}/persons/{id}", "", "person", |id, params| one(id, Kind::Person, params)),
    post("/v1/accounts/{account}/persons/{id}", "metadata:map", "person", |id, params| {
        stored_data::update(Kind::Person, id, params)
    }),
    delete("/v1/accounts/{account}/persons/{id}", "deleted", |id, params| {
        stored_data::delete(Kind::Person, id, params)
    }),
    post("/v1/customers/{customer}/tax_ids", "", "tax_id", |id, params| {
        stored_data::create(Kind::TaxId, id, Some(Kind::Customer), params)
    }),
    get("/v1/customers/{customer}/tax_ids", "", "[tax_id]", |id, params| owned(Kind::TaxId, id, "customer", params)),
    get("/v1/customers/{customer}/tax_ids/{id}", "", "tax_id", |id, params| one(id, Kind::TaxId, params)),
    delete("/v1/customers/{customer}/tax_ids/{id}", "deleted", |id, params| {
        stored_data::delete(Kind::TaxId, id, params)
    }),
    post("/v1/products", "metadata:map", "product", |_, params| stored_data::create(Kind::Product, "", None, params)),
    get("/v1/products", "active:bool ids:list shippable:bool url:text", "[product]", |_, params| {
        list(Kind::Product, &[], params)
    }),
    get("/v1/products/{id}", "", "product", |id, params| one(id, Kind::Product, params)),
    post("/v1/products/{id}", "metadata:map", "product", |id, params| stored_data::update(Kind::Product, id, params)),
    delete("/v1/products/{id}", "deleted", |id, params| stored_data::delete(Kind::Product, id, params)),
    post("/v1/prices", "metadata:map", "price", |_, params| stored_data::create(Kind::Price, "", None, params)),
    get(
        "/v1/prices",
        "active:bool currency:text lookup_keys:list product:text type:=one_time|recurring",
        "[price]",
        |_, params| list(Kind::Price, &["product"], params),
    ),
    get("/v1/prices/{id}", "", "price", |id, params| one(id, Kind::Price, params)),
    post("/v1/prices/{id}", "metadata:map", "price", |id, params| stored_data::update(Kind::Price, id, params)),
    post("/v1/shipping_rates", "metadata:map", "shipping_rate", |_, params| {
        stored_data::create(Kind::ShippingRate, "", None, params)
    }),
    get("/v1/shipping_rates", "active:bool currency:text", "[shipping_rate]", |_, params| {
        list(Kind::ShippingRate, &[], params)
    }),
    get("/v1/shipping_rates/{id}", "", "shipping_rate", |id, params| one(id, Kind::ShippingRate, params)),
    post("/v1/shipping_rates/{id}", "metadata:map", "shipping_rate", |id, params| {
        stored_data::update(Kind::ShippingRate, id, params)
    }),
    post("/v1/checkout/sessions/{id}", "metadata:map", "checkout.session", |id, params| {
        stored_data::update(Kind::CheckoutSession, id, params)
    }),
    post("/v1/payment_methods/{id}", "metadata:map", "payment_method", |id, params| {
        stored_data::update(Kind::PaymentMethod, id, params)
    }),
    post("/v1/transfers/{id}", "metadata:map description:text", "transfer", |id, params| {
        let fields = Fields::of(params, &[&["description", "expand", "metadata"]])?;
        let transfer: crate::TransferId = named(id, "transfer", "id")?;
        Ok(Command::UpdateTexts { object: transfer.into(), texts: fields.texts()? })
    }),
    post("/v1/transfers/{transfer}/reversals/{id}", "metadata:map", "transfer_reversal", |id, params| {
        stored_data::update(Kind::Reversal, id, params)
    }),
    post("/v1/application_fees/{fee}/refunds/{id}", "metadata:map", "fee_refund", |id, params| {
        stored_data::update(Kind::FeeRefund, id, params)
    }),
    post("/v1/tokens", "", "token", |_, params| stored_data::create_token(params)),
    get("/v1/tokens/{id}", "", "token", |id, params| one(id, Kind::SourceToken, params)),
    get("/v1/setup_attempts", "setup_intent!:text", "[setup_attempt]", |_, params| {
        let command = list(Kind::SetupAttempt, &["setup_intent"], params)?;
        match params.get("setup_intent") {
            Some(_) => Ok(command),
            None => Err(Reason::Missing("setup_intent".into()).into()),
        }
    }),
];
