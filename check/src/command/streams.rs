//! Where a command reads and writes, and how that looks.

use std::io::{self, IsTerminal, Read, Write};

/// Where a command reads and writes.
pub struct Io<'a> {
    /// What the user gives.
    pub input: &'a mut dyn Read,
    /// The answer.
    pub out: &'a mut dyn Write,
    /// What is no part of the answer.
    pub err: &'a mut dyn Write,
    /// How it looks.
    pub style: OutputStyle,
}

/// How answers look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputStyle {
    /// May the answer be colored?
    pub color: bool,
    /// Columns of the terminal; `None` where nobody looks at it.
    pub width: Option<u16>,
    /// May a line of progress be drawn on standard error?
    pub progress: bool,
}

impl OutputStyle {
    /// As the standard streams want it: nothing but text where they are no terminals, no color
    /// where `NO_COLOR` is set.
    #[must_use]
    pub fn of_terminal() -> Self {
        let terminal = io::stdout().is_terminal();
        let colorful = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let width = console::Term::stdout().size_checked().map(|(_, columns)| columns);
        Self {
            color: terminal && colorful && !dumb,
            width: if terminal { width } else { None },
            progress: io::stderr().is_terminal() && !dumb,
        }
    }

    /// Good news.
    pub(crate) fn good(self, words: &str) -> String {
        self.paint(words, "32")
    }

    /// Bad news.
    pub(crate) fn bad(self, words: &str) -> String {
        self.paint(words, "1;31")
    }

    /// No news.
    pub(crate) fn open(self, words: &str) -> String {
        self.paint(words, "33")
    }

    fn paint(self, words: &str, code: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{words}\u{1b}[0m") } else { words.to_owned() }
    }
}
