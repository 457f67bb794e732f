//! The JSON API of the page. Every answer is a function of the request: the server keeps nothing between requests.
//!
//! The reference of the API is `docs/src/reference/json.md`.

use std::collections::BTreeMap;

use holdfast_model::trace::{Script, correction};
use holdfast_model::{Config, Dialect, Input};
use holdfast_properties::CATALOGUE;
use holdfast_scenarios::{SCENARIOS, Scenario, Variant, find};
use serde::Deserialize;
use serde_json::{Value, json};

use super::walk::{MOST_STEPS, WebWalk, steps_of};

/// Largest number of bytes of a request's body.
pub const MOST_BYTES: usize = 256 << 10;

/// The body of `POST /api/walk`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkRequest {
    /// The scenario that decides which inputs are tried.
    pub scenario: String,
    /// Its variant; the first one by default.
    pub variant: Option<String>,
    /// Choices of the dialect that replace the variant's. A trace brings its own.
    #[serde(default)]
    pub dialect: BTreeMap<String, String>,
    /// The walk so far, as a trace. Without one, the walk begins.
    pub trace: Option<String>,
    /// The number of steps of the trace to keep; all by default.
    pub keep: Option<usize>,
    /// The next input, as in a trace.
    pub add: Option<String>,
}

/// A wrong field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongField {
    /// The name of the field; `body` for the whole request.
    pub field: &'static str,
    /// The mistake and what is accepted.
    pub error: String,
}

fn wrong(field: &'static str, error: impl ToString) -> WrongField {
    WrongField { field, error: error.to_string() }
}

/// Returns the answer of `GET /api/scenarios`.
#[must_use]
pub fn scenarios() -> Value {
    let all = SCENARIOS.iter().map(|scenario| {
        let variants = (scenario.variants)();
        let variants = variants
            .iter()
            .map(|variant| json!({ "name": variant.name, "trace": Script::of(variant.config, []).to_string() }));
        json!({
            "name": scenario.name,
            "about": scenario.about,
            "bounds": scenario.bounds,
            "deep": scenario.deep,
            "variants": variants.collect::<Vec<_>>(),
        })
    });
    let usual = Dialect::default().words();
    let dialect = Dialect::FIELDS.iter().zip(usual);
    let dialect = dialect.map(|((name, rule), (_, word))| json!({ "name": name, "rule": rule, "usual": word }));
    json!({
        "schema": "holdfast/web-scenarios/1",
        "version": holdfast_evidence::VERSION,
        "properties": CATALOGUE.len(),
        "scenarios": all.collect::<Vec<_>>(),
        "dialect": dialect.collect::<Vec<_>>(),
    })
}

/// Returns the walk that a request describes.
///
/// # Errors
/// The wrong field, and what is accepted in it.
pub fn walk(request: &WalkRequest) -> Result<WebWalk, WrongField> {
    let (scenario, variant) = chosen(&request.scenario, request.variant.as_deref())?;
    let mut walk = WebWalk { scenario, config: variant.config, variant, inputs: Vec::new(), expectations: Vec::new() };
    for (name, word) in &request.dialect {
        walk.config.dialect.set(name, word).map_err(|error| wrong("dialect", error))?;
    }
    if let Some(text) = &request.trace {
        let script = Script::parse(text).map_err(|error| wrong("trace", error))?;
        walk.config = script.config;
        (walk.inputs, walk.expectations) = steps_of(script);
    }
    if let Some(keep) = request.keep {
        let steps = walk.inputs.len();
        if keep > steps {
            return Err(wrong("keep", format!("{keep} is more than the {steps} steps of the trace")));
        }
        walk.inputs.truncate(keep);
        walk.expectations.truncate(keep);
    }
    if let Some(line) = &request.add {
        walk.inputs.push(added(line)?);
    }
    if walk.inputs.len() > MOST_STEPS {
        let steps = walk.inputs.len();
        return Err(wrong("trace", format!("{steps} steps are too many; a walk has at most {MOST_STEPS}")));
    }
    Ok(walk)
}

/// Returns the scenario and the variant of these names.
///
/// # Errors
/// The field whose name does not exist, and the names that do.
pub fn chosen(scenario: &str, variant: Option<&str>) -> Result<(&'static Scenario, Variant), WrongField> {
    let names = SCENARIOS.iter().map(|scenario| scenario.name);
    let found = find(scenario);
    let found =
        found.ok_or_else(|| wrong("scenario", format!("no scenario `{scenario}`{}", correction(scenario, names))))?;
    let variants = (found.variants)();
    let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
    let place = variants.iter().position(|known| variant.is_none_or(|variant| known.name == variant));
    let known = place.and_then(|place| variants.get(place)).ok_or_else(|| {
        let variant = variant.unwrap_or_default();
        wrong("variant", format!("`{}` has no variant `{variant}`{}", found.name, correction(variant, names)))
    })?;
    Ok((found, known.clone()))
}

/// Returns the input of one line of a trace.
fn added(line: &str) -> Result<Input, WrongField> {
    let script = Script::parse(line).map_err(|error| wrong("add", error))?;
    let is_input_alone = script.config == Config::default();
    match script.lines.as_slice() {
        [one] if is_input_alone => Ok(one.input),
        _ => Err(wrong("add", "expected one line of a trace, such as `capture pi1 700`")),
    }
}
