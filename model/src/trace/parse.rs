//! The reader of traces: one pass over the lines, one error with its position and the accepted words.

use std::str::FromStr;

use super::expectation::{Answer, Expectation, ExpectedNotification, event_place, object_of, statuses};
use super::form::{self, ParameterVisitor};
use super::look::Place;
use super::words::{Named, Verb, Word, correction};
use super::{Error, Line, Script};
use crate::{Account, Choice, Config, Country, Dialect, Input, NotificationKind};

/// A word of the text with its position, counted from 1.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    column: usize,
    position: usize,
}

/// The words of one line, and the comment at its end.
struct Split<'a> {
    number: usize,
    words: Vec<Token<'a>>,
    end: usize,
    comment: Option<&'a str>,
}

impl<'a> Split<'a> {
    fn new(number: usize, line: &'a str) -> Self {
        let mut words = Vec::new();
        let mut comment = None;
        let mut start: Option<(usize, usize)> = None;
        let mut column: usize = 1;
        for (at, letter) in line.char_indices() {
            if letter.is_whitespace() {
                if let Some((from, column)) = start.take() {
                    push(&mut words, line.get(from..at), column);
                }
            } else if start.is_none() {
                if letter == '#' {
                    let text = line.get(at..).unwrap_or_default();
                    comment = Some(text.strip_prefix('#').unwrap_or(text).trim());
                    break;
                }
                start = Some((at, column));
            }
            column = column.saturating_add(1);
        }
        if let Some((from, start)) = start {
            push(&mut words, line.get(from..), start);
        }
        Self { number, words, end: column, comment }
    }

    fn wrong(&self, token: Token<'_>, message: String) -> Error {
        Error {
            line: self.number,
            column: token.column,
            position: token.position,
            word: token.text.to_owned(),
            message,
        }
    }

    /// Returns the error for a missing word after `words`.
    fn missing(&self, words: &[Token<'_>], message: String) -> Error {
        let position = words.last().map_or(0, |last| last.position);
        let column = words.last().map_or(self.end, |last| last.column.saturating_add(last.text.chars().count()));
        Error { line: self.number, column, position, word: String::new(), message }
    }
}

fn push<'a>(words: &mut Vec<Token<'a>>, text: Option<&'a str>, column: usize) {
    if let Some(text) = text {
        words.push(Token { text, column, position: words.len().saturating_add(1) });
    }
}

/// A reader of the words left of `=>`.
struct Reader<'s, 'a> {
    line: &'s Split<'a>,
    words: &'s [Token<'a>],
    /// `true` for each word that has been read.
    taken: Vec<bool>,
    /// The words that have been accepted so far, for corrections.
    known: Vec<String>,
    verb: &'static str,
}

impl<'s, 'a> Reader<'s, 'a> {
    fn new(line: &'s Split<'a>, words: &'s [Token<'a>]) -> Self {
        Self { line, words, taken: vec![false; words.len()], known: Vec::new(), verb: "" }
    }

    /// Takes the first unread word that `wanted` accepts.
    fn take<T>(&mut self, mut wanted: impl FnMut(&'a str) -> Option<T>) -> Option<(Token<'a>, T)> {
        for (word, taken) in self.words.iter().zip(&mut self.taken) {
            if *taken {
                continue;
            }
            if let Some(value) = wanted(word.text) {
                *taken = true;
                return Some((*word, value));
            }
        }
        None
    }

    fn value<T: Word>(&self, token: Token<'a>, word: &str) -> Result<T, Error> {
        T::read(word).ok_or_else(|| {
            let names = T::names();
            self.line.wrong(token, format!("expected {}{}", T::WHAT, correction(word, names)))
        })
    }

    /// Returns an error unless every word has been read.
    fn finish(&self) -> Result<(), Error> {
        let left = self.words.iter().zip(&self.taken).find(|(_, taken)| !**taken);
        let Some((word, _)) = left else { return Ok(()) };
        let name = word.text.split_once('=').map_or(word.text, |(name, _)| name);
        let twice = self.known.iter().any(|known| known == word.text || known.strip_suffix('=') == Some(name));
        let message = if twice {
            format!("`{name}` is given twice")
        } else if self.known.is_empty() {
            format!("`{}` takes nothing more", self.verb)
        } else {
            format!("`{}` takes no such word{}", self.verb, correction(name, self.known.iter().map(String::as_str)))
        };
        Err(self.line.wrong(*word, message))
    }
}

impl<'a> ParameterVisitor for Reader<'_, 'a> {
    type Error = Error;

    fn verb(&mut self, _: Input) -> Result<Input, Error> {
        let Some((token, text)) = self.take(Some) else {
            return Err(self.line.missing(self.words, format!("expected a verb{}", correction("", Verb::names()))));
        };
        match Verb::from_name(text) {
            Some(verb) => {
                self.verb = verb.name();
                Ok(verb.blank())
            }
            None => Err(self.line.wrong(token, format!("no such verb{}", correction(text, Verb::names())))),
        }
    }

    fn next<T: Word>(&mut self, _: T) -> Result<T, Error> {
        match self.take(Some) {
            Some((token, text)) => self.value(token, text),
            None => {
                let names = T::names();
                let list = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
                Err(self.line.missing(self.words, format!("`{}` needs {}{list}", self.verb, T::WHAT)))
            }
        }
    }

    fn number(&mut self, _: Option<i64>) -> Result<Option<i64>, Error> {
        let numeric = |text: &'a str| {
            text.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '+').then_some(text)
        };
        match self.take(numeric) {
            Some((token, text)) => self.value(token, text).map(Some),
            None => Ok(None),
        }
    }

    fn one_of<T: Word>(&mut self, default: T, _: T) -> Result<T, Error> {
        self.known.extend(T::names().into_iter().map(str::to_owned));
        Ok(self.take(T::read).map_or(default, |(_, value)| value))
    }

    fn named<T: Word>(&mut self, name: &'static str, _: Option<T>) -> Result<Option<T>, Error> {
        self.known.push(format!("{name}="));
        match self.take(|text| text.strip_prefix(name)?.strip_prefix('=')) {
            Some((token, text)) => self.value(token, text).map(Some),
            None => Ok(None),
        }
    }

    fn flag(&mut self, name: &'static str, _: bool) -> Result<bool, Error> {
        self.known.push(name.to_owned());
        Ok(self.take(|text| (text == name).then_some(())).is_some())
    }

    fn refuse(&mut self, message: &'static str) -> Error {
        match self.finish() {
            Err(error) => error,
            Ok(()) => self.line.missing(self.words, message.to_owned()),
        }
    }
}

fn read_input(line: &Split<'_>, words: &[Token<'_>]) -> Result<Input, Error> {
    let mut reader = Reader::new(line, words);
    let input = form::input(&mut reader, Verb::Advance.blank())?;
    reader.finish()?;
    Ok(input)
}

/// Reads the words right of `=>`.
fn read_expectation(line: &Split<'_>, words: &[Token<'_>], input: &Input) -> Result<Expectation, Error> {
    let mut expectation = Expectation::default();
    let mut before_code = false;
    let mut listing = false;
    for token in words.iter().copied() {
        let wrong = |message: String| line.wrong(token, message);
        if listing {
            let emitted = expectation.notifies.get_or_insert_default();
            for item in token.text.split(',') {
                emitted.push(read_notification(item).map_err(wrong)?);
            }
        } else if before_code {
            before_code = false;
            let code = match token.text {
                "-" => None,
                code if code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') => {
                    Some(code.to_owned())
                }
                _ => return Err(wrong("expected an error code, or `-` where there is none".to_owned())),
            };
            expectation.answer = Some(Answer::Rejected { code, param: None, http: None });
        } else if token.text == "notifies" {
            listing = true;
            expectation.notifies = Some(Vec::new());
        } else if let Some((name, word)) = token.text.split_once('=') {
            read_pair(&mut expectation, name, word, input).map_err(wrong)?;
        } else if expectation.answer.is_some() || !expectation.shows.is_empty() {
            return Err(wrong(format!(
                "expected `field=value` or `notifies`{}",
                if expectation.answer.is_some() { "; the answer is given already" } else { "; the answer comes first" }
            )));
        } else if token.text == "rejected" {
            before_code = true;
        } else {
            expectation.answer = Some(read_answer(token.text, input).map_err(wrong)?);
        }
    }
    if before_code {
        return Err(line.missing(words, "`rejected` needs an error code, or `-` where there is none".to_owned()));
    }
    if words.is_empty() {
        return Err(line.missing(&line.words, "nothing is expected after `=>`".to_owned()));
    }
    Ok(expectation)
}

fn read_answer(word: &str, input: &Input) -> Result<Answer, String> {
    match word {
        "accepted" => return Ok(Answer::Accepted),
        "nothing" => return Ok(Answer::Nothing),
        "begun" => return Ok(Answer::Begun),
        "lost" => return Ok(Answer::Lost),
        _ => {}
    }
    let statuses = statuses(input);
    if let Some(word) = statuses.iter().find(|status| **status == word) {
        return Ok(Answer::Status { word, place: event_place(input) });
    }
    let names: Vec<&str> = statuses.into_iter().chain(Answer::WORDS).collect();
    Err(format!("no such answer to `{}`{}", Verb::of(input).name(), correction(word, names)))
}

fn read_pair(expectation: &mut Expectation, name: &str, word: &str, input: &Input) -> Result<(), String> {
    if name == "param" || name == "http" {
        let Some(Answer::Rejected { param, http, .. }) = &mut expectation.answer else {
            return Err(format!("`{name}=` belongs after `rejected CODE`"));
        };
        return match name {
            "param" if param.is_some() => Err("`param` is given twice".to_owned()),
            "param" if word.is_empty() => Err("`param=` names a parameter".to_owned()),
            "param" => {
                *param = Some(word.to_owned());
                Ok(())
            }
            _ if http.is_some() => Err("`http` is given twice".to_owned()),
            _ => match word.parse::<u16>() {
                Ok(status @ 100..=599) if word.len() == 3 => {
                    *http = Some(status);
                    Ok(())
                }
                _ => Err("`http=` takes a status from 100 to 599".to_owned()),
            },
        };
    }
    let place = Place::parse(name, object_of(input))?;
    if expectation.shows.len() >= MOST_PAIRS {
        return Err(format!("more than {MOST_PAIRS} fields on one line"));
    }
    if expectation.shows.iter().any(|(other, _)| *other == place) {
        return Err(format!("`{place}` is given twice"));
    }
    let value = place.value(word)?;
    expectation.shows.push((place, value));
    Ok(())
}

/// Largest number of fields on one line, which bounds the search for duplicates.
const MOST_PAIRS: usize = 100;

fn read_notification(item: &str) -> Result<ExpectedNotification, String> {
    let (name, previous) = match item.strip_suffix(']').and_then(|item| item.split_once('[')) {
        Some((name, previous)) => (name, Some(previous)),
        None => (item, None),
    };
    let Some(kind) = NotificationKind::from_name(name) else {
        return Err(format!("no such notification{}", correction(name, NotificationKind::names())));
    };
    let mut emitted = ExpectedNotification::of(kind);
    for part in previous.into_iter().flat_map(|previous| previous.split('/')) {
        let twice = match part {
            "true" | "false" => emitted.flag.replace(part == "true").is_some(),
            "balance_transaction" => std::mem::replace(&mut emitted.were_null.balance_transaction, true),
            "transfer" => std::mem::replace(&mut emitted.were_null.transfer, true),
            "application_fee" => std::mem::replace(&mut emitted.were_null.application_fee, true),
            _ => match i64::read(part).and_then(|amount| u32::try_from(amount).ok()) {
                Some(amount) => emitted.amount.replace(amount).is_some(),
                None => {
                    return Err("in brackets stands what was before: an amount, `true` or `false`, or pointers that \
                                were null (balance_transaction, transfer, application_fee), divided by `/`"
                        .to_owned());
                }
            },
        };
        if twice {
            return Err(format!("`{part}`: what was before is given twice"));
        }
    }
    Ok(emitted)
}

/// Reads `account …` and `dialect …`.
#[derive(Default)]
struct Header {
    config: Config,
    given: Vec<String>,
}

impl Header {
    /// Returns whether the line belongs to the header.
    fn begins(word: &str) -> bool {
        word == "account" || word == "dialect"
    }

    fn read(&mut self, line: &Split<'_>) -> Result<(), Error> {
        let mut words = line.words.iter();
        let Some(head) = words.next() else { return Ok(()) };
        for token in words {
            let wrong = |message: String| line.wrong(*token, message);
            let Some((name, word)) = token.text.split_once('=') else {
                return Err(wrong(format!("`{}` takes `field=value`", head.text)));
            };
            let field = format!("{} {name}", head.text);
            match head.text {
                "account" => set_account(&mut self.config.account, name, word).map_err(wrong)?,
                _ => {
                    let names = Dialect::FIELDS.iter().map(|(name, _)| *name);
                    if !names.clone().any(|known| known == name) {
                        return Err(wrong(format!("no such dialect field{}", correction(name, names))));
                    }
                    self.config.dialect.set(name, word).map_err(wrong)?;
                }
            }
            // Only known fields reach this line, so the list stays short.
            if self.given.contains(&field) {
                return Err(line.wrong(*token, format!("`{name}` is given twice")));
            }
            self.given.push(field);
        }
        Ok(())
    }
}

fn set_account(account: &mut Account, name: &str, word: &str) -> Result<(), String> {
    match name {
        "country" => {
            account.country = Country::read(word).ok_or_else(|| {
                format!("expected {}{}", <Country as Named>::WHAT, correction(word, Country::names()))
            })?;
        }
        "multicapture" => {
            account.multicapture = bool::parse(word).map_err(|allowed| format!("expected {allowed}"))?;
        }
        _ => return Err(format!("no such account field{}", correction(name, ["country", "multicapture"]))),
    }
    Ok(())
}

impl Script {
    /// Reads a trace.
    ///
    /// # Errors
    /// Returns an error for the first word that cannot be read, with the accepted words.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut script = Self::default();
        let mut header = Header::default();
        let mut remarks: Vec<String> = Vec::new();
        let mut untouched = true;
        for (index, line) in text.lines().enumerate() {
            let split = Split::new(index.saturating_add(1), line);
            let comment = split.comment.map(str::to_owned);
            let Some(first) = split.words.first() else {
                match comment {
                    Some(comment) if untouched => script.heading.push(comment),
                    Some(comment) => remarks.push(comment),
                    // The heading ends at the first blank line.
                    None => untouched = false,
                }
                continue;
            };
            untouched = false;
            if Header::begins(first.text) {
                if !script.lines.is_empty() {
                    return Err(split.wrong(*first, "the config must be said before the first input".to_owned()));
                }
                header.read(&split)?;
                remarks.extend(comment);
                continue;
            }
            let arrow = split.words.iter().position(|word| word.text == "=>");
            let (left, right) = match arrow {
                Some(at) => {
                    let (left, right) = split.words.split_at_checked(at).unwrap_or((&split.words, &[]));
                    (left, right.split_first().map(|(_, right)| right))
                }
                None => (split.words.as_slice(), None),
            };
            let input = read_input(&split, left)?;
            let expectation = right.map(|right| read_expectation(&split, right, &input)).transpose()?;
            let remarks = std::mem::take(&mut remarks);
            script.lines.push(Line { number: split.number, input, expectation, comment, remarks });
        }
        script.config = header.config;
        script.closing = remarks;
        Ok(script)
    }
}

impl FromStr for Script {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl FromStr for Input {
    type Err = Error;

    /// Reads one input, without an expectation.
    fn from_str(text: &str) -> Result<Self, Error> {
        let split = Split::new(1, text);
        read_input(&split, &split.words)
    }
}
