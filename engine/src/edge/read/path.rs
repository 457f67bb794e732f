//! Verbs, paths and routes, and the location of a path in a table of routes.

use super::Read;
use crate::ObjectId;
use crate::command::Command;
use crate::refusal::Refusal;
use serde_json::Value;

/// The HTTP methods of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the methods' names")]
pub enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    /// Every method.
    pub const ALL: [Self; 3] = [Self::Get, Self::Post, Self::Delete];

    /// Returns the method's name on the wire, in upper case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// The reader of one operation: it gets the last id of the path (empty if the path has none) and the parameters.
pub type Reader = fn(&str, &Value) -> Read;

/// One operation of an API, with its handler: a [`Reader`] here, any type in a server that adds its own operations.
#[derive(Clone, Copy, Debug)]
pub struct Route<H> {
    /// The method.
    pub verb: Verb,
    /// The path, each id in braces: `/v1/charges/{id}/refunds`.
    pub pattern: &'static str,
    /// The documented parameters, separated by spaces: `name:type`, with `!` behind the name of a required one.
    ///
    /// Types are `int`, `bool`, `text`, `time` (seconds since 1970), `method` (a type of payment method), `map` (of
    /// texts), `list` (of texts), `object` and `=a|b` (one of). The parameters that every list takes are left out.
    pub parameters: &'static str,
    /// The kind of the object that is the answer; `[kind]` is a page of a list.
    pub answer: &'static str,
    /// The function that decodes or answers the request.
    pub handler: H,
}

impl<H> Route<H> {
    /// Returns the same operation with another handler.
    pub fn with<T>(&self, handler: impl FnOnce(&H) -> T) -> Route<T> {
        let (verb, pattern, parameters, answer) = (self.verb, self.pattern, self.parameters, self.answer);
        Route { verb, pattern, parameters, answer, handler: handler(&self.handler) }
    }

    /// Returns the last id in `path` if this operation is at that path.
    pub(super) fn id_in<'p>(&self, path: &Path<'p>) -> Option<&'p str> {
        let mut id = "";
        let mut parts = path.0.iter();
        for expected in segments(self.pattern) {
            let part = parts.next()?;
            if expected.starts_with('{') && *part != "search" {
                id = part;
            } else if expected != *part {
                return None;
            }
        }
        parts.next().is_none().then_some(id)
    }
}

/// A path of the API, split into the parts behind `/v1/`. Empty parts are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'p>(pub(super) Vec<&'p str>);

impl<'p> Path<'p> {
    /// Splits `text`, with or without `/v1/` in front.
    #[must_use]
    pub fn new(text: &'p str) -> Self {
        Self(segments(text).collect())
    }

    /// Returns the command that `reader` reads. If it cannot be read, the command is [`Command::Malformed`] and carries
    /// the first object that the path names.
    #[must_use]
    pub fn command(&self, reader: Reader, id: &str, params: &Value) -> Command {
        super::documented::read(self, reader, id, params).unwrap_or_else(|refusal| self.malformed(refusal))
    }

    /// Returns whether the path is `text`.
    pub(super) fn is(&self, text: &str) -> bool {
        *self == Path::new(text)
    }

    pub(super) fn malformed(&self, refusal: Refusal) -> Command {
        let target = self.0.iter().find_map(|part| part.parse::<ObjectId>().ok());
        // A refund concerns the charge or intent that its parameters name.
        let refusal = refusal.beside(|id| self.is("refunds") || self.0.iter().any(|part| part.starts_with(id)));
        Command::Malformed { target, refusal: Box::new(refusal) }
    }
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches("/v1/").split('/').filter(|part| !part.is_empty())
}

/// Returns the operation of `routes` for a method at a path, and the last id in that path.
///
/// # Errors
/// Returns the methods of `routes` at that path: an empty list is a 404, any other a 405. `None` is a method that the API
/// does not have.
pub fn locate<'t, 'p, H>(
    routes: &'t [Route<H>],
    verb: Option<Verb>,
    path: &Path<'p>,
) -> Result<(&'t Route<H>, &'p str), Vec<Verb>> {
    let mut others = Vec::new();
    for route in routes {
        if let Some(id) = route.id_in(path) {
            if Some(route.verb) == verb {
                return Ok((route, id));
            }
            others.push(route.verb);
        }
    }
    Err(others)
}
