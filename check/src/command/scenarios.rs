//! `check scenarios`.

use serde_json::json;

use super::{Exit, Failure, Options, Stage};
use crate::table::{Align, lay_out};
use holdfast_scenarios::{Room, SCENARIOS, Scenario};

pub(super) fn run(options: &Options, stage: &mut Stage<'_>) -> Result<Exit, Failure> {
    if options.json {
        let scenarios: Vec<_> = SCENARIOS
            .iter()
            .map(|scenario| {
                let (payments, keys) = room(scenario.room);
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
        writeln!(stage.out, "{:#}", json!(scenarios))?;
        return Ok(Exit::Fine);
    }
    let columns = [
        ("scenario", Align::Left),
        ("when", Align::Left),
        ("variants", Align::Right),
        ("payments", Align::Right),
        ("keys", Align::Right),
        ("what is in it", Align::Left),
        ("bounds", Align::Left),
    ];
    let row = |scenario: &Scenario| {
        let (payments, keys) = room(scenario.room);
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
    write!(stage.out, "{}", lay_out(&columns, SCENARIOS.iter().map(row), stage.look.width))?;
    Ok(Exit::Fine)
}

const fn room(room: Room) -> (usize, usize) {
    match room {
        Room::One => (1, 0),
        Room::OneWithKeys => (1, 2),
        Room::Two => (2, 0),
        Room::Three => (3, 0),
    }
}
