//! Decoding of the form-encoded parameters in the query and the body, within limits.

use crate::http_error::HttpError;
use holdfast_engine::edge::read;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::borrow::Cow;

/// The maximum number of parameters of one request.
const MOST: usize = 1_000;
/// The maximum number of brackets in a name.
const DEEPEST: usize = 8;

/// The parameters of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params {
    /// The parameters as a tree.
    pub(crate) tree: Value,
    /// The paths in `expand[]`, in order.
    pub(crate) expand: Vec<String>,
}

/// Decodes the query and the body, each of them `name=value` pairs joined by `&`.
///
/// # Errors
/// [`HttpError::BadForm`] for text that is not UTF-8, for names nested too deeply, and for too many parameters.
pub(crate) fn read(query: &str, body: &[u8]) -> Result<Params, HttpError> {
    let body = std::str::from_utf8(body).map_err(|_| HttpError::BadForm("the body is not UTF-8"))?;
    let mut expand = Vec::new();
    let mut pairs = Vec::new();
    for pair in query.split('&').chain(body.trim_end_matches(['\r', '\n']).split('&')).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        if name.matches('[').count() > DEEPEST {
            return Err(HttpError::BadForm("a name has more than 8 brackets"));
        }
        if name == "expand" || name.starts_with("expand[") {
            expand.push(value.into_owned());
        } else {
            pairs.push((name, value));
        }
        if pairs.len().saturating_add(expand.len()) > MOST {
            return Err(HttpError::BadForm("there are more than 1000 of them"));
        }
    }
    let tree = read::form(pairs.iter().map(|(name, value)| (&**name, &**value)));
    Ok(Params { tree, expand })
}

fn decoded(text: &str) -> Result<Cow<'_, str>, HttpError> {
    if !text.contains(['%', '+']) {
        return Ok(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let decoded =
        percent_decode_str(&spaced).decode_utf8().map_err(|_| HttpError::BadForm("a name or value is not UTF-8"))?;
    Ok(Cow::Owned(decoded.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_are_read() {
        let body = b"amount=5&a%5Bb%5D=x+y%26&expand[]=latest_charge&types[]=card&empty=";
        let read = read("limit=3&expand%5B1%5D=customer", body).unwrap();
        assert_eq!(read.expand, ["customer", "latest_charge"]);
        let tree = json!({ "limit": "3", "amount": "5", "a": { "b": "x y&" }, "types": { "0": "card" }, "empty": "" });
        assert_eq!(read.tree, tree);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let many = "a=1&".repeat(1_001);
        let deep = format!("{}=1", "a[".repeat(9));
        for (query, body) in [("", &b"a=%FF"[..]), ("a=\u{1F}%C3", b""), ("", b"\xff"), (&many, b""), (&deep, b"")] {
            assert!(matches!(read(query, body), Err(HttpError::BadForm(_))), "{query:.20}");
        }
    }
}
