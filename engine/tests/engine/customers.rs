//! Customers that are deleted, and accounts that are made by request.

use crate::test_helpers::{CONNECTED, MERCHANT, TestEngine};
use holdfast_engine::Dialect;
use holdfast_engine::edge::read::Verb;

/// A deleted customer is shown as deleted, is in no list, and cannot be used; nor can its methods. What was paid
/// stays paid.
#[test]
fn a_deleted_customer() {
    for (_, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let delete = |id: &str| w.send(Verb::Delete, &format!("customers/{id}"), "", None, None);
        let id = w.post("customers", "name=A").id();
        let method = w.post("payment_methods/pm_card_visa/attach", &format!("customer={id}")).id();
        let paid = w.paid(1000, &format!("customer={id} payment_method={method}"));
        let held =
            w.post("payment_intents", &format!("amount=1000 currency=usd customer={id} payment_method={method}"));
        let held = held.is("status=requires_confirmation").id();
        w.notified();
        delete("cus_00000000000").refused(404, "resource_missing", "id");
        w.act_for(CONNECTED);
        delete(&id).refused(404, "resource_missing", "id");
        w.act_for(MERCHANT);
        delete(&id).is(&format!("id={id} object=customer deleted=true"));
        let told = w.news();
        assert_eq!(told[0].event_type.name(), "customer.deleted");
        assert_eq!(told[0].object.as_customer().and_then(|customer| customer.name.clone()).as_deref(), Some("A"));
        w.get(&format!("customers/{id}"), "").is("deleted=true name=null");
        w.get("customers", "").is("data=[]");
        delete(&id).refused(404, "resource_missing", "id");
        w.post(&format!("customers/{id}"), "name=B").refused(404, "resource_missing", "id");
        let with = format!("customer={id}");
        w.post("payment_intents", &format!("amount=1000 currency=usd {with}")).refused(
            400,
            "resource_missing",
            "customer",
        );
        w.post("setup_intents", &with).refused(400, "resource_missing", "customer");
        w.post("payment_methods/pm_card_visa/attach", &with).refused(400, "resource_missing", "customer");
        w.post(&format!("payment_intents/{held}/confirm"), "").refused(400, "-", "payment_method");
        w.intent(&paid).is(&format!("customer={id} status=succeeded"));
        w.post("refunds", &format!("payment_intent={paid}")).is("status=succeeded");
        w.reconciled();
    }
}

/// CON-1, IDEM-3: an account is made once for a key, and takes direct and destination charges from then on.
#[test]
fn an_account_made_by_request() {
    for (_, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let shop = w.post_with_key("k", "accounts", "country=JP").is("object=account country=JP").id();
        w.post_with_key("k", "accounts", "country=JP").is(&format!("id={shop}"));
        w.post_with_key("k", "accounts", "country=US").refused(400, "-", "-").has("error.type=idempotency_error");
        w.post("accounts", "country=Japan").refused(400, "-", "country");
        w.post("accounts", "name=x").refused(400, "parameter_unknown", "name");
        w.paid(1000, &format!("transfer_data[destination]={shop} application_fee_amount=100"));
        w.act_for(shop.parse().unwrap());
        w.paid(1000, "application_fee_amount=100");
        w.reconciled();
    }
}
