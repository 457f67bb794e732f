//! Test helpers and accounts under idempotency keys, and the pages for authentication and microdeposits.

use crate::running::{Answer, KEY, OTHER_KEY, Running};

/// Returns the path and query of an absolute address.
fn path_of(address: &str) -> String {
    address.split_once("://").unwrap().1.split_once('/').map(|(_, path)| format!("/{path}")).unwrap()
}

fn header(answer: &Answer, name: &str) -> String {
    let found = answer.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_default().to_owned()
}

/// IDEM-3: a repeated request under one key has one effect: on accounts, on the clock, on debits.
#[test]
fn helpers_heed_keys() {
    let server = Running::in_memory();
    let debit = "amount=1000&currency=usd&payment_method_types[]=us_bank_account&payment_method=pm_usBankAccount_success&confirm=true";
    let debit = server.post("/v1/payment_intents", debit).at("id");
    let settle = format!("/v1/test_helpers/payment_intents/{debit}/settle");
    let rows = [
        ("/v1/accounts", "country=US", "country=JP"),
        ("/v1/test_helpers/clock/advance", "seconds=60", "seconds=61"),
        (settle.as_str(), "outcome=succeeded", "outcome=no_account"),
    ];
    for (path, form, other) in rows {
        let key = format!("Idempotency-Key: {path}\r\n");
        let first = server.call(KEY, "POST", path, form, &key);
        assert_eq!(first.status, 200, "{path}: {first:?}");
        assert_eq!(header(&first, "idempotent-replayed"), "", "{path}");
        let again = server.call(KEY, "POST", path, form, &key);
        assert_eq!((again.status, &again.text), (200, &first.text), "{path}");
        assert_eq!(header(&again, "idempotent-replayed"), "true", "{path}");
        let refused = server.call(KEY, "POST", path, other, &key);
        assert_eq!((refused.status, refused.at("error.type")), (400, "idempotency_error".to_owned()), "{path}");
    }
    let accounts = server.get("/v1/accounts").json();
    assert_eq!(accounts["data"].as_array().unwrap().len(), 1);
    let before: u64 = server.get("/v1/test_helpers/clock").at("now").parse().unwrap();
    let key = "Idempotency-Key: a\r\n";
    for _ in 0..3 {
        server.call(KEY, "POST", "/v1/test_helpers/clock/advance", "seconds=100000", key);
    }
    let after: u64 = server.get("/v1/test_helpers/clock").at("now").parse().unwrap();
    assert!((100_000..150_000).contains(&(after - before)), "{before} {after}");
    // Another account's key is another key (IDEM-8).
    server.call(OTHER_KEY, "POST", "/v1/test_helpers/clock/advance", "seconds=7", key);
    assert!(server.get("/v1/test_helpers/clock").at("now").parse::<u64>().unwrap() >= after + 7);
}

/// HOOK-10: only the response that rolls a signing secret shows it.
#[test]
fn a_secret_is_rolled() {
    let server = Running::in_memory();
    let hook = server.post("/v1/webhook_endpoints", "url=https://shop.test&enabled_events[]=*");
    let (id, first) = (hook.at("id"), hook.at("secret"));
    let path = format!("/v1/test_helpers/webhook_endpoints/{id}/roll_secret");
    let second = server.post(&path, "expires_in=60").at("secret");
    assert!(second.starts_with("whsec_") && second != first, "{second}");
    assert_eq!(server.get(&format!("/v1/webhook_endpoints/{id}")).at("secret"), "-");
    assert_eq!(server.post(&path, "expires_in=86401").at("error.param"), "expires_in");
    assert_eq!(server.call(OTHER_KEY, "POST", &path, "", "").status, 404);
}

/// B26, C7: the bank's page redirects to the shop with id, client secret and outcome.
#[test]
fn the_banks_page_leads_back_to_the_shop() {
    let server = Running::in_memory();
    let rows = [
        ("payment_intents", "amount=1000&currency=usd&", "https://shop.test/back", "approve", "?", "succeeded"),
        ("payment_intents", "amount=1000&currency=usd&", "https://shop.test/back?a=b", "fail", "&", "failed"),
        ("setup_intents", "", "https://shop.test/back", "approve", "?", "succeeded"),
        ("setup_intents", "", "https://shop.test/back", "fail", "?", "failed"),
    ];
    for (path, form, back, answer, and, status) in rows {
        let form = format!("{form}confirm=true&payment_method=pm_card_threeDSecure2Required&return_url={back}");
        let made = server.post(&format!("/v1/{path}"), &form.replace("?a=b", "%3Fa%3Db"));
        assert_eq!(made.at("next_action.redirect_to_url.return_url"), back);
        let page = path_of(&made.at("next_action.redirect_to_url.url"));
        assert_eq!(server.call("", "GET", &page, "", "").status, 200);
        let gone = server.call("", "POST", &page, &format!("answer={answer}"), "");
        let (noun, id, secret) = (path.trim_end_matches('s'), made.at("id"), made.at("client_secret"));
        let to = format!("{back}{and}{noun}={id}&{noun}_client_secret={secret}&redirect_status={status}");
        assert_eq!((gone.status, header(&gone, "location")), (303, to.to_lowercase()), "{path} {answer}");
        assert!(server.call("", "GET", &page, "", "").text.contains("Nothing is left to do"));
    }
    // The page does not redirect to anything but a web address.
    let form = "amount=1000&currency=usd&payment_method_types[]=card&confirm=true&payment_method=pm_card_threeDSecure2Required";
    let made = server.post("/v1/payment_intents", &format!("{form}&return_url=javascript:alert(1)"));
    let page = path_of(&made.at("next_action.redirect_to_url.url"));
    let said = server.call("", "POST", &page, "answer=approve", "");
    assert_eq!((said.status, header(&said, "location")), (200, String::new()));
}

/// SI-8: the page that verifies a bank account by its microdeposits.
#[test]
fn deposits_are_verified_on_a_page() {
    let server = Running::in_memory();
    let form = "payment_method_types[]=us_bank_account&confirm=true&payment_method=pm_usBankAccount_success\
                &payment_method_options[us_bank_account][verification_method]=microdeposits";
    for right in ["first=32&second=45", "first=45&second=32", "code=sm11aa"] {
        let made = server.post("/v1/setup_intents", form);
        let page = path_of(&made.at("next_action.verify_with_microdeposits.hosted_verification_url"));
        assert_eq!(server.call("", "GET", &page, "", "").status, 200);
        for wrong in ["first=1&second=2", "first=32", "first=x&second=45", "code=SM0000", ""] {
            assert_eq!(server.call("", "POST", &page, wrong, "").status, 400, "{wrong}");
        }
        let challenge = page.replace("microdeposits", "challenge");
        assert!(server.call("", "GET", &challenge, "", "").text.contains("Nothing is left to do"));
        assert_eq!(server.call("", "GET", &page.replace("key=", "key=0"), "", "").status, 404);
        assert!(server.call("", "POST", &page, right, "").text.contains("verified"), "{right}");
        assert_eq!(server.get(&format!("/v1/setup_intents/{}", made.at("id"))).at("status"), "succeeded");
        assert!(server.call("", "GET", &page, "", "").text.contains("Nothing is left to do"));
    }
}

/// Moving the clock past its limit is refused with 400 and is no failure of the server.
#[test]
fn the_clock_has_an_end() {
    let server = Running::in_memory();
    let ten_years = format!("seconds={}", 3_650 * 86_400);
    let advance = |_| server.call(KEY, "POST", "/v1/test_helpers/clock/advance", &ten_years, "");
    let answers: Vec<_> = (0..12).map(advance).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [[200; 10].as_slice(), &[400; 2]].concat());
    assert_eq!(answers[11].at("error.param"), "seconds");
}

/// P22: the balance shows pending and available money apart; the clock makes it available; options set fee and delay.
#[test]
fn money_becomes_available() {
    let pay = "amount=1000&currency=usd&payment_method_types[]=card&confirm=true&capture_method=automatic\
               &payment_method=pm_card_visa&expand[]=latest_charge.balance_transaction";
    let parts = |server: &Running| {
        let shown = server.get("/v1/balance").json();
        let part = |name: &str| (shown[name][0]["amount"].clone(), shown[name][0]["source_types"]["card"].clone());
        assert_eq!(shown["available"][0]["currency"], "usd");
        [part("available"), part("pending")].map(|(amount, card)| (amount.as_i64(), card.as_i64()))
    };
    // Options, fee, delay in seconds.
    let rows: [(&[&str], i64, u64); 3] = [
        (&[], 59, 172_800),
        (&["--fee", "100+5"], 15, 172_800),
        (&["--fee", "0+1", "--settlement-delay", "3600"], 1, 3_600),
    ];
    for (options, fee, delay) in rows {
        let server = Running::with(":memory:", options);
        let made = server.post("/v1/payment_intents", pay);
        let entry = |name: &str| made.at(&format!("latest_charge.balance_transaction.{name}"));
        assert_eq!(
            (entry("fee"), entry("net"), entry("status")),
            (fee.to_string(), (1000 - fee).to_string(), "pending".into())
        );
        let wait = entry("available_on").parse::<u64>().unwrap() - entry("created").parse::<u64>().unwrap();
        assert_eq!(wait, delay, "{options:?}");
        let (net, none) = (Some(1000 - fee), Some(0));
        assert_eq!(parts(&server), [(none, none), (net, net)], "{options:?}");
        let connected = server.post("/v1/accounts", "country=US").at("id");
        let to = format!("amount=1&currency=usd&destination={connected}");
        assert_eq!(server.post("/v1/transfers", &to).at("error.code"), "balance_insufficient");
        server.post("/v1/test_helpers/clock/advance", &format!("seconds={delay}"));
        let id = entry("id");
        assert_eq!(server.get(&format!("/v1/balance_transactions/{id}")).at("status"), "available", "{options:?}");
        assert_eq!(parts(&server), [(net, net), (none, none)], "{options:?}");
        let events = server.get("/v1/events?type=balance.available").json();
        assert_eq!(events["data"].as_array().unwrap().len(), 1, "{options:?}");
        assert_eq!(events["data"][0]["data"]["object"]["available"][0]["amount"].as_i64(), net, "{options:?}");
        assert_eq!(server.post("/v1/transfers", &to).status, 200);
        // A connected account has the settlement of its platform.
        let direct = server.call(KEY, "POST", "/v1/payment_intents", pay, &format!("Stripe-Account: {connected}\r\n"));
        assert_eq!(direct.at("latest_charge.balance_transaction.fee"), fee.to_string(), "{options:?}");
    }
}

/// The options of a restart change the accounts of the keys; without options they stay as they are.
#[test]
fn the_settlement_of_a_store_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.db");
    let pay = "amount=1000&currency=usd&payment_method_types[]=card&confirm=true&capture_method=automatic\
               &payment_method=pm_card_visa&expand[]=latest_charge.balance_transaction";
    let rows: [(&[&str], &str); 4] = [(&[], "59"), (&["--fee", "0+3"], "3"), (&[], "3"), (&["--fee", "10+0"], "1")];
    for (options, fee) in rows {
        let server = Running::with(file.to_str().unwrap(), options);
        let made = server.post("/v1/payment_intents", pay);
        assert_eq!(made.at("latest_charge.balance_transaction.fee"), fee, "{options:?}");
    }
}
