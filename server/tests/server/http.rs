//! HTTP: methods, headers, keys, versions, errors.

use crate::running::{KEY, OTHER_KEY, Running};

const PAY: &str = "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true&capture_method=manual\
                   &payment_method_types[]=card&payment_method_options[card][request_multicapture]=if_available";

/// Method, path, form and headers, then the expected status and one field of the response.
#[test]
fn each_request_has_its_answer() {
    let server = Running::in_memory();
    let rows = [
        ("GET", "/v1/payment_intents", "", "", 200, "object", "list"),
        ("GET", "/v1/payment_intents?limit=3", "", "", 200, "object", "list"),
        ("POST", "/v1/payment_intents", "amount=1000&currency=usd", "", 200, "object", "payment_intent"),
        ("POST", "/v1/payment_intents?amount=1000", "currency=usd", "", 200, "object", "payment_intent"),
        ("POST", "/v1/payment_intents", "amount=1000&currency=usd&x[y]=1", "", 400, "error.param", "x"),
        ("POST", "/v1/payment_intents", "amount=%FF", "", 400, "error.type", "invalid_request_error"),
        ("POST", "/v1/payment_intents", "", "", 400, "error.code", "parameter_missing"),
        ("GET", "/v1/payment_intents/pi_00000000000", "", "", 404, "error.code", "resource_missing"),
        ("PUT", "/v1/payment_intents", "", "", 405, "error.type", "invalid_request_error"),
        ("DELETE", "/v1/payment_intents", "", "", 405, "error.type", "invalid_request_error"),
        ("OPTIONS", "/v1/payment_intents", "", "", 405, "error.type", "invalid_request_error"),
        ("POST", "/v1/events", "", "", 405, "error.type", "invalid_request_error"),
        ("GET", "/v1/nothing", "", "", 404, "error.type", "invalid_request_error"),
        ("PATCH", "/v1/nothing", "", "", 404, "error.type", "invalid_request_error"),
        ("GET", "/", "", "", 404, "error.type", "invalid_request_error"),
        ("GET", "/v1/charges", "", "Stripe-Version: 2020-08-27\r\n", 200, "object", "list"),
        ("GET", "/v1/charges", "", "Stripe-Version: soon\r\n", 400, "error.type", "invalid_request_error"),
        ("GET", "/v1/charges", "", "Stripe-Account: acct_00000000000\r\n", 403, "error.code", "account_invalid"),
        ("GET", "/v1/charges?expand[]=data.customer", "", "", 200, "object", "list"),
        ("GET", "/v1/charges?expand[]=customer", "", "", 400, "error.type", "invalid_request_error"),
        ("POST", "/v1/payment_intents", "amount=1000&currency=usd&expand[]=x", "", 400, "error.code", "-"),
        ("DELETE", "/v1/customers/cus_00000000000", "", "", 404, "error.code", "resource_missing"),
        ("GET", "/v1/account", "", "", 200, "object", "account"),
        ("GET", "/v1/balance", "", "", 200, "object", "balance"),
        ("POST", "/v1/accounts", "country=Japan", "", 400, "error.param", "country"),
        ("POST", "/v1/accounts", "nickname=x", "", 400, "error.code", "parameter_unknown"),
        ("POST", "/v1/test_helpers/clock/advance", "seconds=-1", "", 400, "error.code", "parameter_invalid_integer"),
        ("POST", "/v1/test_helpers/clock/advance", "seconds=99999999999", "", 400, "error.param", "seconds"),
        ("POST", "/v1/test_helpers/clock/advance", "", "", 400, "error.code", "parameter_missing"),
        ("POST", "/v1/test_helpers/clock/advance", "seconds=5", "", 200, "object", "test_helpers.clock"),
        ("POST", "/v1/test_helpers/refunds/re_1/report", "outcome=x", "", 404, "error.code", "resource_missing"),
        ("POST", "/v1/test_helpers/nothing", "", "", 404, "error.type", "invalid_request_error"),
    ];
    for (method, path, form, headers, status, at, wanted) in rows {
        let answer = server.call(KEY, method, path, form, headers);
        assert_eq!((answer.status, answer.at(at)), (status, wanted.to_owned()), "{method} {path} {form}: {answer:?}");
        assert!(answer.head.contains("request-id: req_"), "{method} {path}: {}", answer.head);
        assert!(answer.head.contains("content-type: application/json"), "{method} {path}");
    }
}

/// ERR-1, ERR-4: no access without a key and none across accounts, by basic and bearer authentication.
#[test]
fn keys_open_their_own_account_only() {
    let server = Running::in_memory();
    let made = server.post("/v1/payment_intents", PAY).at("id");
    let path = format!("/v1/payment_intents/{made}");
    for key in ["", "sk_test_wrong", "sk_test_on", "sk_test_onee", "x"] {
        for (method, path) in [("GET", path.as_str()), ("POST", "/v1/refunds"), ("GET", "/v1/nothing")] {
            let answer = server.call(key, method, path, "", "");
            assert_eq!(answer.status, 401, "{key} {method} {path}");
            assert!(answer.head.contains("www-authenticate: basic"), "{}", answer.head);
            assert!(!answer.text.contains("sk_test_wrong"), "a key is never shown whole: {}", answer.text);
        }
    }
    assert_eq!(server.call(KEY, "GET", &path, "", "").status, 200);
    assert_eq!(server.call(OTHER_KEY, "GET", &path, "", "").at("error.code"), "resource_missing");
    assert_eq!(server.call(OTHER_KEY, "POST", &format!("{path}/capture"), "", "").status, 404);
    // base64 of `sk_test_one:`, and of the same without the colon.
    for basic in ["c2tfdGVzdF9vbmU6", "c2tfdGVzdF9vbmU="] {
        let header = format!("Authorization: Basic {basic}\r\n");
        assert_eq!(server.call("", "GET", &path, "", &header).status, 200, "{basic}");
    }
    for header in ["Authorization: Basic !!!\r\n", "Authorization: Basic\r\n", "Authorization: Digest x\r\n"] {
        assert_eq!(server.call("", "GET", &path, "", header).status, 401, "{header}");
    }
    let shop = server.post("/v1/accounts", "country=US").at("id");
    let acting = format!("Stripe-Account: {shop}\r\n");
    assert_eq!(server.call(KEY, "GET", "/v1/account", "", &acting).at("id"), shop);
    assert_eq!(server.call(OTHER_KEY, "GET", "/v1/account", "", &acting).status, 403);
    assert_eq!(server.call(OTHER_KEY, "GET", &format!("/v1/accounts/{shop}"), "", "").status, 403);
}

/// I13, IDEM-3, IDEM-4: a replay has the same bytes, one effect, and headers that say so.
#[test]
fn a_replay_is_the_same_bytes() {
    let server = Running::in_memory();
    let key = "Idempotency-Key: k-1\r\n";
    let first = server.call(KEY, "POST", "/v1/payment_intents", PAY, key);
    let again = server.call(KEY, "POST", "/v1/payment_intents", PAY, key);
    assert_eq!(first.text, again.text);
    assert!(!first.head.contains("idempotent-replayed") && again.head.contains("idempotent-replayed: true"));
    let header = |head: &str, name: &str| {
        head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned)).unwrap_or_default()
    };
    assert_eq!(header(&first.head, "request-id"), header(&again.head, "original-request"));
    assert_ne!(header(&first.head, "request-id"), header(&again.head, "request-id"));
    let other = server.call(KEY, "POST", "/v1/payment_intents", "amount=5000&currency=usd", key);
    assert_eq!((other.status, other.at("error.type")), (400, "idempotency_error".to_owned()));
    let long = format!("Idempotency-Key: {}\r\n", "k".repeat(256));
    assert_eq!(server.call(KEY, "POST", "/v1/payment_intents", PAY, &long).status, 400);
    let listed = server.get("/v1/payment_intents").json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

/// PI-39, VER-10, P8: errors and nested expansions are rendered in the requested version.
#[test]
fn errors_and_expansions_follow_the_version() {
    let server = Running::in_memory();
    let made = server.post("/v1/payment_intents", PAY).at("id");
    let path = format!("/v1/payment_intents/{made}");
    let refused = server.post(&format!("{path}/capture"), "amount_to_capture=2000");
    assert_eq!(refused.at("error.code"), "amount_too_large");
    let refused = server.post(&format!("{path}/confirm"), "");
    assert_eq!(refused.at("error.payment_intent.status"), "requires_capture");
    assert_eq!(server.post(&format!("{path}/capture"), "amount_to_capture=700&final_capture=false").status, 200);
    let nested = server.get(&format!("{path}?expand[]=latest_charge.balance_transaction"));
    assert_eq!(nested.at("latest_charge.balance_transaction.net"), "650", "700 less 2.9 percent and 30 (P22)");
    let old = server.call(KEY, "GET", &path, "", "Stripe-Version: 2018-11-08\r\n");
    assert_eq!(old.json()["charges"]["data"][0]["id"], old.at("latest_charge"));
    assert_eq!(old.json()["charges"]["data"][0]["amount_captured"], 700);
    assert!(old.head.contains("stripe-version: 2018-11-08"));
}

/// The header, the error and the events of a request carry the same number.
#[test]
fn a_request_has_one_number() {
    let server = Running::in_memory();
    let id_of = |answer: &crate::running::Answer| {
        let line = answer.head.lines().find_map(|line| line.strip_prefix("request-id: ").map(str::to_owned));
        line.unwrap()
    };
    let made = server.post("/v1/payment_intents", PAY);
    let event = server.get("/v1/events?type=payment_intent.created").json()["data"][0].clone();
    assert_eq!(event["request"]["id"].as_str(), Some(id_of(&made).as_str()));
    let refusals = [
        ("POST", "/v1/payment_intents", "amount=0&currency=usd"),
        ("GET", "/v1/charges/ch_1", ""),
        ("GET", "/v1/nothing", ""),
        ("DELETE", "/v1/charges", ""),
        ("POST", "/v1/test_helpers/clock/advance", "seconds=x"),
        ("POST", "/v1/test_helpers/refunds/re_00000000001/return", ""),
        ("GET", "/v1/checkout/sessions/cs_test_00000000001/line_items", ""),
    ];
    for (method, path, form) in refusals {
        let refused = server.call(KEY, method, path, form, "");
        assert!(refused.status >= 400, "{path}");
        assert_eq!(refused.at("error.request_log_url"), format!("/v1/requests/{}", id_of(&refused)), "{path}");
    }
}

/// P3, P4, P11 over HTTP, for the lists that the server renders itself: accounts and line items.
#[test]
fn lists_of_the_server_are_paged() {
    let server = Running::in_memory();
    let accounts: Vec<String> = (0..5).map(|_| server.post("/v1/accounts", "country=US").at("id")).collect();
    let item = |number| {
        format!(
            "&line_items[{number}][price_data][currency]=usd&line_items[{number}][price_data][unit_amount]=700\
             &line_items[{number}][price_data][product_data][name]=Hat"
        )
    };
    let session = format!("mode=payment&success_url=https://a.test{}{}{}", item(0), item(1), item(2));
    let session = server.post("/v1/checkout/sessions", &session).at("id");
    let items = format!("/v1/checkout/sessions/{session}/line_items");
    for (path, count) in [("/v1/accounts".to_owned(), 5), (items, 3)] {
        let whole = server.get(&format!("{path}?limit=100")).json();
        let ids = |page: &serde_json::Value| -> Vec<String> {
            page["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        let all = ids(&whole);
        assert_eq!((all.len(), whole["has_more"].as_bool(), whole["url"].as_str()), (count, Some(false), Some(&*path)));
        for limit in 1..=count {
            let (mut walked, mut more) = (Vec::new(), true);
            while more {
                let after = walked.last().map(|last| format!("&starting_after={last}")).unwrap_or_default();
                let page = server.get(&format!("{path}?limit={limit}{after}")).json();
                walked.extend(ids(&page));
                more = page["has_more"].as_bool().unwrap();
            }
            assert_eq!(walked, all, "{path} by {limit}");
        }
        let back = server.get(&format!("{path}?limit=2&ending_before={}", all[2])).json();
        assert_eq!(ids(&back), all[..2], "{path}");
        let both = server.get(&format!("{path}?starting_after={}&ending_before={}", all[0], all[2]));
        assert_eq!((both.status, both.at("error.param")), (400, "starting_after".to_owned()), "{path}");
        let unknown = server.get(&format!("{path}?starting_after=x_1"));
        assert_eq!((unknown.status, unknown.at("error.code")), (400, "resource_missing".to_owned()), "{path}");
    }
    let newest_first: Vec<String> = accounts.into_iter().rev().collect();
    let shown = server.get("/v1/accounts").json();
    let shown: Vec<&str> = shown["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(shown, newest_first);
}

/// ERR-5: 405 with `Allow` where other methods exist, 404 without it elsewhere.
#[test]
fn wrong_methods_name_the_right_ones() {
    let server = Running::in_memory();
    for (method, path, allowed) in [
        ("DELETE", "/v1/payment_intents", "allow: get, post"),
        ("PUT", "/v1/customers/cus_00000000001", "allow: get, post, delete"),
        ("GET", "/v1/test_helpers/clock/advance", "allow: post"),
        ("POST", "/v1/balance", "allow: get"),
    ] {
        let refused = server.call(KEY, method, path, "", "");
        assert_eq!(refused.status, 405, "{method} {path}");
        assert!(refused.head.lines().any(|line| line == allowed), "{method} {path}: {}", refused.head);
    }
    for path in ["/v1/nothing", "/v1/charges/ch_1/refunds/re_1/more", "/v1/test_helpers", "/", "/v1"] {
        let refused = server.call(KEY, "GET", path, "", "");
        assert_eq!(refused.status, 404, "{path}");
        assert!(!refused.head.contains("allow:"), "{path}: {}", refused.head);
    }
}

/// P13: betas behind the date of a version are ignored; text that is not a date is still refused.
#[test]
fn betas_of_a_version_are_ignored() {
    let server = Running::in_memory();
    for beta in ["", "; some_beta=v1", ";a=v1; b=v2"] {
        for (version, status) in [("2023-10-16", 200), ("2023-10", 400), ("", 400)] {
            if version.is_empty() && beta.is_empty() {
                continue;
            }
            let header = format!("Stripe-Version: {version}{beta}\r\n");
            let answer = server.call(KEY, "GET", "/v1/payment_intents", "", &header);
            assert_eq!(answer.status, status, "{header}");
        }
    }
}
