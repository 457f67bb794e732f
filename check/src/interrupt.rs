//! The request to stop early, which Ctrl-C makes.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

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

    /// Returns the flag itself, for code that keeps it.
    #[must_use]
    pub fn shared(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag)
    }

    /// Returns a reader that gives an error once the flag is set, also while `source` waits for input.
    pub fn reading(&self, source: impl Read + Send + 'static) -> InterruptedReader {
        let (sender, pieces) = sync_channel(PIECES_AHEAD);
        InterruptedReader {
            source: Some((Box::new(source), sender)),
            pieces,
            piece: Vec::new(),
            interrupt: self.clone(),
        }
    }
}

/// The size of one piece of input.
const PIECE: usize = 1 << 16;
/// The pieces that are read before they are asked for.
const PIECES_AHEAD: usize = 4;
/// The time between two looks at the flag.
const LOOK: Duration = Duration::from_millis(50);

/// A source and where its pieces go.
type Feed = (Box<dyn Read + Send>, SyncSender<io::Result<Vec<u8>>>);

/// A reader that ends with an error when the command is interrupted. A thread reads the source, beginning with the
/// first call.
pub struct InterruptedReader {
    source: Option<Feed>,
    pieces: Receiver<io::Result<Vec<u8>>>,
    /// The rest of the current piece.
    piece: Vec<u8>,
    interrupt: Interrupt,
}

impl Read for InterruptedReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some((source, sender)) = self.source.take() {
            std::thread::spawn(move || feed(source, &sender));
        }
        while self.piece.is_empty() {
            if self.interrupt.is_set() {
                return Err(io::Error::other("interrupted"));
            }
            match self.pieces.recv_timeout(LOOK) {
                Ok(piece) => self.piece = piece?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let count = self.piece.as_slice().read(into)?;
        self.piece.drain(..count);
        Ok(count)
    }
}

/// Sends the pieces of `source` until its end, an error, or the end of the reader.
fn feed(mut source: Box<dyn Read + Send>, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match source.read(&mut piece) {
            Ok(0) => return,
            Ok(count) => {
                piece.truncate(count);
                Ok(piece)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = read.is_err();
        if sender.send(read).is_err() || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that gives one piece and then waits for longer than any test.
    struct Slow(bool);

    impl Read for Slow {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                std::thread::sleep(Duration::from_secs(3_600));
            }
            b"piece".as_slice().read(into)
        }
    }

    #[test]
    fn a_source_is_read_to_its_end() {
        let text = "line\n".repeat(100_000);
        let mut read = String::new();
        let mut reader = Interrupt::default().reading(io::Cursor::new(text.clone()));
        assert!(reader.read_to_string(&mut read).is_ok() && read == text);
    }

    #[test]
    fn an_interrupt_ends_the_wait_for_input() {
        let interrupt = Interrupt::default();
        let mut reader = interrupt.reading(Slow(false));
        let mut piece = [0; 5];
        assert!(reader.read_exact(&mut piece).is_ok() && &piece == b"piece");
        interrupt.set();
        assert!(reader.read(&mut piece).is_err());
    }
}
