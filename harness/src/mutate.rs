//! Changes to the bytes of a sequence, record by record: one input more or less, another order, other parameters.
//!
//! A random change of bytes rarely yields a useful input, and an inserted byte shifts everything after it. These
//! changes act on records. One change in five is a plain change of bytes.

use crate::choices::RECORD;

/// Half of the sequences shorter than this are made longer.
const RECORDS_AT_LEAST: usize = 17;

type Record = [u8; RECORD];

/// Changes the first `size` bytes of `data`, to at most `max_size` bytes, and returns their new number. The same `seed`
/// yields the same change. `plain` makes a plain change of bytes.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    plain: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut random = fastrand::Rng::with_seed(u64::from(seed));
    let capacity = max_size.min(data.len()).checked_div(RECORD).unwrap_or(0);
    if capacity < 2 || random.u8(..5) == 0 {
        return plain(data, size, max_size);
    }
    let mut records = read(data.get(..size).unwrap_or(data));
    if records.len() < RECORDS_AT_LEAST && random.bool() {
        let wanted = random.usize(RECORDS_AT_LEAST..RECORDS_AT_LEAST.saturating_mul(2));
        records.resize_with(wanted, || fresh(&mut random));
    } else {
        for _ in 0..random.usize(1..4) {
            change(&mut records, &mut random);
        }
    }
    records.truncate(capacity);
    write(&records, data)
}

/// Writes a sequence made of two others to `out`, and returns its number of bytes. The same `seed` yields the same
/// sequence.
pub fn cross(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut random = fastrand::Rng::with_seed(u64::from(seed));
    let (first, second) = (read(first), read(second));
    // The configuration comes from the first sequence.
    let config = first.first().or(second.first()).copied().unwrap_or_default();
    let (first, second) = (first.get(1..).unwrap_or_default(), second.get(1..).unwrap_or_default());
    let mut records = vec![config];
    if random.bool() {
        // The beginning of one sequence, and the end of the other.
        let head = first.get(..random.usize(..=first.len())).unwrap_or_default();
        let tail = second.get(random.usize(..=second.len())..).unwrap_or_default();
        records.extend(head.iter().chain(tail));
    } else {
        // Both sequences interleaved, as if two clients sent requests.
        let (mut first, mut second) = (first.iter(), second.iter());
        loop {
            let (one, other) = if random.bool() { (&mut first, &mut second) } else { (&mut second, &mut first) };
            let Some(record) = one.next().or_else(|| other.next()) else { break };
            records.push(*record);
        }
    }
    records.truncate(out.len().checked_div(RECORD).unwrap_or(0));
    write(&records, out)
}

fn change(records: &mut Vec<Record>, random: &mut fastrand::Rng) {
    if records.is_empty() {
        records.push(fresh(random));
    }
    let length = records.len();
    // The first record has the configuration, and is changed less often.
    let place = if length > 1 && random.u8(..12) > 0 { random.usize(1..length) } else { 0 };
    let other = random.usize(..length).max(1).min(length.saturating_sub(1));
    match random.u8(..16) {
        0..=5 => change_record(records, place, random),
        6..=8 => records.insert(place.max(1), fresh(random)),
        9..=10 => {
            // The same input again, directly after itself or elsewhere.
            if let Some(record) = records.get(place).copied() {
                records.insert(if random.bool() { place.saturating_add(1) } else { other.max(1).min(length) }, record);
            }
        }
        11..=12 if length > 2 => {
            records.remove(place.max(1));
        }
        13 => records.swap(place.max(1).min(length.saturating_sub(1)), other),
        14 => {
            // A stretch of inputs again at the end.
            let stretch: Vec<Record> = records.iter().skip(place.max(1)).take(random.usize(1..9)).copied().collect();
            records.extend(stretch);
        }
        _ => {
            if let Some(record) = records.get_mut(place) {
                *record = fresh(random);
            }
        }
    }
}

/// Changes one byte of a record; the first bytes select the kind of input, the others its parameters.
fn change_record(records: &mut [Record], place: usize, random: &mut fastrand::Rng) {
    let at = if random.bool() { random.usize(..6) } else { random.usize(..RECORD) };
    let Some(byte) = records.get_mut(place).and_then(|record| record.get_mut(at)) else { return };
    *byte = match random.u8(..4) {
        0 => byte.wrapping_add(1),
        1 => byte.wrapping_sub(1),
        2 => 0,
        _ => random.u8(..),
    };
}

fn fresh(random: &mut fastrand::Rng) -> Record {
    let mut record = Record::default();
    random.fill(&mut record);
    // The input is made once, as most are.
    if let Some(policy) = record.first_mut().filter(|_| random.u8(..4) > 0) {
        *policy = 0;
    }
    record
}

fn read(bytes: &[u8]) -> Vec<Record> {
    let records = bytes.chunks(RECORD).map(|chunk| {
        let mut record = Record::default();
        record.iter_mut().zip(chunk).for_each(|(slot, byte)| *slot = *byte);
        record
    });
    records.collect()
}

fn write(records: &[Record], data: &mut [u8]) -> usize {
    let bytes = records.iter().flatten();
    data.iter_mut().zip(bytes).map(|(slot, byte)| *slot = *byte).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unchanged(_: &mut [u8], size: usize, _: usize) -> usize {
        size
    }

    #[test]
    fn a_seed_stands_for_its_change() {
        let mut changed = 0;
        for seed in 0..500 {
            let made = |size| {
                let mut data: Vec<u8> = (0..=255).collect();
                data.resize(1_024, 0);
                let size = mutate(&mut data, size, 1_024, seed, unchanged);
                data.truncate(size);
                data
            };
            assert_eq!(made(256), made(256));
            changed += u32::from(made(256) != (0..=255).collect::<Vec<u8>>());
        }
        assert!(changed > 300, "four of five changes act on records: {changed}");
    }

    #[test]
    fn no_change_is_longer_than_allowed() {
        for seed in 0..2_000 {
            for (size, max_size) in [(0, 7), (0, 64), (5, 40), (64, 64), (100, 100), (16, 4_096)] {
                let mut data = vec![1; max_size];
                let after = mutate(&mut data, size, max_size, seed, unchanged);
                assert!(after <= max_size, "seed {seed}: {size} of {max_size} became {after}");
            }
        }
    }

    #[test]
    fn short_sequences_grow() {
        let grown = (0..1_000).filter(|seed| {
            let mut data = vec![0; 4_096];
            mutate(&mut data, 16, 4_096, *seed, unchanged) >= RECORDS_AT_LEAST * RECORD
        });
        assert!(grown.count() > 300);
    }

    #[test]
    fn a_share_is_left_to_plain_changes() {
        let mut plain = 0;
        for seed in 0..1_000 {
            let mut data = vec![0; 512];
            mutate(&mut data, 320, 512, seed, |_, size, _| {
                plain += 1;
                size
            });
        }
        assert!((150..250).contains(&plain), "{plain} of 1000");
    }

    #[test]
    fn a_cross_is_made_of_its_parents_records() {
        let parent = |letter: u8, records: usize| vec![letter; records * RECORD];
        for seed in 0..200 {
            let cross = || {
                let mut out = vec![0; 320];
                let size = cross(&parent(1, 9), &parent(2, 5), &mut out, seed);
                out.truncate(size);
                out
            };
            assert_eq!(cross(), cross(), "the same seed, the same cross");
            assert!(cross().chunks(RECORD).all(|record| record == [1; RECORD] || record == [2; RECORD]));
            assert_eq!(cross()[0], 1, "the configuration comes from the first sequence");
        }
    }
}
