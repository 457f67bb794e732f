//! The steps of the protocol: [`after`] is the transition function.

use crate::input::{Process, ProtocolInput};
use crate::instance::{Asked, ClientCare, EXPIRY, Instance, KEYS, ProtocolFault, QUESTIONS};
use crate::merchant;
use crate::packed::PackedWord;
use crate::state::{
    BankQuestion, EngineTask, KeyState, OutboxEntry, ProtocolState, QuestionStage, Reply, TaskStage, reference,
};

/// Returns the state after `input`: `None` if the input is not possible in `before`.
#[must_use]
pub fn after(instance: &Instance, before: &ProtocolState, input: ProtocolInput) -> Option<ProtocolState> {
    let mut state = *before;
    match input {
        ProtocolInput::Send { key } => send(instance, &mut state, key)?,
        ProtocolInput::Abandon { client } => abandon(&mut state, client)?,
        ProtocolInput::Respond { key } => respond(instance, &mut state, key)?,
        ProtocolInput::Accept { key } => accept(instance, &mut state, key)?,
        ProtocolInput::Take { question } => take(instance, &mut state, question)?,
        ProtocolInput::Expire => expire(instance, &mut state)?,
        ProtocolInput::Ask { process } => ask(&mut state, process)?,
        ProtocolInput::Decide { question, reference, approve } => {
            decide(instance, &mut state, question, reference, approve)?;
        }
        ProtocolInput::Hear { process } => hear(instance, &mut state, process)?,
        ProtocolInput::HearAgain { question } => hear_again(instance, &mut state, question)?,
        ProtocolInput::TimeOut => time_out(instance, &mut state)?,
        ProtocolInput::Commit { process } => commit(instance, &mut state, process)?,
        ProtocolInput::Forget { key } => forget(instance, &mut state, key)?,
        ProtocolInput::Notify { event } => merchant::notify(&mut state, event)?,
        ProtocolInput::Handle => merchant::handle(instance, &mut state)?,
        ProtocolInput::Acknowledge { event } => merchant::acknowledge(&mut state, event)?,
        ProtocolInput::Return => merchant::customer_returns(instance, &mut state)?,
        ProtocolInput::CrashEngine => {
            state.handler.take()?;
            state.worker = None;
        }
        ProtocolInput::CrashWorker => {
            state.worker.take()?;
        }
        ProtocolInput::CrashMerchant => {
            state.merchant.working.take()?;
        }
        ProtocolInput::PassDeadline => {
            (instance.deadline && !state.deadline_passed).then_some(())?;
            state.deadline_passed = true;
        }
        ProtocolInput::EndDay => end_day(instance, &mut state)?,
    }
    (state != *before).then_some(state)
}

/// Calls `visit` with every input that may be possible, always in the same order.
pub fn candidates(instance: &Instance, visit: &mut impl FnMut(ProtocolInput)) {
    use ProtocolInput as Input;
    for client in 0..2 {
        visit(Input::Abandon { client });
    }
    for key in 0..KEYS {
        [Input::Send { key }, Input::Respond { key }, Input::Accept { key }].into_iter().for_each(&mut *visit);
        if instance.fault == Some(ProtocolFault::KeyForgottenEarly) {
            visit(Input::Forget { key });
        }
    }
    for question in 0..QUESTIONS {
        visit(Input::Take { question });
        for reference in 0..2 {
            for approve in [true, false] {
                visit(Input::Decide { question, reference, approve });
            }
        }
        visit(Input::Notify { event: question });
        visit(Input::Acknowledge { event: question });
        if instance.fault == Some(ProtocolFault::AnswerAppliedTwice) {
            visit(Input::HearAgain { question });
        }
    }
    for process in [Process::Handler, Process::Worker] {
        [Input::Ask { process }, Input::Hear { process }, Input::Commit { process }].into_iter().for_each(&mut *visit);
    }
    let rest = [
        Input::Expire,
        Input::TimeOut,
        Input::Handle,
        Input::Return,
        Input::CrashEngine,
        Input::CrashWorker,
        Input::CrashMerchant,
        Input::PassDeadline,
        Input::EndDay,
    ];
    rest.into_iter().for_each(visit);
}

/// Sends a client's operation; a careless client sends it again under a fresh key.
fn send(instance: &Instance, state: &mut ProtocolState, key: u8) -> Option<()> {
    let owner = instance.owner(key);
    let client = state.clients.get_mut(usize::from(owner))?;
    let careful = instance.key(owner, client.at)?;
    if key == careful && !client.is_waiting {
        client.is_waiting = true;
    } else {
        let again = instance.client == ClientCare::RetriesUnderFreshKey && client.is_waiting && !client.is_fresh;
        (again && Some(key) == careful.checked_add(1)).then_some(())?;
        client.is_fresh = true;
    }
    state.requests = state.requests.and(key);
    Some(())
}

fn abandon(state: &mut ProtocolState, client: u8) -> Option<()> {
    let client = state.clients.get_mut(usize::from(client)).filter(|client| client.is_waiting)?;
    *client = crate::state::ClientState { at: client.at.checked_add(1)?, ..Default::default() };
    Some(())
}

/// Gives a waiting client the response to its operation; the client goes on.
fn respond(instance: &Instance, state: &mut ProtocolState, key: u8) -> Option<()> {
    let reply = state.response(key)?;
    let owner = instance.owner(key);
    let client = *state.clients.get(usize::from(owner))?;
    let careful = instance.key(owner, client.at)?;
    let fresh = client.is_fresh.then(|| careful.checked_add(1)).flatten();
    (client.is_waiting && (key == careful || Some(key) == fresh)).then_some(())?;
    if reply == Reply::Done {
        state.acknowledged = state.acknowledged.and(key);
    }
    abandon(state, owner)
}

/// Accepts a request if the payment is free: no other request and no open question of another key.
fn accept(instance: &Instance, state: &mut ProtocolState, key: u8) -> Option<()> {
    let is_free = state.requests.has(key) && state.handler.is_none() && state.worker.is_none();
    is_free.then_some(())?;
    let record = state.key(key);
    if let KeyState::Stored(reply) = record {
        state.set_response(key, reply);
        return Some(());
    }
    let own = state.question(key);
    if record == KeyState::Begun && own.stage == QuestionStage::Open {
        ask_again(instance, state, key);
        state.handler = Some(EngineTask { question: key, stage: TaskStage::Begun });
        return Some(());
    }
    (!state.has_open_question()).then_some(())?;
    begin(instance, state, key, own)
}

/// Begins a request: the question and the key are recorded in one transaction, or the rejection is stored.
fn begin(instance: &Instance, state: &mut ProtocolState, key: u8, own: BankQuestion) -> Option<()> {
    if !state.books.permit(instance.asked(key)?) {
        state.set_key(key, KeyState::Stored(Reply::Refused));
        state.set_response(key, Reply::Refused);
        return Some(());
    }
    if instance.fault != Some(ProtocolFault::AsksBeforeRecording) {
        // A key that was forgotten runs as a new request, under the second reference.
        let reference = match own.stage {
            QuestionStage::Closed if own.reference == 1 => return None,
            QuestionStage::Closed => 1,
            QuestionStage::Absent | QuestionStage::Open => own.reference,
        };
        state.set_question(key, BankQuestion { stage: QuestionStage::Open, reference, ..own });
        state.set_key(key, KeyState::Begun);
    }
    state.handler = Some(EngineTask { question: key, stage: TaskStage::Begun });
    Some(())
}

/// Lets the worker take an open question on which no request works.
fn take(instance: &Instance, state: &mut ProtocolState, question: u8) -> Option<()> {
    let races = instance.fault == Some(ProtocolFault::WorkerRacesRequest);
    let is_free = state.worker.is_none() && (state.handler.is_none() || races);
    (is_free && state.question(question).stage == QuestionStage::Open).then_some(())?;
    ask_again(instance, state, question);
    state.worker = Some(EngineTask { question, stage: TaskStage::Begun });
    Some(())
}

fn ask_again(instance: &Instance, state: &mut ProtocolState, question: u8) {
    if instance.fault == Some(ProtocolFault::FreshReference) {
        let record = state.question(question);
        state.set_question(question, BankQuestion { reference: 1, ..record });
    }
}

fn expire(instance: &Instance, state: &mut ProtocolState) -> Option<()> {
    let ignores = instance.fault == Some(ProtocolFault::ExpiryIgnoresOpenQuestion);
    let is_free = ignores || (state.handler.is_none() && !state.has_open_question());
    let is_due = state.deadline_passed && state.books.permit(Asked::Expire);
    let record = state.question(EXPIRY);
    (is_due && is_free && state.worker.is_none() && record.stage == QuestionStage::Absent).then_some(())?;
    state.set_question(EXPIRY, BankQuestion { stage: QuestionStage::Open, ..record });
    state.worker = Some(EngineTask { question: EXPIRY, stage: TaskStage::Begun });
    Some(())
}

fn ask(state: &mut ProtocolState, process: Process) -> Option<()> {
    let task = task(state, process).filter(|task| task.stage == TaskStage::Begun)?;
    let place = reference(task.question, state.question(task.question).reference);
    state.asked = state.asked.and(place);
    set_task(state, process, Some(EngineTask { stage: TaskStage::Waiting, ..task }));
    Some(())
}

/// Lets the acquirer decide once for each reference. It repeats its answer to a repeated question.
fn decide(instance: &Instance, state: &mut ProtocolState, question: u8, which: u8, approve: bool) -> Option<()> {
    let place = reference(question, which);
    let is_new = state.asked.has(place) && !state.approved.has(place) && !state.declined.has(place);
    let asked = instance.asked(question).filter(|_| is_new)?;
    let executed = state.account.execute(asked);
    if approve {
        state.account = executed?;
        state.approved = state.approved.and(place);
    } else {
        (executed.is_none() || (instance.declines && asked == Asked::Confirm)).then_some(())?;
        state.declined = state.declined.and(place);
    }
    Some(())
}

fn hear(instance: &Instance, state: &mut ProtocolState, process: Process) -> Option<()> {
    let task = task(state, process).filter(|task| task.stage == TaskStage::Waiting)?;
    let place = reference(task.question, state.question(task.question).reference);
    let approved = state.approved.has(place);
    (approved || state.declined.has(place)).then_some(())?;
    let early = instance.fault == Some(ProtocolFault::RespondsBeforeCommit);
    if early && approved && process == Process::Handler {
        state.set_response(task.question, Reply::Done);
    }
    set_task(state, process, Some(EngineTask { stage: TaskStage::Answered { approved }, ..task }));
    Some(())
}

fn hear_again(instance: &Instance, state: &mut ProtocolState, question: u8) -> Option<()> {
    let record = state.question(question);
    let is_again = record.stage == QuestionStage::Closed && record.applied == 1;
    is_again.then_some(())?;
    state.books = state.books.apply(instance.asked(question)?)?;
    state.set_question(question, BankQuestion { applied: 2, ..record });
    Some(())
}

/// Ends the request handler's wait. The question stays open for the worker.
fn time_out(instance: &Instance, state: &mut ProtocolState) -> Option<()> {
    let task = state.handler.filter(|task| task.stage == TaskStage::Waiting)?;
    let reply = if instance.fault == Some(ProtocolFault::SilenceIsDecline) {
        let record = state.question(task.question);
        state.set_question(task.question, BankQuestion { stage: QuestionStage::Closed, ..record });
        state.set_mail(task.question, OutboxEntry::Pending);
        Reply::Refused
    } else {
        Reply::Unknown
    };
    state.set_key(task.question, KeyState::Stored(reply));
    state.set_response(task.question, reply);
    state.handler = None;
    Some(())
}

/// Commits an answer: books, question, event and key in one transaction. A planted fault leaves a part to a second
/// step.
fn commit(instance: &Instance, state: &mut ProtocolState, process: Process) -> Option<()> {
    let task = task(state, process)?;
    let (approved, is_first) = match task.stage {
        TaskStage::Answered { approved } => (approved, true),
        TaskStage::Half { approved } => (approved, false),
        TaskStage::Begun | TaskStage::Waiting => return None,
    };
    let key_later = instance.fault == Some(ProtocolFault::KeyOutsideTheTransaction);
    let mail_later = instance.fault == Some(ProtocolFault::OutboxOutsideTheTransaction);
    if is_first {
        book(instance, state, task.question, approved)?;
    }
    if is_first != mail_later {
        state.set_mail(task.question, OutboxEntry::Pending);
    }
    if is_first != key_later {
        answer_key(instance, state, task.question, approved, process);
    }
    let is_half = is_first && (key_later || mail_later);
    let rest = EngineTask { stage: TaskStage::Half { approved }, ..task };
    set_task(state, process, is_half.then_some(rest));
    Some(())
}

/// Closes the question, and applies an approval to the books. The lock keeps a closed question from being taken again.
fn book(instance: &Instance, state: &mut ProtocolState, question: u8, approved: bool) -> Option<()> {
    let record = state.question(question);
    let mut applied = record.applied;
    if approved {
        state.books = state.books.apply(instance.asked(question)?)?;
        applied = applied.checked_add(1)?;
    }
    state.set_question(question, BankQuestion { stage: QuestionStage::Closed, applied, ..record });
    Some(())
}

/// Stores the key's response, unless it has one: the first response stays.
fn answer_key(instance: &Instance, state: &mut ProtocolState, key: u8, approved: bool, process: Process) {
    if key >= KEYS {
        return;
    }
    let reply = if approved { Reply::Done } else { Reply::Refused };
    let overwrites = instance.fault == Some(ProtocolFault::StoredAnswerReplaced);
    // The worker only updates an existing record; it creates none.
    let may_store = match state.key(key) {
        KeyState::Absent => process == Process::Handler,
        KeyState::Begun => true,
        KeyState::Stored(_) => overwrites,
    };
    if may_store {
        state.set_key(key, KeyState::Stored(reply));
    }
    if process == Process::Handler {
        state.set_response(key, reply);
    }
}

fn forget(instance: &Instance, state: &mut ProtocolState, key: u8) -> Option<()> {
    instance.asked(key)?;
    let is_open = state.question(key).stage == QuestionStage::Open;
    (is_open && state.key(key) != KeyState::Absent).then_some(())?;
    state.set_key(key, KeyState::Absent);
    Some(())
}

/// Ends the day of the keys: stored answers are forgotten, old messages are gone, and careful clients stop waiting.
fn end_day(instance: &Instance, state: &mut ProtocolState) -> Option<()> {
    (instance.key_day && !state.day_ended).then_some(())?;
    state.day_ended = true;
    for key in 0..KEYS {
        let is_open = state.question(key).stage == QuestionStage::Open;
        if matches!(state.key(key), KeyState::Stored(_)) && !is_open {
            state.set_key(key, KeyState::Absent);
        }
    }
    state.responses = PackedWord::default();
    if instance.client != ClientCare::RetriesAfterTheDay {
        state.requests = PackedWord::default();
        for client in 0..2 {
            let _was_waiting = abandon(state, client);
        }
    }
    Some(())
}

fn task(state: &ProtocolState, process: Process) -> Option<EngineTask> {
    match process {
        Process::Handler => state.handler,
        Process::Worker => state.worker,
    }
}

fn set_task(state: &mut ProtocolState, process: Process, task: Option<EngineTask>) {
    match process {
        Process::Handler => state.handler = task,
        Process::Worker => state.worker = task,
    }
}

const _: () = assert!(KEYS < QUESTIONS && EXPIRY == KEYS, "the expiry job has the question after those of the keys");
