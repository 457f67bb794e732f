//! The tables of the SQLite store: identification, columns, and constraints on money as a second check.

use crate::command::ListQuery;
use crate::store::parent;
use crate::{Kind, Object, ObjectId};

/// `PRAGMA application_id`: "HFst".
pub(super) const APPLICATION_ID: i32 = 0x4846_7374;
/// `PRAGMA user_version`: the number of migrations a file has had.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// The oldest version with readable records. The format of records changed after version 7, and a migration moves
/// tables only.
pub(super) const OLDEST: usize = 8;

/// The migrations: each brings a file from the previous version to its own. A released one never changes.
pub(super) const MIGRATIONS: &[&str] = &[FIRST, LISTS, RECORDS, SEQUENCES, RECORDS, RECORDS, FUNDS, DATA];

/// The tables stay, and the format of their records changes.
const RECORDS: &str = "";

/// A balance has two parts (P22). What a file of an earlier version holds was available.
const FUNDS: &str = "
ALTER TABLE balances RENAME COLUMN amount TO available;
ALTER TABLE balances ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
";

/// Objects that are stored as data: products and prices, what belongs to accounts and customers, tokens and attempts of setups.
const DATA: &str = "
CREATE TABLE products (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX products_of_account ON products(account, sequence);
CREATE TABLE prices (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX prices_of_account ON prices(account, sequence);
CREATE TABLE shipping_rates (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX shipping_rates_of_account ON shipping_rates(account, sequence);
CREATE TABLE external_accounts (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX external_accounts_of_account ON external_accounts(account, sequence);
CREATE TABLE persons (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX persons_of_account ON persons(account, sequence);
CREATE TABLE tax_ids (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX tax_ids_of_account ON tax_ids(account, sequence);
CREATE TABLE tokens (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX tokens_of_account ON tokens(account, sequence);
CREATE TABLE setup_attempts (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX setup_attempts_of_account ON setup_attempts(account, sequence);
";

/// Records are whole objects in postcard form; the columns beside them serve lists, keys and checks only.
const FIRST: &str = "
CREATE TABLE accounts (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, record BLOB NOT NULL);
CREATE TABLE customers (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER,
  record BLOB NOT NULL);
CREATE TABLE payment_methods (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER, record BLOB NOT NULL);
CREATE TABLE payment_intents (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER, a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER NOT NULL, record BLOB NOT NULL,
  CONSTRAINT amount_within_bounds CHECK (a BETWEEN 1 AND 999999999999),
  CONSTRAINT received_and_capturable_within_amount CHECK (b >= 0 AND c >= 0 AND b + c <= a));
CREATE TABLE charges (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER NOT NULL REFERENCES payment_intents(id) DEFERRABLE INITIALLY DEFERRED,
  a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER NOT NULL, d INTEGER NOT NULL, record BLOB NOT NULL,
  CONSTRAINT captured_and_released_within_authorized CHECK (b >= 0 AND c >= 0 AND b + c <= a),
  CONSTRAINT refunded_within_captured CHECK (d BETWEEN 0 AND b));
CREATE TABLE refunds (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER NOT NULL REFERENCES charges(id) DEFERRABLE INITIALLY DEFERRED,
  a INTEGER NOT NULL, record BLOB NOT NULL, CONSTRAINT amount_positive CHECK (a > 0));
CREATE TABLE transfers (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER REFERENCES charges(id) DEFERRABLE INITIALLY DEFERRED,
  a INTEGER NOT NULL, b INTEGER NOT NULL, record BLOB NOT NULL,
  CONSTRAINT reversed_within_amount CHECK (b BETWEEN 0 AND a));
CREATE TABLE reversals (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER NOT NULL REFERENCES transfers(id) DEFERRABLE INITIALLY DEFERRED,
  a INTEGER NOT NULL, record BLOB NOT NULL, CONSTRAINT amount_positive CHECK (a > 0));
CREATE TABLE application_fees (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER NOT NULL REFERENCES charges(id) DEFERRABLE INITIALLY DEFERRED,
  a INTEGER NOT NULL, b INTEGER NOT NULL, record BLOB NOT NULL,
  CONSTRAINT refunded_within_amount CHECK (b BETWEEN 0 AND a));
CREATE TABLE fee_refunds (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER NOT NULL REFERENCES application_fees(id) DEFERRABLE INITIALLY DEFERRED,
  a INTEGER NOT NULL, record BLOB NOT NULL, CONSTRAINT amount_positive CHECK (a > 0));
CREATE TABLE setup_intents (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER, record BLOB NOT NULL);
CREATE TABLE checkout_sessions (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER, record BLOB NOT NULL);
CREATE TABLE balance_transactions (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER, a INTEGER NOT NULL, record BLOB NOT NULL);
CREATE TABLE events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER, record BLOB NOT NULL);
CREATE TABLE webhook_endpoints (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER, record BLOB NOT NULL);
CREATE TABLE deliveries (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id),
  parent INTEGER, record BLOB NOT NULL);
CREATE INDEX charges_of_intent ON charges(parent);
CREATE INDEX refunds_of_charge ON refunds(parent);
CREATE INDEX reversals_of_transfer ON reversals(parent);
CREATE INDEX transfers_of_charge ON transfers(parent);
CREATE INDEX fees_of_charge ON application_fees(parent);
CREATE INDEX fee_refunds_of_fee ON fee_refunds(parent);
CREATE TABLE balances (account INTEGER NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (account, currency)) WITHOUT ROWID;
CREATE TABLE jobs (kind INTEGER NOT NULL, noun INTEGER NOT NULL, object INTEGER NOT NULL, due INTEGER NOT NULL,
  PRIMARY KEY (kind, noun, object)) WITHOUT ROWID;
CREATE INDEX jobs_by_time ON jobs(due, kind, noun, object);
CREATE TABLE idempotency_keys (account INTEGER NOT NULL, key TEXT NOT NULL, created INTEGER NOT NULL,
  asking INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (account, key)) WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys(created);
CREATE TABLE asks (reference INTEGER PRIMARY KEY, record BLOB NOT NULL);
";

/// Lists of an account use indexes of their own, independent of other accounts' objects. Events lose the counter for
/// deleted rows: one page less to write in every transaction.
const LISTS: &str = "
CREATE TABLE events_anew (sequence INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES accounts(id), parent INTEGER, record BLOB NOT NULL);
INSERT INTO events_anew SELECT sequence, id, account, parent, record FROM events;
DROP TABLE events;
ALTER TABLE events_anew RENAME TO events;
CREATE INDEX events_of_account ON events(account, id);
CREATE INDEX customers_of_account ON customers(account);
CREATE INDEX payment_methods_of_account ON payment_methods(account);
CREATE INDEX payment_intents_of_account ON payment_intents(account);
CREATE INDEX charges_of_account ON charges(account);
CREATE INDEX refunds_of_account ON refunds(account);
CREATE INDEX transfers_of_account ON transfers(account);
CREATE INDEX application_fees_of_account ON application_fees(account);
CREATE INDEX setup_intents_of_account ON setup_intents(account);
CREATE INDEX checkout_sessions_of_account ON checkout_sessions(account);
CREATE INDEX balance_transactions_of_account ON balance_transactions(account);
CREATE INDEX webhook_endpoints_of_account ON webhook_endpoints(account);
";

/// The order of a list is the order of the first commits of its objects: `sequence` counts them, per account. Events
/// have counted their commits from the first version on, and accounts count across the store. Objects from before this
/// version keep the order of their ids.
const SEQUENCES: &str = "
ALTER TABLE accounts ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET sequence = id;
CREATE INDEX accounts_in_order ON accounts(sequence);
DROP INDEX events_of_account;
CREATE INDEX events_of_account ON events(account);
ALTER TABLE customers ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE customers SET sequence = id;
DROP INDEX customers_of_account;
CREATE INDEX customers_of_account ON customers(account, sequence);
ALTER TABLE payment_methods ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE payment_methods SET sequence = id;
DROP INDEX payment_methods_of_account;
CREATE INDEX payment_methods_of_account ON payment_methods(account, sequence);
ALTER TABLE payment_intents ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE payment_intents SET sequence = id;
DROP INDEX payment_intents_of_account;
CREATE INDEX payment_intents_of_account ON payment_intents(account, sequence);
ALTER TABLE charges ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE charges SET sequence = id;
DROP INDEX charges_of_account;
CREATE INDEX charges_of_account ON charges(account, sequence);
ALTER TABLE refunds ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE refunds SET sequence = id;
DROP INDEX refunds_of_account;
CREATE INDEX refunds_of_account ON refunds(account, sequence);
ALTER TABLE transfers ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE transfers SET sequence = id;
DROP INDEX transfers_of_account;
CREATE INDEX transfers_of_account ON transfers(account, sequence);
ALTER TABLE reversals ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE reversals SET sequence = id;
CREATE INDEX reversals_of_account ON reversals(account, sequence);
ALTER TABLE application_fees ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE application_fees SET sequence = id;
DROP INDEX application_fees_of_account;
CREATE INDEX application_fees_of_account ON application_fees(account, sequence);
ALTER TABLE fee_refunds ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE fee_refunds SET sequence = id;
CREATE INDEX fee_refunds_of_account ON fee_refunds(account, sequence);
ALTER TABLE setup_intents ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE setup_intents SET sequence = id;
DROP INDEX setup_intents_of_account;
CREATE INDEX setup_intents_of_account ON setup_intents(account, sequence);
ALTER TABLE checkout_sessions ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE checkout_sessions SET sequence = id;
DROP INDEX checkout_sessions_of_account;
CREATE INDEX checkout_sessions_of_account ON checkout_sessions(account, sequence);
ALTER TABLE balance_transactions ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE balance_transactions SET sequence = id;
DROP INDEX balance_transactions_of_account;
CREATE INDEX balance_transactions_of_account ON balance_transactions(account, sequence);
ALTER TABLE webhook_endpoints ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE webhook_endpoints SET sequence = id;
DROP INDEX webhook_endpoints_of_account;
CREATE INDEX webhook_endpoints_of_account ON webhook_endpoints(account, sequence);
";

/// Returns the statement that reads a list, nearest first. Its parameters 1 to 4 are the account, the first object that
/// the list is narrowed to, `starting_after` and `ending_before`. /// [`is_listed`](super::is_listed) applies the other filters.
pub(super) fn list(query: &ListQuery) -> String {
    let (table, _) = table(query.kind);
    let narrowed = match (query.kind, query.of.first().map(|of| of.kind())) {
        (Kind::Charge, Some(Kind::PaymentIntent))
        | (Kind::Refund | Kind::Transfer | Kind::ApplicationFee, Some(Kind::Charge))
        | (Kind::Reversal, Some(Kind::Transfer))
        | (Kind::FeeRefund, Some(Kind::ApplicationFee))
        | (Kind::Price, Some(Kind::Product))
        | (Kind::ExternalAccount | Kind::Person, Some(Kind::Account))
        | (Kind::TaxId, Some(Kind::Customer))
        | (Kind::SetupAttempt, Some(Kind::SetupIntent)) => " AND parent = ?2",
        (Kind::Refund, Some(Kind::PaymentIntent)) => " AND parent IN (SELECT id FROM charges WHERE parent = ?2)",
        _ => "",
    };
    let place = order(query.kind);
    let cursor = |sign, number| format!(" AND {place} {sign} (SELECT {place} FROM {table} WHERE id = ?{number})");
    let older = if query.starting_after.is_some() { cursor("<", 3) } else { String::new() };
    let (newer, direction) =
        if query.ending_before.is_some() { (cursor(">", 4), "ASC") } else { (String::new(), "DESC") };
    format!("SELECT record FROM {table} WHERE account = ?1{narrowed}{older}{newer} ORDER BY {place} {direction}")
}

/// Returns the column by which the objects of `kind` are listed. Deliveries are in no list.
pub(super) const fn order(kind: Kind) -> &'static str {
    if matches!(kind, Kind::Delivery) { "id" } else { "sequence" }
}

/// Returns a kind's table and the number of its amount columns (`a`, `b`, …).
pub(super) const fn table(kind: Kind) -> (&'static str, usize) {
    match kind {
        Kind::Account => ("accounts", 0),
        Kind::Customer => ("customers", 0),
        Kind::PaymentMethod => ("payment_methods", 0),
        Kind::PaymentIntent => ("payment_intents", 3),
        Kind::Charge => ("charges", 4),
        Kind::Refund => ("refunds", 1),
        Kind::Transfer => ("transfers", 2),
        Kind::Reversal => ("reversals", 1),
        Kind::ApplicationFee => ("application_fees", 2),
        Kind::FeeRefund => ("fee_refunds", 1),
        Kind::SetupIntent => ("setup_intents", 0),
        Kind::CheckoutSession => ("checkout_sessions", 0),
        Kind::BalanceTransaction => ("balance_transactions", 1),
        Kind::Event => ("events", 0),
        Kind::WebhookEndpoint => ("webhook_endpoints", 0),
        Kind::Delivery => ("deliveries", 0),
        Kind::Product => ("products", 0),
        Kind::Price => ("prices", 0),
        Kind::ShippingRate => ("shipping_rates", 0),
        Kind::ExternalAccount => ("external_accounts", 0),
        Kind::Person => ("persons", 0),
        Kind::TaxId => ("tax_ids", 0),
        Kind::SourceToken => ("tokens", 0),
        Kind::SetupAttempt => ("setup_attempts", 0),
    }
}

/// Returns the statement that stores an object of `kind`. A new object gets the next place in the order of its list; a
/// known one keeps its place.
pub(super) fn upsert(kind: Kind) -> String {
    let (table, amounts) = table(kind);
    let columns: Vec<&str> = ["a", "b", "c", "d"].into_iter().take(amounts).collect();
    let all = ["id", "account", "parent"].into_iter().chain(columns.iter().copied()).chain(["record"]);
    let mut names: Vec<&str> = all.collect();
    let mut values: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
    if !matches!(kind, Kind::Event | Kind::Delivery) {
        let among = if matches!(kind, Kind::Account) { "" } else { " WHERE account = ?2" };
        names.push("sequence");
        values.push(format!("(SELECT coalesce(max(sequence), 0) + 1 FROM {table}{among})"));
    }
    let updates: Vec<String> =
        columns.iter().copied().chain(["record"]).map(|column| format!("{column} = excluded.{column}")).collect();
    let (names, values, updates) = (names.join(", "), values.join(", "), updates.join(", "));
    format!("INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {updates}")
}

/// Returns the number of the object's parent, for the column of that name.
pub(super) fn parent_number(object: &Object) -> Option<u64> {
    parent(object).map(ObjectId::number)
}

/// Returns the amounts that the table's CHECK constraints look at.
pub(super) fn amounts(object: &Object) -> [i128; 4] {
    let of = |a: crate::Money, b: crate::Money, c: crate::Money, d: crate::Money| {
        [a, b, c, d].map(|amount| i128::from(amount.minor()))
    };
    let zero = crate::Money::ZERO;
    match object {
        Object::PaymentIntent(intent) => of(intent.amount, intent.received, intent.capturable, zero),
        Object::Charge(charge) => of(charge.amount, charge.captured, charge.released, charge.refunded),
        Object::Refund(refund) => of(refund.amount, zero, zero, zero),
        Object::Transfer(transfer) => of(transfer.amount, transfer.reversed, zero, zero),
        Object::Reversal(reversal) => of(reversal.amount, zero, zero, zero),
        Object::ApplicationFee(fee) => of(fee.amount, fee.refunded, zero, zero),
        Object::FeeRefund(refund) => of(refund.amount, zero, zero, zero),
        Object::BalanceTransaction(entry) => [i128::from(entry.amount), 0, 0, 0],
        Object::Account(_)
        | Object::Customer(_)
        | Object::PaymentMethod(_)
        | Object::SetupIntent(_)
        | Object::CheckoutSession(_)
        | Object::Event(_)
        | Object::WebhookEndpoint(_)
        | Object::Delivery(_)
        | Object::Product(_)
        | Object::Price(_)
        | Object::ShippingRate(_)
        | Object::ExternalAccount(_)
        | Object::Person(_)
        | Object::TaxId(_)
        | Object::SourceToken(_)
        | Object::SetupAttempt(_) => [0; 4],
    }
}
