//! Prefixes: first inputs that lead to states which random inputs seldom reach.

use std::sync::LazyLock;

use holdfast_model::Input;
use holdfast_model::trace::Script;

/// The prefixes as traces.
const TRACES: [&str; 10] = [
    // The last second of a hold: whole, partly captured, with a fee, and with a transfer.
    "create pi1 1500 usd manual multicapture method=card_visa confirm\nadvance 6d23h59m59s",
    "create pi1 1500 usd manual multicapture method=card_visa confirm\ncapture pi1 500 final=false\nadvance 6d23h59m59s",
    "create pi1 1500 usd manual multicapture method=card_visa flow=destination fee=500 confirm\nadvance 6d23h59m59s\n\
     capture pi1 500 final=false",
    "create pi1 1500 usd manual multicapture method=card_visa flow=destination transfer=500 confirm\nadvance 6d23h59m59s",
    "create pi1 1500 usd manual multicapture method=card_visa flow=direct fee=500 confirm\nadvance 6d23h59m59s",
    // The same without the customer, which makes the hold end sooner.
    "create pi1 1500 usd manual method=card_visa confirm off_session\nadvance 4d17h59m59s",
    // The same in yen, which makes the hold end later.
    "create pi1 1500 jpy manual multicapture method=card_visa confirm\nadvance 29d23h59m59s",
    // A refund that waits for the customer.
    "create pi1 1500 usd automatic_async method=bank_transfer confirm\nsettle pi1\nrefund pi1 500",
    // The customer has authenticated a card that will be declined, and the server has to confirm again.
    "create pi1 1500 usd automatic method=card_authenticationRequiredChargeDeclinedInsufficientFunds \
     confirmation_method=manual confirm\n\
     authenticate pi1 succeeds",
    // All captures but the last permitted one; they are appended to this line.
    "create pi1 9000 usd manual multicapture method=card_visa confirm",
];

/// The number of captures before the last permitted one.
const CAPTURES: usize = 49;

static PREFIXES: LazyLock<Vec<Vec<Input>>> = LazyLock::new(|| {
    let read = |text: &str| Script::parse(text).map(|script| script.inputs().collect()).unwrap_or_default();
    let mut openings: Vec<Vec<Input>> = TRACES.into_iter().map(read).collect();
    if let Some(last) = openings.last_mut() {
        last.extend(read("capture pi1 50 final=false").into_iter().cycle().take(CAPTURES));
    }
    openings
});

/// Returns the prefix with this number, modulo the number of prefixes.
pub(super) fn prefix(number: u8) -> &'static [Input] {
    let place = usize::from(number).checked_rem(PREFIXES.len()).unwrap_or(0);
    PREFIXES.get(place).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use holdfast_model::{Account, Config, Country, transition};

    use super::*;
    use crate::bounds::ModelState;

    /// Each input of each prefix is accepted, under the configuration that the prefix is meant for.
    #[test]
    fn every_opening_comes_to_something() {
        assert_eq!(PREFIXES.iter().map(Vec::len).max(), Some(CAPTURES + 1));
        for (number, way) in (0_u8..).zip(TRACES) {
            let country = if way.contains("jpy") { Country::Jp } else { Country::Us };
            let config = Config { account: Account { country, multicapture: true }, ..Config::default() };
            let mut state = ModelState::default();
            let prefix = prefix(number);
            assert!(prefix.len() > 1, "{way}");
            for input in prefix {
                let step = transition(&config, &state, *input);
                assert!(step.outcome.is_ok(), "{way}: {input}: {:?}", step.outcome);
                state = step.after;
            }
        }
    }
}
