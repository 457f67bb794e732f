//! The tables of `GLOSSARY.md` that the rules read.
//!
//! The section `## Retired words` holds a table `| was | is |`, the section `## Twins` a table `| name | where | why |`.
//! A cell of the column *was* lists words separated by commas. A word in backticks is code: a name, a path of names
//! such as `Event::Book`, a prefix such as `Bent…`, or a file name such as `world.rs`. Any other word is prose.

use std::collections::BTreeMap;

use super::markdown;
use crate::TaskResult;

/// Path of the glossary.
pub const PATH: &str = "GLOSSARY.md";

/// A word that is no longer used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retired {
    /// A name in code.
    Name(String),
    /// Names in code separated by `::`.
    Path(Vec<String>),
    /// The beginning of names in code.
    Prefix(String),
    /// A file name.
    File(String),
    /// One or more words of prose, in lower case.
    Words(String),
}

/// Retired words and twins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    /// Each retired word with its replacement.
    pub retired: Vec<(Retired, String)>,
    /// Names that are defined more than once on purpose, with the reason.
    pub twins: BTreeMap<String, String>,
}

impl Glossary {
    /// Reads the tables.
    ///
    /// # Errors
    /// Returns a message if a section is missing or a row lacks a cell.
    pub fn parse(text: &str) -> TaskResult<Self> {
        let mut glossary = Self::default();
        for row in required(text, "Retired words")? {
            let [was, is] = row.as_slice() else {
                return Err(format!("{PATH}: `{}` must have the cells `was` and `is`", row.join(" | ")));
            };
            glossary.retired.extend(was.split(',').map(|word| (retired(word.trim()), (*is).to_owned())));
        }
        for row in required(text, "Twins")? {
            match row.as_slice() {
                [name, places, why] if ![name, places, why].iter().any(|cell| cell.is_empty()) => {
                    glossary.twins.insert(name.trim_matches('`').to_owned(), (*why).to_owned());
                }
                _ => {
                    return Err(format!("{PATH}: `{}` must have the cells `name`, `where` and `why`", row.join(" | ")));
                }
            }
        }
        Ok(glossary)
    }
}

fn required<'a>(text: &'a str, title: &str) -> TaskResult<Vec<Vec<&'a str>>> {
    let rows = markdown::table_below(text, title);
    if rows.is_empty() { Err(format!("{PATH}: no table below `## {title}`")) } else { Ok(rows) }
}

fn retired(word: &str) -> Retired {
    let Some(code) = word.strip_prefix('`').and_then(|word| word.strip_suffix('`')) else {
        return Retired::Words(word.to_lowercase());
    };
    if let Some(prefix) = code.strip_suffix('…') {
        return Retired::Prefix(prefix.to_owned());
    }
    let is_file = code.rsplit_once('.').is_some_and(|(_, ending)| ending == "rs");
    match code {
        _ if is_file => Retired::File(code.to_owned()),
        _ if code.contains("::") => Retired::Path(code.split("::").map(str::to_owned).collect()),
        _ => Retired::Name(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Glossary, Retired};

    #[test]
    fn tables_are_read() {
        let text = "## Retired words\n\n| was | is |\n|---|---|\n| rule book, `Terms` | x |\n| `A::B`, `Bent…`, `w.rs` | y |\n\
                    ## Twins\n\n| name | where | why |\n|---|---|---|\n| `Refund` | model, engine | apart |\n";
        let glossary = Glossary::parse(text).unwrap();
        let words: Vec<_> = glossary.retired.into_iter().map(|(word, _)| word).collect();
        let expected = [
            Retired::Words("rule book".to_owned()),
            Retired::Name("Terms".to_owned()),
            Retired::Path(vec!["A".to_owned(), "B".to_owned()]),
            Retired::Prefix("Bent".to_owned()),
            Retired::File("w.rs".to_owned()),
        ];
        assert_eq!(words, expected);
        assert_eq!(glossary.twins.get("Refund").map(String::as_str), Some("apart"));
    }

    #[test]
    fn a_missing_table_or_cell_is_refused() {
        assert!(Glossary::parse("# G\n").unwrap_err().contains("## Retired words"));
        let text = "## Retired words\n\n| was | is |\n|---|---|\n| a | b |\n\
                    ## Twins\n\n| name | where | why |\n|---|---|---|\n| `R` | model | |\n";
        assert!(Glossary::parse(text).unwrap_err().contains("`why`"));
    }
}
