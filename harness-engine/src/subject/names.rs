//! Tables that translate the engine's words into the model's and back; they decide nothing.

use holdfast_engine::objects::{self as engine, EventType, Failure};
use holdfast_engine::{Money, TestMethod};
use holdfast_model::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, ConfirmationMethod, Currency, IntentStatus,
    NotificationKind, PaymentError, PaymentMethod, PaymentStatus, RefundStatus, SessionMode, SessionStatus, SessionUi,
    SetupStatus,
};

pub(super) fn amount(money: Money) -> Amount {
    // An amount beyond the model's range becomes the largest amount, which every property rejects.
    Amount::new(u32::try_from(money.minor()).unwrap_or(u32::MAX))
}

pub(super) const fn intent_status(status: engine::IntentStatus) -> IntentStatus {
    use engine::IntentStatus as E;
    match status {
        E::RequiresPaymentMethod => IntentStatus::RequiresPaymentMethod,
        E::RequiresConfirmation => IntentStatus::RequiresConfirmation,
        E::RequiresAction => IntentStatus::RequiresAction,
        E::Processing => IntentStatus::Processing,
        E::RequiresCapture => IntentStatus::RequiresCapture,
        E::Succeeded => IntentStatus::Succeeded,
        E::Canceled => IntentStatus::Canceled,
    }
}

pub(super) const fn charge_status(status: engine::ChargeStatus) -> ChargeStatus {
    match status {
        engine::ChargeStatus::Succeeded => ChargeStatus::Succeeded,
        engine::ChargeStatus::Pending => ChargeStatus::Pending,
        engine::ChargeStatus::Failed => ChargeStatus::Failed,
    }
}

pub(super) const fn refund_status(status: engine::RefundStatus) -> RefundStatus {
    match status {
        engine::RefundStatus::Pending => RefundStatus::Pending,
        engine::RefundStatus::RequiresAction => RefundStatus::RequiresAction,
        engine::RefundStatus::Succeeded => RefundStatus::Succeeded,
        engine::RefundStatus::Failed => RefundStatus::Failed,
        engine::RefundStatus::Canceled => RefundStatus::Canceled,
    }
}

pub(super) const fn setup_status(status: engine::SetupStatus) -> SetupStatus {
    use engine::SetupStatus as E;
    match status {
        E::RequiresPaymentMethod => SetupStatus::RequiresPaymentMethod,
        E::RequiresConfirmation => SetupStatus::RequiresConfirmation,
        E::RequiresAction => SetupStatus::RequiresAction,
        E::Processing => SetupStatus::Processing,
        E::Succeeded => SetupStatus::Succeeded,
        E::Canceled => SetupStatus::Canceled,
    }
}

pub(super) const fn session_status(status: engine::SessionStatus) -> SessionStatus {
    match status {
        engine::SessionStatus::Open => SessionStatus::Open,
        engine::SessionStatus::Complete => SessionStatus::Complete,
        engine::SessionStatus::Expired => SessionStatus::Expired,
    }
}

pub(super) const fn payment_status(status: engine::PaymentStatus) -> PaymentStatus {
    match status {
        engine::PaymentStatus::Paid => PaymentStatus::Paid,
        engine::PaymentStatus::Unpaid => PaymentStatus::Unpaid,
        engine::PaymentStatus::NoPaymentRequired => PaymentStatus::NoPaymentRequired,
    }
}

pub(super) const fn session_mode(mode: engine::SessionMode) -> SessionMode {
    match mode {
        engine::SessionMode::Payment => SessionMode::Payment,
        engine::SessionMode::Setup => SessionMode::Setup,
    }
}

pub(super) const fn session_ui(ui: engine::UiMode) -> SessionUi {
    match ui {
        engine::UiMode::Hosted => SessionUi::Hosted,
        engine::UiMode::Embedded | engine::UiMode::Elements => SessionUi::Embedded,
    }
}

pub(super) const fn cancellation(reason: engine::CancellationReason) -> CancellationReason {
    use engine::CancellationReason as E;
    match reason {
        E::Duplicate => CancellationReason::Duplicate,
        E::Fraudulent => CancellationReason::Fraudulent,
        E::RequestedByCustomer => CancellationReason::RequestedByCustomer,
        E::Abandoned => CancellationReason::Abandoned,
        E::Automatic => CancellationReason::Automatic,
    }
}

/// Returns a reason that a client may give; `None` for a reason that only the system gives, which is sent as text.
pub(super) const fn given_reason(reason: CancellationReason) -> Option<engine::CancellationReason> {
    use engine::CancellationReason as E;
    match reason {
        CancellationReason::Duplicate => Some(E::Duplicate),
        CancellationReason::Fraudulent => Some(E::Fraudulent),
        CancellationReason::RequestedByCustomer => Some(E::RequestedByCustomer),
        CancellationReason::Abandoned => Some(E::Abandoned),
        CancellationReason::Automatic => None,
    }
}

/// Returns a reason as text.
pub(super) const fn reason_word(reason: CancellationReason) -> &'static str {
    match reason {
        CancellationReason::Duplicate => "duplicate",
        CancellationReason::Fraudulent => "fraudulent",
        CancellationReason::RequestedByCustomer => "requested_by_customer",
        CancellationReason::Abandoned => "abandoned",
        CancellationReason::Automatic => "automatic",
    }
}

pub(super) const fn capture_method(method: engine::CaptureMethod) -> CaptureMethod {
    match method {
        engine::CaptureMethod::Automatic => CaptureMethod::Automatic,
        engine::CaptureMethod::AutomaticAsync => CaptureMethod::AutomaticAsync,
        engine::CaptureMethod::Manual => CaptureMethod::Manual,
    }
}

pub(super) const fn asked_capture_method(method: CaptureMethod) -> engine::CaptureMethod {
    match method {
        CaptureMethod::Automatic => engine::CaptureMethod::Automatic,
        CaptureMethod::AutomaticAsync => engine::CaptureMethod::AutomaticAsync,
        CaptureMethod::Manual => engine::CaptureMethod::Manual,
    }
}

pub(super) const fn confirmation_method(method: engine::ConfirmationMethod) -> ConfirmationMethod {
    match method {
        engine::ConfirmationMethod::Automatic => ConfirmationMethod::Automatic,
        engine::ConfirmationMethod::Manual => ConfirmationMethod::Manual,
    }
}

pub(super) const fn asked_confirmation_method(method: ConfirmationMethod) -> engine::ConfirmationMethod {
    match method {
        ConfirmationMethod::Automatic => engine::ConfirmationMethod::Automatic,
        ConfirmationMethod::Manual => engine::ConfirmationMethod::Manual,
    }
}

pub(super) fn currency(currency: holdfast_engine::Currency) -> Currency {
    let known = [Currency::Usd, Currency::Eur, Currency::Jpy];
    known.into_iter().find(|known| known.name() == currency.code()).unwrap_or(Currency::Unknown)
}

/// Returns a currency that the engine knows.
pub(super) const fn asked_currency(currency: Currency) -> Option<holdfast_engine::Currency> {
    match currency {
        Currency::Usd => Some(holdfast_engine::Currency::Usd),
        Currency::Eur => Some(holdfast_engine::Currency::Eur),
        Currency::Jpy => Some(holdfast_engine::Currency::Jpy),
        Currency::Unknown => None,
    }
}

macro_rules! methods {
    ($($model:ident = $engine:ident;)+) => {
        /// Returns the test method that behaves like the model's.
        pub(super) const fn test_method(method: PaymentMethod) -> TestMethod {
            match method { $(PaymentMethod::$model => TestMethod::$engine,)+ }
        }

        /// Returns the model's name of a test method; `None` for one that the harness never sends.
        pub(super) fn payment_method(method: TestMethod) -> Option<PaymentMethod> {
            match method { $(TestMethod::$engine => Some(PaymentMethod::$model),)+ _ => None }
        }
    };
}

methods! {
    Visa = Visa;
    Mastercard = Mastercard;
    Amex = Amex;
    Discover = Discover;
    Diners = Diners;
    Jcb = Jcb;
    UnionPay = UnionPay;
    CartesBancaires = CartesBancaires;
    NoEnterpriseFeatures = NoEnterpriseFeatures;
    Declined = Declined;
    InsufficientFunds = InsufficientFunds;
    LostCard = LostCard;
    StolenCard = StolenCard;
    ExpiredCard = ExpiredCard;
    IncorrectCvc = IncorrectCvc;
    ProcessingError = ProcessingError;
    VelocityExceeded = VelocityExceeded;
    DeclinedWhenCharged = CustomerFail;
    AuthenticationRequired = ChallengeAlways;
    AuthenticationThenInsufficientFunds = ChallengeThenInsufficientFunds;
    AuthenticationThenDeclined = ThreeDSecureDeclined;
    PendingRefund = PendingRefund;
    RefundFails = RefundFail;
    UsBankAccount = BankSuccess;
    UsBankAccountFails = BankInsufficientFunds;
    UsBankAccountProcessing = BankProcessing;
    SepaDebit = SepaSuccess;
    SepaDebitFails = SepaFailure;
    BankTransfer = BankTransfer;
}

/// Returns `last_payment_error.code` or `last_setup_error.code`; `None` for a code that the model does not have.
pub(super) fn error_code(failure: Failure) -> Option<PaymentError> {
    let code = failure.texts().0;
    PaymentError::ALL.iter().copied().find(|error| error.name() == code)
}

/// Returns the kind of a notification; `None` for events that the model does not have.
pub(super) fn kind(event: EventType) -> Option<NotificationKind> {
    NotificationKind::ALL.iter().copied().find(|kind| kind.name() == event.name())
}
