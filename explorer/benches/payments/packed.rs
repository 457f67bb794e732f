//! The limit of the comparison: the same states in one word each, without properties, counts or hashes of the relation.

use super::{ACTIONS, LONGEST, PAYMENTS, Payment, Status, transition};

/// Bits of one payment. The released amount is derived from the authorized amount, so it takes no bits.
const WIDTH: u32 = 20;

const STATUSES: [Status; 6] =
    [Status::Absent, Status::Created, Status::Challenged, Status::Capturable, Status::Succeeded, Status::Canceled];

pub(super) fn pack(payment: &Payment) -> u64 {
    let fields = [
        (payment.status as u32, 3),
        (u32::from(payment.failures), 2),
        (u32::from(payment.captures), 2),
        (u32::from(payment.refund_pending), 1),
        (payment.authorized, 2),
        (payment.capturable, 2),
        (payment.captured, 2),
        (payment.refunded, 2),
        (payment.pending, 2),
        (payment.left, 2),
    ];
    fields.into_iter().fold(0, |word, (field, width)| word << width | u64::from(field))
}

pub(super) fn unpack(mut word: u64) -> Payment {
    let mut take = |width: u32| {
        let field = word as u32 & ((1 << width) - 1);
        word >>= width;
        field
    };
    let [left, pending, refunded, captured, capturable, authorized] = [(); 6].map(|()| take(2));
    let refund_pending = take(1) == 1;
    let (captures, failures) = (take(2) as u8, take(2) as u8);
    let status = STATUSES[take(3) as usize];
    let ended = matches!(status, Status::Succeeded | Status::Canceled);
    let released = if ended { authorized.saturating_sub(capturable + captured) } else { 0 };
    Payment {
        status,
        failures,
        captures,
        refund_pending,
        authorized,
        capturable,
        captured,
        released,
        refunded,
        pending,
        left,
    }
}

/// A set of words that are never 0.
struct Words {
    slots: Vec<u64>,
    len: usize,
}

impl Words {
    fn slot(&self, word: u64) -> usize {
        let spread = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((u128::from(spread) * self.slots.len() as u128) >> 64) as usize
    }

    fn insert(&mut self, word: u64) -> bool {
        let mut slot = self.slot(word);
        loop {
            match self.slots[slot] {
                0 => break,
                known if known == word => return false,
                _ => slot = if slot + 1 == self.slots.len() { 0 } else { slot + 1 },
            }
        }
        self.slots[slot] = word;
        self.len += 1;
        if self.len * 4 > self.slots.len() * 3 {
            let larger = vec![0; self.slots.len() * 2];
            let words = std::mem::replace(&mut self.slots, larger);
            self.len = 0;
            words.into_iter().filter(|word| *word != 0).for_each(|word| {
                self.insert(word);
            });
        }
        true
    }
}

/// Explores breadth-first. Returns the number of states and of steps.
pub(crate) fn explore() -> (u64, u64) {
    let absent = pack(&unpack(0));
    // A marker above the payments keeps every word from being 0.
    let word = |payments: [u64; PAYMENTS]| payments.iter().fold(1, |word, payment| word << WIDTH | payment);
    let mut visited = Words { slots: vec![0; 1 << 16], len: 0 };
    let root = word([absent; PAYMENTS]);
    visited.insert(root);
    let (mut frontier, mut next, mut found) = (vec![root], Vec::new(), Vec::new());
    let mut steps = 0;
    while !frontier.is_empty() {
        for batch in frontier.chunks(64) {
            for state in batch {
                let mask = (1 << WIDTH) - 1;
                let payments: [u64; PAYMENTS] =
                    std::array::from_fn(|place| *state >> (WIDTH * (PAYMENTS - 1 - place) as u32) & mask);
                for place in 0..PAYMENTS {
                    if place > 0 && payments[place - 1] == payments[place] {
                        continue;
                    }
                    let payment = unpack(payments[place]);
                    for action in ACTIONS {
                        steps += 1;
                        if let Some(changed) = transition(payment, action, LONGEST) {
                            let mut after = payments;
                            after[place] = pack(&changed);
                            after.sort_unstable();
                            found.push(word(after));
                        }
                    }
                }
            }
            // Reads the slots of the whole batch first, so that the cache misses overlap.
            std::hint::black_box(found.iter().fold(0, |seen, word| seen ^ visited.slots[visited.slot(*word)]));
            next.extend(found.drain(..).filter(|word| visited.insert(*word)));
        }
        frontier.clear();
        std::mem::swap(&mut frontier, &mut next);
    }
    (visited.len as u64, steps)
}
