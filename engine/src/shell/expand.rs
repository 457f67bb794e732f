//! `expand[]`: finds the objects behind the ids an answer names, so that they can be frozen with it.

use crate::edge::render;
use crate::response::Body;
use crate::version::{ApiVersion, Feature};
use crate::{Object, ObjectId};
use serde_json::Value;

/// The deepest path: four levels, as the provider allows.
const DEEPEST: usize = 4;
/// The most objects one answer expands.
const MOST: usize = 500;

/// The objects at `paths` of `body`, each with its path; list items are named by their index.
pub(super) fn resolve(
    paths: &[String],
    body: &Body,
    version: ApiVersion,
    read: &dyn Fn(ObjectId) -> Option<Object>,
) -> Vec<(String, Object)> {
    let mut found = Found { version, read, objects: Vec::new() };
    if !version.has(Feature::LatestCharge) {
        found.charges(body);
    }
    for path in paths {
        let parts: Vec<&str> = path.split('.').take(DEEPEST).collect();
        match body {
            Body::Object(object) => found.walk(&render::object(object, version), &parts, ""),
            Body::Page { objects, .. } => {
                let Some((&"data", rest)) = parts.split_first() else {
                    continue;
                };
                for (index, object) in objects.iter().enumerate() {
                    found.walk(&render::object(object, version), rest, &format!("data.{index}"));
                }
            }
            Body::Refused(_) => {}
        }
    }
    found.objects
}

struct Found<'a> {
    version: ApiVersion,
    read: &'a dyn Fn(ObjectId) -> Option<Object>,
    objects: Vec<(String, Object)>,
}

impl Found<'_> {
    /// Before 2022-11-15 a payment shows its charges unasked.
    fn charges(&mut self, body: &Body) {
        let shown: Vec<(String, &Object)> = match body {
            Body::Object(object) => vec![("latest_charge".to_owned(), object)],
            Body::Page { objects, .. } => {
                let path = |(index, object)| (format!("data.{index}.latest_charge"), object);
                objects.iter().enumerate().map(path).collect()
            }
            Body::Refused(_) => Vec::new(),
        };
        for (path, object) in shown {
            let latest = object.as_payment_intent().and_then(|intent| intent.latest_charge);
            let charge = latest.and_then(|id| (self.read)(id.into()));
            self.objects.extend(charge.map(|charge| (path, charge)));
        }
    }

    fn walk(&mut self, value: &Value, parts: &[&str], at: &str) {
        let Some((part, rest)) = parts.split_first() else {
            return;
        };
        let path = if at.is_empty() { (*part).to_owned() } else { format!("{at}.{part}") };
        match value.get(part) {
            Some(Value::String(id)) => {
                let Some(object) = id.parse().ok().and_then(|id| (self.read)(id)) else {
                    return;
                };
                let rendered = render::object(&object, self.version);
                if self.objects.len() < MOST && self.objects.iter().all(|(known, _)| *known != path) {
                    self.objects.push((path.clone(), object));
                }
                self.walk(&rendered, rest, &path);
            }
            Some(inner @ Value::Object(_)) => self.walk(inner, rest, &path),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => {}
        }
    }
}
