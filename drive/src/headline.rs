//! The object of a step in words, with its amounts, and how a wrong value relates to the right one.

use holdfast_model::{Amount, Input, Operation, PaymentView, Update};

/// Returns an amount with its thousands apart: `1,500`.
#[must_use]
pub fn grouped(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let count = digits.len();
    let mut text = String::from(if amount < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && count.saturating_sub(place).checked_rem(3) == Some(0) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn shown(amount: Amount) -> String {
    grouped(i64::from(amount.get()))
}

/// Returns the payment in words: `a hold of 1,000`.
fn payment(view: &PaymentView) -> String {
    let status = view.status.name();
    let refunded = view.charge.map_or(Amount::ZERO, |charge| charge.refunded_amount);
    match status {
        "requires_capture" if view.received.is_zero() => format!("a hold of {}", shown(view.capturable)),
        "requires_capture" => {
            format!("a hold of {} after {} captured", shown(view.capturable), shown(view.received))
        }
        "succeeded" if refunded.is_zero() => format!("a payment of {}", shown(view.received)),
        "succeeded" => format!("a payment of {} after {} refunded", shown(view.received), shown(refunded)),
        "canceled" => format!("a canceled payment of {}", shown(view.amount)),
        _ => format!("a payment of {} in {status}", shown(view.amount)),
    }
}

/// Returns a step in words: `capture 1,500 of a hold of 1,000`.
#[must_use]
pub fn step(input: Input, view: Option<&PaymentView>) -> String {
    let verb = input.to_string().split_whitespace().next().unwrap_or_default().to_owned();
    let object = view.map_or_else(|| "what does not exist".to_owned(), payment);
    let Input::Call(call) = input else {
        return view.map_or_else(|| verb.clone(), |view| format!("{verb} of {}", payment(view)));
    };
    if let Operation::CreateIntent { create, .. } = call.operation {
        let amount = grouped(create.amount);
        let currency = create.currency.name();
        return match create.method {
            Some(method) => format!("{verb} {amount} {currency} by {}", method.token()),
            None => format!("{verb} {amount} {currency}"),
        };
    }
    if call.operation.about().intent().is_none() {
        return verb;
    }
    match amount(&call.operation) {
        Some(amount) => format!("{verb} {} of {object}", grouped(amount)),
        None => format!("{verb} of {object}"),
    }
}

/// Returns the amount that an operation names, in the smallest unit of the currency.
fn amount(operation: &Operation) -> Option<i64> {
    if let Operation::CaptureIntent { capture, .. } = operation {
        return capture.amount;
    }
    if let Operation::CreateRefund { refund, .. } = operation {
        return refund.amount;
    }
    if let Operation::UpdateIntent { update: Update::Amount(amount), .. } = operation {
        return Some(*amount);
    }
    None
}

/// Returns how a wrong value relates to the right one, without numbers that differ from trace to trace. Two faults of
/// one field then stay two.
#[must_use]
pub fn relation(model: &str, server: &str) -> String {
    let number = |text: &str| text.trim_matches('"').parse::<i64>().ok();
    let (Some(right), Some(wrong)) = (number(model), number(server)) else {
        return format!("{model} → {}", server.trim_matches('"'));
    };
    let word = match (wrong, wrong.checked_sub(right)) {
        (..0, _) => "negative",
        (0, _) => "0",
        (_, Some(1)) => "1 too much",
        (_, Some(-1)) => "1 too little",
        (_, Some(2..) | None) => "too much",
        (_, Some(_)) => "too little",
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_named_by_its_relation() {
        let table = [
            ("300", "0", "0"),
            ("300", "301", "1 too much"),
            ("300", "299", "1 too little"),
            ("300", "1000", "too much"),
            ("300", "\"100\"", "too little"),
            ("300", "-1", "negative"),
            ("canceled", "\"succeeded\"", "canceled → succeeded"),
            ("300", "null", "300 → null"),
        ];
        for (model, server, expected) in table {
            assert_eq!(relation(model, server), expected, "{model} {server}");
        }
    }

    #[test]
    fn amounts_have_their_thousands_apart() {
        for (amount, expected) in [(0, "0"), (999, "999"), (1_500, "1,500"), (-5, "-5"), (99_999_999, "99,999,999")] {
            assert_eq!(grouped(amount), expected);
        }
    }
}
