//! The connection that carries requests: plain, or with TLS (feature `tls`).

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

#[cfg(feature = "tls")]
use super::tls::TlsStream;

/// The trusted certificates, and the versions of TLS. A build without the feature `tls` makes none.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The configuration of every connection.
    #[cfg(feature = "tls")]
    pub(super) config: std::sync::Arc<rustls::ClientConfig>,
}

/// An open connection.
#[derive(Debug)]
pub(super) enum Stream {
    /// A connection without encryption.
    Plain(TcpStream),
    /// A connection with TLS.
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream>),
}

impl Stream {
    /// Connects, and carries out the handshake of TLS if there is one.
    ///
    /// # Errors
    /// An I/O error if the server is not reached in time, or its certificate is not valid for the name in `authority`.
    pub(super) fn open(
        address: &SocketAddr,
        authority: &str,
        tls: Option<&Tls>,
        patience: Duration,
    ) -> io::Result<Self> {
        let socket = TcpStream::connect_timeout(address, patience)?;
        socket.set_nodelay(true)?;
        socket.set_write_timeout(Some(patience))?;
        #[cfg(feature = "tls")]
        if let Some(tls) = tls {
            socket.set_read_timeout(Some(patience))?;
            return Ok(Self::Tls(Box::new(tls.open(socket, authority)?)));
        }
        let _unused = (authority, tls);
        Ok(Self::Plain(socket))
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            #[cfg(feature = "tls")]
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// Limits the time of one read.
    ///
    /// # Errors
    /// An I/O error of the socket.
    pub(super) fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.socket().set_read_timeout(Some(timeout))
    }

    /// Ends the connection in both directions at once.
    ///
    /// # Errors
    /// An I/O error of the socket.
    pub(super) fn cut(&self) -> io::Result<()> {
        self.socket().shutdown(Shutdown::Both)
    }

    /// Returns whether the connection is open and has no unread bytes.
    pub(super) fn is_open(&mut self) -> bool {
        if self.socket().set_nonblocking(true).is_err() {
            return false;
        }
        let is_quiet = match self {
            Self::Plain(socket) => {
                matches!(socket.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
            }
            #[cfg(feature = "tls")]
            Self::Tls(stream) => super::tls::is_quiet(stream),
        };
        self.socket().set_nonblocking(false).is_ok() && is_quiet
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(buffer),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.flush(),
        }
    }
}
