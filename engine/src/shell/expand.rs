//! `expand[]`: finds the objects behind the ids of a response, which freezes them.

use crate::command::ListQuery;
use crate::edge::{expandable, render};
use crate::response::{Body, Expanded};
use crate::store::Store;
use crate::version::{ApiVersion, Feature};
use crate::{Kind, Object, ObjectId};
use serde_json::Value;

/// The most objects that one response expands.
const MOST: usize = 500;

/// Returns the values at `paths` of `body`, each with its path; items of lists are named by their index. Objects are
/// read as `changed` leaves them.
pub(super) fn resolve(
    paths: &[String],
    body: &Body,
    version: ApiVersion,
    store: &dyn Store,
    changed: &[Object],
) -> Vec<(String, Expanded)> {
    let mut found = Found { version, store, changed, objects: Vec::new() };
    if !version.has(Feature::LatestCharge) {
        found.charges(body);
    }
    for path in paths {
        let parts: Vec<&str> = path.split('.').collect();
        match body {
            Body::Object(object) => found.below(object, &parts, ""),
            Body::Page { objects, .. } => {
                let Some((&"data", rest)) = parts.split_first() else {
                    continue;
                };
                for (index, object) in objects.iter().enumerate() {
                    found.below(object, rest, &format!("data.{index}"));
                }
            }
            Body::Refused(_) => {}
        }
    }
    found.objects
}

struct Found<'a> {
    version: ApiVersion,
    store: &'a dyn Store,
    changed: &'a [Object],
    objects: Vec<(String, Expanded)>,
}

impl Found<'_> {
    fn read(&self, id: ObjectId) -> Option<Object> {
        let fresh = self.changed.iter().rev().find(|object| object.id() == id).cloned();
        fresh.or_else(|| self.store.object(id).ok().flatten())
    }

    fn add(&mut self, path: &str, what: Expanded) {
        if self.objects.len() < MOST && self.objects.iter().all(|(known, _)| known != path) {
            self.objects.push((path.to_owned(), what));
        }
    }

    /// Adds the charges that a payment shows before version 2022-11-15.
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
            let charge = latest.and_then(|id| self.read(id.into()));
            self.objects.extend(charge.map(|charge| (path, Expanded::Object(charge))));
        }
    }

    /// Returns the values that `parts` name below an object at `at`.
    fn below(&mut self, object: &Object, parts: &[&str], at: &str) {
        match (parts, object) {
            ([expandable::LINE_ITEMS, ..], Object::CheckoutSession(session)) => {
                self.add(&joined(at, expandable::LINE_ITEMS), Expanded::LineItems(session.clone()));
            }
            ([expandable::REFUNDS, rest @ ..], Object::Charge(charge)) => {
                let path = joined(at, expandable::REFUNDS);
                let refunds = self.refunds(object);
                self.add(&path, Expanded::Refunds(charge.id, refunds.clone()));
                if let ["data", rest @ ..] = rest {
                    for (index, refund) in refunds.iter().enumerate() {
                        self.below(refund, rest, &format!("{path}.data.{index}"));
                    }
                }
            }
            _ => self.walk(&render::object(object, self.version), parts, at),
        }
    }

    /// Returns the ten newest refunds of a charge, as `changed` leaves them.
    fn refunds(&self, charge: &Object) -> Vec<Object> {
        let query = ListQuery { of: vec![charge.id()], ..ListQuery::newest(Kind::Refund) };
        let known = self.store.list(charge.account(), &query).map(|page| page.objects).unwrap_or_default();
        let fresh =
            |object: &&Object| object.as_refund().is_some_and(|refund| ObjectId::from(refund.charge) == charge.id());
        let mut all: Vec<Object> = self.changed.iter().rev().filter(fresh).cloned().chain(known).collect();
        all.sort_by_key(|refund| std::cmp::Reverse(refund.id().number()));
        // The sort keeps the newer state of an object before the older one.
        all.dedup_by_key(|refund| refund.id());
        all
    }

    fn walk(&mut self, value: &Value, parts: &[&str], at: &str) {
        let Some((part, rest)) = parts.split_first() else {
            return;
        };
        let path = joined(at, part);
        match value.get(part) {
            Some(Value::String(id)) => {
                let Some(object) = id.parse().ok().and_then(|id| self.read(id)) else {
                    return;
                };
                self.add(&path, Expanded::Object(object.clone()));
                self.below(&object, rest, &path);
            }
            Some(inner @ Value::Object(_)) => self.walk(inner, rest, &path),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => {}
        }
    }
}

fn joined(at: &str, part: &str) -> String {
    if at.is_empty() { part.to_owned() } else { format!("{at}.{part}") }
}
