//! A lexer for Rust sources, precise enough for the rules: it separates code, comments and strings.

/// Kind of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentKind {
    /// `//!` or `/*!`: documents the enclosing item.
    Inner,
    /// `///` or `/**`: documents the next item.
    Outer,
    /// Any other comment.
    Plain,
}

impl CommentKind {
    /// Returns whether rustdoc prints the comment.
    #[must_use]
    pub fn is_doc(self) -> bool {
        self != Self::Plain
    }
}

/// One line of a comment, without its marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Line number, counted from 1.
    pub line: usize,
    /// Inner doc, outer doc or plain.
    pub kind: CommentKind,
    /// Text without marker and surrounding blanks.
    pub text: String,
    /// Whether only blanks stand before it on its line.
    pub alone: bool,
}

/// An identifier, a punctuation character or a string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// Line number, counted from 1.
    pub line: usize,
    /// The identifier, the character, or the contents of the string.
    pub text: String,
    /// Whether it is a string literal.
    pub string: bool,
}

impl Lexeme {
    /// Returns whether it is this identifier or character.
    pub(super) fn is(&self, text: &str) -> bool {
        !self.string && self.text == text
    }
}

/// A parsed source file.
#[derive(Clone, Debug, Default)]
pub struct Source {
    comments: Vec<Comment>,
    tokens: Vec<Lexeme>,
    lines: usize,
}

impl Source {
    /// Lexes `text`; code that does not compile gives unspecified tokens, never a panic.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut lexer = Lexer { rest: text, line: 1, fresh: true, source: Self::default() };
        while lexer.step() {}
        lexer.source.lines = text.lines().count();
        lexer.source
    }

    /// Returns the number of lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Returns every comment line in order.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Returns every token in order.
    #[must_use]
    pub fn tokens(&self) -> &[Lexeme] {
        &self.tokens
    }

    /// Returns the runs of comment lines that follow each other and have the same kind.
    #[must_use]
    pub fn blocks(&self) -> Vec<Vec<&Comment>> {
        let mut blocks: Vec<Vec<&Comment>> = Vec::new();
        for comment in &self.comments {
            let follows = |last: &&Comment| {
                last.line.saturating_add(1) == comment.line && last.kind == comment.kind && comment.alone && last.alone
            };
            match blocks.last_mut() {
                Some(block) if block.last().is_some_and(follows) => block.push(comment),
                _ => blocks.push(vec![comment]),
            }
        }
        blocks
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    /// Whether only blanks have been seen on this line.
    fresh: bool,
    source: Source,
}

impl<'a> Lexer<'a> {
    /// Consumes one token, comment or blank; returns `false` at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            self.line_comment();
        } else if self.rest.starts_with("/*") {
            self.block_comment();
        } else if let Some(length) = raw_string(self.rest) {
            self.raw(length);
        } else if first == '"' || self.rest.starts_with("b\"") || self.rest.starts_with("c\"") {
            self.string();
        } else if first == '\'' {
            self.quote();
        } else if first.is_alphanumeric() || first == '_' {
            let end = self.rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let word = self.take(end.unwrap_or(self.rest.len()));
            self.push(self.line, word, false);
        } else {
            let letter = self.take(first.len_utf8());
            if !first.is_whitespace() {
                self.push(self.line, letter, false);
            }
        }
        true
    }

    /// Consumes `length` bytes, and counts the lines.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line = self.line.saturating_add(taken.matches('\n').count());
        match taken.rsplit_once('\n') {
            Some((_, tail)) => self.fresh = tail.trim().is_empty(),
            None => self.fresh &= taken.trim().is_empty(),
        }
        taken
    }

    fn push(&mut self, line: usize, text: &str, string: bool) {
        self.source.tokens.push(Lexeme { line, text: text.to_owned(), string });
    }

    fn comment(&mut self, line: usize, kind: CommentKind, text: &str, alone: bool) {
        self.source.comments.push(Comment { line, kind, text: text.trim().to_owned(), alone });
    }

    fn line_comment(&mut self) {
        let (line, alone) = (self.line, self.fresh);
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let text = self.take(end);
        let (kind, marker) = match text.as_bytes() {
            [b'/', b'/', b'!', ..] => (CommentKind::Inner, 3),
            [b'/', b'/', b'/', b'/', ..] => (CommentKind::Plain, 4),
            [b'/', b'/', b'/', ..] => (CommentKind::Outer, 3),
            _ => (CommentKind::Plain, 2),
        };
        self.comment(line, kind, text.get(marker..).unwrap_or_default(), alone);
    }

    fn block_comment(&mut self) {
        let (line, alone) = (self.line, self.fresh);
        let kind = match self.rest.as_bytes() {
            [_, _, b'!', ..] => CommentKind::Inner,
            [_, _, b'*', next, ..] if !matches!(next, b'*' | b'/') => CommentKind::Outer,
            _ => CommentKind::Plain,
        };
        let (mut depth, mut end) = (0_usize, 0_usize);
        while let Some(rest) = self.rest.get(end..) {
            let width = if rest.starts_with("/*") {
                depth = depth.saturating_add(1);
                2
            } else if rest.starts_with("*/") {
                depth = depth.saturating_sub(1);
                2
            } else if let Some(letter) = rest.chars().next() {
                letter.len_utf8()
            } else {
                break;
            };
            end = end.saturating_add(width);
            if depth == 0 {
                break;
            }
        }
        let text = self.take(end);
        let text = text.trim_start_matches("/*").trim_start_matches(['!', '*']).trim_end_matches("*/");
        for (offset, text) in text.lines().enumerate() {
            let text = text.trim().trim_start_matches("* ");
            self.comment(line.saturating_add(offset), kind, text, alone || offset > 0);
        }
    }

    fn raw(&mut self, hashes: usize) {
        let line = self.line;
        let opening = self.rest.find('"').map_or(self.rest.len(), |at| at.saturating_add(1));
        self.take(opening);
        let closing = format!("\"{}", "#".repeat(hashes));
        let end = self.rest.find(&closing).unwrap_or(self.rest.len());
        let text = self.take(end);
        self.push(line, text, true);
        self.take(closing.len());
    }

    fn string(&mut self) {
        let line = self.line;
        let opening = self.rest.find('"').map_or(0, |at| at.saturating_add(1));
        self.take(opening);
        let mut escaped = false;
        let end = self.rest.char_indices().find(|(_, letter)| {
            let closes = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            closes
        });
        let text = self.take(end.map_or(self.rest.len(), |(at, _)| at));
        self.push(line, text, true);
        self.take(1);
    }

    /// Consumes a character literal, or the quote of a lifetime.
    fn quote(&mut self) {
        let mut letters = self.rest.char_indices().skip(1);
        let literal = match (letters.next(), letters.next()) {
            (Some((_, '\\')), Some((after, _))) => {
                let from = after.saturating_add(1);
                self.rest.get(from..).and_then(|rest| rest.find('\'')).map(|at| from.saturating_add(at))
            }
            (Some(_), Some((at, '\''))) => Some(at),
            _ => None,
        };
        self.take(literal.map_or(1, |at| at.saturating_add(1)));
    }
}

/// Returns the number of hashes if a raw string begins here.
fn raw_string(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("br").or_else(|| text.strip_prefix("cr")).or_else(|| text.strip_prefix('r'))?;
    let hashes = rest.find(|letter| letter != '#')?;
    rest.get(hashes..)?.starts_with('"').then_some(hashes)
}

#[cfg(test)]
mod tests {
    use super::{CommentKind, Source};

    fn code(text: &str) -> Vec<String> {
        Source::parse(text).tokens().iter().filter(|token| !token.string).map(|token| token.text.clone()).collect()
    }

    #[test]
    fn comments_strings_and_code_are_told_apart() {
        let source = Source::parse("//! In.\n/// Out.\nlet a = \"// no \\\" \"; // plain\n/* block\n * more */ fn\n");
        let comments: Vec<_> =
            source.comments().iter().map(|comment| (comment.line, comment.kind, comment.text.as_str())).collect();
        let expected = [
            (1, CommentKind::Inner, "In."),
            (2, CommentKind::Outer, "Out."),
            (3, CommentKind::Plain, "plain"),
            (4, CommentKind::Plain, "block"),
            (5, CommentKind::Plain, "more"),
        ];
        assert_eq!(comments, expected);
        assert_eq!(source.tokens().iter().filter(|token| token.string).count(), 1);
        assert_eq!(source.tokens().last().map(|token| (token.line, token.text.as_str())), Some((5, "fn")));
    }

    #[test]
    fn raw_strings_characters_and_lifetimes_do_not_confuse() {
        assert_eq!(code("r#\"a \" // b\"# x"), ["x"]);
        assert_eq!(code("'\"' y '\\'' z"), ["y", "z"]);
        assert_eq!(code("&'a str"), ["&", "a", "str"]);
        assert_eq!(code("/* a /* b */ c */ d"), ["d"]);
        assert_eq!(code("b\"x\" '\\u{1F600}' e"), ["e"]);
    }

    #[test]
    fn blocks_join_lines_of_one_kind() {
        let source = Source::parse("/// A\n/// b.\n// C.\n\n// D.\nx(); // E.\n// F.\n");
        let lengths: Vec<_> = source.blocks().iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1, 1, 1]);
    }
}
