//! Whom to trust when talking to upstreams: the system's certificates, and those that npm is told of.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::sync::Arc;

/// Makes an HTTP client that trusts the same certificates and follows no redirects, for other rooms of the server.
pub fn plain_client(extra: &[PathBuf]) -> Result<reqwest::Client, String> {
    let tls = configuration(extra).map_err(|error| error.to_string())?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("homeregion/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| format!("the HTTP client cannot be made: {error}"))
}

/// Makes the TLS configuration.
///
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` stand in for the system's store, as they do for OpenSSL. Certificates that
/// cannot be read are passed over with a warning; without any, connections fail with a clear error.
pub(super) fn configuration(extra: &[PathBuf]) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        log::warn!("a certificate of the system cannot be read: {error}");
    }
    roots.add_parsable_certificates(native.certs);
    for path in extra {
        let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        match read {
            Ok(certificates) => drop(roots.add_parsable_certificates(certificates)),
            Err(error) => log::warn!("the certificates in {} cannot be read: {error}", path.display()),
        }
    }
    if roots.is_empty() {
        log::warn!("no certificates are trusted; set SSL_CERT_FILE for upstreams with https");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}
