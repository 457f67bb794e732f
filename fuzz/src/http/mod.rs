//! The server target: the server accepts arbitrary bytes without a panic or a 5xx answer of its own, and every response
//! is well formed.
//!
//! The first byte chooses the form. If it is even, the remaining bytes go over one connection unchanged. If it is odd,
//! they choose requests from the server's own API description, with ids from earlier responses.

mod answer;
mod conversation;

use std::sync::Arc;

use holdfast_server::{App, in_memory, router_bytes};

use crate::failure::fail;

/// A valid request, which the server must still answer after any other request.
const GOOD: &str =
    "GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_raw\r\nConnection: close\r\n\r\n";

/// Sends bytes to a fresh server: unchanged, or as the choice of requests.
pub fn http(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Some(app) = in_memory() else { fail("cannot start a server in memory") };
    if first & 1 == 0 {
        for answer in ask(&app, rest) {
            judge(&answer, rest);
        }
    } else {
        conversation::hold(&app, rest);
    }
    match ask(&app, GOOD.as_bytes()).as_slice() {
        [answer] if answer.status == 200 => {}
        answers => fail(&format!("the server no longer answers a valid request: {answers:?}")),
    }
}

/// Sends `request` over a connection of its own, and returns the responses.
fn ask(app: &Arc<App>, request: &[u8]) -> Vec<answer::Answer> {
    let Some(bytes) = router_bytes(app, request) else { fail("the machine cannot run an async task") };
    let may_be_head = request.windows(4).any(|window| window == b"HEAD");
    match answer::read(&bytes, may_be_head) {
        Ok(answers) => answers,
        Err(why) => fail(&format!("{why}\n{}\nanswered:\n{}", shown(request), shown(&bytes))),
    }
}

fn judge(answer: &answer::Answer, request: &[u8]) {
    if let Err(why) = answer.judge() {
        fail(&format!("{why}: {}\n{}", shown(&answer.body), shown(request)));
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
