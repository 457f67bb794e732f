//! `search` of payments, charges, customers, products and prices: the documented query language over the fields that the
//! objects show.

use crate::answer::Answer;
use crate::fields::{integer, only, text};
use crate::local_call::{Answered, LocalCall, broken};
use holdfast_engine::command::{Command, ListQuery};
use holdfast_engine::edge::render;
use holdfast_engine::{Kind, Object, ObjectId, Reason, Refusal};
use serde_json::{Value, json};

/// The most clauses of one query.
const MOST_CLAUSES: usize = 10;

/// The fields that a query may name, for each kind.
const fn fields(kind: Kind) -> &'static [&'static str] {
    if matches!(kind, Kind::Charge) {
        &[
            "amount",
            "billing_details.address.postal_code",
            "created",
            "currency",
            "customer",
            "disputed",
            "payment_method_details.card.brand",
            "payment_method_details.card.exp_month",
            "payment_method_details.card.exp_year",
            "payment_method_details.card.fingerprint",
            "payment_method_details.card.last4",
            "refunded",
            "status",
        ]
    } else if matches!(kind, Kind::Customer) {
        &["created", "email", "name", "phone"]
    } else if matches!(kind, Kind::Product) {
        &["active", "description", "name", "shippable", "url"]
    } else if matches!(kind, Kind::Price) {
        &["active", "currency", "lookup_key", "product", "type"]
    } else {
        &["amount", "created", "currency", "customer", "status"]
    }
}

pub(crate) fn payment_intents(call: &LocalCall<'_>) -> Answered {
    search(call, Kind::PaymentIntent)
}

pub(crate) fn charges(call: &LocalCall<'_>) -> Answered {
    search(call, Kind::Charge)
}

pub(crate) fn customers(call: &LocalCall<'_>) -> Answered {
    search(call, Kind::Customer)
}

pub(crate) fn products(call: &LocalCall<'_>) -> Answered {
    search(call, Kind::Product)
}

pub(crate) fn prices(call: &LocalCall<'_>) -> Answered {
    search(call, Kind::Price)
}

/// Answers a search: the objects of a kind that fit the query, newest first. The page is the id behind which it begins.
fn search(call: &LocalCall<'_>, kind: Kind) -> Answered {
    only(call.params, &["limit", "page", "query"])?;
    let query = text(call.params, "query")?.ok_or_else(|| Reason::Missing("query".into()))?;
    let query = SearchQuery::parse(query, kind)?;
    let limit = integer(call.params, "limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(Reason::InvalidValue("limit".into(), "it must lie between 1 and 100.".to_owned()).into());
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut from = match text(call.params, "page")? {
        None => None,
        Some(page) => Some(page.parse().map_err(|_| wrong("page", "it must be the next_page of an earlier answer."))?),
    };
    let expand: Vec<String> =
        call.expand.iter().map(|path| path.strip_prefix("data.").unwrap_or(path).to_owned()).collect();
    let (plain, of_one) = (LocalCall { expand: &[], ..*call }, LocalCall { expand: &expand, ..*call });
    let mut found = Vec::new();
    loop {
        let list = ListQuery { limit: 100, starting_after: from, ..ListQuery::newest(kind) };
        let page = call.app.engine.store().list(call.caller.account, &list).map_err(|error| broken(&error))?;
        for id in page.objects.iter().map(Object::id) {
            let shown = plain.execute(Command::Retrieve(id));
            if query.fits(&render::response(&shown)) {
                found.push((id, answered(&of_one, id)?));
            }
        }
        from = page.objects.last().map(Object::id);
        if !page.has_more || found.len() > limit {
            break;
        }
    }
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|(id, _)| id.to_string());
    let data: Vec<Value> = found.into_iter().map(|(_, shown)| shown).collect();
    Ok(Answer::ok(json!({ "object": "search_result", "data": data, "has_more": has_more, "next_page": next,
        "url": format!("{}/search", render::url(kind, None)) })))
}

/// Returns an object with the expansions of the request.
fn answered(call: &LocalCall<'_>, id: ObjectId) -> Result<Value, Refusal> {
    let shown = call.execute(Command::Retrieve(id));
    match shown.refusal() {
        Some(refusal) => Err(refusal.clone()),
        None => Ok(render::response(&shown)),
    }
}

fn wrong(param: &'static str, why: &str) -> Refusal {
    Reason::InvalidValue(param.into(), why.to_owned()).into()
}

/// A query: clauses joined by `AND` or by `OR`.
#[derive(Debug)]
struct SearchQuery {
    clauses: Vec<Clause>,
    any: bool,
}

#[derive(Debug)]
struct Clause {
    negated: bool,
    path: Vec<String>,
    test: Test,
}

#[derive(Debug)]
enum Test {
    /// `field:"value"`, compared without regard to case.
    Equal(String),
    /// `field~"value"`: the value is part of the field.
    Contains(String),
    /// `field>value` and its kin.
    Compare(&'static str, i64),
    /// `field:null`.
    Absent,
}

impl SearchQuery {
    /// Parses a query.
    ///
    /// # Errors
    /// 400 at `query` with the first part that is wrong.
    fn parse(text: &str, kind: Kind) -> Result<Self, Refusal> {
        let (mut rest, mut clauses, mut joints) = (text.trim(), Vec::new(), Vec::new());
        loop {
            let (clause, behind) = Clause::parse(rest, kind)?;
            clauses.push(clause);
            rest = behind.trim_start();
            if rest.is_empty() {
                break;
            }
            let (joint, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            if joint.eq_ignore_ascii_case("and") || joint.eq_ignore_ascii_case("or") {
                joints.push(joint.eq_ignore_ascii_case("or"));
                rest = behind.trim_start();
            } else {
                joints.push(false);
            }
        }
        if joints.contains(&true) && joints.contains(&false) {
            return Err(wrong("query", "AND and OR cannot be combined in one query."));
        }
        if clauses.len() > MOST_CLAUSES {
            return Err(wrong("query", "a query may have at most 10 clauses."));
        }
        Ok(Self { clauses, any: joints.contains(&true) })
    }

    fn fits(&self, shown: &Value) -> bool {
        let mut fits = self.clauses.iter().map(|clause| clause.fits(shown));
        if self.any { fits.any(|fits| fits) } else { fits.all(|fits| fits) }
    }
}

impl Clause {
    /// Parses the first clause of a text and returns it with the rest.
    fn parse(text: &str, kind: Kind) -> Result<(Self, &str), Refusal> {
        let (negated, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let at = text.find([':', '~', '<', '>']).ok_or_else(|| wrong("query", "a clause is field:value."))?;
        let (field, rest) = text.split_at(at);
        let path = path_of(field.trim(), kind)?;
        let (operator, rest) = [">=", "<=", ">", "<", ":", "~"]
            .iter()
            .find_map(|operator| Some((*operator, rest.strip_prefix(operator)?)))
            .ok_or_else(|| wrong("query", "a clause is field:value."))?;
        let (value, is_quoted, rest) = value_of(rest.trim_start())?;
        let test = match operator {
            "~" => Test::Contains(value),
            ":" if !is_quoted && value.eq_ignore_ascii_case("null") => Test::Absent,
            ":" => Test::Equal(value),
            operator => Test::Compare(
                operator,
                value.parse().map_err(|_| wrong("query", "a field is compared with a whole number."))?,
            ),
        };
        Ok((Self { negated, path, test }, rest))
    }

    fn fits(&self, shown: &Value) -> bool {
        let value = self.path.iter().try_fold(shown, |at, name| at.get(name)).filter(|value| !value.is_null());
        let as_text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase());
        let fits = match &self.test {
            Test::Absent => value.is_none(),
            Test::Equal(wanted) => as_text.is_some_and(|text| text == wanted.to_lowercase()),
            Test::Contains(wanted) => as_text.is_some_and(|text| text.contains(&wanted.to_lowercase())),
            Test::Compare(operator, wanted) => value.and_then(Value::as_i64).is_some_and(|number| match *operator {
                ">" => number > *wanted,
                ">=" => number >= *wanted,
                "<" => number < *wanted,
                _ => number <= *wanted,
            }),
        };
        fits != self.negated
    }
}

/// Returns the path of a field: a documented one, or `metadata["key"]`.
fn path_of(field: &str, kind: Kind) -> Result<Vec<String>, Refusal> {
    if let Some(key) = field.strip_prefix("metadata[").and_then(|rest| rest.strip_suffix(']')) {
        return Ok(vec!["metadata".to_owned(), key.trim_matches(['"', '\'']).to_owned()]);
    }
    let known = fields(kind);
    if !known.contains(&field) {
        let field: String = field.chars().take(100).collect();
        return Err(wrong(
            "query",
            &format!("`{field}` is not searchable; use one of {}, metadata.", known.join(", ")),
        ));
    }
    Ok(field.split('.').map(str::to_owned).collect())
}

/// Returns the first value of a text, whether it was quoted, and the rest.
fn value_of(text: &str) -> Result<(String, bool, &str), Refusal> {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        let is_empty = value.is_empty();
        return if is_empty {
            Err(wrong("query", "a clause has a value."))
        } else {
            Ok((value.to_owned(), false, rest))
        };
    };
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\\' if !is_escaped => is_escaped = true,
            letter if letter == quote && !is_escaped => {
                let rest = text.get(at.saturating_add(letter.len_utf8())..).unwrap_or_default();
                return Ok((value, true, rest));
            }
            letter => {
                value.push(letter);
                is_escaped = false;
            }
        }
    }
    Err(wrong("query", "a quoted value ends with its quote."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each query with the objects of a small set that it finds; a letter is an object.
    #[test]
    fn queries_find_what_they_say() {
        let objects = [
            ("a", json!({ "amount": 100, "status": "succeeded", "customer": null, "metadata": { "order": "A 1" } })),
            ("b", json!({ "amount": 200, "status": "canceled", "customer": "cus_1", "metadata": {} })),
            (
                "c",
                json!({ "amount": 300, "status": "succeeded", "customer": "cus_2", "metadata": { "order": "b\"2" } }),
            ),
        ];
        let rows = [
            ("status:'succeeded'", "ac"),
            ("status:\"Succeeded\" AND amount>100", "c"),
            ("amount<200 OR customer:'cus_1'", "ab"),
            ("-status:'succeeded'", "b"),
            ("metadata['order']:'a 1'", "a"),
            ("metadata[\"order\"]~\"2\"", "c"),
            ("metadata['order']:\"b\\\"2\"", "c"),
            ("metadata['order']:null", "b"),
            ("-metadata['order']:null", "ac"),
            ("customer:null", "a"),
            ("amount>=200 amount<=200", "b"),
            ("amount:300", "c"),
        ];
        for (text, wanted) in rows {
            let query = SearchQuery::parse(text, Kind::PaymentIntent).unwrap();
            let found: String =
                objects.iter().filter(|(_, object)| query.fits(object)).map(|(name, _)| *name).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn queries_that_make_no_sense_are_refused() {
        let many = ["amount:1"; 11].join(" AND ");
        for text in [
            "",
            "status",
            "nothing:'x'",
            "amount>x",
            "status:'x",
            "status:",
            "amount:1 AND amount:2 OR amount:3",
            &many,
        ] {
            let refusal = SearchQuery::parse(text, Kind::PaymentIntent).unwrap_err();
            assert_eq!(refusal.reason.row().param.as_deref(), Some("query"), "{text}");
        }
    }
}
