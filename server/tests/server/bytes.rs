//! The entry point for fuzzing: any bytes, no panic, and a response to every request.

use holdfast_server::{in_memory, router_bytes};
use std::collections::HashSet;

const GET: &str =
    "GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_raw\r\nConnection: close\r\n\r\n";

#[test]
fn a_request_is_answered() {
    let app = in_memory().unwrap();
    let answer = router_bytes(&app, GET.as_bytes()).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&answer));
}

/// Panics unless `answer` is empty or HTTP without a failure of the server.
fn is_an_answer(answer: &[u8], sent: &[u8]) {
    let fits = answer.is_empty() || answer.starts_with(b"HTTP/1.1 ") && !answer.starts_with(b"HTTP/1.1 5");
    assert!(fits, "{} to {}", String::from_utf8_lossy(answer), String::from_utf8_lossy(sent));
}

/// Prefixes of a request, and the request with some of its bytes replaced, from a fixed seed.
#[test]
fn any_bytes_are_good() {
    let app = in_memory().unwrap();
    let form = "amount=1000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true&expand[]=latest_charge";
    let post = format!(
        "POST /v1/payment_intents HTTP/1.1\r\nHost: x\r\nAuthorization: Basic c2tfdGVzdF9yYXc6\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    let answer = router_bytes(&app, post.as_bytes()).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&answer));
    for length in (0..post.len()).step_by(7) {
        let answer = router_bytes(&app, &post.as_bytes()[..length]).unwrap();
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{length}: half a request is no request");
        is_an_answer(&answer, &post.as_bytes()[..length]);
    }
    let mut statuses = HashSet::new();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..500 {
        let mut bytes = post.clone().into_bytes();
        for _ in 0..=round % 8 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let place = usize::try_from(random % u64::try_from(bytes.len()).unwrap()).unwrap();
            bytes[place] = random.to_le_bytes()[7];
        }
        let answer = router_bytes(&app, &bytes).unwrap();
        is_an_answer(&answer, &bytes);
        statuses.insert(answer.get(9..12).map(<[u8]>::to_vec));
    }
    // The changed bytes reach further than the parser: some requests are answered, others refused.
    for status in ["200", "400", "401", "404"] {
        assert!(statuses.contains(&Some(status.as_bytes().to_vec())), "{status} is not among {statuses:?}");
    }
    assert!(router_bytes(&app, GET.as_bytes()).unwrap().starts_with(b"HTTP/1.1 200 OK"));
}
