//! Notes for the user, each reason once in a row.

use std::sync::mpsc::Sender;

/// The notes of one thread.
pub(crate) struct Notes {
    sender: Sender<String>,
    last: Option<String>,
}

impl Notes {
    pub(crate) const fn new(sender: Sender<String>) -> Self {
        Self { sender, last: None }
    }

    /// Notes a failure, unless it is the one that was noted last.
    pub(crate) fn failed(&mut self, why: &str) {
        if self.last.as_deref() != Some(why) {
            self.say(why.to_owned());
            self.last = Some(why.to_owned());
        }
    }

    /// Notes nothing; the next failure is noted even if it is the same.
    pub(crate) fn succeeded(&mut self) {
        self.last = None;
    }

    /// Reports a message, also if it was reported before.
    pub(crate) fn say(&self, note: String) {
        // The reader may be gone.
        let _ = self.sender.send(note);
    }
}
