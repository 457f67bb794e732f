//! `check scenarios`: the scenarios and their bounds.

use serde_json::json;

use super::{CommonOptions, Exit, Failure, Io};
use crate::table::{Align, lay_out_by};
use holdfast_scenarios::{Capacity, SCENARIOS, Scenario};

pub(super) fn run(options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    if options.json {
        let scenarios: Vec<_> = SCENARIOS
            .iter()
            .map(|scenario| {
                let (payments, keys) = capacity(scenario.capacity);
                json!({
                    "name": scenario.name,
                    "about": scenario.about,
                    "bounds": scenario.bounds,
                    "payments": payments,
                    "keys": keys,
                    "deep": scenario.deep,
                    "variants": (scenario.variants)().iter().map(|variant| variant.name).collect::<Vec<_>>(),
                })
            })
            .collect();
        writeln!(io.out, "{:#}", json!(scenarios))?;
        return Ok(Exit::Fine);
    }
    let columns = [
        ("scenario", Align::Left),
        ("when", Align::Left),
        ("variants", Align::Right),
        ("payments", Align::Right),
        ("keys", Align::Right),
        ("contents", Align::Left),
        ("bounds", Align::Left),
    ];
    let row = |scenario: &Scenario| {
        let (payments, keys) = capacity(scenario.capacity);
        vec![
            scenario.name.to_owned(),
            if scenario.deep { "--deep" } else { "default" }.to_owned(),
            (scenario.variants)().len().to_string(),
            payments.to_string(),
            keys.to_string(),
            scenario.about.to_owned(),
            scenario.bounds.to_owned(),
        ]
    };
    write!(io.out, "{}", lay_out_by(&columns, &[4, 3, 2], SCENARIOS.iter().map(row), io.style.width))?;
    Ok(Exit::Fine)
}

const fn capacity(capacity: Capacity) -> (usize, usize) {
    match capacity {
        Capacity::One => (1, 0),
        Capacity::OneWithKeys => (1, 2),
        Capacity::Two => (2, 0),
        Capacity::Three => (3, 0),
    }
}
