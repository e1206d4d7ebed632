//! Reads a file from a host that the operator allowed, for whoever may name URLs through the API.
//!
//! A caller chooses the URL, so nothing is followed that the operator did not mean: only listed hosts, no redirects,
//! and no address of this machine or of its link behind a listed name. A listed address is meant as it stands.

use super::tls;
use reqwest::{Client, StatusCode, Url, redirect};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a whole file may take.
const FILE_TIMEOUT: Duration = Duration::from_secs(60);

/// The hosts that files may be read from, as the operator lists them.
#[derive(Debug, Clone, Default)]
pub struct FileHosts(Vec<String>);

impl FileHosts {
    /// Takes names and addresses, without scheme or port.
    pub fn new(hosts: impl IntoIterator<Item = String>) -> Self {
        Self(hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect())
    }

    /// Reads a whole file of at most `bytes_max`, or says in a sentence why not.
    pub async fn read(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, String> {
        let url = Url::parse(url).map_err(|error| format!("{url} is no URL: {error}"))?;
        let host = self.admit(&url)?;
        let port = url.port_or_known_default().ok_or_else(|| format!("{url} names no port"))?;
        let found = tokio::net::lookup_host((host.as_str(), port)).await;
        let found = found.map_err(|error| format!("the host {host} cannot be found: {error}"))?;
        let addresses: Vec<SocketAddr> = found.filter(|address| is_reachable(&host, address.ip())).collect();
        if addresses.is_empty() {
            return Err(format!("the host {host} has no address but such of this machine or of its link"));
        }
        let failed = |error: reqwest::Error| format!("{host} did not send the file: {error}");
        let tls = tls::configuration(&[]).map_err(|error| format!("TLS cannot be set up: {error}"))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(FILE_TIMEOUT)
            // What was looked at is what is connected to.
            .resolve_to_addrs(&host, &addresses)
            .build()
            .map_err(failed)?;
        let mut response = client.get(url).send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(format!("{host} answered {} instead of the file", response.status()));
        }
        let mut file = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if file.len() + chunk.len() > bytes_max {
                return Err(format!("the file is larger than {bytes_max} bytes"));
            }
            file.extend_from_slice(&chunk);
        }
        Ok(file)
    }

    /// Answers the host of a URL that may be asked.
    fn admit(&self, url: &Url) -> Result<String, String> {
        if !["http", "https"].contains(&url.scheme()) {
            return Err(format!("files are read over https:// and http://, not over {}://", url.scheme()));
        }
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if !self.0.contains(&host) {
            return Err(format!("the host {host} is not among those that files may be read from"));
        }
        Ok(host)
    }
}

/// Whether a host may be asked at an address; only a listed address itself may be one of this machine or its link.
fn is_reachable(host: &str, address: IpAddr) -> bool {
    if host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let address = address.to_canonical();
    let is_own = address.is_loopback() || address.is_unspecified() || address.is_multicast();
    let is_link = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !is_own && !is_link
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// Serves one answer on a port of its own, and gives the URL.
    async fn answering(answer: &'static str) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/servers.csv", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await.unwrap();
            socket.write_all(answer.as_bytes()).await.unwrap();
        });
        url
    }

    fn hosts(names: &[&str]) -> FileHosts {
        FileHosts::new(names.iter().map(|name| (*name).to_owned()))
    }

    #[tokio::test]
    async fn a_file_is_read_from_a_listed_address() {
        let url = answering("HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\na,b\n").await;
        assert_eq!(hosts(&["127.0.0.1"]).read(&url, 4).await.unwrap(), b"a,b\n");
        let url = answering("HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\na,b\n").await;
        assert!(hosts(&["127.0.0.1"]).read(&url, 3).await.unwrap_err().contains("larger than 3"));
    }

    #[tokio::test]
    async fn redirects_are_not_followed() {
        let answer = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let url = answering(answer).await;
        assert!(hosts(&["127.0.0.1"]).read(&url, 10).await.unwrap_err().contains("302"));
    }

    #[tokio::test]
    async fn hosts_that_are_not_listed_and_other_schemes_are_refused() {
        for (url, says) in [
            ("http://127.0.0.1:1/x", "not among"),
            ("http://169.254.169.254/latest", "not among"),
            ("file:///etc/passwd", "file://"),
            ("s3://files.example/key", "s3://"),
            ("http://user@other.example:80/files.example", "not among"),
        ] {
            let why = hosts(&["files.example"]).read(url, 10).await.unwrap_err();
            assert!(why.contains(says), "{url}: {why}");
        }
        let why = hosts(&["localhost"]).read("http://localhost:1/x", 10).await.unwrap_err();
        assert!(why.contains("of this machine"), "{why}");
    }

    #[test]
    fn a_name_leads_neither_to_this_machine_nor_to_its_link() {
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1", "0.0.0.0", "::"] {
            assert!(!is_reachable("files.example", own.parse().unwrap()), "{own}");
            assert!(is_reachable(own, own.parse().unwrap()), "{own}");
        }
        assert!(is_reachable("files.example", "10.0.0.1".parse().unwrap()));
    }
}
