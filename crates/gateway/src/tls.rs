//! TLS: the server's certificate, replaced while it serves, and what a connection shows first.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::limits::{CERTIFICATE_LOOK_PAUSE, HEAD_DURATION_MAX};

/// What every TLS connection begins with: a record that holds a handshake.
const HANDSHAKE: u8 = 0x16;

/// What is told to a client that speaks plain HTTP where TLS is spoken; a head of any request would end alike.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 59\r\n\
    Connection: close\r\n\r\n{\"message\":\"this server speaks https here, not plain http\"}";

/// The server's side of TLS: a certificate with its key, from files that may change.
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    certificate: PathBuf,
    key: PathBuf,
}

/// The certificate that is shown to clients.
#[derive(Debug)]
struct Shown(RwLock<Kept>);

#[derive(Debug)]
struct Kept {
    /// What both files held.
    files: (Vec<u8>, Vec<u8>),
    certified: Arc<CertifiedKey>,
}

/// How a client begins.
pub(crate) enum Opening {
    /// With a handshake, which succeeded.
    Secure(Box<TlsStream<TcpStream>>),
    /// With something else.
    Plain(TcpStream),
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).certified))
    }
}

impl Tls {
    /// Reads a chain of certificates, the server's first, and its private key, both PEM.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, String> {
        let shown = Arc::new(Shown(RwLock::new(read(certificate, key)?)));
        let provider = Arc::new(default_provider());
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Shown>::clone(&shown);
        let mut configuration = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(configuration));
        Ok(Self { acceptor, shown, certificate: certificate.to_owned(), key: key.to_owned() })
    }

    /// Looks at the files again; says whether another certificate is shown from now on. One that cannot be used is not.
    pub fn refresh(&self) -> Result<bool, String> {
        let kept = read(&self.certificate, &self.key)?;
        let mut shown = self.shown.0.write().unwrap_or_else(PoisonError::into_inner);
        if shown.files == kept.files {
            return Ok(false);
        }
        *shown = kept;
        Ok(true)
    }

    /// Looks at the files every now and then, for as long as it is polled.
    pub async fn follow(&self) {
        let mut last_failure = None;
        loop {
            tokio::time::sleep(CERTIFICATE_LOOK_PAUSE).await;
            match self.refresh() {
                Ok(true) => {
                    log::info!("the certificate in {} is shown from now on", self.certificate.display());
                }
                Ok(false) => last_failure = None,
                Err(reason) if last_failure.as_ref() == Some(&reason) => {}
                Err(reason) => {
                    // While one file is there and the other is not yet, they do not belong together.
                    log::warn!("the certificate stays as it was: {reason}");
                    last_failure = Some(reason);
                }
            }
        }
    }

    /// Shakes hands with a client, unless it begins with something else than TLS.
    pub(crate) async fn open_connection(&self, stream: TcpStream) -> io::Result<Opening> {
        let opening = async {
            let mut first = [0];
            if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
                return Ok(Opening::Plain(stream));
            }
            self.acceptor.accept(stream).await.map(Box::new).map(Opening::Secure)
        };
        tokio::time::timeout(HEAD_DURATION_MAX, opening).await?
    }
}

/// Tells a client that speaks plain HTTP what is spoken here.
pub(crate) async fn refuse_plain(mut stream: TcpStream) {
    // Whether it hears it is its own business.
    let _ = tokio::time::timeout(HEAD_DURATION_MAX, async {
        stream.write_all(PLAIN).await?;
        stream.shutdown().await
    })
    .await;
}

/// Reads both files and checks that they belong together.
fn read(certificate: &Path, key: &Path) -> Result<Kept, String> {
    let content = |file: &Path| {
        std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
    };
    let files = (content(certificate)?, content(key)?);
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&files.0)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{} holds no certificates: {error}", certificate.display()))?;
    if chain.is_empty() {
        return Err(format!("{} holds no certificate", certificate.display()));
    }
    let private = PrivateKeyDer::from_pem_slice(&files.1)
        .map_err(|error| format!("{} holds no private key: {error}", key.display()))?;
    let certified = CertifiedKey::from_der(chain, private, &default_provider()).map_err(|error| {
        format!("the key in {} does not fit {}: {error}", key.display(), certificate.display())
    })?;
    Ok(Kept { files, certified: Arc::new(certified) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_announces_its_own_length() {
        let text = std::str::from_utf8(PLAIN).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{}", body.len());
    }

    #[test]
    fn files_that_hold_nothing_usable_are_named() {
        let folder = std::env::temp_dir().join(format!("homeregion-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (certificate, key) = (folder.join("server.pem"), folder.join("server-key.pem"));
        let why = || Tls::open(&certificate, &key).err().unwrap();
        assert!(why().contains("server.pem cannot be read"), "{}", why());
        std::fs::write(&certificate, "no PEM").unwrap();
        std::fs::write(&key, "no PEM").unwrap();
        assert!(why().contains("server.pem holds no certificate"), "{}", why());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
