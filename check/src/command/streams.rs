//! The streams of a command and the style of its output.

use std::io::{self, IsTerminal, Read, Write};

use crate::interrupt::Interrupt;

/// The streams of a command, the style of its output and the request to stop.
pub struct Io<'a> {
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// The answer.
    pub out: &'a mut dyn Write,
    /// Errors and notes that are no part of the answer.
    pub err: &'a mut dyn Write,
    /// The style of the answer.
    pub style: OutputStyle,
    /// The request to stop early.
    pub interrupt: Interrupt,
}

/// The style of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputStyle {
    /// Whether the answer is colored.
    pub color: bool,
    /// Columns of the terminal; `None` if the answer goes to a file or a pipe.
    pub width: Option<u16>,
    /// Whether a line of progress is drawn on standard error.
    pub progress: bool,
}

impl OutputStyle {
    /// Returns the style that fits the standard streams and the environment variables `NO_COLOR` and `TERM`.
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

    /// Returns a word for success, in green.
    pub(crate) fn good(self, words: &str) -> String {
        self.paint(words, "32")
    }

    /// Returns a word for failure, in red.
    pub(crate) fn bad(self, words: &str) -> String {
        self.paint(words, "1;31")
    }

    /// Returns a word for an undecided result, in yellow.
    pub(crate) fn open(self, words: &str) -> String {
        self.paint(words, "33")
    }

    fn paint(self, words: &str, code: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{words}\u{1b}[0m") } else { words.to_owned() }
    }
}
