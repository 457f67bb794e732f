//! Tests of the table of operations: no two rows overlap.

use super::*;

/// Every pattern, with an id in each of its places, is located as itself: no two rows overlap.
#[test]
fn every_row_is_located_once() {
    for (number, route) in ROUTES.iter().enumerate() {
        let path = route.pattern.replace(['{', '}'], "");
        let path = Path::new(&path);
        for (other, rival) in ROUTES.iter().enumerate() {
            let same = rival.verb == route.verb && rival.id_in(&path).is_some();
            assert_eq!(same, number == other, "{} {}", route.verb.name(), route.pattern);
        }
    }
}

#[test]
fn other_methods_and_paths_are_not_found() {
    let at = |verb, path: &'static str| {
        locate(&ROUTES, verb, &Path::new(path)).map(|(route, id)| (route.pattern, id)).map_err(|verbs| verbs.len())
    };
    assert_eq!(at(Some(Verb::Get), "/v1/charges/x/refunds/y"), Ok(("/v1/charges/{charge}/refunds/{id}", "y")));
    assert_eq!(at(Some(Verb::Delete), "/v1/customers/x"), Ok(("/v1/customers/{id}", "x")));
    assert_eq!(at(Some(Verb::Delete), "/v1/charges/x"), Err(2));
    assert_eq!(at(None, "/v1/customers/x"), Err(3));
    for nothing in ["", "/", "/v1/", "/v1/nothing", "/v1/charges/x/refunds/y/z", "/v1/charges/x/y"] {
        assert_eq!(at(Some(Verb::Get), nothing), Err(0), "{nothing}");
    }
}
