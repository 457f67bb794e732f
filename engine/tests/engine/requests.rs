//! What requests may say, as recordings decide it (P9 to P15, P23 to P31).

use crate::world::World;
use holdfast_engine::edge::read::Verb;

const BEFORE: &str = "2023-08-15";
const SINCE: &str = "2023-08-16";

/// P9: without settings, the types are cards before 2023-08-16. Later versions have automatic methods with redirects,
/// and every way to confirm needs a `return_url`. The same holds for SetupIntents.
#[test]
fn methods_are_automatic_by_default() {
    let w = World::new();
    for (path, own) in [("payment_intents", "amount=1000 currency=usd"), ("setup_intents", "usage=off_session")] {
        let send = |path: &str, params: &str, version: &str| w.send(Verb::Post, path, params, None, Some(version));
        let create = |more: &str, version: &str| send(path, &format!("plain=true {own} {more}"), version);
        create("", BEFORE).is("payment_method_types=[\"card\"] automatic_payment_methods=null");
        let automatic = create("", SINCE)
            .is("automatic_payment_methods.enabled=true automatic_payment_methods.allow_redirects=always")
            .id();
        let now = "payment_method=pm_card_visa confirm=true";
        create(now, BEFORE).is("status=succeeded");
        create(now, SINCE).refused(400, "-", "return_url");
        let ways_out = [
            "return_url=https://shop.test",
            "payment_method_types[]=card",
            "automatic_payment_methods[enabled]=false",
            "automatic_payment_methods[enabled]=true automatic_payment_methods[allow_redirects]=never",
        ];
        for way in ways_out {
            create(&format!("{now} {way}"), SINCE).is("status=succeeded");
        }
        for always in ["", "automatic_payment_methods[allow_redirects]=always"] {
            let asked = format!("{now} automatic_payment_methods[enabled]=true {always}");
            create(&asked, SINCE).refused(400, "-", "return_url");
            create(&asked, BEFORE).refused(400, "-", "return_url");
        }
        let both = "payment_method_types[]=card automatic_payment_methods[enabled]=true";
        create(both, SINCE).refused(400, "-", "automatic_payment_methods");
        create("automatic_payment_methods[allow_redirects]=never", SINCE).refused(
            400,
            "parameter_missing",
            "automatic_payment_methods[enabled]",
        );
        // The setting belongs to the intent: the version of the confirmation does not matter.
        for version in [BEFORE, SINCE] {
            let confirm = format!("{path}/{automatic}/confirm");
            send(&confirm, "payment_method=pm_card_visa", version).refused(400, "-", "return_url");
        }
        let back = "payment_method=pm_card_visa return_url=https://shop.test";
        send(&format!("{path}/{automatic}/confirm"), back, SINCE).is("status=succeeded");
        let listed = create("", SINCE).id();
        send(&format!("{path}/{listed}"), "payment_method_types[]=card", SINCE).is("automatic_payment_methods=null");
        send(&format!("{path}/{listed}/confirm"), "payment_method=pm_card_visa", SINCE).is("status=succeeded");
    }
}

/// P10: the customer of a payment is set once; the same customer again changes nothing.
#[test]
fn the_customer_of_a_payment_is_fixed() {
    let w = World::new();
    let (a, b) = (w.post("customers", "name=A").id(), w.post("customers", "name=B").id());
    let without = w.post("payment_intents", "amount=1000 currency=usd").is("customer=null").id();
    let with = w.post("payment_intents", &format!("amount=1000 currency=usd customer={a}")).id();
    for intent in [without, with] {
        let path = format!("payment_intents/{intent}");
        w.post(&path, &format!("customer={a}")).is(&format!("customer={a}"));
        w.post(&path, &format!("customer={b}")).refused(400, "payment_intent_unexpected_state", "-");
        w.intent(&intent).is(&format!("customer={a}"));
        w.post(&path, "customer=cus_00000000000").refused(404, "resource_missing", "customer");
    }
}

/// P12: a `false` that only makes sense with a confirmation is accepted without one, a `true` is not.
#[test]
fn flags_that_are_off_need_no_confirmation() {
    let w = World::new();
    for name in ["off_session", "error_on_requires_action"] {
        for confirm in ["", "confirm=false"] {
            let create =
                |value: &str| w.post("payment_intents", &format!("amount=1000 currency=usd {name}={value} {confirm}"));
            create("false").is("status=requires_payment_method");
            create("true").refused(400, "-", name);
        }
    }
}
