//! Parameters as the provider's clients write them: `a=1&b[c]=2`, percent-encoded.

/// The parameters as one line.
#[must_use]
pub fn encode(form: &[(String, String)]) -> String {
    let mut line = String::new();
    for (name, value) in form {
        if !line.is_empty() {
            line.push('&');
        }
        push(&mut line, name);
        line.push('=');
        push(&mut line, value);
    }
    line
}

/// Letters, digits and a few marks stay as they are.
fn push(line: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            line.push(char::from(byte));
        } else {
            line.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_other_marks_are_encoded() {
        let form = [("a[b]".to_owned(), "1 & 2".to_owned()), ("c".to_owned(), "é".to_owned())];
        assert_eq!(encode(&form), "a%5Bb%5D=1%20%26%202&c=%C3%A9");
    }
}
