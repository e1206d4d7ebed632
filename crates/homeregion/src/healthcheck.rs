//! `homeregion healthcheck`: asks a running server whether it is well.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::arguments::Healthcheck;
use crate::certificates::Certificates;
use crate::environment;

/// How long the server may take to answer.
const ANSWER_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Asks, and fails when the answer is not 200.
pub fn run(arguments: &Healthcheck) -> Result<(), String> {
    let endpoint = environment::endpoint(&arguments.home, arguments.endpoint.as_deref())?;
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("http", &endpoint));
    let authority = rest.split('/').next().unwrap_or(rest);
    let certificates = Certificates::of(&arguments.home.folder()?);
    let trusted = (scheme == "https").then_some(certificates.authority.as_path());
    let status = ask(authority, trusted).map_err(|error| format!("{endpoint} does not answer: {error}"))?;
    if status == 200 {
        say!("{endpoint} is well");
        return Ok(());
    }
    Err(format!("{endpoint} answers {status}"))
}

/// Asks over TLS where there is something to trust: the system's certificates and those in this file.
fn ask(authority: &str, trusted: Option<&Path>) -> std::io::Result<u16> {
    let port = if trusted.is_some() { 443 } else { 80 };
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port { authority.to_owned() } else { format!("{authority}:{port}") };
    let address = address.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_PAUSE_MAX)?;
    stream.set_read_timeout(Some(ANSWER_PAUSE_MAX))?;
    let Some(trusted) = trusted else { return exchange(&mut stream, authority) };
    let host =
        if has_port { authority.rsplit_once(':').map_or(authority, |(host, _)| host) } else { authority };
    let name =
        ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(std::io::Error::other)?;
    let client = ClientConnection::new(configuration(trusted)?, name).map_err(std::io::Error::other)?;
    exchange(&mut StreamOwned::new(client, stream), authority)
}

fn configuration(trusted: &Path) -> std::io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Ok(certificates) = CertificateDer::pem_file_iter(trusted) {
        roots.add_parsable_certificates(certificates.filter_map(Result::ok));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(std::io::Error::other)?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn exchange(stream: &mut (impl Read + Write), authority: &str) -> std::io::Result<u16> {
    write!(stream, "GET /_homeregion/health HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer)?;
    let line = String::from_utf8_lossy(&answer);
    line.split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or(std::io::ErrorKind::InvalidData.into())
}
