//! Plainer inputs and configurations.

use holdfast_model::time::{DAY, HOUR};
use holdfast_model::trace::Parameter;
use holdfast_model::{Account, Call, CaptureMethod, Config, Currency, DeliveryFault, Input, PaymentMethod};

/// Returns the default configuration, then those with one more field at its default.
pub(super) fn config(config: &Config) -> Vec<Config> {
    let usual = Config::default();
    let mut all = vec![
        usual,
        Config { account: Account { country: usual.account.country, ..config.account }, ..*config },
        Config { account: Account { multicapture: usual.account.multicapture, ..config.account }, ..*config },
    ];
    for (field, word) in usual.dialect.words() {
        let mut plainer = *config;
        // A field accepts each word that it writes.
        if plainer.dialect.set(field, &word).is_ok() {
            all.push(plainer);
        }
    }
    all.retain(|plainer| plainer != config);
    all
}

/// Returns inputs with fewer parameters or smaller numbers than this one. None of them leads back to it, so repeating
/// this ends.
pub(super) fn inputs(input: Input) -> Vec<Input> {
    let mut plainer = Vec::new();
    let parameters = input.parameter_count();
    for length in (1..=parameters).rev() {
        let starts = 0..=parameters.saturating_sub(length);
        plainer.extend(starts.filter_map(|start| input.without(start..start.saturating_add(length))));
    }
    if let Input::Begin { key, operation } = input {
        plainer.push(Input::Call(Call { operation, key: Some(key), fault: DeliveryFault::None }));
    }
    for place in 0..parameters {
        plainer.extend((0..VALUES).map(|choice| with_usual_value(input, place, choice)));
    }
    let cost = cost(&input);
    plainer.retain(|plainer| self::cost(plainer) < cost);
    let mut seen = Vec::new();
    plainer.retain(|plainer| {
        let is_new = !seen.contains(plainer);
        seen.push(*plainer);
        is_new
    });
    plainer
}

const AMOUNTS: [i64; VALUES] = [0, 1, 50, 100, 500, 1_000];
const DURATIONS: [u32; 4] = [1, HOUR, DAY, DAY.saturating_mul(7)];

/// The maximum number of usual values that are tried for a parameter.
const VALUES: usize = 6;

/// Returns the input with a usual value for the parameter at `place`, or the same input if there is none.
fn with_usual_value(input: Input, place: usize, choice: usize) -> Input {
    let mut at = 0;
    input.edit(|parameter| {
        let is_here = at == place;
        at = at.saturating_add(1);
        if !is_here {
            return;
        }
        match parameter {
            Parameter::Amount(amount) => *amount = AMOUNTS.get(choice).copied().unwrap_or(*amount),
            Parameter::Seconds(seconds) => *seconds = duration(*seconds, choice),
            Parameter::Method(method) => *method = PaymentMethod::Visa,
            Parameter::CaptureMethod(method) => *method = CaptureMethod::Manual,
            Parameter::Currency(currency) => *currency = Currency::Usd,
            Parameter::Intent(_) | Parameter::Refund(_) | Parameter::Key(_) | Parameter::Other => {}
        }
    })
}

/// Returns a usual duration, or this one rounded up to whole hours (4) or days (5). Unit: seconds.
fn duration(seconds: u32, choice: usize) -> u32 {
    let up = |unit: u32| seconds.checked_next_multiple_of(unit).unwrap_or(seconds);
    match choice {
        4 => up(HOUR),
        5 => up(DAY),
        _ => DURATIONS.get(choice).copied().unwrap_or(seconds),
    }
}

/// Returns the cost of an input: the length of its text, then the sum of its numbers.
fn cost(input: &Input) -> (usize, u64) {
    let text = input.to_string();
    let numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    (text.len(), numbers.fold(0, u64::saturating_add))
}
