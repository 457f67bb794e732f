//! The page of a Checkout Session: line items and a card form.

use super::html::{escaped, is_address, notice, shop, whole};
use super::{Page, done, field, pay_address};
use crate::app::App;
use holdfast_engine::command::{Command, EnvironmentEvent, MethodRef};
use holdfast_engine::objects::{CheckoutSession, IntentStatus, SessionMode, SessionStatus, SetupStatus, UiMode};
use holdfast_engine::{Clock, MethodType, Money, Object, ObjectId, Refusal, Request, TestMethod, Time};
use serde_json::Value;
use std::sync::Arc;

/// Returns the page of a session, or the response to its form.
pub(super) fn page(
    app: &App,
    number: u64,
    session: &Arc<CheckoutSession>,
    query: &Value,
    posted: Option<&Value>,
) -> Page {
    match (session.status, posted) {
        (SessionStatus::Complete, _) => done(session),
        (SessionStatus::Expired, _) => gone(),
        (SessionStatus::Open, None) => {
            let failed = !field(query, "failed").is_empty();
            let message = "We could not confirm that it is you. Try again, or use another card.";
            form(app, session, &Value::Null, 200, failed.then_some(Problem::general(message)))
        }
        (SessionStatus::Open, Some(fields)) => match read(fields, app.clock.now()) {
            Ok((method, email)) => pay(app, number, session, fields, method, email),
            Err(problem) => form(app, session, fields, 400, Some(problem)),
        },
    }
}

/// A message for the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Problem<'a> {
    /// The field that it stands beside; empty if it is about the whole form.
    field: &'static str,
    message: &'a str,
}

impl<'a> Problem<'a> {
    const fn general(message: &'a str) -> Self {
        Self { field: "", message }
    }
}

fn gone() -> Page {
    notice(410, "This page is no longer open", "The time to pay is over, or the shop closed it. Go back to the shop.")
}

fn pay(
    app: &App,
    number: u64,
    session: &Arc<CheckoutSession>,
    fields: &Value,
    method: TestMethod,
    email: String,
) -> Page {
    let (id, method, email) = (session.id, MethodRef::Test(method), Some(email).filter(|email| !email.is_empty()));
    let event = EnvironmentEvent::CompleteSession { session: id, method, email };
    let response = app.engine.execute_numbered(Request::new(session.account, Command::Environment(event)), number);
    let now = app.engine.observe(id).ok().flatten();
    let session = now.as_ref().and_then(Object::as_checkout_session).unwrap_or(session);
    match (response.refusal(), session.status) {
        (_, SessionStatus::Complete) => done(session),
        (_, SessionStatus::Expired) => gone(),
        (Some(refusal), SessionStatus::Open) => {
            let (field, message) = (field_of(refusal), refusal.reason.message());
            form(app, session, fields, response.status(), Some(Problem { field, message: &message }))
        }
        (None, SessionStatus::Open) if is_challenged(app, session) => {
            Page::Go(format!("/c/challenge/{}?key={:016x}", session.id, session.secret))
        }
        (None, SessionStatus::Open) => {
            form(app, session, fields, 400, Some(Problem::general("That did not work. Try again.")))
        }
    }
}

/// Returns the field that the refusal of a card is about; empty if it is about the whole form.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal.reason.row().param.as_deref() {
        Some("number") => "number",
        Some("exp_month" | "exp_year") => "expiry",
        Some("cvc") => "cvc",
        Some(_) | None => "",
    }
}

/// Returns whether the payment or setup of a session waits for authentication.
fn is_challenged(app: &App, session: &CheckoutSession) -> bool {
    let object = |id: ObjectId| app.engine.observe(id).ok().flatten();
    let payment = session.payment_intent.and_then(|id| object(id.into()));
    let setup = session.setup_intent.and_then(|id| object(id.into()));
    let of_payment = payment.as_ref().and_then(Object::as_payment_intent);
    let of_setup = setup.as_ref().and_then(Object::as_setup_intent);
    of_payment.is_some_and(|intent| intent.status == IntentStatus::RequiresAction)
        || of_setup.is_some_and(|intent| intent.status == SetupStatus::RequiresAction)
}

/// Returns the card and the email in the form. Any security code and any future month are accepted (B41).
///
/// # Errors
/// Returns the first wrong field and the message about it.
fn read(fields: &Value, now: Time) -> Result<(TestMethod, String), Problem<'static>> {
    let wrong = |field, message| Problem { field, message };
    let email = field(fields, "email");
    if !email.is_empty() && (!email.contains('@') || email.chars().count() > 512) {
        return Err(wrong("email", "Your email is incomplete."));
    }
    let digits = |name| field(fields, name).chars().filter(|letter| !matches!(letter, ' ' | '-')).collect::<String>();
    let number = digits("number");
    let card = TestMethod::from_number(MethodType::Card, &number);
    let card = card.ok_or(wrong("number", "Your card number is incorrect: use one of the test cards."))?;
    let (month, year) =
        expiry(&digits("expiry")).ok_or(wrong("expiry", "Your card's expiry is incorrect: write it as 12 / 34."))?;
    if (year.saturating_add(2000), month) < month_of(now) {
        return Err(wrong("expiry", "Your card's expiry is in the past."));
    }
    let code = digits("cvc");
    if !(3..=4).contains(&code.len()) || !code.bytes().all(|letter| letter.is_ascii_digit()) {
        return Err(wrong("cvc", "Your card's security code is incomplete."));
    }
    Ok((card, email.to_owned()))
}

/// Returns month (1 to 12) and year (0 to 99) of an expiry such as `12/34` or `1234`, without blanks.
fn expiry(text: &str) -> Option<(u64, u64)> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_digit());
    let (month, year) = match text.split_once('/') {
        Some(parts) => parts,
        None if text.len() == 4 && is_number(text) => text.split_at(2),
        None => return None,
    };
    if !is_number(month) || !is_number(year) {
        return None;
    }
    let (month, year): (u64, u64) = (month.parse().ok()?, year.parse().ok()?);
    ((1..=12).contains(&month) && year <= 99).then_some((month, year))
}

/// Returns the year and month (1 to 12) of an instant, by the calendar's 400-year cycle of 146 097 days.
fn month_of(now: Time) -> (u64, u64) {
    let days = (now.seconds() / 86_400).saturating_add(719_468);
    let (cycle, day) = (days / 146_097, days % 146_097);
    let leap = (day / 1_460).saturating_add(day / 146_096);
    let year = day.saturating_add(day / 36_524).saturating_sub(leap) / 365;
    let before = year.saturating_mul(365).saturating_add(year / 4).saturating_sub(year / 100);
    // Months counted from March, so that the leap day is a year's last.
    let month = day.saturating_sub(before).saturating_mul(5).saturating_add(2) / 153;
    let (month, carried) = if month < 10 { (month.saturating_add(3), 0) } else { (month.saturating_sub(9), 1) };
    (cycle.saturating_mul(400).saturating_add(year).saturating_add(carried), month)
}

fn form(app: &App, session: &CheckoutSession, fields: &Value, status: u16, problem: Option<Problem<'_>>) -> Page {
    let currency = session.currency;
    let price = |amount: Money| currency.map_or_else(String::new, |currency| currency.display(amount));
    let mut bill = String::new();
    for item in &session.line_items {
        let sum = Money::new(item.unit_amount.minor().saturating_mul(item.quantity));
        let row = format!("<tr><td>{} × {}</td><td>{}</td></tr>", item.quantity, escaped(&item.name), price(sum));
        bill.push_str(&row);
    }
    if let Some(first) = session.shipping.first() {
        bill.push_str(&format!("<tr><td>Shipping</td><td>{}</td></tr>", price(first.amount)));
    }
    let title = match session.mode {
        SessionMode::Payment => format!("Pay {}", session.amount_total.map(price).unwrap_or_default()),
        SessionMode::Setup => "Save a card".to_owned(),
    };
    let beside = |name: &str| problem.filter(|problem| problem.field == name);
    let shown = |problem: Problem<'_>, tag: &str, id: &str| {
        format!("<{tag} class=\"problem\" role=\"alert\" id=\"problem{id}\">{}</{tag}>", escaped(problem.message))
    };
    let general = beside("").map(|problem| shown(problem, "p", ""));
    let email = match field(fields, "email") {
        "" => session.customer_email.as_deref().unwrap_or_default(),
        typed => typed,
    };
    // The words of `autocomplete` let a browser fill the form.
    let input = |label: &str, name: &str, (kind, fills): (&str, &str), hint: &str, value: &str| {
        let message = beside(name).map(|problem| shown(problem, "span", name)).unwrap_or_default();
        let invalid = match beside(name) {
            Some(_) => format!(" aria-invalid=\"true\" aria-describedby=\"problem{name}\" autofocus"),
            None => String::new(),
        };
        let keys = if kind == "text" { " inputmode=\"numeric\"" } else { "" };
        format!(
            "<label>{label}<input name=\"{name}\" type=\"{kind}\" autocomplete=\"{fills}\"{keys} placeholder=\"{hint}\" \
             value=\"{}\"{invalid}>{message}</label>",
            escaped(value)
        )
    };
    let shop =
        shop(app.shop.get(), [&session.success_url, &session.return_url, &session.cancel_url].map(|to| to.as_deref()));
    let cancel = session.cancel_url.as_deref().filter(|to| session.ui_mode == UiMode::Hosted && is_address(to));
    let cancel = cancel.map(|to| format!("<p><a id=\"cancel\" href=\"{}\">Back to the shop</a></p>", escaped(to)));
    let body = format!(
        "<table>{bill}</table>{}<form method=\"post\" action=\"{}\">{}{}<div class=\"pair\">{}{}</div>\
         <button id=\"pay\">{}</button></form>{}",
        general.unwrap_or_default(),
        escaped(&pay_address(session)),
        input("Email", "email", ("email", "email"), "you@example.com", email),
        input("Card number", "number", ("text", "cc-number"), "4242 4242 4242 4242", field(fields, "number")),
        input("Expiry", "expiry", ("text", "cc-exp"), "12 / 34", field(fields, "expiry")),
        input("Security code", "cvc", ("text", "cc-csc"), "123", ""),
        escaped(&title),
        cancel.unwrap_or_default(),
    );
    whole(status, &title, shop, &body, session.ui_mode != UiMode::Hosted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn months_are_right() {
        let rows = [(0, (1970, 1)), (951_782_400, (2000, 2)), (951_868_800, (2000, 3)), (1_795_305_600, (2026, 11))];
        for (seconds, month) in rows {
            assert_eq!(month_of(Time::new(seconds)), month, "{seconds}");
        }
    }

    #[test]
    fn cards_are_read() {
        let now = Time::new(1_795_305_600);
        let rows = [
            ("4242 4242 4242 4242", "11 / 26", "123", true),
            ("4242-4242-4242-4242", "1/27", "1234", true),
            ("4242424242424242", "1234", "123", true),
            ("4242424242424242", "12 34", "123", true),
            ("4242424242424242", "1026", "123", false),
            ("4242424242424242", "0034", "123", false),
            ("4242424242424242", "123", "123", false),
            ("4242424242424242", "+1/34", "123", false),
            ("4242424242424242", "é234", "123", false),
            ("4242424242424242", "10/26", "123", false),
            ("4242424242424242", "13/30", "123", false),
            ("4242424242424242", "12", "123", false),
            ("4242424242424242", "12/34", "12", false),
            ("1234567812345678", "12/34", "123", false),
            ("", "", "", false),
        ];
        for (number, expiry, cvc, good) in rows {
            let fields = json!({ "number": number, "expiry": expiry, "cvc": cvc });
            assert_eq!(read(&fields, now).is_ok(), good, "{number} {expiry} {cvc}");
        }
    }
    /// The message stands beside the field, which is marked; a message about the whole form stands above it.
    #[test]
    fn a_problem_stands_beside_its_field() {
        let now = Time::new(1_795_305_600);
        let good = [("email", "a@b"), ("number", "4242424242424242"), ("expiry", "12/34"), ("cvc", "123")];
        for (wrong, _) in good {
            let fields = good.map(|(name, value)| (name.to_owned(), json!(if name == wrong { "1" } else { value })));
            let fields = Value::Object(fields.into_iter().collect());
            assert_eq!(read(&fields, now).unwrap_err().field, wrong);
        }
    }
}
