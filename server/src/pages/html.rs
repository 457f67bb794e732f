//! HTML: the layout of all pages, and escaping.

use super::Page;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f6f7f9;color:#1a1f36}\
main{max-width:26rem;margin:0 auto;padding:1.5rem}h1{font-size:1.25rem}label{display:block;margin:.75rem 0}\
input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid #c1c9d2;\
border-radius:.25rem}button{font:inherit;padding:.6rem 1rem;border:0;border-radius:.25rem;background:#3d4eac;\
color:#fff;cursor:pointer}button.second{background:#6a7383}table{width:100%;border-collapse:collapse}\
td{padding:.25rem 0}td:last-child{text-align:right}.problem{color:#a41c4e}label .problem{display:block;font-size:.875rem}input[aria-invalid]{border-color:#a41c4e}\
.shop{margin:0;color:#6a7383}.pair{display:flex;gap:1rem}\
.pair label{flex:1}a{color:#3d4eac}footer{margin-top:1.5rem;color:#6a7383;font-size:.875rem}";

/// Returns a text escaped for HTML, between tags and in quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Returns whether a text is an `http` or `https` address without control characters.
pub(super) fn is_address(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")) && !text.chars().any(char::is_control)
}

/// Returns the line that names the shop: the host of the first of these addresses that is one.
pub(super) fn shop<'a>(addresses: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let host = |address: &'a str| {
        let rest = address.split_once("://").map_or("", |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.rsplit('@').next().unwrap_or_default()
    };
    let found = addresses.into_iter().flatten().filter(|address| is_address(address)).map(host);
    let name = found.into_iter().find(|name| !name.is_empty());
    name.map_or_else(String::new, |name| format!("<p class=\"shop\">{}</p>", escaped(name)))
}

/// Returns a page with this title (text) and body (HTML).
pub(super) fn whole(status: u16, title: &str, body: &str, framed: bool) -> Page {
    let title = escaped(title);
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}<footer>Test mode: no money moves.</footer></main></body></html>"
    );
    Page::Html { status, text, framed }
}

/// Returns a page with a title and one paragraph.
pub(super) fn notice(status: u16, title: &str, text: &str) -> Page {
    whole(status, title, &format!("<p>{}</p>", escaped(text)), true)
}

/// Returns the last page in a frame: its script asks the page around it to navigate to `to`.
pub(super) fn leave_frame(to: &str) -> Page {
    let to = escaped(to);
    let body = format!(
        "<p id=\"done\" data-to=\"{to}\">Taking you back to the shop. <a href=\"{to}\" target=\"_top\">Go on</a></p>\
         <script src=\"/checkout-frame.js\"></script>"
    );
    whole(200, "Thank you", &body, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_is_the_host_of_its_page() {
        let rows = [
            (
                vec![Some("https://shop.example/done?a=b"), Some("https://other.example")],
                "<p class=\"shop\">shop.example</p>",
            ),
            (vec![None, Some("http://user@shop.example:8080#x")], "<p class=\"shop\">shop.example:8080</p>"),
            (vec![Some("https://<b>")], "<p class=\"shop\">&lt;b&gt;</p>"),
            (vec![Some("javascript:alert(1)")], ""),
            (vec![], ""),
        ];
        for (addresses, line) in rows {
            assert_eq!(shop(addresses.clone()), line, "{addresses:?}");
        }
    }

    #[test]
    fn texts_are_harmless() {
        assert_eq!(escaped("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
        for (text, is) in [
            ("https://x.example/{CHECKOUT_SESSION_ID}", true),
            ("HTTP://x", true),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("//x", false),
            ("https://x\r\nset-cookie: a", false),
            ("", false),
            ("é", false),
        ] {
            assert_eq!(is_address(text), is, "{text}");
        }
    }
}
