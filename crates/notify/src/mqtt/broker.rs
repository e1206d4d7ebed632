//! A broker: where it is, and how this installation introduces itself there.

use std::sync::Arc;

use reqwest::Url;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::Version;

/// A broker of MQTT.
#[derive(Clone)]
pub struct Broker {
    /// The version of the protocol.
    pub version: Version,
    /// What this installation is called there; two clients of one name push each other out.
    pub client_id: String,
    /// Who it is there.
    pub user: Option<String>,
    /// The password of that user.
    pub password: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

impl Broker {
    /// Reads `mqtt://HOST` or `mqtts://HOST`, with `USER:PASSWORD@` and a port if need be; a sentence if it is neither.
    pub fn new(url: &str) -> Result<Self, String> {
        let wrong = || format!("{url:?} is no address of a broker, as mqtt://host:1883 or mqtts://host:8883");
        let parsed = Url::parse(url).map_err(|_| wrong())?;
        let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let is_tls = match parsed.scheme() {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(wrong()),
        };
        if !matches!(parsed.path(), "" | "/") || parsed.query().is_some() {
            return Err(wrong());
        }
        let decoded =
            |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        Ok(Self {
            version: Version::V3,
            client_id: "homeregion".to_owned(),
            user: Some(parsed.username()).filter(|user| !user.is_empty()).map(decoded),
            password: parsed.password().map(decoded),
            host: host.trim_matches(['[', ']']).to_owned(),
            port: parsed.port().unwrap_or(if is_tls { 8883 } else { 1883 }),
            tls: if is_tls { Some(tls(None)?) } else { None },
        })
    }

    /// Trusts the certificates of a PEM file instead of those that this machine trusts.
    pub fn trust(&mut self, pem: &[u8]) -> Result<(), String> {
        if self.tls.is_none() {
            return Err("certificates are trusted at brokers that are called mqtts://".to_owned());
        }
        self.tls = Some(tls(Some(pem))?);
        Ok(())
    }

    /// Answers where it is, as far as a log may say it.
    pub fn place(&self) -> String {
        format!("{}://{}:{}", if self.tls.is_some() { "mqtts" } else { "mqtt" }, self.host, self.port)
    }
}

fn tls(pem: Option<&[u8]>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    match pem {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate =
                    certificate.map_err(|error| format!("a certificate can't be read: {error}"))?;
                roots.add(certificate).map_err(|error| format!("a certificate can't be trusted: {error}"))?;
            }
            if roots.is_empty() {
                return Err("there is no certificate in it".to_owned());
            }
        }
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS can't be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_named_by_a_url() {
        let broker = Broker::new("mqtt://me:p%40ss@broker.internal:1884").unwrap();
        assert_eq!((broker.host.as_str(), broker.port), ("broker.internal", 1884));
        assert_eq!((broker.user.as_deref(), broker.password.as_deref()), (Some("me"), Some("p@ss")));
        assert_eq!(broker.place(), "mqtt://broker.internal:1884");
        assert_eq!(Broker::new("mqtt://[::1]").unwrap().host, "::1");
        assert_eq!(Broker::new("mqtts://b").unwrap().place(), "mqtts://b:8883");
        for wrong in ["broker", "http://b", "mqtt://", "mqtt://b/topic", "mqtt://b?x=1"] {
            assert!(Broker::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_certificates_are_trusted() {
        assert!(Broker::new("mqtt://b").unwrap().trust(b"").unwrap_err().contains("mqtts"));
        assert!(Broker::new("mqtts://b").unwrap().trust(b"nothing").unwrap_err().contains("no certificate"));
    }
}
