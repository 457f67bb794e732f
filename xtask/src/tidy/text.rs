//! Words and sentences in running text.

/// Returns the byte offsets at which `phrase` occurs in `text` without a letter, digit or `_` on either side.
#[must_use]
pub fn find_words(text: &str, phrase: &str) -> Vec<usize> {
    let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let stands_alone = |at: &usize| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at.saturating_add(phrase.len())..).and_then(|text| text.chars().next());
        !part(before) && !part(after)
    };
    text.match_indices(phrase).map(|(at, _)| at).filter(stands_alone).collect()
}

/// A sentence, with the line where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Line number, counted from 1.
    pub line: usize,
    /// The sentence with single blanks.
    pub text: String,
}

/// Splits numbered lines of prose into sentences. A blank line, a list item and a heading each begin a new one.
#[must_use]
pub fn sentences<'a>(lines: impl IntoIterator<Item = (usize, &'a str)>) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut open: Option<Sentence> = None;
    for (line, text) in lines {
        let text = text.trim();
        let item = text.starts_with("- ") || text.starts_with("* ") || is_numbered(text);
        if text.is_empty() || item || text.starts_with('#') || text.starts_with('|') {
            found.extend(open.take());
        }
        if text.starts_with('#') || text.starts_with('|') {
            continue;
        }
        let text = if item { text.split_once(' ').map_or("", |(_, rest)| rest) } else { text };
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            match &mut open {
                Some(sentence) => {
                    sentence.text.push(' ');
                    sentence.text.push_str(word);
                }
                None => open = Some(Sentence { line, text: word.to_owned() }),
            }
            let ends = word.trim_end_matches([')', '"', '*', '_', '`']).ends_with(['.', '!', '?', ':'])
                && !matches!(word, "e.g." | "i.e." | "etc." | "vs.");
            let begins = words.peek().is_none_or(|next| !next.starts_with(char::is_lowercase));
            if ends && begins && !word.ends_with(':') {
                found.extend(open.take());
            }
        }
    }
    found.extend(open);
    found
}

fn is_numbered(text: &str) -> bool {
    text.split_once(". ").is_some_and(|(number, _)| !number.is_empty() && number.chars().all(|it| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{find_words, sentences};

    #[test]
    fn phrases_are_whole_words() {
        assert_eq!(find_words("of it, of its, prof it, of it", "of it"), [0, 24]);
    }

    #[test]
    fn sentences_are_split() {
        let lines =
            [(3, "One two. Three"), (4, "four (e.g. five)."), (5, ""), (6, "- six"), (7, "1. seven"), (8, "# no")];
        let found: Vec<_> = sentences(lines).into_iter().map(|it| (it.line, it.text)).collect();
        let expected = [(3, "One two."), (3, "Three four (e.g. five)."), (6, "six"), (7, "seven")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }
}
