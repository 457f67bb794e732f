//! The OpenAPI 3.0 description of the API (`GET /openapi.json`), built from the table of operations.

mod nested;
mod table;

use crate::routes::{Handler, TABLE};
use holdfast_engine::edge::read::{Route, Verb, documented};
use holdfast_engine::{Currency, MethodType, OtherType};
use nested::ParameterGroup;
use serde_json::{Map, Value, json};
use table::{OBJECTS, PAGE};

/// The path of the description.
pub(crate) const PATH: &str = "/openapi.json";

/// Returns the OpenAPI description of a server at `origin`.
///
/// ```
/// let description = holdfast_server::description("http://127.0.0.1:4242");
/// assert_eq!(description["paths"]["/v1/charges/{id}"]["get"]["operationId"], "get_charges_id");
/// ```
#[must_use]
pub fn description(origin: &str) -> Value {
    let mut paths = Map::new();
    for route in TABLE.iter() {
        let path = paths.entry(route.pattern).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(path) = path {
            path.insert(lower_case(route.verb), operation(route));
        }
    }
    let schemas = OBJECTS.iter().map(|(kind, fields)| ((*kind).to_owned(), object(kind, fields)));
    let mut schemas: Map<String, Value> = schemas.collect();
    schemas.insert("error".to_owned(), error());
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Holdfast", "version": env!("CARGO_PKG_VERSION"),
            "description": "The provider's v1 API as Holdfast serves it." },
        "servers": [{ "url": origin }],
        "security": [{ "bearer": [] }, { "basic": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic" },
            },
        },
    })
}

fn lower_case(verb: Verb) -> String {
    verb.name().to_ascii_lowercase()
}

fn operation(route: &Route<Handler>) -> Value {
    let mut named = fields(route.parameters);
    if route.answer.starts_with('[') {
        named.extend(fields(PAGE));
    }
    let in_path = route.pattern.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let in_path = in_path.map(|(name, _)| name);
    let mut listed: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let mut answered = responses(route.answer);
    if let Some(good) = answered.get_mut("200") {
        put(good, "links", links(route));
    }
    let mut operation = json!({ "operationId": operation_id(route), "responses": answered });
    if route.verb == Verb::Post {
        put(&mut operation, "requestBody", body(route.pattern, &named));
    } else {
        listed.extend(named.iter().map(|field| {
            json!({ "name": field.name, "in": "query", "required": field.required, "schema": parameter(field) })
        }));
    }
    put(&mut operation, "parameters", listed.into());
    operation
}

fn operation_id(route: &Route<Handler>) -> String {
    let words = route.pattern.trim_start_matches("/v1/").replace(['/', '{', '}', '.'], "_");
    format!("{}_{}", lower_case(route.verb), words.trim_matches('_').replace("__", "_"))
}

/// Returns the links of an operation that creates an object: one to every operation that takes its id.
fn links(route: &Route<Handler>) -> Value {
    let path = route.pattern.replace("/test_helpers", "");
    let base = format!("{path}/{{id}}");
    let creates = route.verb == Verb::Post && !path.contains('{');
    let about = |to: &&Route<Handler>| creates && to.pattern.replace("/test_helpers", "").starts_with(&base);
    let link = |to: &Route<Handler>| {
        let id = operation_id(to);
        (id.clone(), json!({ "operationId": id, "parameters": { "id": "$response.body#/id" } }))
    };
    Value::Object(TABLE.iter().filter(about).map(link).collect())
}

fn body(pattern: &str, named: &[Field<'_>]) -> Value {
    let required: Vec<&str> = named.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut properties: Map<String, Value> =
        named.iter().map(|field| (field.name.to_owned(), parameter(field))).collect();
    let endpoint = format!("POST {pattern}");
    let mut groups = ParameterGroup::default();
    documented().filter(|one| one.endpoint == endpoint).for_each(|one| groups.add(one.name, one.kind));
    groups.add_card_data();
    for (name, schema) in groups.properties() {
        let known = properties.entry(name).or_insert(Value::Null);
        // The documented type of a list's items is closer than that of the table.
        if known.is_null() || *known == json!({ "type": "array", "items": {} }) {
            *known = schema;
        }
    }
    properties.insert("expand".to_owned(), json!({ "type": "array", "items": { "type": "string" } }));
    let encoding: Map<String, Value> = (properties.iter())
        .filter(|(_, schema)| is_deep(schema))
        .map(|(name, _)| (name.clone(), json!({ "style": "deepObject", "explode": true })))
        .collect();
    let is_required = |name: &str| required.contains(&name);
    let optional = properties.iter_mut().filter(|(name, _)| !is_required(name));
    // An empty text unsets a parameter, or is refused by the operation itself (P26).
    optional
        .for_each(|(_, schema)| *schema = json!({ "anyOf": [schema.take(), { "type": "string", "maxLength": 0 }] }));
    let mut form = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        put(&mut form, "required", json!(required));
    }
    json!({ "required": !required.is_empty(),
        "content": { "application/x-www-form-urlencoded": { "schema": form, "encoding": encoding } } })
}

/// Returns whether a parameter of this schema may have parameters below it.
fn is_deep(schema: &Value) -> bool {
    schema["type"] == "object"
        || schema["type"] == "array"
        || schema["anyOf"].as_array().is_some_and(|any| any.iter().any(is_deep))
}

/// Returns the schema of a documented parameter of a type: a number or one of some choices, or a plain type.
fn documented_leaf(kind: &str) -> Value {
    match kind.split_once('=') {
        Some(("int", choices)) => json!({ "anyOf": [schema("int"), schema(&format!("={choices}"))] }),
        _ => request_schema(kind),
    }
}

fn responses(answers: &str) -> Value {
    let json_of = |schema: Value, what: &str| {
        json!({ "description": what,
        "content": { "application/json": { "schema": schema } } })
    };
    let good = match answers.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        Some(kind) => json!({ "type": "object", "required": ["data", "has_more", "object", "url"], "properties": {
            "object": { "enum": ["list"] }, "data": { "type": "array", "items": reference(kind) },
            "has_more": { "type": "boolean" }, "url": { "type": "string" } } }),
        None => reference(answers),
    };
    let mut all = Map::from_iter([("200".to_owned(), json_of(good, "The object or the page."))]);
    let refusals = [
        ("400", "The request is invalid, or the state of the object does not permit it."),
        ("401", "The API key is missing or unknown."),
        ("402", "The card or the debit was declined."),
        ("403", "The API key has no access to the account."),
        ("404", "No such object."),
        ("409", "Another request with the same idempotency key is in progress."),
        ("429", "Another request has locked the object."),
    ];
    all.extend(refusals.map(|(status, what)| (status.to_owned(), json_of(reference("error"), what))));
    Value::Object(all)
}

fn object(kind: &str, listed: &str) -> Value {
    let named = fields(listed);
    let mut properties = properties(&named);
    let mut required: Vec<&str> = named.iter().filter(|field| field.required).map(|field| field.name).collect();
    let name = if kind == "deleted" { json!({ "type": "string" }) } else { json!({ "enum": [kind] }) };
    properties.insert("object".to_owned(), name);
    required.push("object");
    json!({ "type": "object", "properties": properties, "required": required })
}

fn error() -> Value {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "required": ["error"], "properties": { "error": {
        "type": "object",
        "required": ["type", "message"],
        "properties": {
            "type": { "enum": ["api_error", "card_error", "idempotency_error", "invalid_request_error"] },
            "message": text, "code": text, "param": text, "decline_code": text, "charge": text,
            "payment_intent": reference("payment_intent"), "setup_intent": reference("setup_intent"),
        },
    } } })
}

fn put(into: &mut Value, name: &str, value: Value) {
    if let Value::Object(map) = into {
        map.insert(name.to_owned(), value);
    }
}

fn reference(kind: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{kind}") })
}

/// A parameter or field, decoded from a table.
struct Field<'a> {
    name: &'a str,
    required: bool,
    kind: &'a str,
}

fn fields(listed: &str) -> Vec<Field<'_>> {
    let read = |word| {
        let (name, kind) = str::split_once(word, ':')?;
        let required = name.ends_with('!');
        Some(Field { name: name.trim_end_matches('!'), required, kind })
    };
    listed.split_whitespace().filter_map(read).collect()
}

fn properties(named: &[Field<'_>]) -> Map<String, Value> {
    named.iter().map(|field| (field.name.to_owned(), schema(field.kind))).collect()
}

/// Returns the schema of a parameter, with the bounds that its name implies.
fn parameter(field: &Field<'_>) -> Value {
    let mut schema = request_schema(field.kind);
    match field.name {
        "limit" => {
            put(&mut schema, "minimum", 1.into());
            put(&mut schema, "maximum", 100.into());
        }
        "amount" | "amount_to_capture" | "application_fee_amount" => {
            put(&mut schema, "minimum", 0.into());
            let largest = Currency::ALL.iter().map(|currency| currency.largest().minor()).max();
            put(&mut schema, "maximum", largest.unwrap_or_default().into());
        }
        "seconds" => {
            put(&mut schema, "minimum", 0.into());
            put(&mut schema, "maximum", 3_600.into());
        }
        "currency" => {
            let codes = Currency::ALL.iter().map(|currency| currency.code());
            let codes: Value = codes.clone().map(str::to_owned).chain(codes.map(str::to_ascii_uppercase)).collect();
            put(&mut schema, "enum", codes);
        }
        "payment_method" => {
            let tokens = ["pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"];
            put(&mut schema, "anyOf", json!([{ "enum": tokens }, { "pattern": "^(pm|tok)_[0-9A-Za-z_]+$" }]));
        }
        "payment_method_types" => {
            put(&mut schema, "items", json!({ "enum": method_types() }));
            put(&mut schema, "minItems", 1.into());
        }
        "country" => put(&mut schema, "pattern", "^[A-Z]{2}$".into()),
        "api_version" => put(&mut schema, "pattern", "^20(1[2-9]|2[0-6])-(0[1-9]|1[0-2])-(0[1-9]|1[0-9])$".into()),
        _ => {}
    }
    schema
}

/// Returns the schema of a parameter of a type: a truth value may be written as a number.
fn request_schema(kind: &str) -> Value {
    let schema = schema(kind);
    if kind == "bool" { json!({ "anyOf": [schema, { "enum": ["1", "0"] }] }) } else { schema }
}

/// Returns the names of all types of payment methods.
fn method_types() -> Vec<&'static str> {
    let others = OtherType::ALL.iter().map(|other| other.name());
    MethodType::ALL.iter().map(|method_type| method_type.name()).chain(others).collect()
}

fn schema(kind: &str) -> Value {
    let nullable = kind.ends_with('?');
    let kind = kind.trim_end_matches('?');
    let mut schema = match kind.chars().next() {
        Some('=') => json!({ "type": "string", "enum": kind.trim_start_matches('=').split('|').collect::<Vec<_>>() }),
        Some('@') => json!({ "oneOf": [{ "type": "string" }, reference(kind.trim_start_matches('@'))] }),
        _ => match kind {
            "int" | "time" => json!({ "type": "integer" }),
            "bool" => json!({ "type": "boolean" }),
            "map" => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            "list" => json!({ "type": "array", "items": {} }),
            "object" => json!({ "type": "object" }),
            "method" => json!({ "type": "string", "enum": method_types() }),
            _ => json!({ "type": "string" }),
        },
    };
    if nullable {
        put(&mut schema, "nullable", true.into());
    }
    schema
}

#[cfg(test)]
mod accepted;

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_engine::Reason;
    use holdfast_engine::edge::read::Path;

    /// Every operation is described, under an id of its own, and every schema that the description names exists.
    #[test]
    fn every_operation_is_described() {
        let all = description("");
        let mut ids = std::collections::BTreeSet::new();
        for route in TABLE.iter() {
            let operation = &all["paths"][route.pattern][lower_case(route.verb)];
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id}");
            let kind = route.answer.trim_matches(['[', ']']);
            assert!(all["components"]["schemas"][kind].is_object(), "{id}: {kind}");
            let places = route.pattern.matches('{').count();
            let described =
                operation["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "path").count();
            assert_eq!(described, places, "{id}");
        }
        let described: usize =
            all["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
        assert_eq!(described, ids.len());
    }

    /// The engine knows every described parameter of a POST and refuses any other.
    #[test]
    fn described_parameters_are_known_and_no_others() {
        for route in TABLE.iter().filter(|route| route.verb == Verb::Post) {
            let Handler::Engine(reader) = route.handler else { continue };
            let known = fields(route.parameters);
            for parameter in known.iter().map(|field| field.name).chain(["nonsense"]) {
                let prefixes = ["pi", "ch", "re", "seti", "cs_test", "cus", "pm", "tr", "fee", "we"];
                let refused_as_unknown = |prefix: &&str| {
                    let id = format!("{prefix}_00000000001");
                    match reader(&id, &json!({ parameter: "x" })).map_err(|refusal| refusal.reason) {
                        Err(Reason::UnknownParameter(name)) => name == parameter,
                        Ok(_) | Err(_) => false,
                    }
                };
                // The engine stores a documented parameter that its reader does not know.
                let is_stored = documented().any(|one| {
                    let leaf = one.name.strip_prefix(parameter).filter(|rest| rest.is_empty() || rest.starts_with('['));
                    one.endpoint == format!("POST {}", route.pattern) && leaf.is_some()
                });
                let unknown = prefixes.iter().any(refused_as_unknown) && !is_stored;
                assert_eq!(unknown, parameter == "nonsense", "{} {parameter}", route.pattern);
            }
        }
    }

    /// Returns the part of a schema that has the parameter `name` below it: a property of an object, or the items of a list.
    fn below<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
        let choices = schema["anyOf"].as_array().into_iter().flatten();
        let own = if name == "0" { schema.get("items") } else { schema["properties"].get(name) };
        own.or_else(|| choices.filter_map(|choice| below(choice, name)).next())
    }

    /// Every nested parameter of the provider's request types stands in the description, with a type.
    #[test]
    fn every_nested_parameter_is_described() {
        let (mut missing, mut nested) = (Vec::new(), 0_u32);
        for route in TABLE.iter().filter(|route| route.verb == Verb::Post) {
            let described = body(route.pattern, &fields(route.parameters));
            let form = &described["content"]["application/x-www-form-urlencoded"]["schema"];
            let endpoint = format!("POST {}", route.pattern);
            for one in documented().filter(|one| one.endpoint == endpoint) {
                let mut parts = one.name.split('[').map(|part| part.trim_end_matches(']'));
                let found = parts.try_fold(form, below);
                nested += u32::from(one.name.contains('['));
                if found.is_none_or(|schema| schema == &json!({})) {
                    missing.push(format!("{endpoint} {}", one.name));
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
        assert!(nested > 2_500, "{nested} nested parameters");
    }

    /// Every described query parameter of a GET is known.
    #[test]
    fn described_filters_are_known() {
        for route in TABLE.iter().filter(|route| route.verb == Verb::Get) {
            let Handler::Engine(reader) = route.handler else { continue };
            let described = operation(route);
            let described = described["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "query");
            for parameter in described.filter_map(|one| one["name"].as_str()) {
                let command = Path::new(route.pattern).command(reader, "", &json!({ parameter: "x" }));
                let text = format!("{command:?}");
                assert!(!text.contains("UnknownParameter"), "{} {parameter}: {text}", route.pattern);
            }
        }
    }
}
