//! The routes and objects of the API, a line each: what the description is made of.
//!
//! A parameter or field is `name:type`, with `!` behind the name when it must be there. Types are `int`, `bool`, `text`,
//! `time` (seconds since 1970), `map` (of texts), `list` (of texts), `object`, `=a|b` (one of), each with `?` behind it
//! when it may be null; `@kind` is an id, or the object when it is expanded.

/// One route: method, path, parameters, and what it answers. `[kind]` is a page of that kind.
pub(super) type Route = (&'static str, &'static str, &'static str, &'static str);

/// The parameters of every page of a list.
pub(super) const PAGE: &str = "limit:int starting_after:text ending_before:text";

const INTENT: &str = "amount:int application_fee_amount:int capture_method:=automatic|automatic_async|manual \
                      currency:text customer:text description:text metadata:map payment_method:text \
                      payment_method_types:list receipt_email:text setup_future_usage:=off_session|on_session \
                      statement_descriptor:text transfer_group:text";

pub(super) const ROUTES: &[Route] = &[
    (
        "post",
        "/v1/payment_intents",
        "amount!:int currency!:text confirm:bool confirmation_method:=automatic|manual off_session:bool return_url:text \
         error_on_requires_action:bool",
        "payment_intent",
    ),
    ("get", "/v1/payment_intents", "customer:text", "[payment_intent]"),
    ("get", "/v1/payment_intents/{id}", "", "payment_intent"),
    ("post", "/v1/payment_intents/{id}", INTENT, "payment_intent"),
    (
        "post",
        "/v1/payment_intents/{id}/confirm",
        "capture_method:=automatic|automatic_async|manual payment_method:text off_session:bool return_url:text \
         setup_future_usage:=off_session|on_session error_on_requires_action:bool receipt_email:text",
        "payment_intent",
    ),
    (
        "post",
        "/v1/payment_intents/{id}/capture",
        "amount_to_capture:int application_fee_amount:int final_capture:bool metadata:map statement_descriptor:text",
        "payment_intent",
    ),
    (
        "post",
        "/v1/payment_intents/{id}/cancel",
        "cancellation_reason:=abandoned|duplicate|fraudulent|requested_by_customer",
        "payment_intent",
    ),
    ("get", "/v1/charges", "customer:text payment_intent:text", "[charge]"),
    ("get", "/v1/charges/{id}", "", "charge"),
    ("post", "/v1/charges/{id}", "description:text metadata:map receipt_email:text transfer_group:text", "charge"),
    ("post", "/v1/charges/{id}/capture", "", "charge"),
    (
        "post",
        "/v1/refunds",
        "amount:int charge:text metadata:map payment_intent:text reason:=duplicate|fraudulent|requested_by_customer \
         refund_application_fee:bool reverse_transfer:bool",
        "refund",
    ),
    ("get", "/v1/refunds", "charge:text payment_intent:text", "[refund]"),
    ("get", "/v1/refunds/{id}", "", "refund"),
    ("post", "/v1/refunds/{id}", "metadata:map", "refund"),
    ("post", "/v1/refunds/{id}/cancel", "", "refund"),
    (
        "post",
        "/v1/setup_intents",
        "confirm:bool customer:text description:text metadata:map payment_method:text payment_method_types:list \
         return_url:text usage:=off_session|on_session",
        "setup_intent",
    ),
    ("get", "/v1/setup_intents", "customer:text", "[setup_intent]"),
    ("get", "/v1/setup_intents/{id}", "", "setup_intent"),
    (
        "post",
        "/v1/setup_intents/{id}",
        "customer:text description:text metadata:map payment_method:text payment_method_types:list",
        "setup_intent",
    ),
    ("post", "/v1/setup_intents/{id}/confirm", "payment_method:text return_url:text", "setup_intent"),
    (
        "post",
        "/v1/setup_intents/{id}/cancel",
        "cancellation_reason:=abandoned|duplicate|requested_by_customer",
        "setup_intent",
    ),
    ("post", "/v1/setup_intents/{id}/verify_microdeposits", "descriptor_code:text amounts:list", "setup_intent"),
    (
        "post",
        "/v1/checkout/sessions",
        "mode!:=payment|setup ui_mode:=hosted_page|embedded_page|elements success_url:text cancel_url:text \
         return_url:text client_reference_id:text currency:text customer:text customer_email:text expires_at:time \
         metadata:map payment_method_types:list",
        "checkout.session",
    ),
    ("get", "/v1/checkout/sessions", "customer:text payment_intent:text", "[checkout.session]"),
    ("get", "/v1/checkout/sessions/{id}", "", "checkout.session"),
    ("post", "/v1/checkout/sessions/{id}/expire", "", "checkout.session"),
    ("get", "/v1/checkout/sessions/{id}/line_items", "", "[item]"),
    ("post", "/v1/customers", "description:text email:text metadata:map name:text", "customer"),
    ("get", "/v1/customers", "", "[customer]"),
    ("get", "/v1/customers/{id}", "", "customer"),
    ("post", "/v1/customers/{id}", "description:text email:text metadata:map name:text", "customer"),
    ("delete", "/v1/customers/{id}", "", "deleted"),
    ("get", "/v1/customers/{id}/payment_methods", "", "[payment_method]"),
    ("post", "/v1/payment_methods", "type!:=card|us_bank_account|sepa_debit metadata:map", "payment_method"),
    ("get", "/v1/payment_methods", "customer:text", "[payment_method]"),
    ("get", "/v1/payment_methods/{id}", "", "payment_method"),
    ("post", "/v1/payment_methods/{id}/attach", "customer!:text", "payment_method"),
    ("post", "/v1/payment_methods/{id}/detach", "", "payment_method"),
    (
        "post",
        "/v1/transfers",
        "amount!:int currency!:text destination!:text description:text metadata:map source_transaction:text \
         transfer_group:text",
        "transfer",
    ),
    ("get", "/v1/transfers", "", "[transfer]"),
    ("get", "/v1/transfers/{id}", "", "transfer"),
    ("post", "/v1/transfers/{id}/reversals", "amount:int description:text metadata:map", "transfer_reversal"),
    ("get", "/v1/transfers/{id}/reversals", "", "[transfer_reversal]"),
    ("get", "/v1/application_fees", "charge:text", "[application_fee]"),
    ("get", "/v1/application_fees/{id}", "", "application_fee"),
    ("post", "/v1/application_fees/{id}/refunds", "amount:int metadata:map", "fee_refund"),
    ("get", "/v1/application_fees/{id}/refunds", "", "[fee_refund]"),
    ("get", "/v1/balance_transactions", "source:text", "[balance_transaction]"),
    ("get", "/v1/balance_transactions/{id}", "", "balance_transaction"),
    ("get", "/v1/balance", "", "balance"),
    ("get", "/v1/events", "type:text", "[event]"),
    ("get", "/v1/events/{id}", "", "event"),
    (
        "post",
        "/v1/webhook_endpoints",
        "url!:text enabled_events!:list api_version:text connect:bool description:text metadata:map",
        "webhook_endpoint",
    ),
    ("get", "/v1/webhook_endpoints", "", "[webhook_endpoint]"),
    ("get", "/v1/webhook_endpoints/{id}", "", "webhook_endpoint"),
    (
        "post",
        "/v1/webhook_endpoints/{id}",
        "url:text enabled_events:list disabled:bool description:text metadata:map",
        "webhook_endpoint",
    ),
    ("delete", "/v1/webhook_endpoints/{id}", "", "deleted"),
    ("get", "/v1/account", "", "account"),
    ("get", "/v1/accounts", "", "[account]"),
    ("post", "/v1/accounts", "business_type:text country:text email:text type:text", "account"),
    ("get", "/v1/accounts/{id}", "", "account"),
    ("get", "/v1/test_helpers/clock", "", "test_helpers.clock"),
    ("post", "/v1/test_helpers/clock/advance", "seconds!:int", "test_helpers.clock"),
    ("post", "/v1/test_helpers/payment_intents/{id}/authenticate", "outcome!:=pass|fail", "payment_intent"),
    ("post", "/v1/test_helpers/setup_intents/{id}/authenticate", "outcome!:=pass|fail", "setup_intent"),
    (
        "post",
        "/v1/test_helpers/payment_intents/{id}/settle",
        "outcome!:=succeeded|account_closed|insufficient_funds|no_account|not_authorized",
        "payment_intent",
    ),
    ("post", "/v1/test_helpers/payment_intents/{id}/close_cancel_window", "", "payment_intent"),
    (
        "post",
        "/v1/test_helpers/refunds/{id}/report",
        "outcome!:=succeeded|declined|expired_or_canceled_card|insufficient_funds|lost_or_stolen_card|merchant_request\
         |unknown",
        "refund",
    ),
    ("post", "/v1/test_helpers/refunds/{id}/return", "", "refund"),
    ("post", "/v1/test_helpers/refunds/{id}/give_details", "", "refund"),
    ("post", "/v1/test_helpers/webhook_endpoints/{id}/roll_secret", "expires_in:int", "webhook_endpoint"),
    ("post", "/v1/test_helpers/checkout/sessions/{id}/complete", "payment_method!:text email:text", "checkout.session"),
];

/// The routes that take a payment's parameters beside their own.
pub(super) const fn parameters_of_a_payment() -> (&'static str, &'static str) {
    ("/v1/payment_intents", INTENT)
}

/// The fields of each kind of object beyond `object`; it may have more.
pub(super) const OBJECTS: &[(&str, &str)] = &[
    ("account", "id!:text charges_enabled!:bool country!:text default_currency!:text payouts_enabled!:bool type!:text"),
    (
        "application_fee",
        "id!:text account!:@account amount!:int amount_refunded!:int charge!:@charge created!:time currency!:text \
         refunded!:bool",
    ),
    ("balance", "available!:list livemode!:bool pending!:list"),
    (
        "balance_transaction",
        "id!:text amount!:int created!:time currency!:text fee!:int net!:int source!:text status!:=available|pending \
         type!:text",
    ),
    (
        "charge",
        "id!:text amount!:int amount_captured!:int amount_refunded!:int application_fee!:@application_fee? \
         application_fee_amount!:int? balance_transaction!:@balance_transaction? captured!:bool created!:time \
         currency!:text customer!:@customer? disputed!:bool failure_code!:text? failure_message!:text? metadata!:map \
         paid!:bool payment_intent!:@payment_intent payment_method!:text payment_method_details!:object refunded!:bool \
         status!:=failed|pending|succeeded transfer!:@transfer?",
    ),
    (
        "checkout.session",
        "id!:text amount_total!:int? cancel_url!:text? client_secret!:text? created!:time currency!:text? \
         customer!:@customer? expires_at!:time metadata!:map mode!:=payment|setup payment_intent!:@payment_intent? \
         payment_status!:=no_payment_required|paid|unpaid setup_intent!:@setup_intent? \
         status!:=complete|expired|open success_url!:text? ui_mode!:text url!:text?",
    ),
    // A deleted one says no more than that.
    ("customer", "id!:text created:time deleted:bool description:text? email:text? metadata:map name:text?"),
    ("deleted", "id!:text deleted!:bool"),
    (
        "event",
        "id!:text account!:text api_version!:text created!:time data!:object livemode!:bool pending_webhooks!:int \
         request!:object type!:text",
    ),
    ("fee_refund", "id!:text amount!:int created!:time currency!:text fee!:@application_fee metadata!:map"),
    ("item", "id!:text amount_total!:int currency!:text? description!:text price!:object quantity!:int"),
    (
        "payment_intent",
        "id!:text amount!:int amount_capturable!:int amount_received!:int application_fee_amount!:int? \
         canceled_at!:time? cancellation_reason!:text? capture_method!:=automatic|automatic_async|manual \
         client_secret!:text confirmation_method!:=automatic|manual created!:time currency!:text customer!:@customer? \
         description!:text? latest_charge!:@charge? livemode!:bool metadata!:map next_action!:object? \
         payment_method!:@payment_method? payment_method_types!:list receipt_email!:text? \
         status!:=canceled|processing|requires_action|requires_capture|requires_confirmation|requires_payment_method\
         |succeeded",
    ),
    (
        "payment_method",
        "id!:text created!:time customer!:@customer? metadata!:map type!:=card|sepa_debit|us_bank_account",
    ),
    (
        "refund",
        "id!:text amount!:int balance_transaction!:@balance_transaction? charge!:@charge created!:time currency!:text \
         metadata!:map payment_intent!:@payment_intent reason!:text? \
         status!:=canceled|failed|pending|requires_action|succeeded",
    ),
    (
        "setup_intent",
        "id!:text cancellation_reason!:text? client_secret!:text created!:time customer!:@customer? description!:text? \
         metadata!:map next_action!:object? payment_method!:@payment_method? payment_method_types!:list \
         status!:=canceled|processing|requires_action|requires_confirmation|requires_payment_method|succeeded \
         usage!:=off_session|on_session",
    ),
    ("test_helpers.clock", "now!:time"),
    (
        "transfer",
        "id!:text amount!:int amount_reversed!:int created!:time currency!:text destination!:@account metadata!:map \
         reversed!:bool source_transaction!:@charge?",
    ),
    ("transfer_reversal", "id!:text amount!:int created!:time currency!:text metadata!:map transfer!:@transfer"),
    (
        "webhook_endpoint",
        "id!:text created!:time enabled_events!:list metadata!:map status!:=disabled|enabled url!:text",
    ),
];
