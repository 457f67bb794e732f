//! Types and functions of a Rust source.

use super::source::{Lexeme, Source};

/// A module-level type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeDefinition {
    /// Its name.
    pub name: String,
    /// Line number, counted from 1.
    pub line: usize,
}

/// A function with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Line of the `fn` keyword, counted from 1.
    pub line: usize,
    /// Lines from the `fn` keyword to the closing brace, both included.
    pub length: usize,
}

impl Source {
    /// Returns the structs, enums, unions, traits and type aliases at module level, without those in test modules.
    #[must_use]
    pub fn types(&self) -> Vec<TypeDefinition> {
        let mut found = Vec::new();
        // For each open brace: whether it opens a module that is not a test module.
        let mut open: Vec<bool> = Vec::new();
        let mut module = false;
        let mut test = false;
        let mut previous: Option<&Lexeme> = None;
        for (token, next) in self.tokens().iter().zip(self.tokens().iter().skip(1)) {
            let at_module_level = open.iter().all(|module| *module);
            match token.text.as_str() {
                _ if token.string => {}
                "cfg" if at_module_level && self.is_cfg_test(token) => test = true,
                "mod" => module = !test,
                "{" => {
                    open.push(std::mem::take(&mut module));
                    test = false;
                }
                "}" => {
                    open.pop();
                }
                ";" => (module, test) = (false, false),
                // `union` is a keyword only here, and `r#type` is not one.
                "struct" | "enum" | "union" | "trait" | "type"
                    if at_module_level
                        && !test
                        && is_name(&next.text)
                        && !previous.is_some_and(|it| it.is(".") || it.is("#") || it.is(":")) =>
                {
                    found.push(TypeDefinition { name: next.text.clone(), line: next.line });
                }
                _ => {}
            }
            previous = Some(token);
        }
        found
    }

    /// Returns every function that has a body, nested ones and tests included.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        for (at, token) in self.tokens().iter().enumerate() {
            let Some(name) = self.tokens().get(at.saturating_add(1)) else { continue };
            if !token.is("fn") || name.string || !is_name(&name.text) {
                continue;
            }
            if let Some(end) = end_of_body(self.tokens().get(at..).unwrap_or_default()) {
                let length = end.saturating_sub(token.line).saturating_add(1);
                found.push(Function { name: name.text.clone(), line: token.line, length });
            }
        }
        found
    }

    /// Returns whether `cfg` begins `cfg(test)`.
    fn is_cfg_test(&self, cfg: &Lexeme) -> bool {
        let rest = self.tokens().iter().skip_while(|token| !std::ptr::eq(*token, cfg)).skip(1);
        rest.take(3).map(|token| token.text.as_str()).eq(["(", "test", ")"])
    }
}

/// Returns the line of the brace that closes the body of the function whose `fn` comes first.
fn end_of_body(tokens: &[Lexeme]) -> Option<usize> {
    let (mut brackets, mut braces) = (0_usize, 0_usize);
    for token in tokens.iter().filter(|token| !token.string) {
        match token.text.as_str() {
            "(" | "[" => brackets = brackets.saturating_add(1),
            ")" | "]" => brackets = brackets.saturating_sub(1),
            ";" if brackets == 0 && braces == 0 => return None,
            // A brace within the brackets of the signature belongs to a constant expression.
            "{" if braces > 0 || brackets == 0 => braces = braces.saturating_add(1),
            "}" if braces > 0 => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    return Some(token.line);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
}

#[cfg(test)]
mod tests {
    use crate::tidy::source::Source;

    #[test]
    fn types_at_module_level_are_found() {
        let text = "pub struct A; mod m { enum B {} }\n#[cfg(test)]\nmod tests { struct No; }\n\
                    #[cfg(test)]\nstruct Neither;\ntrait C { type No; }\nfn f() { struct No; }\ntype D<T> = Vec<T>;\n\
                    macro_rules! m { ($x:ident) => { struct No; } }\nstruct E { union: u8 }";
        let names: Vec<_> = Source::parse(text).types().into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["A", "B", "C", "D", "E"]);
    }

    #[test]
    fn functions_are_measured() {
        let text =
            "fn short() {}\ntrait T { fn none(&self) -> [u8; 3]; }\nfn long(a: [u8; { 1 }])\n{\n  let x = \"}\";\n}\n";
        let found: Vec<_> =
            Source::parse(text).functions().into_iter().map(|it| (it.name, it.line, it.length)).collect();
        assert_eq!(found, [("short".to_owned(), 1, 1), ("long".to_owned(), 3, 4)]);
    }
}
