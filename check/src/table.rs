//! Tables for the terminal and for files: the same text in both, but for the width.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A column: its title, and whether it holds numbers.
pub type Column = (&'static str, Align);

/// On which side a column is flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Lays out rows under their columns; cells are broken into lines where the table would be wider
/// than `width`.
#[must_use]
pub fn lay_out(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(columns.iter().map(|(title, _)| Cell::new(title)));
    for row in rows {
        table.add_row(row);
    }
    for (column, (_, align)) in table.column_iter_mut().zip(columns) {
        column.set_cell_alignment(match align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

/// A number with its digits in groups of three.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len().saturating_mul(2));
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(index);
        if index > 0 && left.checked_rem(3) == Some(0) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// `1 property` or `7 properties`.
#[must_use]
pub fn counted(number: usize, thing: &str) -> String {
    match (number, thing.strip_suffix('y')) {
        (1, _) => format!("1 {thing}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {thing}s"),
    }
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
    fn words_left_and_numbers_right() {
        let rows = [vec!["one".to_owned(), "1".to_owned()], vec!["a thousand".to_owned(), "1000".to_owned()]];
        let text = lay_out(&[("what", Align::Left), ("how many", Align::Right)], rows, None);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().any(|line| line.contains("one") && line.ends_with(" 1")), "{text}");
        assert!(lines.iter().all(|line| line.trim_end() == *line));
        let narrow = lay_out(&[("what", Align::Left)], [vec!["many words on one line".to_owned()]], Some(14));
        assert!(narrow.lines().all(|line| line.chars().count() <= 14), "{narrow}");
    }
}
