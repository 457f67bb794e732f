//! Formats numbers and nouns for readers.

/// Returns a number with its digits in groups of three: `1 234 567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    grouped_by(number, ' ')
}

/// Returns the same with another character between the groups.
pub(crate) fn grouped_by(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len().saturating_mul(2));
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(index);
        if index > 0 && left.checked_rem(3) == Some(0) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// Returns a number and a noun in singular or plural: `1 property` or `7 properties`.
#[must_use]
pub fn counted(number: usize, thing: &str) -> String {
    counted_u64(u64::try_from(number).unwrap_or(u64::MAX), thing)
}

/// Returns the same for a number of 64 bits.
#[must_use]
pub fn counted_u64(number: u64, thing: &str) -> String {
    noun(number, &grouped(number), thing)
}

/// Returns `digits` and a noun in the form that agrees with `number`.
pub(crate) fn noun(number: u64, digits: &str, thing: &str) -> String {
    match (number, thing.strip_suffix('y')) {
        (1, _) => format!("1 {thing}"),
        (_, Some(stem)) if !thing.ends_with("ay") => format!("{digits} {stem}ies"),
        (_, _) => format!("{digits} {thing}s"),
    }
}
