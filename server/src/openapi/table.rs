//! The fields of the objects that the description shows, a line each.
//!
//! A field is `name:type`, with `!` behind the name of one that is always present. Types are `int`, `bool`, `text`, `time`
//! (seconds since 1970), `map` (of texts), `list` (of texts), `object` and `=a|b` (one of). `?` behind a type means that
//! the value may be null. `@kind` is an id, or the object if it is expanded.

/// The parameters of every page of a list.
pub(super) const PAGE: &str = "limit:int starting_after:text ending_before:text";

/// The fields of each kind of object beyond `object`; it may have more.
pub(super) const OBJECTS: &[(&str, &str)] = &[
    ("account", "id!:text charges_enabled!:bool country!:text default_currency!:text payouts_enabled!:bool type!:text"),
    ("account_link", "created!:time expires_at!:time url!:text"),
    (
        "application_fee",
        "id!:text account!:@account amount!:int amount_refunded!:int charge!:@charge created!:time currency!:text \
         refunded!:bool",
    ),
    (
        "bank_account",
        "id!:text account:@account? bank_name:text? country:text currency:text deleted:bool last4:text metadata:map \
         routing_number:text? status:text",
    ),
    ("balance", "available!:list livemode!:bool pending!:list"),
    (
        "balance_transaction",
        "id!:text amount!:int available_on!:time created!:time currency!:text fee!:int fee_details!:list net!:int \
         reporting_category!:text source!:text status!:=available|pending type!:text",
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
    // A deleted object shows no other field.
    ("customer", "id!:text created:time deleted:bool description:text? email:text? metadata:map name:text?"),
    ("capability", "id!:text account!:@account requested!:bool requested_at!:time? status!:=active|inactive"),
    ("deleted", "id!:text deleted!:bool"),
    (
        "event",
        "id!:text account!:text api_version!:text created!:time data!:object livemode!:bool pending_webhooks!:int \
         request!:object type!:text",
    ),
    ("fee_refund", "id!:text amount!:int created!:time currency!:text fee!:@application_fee metadata!:map"),
    ("item", "id!:text amount_total!:int currency!:text? description!:text price!:object quantity!:int"),
    ("login_link", "created!:time url!:text"),
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
    ("payment_method", "id!:text created!:time customer!:@customer? metadata!:map type!:text"),
    (
        "person",
        "id!:text account:@account created:time deleted:bool email:text? first_name:text? last_name:text? metadata:map \
         relationship:object",
    ),
    (
        "price",
        "id!:text active!:bool created!:time currency!:text metadata!:map product!:@product recurring!:object? \
         type!:=one_time|recurring unit_amount!:int?",
    ),
    (
        "product",
        "id!:text active:bool created:time default_price:@price? deleted:bool description:text? metadata:map name:text",
    ),
    (
        "refund",
        "id!:text amount!:int balance_transaction!:@balance_transaction? charge!:@charge created!:time currency!:text \
         metadata!:map payment_intent!:@payment_intent reason!:text? \
         status!:=canceled|failed|pending|requires_action|succeeded",
    ),
    ("search_result", "data!:list has_more!:bool next_page!:text? url!:text"),
    (
        "setup_attempt",
        "id!:text created!:time customer!:@customer? payment_method!:@payment_method setup_intent!:@setup_intent \
         status!:text usage!:text",
    ),
    (
        "setup_intent",
        "id!:text cancellation_reason!:text? client_secret!:text created!:time customer!:@customer? description!:text? \
         metadata!:map next_action!:object? payment_method!:@payment_method? payment_method_types!:list \
         status!:=canceled|processing|requires_action|requires_confirmation|requires_payment_method|succeeded \
         usage!:=off_session|on_session",
    ),
    ("shipping_rate", "id!:text active!:bool created!:time display_name!:text fixed_amount!:object metadata!:map"),
    ("tax_id", "id!:text country:text? created:time customer:@customer? deleted:bool type:text value:text"),
    ("test_helpers.clock", "now!:time"),
    ("token", "id!:text created!:time type!:text used!:bool"),
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
