//! The writer of traces: in columns, without default values.

use std::fmt::{self, Write};

use super::form::{self, ParameterVisitor};
use super::words::{Named, Verb, Word};
use super::{Error, Line, Script};
use crate::{Account, Dialect, Input};

/// A writer of the words left of `=>`.
struct Writer<'o> {
    out: &'o mut dyn Write,
    /// Width of the verb.
    width: usize,
    started: bool,
}

impl Writer<'_> {
    fn gap(&mut self) -> fmt::Result {
        self.out.write_char(' ')
    }
}

impl ParameterVisitor for Writer<'_> {
    type Error = fmt::Error;

    fn verb(&mut self, input: Input) -> Result<Input, fmt::Error> {
        let verb = Verb::of(&input).name();
        if self.started {
            self.gap()?;
            self.out.write_str(verb)?;
        } else {
            write!(self.out, "{verb:width$}", width = self.width)?;
        }
        self.started = true;
        Ok(input)
    }

    fn next<T: Word>(&mut self, value: T) -> Result<T, fmt::Error> {
        self.gap()?;
        value.write(self.out)?;
        Ok(value)
    }

    fn number(&mut self, value: Option<i64>) -> Result<Option<i64>, fmt::Error> {
        value.map(|value| self.next(value)).transpose()
    }

    fn one_of<T: Word>(&mut self, _: T, value: T) -> Result<T, fmt::Error> {
        self.next(value)
    }

    fn named<T: Word>(&mut self, name: &'static str, value: Option<T>) -> Result<Option<T>, fmt::Error> {
        if let Some(value) = value {
            write!(self.out, " {name}=")?;
            value.write(self.out)?;
        }
        Ok(value)
    }

    fn flag(&mut self, name: &'static str, value: bool) -> Result<bool, fmt::Error> {
        if value {
            write!(self.out, " {name}")?;
        }
        Ok(value)
    }

    fn refuse(&mut self, _: &'static str) -> fmt::Error {
        fmt::Error
    }
}

fn write_input(input: &Input, width: usize, out: &mut dyn Write) -> fmt::Result {
    form::input(&mut Writer { out, width, started: false }, *input).map(drop)
}

impl fmt::Display for Input {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_input(self, 0, out)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(self, 0, 0, out)
    }
}

fn write_line(line: &Line, verb: usize, left: usize, out: &mut dyn Write) -> fmt::Result {
    let mut text = String::new();
    write_input(&line.input, verb, &mut text)?;
    let text = text.trim_end();
    match &line.expectation {
        Some(expectation) => {
            write!(out, "{text:left$} => ")?;
            expectation.write(&line.input, out)?;
        }
        None => out.write_str(text)?,
    }
    match &line.comment {
        Some(comment) => write!(out, "  # {}", one_line(comment)),
        None => Ok(()),
    }
}

/// Returns the comment on one line.
fn one_line(comment: &str) -> String {
    comment.trim().replace(['\n', '\r'], " ")
}

fn write_comments(comments: &[String], out: &mut dyn Write) -> fmt::Result {
    comments.iter().try_for_each(|comment| writeln!(out, "{}", format!("# {}", one_line(comment)).trim_end()))
}

/// The length of the longest input that moves the column of the expectations.
const WIDEST: usize = 72;

impl Script {
    /// Writes the heading and the configuration.
    pub(super) fn write_preamble(&self, out: &mut dyn Write) -> fmt::Result {
        write_comments(&self.heading, out)?;
        let account = account_words(&self.config.account);
        if !account.is_empty() {
            writeln!(out, "account  {}", account.join(" "))?;
        }
        let usual = Dialect::default().words();
        let dialect = self.config.dialect.words();
        let chosen = dialect.iter().zip(&usual).filter(|(chosen, usual)| chosen != usual);
        let chosen: Vec<String> = chosen.map(|((name, word), _)| format!("{name}={word}")).collect();
        if !chosen.is_empty() {
            writeln!(out, "dialect  {}", chosen.join(" "))?;
        }
        // Without a blank line between them, the remarks on the first input would belong to the heading.
        let remarked = self.lines.first().map_or(&self.closing, |line| &line.remarks);
        if account.is_empty() && chosen.is_empty() && !remarked.is_empty() {
            out.write_char('\n')?;
        }
        Ok(())
    }
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_preamble(out)?;
        let verb = self.lines.iter().map(|line| Verb::of(&line.input).name().len()).max().unwrap_or(0);
        let width = |line: &Line| {
            let mut text = String::new();
            write_input(&line.input, verb, &mut text).map(|()| text.trim_end().len())
        };
        let mut left = 0;
        for line in &self.lines {
            let width = width(line)?;
            if width <= WIDEST && line.expectation.is_some() {
                left = left.max(width);
            }
        }
        for line in &self.lines {
            write_comments(&line.remarks, out)?;
            write_line(line, verb, left, out)?;
            out.write_char('\n')?;
        }
        write_comments(&self.closing, out)
    }
}

/// Returns the fields of the account that differ from the default.
fn account_words(account: &Account) -> Vec<String> {
    let usual = Account::default();
    let mut words = Vec::new();
    if account.country != usual.country {
        words.push(format!("country={}", account.country.word()));
    }
    if account.multicapture != usual.multicapture {
        words.push(format!("multicapture={}", if account.multicapture { "yes" } else { "no" }));
    }
    words
}

/// The largest number of letters of a word that an error repeats.
const SHOWN: usize = 60;

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.word.is_empty() {
            return write!(out, "line {}, after word {}: {}", self.line, self.position, self.message);
        }
        let mut word: String = self.word.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        if self.word.chars().nth(SHOWN).is_some() {
            word.push('…');
        }
        write!(out, "line {}, word {} `{word}`: {}", self.line, self.position, self.message)
    }
}
