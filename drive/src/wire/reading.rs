//! Reads an answer from the bytes that have arrived so far.

use serde_json::Value;

use super::HttpReply;

/// The state of a reply that is being read.
#[derive(Debug, PartialEq)]
pub(super) enum ParseProgress {
    /// The beginning of a reply.
    Part,
    /// The whole reply.
    All {
        reply: HttpReply,
        /// Whether the connection can be used again.
        is_kept: bool,
    },
}

/// Lines of a head; servers send about ten.
const HEADERS: usize = 100;
/// The characters that are kept of a body that is not JSON.
const SHOWN: usize = 200;

/// The marker of the end of a body.
enum Body {
    /// The body has this number of bytes.
    Length(usize),
    /// The body comes in chunks, and an empty one ends it.
    Chunked,
    /// The end of the connection ends the body.
    ToTheEnd,
    /// The response has no body.
    Nothing,
}

/// Reads `bytes` as a reply; `is_over` if no more bytes will follow.
///
/// # Errors
/// Returns a message if the bytes are no HTTP/1 response.
pub(super) fn read(bytes: &[u8], is_over: bool) -> Result<ParseProgress, String> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let length = match head.parse(bytes).map_err(|error| format!("no HTTP: {error}"))? {
        httparse::Status::Partial => return Ok(ParseProgress::Part),
        httparse::Status::Complete(length) => length,
    };
    let status = head.code.unwrap_or(0);
    let rest = bytes.get(length..).unwrap_or_default();
    if (100..200).contains(&status) {
        return read(rest, is_over);
    }
    let value = |name: &str| {
        let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(found.value).trim().to_ascii_lowercase())
    };
    let says_close = value("connection").is_some_and(|value| value.contains("close"));
    let retry_after = value("retry-after").and_then(|text| text.split('.').next()?.parse().ok());
    let is_new = head.version == Some(1);
    let body = if status == 204 || status == 304 {
        Body::Nothing
    } else if value("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        Body::Chunked
    } else if let Some(length) = value("content-length") {
        Body::Length(length.parse().map_err(|_| format!("Content-Length is `{length}`"))?)
    } else {
        Body::ToTheEnd
    };
    let (whole, is_kept) = match body {
        Body::Nothing => (Vec::new(), true),
        Body::Length(length) => match rest.get(..length) {
            None => return Ok(ParseProgress::Part),
            Some(whole) => (whole.to_vec(), true),
        },
        Body::Chunked => match unchunk(rest)? {
            None => return Ok(ParseProgress::Part),
            Some(whole) => (whole, true),
        },
        Body::ToTheEnd if is_over => (rest.to_vec(), false),
        Body::ToTheEnd => return Ok(ParseProgress::Part),
    };
    let parsed = serde_json::from_slice(&whole).ok().map(with_text_ids);
    let text =
        if parsed.is_some() { String::new() } else { String::from_utf8_lossy(&whole).chars().take(SHOWN).collect() };
    Ok(ParseProgress::All {
        reply: HttpReply { status, body: parsed, text, retry_after },
        is_kept: is_kept && is_new && !says_close && !is_over,
    })
}

/// The fields that name an object by its id.
const IDS: [&str; 6] = ["id", "payment_intent", "charge", "latest_charge", "refund", "balance_transaction"];

/// Returns the value with each whole number that names an object as text: an id may be either.
pub(crate) fn with_text_ids(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let id = field.as_u64().filter(|_| IDS.contains(&name.as_str()));
                *field = id.map_or_else(|| with_text_ids(field.take()), |id| Value::String(id.to_string()));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = with_text_ids(item.take())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    value
}

/// The pieces put together; `None` while one is missing.
fn unchunk(mut rest: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut whole = Vec::new();
    loop {
        let (start, size) = match httparse::parse_chunk_size(rest).map_err(|_| "a piece without a size".to_owned())? {
            httparse::Status::Partial => return Ok(None),
            httparse::Status::Complete(found) => found,
        };
        let size = usize::try_from(size).map_err(|_| "a piece too large".to_owned())?;
        if size == 0 {
            // Only an empty line follows the last piece.
            return Ok(rest.get(start..).is_some_and(|end| end.starts_with(b"\r\n")).then_some(whole));
        }
        let Some(end) = start.checked_add(size) else { return Err("a piece too large".to_owned()) };
        let Some(piece) = rest.get(start..end) else { return Ok(None) };
        whole.extend(piece);
        let Some(after) = end.checked_add(2).and_then(|after| rest.get(after..)) else { return Ok(None) };
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str, is_over: bool) -> Option<(u16, String, bool)> {
        match read(text.as_bytes(), is_over).unwrap() {
            ParseProgress::Part => None,
            ParseProgress::All { reply, is_kept } => {
                Some((reply.status, reply.body.map_or(reply.text, |body| body.to_string()), is_kept))
            }
        }
    }

    #[test]
    fn answers_end_where_they_say() {
        let table = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", false, Some((200, "{}", true))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", false, None),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", false, Some((200, "{}", false))),
            ("HTTP/1.0 404 No\r\n\r\nnope", true, Some((404, "nope", false))),
            ("HTTP/1.0 404 No\r\n\r\nnope", false, None),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
                false,
                Some((200, "{}", true)),
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n", false, None),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", false, Some((204, "", true))),
            ("HTTP/1.1 2", false, None),
        ];
        for (text, is_over, expected) in table {
            let expected = expected.map(|(status, body, is_kept)| (status, body.to_owned(), is_kept));
            assert_eq!(body(text, is_over), expected, "{text:?}");
        }
    }

    #[test]
    fn ids_are_texts_and_other_numbers_stay() {
        let shown =
            r#"{"id":7,"amount":7,"latest_charge":{"id":8,"created":8},"data":[{"payment_intent":9}],"charge":-1}"#;
        let read = with_text_ids(serde_json::from_str(shown).unwrap());
        let expected = serde_json::json!({
            "id": "7", "amount": 7, "latest_charge": { "id": "8", "created": 8 }, "data": [{ "payment_intent": "9" }],
            "charge": -1
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_http_is_said_so() {
        assert!(read(b"hello\r\n\r\n", true).is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", true).is_err());
    }
}
