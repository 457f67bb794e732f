//! One HTTP message, read by hand, for the shops and proxies of tests.

use std::collections::BTreeMap;
use std::io::BufRead;

/// The first line, the headers by their names in lower case, and the body.
pub(crate) type Message = (String, BTreeMap<String, String>, String);

/// Reads a message; `None` at the end of the connection.
pub(crate) fn message(lines: &mut impl BufRead) -> Option<Message> {
    let mut first = String::new();
    if lines.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some((first, headers, String::from_utf8(body).ok()?))
}
