//! Requirement ids in a text.

/// Families whose ids are a letter and a number: `B34`.
const LETTERS: [&str; 7] = ["A", "B", "C", "D", "I", "R", "U"];
/// The family of recorded facts and its highest number. It is separate because percentiles (`P99`) look alike; see
/// [`is_id`].
const RECORDED: (&str, u32) = ("P", 35);
/// Families whose ids have a hyphen: `CAP-6`.
const HYPHENATED: [&str; 16] =
    ["AMT", "CAP", "CHK", "CON", "ERR", "EVT", "HOLD", "HOOK", "IDEM", "PI", "REF", "SI", "TIME", "TST", "VER", "VOC"];

/// An id split into its family (with the hyphen) and its number.
type Parts<'a> = (&'a str, u32);

/// Returns whether `word` has the form of a requirement id. The requirement need not exist.
///
/// ```
/// assert!(holdfast_spec::is_id("CAP-6") && holdfast_spec::is_id("B34"));
/// assert!(!holdfast_spec::is_id("UTF-8") && !holdfast_spec::is_id("B034") && !holdfast_spec::is_id("P99"));
/// ```
#[must_use]
pub fn is_id(word: &str) -> bool {
    parts(word).is_some()
}

/// Returns the ids that `text` cites, in order and without repetitions. `B52 to B54` and `B52–B54` cite every id
/// between.
///
/// ```
/// assert_eq!(holdfast_spec::cited("(CAP-1 to CAP-3, U2)"), ["CAP-1", "CAP-2", "CAP-3", "U2"]);
/// ```
#[must_use]
pub fn cited(text: &str) -> Vec<String> {
    let words: Vec<&str> = words(text).collect();
    let mut found: Vec<String> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let Some((family, first)) = parts(word) else { continue };
        let mut next = words.iter().skip(place.saturating_add(1));
        let last = match (next.next(), next.next().and_then(|word| parts(word))) {
            (Some(&("to" | "–")), Some((same, last))) if same == family => last,
            _ => first,
        };
        for number in first..=last.max(first) {
            let id = format!("{family}{number}");
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// Returns the words of `text`: runs of letters, digits, hyphens and underscores. An en dash is a word of its own.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '_' | '–')))
        .flat_map(|word| word.split_inclusive('–'))
        .flat_map(|word| match word.strip_suffix('–') {
            Some(before) => [before, "–"],
            None => [word, ""],
        })
        .filter(|word| !word.is_empty())
}

/// Returns family and number of an id, or `None` for another word.
fn parts(word: &str) -> Option<Parts<'_>> {
    let (family, digits) = word.split_at_checked(word.find(|letter: char| letter.is_ascii_digit())?)?;
    let number: u32 = digits.parse().ok()?;
    let is_family = match family.strip_suffix('-') {
        Some(name) => HYPHENATED.contains(&name),
        None => LETTERS.contains(&family) || (family == RECORDED.0 && number <= RECORDED.1),
    };
    (is_family && number > 0 && !digits.starts_with('0') && number <= 99).then_some((family, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_single_ids_are_found_once() {
        assert_eq!(cited("A1, B33–B35 (B34), EVT-1 to EVT-2."), ["A1", "B33", "B34", "B35", "EVT-1", "EVT-2"]);
        assert_eq!(cited("B5 to C6"), ["B5", "C6"]);
    }

    #[test]
    fn other_words_are_no_ids() {
        assert!(cited("UTF-8, SHA256, P99, b34_split, IDEM-, CAP-0, B100, §2.4").is_empty());
    }
}
