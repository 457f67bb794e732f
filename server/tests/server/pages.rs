//! The pages for customers, as HTML: the shop, the amount, the card form and its errors (B15 to B26).

use crate::running::Running;
use std::process::Command;

const SESSION: &str = "mode=payment&line_items[0][quantity]=2&line_items[0][price_data][currency]=usd\
                       &line_items[0][price_data][unit_amount]=2000&line_items[0][price_data][product_data][name]=T-shirt\
                       &success_url=https://shop.test/done";

/// Returns the path and query of a new session's page.
fn session(server: &Running) -> String {
    let url = server.post("/v1/checkout/sessions", SESSION).at("url");
    url.split_once("/c/").map(|(_, path)| format!("/c/{path}")).unwrap()
}

fn text(server: &Running, path: &str) -> String {
    let page = server.call("", "GET", path, "", "");
    assert_eq!(page.status, 200, "{page:?}");
    page.text
}

/// The pages name the shop in the title and below the heading: the configured name, else the host of its address.
#[test]
fn the_pages_name_the_shop() {
    let rows: [(&[&str], &str); 2] =
        [(&[], "shop.test"), (&["--shop-name", " Ann & <b>Bob</b> "], "Ann &amp; &lt;b&gt;Bob&lt;/b&gt;")];
    for (options, shop) in rows {
        let server = Running::with(":memory:", options);
        let page = text(&server, &session(&server));
        assert!(page.contains(&format!("<title>Pay $40.00 – {shop}</title>")), "{page}");
        assert!(page.contains(&format!("<h1>Pay $40.00</h1><p class=\"shop\">{shop}</p>")), "{page}");
        let form = "amount=1050&currency=usd&confirm=true&payment_method=pm_card_threeDSecure2Required\
                    &payment_method_types[]=card&return_url=https://shop.test/back";
        let url = server.post("/v1/payment_intents", form).at("next_action.redirect_to_url.url");
        let page = text(&server, &format!("/c/{}", url.split_once("/c/").unwrap().1));
        assert!(page.contains(&format!("<title>Test bank – {shop}</title>")), "{page}");
        assert!(page.contains(&format!("<p class=\"shop\">{shop}</p><p id=\"amount\">Pay $10.50</p>")), "{page}");
    }
}

#[test]
fn a_shop_name_that_is_none_is_refused() {
    for name in ["", "  ", "a\nb", &"x".repeat(81)] {
        let run = Command::new(env!("CARGO_BIN_EXE_engine"))
            .args(["serve", "--listen", "127.0.0.1:0", "--shop-name", name])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains("--shop-name") && said.contains("expected 1 to 80 characters on one line"), "{said}");
    }
}

/// A browser can fill each field; a wrong value is named beside its field; 1234 is an expiry as 12/34 is.
#[test]
fn the_card_form_says_which_field_is_wrong() {
    let server = Running::in_memory();
    let page = session(&server);
    let shown = text(&server, &page);
    for (name, fills) in [("email", "email"), ("number", "cc-number"), ("expiry", "cc-exp"), ("cvc", "cc-csc")] {
        let field = shown.split("<input ").find(|rest| rest.starts_with(&format!("name=\"{name}\""))).unwrap();
        assert!(field.contains(&format!("autocomplete=\"{fills}\"")), "{field}");
    }
    let good = [("email", "a@b.test"), ("number", "4242424242424242"), ("expiry", "12/99"), ("cvc", "123")];
    let form = |name: &str, value: &str| {
        let pairs = good.map(|(field, usual)| format!("{field}={}", if field == name { value } else { usual }));
        pairs.join("&")
    };
    for (name, _) in good {
        let answer = server.call("", "POST", &page, &form(name, "1"), "");
        assert_eq!(answer.status, 400, "{name}");
        let label = answer.text.split("<label>").find(|rest| rest.contains(&format!("name=\"{name}\""))).unwrap();
        let label = label.split("</label>").next().unwrap();
        assert!(label.contains("aria-invalid") && label.contains(&format!("id=\"problem{name}\"")), "{label}");
        assert_eq!(answer.text.matches("role=\"alert\"").count(), 1, "{name}");
    }
    for expiry in ["1299", "12/99", "12 / 99"] {
        let page = session(&server);
        let answer = server.call("", "POST", &page, &form("expiry", &expiry.replace(' ', "+")), "");
        assert_eq!(answer.status, 303, "{expiry}: {answer:?}");
    }
}

/// The script of an embedded session has the provider's present function and its older name.
#[test]
fn the_script_has_both_names() {
    let script = text(&Running::in_memory(), "/checkout.js");
    assert!(script.contains("return { createEmbeddedCheckoutPage, initEmbeddedCheckout: createEmbeddedCheckoutPage }"));
}
