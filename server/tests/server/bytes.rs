//! The hook for fuzzing: any bytes, no panic, and an answer for whatever is a request.

use holdfast_server::{in_memory, router_bytes};

const GET: &str =
    "GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_raw\r\nConnection: close\r\n\r\n";

#[test]
fn a_request_is_answered() {
    let app = in_memory().unwrap();
    let answer = router_bytes(&app, GET.as_bytes()).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&answer));
}

/// Every prefix of a request, every byte of it replaced, and bytes of no sense from a fixed seed.
#[test]
fn any_bytes_are_good() {
    let app = in_memory().unwrap();
    let form = "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true&expand[]=latest_charge";
    let post = format!(
        "POST /v1/payment_intents HTTP/1.1\r\nHost: x\r\nAuthorization: Basic c2tfdGVzdF9yYXc6\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    let answer = router_bytes(&app, post.as_bytes()).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&answer));
    for length in (0..post.len()).step_by(7) {
        assert!(router_bytes(&app, &post.as_bytes()[..length]).is_some(), "{length}");
    }
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
        assert!(router_bytes(&app, &bytes).is_some(), "{}", String::from_utf8_lossy(&bytes));
    }
    assert!(router_bytes(&app, GET.as_bytes()).unwrap().starts_with(b"HTTP/1.1 200 OK"));
}
