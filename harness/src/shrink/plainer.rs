//! What is plainer than an input, or than config.

use holdfast_model::time::{DAY, HOUR};
use holdfast_model::{
    Account, Call, CaptureMethod, Config, Confirm, ConfirmationMethod, Create, CreateRefund, CreateSession, Currency,
    DeliveryFault, EnvironmentEvent, Flow, Input, Operation, PaymentMethod, Update,
};

/// The usual config, then those in which one thing more is as usual.
pub(super) fn config(config: &Config) -> Vec<Config> {
    let usual = Config::default();
    let mut all = vec![
        usual,
        Config { account: Account { country: usual.account.country, ..config.account }, ..*config },
        Config { account: Account { multicapture: usual.account.multicapture, ..config.account }, ..*config },
    ];
    for (field, word) in usual.dialect.words() {
        let mut plainer = *config;
        // A field takes back the word that it has written.
        if plainer.dialect.set(field, &word).is_ok() {
            all.push(plainer);
        }
    }
    all.retain(|plainer| plainer != config);
    all
}

/// Inputs that say less than this one, or smaller numbers. None leads back to it, so this comes to an end.
pub(super) fn inputs(input: Input) -> Vec<Input> {
    let mut plainer = Vec::new();
    match input {
        Input::Call(call) => {
            plainer.push(Input::Call(Call { key: None, ..call }));
            plainer.push(Input::Call(Call { fault: DeliveryFault::None, ..call }));
            plainer
                .extend(operations(call.operation).into_iter().map(|it| Input::Call(Call { operation: it, ..call })));
        }
        Input::Begin { key, operation } => {
            plainer.push(Input::Call(Call { operation, key: Some(key), fault: DeliveryFault::None }));
            plainer.extend(operations(operation).into_iter().map(|operation| Input::Begin { key, operation }));
        }
        Input::Finish { .. } => {}
        Input::Event(event) => plainer.extend(events(event).into_iter().map(Input::Event)),
    }
    let cost = cost(&input);
    plainer.retain(|plainer| self::cost(plainer) < cost);
    plainer
}

/// How much an input says: letters, then numbers.
fn cost(input: &Input) -> (usize, u64) {
    let text = input.to_string();
    let numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    (text.len(), numbers.fold(0, u64::saturating_add))
}

fn events(event: EnvironmentEvent) -> Vec<EnvironmentEvent> {
    match event {
        EnvironmentEvent::Advance { .. } => {
            [1, HOUR, DAY, DAY.saturating_mul(7)].map(|seconds| EnvironmentEvent::Advance { seconds }).to_vec()
        }
        EnvironmentEvent::CustomerPays { intent, .. } => {
            vec![EnvironmentEvent::CustomerPays { intent, method: PaymentMethod::Visa }]
        }
        EnvironmentEvent::Authenticate { .. }
        | EnvironmentEvent::Settle { .. }
        | EnvironmentEvent::CloseCancelWindow { .. }
        | EnvironmentEvent::PostToLedger { .. }
        | EnvironmentEvent::ExpireHold { .. }
        | EnvironmentEvent::Refund { .. }
        | EnvironmentEvent::AuthenticateSetup { .. }
        | EnvironmentEvent::SettleSetup
        | EnvironmentEvent::PruneKey { .. } => Vec::new(),
    }
}

fn operations(operation: Operation) -> Vec<Operation> {
    use Operation as O;
    match operation {
        O::CreateIntent { intent, create } => {
            creates(create).into_iter().map(|create| O::CreateIntent { intent, create }).collect()
        }
        O::UpdateIntent { intent, update } => {
            let amounts = |of: fn(i64) -> Update, amount| whole(amount).into_iter().map(of).collect();
            let updates: Vec<_> = match update {
                Update::Amount(amount) => amounts(Update::Amount, amount),
                Update::Fee(amount) => amounts(Update::Fee, amount),
                Update::Transfer(amount) => amounts(Update::Transfer, amount),
                Update::Method(_) => vec![Update::Method(PaymentMethod::Visa)],
                Update::CaptureMethod(_) | Update::Metadata => Vec::new(),
            };
            updates.into_iter().map(|update| O::UpdateIntent { intent, update }).collect()
        }
        O::ConfirmIntent { intent, confirm } => {
            let mut all = vec![
                Confirm::default(),
                Confirm { method: None, ..confirm },
                Confirm { method: Some(PaymentMethod::Visa), ..confirm },
                Confirm { capture_method: None, ..confirm },
                Confirm { off_session: false, ..confirm },
            ];
            all.extend(some(confirm.fee).into_iter().map(|fee| Confirm { fee, ..confirm }));
            all.extend(some(confirm.transfer).into_iter().map(|transfer| Confirm { transfer, ..confirm }));
            all.into_iter().map(|confirm| O::ConfirmIntent { intent, confirm }).collect()
        }
        O::CaptureIntent { intent, capture } => {
            let mut all = vec![holdfast_model::Capture { final_capture: None, ..capture }];
            all.extend(some(capture.amount).into_iter().map(|amount| holdfast_model::Capture { amount, ..capture }));
            all.extend(some(capture.fee).into_iter().map(|fee| holdfast_model::Capture { fee, ..capture }));
            all.extend(
                some(capture.transfer).into_iter().map(|it| holdfast_model::Capture { transfer: it, ..capture }),
            );
            all.into_iter().map(|capture| O::CaptureIntent { intent, capture }).collect()
        }
        O::CancelIntent { intent, .. } => vec![O::CancelIntent { intent, reason: None }],
        O::CreateRefund { intent, refund } => {
            let mut all = vec![
                CreateRefund { refund_application_fee: false, ..refund },
                CreateRefund { reverse_transfer: false, ..refund },
            ];
            all.extend(some(refund.amount).into_iter().map(|amount| CreateRefund { amount, ..refund }));
            all.into_iter().map(|refund| O::CreateRefund { intent, refund }).collect()
        }
        O::RefundFee { intent, amount } => {
            some(amount).into_iter().map(|amount| O::RefundFee { intent, amount }).collect()
        }
        O::ReverseTransfer { intent, amount } => {
            some(amount).into_iter().map(|amount| O::ReverseTransfer { intent, amount }).collect()
        }
        O::CreateTransfer { intent, amount } => {
            some(amount).into_iter().map(|amount| O::CreateTransfer { intent, amount }).collect()
        }
        O::CreateSetup { method, confirm } => vec![
            O::CreateSetup { method: None, confirm },
            O::CreateSetup { method, confirm: false },
            O::CreateSetup { method: Some(PaymentMethod::Visa), confirm },
        ],
        O::UpdateSetup { .. } => vec![O::UpdateSetup { method: PaymentMethod::Visa }],
        O::ConfirmSetup { .. } => {
            vec![O::ConfirmSetup { method: None }, O::ConfirmSetup { method: Some(PaymentMethod::Visa) }]
        }
        O::CancelSetup { .. } => vec![O::CancelSetup { reason: None }],
        O::CreateSession(session) => {
            let mut all = vec![
                CreateSession { manual: false, ..session },
                CreateSession { multicapture: false, ..session },
                CreateSession { expires_in: None, ..session },
            ];
            all.extend(whole(session.amount).into_iter().map(|amount| CreateSession { amount, ..session }));
            all.into_iter().map(O::CreateSession).collect()
        }
        O::CancelRefund { .. } | O::VerifyMicrodeposits | O::ExpireSession => Vec::new(),
    }
}

fn creates(create: Create) -> Vec<Create> {
    let mut all = vec![
        Create::of(1_000),
        Create { method: None, ..create },
        Create { method: Some(PaymentMethod::Visa), ..create },
        Create { currency: Currency::Usd, ..create },
        Create { capture_method: CaptureMethod::AutomaticAsync, ..create },
        Create { capture_method: CaptureMethod::Manual, ..create },
        Create { confirmation_method: ConfirmationMethod::Automatic, ..create },
        Create { multicapture: false, ..create },
        Create { flow: Flow::Platform, ..create },
        Create { flow: Flow::Platform, fee: None, transfer: None, ..create },
        Create { confirm: false, off_session: false, ..create },
        Create { off_session: false, ..create },
    ];
    all.extend(whole(create.amount).into_iter().map(|amount| Create { amount, ..create }));
    all.extend(some(create.fee).into_iter().map(|fee| Create { fee, ..create }));
    all.extend(some(create.transfer).into_iter().map(|transfer| Create { transfer, ..create }));
    all
}

/// Rounder numbers.
const fn whole(_: i64) -> [i64; 6] {
    [0, 1, 50, 100, 500, 1_000]
}

/// No number, or a rounder one.
fn some(number: Option<i64>) -> Vec<Option<i64>> {
    let rounder = number.into_iter().flat_map(whole).map(Some);
    std::iter::once(None).chain(rounder).collect()
}
