//! The properties of the catalogue about sums of money, as text that [`crate::LinearClause`] reads.

use crate::table::LinearProperty;

const fn moment(name: &'static str, holds: &'static [&'static str]) -> LinearProperty {
    LinearProperty { name, holds, is_step: false }
}

/// The auxiliary facts, which no property states in this form. The proof assumes them beside the properties, and proves
/// them too.
pub const AUXILIARY: LinearProperty = moment(
    "auxiliary",
    &[
        "held >= 0 and processing >= 0 and succeeded >= 0 and canceled >= 0",
        "held + processing + succeeded + canceled <= 1",
        "approved >= 0 and failed >= 0 and approved + failed <= 1 and waiting >= 0 and waiting <= 1",
        "platform >= 0 and destination >= 0 and platform + destination <= 1 and keeps >= 0 and keeps <= 1",
        "automatic <= 1 and background >= 0 and background <= automatic",
        "has_fee >= 0 and has_fee <= 1 and has_share >= 0 and has_share <= 1 and fee >= 0 and share >= 0",
        "has_fee = 0 => fee = 0",
        "has_share = 0 => share = 0",
        "amount >= 1 and authorized >= 0 and capturable >= 0 and received >= 0 and captured >= 0 and released >= 0",
        "refunded >= 0 and counted >= 0 and dead >= 0 and charged >= 0 and entered >= 0",
        "fees >= 0 and fees_back >= 0 and transfers >= 0 and reversals >= 0",
        "approved = 0 => captured = 0 and released = 0 and capturable = 0 and charged = 0 and fees = 0 and transfers = 0",
        "approved = 0 => waiting = 0 and held = 0 and succeeded = 0 and fee <= amount and share <= amount",
        "approved = 1 => held + succeeded + canceled = 1",
        "processing = 1 => authorized = amount",
        "held = 1 => automatic = 0",
        "waiting = 1 => succeeded = 1 and automatic = 1 and captured = amount and charged = 0 and fees = 0",
        "waiting = 1 => fee <= amount and share <= amount",
        "waiting = 1 and platform = 0 => transfers = 0",
        "has_share = 1 => destination = 1",
        "destination = 0 and platform = 0 => transfers = 0",
    ],
);

/// The properties of the catalogue about sums of money.
pub const PROPERTIES: &[LinearProperty] = &[
    moment("captured-within-authorization", &["captured <= authorized"]),
    moment(
        "held-money-adds-up",
        &["approved = 1 => capturable + captured + released = authorized", "approved = 1 and held = 1 => released = 0"],
    ),
    moment("received-is-what-was-captured", &["received = captured"]),
    moment(
        "ledger-has-what-moved",
        &[
            "approved = 1 and captured >= 1 and waiting = 0 => charged = captured",
            "refunded = entered",
            "charged <= captured",
        ],
    ),
    moment("refunds-add-up", &["counted = refunded"]),
    moment("refunded-within-captured", &["refunded <= captured"]),
    moment("amount-in-range", &["amount >= minimum and amount <= 99999999"]),
    moment("charge-is-for-the-amount", &["approved = 1 => authorized = amount"]),
    moment(
        "succeeded-means-received",
        &["succeeded = 1 => received >= 1", "succeeded = 1 and automatic = 1 => received = amount"],
    ),
    moment("canceled-has-received-nothing", &["keeps = 1 and canceled = 1 => received = 0"]),
    moment("capturable-only-while-held", &["capturable >= 1 => held = 1"]),
    moment(
        "connect-money-is-bounded",
        &["fees <= received", "fees_back <= fees", "transfers <= received", "reversals <= transfers"],
    ),
    moment(
        "connect-money-fits-the-flow",
        &[
            "has_fee = 1 => platform = 0",
            "fees >= 1 => platform = 0",
            "platform = 0 and destination = 0 and approved = 1 => has_share = 0 and transfers = 0",
            "has_share = 1 => destination = 1",
            "has_fee + has_share <= 1",
        ],
    ),
    moment(
        "standing-amounts-are-collected",
        &[
            "succeeded = 1 and automatic = 1 and approved = 1 and waiting = 0 and platform = 0 => fees = fee",
            "succeeded = 1 and automatic = 1 and approved = 1 and waiting = 0 and destination = 1 and has_share = 1 \
             => transfers = share",
            "succeeded = 1 and automatic = 1 and approved = 1 and waiting = 0 and destination = 1 and has_share = 0 \
             => transfers = received",
        ],
    ),
    LinearProperty {
        name: "money-never-shrinks",
        holds: &[
            "captured' >= captured",
            "released' >= released",
            "dead' = dead => refunded' >= refunded and fees_back' >= fees_back and reversals' >= reversals",
            "charged' >= charged and fees' >= fees and transfers' >= transfers",
        ],
        is_step: true,
    },
];

/// Properties about money that are not proven for all amounts, with the reason.
pub const NOT_EXPRESSED: &[(&str, &str)] = &[
    ("held-money-is-taken-by-capture-only", "it names the request that caused a change, which the table does not have"),
    (
        "failed-charge-moves-nothing",
        "its amounts are in the auxiliary facts, its flags, hold and link are not quantities",
    ),
    ("money-means-one-approved-charge", "it counts charges; its amounts are in the auxiliary facts"),
    ("captured-flag-means-no-more", "it is about a flag that the table does not have"),
    ("refunded-flag-means-all", "it is about a flag that the table does not have"),
    ("capture-is-done-before-it-is-posted", "it is about a flag and a deadline that the table does not have"),
    ("nothing-is-shown-before-it-is-posted", "its amounts are in the auxiliary facts, its links are not quantities"),
    ("links-fit-the-ledger", "it is about links, which are no quantities"),
    ("capture-settles-fee-and-share", "it names the parameters of the request that caused a change"),
    ("returned-shares-add-up", "it is about a rounded product, which is not linear; the table bounds the share only"),
    ("connect-money-goes-back-when-asked", "it names the request that caused a change"),
];
