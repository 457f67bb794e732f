//! The server's responses, and the form that every client may rely on.

use serde_json::Value;

/// The kinds of errors (VOC-14).
const ERRORS: [&str; 4] = ["api_error", "card_error", "idempotency_error", "invalid_request_error"];

/// One response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The `content-type` header; empty if there is none.
    kind: String,
    pub(super) body: Vec<u8>,
    /// Whether it is the response to a HEAD request, which has no body.
    is_head: bool,
}

impl Answer {
    /// Checks that the response is well formed; returns a message if it is not.
    pub(super) fn judge(&self) -> Result<(), String> {
        if self.status >= 500 {
            return Err(format!("the server failed with {}", self.status));
        }
        if self.is_head {
            return Ok(());
        }
        match self.kind.split(';').next().unwrap_or_default() {
            "application/json" => self.judge_json(),
            // Bytes that are not HTTP are refused by the connection itself, without a body.
            "" if matches!(self.status, 400 | 414 | 431) && self.body.is_empty() => Ok(()),
            "text/html" | "text/javascript" if !self.body.is_empty() => Ok(()),
            "text/plain" if self.status == 303 => Ok(()),
            other => Err(format!("an answer {} of the kind `{other}`", self.status)),
        }
    }

    fn judge_json(&self) -> Result<(), String> {
        let body = self.json().ok_or("a body that is no JSON")?;
        if self.status < 400 {
            let is_description = body.get("openapi").is_some();
            let names_itself = body.get("object").is_some_and(Value::is_string);
            return if names_itself || is_description { Ok(()) } else { Err("an object without a name".to_owned()) };
        }
        let error = body.get("error").and_then(Value::as_object).ok_or("a refusal without `error`")?;
        let text = |name: &str| error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if !text("type").is_some_and(|kind| ERRORS.contains(&kind)) {
            return Err("a refusal of no known type".to_owned());
        }
        if text("message").is_none() {
            return Err("a refusal without a message".to_owned());
        }
        let mut said = ["code", "param", "decline_code"].iter().filter(|name| error.contains_key(**name));
        match said.find(|name| text(name).is_none()) {
            Some(name) => Err(format!("a refusal whose `{name}` says nothing")),
            None => Ok(()),
        }
    }

    /// Returns the body, if it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Returns the responses in `bytes`, in order and without interim responses (status 1xx).
pub(super) fn read(mut bytes: &[u8], may_be_head: bool) -> Result<Vec<Answer>, String> {
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        let length = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or("an answer without an end")?;
        let (head, rest) = bytes.split_at(length.saturating_add(4));
        let head = std::str::from_utf8(head).map_err(|_| "a head that is no text")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(status).ok_or("an answer without a status")?;
        let header = |wanted: &str| {
            let mut named = head.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
            named.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
        };
        if (100..200).contains(&status) {
            bytes = rest;
            continue;
        }
        let length = header("content-length").and_then(|length| length.parse().ok()).ok_or("an answer of no length")?;
        let is_head = may_be_head && length > 0 && (rest.is_empty() || rest.starts_with(b"HTTP/1."));
        let (body, rest) = rest.split_at_checked(if is_head { 0 } else { length }).ok_or("an answer cut off")?;
        let kind = header("content-type").unwrap_or_default().to_owned();
        answers.push(Answer { status, kind, body: body.to_owned(), is_head });
        bytes = rest;
    }
    Ok(answers)
}

fn status(line: &str) -> Option<u16> {
    line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "))?.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(status: u16, kind: &str, body: &str) -> Result<(), String> {
        let length = body.len();
        let text = format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}");
        read(text.as_bytes(), false).unwrap().first().unwrap().judge()
    }

    #[test]
    fn what_a_client_cannot_read_is_noticed() {
        let refusal = r#"{"error":{"type":"card_error","message":"No.","code":"card_declined"}}"#;
        assert_eq!(one(402, "application/json", refusal), Ok(()));
        assert_eq!(one(200, "application/json; charset=utf-8", r#"{"object":"balance"}"#), Ok(()));
        let table = [
            (500, "application/json", refusal),
            (400, "application/json", "{}"),
            (400, "application/json", r#"{"error":{"type":"oops","message":"No."}}"#),
            (400, "application/json", r#"{"error":{"type":"api_error","message":""}}"#),
            (400, "application/json", r#"{"error":{"type":"api_error","message":"No.","code":null}}"#),
            (200, "application/json", "[]"),
            (200, "application/json", "{"),
            (200, "text/html", ""),
            (404, "", ""),
            (400, "", "No."),
            (200, "image/png", "x"),
        ];
        for (status, kind, body) in table {
            assert!(one(status, kind, body).is_err(), "{status} {kind} {body}");
        }
    }

    #[test]
    fn several_answers_are_read_one_after_the_other() {
        let go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        let bad = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        let head = "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
        let all = format!("{go_on}{bad}{head}{bad}");
        assert_eq!(read(all.as_bytes(), true).unwrap().len(), 3);
        assert!(read(all.as_bytes(), true).unwrap().iter().all(|answer| answer.judge() == Ok(())));
        assert!(read(head.as_bytes(), false).is_err(), "cut off");
        assert!(read(b"HTTP/1.1 200 OK\r\n", false).is_err());
        assert!(read(b"SMTP\r\n\r\n", false).is_err());
    }
}
