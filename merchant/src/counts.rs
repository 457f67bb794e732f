//! The extent of the judgments of a check: nothing counts as true that had no occasion to be false.

use crate::attack::Attack;
use crate::books::{BookField, Books};
use crate::fault::MerchantFault;
use std::collections::BTreeMap;

/// The extent of the judgments of one run, or of a whole check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JudgedCounts {
    /// The purchases that created a session or a payment.
    pub purchases: u64,
    /// The purchases whose payment took or held money.
    pub paid: u64,
    /// The books read, for each field that they had.
    pub read: BTreeMap<BookField, u64>,
    /// The judgments made.
    pub judged: BTreeMap<MerchantFault, u64>,
    /// The attacks that got a response.
    pub attacks: BTreeMap<Attack, u64>,
}

impl JudgedCounts {
    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.purchases = self.purchases.saturating_add(other.purchases);
        self.paid = self.paid.saturating_add(other.paid);
        add_all(&mut self.read, &other.read);
        add_all(&mut self.judged, &other.judged);
        add_all(&mut self.attacks, &other.attacks);
    }

    /// Counts a judgment.
    pub fn judge(&mut self, fault: MerchantFault) {
        add_all(&mut self.judged, &BTreeMap::from([(fault, 1)]));
    }

    /// Counts an attack.
    pub fn attack(&mut self, attack: Attack) {
        add_all(&mut self.attacks, &BTreeMap::from([(attack, 1)]));
    }

    /// Counts the fields of books.
    pub fn read(&mut self, books: &Books) {
        let fields = BookField::ALL.into_iter().filter(|field| books.field(*field).is_some());
        add_all(&mut self.read, &fields.map(|field| (field, 1)).collect());
    }

    /// Returns the reason why the counts are too small for a pass.
    #[must_use]
    pub fn shortfall(&self, is_hostile: bool) -> Option<String> {
        let why = if self.purchases == 0 {
            "no purchase created a payment"
        } else if self.paid == 0 {
            "no purchase was paid"
        } else if self.read.is_empty() {
            "no field of the books was ever read"
        } else if is_hostile && self.attacks.is_empty() {
            "no attack was carried out"
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// Returns the judgments that had no occasion.
    #[must_use]
    pub fn not_judged(&self) -> Vec<MerchantFault> {
        MerchantFault::ALL.iter().copied().filter(|fault| !self.judged.contains_key(fault)).collect()
    }

    /// Returns the fields that the books never had.
    #[must_use]
    pub fn never_seen(&self) -> Vec<&'static str> {
        BookField::ALL.into_iter().filter(|field| !self.read.contains_key(field)).map(BookField::name).collect()
    }

    /// Returns the attacks that were never carried out.
    #[must_use]
    pub fn never_attacked(&self) -> Vec<&'static str> {
        Attack::ALL.iter().filter(|attack| !self.attacks.contains_key(attack)).map(|attack| attack.name()).collect()
    }
}

fn add_all<K: Ord + Copy>(to: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
    for (key, count) in from {
        let sum = to.entry(*key).or_insert(0);
        *sum = sum.saturating_add(*count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_is_no_pass() {
        let mut counts = JudgedCounts::default();
        let expect = |counts: &JudgedCounts, named: &str| {
            assert!(counts.shortfall(true).is_some_and(|why| why.contains(named)), "{named}");
        };
        expect(&counts, "created");
        counts.purchases = 2;
        expect(&counts, "paid");
        counts.paid = 1;
        expect(&counts, "field");
        counts.read(&Books { paid: Some(0), ..Books::default() });
        expect(&counts, "attack");
        assert_eq!(counts.shortfall(false), None);
        counts.attack(Attack::Unsigned);
        assert_eq!(counts.shortfall(true), None);
        assert_eq!(counts.never_seen(), ["refunded", "fulfilled", "canceled"]);
        assert_eq!(counts.never_attacked().len(), Attack::ALL.len() - 1);
    }
}
