//! The server: whatever it is sent, it does not panic, does not fail, and answers in a form that a client can read.
//!
//! The first byte chooses. Even, a blank for one: the rest goes over one connection as it is. Odd: the rest chooses
//! requests out of the server's own description, which name what earlier answers told of.

mod answer;
mod conversation;

use std::sync::Arc;

use holdfast_server::{App, in_memory, router_bytes};

use crate::failure::fail;

/// A request that is always good: whatever came before, the server still works.
const GOOD: &str =
    "GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_raw\r\nConnection: close\r\n\r\n";

/// Bytes to a fresh server, as they are or as a choice of requests.
pub fn http(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Some(app) = in_memory() else { fail("the machine has no room for a server") };
    if first & 1 == 0 {
        for answer in ask(&app, rest) {
            judge(&answer, rest);
        }
    } else {
        conversation::hold(&app, rest);
    }
    match ask(&app, GOOD.as_bytes()).as_slice() {
        [answer] if answer.status == 200 => {}
        answers => fail(&format!("the server does not work any more: {answers:?}")),
    }
}

/// Sends `request` over a connection of its own, and reads what comes back.
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
