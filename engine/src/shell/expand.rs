//! Lists inside objects, and `expand[]`: finds the objects behind the ids of a response, which freezes them.

use crate::command::ListQuery;
use crate::edge::{expandable, render};
use crate::objects::{CheckoutSession, Customer, NestedList};
use crate::response::{Body, Expanded};
use crate::store::{Store, parent};
use crate::version::ApiVersion;
use crate::{Kind, Object, ObjectId};
use serde_json::{Value, json};

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
    found.lists_of_body(body);
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

    fn knows(&self, path: &str) -> bool {
        self.objects.iter().any(|(known, _)| known == path)
    }

    fn add(&mut self, path: &str, what: Expanded) {
        if self.objects.len() < MOST && !self.knows(path) {
            self.objects.push((path.to_owned(), what));
        }
    }

    /// Adds the lists inside the objects of a response.
    fn lists_of_body(&mut self, body: &Body) {
        match body {
            Body::Object(object) => self.lists(object, ""),
            Body::Page { objects, .. } => {
                for (index, object) in objects.iter().enumerate() {
                    self.lists(object, &format!("data.{index}"));
                }
            }
            Body::Refused(refusal) => {
                if let Some(intent) = &refusal.intent {
                    self.lists(intent, &render::path_of_intent(refusal));
                }
            }
        }
    }

    /// Adds the list that `object` at `at` shows in this version, and the lists inside its items.
    fn lists(&mut self, object: &Object, at: &str) {
        let Some((name, kind)) = expandable::nested(object.id().kind(), self.version) else { return };
        let path = joined(at, name);
        if is_surely_empty(object) || self.knows(&path) {
            return;
        }
        self.push_list(&path, object, kind);
    }

    fn push_list(&mut self, path: &str, owner: &Object, kind: Kind) -> Vec<Object> {
        let list = self.list(owner, kind);
        let items = list.objects.clone();
        self.objects.push((path.to_owned(), Expanded::List(list)));
        for (index, item) in items.iter().enumerate() {
            self.lists(item, &format!("{path}.data.{index}"));
        }
        items
    }

    /// Returns the values that `parts` name below an object at `at`.
    fn below(&mut self, object: &Object, parts: &[&str], at: &str) {
        match (parts, object) {
            ([expandable::LINE_ITEMS, ..], Object::CheckoutSession(session)) => {
                self.add(&joined(at, expandable::LINE_ITEMS), Expanded::LineItems(session.clone()));
                if let [_, "data", "price", "product", ..] = parts {
                    self.products(session, &joined(at, expandable::LINE_ITEMS));
                }
            }
            ([name, ..], Object::Customer(customer)) if shown_of_customer(customer, name).is_some() => {
                let shown = shown_of_customer(customer, name).unwrap_or_default();
                self.add(&joined(at, name), Expanded::Shown(shown));
            }
            ([name, rest @ ..], _) if self.inside(object, name).is_some() => {
                let Some(kind) = self.inside(object, name) else { return };
                let path = joined(at, name);
                let known = self.objects.iter().find_map(|(known, what)| match what {
                    Expanded::List(list) if *known == path => Some(list.objects.clone()),
                    Expanded::List(_) | Expanded::Object(_) | Expanded::LineItems(_) | Expanded::Shown(_) => None,
                });
                let items = known.unwrap_or_else(|| self.push_list(&path, object, kind));
                if let ["data", rest @ ..] = rest {
                    for (index, item) in items.iter().enumerate() {
                        self.below(item, rest, &format!("{path}.data.{index}"));
                    }
                }
            }
            _ => self.walk(&render::object(object, self.version), parts, at),
        }
    }

    /// Returns the kind of the items of the list `name` inside `object`, shown by default or on request.
    fn inside(&self, object: &Object, name: &str) -> Option<Kind> {
        let by_default = expandable::nested(object.id().kind(), self.version).filter(|(shown, _)| *shown == name);
        let on_request = object.as_charge().filter(|_| name == expandable::REFUNDS).map(|_| Kind::Refund);
        let tax_ids = object.as_customer().filter(|_| name == expandable::TAX_IDS).map(|_| Kind::TaxId);
        by_default.map(|(_, kind)| kind).or(on_request).or(tax_ids)
    }

    /// Adds the products of a session's line items, which stand at `at`.
    fn products(&mut self, session: &CheckoutSession, at: &str) {
        for (index, item) in session.line_items.iter().enumerate() {
            let path = format!("{at}.data.{index}.price.product");
            let stored = item.product.and_then(|product| self.read(product.into()));
            let inline = || render::inline_product(session, item, index.saturating_add(1));
            match stored {
                Some(product) => self.add(&path, Expanded::Object(product)),
                None => inline().into_iter().for_each(|shown| self.add(&path, Expanded::Shown(shown.to_string()))),
            }
        }
    }

    /// Returns the newest items of the list inside `owner`, as `changed` leaves them.
    fn list(&self, owner: &Object, kind: Kind) -> NestedList {
        let query = ListQuery { of: vec![owner.id()], ..ListQuery::newest(kind) };
        // The platform owns what belongs to its accounts.
        let platform = owner.as_account().and_then(|account| account.platform);
        let known = self.store.list(platform.unwrap_or(owner.account()), &query).unwrap_or_default();
        let (mut objects, mut has_more): (Vec<Object>, bool) = (Vec::new(), known.has_more);
        for object in self.changed.iter().rev() {
            let is_item = object.id().kind() == kind && parent(object) == Some(owner.id());
            let is_new = || !matches!(self.store.object(object.id()), Ok(Some(_)));
            if is_item && objects.iter().all(|newer| newer.id() != object.id()) && is_new() {
                objects.push(object.clone());
            }
        }
        objects.extend(known.objects.into_iter().map(|object| self.read(object.id()).unwrap_or(object)));
        if let Some(intent) = owner.as_payment_intent() {
            // An intent shows the charges of its attempts up to this state.
            let newer = objects.iter().position(|charge| Some(charge.id()) == intent.latest_charge.map(ObjectId::from));
            objects.drain(..newer.unwrap_or(objects.len()));
        }
        let most = usize::try_from(query.limit).unwrap_or(usize::MAX);
        has_more |= objects.len() > most;
        objects.truncate(most);
        NestedList { owner: owner.id(), kind, objects, has_more }
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
                self.lists(&object, &path);
                self.below(&object, rest, &path);
            }
            Some(inner @ Value::Object(_)) => self.walk(inner, rest, &path),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => {}
        }
    }
}

/// Returns the lists inside `object` in `version`, each with its path below the object (P7).
pub(super) fn nested_lists(
    object: &Object,
    version: ApiVersion,
    store: &dyn Store,
    changed: &[Object],
) -> Vec<(String, NestedList)> {
    let mut found = Found { version, store, changed, objects: Vec::new() };
    found.lists(object, "");
    let lists = found.objects.into_iter().filter_map(|(path, what)| match what {
        Expanded::List(list) => Some((path, list)),
        Expanded::Object(_) | Expanded::LineItems(_) | Expanded::Shown(_) => None,
    });
    lists.collect()
}

/// Returns a part of a customer that is shown on request: the text of a JSON value.
fn shown_of_customer(customer: &Customer, name: &str) -> Option<String> {
    let list = |path: &str| {
        let url = format!("/v1/customers/{}/{path}", customer.id);
        json!({ "object": "list", "data": [], "has_more": false, "total_count": 0, "url": url })
    };
    let given = |name: &str| customer.texts.as_deref().and_then(|texts| texts.given_value(name));
    let mode = given("cash_balance").and_then(|balance| balance.pointer("/settings/reconciliation_mode").cloned());
    let shown = match name {
        expandable::SOURCES | expandable::SUBSCRIPTIONS => list(name),
        "cash_balance" => json!({ "object": "cash_balance", "available": null, "customer": customer.id.to_string(),
            "customer_account": null, "livemode": false,
            "settings": { "reconciliation_mode": mode.unwrap_or_else(|| "automatic".into()),
                "using_merchant_default": true } }),
        "discount" => Value::Null,
        "invoice_credit_balance" => json!({}),
        "tax" => {
            let ip_address = given("tax").and_then(|tax| tax.get("ip_address").cloned());
            json!({ "automatic_tax": "unrecognized_location", "ip_address": ip_address, "location": null,
                "provider": "stripe" })
        }
        _ => return None,
    };
    Some(shown.to_string())
}

/// Returns whether an object alone shows that the list inside it is empty.
fn is_surely_empty(object: &Object) -> bool {
    let intent = object.as_payment_intent().is_some_and(|intent| intent.latest_charge.is_none());
    let transfer = object.as_transfer().is_some_and(|transfer| transfer.reversed.is_zero());
    let fee = object.as_application_fee().is_some_and(|fee| fee.refunded.is_zero());
    intent || transfer || fee
}

fn joined(at: &str, part: &str) -> String {
    if at.is_empty() { part.to_owned() } else { format!("{at}.{part}") }
}
