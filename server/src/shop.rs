//! The shop that the pages for customers name.

use std::str::FromStr;

/// The longest name of a shop, in characters.
const LONGEST: usize = 80;

/// The name of the shop on the pages for customers: 1 to 80 characters on one line, without blanks around it.
///
/// ```
/// use holdfast_server::ShopName;
///
/// let name: ShopName = " Ann & Bob ".parse()?;
/// assert_eq!(name.as_str(), "Ann & Bob");
/// assert!("".parse::<ShopName>().is_err());
/// # Ok::<(), holdfast_server::NotAShopName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopName(String);

/// A text that is no name of a shop: empty, longer than 80 characters, or with a control character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAShopName;

impl std::fmt::Display for NotAShopName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected 1 to {LONGEST} characters on one line")
    }
}

impl std::error::Error for NotAShopName {}

impl ShopName {
    /// Returns the name as text; a page escapes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ShopName {
    type Err = NotAShopName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        let fits = (1..=LONGEST).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if fits { Ok(Self(name.to_owned())) } else { Err(NotAShopName) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_bounded_length() {
        let rows = [
            ("A", true),
            (" Ann & <Bob> ", true),
            (&"é".repeat(LONGEST), true),
            (&"é".repeat(LONGEST + 1), false),
            ("", false),
            ("  ", false),
            ("a\nb", false),
            ("a\u{7f}", false),
        ];
        for (text, good) in rows {
            let read = text.parse::<ShopName>();
            assert_eq!(read.as_ref().map(ShopName::as_str), if good { Ok(text.trim()) } else { Err(&NotAShopName) });
        }
    }
}
