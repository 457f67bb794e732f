//! Tables and paragraphs for the terminal. No word and no number is ever broken.

pub use holdfast_evidence::words::{counted, counted_u64, grouped};

use console::measure_text_width as width_of;

/// A column: its title and its alignment.
pub type Column = (&'static str, Align);

/// The alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words. A narrow table wraps them between words.
    Left,
    /// Numbers. A narrow table drops such a column, the last one first.
    Right,
}

/// Number of blanks between two columns.
const GAP: usize = 2;
/// Number of characters that a wrapped column keeps, if its longest word is shorter.
const NARROWEST: usize = 16;

/// Returns a table of at most `width` columns of the terminal, or of its natural width for `None`.
///
/// A table that is too wide first wraps its words, then drops its columns of numbers from the right. If it is still too
/// wide, each row is a paragraph: its first cell, and below it the other cells behind their titles.
#[must_use]
pub fn lay_out(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>, width: Option<u16>) -> String {
    let numbers =
        (0..columns.len()).rev().filter(|at| columns.get(*at).is_some_and(|(_, align)| *align == Align::Right));
    lay_out_by(columns, &numbers.collect::<Vec<_>>(), rows, width)
}

/// Returns a table that drops the columns at the positions `drop`, in this order, until it fits, else paragraphs.
#[must_use]
pub fn lay_out_by(
    columns: &[Column],
    drop: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
    width: Option<u16>,
) -> String {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let mut drop = drop.iter();
    let widths = loop {
        let fits = fit(columns, &shown, &rows, width);
        if fits.is_within {
            break fits.widths;
        }
        match drop.next() {
            Some(at) => shown.retain(|column| column != at),
            None => return paragraphs(columns, &shown, &rows, width),
        }
    };
    let title = |at: &usize| columns.get(*at).map_or("", |(title, _)| *title);
    let aligns: Vec<Align> = shown.iter().filter_map(|at| columns.get(*at)).map(|(_, align)| *align).collect();
    let mut out = String::new();
    if shown.iter().any(|at| !title(at).is_empty()) {
        line(&mut out, &shown.iter().map(title).collect::<Vec<_>>(), &widths, &aligns);
        let all = widths.iter().sum::<usize>().saturating_add(GAP.saturating_mul(widths.len().saturating_sub(1)));
        out.push_str(&"─".repeat(all));
        out.push('\n');
    }
    for row in &rows {
        let cells = shown.iter().zip(&widths).zip(&aligns).map(|((at, width), align)| {
            let text = row.get(*at).map_or("", String::as_str);
            if *align == Align::Right { vec![text.to_owned()] } else { wrap(text, *width) }
        });
        let cells: Vec<Vec<String>> = cells.collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            let texts: Vec<&str> = cells.iter().map(|cell| cell.get(number).map_or("", String::as_str)).collect();
            line(&mut out, &texts, &widths, &aligns);
        }
    }
    out
}

/// Returns each row as a paragraph: its first cell, and below it the other cells, indented, behind their titles.
fn paragraphs(columns: &[Column], shown: &[usize], rows: &[Vec<String>], width: Option<u16>) -> String {
    let mut out = String::new();
    for row in rows {
        let cells = shown.iter().filter_map(|at| Some((columns.get(*at)?.0, row.get(*at)?.as_str())));
        for (number, (title, text)) in cells.enumerate().filter(|(_, (_, text))| !text.is_empty()) {
            let label = match (number, title) {
                (0, _) => String::new(),
                (_, "") => "  ".to_owned(),
                (_, title) => format!("  {title}: "),
            };
            out.push_str(&labeled(&label, text, width));
        }
    }
    out
}

/// Widths of the columns of a table, and whether the table is narrow enough.
struct Fit {
    widths: Vec<usize>,
    is_within: bool,
}

fn fit(columns: &[Column], shown: &[usize], rows: &[Vec<String>], width: Option<u16>) -> Fit {
    let measure = |at: usize, of: &dyn Fn(&str) -> usize| {
        let title = columns.get(at).map_or(0, |(title, _)| width_of(title));
        rows.iter().filter_map(|row| row.get(at)).map(|text| of(text)).max().unwrap_or(0).max(title)
    };
    let natural: Vec<usize> = shown.iter().map(|at| measure(*at, &|text| width_of(text))).collect();
    let gaps = GAP.saturating_mul(shown.len().saturating_sub(1));
    let Some(width) = width.map(usize::from) else { return Fit { widths: natural, is_within: true } };
    let least = |(at, natural): (&usize, &usize)| match columns.get(*at) {
        Some((_, Align::Left)) => {
            let longest = measure(*at, &|text| words(text).into_iter().map(width_of).max().unwrap_or(0));
            longest.max(NARROWEST.min(*natural))
        }
        Some((_, Align::Right)) | None => *natural,
    };
    let mut widths: Vec<usize> = shown.iter().zip(&natural).map(least).collect();
    let used = widths.iter().sum::<usize>().saturating_add(gaps);
    let mut spare = width.saturating_sub(used);
    for (own, natural) in widths.iter_mut().zip(&natural) {
        let more = natural.saturating_sub(*own).min(spare);
        *own = own.saturating_add(more);
        spare = spare.saturating_sub(more);
    }
    Fit { widths, is_within: used <= width }
}

fn line(out: &mut String, texts: &[&str], widths: &[usize], aligns: &[Align]) {
    let mut line = String::new();
    for (at, ((text, width), align)) in texts.iter().zip(widths).zip(aligns).enumerate() {
        if at > 0 {
            line.push_str(&" ".repeat(GAP));
        }
        let blanks = " ".repeat(width.saturating_sub(width_of(text)));
        match align {
            Align::Left => line.extend([*text, &blanks]),
            Align::Right => line.extend([&blanks, *text]),
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Returns the words of a text. The groups of a number, as in `1 234 567`, are one word.
fn words(text: &str) -> Vec<&str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut out: Vec<&str> = Vec::new();
    let mut start = 0_usize;
    let mut last: Option<&str> = None;
    for word in text.split(' ') {
        let end = start.saturating_add(word.len());
        let digits = word.trim_end_matches(|letter: char| letter.is_ascii_punctuation());
        let continues = last.is_some_and(is_number) && is_number(digits) && digits.len() == 3;
        let joined = out.last().filter(|_| continues).and_then(|known| {
            let from = start.checked_sub(known.len())?.checked_sub(1)?;
            text.get(from..end)
        });
        match (joined, out.last_mut()) {
            (Some(joined), Some(known)) => *known = joined,
            (_, _) if !word.is_empty() => out.push(word),
            (_, _) => {}
        }
        last = Some(word);
        start = end.saturating_add(1);
    }
    out
}

/// Returns the lines of a paragraph, broken between words. A word that is longer than `width` has a line of its own.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    if width_of(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in words(text) {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if width_of(line).saturating_add(1).saturating_add(width_of(word)) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Returns a paragraph behind a label; the lines after the first one are indented by the width of the label.
#[must_use]
pub fn labeled(label: &str, text: &str, width: Option<u16>) -> String {
    let indent = width_of(label);
    let room = width.map_or(usize::MAX, |width| usize::from(width).saturating_sub(indent).max(1));
    let lines = wrap(text, room);
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        let start = if number == 0 { label.to_owned() } else { " ".repeat(indent) };
        out.push_str(format!("{start}{line}").trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_groups() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn singular_and_plural() {
        for (number, thing, text) in [
            (0, "step", "0 steps"),
            (1, "step", "1 step"),
            (2, "property", "2 properties"),
            (1, "property", "1 property"),
            (3, "day", "3 days"),
            (1_000, "state", "1 000 states"),
        ] {
            assert_eq!(counted(number, thing), text);
        }
    }

    #[test]
    fn a_number_is_one_word() {
        assert_eq!(words("of 1 234 567 states, 12 of 34"), ["of", "1 234 567", "states,", "12", "of", "34"]);
        assert_eq!(words("in 1 234, and"), ["in", "1 234,", "and"]);
        assert_eq!(wrap("of 1 234 567 states", 10), ["of", "1 234 567", "states"]);
        assert_eq!(labeled("so  ", "one two three", Some(9)), "so  one\n    two\n    three\n");
    }

    fn table(width: Option<u16>) -> String {
        let columns = [("what", Align::Left), ("how many", Align::Right), ("seconds", Align::Right)];
        let row = |what: &str, count: u64| vec![what.to_owned(), grouped(count), "1.5".to_owned()];
        lay_out(&columns, [row("one", 1), row("a thousand and some more of them", 1_000_000)], width)
    }

    #[test]
    fn words_are_left_and_numbers_are_right() {
        let lines: Vec<String> = table(None).lines().map(str::to_owned).collect();
        assert!(lines.iter().any(|line| line.starts_with("one ") && line.ends_with("1      1.5")), "{lines:?}");
        assert!(lines.iter().all(|line| line.trim_end() == *line));
    }

    #[test]
    fn a_table_that_cannot_be_narrow_is_paragraphs() {
        let columns = [("name", Align::Left), ("when", Align::Left), ("", Align::Left), ("about", Align::Left)];
        let row = ["a-word-of-some-length", "now", "", "words that go on and on"].map(str::to_owned).to_vec();
        let text = lay_out(&columns, [row.clone()], Some(20));
        assert_eq!(text, "a-word-of-some-length\n  when: now\n  about: words that\n         go on and\n         on\n");
        assert!(lay_out(&columns, [row], Some(60)).contains("a-word-of-some-length  now"));
    }

    #[test]
    fn a_narrow_table_wraps_words_then_drops_numbers_and_breaks_nothing() {
        let wide: Vec<String> = table(None).split_whitespace().map(str::to_owned).collect();
        for width in [60, 40, 30, 20, 10] {
            let narrow = table(Some(width));
            let fits = narrow.lines().all(|line| line.chars().count() <= usize::from(width.max(16)));
            assert!(fits, "{width}: {narrow}");
            assert!(narrow.split_whitespace().all(|word| wide.iter().any(|it| it == word) || word.starts_with('─')));
            assert_eq!(narrow.contains("1 000 000"), width >= 30, "{width}: {narrow}");
        }
    }
}
