//! The page on which customers verify a bank account by its microdeposits (SI-8).

use super::html::{escaped, notice, whole};
use super::{Page, field};
use crate::app::App;
use crate::shop::ShopName;
use holdfast_engine::command::{Command, Microdeposits};
use holdfast_engine::objects::{NextAction, SetupIntent};
use holdfast_engine::{Object, Request};
use serde_json::Value;

/// Returns the page for two amounts or a descriptor code, or the response to its form.
pub(super) fn page(app: &App, number: u64, setup: &SetupIntent, posted: Option<&Value>) -> Page {
    if setup.next_action != Some(NextAction::Microdeposits) {
        return notice(200, "Nothing is left to do", "You can close this page.");
    }
    let Some(fields) = posted else { return question(app, 200, None) };
    let Some(proof) = proof(fields) else {
        return question(app, 400, Some("Write both amounts in cents, such as 1 and 2, or the code."));
    };
    let command = Command::VerifyMicrodeposits { intent: setup.id, proof };
    let response = app.engine.execute_numbered(Request::new(setup.account, command), number);
    match (response.object(), response.refusal()) {
        (Some(Object::SetupIntent(_)), _) => {
            notice(200, "Thank you", "The account is verified; you can close this page.")
        }
        (_, Some(refusal)) => question(app, response.status(), Some(&refusal.reason.message())),
        (_, None) => question(app, 500, Some("That did not work. Try again.")),
    }
}

/// Returns the amounts or the code in the form; `None` if it has neither.
fn proof(fields: &Value) -> Option<Microdeposits> {
    match field(fields, "code") {
        "" => {
            let amount = |name| field(fields, name).parse::<i64>().ok();
            Some(Microdeposits::Amounts(amount("first")?, amount("second")?))
        }
        code => Some(Microdeposits::Code(code.to_ascii_uppercase())),
    }
}

fn question(app: &App, status: u16, message: Option<&str>) -> Page {
    let message = message.map(|message| format!("<p class=\"problem\" role=\"alert\">{}</p>", escaped(message)));
    let input = |label: &str, name: &str, hint: &str| {
        format!("<label>{label}<input name=\"{name}\" placeholder=\"{hint}\" autocomplete=\"off\"></label>")
    };
    let body = format!(
        "<p>Two small deposits, or one with a code, were sent to your bank account. What does your statement say?</p>{}\
         <form method=\"post\"><div class=\"pair\">{}{}</div>{}<button id=\"verify\">Verify</button></form>",
        message.unwrap_or_default(),
        input("First amount in cents", "first", "1"),
        input("Second amount in cents", "second", "2"),
        input("Or the code", "code", "SM0000"),
    );
    let shop = app.shop.get().map(ShopName::as_str);
    whole(status, "Is this your account?", shop, &body, false)
}
