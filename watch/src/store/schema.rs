//! The tables.

use rusqlite::Connection;

use super::StateError;

/// Marks the file as ours: `hfwt`.
const APPLICATION: i64 = 0x6866_7774;

/// The version of the tables.
const VERSION: i64 = 2;

/// `events.payment` is empty for an event without a payment. `events.charge` is set if the event names only a charge.
/// `payments.changed` is the number of the newest event; a verdict counts for the number that it was made at.
/// `alerts.object` is empty for an impossible history.
const TABLES: &str = "
CREATE TABLE events (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL,
    digest   BLOB NOT NULL,
    payment  TEXT NOT NULL,
    charge   TEXT,
    type     TEXT NOT NULL,
    created  INTEGER NOT NULL,
    received INTEGER NOT NULL,
    body     TEXT NOT NULL,
    UNIQUE (id, digest)
) STRICT;
CREATE INDEX events_of_payment ON events (payment, number);
CREATE INDEX events_of_charge ON events (charge) WHERE charge IS NOT NULL;
CREATE INDEX events_of_nothing ON events (received) WHERE payment = '';
CREATE TABLE charges (
    charge  TEXT PRIMARY KEY,
    payment TEXT NOT NULL,
    firm    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX charges_of_payment ON charges (payment);
CREATE TABLE payments (
    id            TEXT PRIMARY KEY,
    changed       INTEGER NOT NULL,
    waiting_since INTEGER,
    last_received INTEGER NOT NULL,
    verdict       TEXT,
    why           TEXT,
    due           INTEGER,
    open          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_waiting ON payments (waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX payments_due ON payments (due) WHERE due IS NOT NULL;
CREATE INDEX payments_by_age ON payments (last_received);
CREATE TABLE alerts (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    payment TEXT NOT NULL,
    kind    TEXT NOT NULL,
    object  TEXT NOT NULL,
    raised  INTEGER NOT NULL,
    body    TEXT NOT NULL,
    printed INTEGER NOT NULL DEFAULT 0,
    post_at INTEGER,
    tries   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (payment, kind, object)
) STRICT;
CREATE INDEX alerts_to_print ON alerts (number) WHERE printed = 0;
CREATE INDEX alerts_to_post ON alerts (post_at) WHERE post_at IS NOT NULL;
CREATE TABLE marks (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Creates the tables in a new file, or checks those of an old one.
pub(super) fn prepare(connection: &Connection) -> Result<(), StateError> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 {
        check(connection)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    if tables == 0 {
        let stamp = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};");
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {TABLES} {stamp} COMMIT;"))?;
    }
    Ok(())
}

/// Checks that the tables are ours and of this version.
pub(super) fn check(connection: &Connection) -> Result<(), StateError> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if number("application_id")? != APPLICATION {
        return Err(StateError::Foreign("it is the database of another program; name a new file".to_owned()));
    }
    let version = number("user_version")?;
    if version != VERSION {
        let why = format!("its tables have version {version}, this program reads version {VERSION}; name a new file");
        return Err(StateError::Foreign(why));
    }
    Ok(())
}
