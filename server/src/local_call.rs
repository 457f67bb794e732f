//! A request to an operation that the server answers itself.

use crate::answer::Answer;
use crate::app::App;
use crate::call::Caller;
use holdfast_engine::command::Command;
use holdfast_engine::{ApiVersion, Reason, Refusal, Request, Response};
use serde_json::Value;

/// The result of an operation of the server: a response, or a refusal in the engine's words.
pub(crate) type Answered = Result<Answer, Refusal>;

/// The handler of an operation of the server.
pub(crate) type LocalHandler = fn(&LocalCall<'_>) -> Answered;

/// A request to an operation of the server.
#[derive(Clone, Copy)]
pub(crate) struct LocalCall<'a> {
    pub(crate) app: &'a App,
    pub(crate) caller: &'a Caller,
    /// The number of the request.
    pub(crate) number: u64,
    /// The idempotency key of a POST.
    pub(crate) key: Option<&'a str>,
    /// The last id in the path, empty if the path has none.
    pub(crate) id: &'a str,
    /// The path.
    pub(crate) path: &'a str,
    /// The paths that `expand[]` names.
    pub(crate) expand: &'a [String],
    /// The parameters as a tree.
    pub(crate) params: &'a Value,
}

impl LocalCall<'_> {
    /// Executes a command of the engine under the number and the key of this request.
    pub(crate) fn execute(&self, command: Command) -> Response {
        let (version, idempotency_key) = (Some(self.version()), self.key.map(str::to_owned));
        let expand = self.expand.to_vec();
        let request = Request { version, idempotency_key, expand, ..Request::new(self.caller.account, command) };
        self.app.engine.execute_numbered(request, self.number)
    }

    /// Returns the version that the request names, or the current one.
    fn version(&self) -> ApiVersion {
        self.caller.version.unwrap_or(ApiVersion::CURRENT)
    }
}

/// Returns the refusal for a failure of the server.
pub(crate) fn broken(error: &dyn std::fmt::Display) -> Refusal {
    Reason::Internal(error.to_string()).into()
}
