//! Describes the changes of a step, for the explanation of a broken property.

use std::collections::BTreeMap;
use std::fmt::Debug;

/// The largest number of changes that are listed; further ones are only counted.
const MOST: usize = 8;

/// Returns the differences between two views of the same kind, such as `pi1.capturable 1000 became 0`.
pub(crate) fn changes<T: Debug>(before: &T, after: &T) -> String {
    let (before, after) = (leaves(before), leaves(after));
    let places: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value =
        |leaves: &BTreeMap<String, String>, place| leaves.get(place).map_or("nothing", String::as_str).to_owned();
    let mut notified: Vec<String> = places
        .into_iter()
        .map(|place| (place, value(&before, place), value(&after, place)))
        // A created or removed object is shown by its values.
        .filter(|(_, was, is)| {
            was != is && !matches!((was.as_str(), is.as_str()), ("None", "nothing") | ("nothing", "None"))
        })
        .map(|(place, was, is)| format!("{place} {was} became {is}"))
        .collect();
    if notified.is_empty() {
        return "nothing".to_owned();
    }
    let more = notified.len().saturating_sub(MOST);
    notified.truncate(MOST);
    if more > 0 {
        notified.push(format!("{more} more"));
    }
    notified.join(", ")
}

/// Returns the values of a view by their places, read from its debug output.
fn leaves(view: &impl Debug) -> BTreeMap<String, String> {
    let mut leaves = BTreeMap::new();
    // The open structures: the name of each, and for a list the number of items read so far.
    let mut open: Vec<(String, Option<usize>)> = Vec::new();
    for line in format!("{view:#?}").lines() {
        let line = line.trim().trim_end_matches(',');
        if matches!(line, "}" | ")" | "]") {
            open.pop();
            continue;
        }
        let (mut name, rest) =
            line.split_once(": ").map_or((String::new(), line), |(name, rest)| (name.to_owned(), rest));
        if let Some((_, Some(count))) = open.last_mut() {
            *count = count.saturating_add(1);
            name = count.to_string();
        }
        if rest.ends_with(['{', '(', '[']) {
            open.push((name, rest.ends_with('[').then_some(0)));
            continue;
        }
        let names = open.iter().map(|(name, _)| name).chain([&name]).filter(|name| !name.is_empty());
        let place = names.cloned().collect::<Vec<_>>().join(".");
        leaves.insert(place.replace("payments.", "pi").replace("refunds.", "re"), rest.to_owned());
    }
    leaves
}

#[cfg(test)]
mod tests {
    use super::changes;

    #[derive(Debug)]
    #[expect(dead_code, reason = "they are read as they are shown for debugging")]
    struct View {
        amount: Option<u32>,
        refunds: Vec<Option<u32>>,
        name: &'static str,
    }

    #[test]
    fn a_difference_names_its_place() {
        let view = |amount, refunds: &[Option<u32>], name| View { amount, refunds: refunds.to_vec(), name };
        let table = [
            (view(Some(1), &[], "a"), view(Some(1), &[], "a"), "nothing"),
            (view(Some(1), &[], "a"), view(Some(2), &[], "a"), "amount 1 became 2"),
            (view(Some(1), &[], "a"), view(None, &[], "b"), "amount 1 became None, name \"a\" became \"b\""),
            (view(None, &[Some(3), None], "a"), view(None, &[Some(3), Some(4)], "a"), "re2 None became 4"),
        ];
        for (before, after, expected) in table {
            assert_eq!(changes(&before, &after), expected, "{before:?} {after:?}");
        }
    }
}
