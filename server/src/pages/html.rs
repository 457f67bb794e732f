//! HTML: the layout of all pages, and escaping.

use super::Page;
use crate::shop::ShopName;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f6f7f9;color:#1a1f36}\
main{max-width:26rem;margin:0 auto;padding:1.5rem}h1{font-size:1.25rem}label{display:block;margin:.75rem 0}\
input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid #c1c9d2;\
border-radius:.25rem}button{font:inherit;padding:.6rem 1rem;border:0;border-radius:.25rem;background:#3d4eac;\
color:#fff;cursor:pointer}button.second{background:#6a7383}table{width:100%;border-collapse:collapse}\
td{padding:.25rem 0}td:last-child{text-align:right}.problem{color:#a41c4e}label .problem{display:block;font-size:.875rem}input[aria-invalid]{border-color:#a41c4e}\
.shop{margin:0;color:#6a7383}.pair{display:flex;gap:1rem}\
.pair label{flex:1}a{color:#3d4eac}footer{margin-top:1.5rem;color:#6a7383;font-size:.875rem}\
:focus-visible{outline:3px solid #7a8ff0;outline-offset:2px}\
@media(prefers-color-scheme:dark){:root{color-scheme:dark}body{background:#14171f;color:#e6e9f0}\
input{background:#1d222e;color:inherit;border-color:#4a5264}button{background:#5b6ee0}button.second{background:#4a5264}\
.problem{color:#ff8fab}input[aria-invalid]{border-color:#ff8fab}a{color:#a3b1ff}.shop,footer{color:#a0a8b8}}";

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

/// Returns the name of the shop: the configured one, else the host of the first of these texts that is a web address.
pub(super) fn shop<'a>(
    named: Option<&'a ShopName>,
    addresses: impl IntoIterator<Item = Option<&'a str>>,
) -> Option<&'a str> {
    let host = |address: &'a str| {
        let rest = address.split_once("://").map_or("", |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.rsplit('@').next().unwrap_or_default()
    };
    let mut found = addresses.into_iter().flatten().filter(|address| is_address(address)).map(host);
    named.map(ShopName::as_str).or_else(|| found.find(|name| !name.is_empty()))
}

/// Returns a page with this heading (text) and body (HTML). The name of the shop stands in the title and below the
/// heading.
pub(super) fn whole(status: u16, heading: &str, shop: Option<&str>, body: &str, framed: bool) -> Page {
    let heading = escaped(heading);
    let (title, shop) = match shop.map(escaped) {
        Some(shop) => (format!("{heading} – {shop}"), format!("<p class=\"shop\">{shop}</p>")),
        None => (heading.clone(), String::new()),
    };
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main><h1>{heading}</h1>{shop}{body}<footer>Test mode: no money moves.</footer></main></body></html>"
    );
    Page::Html { status, text, framed }
}

/// Returns a page with a title and one paragraph.
pub(super) fn notice(status: u16, title: &str, text: &str) -> Page {
    whole(status, title, None, &format!("<p>{}</p>", escaped(text)), true)
}

/// Returns the last page in a frame: its script asks the page around it to navigate to `to`.
pub(super) fn leave_frame(to: &str) -> Page {
    let to = escaped(to);
    let body = format!(
        "<p id=\"done\" data-to=\"{to}\">Taking you back to the shop. <a href=\"{to}\" target=\"_top\">Go on</a></p>\
         <script src=\"/checkout-frame.js\"></script>"
    );
    whole(200, "Thank you", None, &body, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_is_the_host_of_its_page() {
        let rows = [
            (vec![Some("https://shop.example/done?a=b"), Some("https://other.example")], Some("shop.example")),
            (vec![None, Some("http://user@shop.example:8080#x")], Some("shop.example:8080")),
            (vec![Some("https://<b>")], Some("<b>")),
            (vec![Some("javascript:alert(1)")], None),
            (vec![], None),
        ];
        let name: ShopName = "Ann".parse().unwrap();
        for (addresses, host) in rows {
            assert_eq!(shop(None, addresses.clone()), host, "{addresses:?}");
            assert_eq!(shop(Some(&name), addresses.clone()), Some("Ann"), "{addresses:?}");
        }
    }

    #[test]
    fn the_shop_stands_in_the_title_and_below_the_heading() {
        let rows = [
            (
                Some("Ann & <b>"),
                "<title>Pay – Ann &amp; &lt;b&gt;</title>",
                "<h1>Pay</h1><p class=\"shop\">Ann &amp; &lt;b&gt;</p>x",
            ),
            (None, "<title>Pay</title>", "<h1>Pay</h1>x"),
        ];
        for (shop, title, start) in rows {
            let Page::Html { text, .. } = whole(200, "Pay", shop, "x", false) else { panic!("no HTML") };
            assert!(text.contains(title) && text.contains(start), "{text}");
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
