//! Methods of other types, and the description of a transfer: what is stored has its effect (P17, P18).

use crate::test_helpers::{CONNECTED, fresh};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::{MethodType, OtherType};

/// A payment describes its transfer; the charge does not show the description.
#[test]
fn the_description_of_a_transfer_reaches_it() {
    let w = fresh();
    for capture in ["automatic", "automatic_async", "manual"] {
        let data = format!(
            "transfer_data[destination]={CONNECTED} transfer_data[description]=shoes transfer_data[metadata][order]=7"
        );
        let params = format!(
            "amount=1000 currency=usd payment_method_types[]=card payment_method=pm_card_visa capture_method={capture}"
        );
        let paid = w.post("payment_intents", &format!("{params} {data}"));
        let paid = paid.is("transfer_data.description=shoes transfer_data.metadata.order=7");
        w.post(&format!("payment_intents/{}/confirm", paid.id()), "").is(&format!("id={}", paid.id()));
        if capture == "manual" {
            w.post(&format!("payment_intents/{}/capture", paid.id()), "").is("status=succeeded");
        }
        w.advance(3600);
        let charge = w.charge(&paid.id());
        assert_eq!(charge.body["transfer_data"]["description"], serde_json::Value::Null);
        w.get(&format!("transfers/{}", charge.text("transfer")), "").is("description=shoes metadata.order=7");
    }
}

/// A method of another type pays by the flow of the type: on a page, as a bank debit, or not at all.
#[test]
fn methods_of_other_types_pay_by_their_flow() {
    let w = fresh();
    for other in OtherType::ALL {
        let name = other.name();
        let method = w.post("payment_methods", &format!("type={name}")).is(&format!("type={name}")).id();
        let customer = w.post("customers", "").id();
        w.post(&format!("payment_methods/{method}/attach"), &format!("customer={customer}"))
            .is(&format!("id={method}"));
        let listed = w.get(&format!("customers/{customer}/payment_methods"), &format!("type={name}"));
        listed.is(&format!("data.0.id={method} data.1=null"));
        let pay = format!("amount=1000 currency=usd customer={customer} payment_method={method} confirm=true");
        let wrong = w.post("payment_intents", &format!("{pay} payment_method_types[]=card"));
        wrong.refused(400, "payment_intent_incompatible_payment_method", "payment_method");
        let pay = format!("{pay} payment_method_types[]={name}");
        let page = "return_url=https://x";
        if !MethodType::Other(*other).is_payable() {
            let refused = w.post("payment_intents", &format!("{pay} {page}"));
            assert!(refused.text("error.message").contains(name), "{}", refused.body);
            refused.refused(400, "-", "payment_method");
            continue;
        }
        assert_eq!(w.post("payment_intents", &format!("{pay} {page} capture_method=manual")).status, 400, "{name}");
        if other.is_bank_debit() {
            let paid = w.post("payment_intents", &pay).is("status=processing").id();
            w.inject(EnvironmentEvent::BankAnswers { intent: paid.parse().unwrap(), answer: Ok(()) });
            w.intent(&paid).is("status=succeeded amount_received=1000");
            continue;
        }
        let homeless = w.post("payment_intents", &pay);
        assert!(homeless.text("error.message").contains("return_url"), "{}", homeless.body);
        let paid = w.post("payment_intents", &format!("{pay} {page}"));
        let paid = paid.is("status=requires_action next_action.type=redirect_to_url").id();
        w.inject(EnvironmentEvent::Authenticate { intent: paid.parse().unwrap(), passes: true });
        w.intent(&paid).is("status=succeeded amount_received=1000");
        w.charge(&paid).is(&format!("payment_method_details.type={name}"));
        w.post("refunds", &format!("payment_intent={paid} amount=400")).is("amount=400");
        let setup = format!("customer={customer} payment_method_types[]={name} payment_method={method} confirm=true");
        w.post("setup_intents", &format!("{setup} {page}")).is("status=requires_action");
    }
    let session = "mode=payment success_url=https://x payment_method_types[]=klarna line_items[0][quantity]=1 \
                   line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=500 \
                   line_items[0][price_data][product_data][name]=x";
    w.post("checkout/sessions", session).refused(400, "-", "payment_method_types");
}
