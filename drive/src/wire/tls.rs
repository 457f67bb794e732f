//! TLS for servers on other machines.

use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::stream::Tls;

/// A connection with TLS.
pub(super) type TlsStream = StreamOwned<ClientConnection, TcpStream>;

impl Tls {
    /// Trusts the usual authorities, and those in a PEM file if one is given.
    ///
    /// # Errors
    /// Returns a message that names the field if the file holds no certificate.
    pub fn new(trusted: Option<&Path>) -> Result<Self, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(file) = trusted {
            let refused =
                |why: String| format!("--ca-file: {}: {why}; give a PEM file of certificates", file.display());
            let certificates = CertificateDer::pem_file_iter(file).map_err(|error| refused(error.to_string()))?;
            let before = roots.len();
            for certificate in certificates {
                let certificate = certificate.map_err(|error| refused(error.to_string()))?;
                roots.add(certificate).map_err(|error| refused(error.to_string()))?;
            }
            if roots.len() == before {
                return Err(refused("it holds no certificate".to_owned()));
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| format!("TLS: {error}"))?;
        Ok(Self { config: Arc::new(config.with_root_certificates(roots).with_no_client_auth()) })
    }

    /// Carries out the handshake.
    ///
    /// # Errors
    /// An I/O error if the certificate is not valid for the name in `authority`, or the server does not speak TLS.
    pub(super) fn open(&self, mut socket: TcpStream, authority: &str) -> io::Result<TlsStream> {
        let with_port = authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let name = with_port.map_or(authority, |(name, _)| name);
        let name = ServerName::try_from(name.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
        let mut connection = ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        Ok(StreamOwned::new(connection, socket))
    }
}

/// Returns whether a connection whose socket does not block is open and has no unread content. A server may send session
/// tickets at any time; they are no content.
pub(super) fn is_quiet(stream: &mut TlsStream) -> bool {
    loop {
        match stream.conn.read_tls(&mut stream.sock) {
            Ok(0) => return false,
            Ok(_) => match stream.conn.process_new_packets() {
                Ok(state) if state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed() => {}
                Ok(_) | Err(_) => return false,
            },
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
            Err(_) => return false,
        }
    }
}
