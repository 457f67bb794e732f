//! Products, prices, accounts and what belongs to them, tokens, charges without a PaymentIntent, and updates of texts.

use crate::test_helpers::{Answer, CONNECTED, TestEngine, fresh};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::edge::read::{Verb, documented};
use holdfast_engine::objects::EventType;

const BILL: &str = "mode=payment success_url=https://x line_items[0][quantity]=2";

fn delete(w: &TestEngine, path: &str) -> Answer {
    w.send(Verb::Delete, path, "", None, None)
}

/// Every kind of stored data: the list, a creation, an update, the field that shows it, and whether it can be deleted.
fn kinds(w: &TestEngine) -> Vec<(String, &'static str, &'static str, &'static str, bool)> {
    let product = w.post("products", "name=Hat").id();
    let customer = w.post("customers", "name=A").id();
    let prices = format!("prices?{product}");
    let account = CONNECTED.to_string();
    vec![
        ("products".into(), "name=Hat description=warm images[]=https://x", "name=Cap metadata[a]=b", "name=Cap", true),
        (
            prices,
            "currency=usd unit_amount=700 nickname=n",
            "nickname=m active=false",
            "nickname=m active=false",
            false,
        ),
        (
            "shipping_rates".into(),
            "display_name=Post type=fixed_amount fixed_amount[amount]=5 fixed_amount[currency]=usd",
            "active=false",
            "active=false fixed_amount.amount=5",
            false,
        ),
        (
            format!("accounts/{account}/external_accounts"),
            "external_account=btok_us_verified",
            "account_holder_name=Ann",
            "account_holder_name=Ann object=bank_account",
            true,
        ),
        (
            format!("accounts/{account}/external_accounts"),
            "external_account[object]=bank_account external_account[country]=DE external_account[currency]=eur \
             external_account[account_number]=DE89370400440532013000",
            "metadata[a]=b",
            "last4=3000 country=DE currency=eur metadata.a=b",
            true,
        ),
        (
            format!("accounts/{account}/persons"),
            "first_name=Ann id_number=000000000 relationship[representative]=true",
            "last_name=Bee",
            "first_name=Ann last_name=Bee id_number_provided=true relationship.representative=true",
            true,
        ),
        (format!("customers/{customer}/tax_ids"), "type=eu_vat value=DE123456789", "", "type=eu_vat country=DE", true),
    ]
}

/// P18: stored data is created, shown, listed, updated and deleted; a deleted object is gone.
#[test]
fn stored_data_lives_as_the_requests_say() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, holdfast_engine::Dialect::default());
        for (path, create, update, shown, can_go) in kinds(&w) {
            let (list, product) = path.split_once('?').map_or((path.as_str(), None), |(list, id)| (list, Some(id)));
            let create = product.map_or(create.to_owned(), |product| format!("{create} product={product}"));
            let made = w.post(list, &create).id();
            let own = format!("{list}/{made}");
            if !update.is_empty() {
                w.post(&own, update).is(shown);
            }
            w.get(&own, "").is(shown);
            let listed = w.get(list, "limit=100");
            assert!(
                listed.body["data"].as_array().unwrap().iter().any(|one| one["id"] == made.as_str()),
                "{name} {own}"
            );
            w.post(list, &format!("{create} zz=1")).refused(400, "parameter_unknown", "zz");
            if can_go {
                delete(&w, &own).is("deleted=true");
                assert_eq!(w.get(&own, "").status, 404, "{name} {own}");
                assert_eq!(delete(&w, &own).status, 404, "{name} {own}");
                let listed = w.get(list, "limit=100");
                assert!(listed.body["data"].as_array().unwrap().iter().all(|one| one["id"] != made.as_str()), "{own}");
            }
        }
    }
}

/// A required parameter that is missing, or one that names nothing, is refused by its own name.
#[test]
fn stored_data_refuses_what_it_lacks() {
    let w = fresh();
    let product = w.post("products", "name=Hat").id();
    let account = format!("accounts/{CONNECTED}");
    for (path, params, code, param) in [
        ("products", "", "parameter_missing", "name"),
        ("prices", "unit_amount=1 product=P", "parameter_missing", "currency"),
        ("prices", "currency=usd product=P", "parameter_missing", "unit_amount"),
        ("prices", "currency=usd unit_amount=1", "parameter_missing", "product"),
        ("prices", "currency=usd unit_amount=1 product=prod_none", "resource_missing", "product"),
        ("prices", "currency=zzz unit_amount=1 product=P", "-", "currency"),
        ("prices", "currency=usd unit_amount=-1 product=P", "-", "unit_amount"),
        ("prices", "currency=usd unit_amount=1 unit_amount_decimal=1 product=P", "-", "unit_amount_decimal"),
        ("shipping_rates", "type=fixed_amount", "parameter_missing", "display_name"),
        ("shipping_rates", "display_name=x", "parameter_missing", "fixed_amount[amount]"),
        ("A/external_accounts", "", "parameter_missing", "external_account"),
        ("A/external_accounts", "external_account=nope", "resource_missing", "external_account"),
        (
            "A/external_accounts",
            "external_account[object]=bank_account",
            "parameter_missing",
            "external_account[country]",
        ),
        ("tokens", "", "parameter_missing", "card"),
        ("charges", "amount=100 currency=usd", "parameter_missing", "-"),
        ("charges", "amount=100 currency=usd source=tok_nope", "resource_missing", "source"),
    ] {
        let (path, params) = (path.replace('A', &account), params.replace("product=P", &format!("product={product}")));
        w.post(&path, &params).refused(400, code, param);
    }
}

/// ERR-5, P15: an unknown object is 404 where the path names it, and 400 where a parameter does.
#[test]
fn an_unknown_object_in_a_parameter_is_a_wrong_parameter() {
    let w = fresh();
    let customer = w.post("customers", "name=A").id();
    let intent = w.post("payment_intents", "amount=100 currency=usd").id();
    let pay = "amount=1000 currency=usd";
    for unknown in ["none", "00000000001"] {
        let rows = [
            ("payment_intents".to_owned(), format!("{pay} customer=cus_{unknown}"), "customer"),
            ("payment_intents".to_owned(), format!("{pay} payment_method=pm_{unknown}"), "payment_method"),
            (format!("payment_intents/{intent}"), format!("payment_method=pm_{unknown}"), "payment_method"),
            (
                format!("payment_intents/{intent}/confirm"),
                format!("payment_method=pm_{unknown} return_url=https://x"),
                "payment_method",
            ),
            ("setup_intents".to_owned(), format!("customer=cus_{unknown}"), "customer"),
            ("payment_methods/pm_card_visa/attach".to_owned(), format!("customer=cus_{unknown}"), "customer"),
            (
                "checkout/sessions".to_owned(),
                format!("{BILL} line_items[0][price]=price_{unknown}"),
                "line_items[0][price]",
            ),
            ("charges".to_owned(), format!("{pay} customer=cus_{unknown}"), "customer"),
        ];
        for (path, params, param) in rows {
            w.post(&path, &params).refused(400, "resource_missing", param);
        }
        for (path, param) in [
            (format!("payment_intents/pi_{unknown}"), "intent"),
            (format!("customers/cus_{unknown}"), "id"),
            (format!("payment_methods/pm_{unknown}"), "payment_method"),
            (format!("charges/ch_{unknown}"), "id"),
            (format!("products/prod_{unknown}"), "id"),
            (format!("prices/price_{unknown}"), "price"),
        ] {
            w.get(&path, "").refused(404, "resource_missing", param);
        }
        w.post("refunds", &format!("charge=ch_{unknown}")).refused(404, "resource_missing", "charge");
        w.post("refunds", &format!("payment_intent=pi_{unknown}")).refused(404, "resource_missing", "payment_intent");
        w.post(&format!("payment_methods/pm_{unknown}/attach"), &format!("customer={customer}")).refused(
            404,
            "resource_missing",
            "payment_method",
        );
    }
}

/// A line item takes amount, currency and name from its price; unknown, inactive and recurring prices are refused.
#[test]
fn line_items_take_their_price() {
    let w = fresh();
    let product = w.post("products", "name=Hat default_price_data[currency]=eur default_price_data[unit_amount]=700");
    let price = product.text("default_price");
    let of = |price: &str| format!("{BILL} line_items[0][price]={price}");
    let expand = "expand[]=line_items.data.price.product";
    let session = w.post("checkout/sessions", &format!("{} {expand}", of(&price)));
    let session = session.is("amount_total=1400 amount_subtotal=1400 currency=eur");
    let session = session.is("line_items.data.0.description=Hat line_items.data.0.price.unit_amount=700");
    assert_eq!(session.text("line_items.data.0.price.id"), price);
    session.is("line_items.data.0.price.product.name=Hat line_items.data.0.quantity=2");
    let inline = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=50";
    let of_product = format!("{BILL} {inline} line_items[0][price_data][product]={}", product.id());
    w.post("checkout/sessions", &format!("{of_product} {expand}"))
        .is("amount_total=100 line_items.data.0.price.product.name=Hat");
    let named = format!("{BILL} {inline} line_items[0][price_data][product_data][name]=Cap");
    w.post("checkout/sessions", &format!("{named} {expand}")).is("line_items.data.0.price.product.name=Cap");
    let both = format!("{} {inline}", of(&price));
    w.post("checkout/sessions", &both).refused(400, "-", "line_items[0][price_data]");
    w.post(&format!("prices/{price}"), "active=false").is("active=false");
    w.post("checkout/sessions", &of(&price)).refused(400, "-", "line_items[0][price]");
    let recurring = format!("currency=usd unit_amount=5 recurring[interval]=month product={}", product.id());
    let recurring = w.post("prices", &recurring).is("type=recurring recurring.interval_count=1").id();
    w.post("checkout/sessions", &of(&recurring)).refused(400, "-", "-");
}

/// A session shows its ways of shipping, and its sum has the first of them; an update replaces them.
#[test]
fn shipping_is_part_of_the_sum() {
    let w = fresh();
    let rate = "display_name=Post fixed_amount[amount]=300 fixed_amount[currency]=usd";
    let rate = w.post("shipping_rates", rate).id();
    let items = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=500 \
                 line_items[0][price_data][product_data][name]=x";
    let data = "shipping_options[1][shipping_rate_data][display_name]=Bike \
                shipping_options[1][shipping_rate_data][fixed_amount][amount]=900 \
                shipping_options[1][shipping_rate_data][fixed_amount][currency]=usd";
    let session =
        w.post("checkout/sessions", &format!("{BILL} {items} shipping_options[0][shipping_rate]={rate} {data}"));
    let session = session.is("amount_subtotal=1000 amount_total=1300 total_details.amount_shipping=300");
    let session = session.is("shipping_cost.amount_total=300 shipping_options.1.shipping_amount=900");
    let path = format!("checkout/sessions/{}", session.id());
    let data = data.replace("[1]", "[0]");
    w.post(&path, &format!("{data} metadata[k]=v")).is("amount_total=1900 shipping_cost.amount_total=900 metadata.k=v");
    let session = session.id().parse().unwrap();
    let method = holdfast_engine::command::MethodRef::Test(holdfast_engine::TestMethod::Visa);
    w.inject(EnvironmentEvent::CompleteSession { session, method, email: None }).is("payment_status=paid");
    let intent = w.get(&path, "").text("payment_intent");
    w.get(&format!("payment_intents/{intent}"), "").is("amount=1900");
    w.post(&path, &data).refused(400, "-", "-");
    let wrong = data.replace("=usd", "=eur");
    w.post("checkout/sessions", &format!("{BILL} {items} {wrong}")).refused(400, "-", "shipping_options[0]");
}

/// Every part of a customer that the provider shows on request can be expanded.
#[test]
fn customers_show_their_parts_on_request() {
    let w = fresh();
    let customer = w.post("customers", "tax_id_data[0][type]=eu_vat tax_id_data[0][value]=DE123456789").id();
    for (path, shown) in [
        ("sources", "sources.object=list"),
        ("subscriptions", "subscriptions.object=list"),
        ("tax", "tax.location=null"),
        ("tax_ids", "tax_ids.data.0.value=DE123456789"),
        ("cash_balance", "cash_balance.object=cash_balance"),
        ("invoice_credit_balance", ""),
        ("default_source", "default_source=null"),
        ("test_clock", "test_clock=null"),
        ("invoice_settings.default_payment_method", "invoice_settings.default_payment_method=null"),
    ] {
        w.get(&format!("customers/{customer}"), &format!("expand[]={path}")).is(&format!("object=customer {shown}"));
        let listed = w.get("customers", &format!("expand[]=data.{path}"));
        assert_eq!(listed.status, 200, "{path}: {}", listed.body);
    }
}

/// Accounts are updated and deleted, show their requirements, and keep no deleted account usable.
#[test]
fn accounts_change_and_go() {
    let w = TestEngine::immediate();
    let made = w.post(
        "accounts",
        "type=custom email=a@b.c external_account=btok_us settings[payouts][schedule][interval]=manual",
    );
    let made = made.is("type=custom controller.requirement_collection=application charges_enabled=true");
    let made = made.is("settings.payouts.schedule.interval=manual settings.payouts.schedule.delay_days=2");
    let made = made.is("external_accounts.data.0.default_for_currency=true requirements.disabled_reason=null");
    let path = format!("accounts/{}", made.id());
    w.post(&path, "email=b@c.d business_profile[url]=https://x metadata[k]=v")
        .is("email=b@c.d business_profile.url=https://x");
    w.post(&path, "email= metadata=").is("email=null metadata={}");
    w.get(&path, "").is("email=null");
    w.post(&format!("{path}/external_accounts"), "external_account=btok_us").is("default_for_currency=false");
    let to = format!("amount=1000 currency=usd payment_method_types[]=card transfer_data[destination]={}", made.id());
    let paid = "confirm=true capture_method=automatic payment_method=pm_card_visa";
    w.post("payment_intents", &format!("{to} {paid}")).is("status=succeeded");
    delete(&w, &path).refused(400, "-", "-");
    let other = w.post("accounts", "country=DE").is("default_currency=eur").id();
    delete(&w, &format!("accounts/{other}")).is("deleted=true");
    w.get(&format!("accounts/{other}"), "").refused(403, "account_invalid", "-");
    let to = format!("amount=1000 currency=usd transfer_data[destination]={other}");
    w.post("payment_intents", &to).refused(400, "resource_missing", "transfer_data[destination]");
    w.post("accounts/acct_none", "email=x").refused(403, "account_invalid", "-");
}

/// An update changes the metadata of each of these objects and announces it where an event exists.
#[test]
fn metadata_of_every_kind_changes() {
    let w = TestEngine::immediate();
    let paid = w.paid(1000, &format!("transfer_data[destination]={CONNECTED} application_fee_amount=100"));
    let charge = w.charge(&paid);
    let (transfer, fee) = (charge.text("transfer"), charge.text("application_fee"));
    let reversal = w.post(&format!("transfers/{transfer}/reversals"), "amount=10").id();
    let returned = w.post(&format!("application_fees/{fee}/refunds"), "amount=10").id();
    let customer = w.post("customers", "name=A").id();
    let method = w.post("payment_methods/pm_card_visa/attach", &format!("customer={customer}")).id();
    let items = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=500 \
                 line_items[0][price_data][product_data][name]=x";
    let session = w.post("checkout/sessions", &format!("{BILL} {items}")).id();
    for path in [
        format!("transfers/{transfer}"),
        format!("transfers/{transfer}/reversals/{reversal}"),
        format!("application_fees/{fee}/refunds/{returned}"),
        format!("payment_methods/{method}"),
        format!("checkout/sessions/{session}"),
    ] {
        w.post(&path, "metadata[a]=1 metadata[b]=2").is("metadata.a=1");
        w.post(&path, "metadata[a]=").is("metadata.b=2");
        let shown = w.get(&path, "");
        assert_eq!(shown.body["metadata"], serde_json::json!({ "b": "2" }), "{path}");
        w.post(&path, "metadata=").is("metadata={}");
        w.post(&path, "nonsense=1").refused(400, "parameter_unknown", "nonsense");
    }
    w.post(&format!("payment_methods/{method}"), "card[exp_year]=2031 billing_details[name]=Ann")
        .is("card.exp_year=2031 billing_details.name=Ann");
    let events = w.get("events", "limit=100 types[]=transfer.updated types[]=payment_method.updated");
    assert_eq!(events.body["data"].as_array().unwrap().len(), 7, "{}", events.body);
    let loose = w.post("payment_methods", "type=card card[token]=tok_visa").id();
    w.post(&format!("payment_methods/{loose}"), "metadata[a]=1").refused(400, "-", "-");
}

/// P33: an endpoint may subscribe to every documented type of event.
#[test]
fn every_documented_event_type_can_be_subscribed_to() {
    let w = fresh();
    let types =
        documented().find(|one| one.endpoint == "POST /v1/webhook_endpoints" && one.name == "enabled_events[0]");
    let types: Vec<&str> = types.unwrap().kind.trim_start_matches('=').split('|').collect();
    assert!(types.len() > 200, "{types:?}");
    for name in types {
        w.post("webhook_endpoints", &format!("url=https://x enabled_events[]={name}"))
            .is(&format!("enabled_events.0={name}"));
    }
    for own in EventType::ALL {
        w.post("webhook_endpoints", &format!("url=https://x enabled_events[]={}", own.name())).is("status=enabled");
    }
    w.post("webhook_endpoints", "url=https://x enabled_events[]=charge.nonsense").refused(400, "-", "enabled_events");
}

/// AMT-2: a bill beyond every range is refused at its quantity, for a stored and for an inline price.
#[test]
fn a_bill_beyond_every_range_is_refused() {
    let w = TestEngine::immediate();
    let product = w.post("products", "name=Mug").id();
    let price = w.post("prices", &format!("currency=usd unit_amount=99999999 product={product}")).id();
    let inline = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=99999999 \
                  line_items[0][price_data][product_data][name]=Mug";
    for item in [format!("line_items[0][price]={price}"), inline.to_owned()] {
        let form = format!("mode=payment success_url=https://x.example {item} line_items[0][quantity]={}", i64::MAX);
        w.post("checkout/sessions", &form).refused(400, "amount_too_large", "line_items[0][quantity]");
    }
}
