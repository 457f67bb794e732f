//! The limits on connections and requests.

use std::time::Duration;

/// The limits that keep one client from using up the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The maximum size of a request's body, in bytes.
    pub body: usize,
    /// The maximum size of a request's head, in bytes.
    pub head: usize,
    /// The maximum number of headers of a request.
    pub headers: usize,
    /// The maximum time for a request's head, for its body, and for an idle connection.
    pub timeout: Duration,
    /// The maximum age of a connection; it then closes between two requests.
    pub max_age: Duration,
    /// The maximum number of open connections; further ones wait to be accepted.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 256 * 1024,
            head: 32 * 1024,
            headers: 64,
            timeout: Duration::from_secs(15),
            max_age: Duration::from_secs(600),
            connections: 768,
        }
    }
}
