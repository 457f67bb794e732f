//! The OpenAPI description of what is served (`GET /openapi.json`), made of one table.

mod table;

use holdfast_engine::Currency;
use serde_json::{Map, Value, json};
use table::{OBJECTS, PAGE, ROUTES, Route, parameters_of_a_payment};

/// Where the description is published.
pub(crate) const PATH: &str = "/openapi.json";

/// The description, for a server at `origin`.
#[must_use]
pub fn description(origin: &str) -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.1).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(path) = path {
            path.insert(route.0.to_owned(), operation(route));
        }
    }
    let schemas = OBJECTS.iter().map(|(kind, fields)| ((*kind).to_owned(), object(kind, fields)));
    let mut schemas: Map<String, Value> = schemas.collect();
    schemas.insert("error".to_owned(), error());
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Holdfast", "version": env!("CARGO_PKG_VERSION"),
            "description": "The provider's v1 API, as the engine serves it." },
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

fn operation((verb, path, parameters, answers): &Route) -> Value {
    let (of_payment, more) = parameters_of_a_payment();
    let is_page = answers.starts_with('[');
    let mut named = fields(parameters);
    if (*verb, *path) == ("post", of_payment) {
        // What is required of its own is not said again as optional.
        let known: Vec<&str> = named.iter().map(|field| field.name).collect();
        named.extend(fields(more).into_iter().filter(|field| !known.contains(&field.name)));
    }
    if is_page {
        named.extend(fields(PAGE));
    }
    let mut listed = Vec::new();
    if path.contains("{id}") {
        listed.push(json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }));
    }
    let mut answered = responses(answers);
    if let Some(good) = answered.get_mut("200") {
        put(good, "links", links(verb, path));
    }
    let mut operation = json!({ "operationId": operation_id(verb, path), "responses": answered });
    if *verb == "post" {
        put(&mut operation, "requestBody", body(&named));
    } else {
        listed.extend(named.iter().map(|field| {
            json!({ "name": field.name, "in": "query", "required": field.required, "schema": parameter(field) })
        }));
    }
    put(&mut operation, "parameters", listed.into());
    operation
}

fn operation_id(verb: &str, path: &str) -> String {
    let words = path.trim_start_matches("/v1/").replace(['/', '{', '}', '.'], "_");
    format!("{verb}_{}", words.trim_matches('_').replace("__", "_"))
}

/// What can be done with an object that was just made: every route that names it.
fn links(verb: &str, path: &str) -> Value {
    let path = path.replace("/test_helpers", "");
    let base = format!("{path}/{{id}}");
    let about =
        |to: &&Route| verb == "post" && !path.contains("{id}") && to.1.replace("/test_helpers", "").starts_with(&base);
    let link = |to: &Route| {
        let id = operation_id(to.0, to.1);
        (id.clone(), json!({ "operationId": id, "parameters": { "id": "$response.body#/id" } }))
    };
    Value::Object(ROUTES.iter().filter(about).map(link).collect())
}

fn body(named: &[Field<'_>]) -> Value {
    let required: Vec<&str> = named.iter().filter(|field| field.required).map(|field| field.name).collect();
    let encoding: Map<String, Value> = (named.iter())
        .filter(|field| field.kind == "map" || field.kind == "list")
        .map(|field| (field.name.to_owned(), json!({ "style": "deepObject", "explode": true })))
        .collect();
    let properties: Map<String, Value> = named.iter().map(|field| (field.name.to_owned(), parameter(field))).collect();
    let mut form = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        put(&mut form, "required", json!(required));
    }
    json!({ "required": !required.is_empty(),
        "content": { "application/x-www-form-urlencoded": { "schema": form, "encoding": encoding } } })
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
    let mut all = Map::from_iter([("200".to_owned(), json_of(good, "Done."))]);
    let refusals = [
        ("400", "The request is wrong, or the object's state forbids it."),
        ("401", "No key, or a wrong one."),
        ("402", "The card or the bank said no."),
        ("403", "The account is not the key's."),
        ("404", "There is no such object."),
        ("409", "The idempotency key is in use."),
        ("429", "The object is in use."),
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

/// A parameter or field of the table.
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

/// A parameter's type, and the bounds that its name stands for.
fn parameter(field: &Field<'_>) -> Value {
    let mut schema = schema(field.kind);
    match field.name {
        "limit" => {
            put(&mut schema, "minimum", 1.into());
            put(&mut schema, "maximum", 100.into());
        }
        "amount" | "amount_to_capture" | "application_fee_amount" => {
            put(&mut schema, "minimum", 0.into());
            put(&mut schema, "maximum", 99_999_999.into());
        }
        "seconds" => {
            put(&mut schema, "minimum", 0.into());
            put(&mut schema, "maximum", 3_600.into());
        }
        "currency" => put(&mut schema, "enum", Currency::ALL.iter().map(|currency| currency.code()).collect()),
        "payment_method" => {
            let tokens = ["pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"];
            put(&mut schema, "anyOf", json!([{ "enum": tokens }, { "pattern": "^pm_[0-9A-Za-z]{11}$" }]));
        }
        "payment_method_types" => {
            put(&mut schema, "items", json!({ "enum": ["card", "us_bank_account", "sepa_debit"] }));
            put(&mut schema, "minItems", 1.into());
        }
        "country" => put(&mut schema, "pattern", "^[A-Z]{2}$".into()),
        "api_version" => put(&mut schema, "pattern", "^20(1[2-9]|2[0-6])-(0[1-9]|1[0-2])-(0[1-9]|1[0-9])$".into()),
        _ => {}
    }
    schema
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
            _ => json!({ "type": "string" }),
        },
    };
    if nullable {
        put(&mut schema, "nullable", true.into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::is_route;
    use holdfast_engine::Reason;
    use holdfast_engine::command::Command;
    use holdfast_engine::edge::read::{self, Verb};

    fn verb(name: &str) -> Verb {
        match name {
            "get" => Verb::Get,
            "post" => Verb::Post,
            "delete" => Verb::Delete,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_described_is_there() {
        assert!(ROUTES.len() > 60);
        for (name, path, ..) in ROUTES {
            assert!(is_route(verb(name), path), "{name} {path}");
            for other in ["get", "post", "delete"] {
                let described = ROUTES.iter().any(|(known, at, ..)| at == path && *known == other);
                assert_eq!(is_route(verb(other), path), described, "{other} {path} is served, or described, alone");
            }
        }
    }

    #[test]
    fn parameters_are_known_and_no_others() {
        let all = description("");
        let mut tried = 0;
        for (name, path, _, _) in ROUTES.iter().filter(|route| route.0 == "post" && !route.1.contains("test_helpers")) {
            if *path == "/v1/accounts" {
                continue;
            }
            let form = &all["paths"][*path]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"];
            let described = form["schema"]["properties"].as_object().unwrap();
            let names = described.keys().map(String::as_str).chain(["nonsense"]);
            for parameter in names {
                // The ids of all kinds are refused as unknown objects, unless they look right.
                let ids = ["pi", "ch", "re", "seti", "cs_test", "cus", "pm", "tr", "fee", "we"];
                let known = ids.iter().any(|prefix| {
                    let path = path.replace("{id}", &format!("{prefix}_00000000001"));
                    let command = read::command(verb(name), &path, &json!({ parameter: "x" }));
                    let reason =
                        if let Command::Malformed { refusal, .. } = command { Some(refusal.reason) } else { None };
                    !matches!(reason, Some(Reason::UnknownParameter(_) | Reason::NotFound { .. }))
                        || matches!(&reason, Some(Reason::NotFound { param, .. }) if param == parameter)
                });
                // These take no parameters and do not look at any.
                let blind =
                    ["capture", "expire", "cancel"].iter().any(|last| path.ends_with(last)) && described.is_empty();
                assert!(known == (parameter != "nonsense") || blind, "{name} {path} {parameter}");
                tried += 1;
            }
        }
        assert!(tried > 120, "{tried}");
    }
}
