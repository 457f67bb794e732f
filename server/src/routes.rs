//! The one table of operations: those that the engine decides, and those that the server adds.
//!
//! It decodes each request once, gives the statuses 404 and 405, and is what `GET /openapi.json` describes.

use crate::http_error::HttpError;
use crate::local_call::LocalHandler;
use crate::{local_endpoints as local, search, test_helpers as helpers};
use axum::http::Method;
use holdfast_engine::edge::read::{self, Path, Reader, Route, Verb};
use std::sync::LazyLock;

/// The handler of an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Handler {
    /// Reads a command of the engine.
    Engine(Reader),
    /// Answers without a command of the engine, or with one that no client of the provider has.
    Local(LocalHandler),
}

/// Every operation, in the order of the description.
pub(crate) static TABLE: LazyLock<Vec<Route<Handler>>> = LazyLock::new(|| {
    let of_engine = read::ROUTES.iter().filter(|route| !is_replaced(route));
    let of_engine = of_engine.map(|route| route.with(|reader| Handler::Engine(*reader)));
    of_engine.chain(LOCAL.iter().map(|route| route.with(|handler| Handler::Local(*handler)))).collect()
});

/// Returns whether the server answers this operation of the engine itself.
fn is_replaced(route: &Route<Reader>) -> bool {
    LOCAL.iter().any(|local| local.verb == route.verb && local.pattern == route.pattern)
}

/// A located operation: the path, its last id, and the handler.
#[derive(Debug)]
pub(crate) struct Located<'p> {
    pub(crate) path: Path<'p>,
    pub(crate) id: &'p str,
    pub(crate) handler: Handler,
}

/// Returns the operation for a method at a path.
///
/// # Errors
/// [`HttpError::NoRoute`] if nothing is at the path, [`HttpError::WrongMethod`] if only other methods are.
pub(crate) fn locate<'p>(method: &Method, verb: Option<Verb>, path: &'p str) -> Result<Located<'p>, HttpError> {
    let parts = Path::new(path);
    match read::locate(&TABLE, verb, &parts) {
        Ok((route, id)) => Ok(Located { id, handler: route.handler, path: parts }),
        Err(others) if others.is_empty() => {
            Err(HttpError::NoRoute(format!("{method}: {}", path.chars().take(200).collect::<String>())))
        }
        Err(mut others) => {
            others.sort_by_key(|verb| Verb::ALL.iter().position(|known| known == verb));
            Err(HttpError::WrongMethod(others.into_iter().map(Verb::name).collect()))
        }
    }
}

const fn get(
    pattern: &'static str,
    parameters: &'static str,
    answer: &'static str,
    handler: LocalHandler,
) -> Route<LocalHandler> {
    Route { verb: Verb::Get, pattern, parameters, answer, handler }
}

const fn post(
    pattern: &'static str,
    parameters: &'static str,
    answer: &'static str,
    handler: LocalHandler,
) -> Route<LocalHandler> {
    Route { verb: Verb::Post, pattern, parameters, answer, handler }
}

/// The parameters of a search.
const SEARCH: &str = "query!:text limit:int page:text";

/// The operations of the server.
const LOCAL: &[Route<LocalHandler>] = &[
    get("/v1/account", "", "account", local::own_account),
    get("/v1/accounts", "", "[account]", local::list_accounts),
    get("/v1/accounts/{account}/capabilities", "", "[capability]", local::capabilities),
    get("/v1/accounts/{account}/capabilities/{id}", "", "capability", local::capability),
    post("/v1/accounts/{account}/capabilities/{id}", "requested:bool", "capability", local::request_capability),
    post(
        "/v1/account_links",
        "account!:text type!:=account_onboarding|account_update refresh_url:text return_url:text collect:text",
        "account_link",
        local::account_link,
    ),
    post("/v1/accounts/{account}/login_links", "", "login_link", local::login_link),
    get("/v1/balance", "", "balance", local::balance),
    get("/v1/charges/search", SEARCH, "search_result", search::charges),
    get("/v1/customers/search", SEARCH, "search_result", search::customers),
    get("/v1/payment_intents/search", SEARCH, "search_result", search::payment_intents),
    get("/v1/prices/search", SEARCH, "search_result", search::prices),
    get("/v1/products/search", SEARCH, "search_result", search::products),
    get("/v1/checkout/sessions/{id}/line_items", "", "[item]", local::line_items),
    get("/v1/test_helpers/clock", "", "test_helpers.clock", local::clock),
    post("/v1/test_helpers/clock/advance", "seconds!:int", "test_helpers.clock", local::advance_clock),
    post(
        "/v1/test_helpers/payment_intents/{id}/authenticate",
        "outcome!:=pass|fail",
        "payment_intent",
        helpers::authenticate,
    ),
    post(
        "/v1/test_helpers/setup_intents/{id}/authenticate",
        "outcome!:=pass|fail",
        "setup_intent",
        helpers::authenticate_setup,
    ),
    post(
        "/v1/test_helpers/payment_intents/{id}/settle",
        "outcome!:=succeeded|account_closed|insufficient_funds|no_account|not_authorized",
        "payment_intent",
        helpers::settle,
    ),
    post(
        "/v1/test_helpers/payment_intents/{id}/close_cancel_window",
        "",
        "payment_intent",
        helpers::close_cancel_window,
    ),
    post(
        "/v1/test_helpers/refunds/{id}/report",
        "outcome!:=succeeded|declined|expired_or_canceled_card|insufficient_funds|lost_or_stolen_card|merchant_request\
         |unknown",
        "refund",
        helpers::report_refund,
    ),
    post("/v1/test_helpers/refunds/{id}/return", "", "refund", helpers::return_refund),
    post("/v1/test_helpers/refunds/{id}/give_details", "", "refund", helpers::give_refund_details),
    post(
        "/v1/test_helpers/webhook_endpoints/{id}/roll_secret",
        "expires_in:int",
        "webhook_endpoint",
        helpers::roll_secret,
    ),
    post(
        "/v1/test_helpers/checkout/sessions/{id}/complete",
        "payment_method!:text email:text",
        "checkout.session",
        helpers::complete_session,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(method: &Method, verb: Option<Verb>, path: &str) -> Result<String, HttpError> {
        locate(method, verb, path).map(|found| found.id.to_owned())
    }

    /// Every row is located at its own path and at no other row's; each other method there is a 405 that names it.
    #[test]
    fn every_row_is_located() {
        for route in TABLE.iter() {
            let path = route.pattern.replace(['{', '}'], "");
            let last = route.pattern.rsplit('{').next().and_then(|rest| rest.split('}').next()).unwrap_or_default();
            let id = if route.pattern.contains('{') { last } else { "" };
            let rows = TABLE.iter().filter(|row| row.verb == route.verb && row.pattern == route.pattern).count();
            assert_eq!(rows, 1, "{}", route.pattern);
            assert_eq!(at(&Method::GET, Some(route.verb), &path), Ok(id.to_owned()), "{path}");
            match at(&Method::PUT, None, &path) {
                Err(HttpError::WrongMethod(allowed)) => assert!(allowed.contains(&route.verb.name()), "{path}"),
                other => panic!("{path}: {other:?}"),
            }
        }
    }

    #[test]
    fn allowed_methods_are_named_in_order() {
        let refused = at(&Method::PUT, None, "/v1/customers/x");
        assert_eq!(refused, Err(HttpError::WrongMethod(vec!["GET", "POST", "DELETE"])));
        let refused = at(&Method::DELETE, Some(Verb::Delete), "/v1/test_helpers/clock");
        assert_eq!(refused, Err(HttpError::WrongMethod(vec!["GET"])));
        let refused = at(&Method::GET, Some(Verb::Get), "/v1/test_helpers");
        assert_eq!(refused, Err(HttpError::NoRoute("GET: /v1/test_helpers".to_owned())));
    }
}
