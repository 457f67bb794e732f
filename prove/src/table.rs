//! The operations and the properties, as text that people read and [`crate::LinearClause`] reads.

/// A value that an operation is free to choose.
#[derive(Clone, Copy, Debug)]
pub struct FreeParameter {
    /// Its name.
    pub name: &'static str,
    /// Its value in a step, as a sum over the quantities before and (with a prime) after it; `None` for a flag, of which
    /// both values are tried.
    pub seen: Option<&'static str>,
}

/// A guarded linear update of the quantities; those that it does not name stay.
#[derive(Clone, Copy, Debug)]
pub struct LinearOperation {
    /// Its name.
    pub name: &'static str,
    /// The requirements that it states.
    pub rules: &'static str,
    /// The values that it is free to choose.
    pub parameters: &'static [FreeParameter],
    /// Groups of clauses about the quantities before and the parameters.
    pub guard: &'static [&'static [&'static str]],
    /// Quantities with their new values.
    pub updates: &'static [(&'static str, &'static str)],
}

/// A property of the catalogue as clauses over the quantities; a prime marks the value after a step.
#[derive(Clone, Copy, Debug)]
pub struct LinearProperty {
    /// Its name in the catalogue, or `auxiliary`.
    pub name: &'static str,
    /// The clauses, which hold together exactly if the property is not false.
    pub holds: &'static [&'static str],
    /// `true` if it is about a step, not about a moment.
    pub is_step: bool,
}

/// The largest amount of a request, in minor units (AMT-2).
pub const LARGEST_AMOUNT: i128 = 99_999_999;

const fn seen(name: &'static str, seen: &'static str) -> FreeParameter {
    FreeParameter { name, seen: Some(seen) }
}

const fn flag(name: &'static str) -> FreeParameter {
    FreeParameter { name, seen: None }
}

const FEE_TAKEN: FreeParameter = seen("fee_taken", "fees' - fees");
const SHARE_TAKEN: FreeParameter = seen("share_taken", "transfers' - transfers");
const PIECE: FreeParameter = seen("piece", "captured' - captured");

/// Nothing is attempted, held or ended.
const OPEN: &[&str] = &["held = 0", "processing = 0", "succeeded = 0", "canceled = 0"];

/// A payment that was just created: no attempt was made, and no money moved.
pub const START: &[&str] = &[
    "held = 0 and processing = 0 and succeeded = 0 and canceled = 0 and approved = 0 and failed = 0 and waiting = 0",
    "capturable = 0 and received = 0 and authorized = 0 and captured = 0 and released = 0 and refunded = 0",
    "counted = 0 and dead = 0 and charged = 0 and entered = 0",
    "fees = 0 and fees_back = 0 and transfers = 0 and reversals = 0",
    "keeps >= 0 and keeps <= 1 and platform >= 0 and destination >= 0 and platform + destination <= 1",
    "automatic <= 1 and background >= 0 and background <= automatic",
    "amount >= 1 and amount >= minimum and amount <= 99999999",
    "has_fee >= 0 and has_share >= 0 and has_fee + has_share <= 1",
    "has_fee + platform <= 1 and has_share <= destination",
    "fee >= 0 and fee <= amount and share >= 0 and share <= amount",
    "has_fee = 0 => fee = 0",
    "has_share = 0 => share = 0",
];

/// New parameters of an intent that is open.
const CHANGED: &[&str] = &[
    "new_automatic <= 1 and new_background >= 0 and new_background <= new_automatic",
    "new_amount >= 1 and new_amount >= minimum and new_amount <= 99999999",
    "new_has_fee >= 0 and new_has_share >= 0 and new_has_fee + new_has_share <= 1",
    "new_has_fee + platform <= 1 and new_has_share <= destination",
    "new_fee >= 0 and new_fee <= new_amount and new_share >= 0 and new_share <= new_amount",
    "new_has_fee = 0 => new_fee = 0",
    "new_has_share = 0 => new_share = 0",
];

/// The standing fee that is due when all is taken at once (B50).
const DUE_FEE: &[&str] = &[
    "has_fee = 0 => fee_taken = 0",
    "has_fee = 1 and fee <= fees => fee_taken = 0",
    "has_fee = 1 and fee >= fees and fee - fees <= amount => fee_taken = fee - fees",
    "has_fee = 1 and fee - fees >= amount => fee_taken = amount",
];

/// The standing share that is due when all is taken at once (B49, B50).
const DUE_SHARE: &[&str] = &[
    "destination = 0 => share_taken = 0",
    "destination = 1 and has_share = 0 => share_taken = amount",
    "destination = 1 and has_share = 1 and share <= transfers => share_taken = 0",
    "destination = 1 and has_share = 1 and share >= transfers and share - transfers <= amount \
     => share_taken = share - transfers",
    "destination = 1 and has_share = 1 and share - transfers >= amount => share_taken = amount",
];

const PIECE_PARAMETERS: &[FreeParameter] = &[
    PIECE,
    FEE_TAKEN,
    SHARE_TAKEN,
    seen("new_has_fee", "has_fee'"),
    seen("new_fee", "fee'"),
    seen("new_has_share", "has_share'"),
    seen("new_share", "share'"),
    flag("names_fee"),
    flag("names_share"),
];

/// The fee and the share of a captured piece: named by the capture and capped at the piece, or the standing ones.
const PIECE_MONEY: &[&str] = &[
    "names_fee >= 0 and names_share >= 0 and names_fee + names_share <= 1",
    "names_fee = 1 => platform = 0 and has_share = 0",
    "names_fee = 1 => fee_taken >= 0 and fee_taken <= piece and new_has_fee = 1 and new_fee = fees + fee_taken",
    "names_fee = 0 => new_has_fee = has_fee and new_fee = fee",
    "names_fee = 0 and has_fee = 0 => fee_taken = 0",
    "names_fee = 0 and has_fee = 1 and fee <= fees => fee_taken = 0",
    "names_fee = 0 and has_fee = 1 and fee >= fees and fee - fees <= piece => fee_taken = fee - fees",
    "names_fee = 0 and has_fee = 1 and fee - fees >= piece => fee_taken = piece",
    "names_share = 1 => destination = 1 and has_fee = 0",
    "names_share = 1 => share_taken >= 0 and share_taken <= piece and new_has_share = 1",
    "names_share = 1 => new_share = transfers + share_taken",
    "names_share = 0 => new_has_share = has_share and new_share = share",
    "names_share = 0 and destination = 0 => share_taken = 0",
    "names_share = 0 and destination = 1 and has_share = 0 => share_taken = piece",
    "names_share = 0 and destination = 1 and has_share = 1 and share <= transfers => share_taken = 0",
    "names_share = 0 and destination = 1 and has_share = 1 and share >= transfers and share - transfers <= piece \
     => share_taken = share - transfers",
    "names_share = 0 and destination = 1 and has_share = 1 and share - transfers >= piece => share_taken = piece",
];

/// Every change of the money of one payment after its creation.
pub const OPERATIONS: &[LinearOperation] = &[
    LinearOperation {
        name: "change the parameters",
        rules: "PI-5 PI-6 CON-1 CON-2",
        parameters: &[
            seen("new_automatic", "automatic'"),
            seen("new_background", "background'"),
            seen("new_amount", "amount'"),
            seen("new_has_fee", "has_fee'"),
            seen("new_fee", "fee'"),
            seen("new_has_share", "has_share'"),
            seen("new_share", "share'"),
        ],
        guard: &[OPEN, CHANGED],
        updates: &[
            ("automatic", "new_automatic"),
            ("background", "new_background"),
            ("amount", "new_amount"),
            ("has_fee", "new_has_fee"),
            ("fee", "new_fee"),
            ("has_share", "new_has_share"),
            ("share", "new_share"),
        ],
    },
    LinearOperation {
        name: "decline",
        rules: "C13 PI-22",
        parameters: &[],
        guard: &[OPEN],
        updates: &[("failed", "1"), ("authorized", "amount")],
    },
    LinearOperation {
        name: "authorize",
        rules: "C10 B32",
        parameters: &[],
        guard: &[OPEN, &["automatic = 0"]],
        updates: &[
            ("held", "1"),
            ("approved", "1"),
            ("failed", "0"),
            ("authorized", "amount"),
            ("capturable", "capturable + amount"),
        ],
    },
    LinearOperation {
        name: "start a debit",
        rules: "C8",
        parameters: &[],
        guard: &[OPEN],
        updates: &[("processing", "1"), ("failed", "0"), ("authorized", "amount")],
    },
    LinearOperation {
        name: "the debit fails",
        rules: "C8 C13",
        parameters: &[],
        guard: &[&["processing = 1"]],
        updates: &[("processing", "0"), ("failed", "1")],
    },
    LinearOperation {
        name: "take all at once",
        rules: "C9 B11 B50",
        parameters: &[FEE_TAKEN, SHARE_TAKEN],
        guard: &[&["held = 0 and succeeded = 0 and canceled = 0", "background = 0"], DUE_FEE, DUE_SHARE],
        updates: &[
            ("processing", "0"),
            ("succeeded", "1"),
            ("approved", "1"),
            ("failed", "0"),
            ("authorized", "amount"),
            ("captured", "captured + amount"),
            ("received", "received + amount"),
            ("charged", "charged + amount"),
            ("fees", "fees + fee_taken"),
            ("transfers", "transfers + share_taken"),
        ],
    },
    LinearOperation {
        name: "take all in the background",
        rules: "A1 A2 A9",
        parameters: &[],
        guard: &[&["held = 0 and succeeded = 0 and canceled = 0", "background = 1"]],
        updates: &[
            ("processing", "0"),
            ("succeeded", "1"),
            ("approved", "1"),
            ("failed", "0"),
            ("waiting", "1"),
            ("authorized", "amount"),
            ("captured", "captured + amount"),
            ("received", "received + amount"),
        ],
    },
    LinearOperation {
        name: "post the background capture",
        rules: "A12 A13 B50",
        parameters: &[FEE_TAKEN, SHARE_TAKEN],
        guard: &[&["waiting = 1"], DUE_FEE, DUE_SHARE],
        updates: &[
            ("waiting", "0"),
            ("charged", "charged + captured"),
            ("fees", "fees + fee_taken"),
            ("transfers", "transfers + share_taken"),
        ],
    },
    LinearOperation {
        name: "cancel before money is held",
        rules: "C14 PI-4 CHK-4",
        parameters: &[],
        guard: &[OPEN],
        updates: &[("canceled", "1")],
    },
    LinearOperation {
        name: "cancel a debit",
        rules: "C18",
        parameters: &[],
        guard: &[&["processing = 1"]],
        updates: &[("processing", "0"), ("canceled", "1"), ("failed", "1")],
    },
    LinearOperation {
        name: "capture a piece",
        rules: "B33 B34 B49 B50",
        parameters: PIECE_PARAMETERS,
        guard: &[&["held = 1", "piece >= 1 and piece <= capturable"], PIECE_MONEY],
        updates: &[
            ("capturable", "capturable - piece"),
            ("captured", "captured + piece"),
            ("received", "received + piece"),
            ("charged", "charged + piece"),
            ("fees", "fees + fee_taken"),
            ("transfers", "transfers + share_taken"),
            ("has_fee", "new_has_fee"),
            ("fee", "new_fee"),
            ("has_share", "new_has_share"),
            ("share", "new_share"),
        ],
    },
    LinearOperation {
        name: "capture the last piece",
        rules: "B36 B39 B40",
        parameters: PIECE_PARAMETERS,
        guard: &[&["held = 1", "piece >= 0 and piece <= capturable and captured + piece >= 1"], PIECE_MONEY],
        updates: &[
            ("held", "0"),
            ("succeeded", "1"),
            ("released", "released + capturable - piece"),
            ("capturable", "0"),
            ("captured", "captured + piece"),
            ("received", "received + piece"),
            ("charged", "charged + piece"),
            ("fees", "fees + fee_taken"),
            ("transfers", "transfers + share_taken"),
            ("has_fee", "new_has_fee"),
            ("fee", "new_fee"),
            ("has_share", "new_has_share"),
            ("share", "new_share"),
        ],
    },
    LinearOperation {
        name: "cancel a hold, or let it expire",
        rules: "B35 B38",
        parameters: &[],
        guard: &[&["held = 1", "received = 0"]],
        updates: &[("held", "0"), ("canceled", "1"), ("released", "released + capturable"), ("capturable", "0")],
    },
    LinearOperation {
        name: "cancel the rest of a hold, or let it expire",
        rules: "B35 B38 U6",
        parameters: &[seen("is_canceled", "canceled'")],
        guard: &[&[
            "held = 1",
            "received >= 1",
            "is_canceled >= 0 and is_canceled <= 1",
            "is_canceled = 1 => keeps = 0",
        ]],
        updates: &[
            ("held", "0"),
            ("succeeded", "1 - is_canceled"),
            ("canceled", "is_canceled"),
            ("released", "released + capturable"),
            ("capturable", "0"),
        ],
    },
    LinearOperation {
        name: "refund",
        rules: "B42 B44 REF-8",
        parameters: &[
            seen("given", "refunded' - refunded"),
            seen("fee_given", "fees_back' - fees_back"),
            seen("share_given", "reversals' - reversals"),
        ],
        guard: &[&[
            "received >= 1",
            "given >= 1 and given <= captured - refunded",
            "fee_given >= 0 and fee_given <= fees - fees_back",
            "share_given >= 0 and share_given <= transfers - reversals",
        ]],
        updates: &[
            ("refunded", "refunded + given"),
            ("counted", "counted + given"),
            ("entered", "entered + given"),
            ("fees_back", "fees_back + fee_given"),
            ("reversals", "reversals + share_given"),
        ],
    },
    LinearOperation {
        name: "a refund fails or is canceled",
        rules: "REF-4 REF-6",
        parameters: &[seen("returned", "counted - counted'")],
        guard: &[&["returned >= 0 and returned <= counted"]],
        updates: &[
            ("refunded", "refunded - returned"),
            ("counted", "counted - returned"),
            ("entered", "entered - returned"),
            ("dead", "dead + 1"),
        ],
    },
    LinearOperation {
        name: "refund a part of the fee",
        rules: "B46 B47",
        parameters: &[seen("fee_given", "fees_back' - fees_back")],
        guard: &[&["fee_given >= 1 and fee_given <= fees - fees_back"]],
        updates: &[("fees_back", "fees_back + fee_given")],
    },
    LinearOperation {
        name: "transfer a part",
        rules: "B48",
        parameters: &[seen("sent", "transfers' - transfers")],
        guard: &[&["platform = 1", "received >= 1", "sent >= 1 and sent <= captured - transfers"]],
        updates: &[("transfers", "transfers + sent")],
    },
    LinearOperation {
        name: "reverse a part of the transfer",
        rules: "B46 B47",
        parameters: &[seen("share_given", "reversals' - reversals")],
        guard: &[&["share_given >= 1 and share_given <= transfers - reversals"]],
        updates: &[("reversals", "reversals + share_given")],
    },
];
