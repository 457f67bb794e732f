//! The extent of the judgments of a check: nothing counts as true that had no occasion to be false.

use crate::attack::Attack;
use crate::books::{BookField, Books};
use crate::fault::MerchantFault;
use std::collections::BTreeMap;

/// The purchases of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowCounts {
    /// Purchases that were planned.
    pub planned: u64,
    /// Purchases that created a session or a payment.
    pub created: u64,
    /// Purchases whose payment took or held money.
    pub paid: u64,
    /// The response to the latest start of a purchase that created nothing.
    pub failed: Option<String>,
}

/// The extent of the judgments of one run, or of a whole check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JudgedCounts {
    /// The purchases of each flow, by its name.
    pub flows: BTreeMap<String, FlowCounts>,
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
        for (name, theirs) in &other.flows {
            let ours = self.flows.entry(name.clone()).or_default();
            ours.planned = ours.planned.saturating_add(theirs.planned);
            ours.created = ours.created.saturating_add(theirs.created);
            ours.paid = ours.paid.saturating_add(theirs.paid);
            if theirs.failed.is_some() {
                ours.failed.clone_from(&theirs.failed);
            }
        }
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

    /// Returns the number of purchases that created a session or a payment.
    #[must_use]
    pub fn created(&self) -> u64 {
        self.flows.values().map(|flow| flow.created).sum()
    }

    /// Returns the number of purchases whose payment took or held money.
    #[must_use]
    pub fn paid(&self) -> u64 {
        self.flows.values().map(|flow| flow.paid).sum()
    }

    /// Returns the reason why the counts are too small for a pass: a purchase that created nothing, a flow without money,
    /// books that say nothing on money, or no attack.
    #[must_use]
    pub fn shortfall(&self, is_hostile: bool) -> Option<String> {
        let is_money_judged = [MerchantFault::PaidTooLittle, MerchantFault::NeverFulfilled];
        if self.flows.is_empty() {
            Some("no purchase was planned".to_owned())
        } else if let Some((name, flow)) = self.flows.iter().find(|(_, flow)| flow.created < flow.planned) {
            let FlowCounts { planned, created, failed, .. } = flow;
            let none = planned.saturating_sub(*created);
            let why = failed.as_deref().unwrap_or("no response");
            Some(format!("flow \"{name}\": {none} of {planned} purchases created no payment; the last start: {why}"))
        } else if let Some((name, _)) = self.flows.iter().find(|(_, flow)| flow.paid == 0) {
            Some(format!("flow \"{name}\": no purchase was paid"))
        } else if self.read.is_empty() {
            Some("no field of the books was ever read".to_owned())
        } else if !is_money_judged.iter().any(|fault| self.judged.contains_key(fault)) {
            Some("the books of no paid order showed `paid` or `fulfilled`".to_owned())
        } else if is_hostile && self.attacks.is_empty() {
            Some("no attack was carried out".to_owned())
        } else {
            None
        }
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
            let why = counts.shortfall(true);
            assert!(why.as_ref().is_some_and(|why| why.contains(named)), "{named}: {why:?}");
        };
        expect(&counts, "planned");
        let flow = |planned, created, paid| FlowCounts { planned, created, paid, failed: Some("500".to_owned()) };
        counts.flows.insert("good".to_owned(), flow(3, 3, 1));
        counts.flows.insert("none".to_owned(), flow(3, 0, 0));
        expect(&counts, "flow \"none\": 3 of 3 purchases created no payment; the last start: 500");
        counts.flows.insert("none".to_owned(), flow(3, 2, 2));
        expect(&counts, "1 of 3 purchases");
        counts.flows.insert("none".to_owned(), flow(3, 3, 0));
        expect(&counts, "flow \"none\": no purchase was paid");
        counts.flows.insert("none".to_owned(), flow(3, 3, 3));
        expect(&counts, "field");
        for (books, judged) in [
            (Books { canceled: Some(0), ..Books::default() }, MerchantFault::CanceledDiffers),
            (Books { refunded: Some(0), ..Books::default() }, MerchantFault::RefundsDiffer),
            (Books { paid: Some(0), ..Books::default() }, MerchantFault::PaidTooMuch),
        ] {
            counts.read(&books);
            counts.judge(judged);
            expect(&counts, "`paid` or `fulfilled`");
        }
        for judged in [MerchantFault::PaidTooLittle, MerchantFault::NeverFulfilled] {
            let mut counts = counts.clone();
            counts.judge(judged);
            expect(&counts, "attack");
            assert_eq!(counts.shortfall(false), None);
            counts.attack(Attack::Unsigned);
            assert_eq!(counts.shortfall(true), None);
            assert_eq!(counts.never_seen(), ["fulfilled"]);
            assert_eq!(counts.never_attacked().len(), Attack::ALL.len() - 1);
        }
    }
}
