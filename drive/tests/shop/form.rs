//! A form or a query, decoded by hand.

use std::collections::BTreeMap;

/// Returns the parameters of a form or a query.
pub(crate) fn form(encoded: &str) -> BTreeMap<String, String> {
    let pairs = encoded.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (plain(name), plain(value))).collect()
}

fn plain(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex: String = [bytes.next().unwrap(), bytes.next().unwrap()].map(char::from).iter().collect();
            out.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            out.push(if byte == b'+' { b' ' } else { byte });
        }
    }
    String::from_utf8(out).unwrap()
}
