//! The request to stop early, which Ctrl-C makes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that asks a running command to stop, print what it found as incomplete, and exit with 3.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    flag: Arc<AtomicBool>,
    of_process: bool,
}

impl Interrupt {
    /// Returns a flag for Ctrl-C, which takes effect at [`Interrupt::listen`].
    #[must_use]
    pub fn of_process() -> Self {
        Self { flag: Arc::default(), of_process: true }
    }

    /// From now on, the first Ctrl-C sets the flag and a second one ends the process with 130.
    ///
    /// A command that never looks at the flag does not call this, so Ctrl-C ends it at once.
    ///
    /// # Errors
    /// Returns an error if the operating system refuses the signal handler.
    pub fn listen(&self) -> io::Result<()> {
        if self.of_process {
            // In this order: the second signal finds the flag that the first one set.
            signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGINT, 130, Arc::clone(&self.flag))?;
            signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&self.flag))?;
        }
        Ok(())
    }

    /// From now on, the signal to terminate sets the flag too. A command that runs until it is stopped calls this.
    ///
    /// # Errors
    /// Returns an error if the operating system refuses the signal handler.
    pub fn listen_to_termination(&self) -> io::Result<()> {
        if self.of_process {
            signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::clone(&self.flag))?;
        }
        Ok(())
    }

    /// Asks the command to stop.
    pub fn set(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Returns whether the command was asked to stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Returns the flag itself, for code that does not know this type.
    #[must_use]
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }
}
