//! The engine's log of events, as its API shows it.

use holdfast_engine::ApiVersion;
use holdfast_engine::edge::render;
use serde_json::Value;

use super::{EVENTS, EngineSubject, failed};
use holdfast_harness::subject::Failure;

impl EngineSubject {
    /// Returns every event since the run began, oldest first, rendered in `version` (such as `2019-01-01`). With
    /// `None`, each is rendered in the version of its account.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the engine has not been started, its store fails, or `version` is not a version.
    pub fn log(&self, version: Option<&str>) -> Result<Vec<Value>, Failure> {
        let version = version.map(str::parse::<ApiVersion>).transpose();
        let version = version.map_err(|_| Failure("that is no version of the API".to_owned()))?;
        let engine = self.engine()?;
        let mut log = Vec::new();
        let mut after = 0;
        loop {
            let page = engine.events_after(after, EVENTS).map_err(failed)?;
            let Some((last, _)) = page.last() else { return Ok(log) };
            after = *last;
            for (_, event) in &page {
                let version = version.unwrap_or(event.version);
                let mut shown = render::event(event, version);
                if let Some(named) = shown.get_mut("api_version") {
                    *named = version.to_string().into();
                }
                log.push(shown);
            }
        }
    }
}
