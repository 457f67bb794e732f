//! The payment to which an event belongs, and the log sorted by payment, in bounded memory.

use std::collections::HashMap;
use std::io;

use crate::compact::Compact;
use rustc_hash::FxBuildHasher;

use crate::logged_event::LoggedEvent;
use crate::spill::{Keyed, Spill};

/// The object to which an event belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This PaymentIntent, SetupIntent or Checkout Session.
    Of(String),
    /// The payment of this charge.
    OfCharge(String),
    /// No payment: a customer, a product.
    Nobody,
}

/// The owner of an event, by its object alone.
#[must_use]
pub fn owner(logged: &LoggedEvent) -> Owner {
    if moves_no_payment(&logged.kind) {
        return Owner::Nobody;
    }
    let object = logged.object();
    let of = |id: Option<&str>| id.map(|id| Owner::Of(id.to_owned()));
    let by_charge = |id: Option<&str>| id.map(|id| Owner::OfCharge(id.to_owned()));
    let own = of(object.id.id());
    let payment = of(object.payment_intent.id());
    // The type of the event decides its payment; a contradicting object is judged with that payment.
    let kind = match family(&logged.kind) {
        known @ ("payment_intent" | "setup_intent" | "checkout.session" | "charge" | "refund" | "application_fee"
        | "transfer") => known,
        other => object.object.text().unwrap_or(other),
    };
    match kind {
        "payment_intent" | "setup_intent" => own,
        "checkout.session" => payment.or_else(|| of(object.setup_intent.id())).or(own),
        "charge" => payment.or_else(|| by_charge(object.id.id())),
        "refund" => payment.or_else(|| by_charge(object.charge.id())),
        "application_fee" => by_charge(object.charge.id()),
        "transfer" => by_charge(object.source_transaction.id()),
        _ => payment.or_else(|| by_charge(object.charge.id())),
    }
    .unwrap_or(Owner::Nobody)
}

/// Returns whether events of this type do not concern a payment, even if their object names one (P33).
pub(crate) fn moves_no_payment(kind: &str) -> bool {
    const FAMILIES: [&str; 7] = ["review.", "radar.", "invoice.", "payment_method.", "customer.", "payout.", "v2."];
    kind == "balance.available" || FAMILIES.iter().any(|family| kind.starts_with(family))
}

/// The kind of object that an event of this type shows.
pub(crate) fn family(kind: &str) -> &str {
    match kind {
        "charge.refund.updated" => "refund",
        "application_fee.refund.updated" => "fee_refund",
        _ if kind.starts_with("charge.dispute.") => "dispute",
        _ => kind.rsplit_once('.').map_or(kind, |(family, _)| family),
    }
}

struct Record {
    of: String,
    logged: LoggedEvent,
}

impl Compact for Record {
    fn write(&self, out: &mut Vec<u8>) {
        self.of.write(out);
        self.logged.write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self { of: String::read(from)?, logged: LoggedEvent::read(from)? })
    }
}

/// The known links of a charge.
enum OfCharge {
    /// Whose it is.
    Link { charge: String, payment: String, firm: bool },
    /// An event that names the charge and not the payment.
    Event { charge: String, logged: Box<LoggedEvent> },
}

impl Compact for OfCharge {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Link { charge, payment, firm } => {
                out.push(0);
                charge.write(out);
                payment.write(out);
                firm.write(out);
            }
            Self::Event { charge, logged } => {
                out.push(1);
                charge.write(out);
                logged.write(out);
            }
        }
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => {
                let (charge, payment) = (String::read(from)?, String::read(from)?);
                Some(Self::Link { charge, payment, firm: bool::read(from)? })
            }
            1 => Some(Self::Event { charge: String::read(from)?, logged: Box::read(from)? }),
            _ => None,
        }
    }
}

impl Keyed for Record {
    fn key(&self) -> &str {
        &self.of
    }
}

impl Keyed for OfCharge {
    fn key(&self) -> &str {
        match self {
            Self::Link { charge, .. } | Self::Event { charge, .. } => charge,
        }
    }
}

/// All events of one owner.
#[derive(Debug)]
pub struct Group {
    /// The id of the PaymentIntent, SetupIntent, session or charge.
    pub id: String,
    /// Its events, as they came.
    pub events: Vec<LoggedEvent>,
}

/// One of several parts of a log, by the hash of the payment. Each payment is in exactly one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    index: usize,
    parts: usize,
}

impl Partition {
    /// The whole log.
    pub const WHOLE: Self = Self { index: 0, parts: 1 };

    /// Returns whether the payment or event called `key` is in this part.
    #[must_use]
    pub fn contains(self, key: &str) -> bool {
        crate::spill::place(key, self.parts) == self.index
    }

    /// Returns whether this is the whole log.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.parts == 1
    }

    /// Returns the number of the part, counted from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index
    }

    /// Returns the number of parts of the log.
    #[must_use]
    pub const fn parts(self) -> usize {
        self.parts
    }

    /// Returns whether lines without a payment or an event are counted in this part.
    pub(crate) const fn is_first(self) -> bool {
        self.index == 0
    }
}

impl std::fmt::Display for Partition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.index, self.parts)
    }
}

impl std::str::FromStr for Partition {
    type Err = String;

    /// Reads `K/N`: part `K`, counted from 0, of `N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(index, parts)| Some((index.parse().ok()?, parts.parse().ok()?)));
        let part = numbers.map(|(index, parts)| Self { index, parts }).filter(|it| it.index < it.parts);
        part.ok_or_else(|| format!("\"{text}\" is no part; expected K/N with K from 0 to N - 1, such as 0/4"))
    }
}

/// A log that is being sorted.
pub struct Sorter {
    payments: Spill,
    charges: Spill,
    partition: Partition,
    /// Events that belong to the partition.
    pub kept: u64,
    /// Of those, the ones about no payment.
    pub unrelated: u64,
}

impl Sorter {
    /// Returns a sorter for a part of a log of about `bytes` bytes; `None` if the size is unknown.
    #[must_use]
    pub fn new(bytes: Option<u64>, partition: Partition) -> Self {
        const PART: u64 = 16 << 20;
        let parts = bytes.map_or(256, |bytes| bytes.checked_div(PART).unwrap_or(0).clamp(1, 400));
        let parts = usize::try_from(parts).unwrap_or(1);
        let (payments, charges) = (Spill::new(parts), Spill::new(parts.div_ceil(4)));
        Self { payments, charges, partition, kept: 0, unrelated: 0 }
    }

    /// Sorts an event in.
    ///
    /// # Errors
    /// Returns the error of the temporary files.
    pub fn put(&mut self, logged: LoggedEvent) -> io::Result<()> {
        let object = logged.object();
        // A charge says itself whose it is; an intent that names a charge may be wrong about it.
        let link = match (object.object.text(), object.id.id(), object.payment_intent.id()) {
            (Some("charge"), Some(charge), Some(payment)) => Some((charge, payment, true)),
            (Some("payment_intent"), Some(payment), _) => object.latest_charge().map(|charge| (charge, payment, false)),
            (Some("refund"), _, Some(payment)) => object.charge.id().map(|charge| (charge, payment, false)),
            _ => None,
        };
        if let Some((charge, payment, firm)) = link {
            let record = OfCharge::Link { charge: charge.to_owned(), payment: payment.to_owned(), firm };
            self.charges.put(charge, &record)?;
        }
        match owner(&logged) {
            Owner::Of(of) => {
                let record = Record { of, logged };
                self.keep(&record)
            }
            Owner::OfCharge(charge) => {
                let record = OfCharge::Event { charge, logged: Box::new(logged) };
                let OfCharge::Event { charge, .. } = &record else { return Ok(()) };
                self.charges.put(charge, &record)
            }
            Owner::Nobody => {
                let is_here = u64::from(self.partition.contains(&logged.id));
                self.unrelated = self.unrelated.saturating_add(is_here);
                self.kept = self.kept.saturating_add(is_here);
                Ok(())
            }
        }
    }

    /// Keeps a record if its payment is in the partition.
    fn keep(&mut self, record: &Record) -> io::Result<()> {
        if !self.partition.contains(&record.of) {
            return Ok(());
        }
        self.kept = self.kept.saturating_add(1);
        self.payments.put(&record.of, record)
    }

    /// Finds the payments of the events that name a charge alone.
    ///
    /// # Errors
    /// The error of a temporary file.
    pub fn assign_charges(&mut self) -> io::Result<()> {
        let charges = std::mem::replace(&mut self.charges, Spill::new(1));
        charges.read(|records: Vec<OfCharge>| {
            let mut owners: HashMap<String, (String, bool), FxBuildHasher> = HashMap::default();
            for record in &records {
                if let OfCharge::Link { charge, payment, firm } = record
                    && owners.get(charge).is_none_or(|(_, known)| *firm && !known)
                {
                    owners.insert(charge.clone(), (payment.clone(), *firm));
                }
            }
            for record in records {
                if let OfCharge::Event { charge, logged } = record {
                    let of = owners.get(&charge).map_or(charge, |(payment, _)| payment.clone());
                    self.keep(&Record { of, logged: *logged })?;
                }
            }
            Ok(())
        })
    }

    /// Gives the groups to `each`, a part of them at a time, in the order of their first events.
    ///
    /// # Errors
    /// The error of a temporary file or of `each`.
    pub fn groups(self, mut each: impl FnMut(Vec<Group>) -> io::Result<()>) -> io::Result<()> {
        self.payments.read(|records: Vec<Record>| {
            let mut places: HashMap<String, usize, FxBuildHasher> = HashMap::default();
            let mut groups: Vec<Group> = Vec::new();
            for Record { of, logged } in records {
                let place = *places.entry(of).or_insert_with_key(|id| {
                    groups.push(Group { id: id.clone(), events: Vec::new() });
                    groups.len().saturating_sub(1)
                });
                if let Some(group) = groups.get_mut(place) {
                    group.events.push(logged);
                }
            }
            each(groups)
        })
    }
}
