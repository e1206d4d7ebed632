//! `homeregion env`: shell lines that point AWS tools at the server.

use std::net::SocketAddr;
use std::path::Path;

use crate::arguments::{Env, Home};
use crate::certificates::Certificates;

/// The file in the data folder that holds the endpoint of the running server.
const ENDPOINT_FILE: &str = "endpoint";
/// Where a server listens when nobody says otherwise.
const ENDPOINT_DEFAULT: &str = "http://127.0.0.1:4566";

/// Prints the lines.
pub fn run(arguments: &Env) -> Result<(), String> {
    let endpoint = written(&arguments.home, arguments.endpoint.as_deref())?;
    let region = &arguments.region;
    for (name, value) in [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        // SiteWise's SDKs would put `api.` before an IP address otherwise.
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
        ("AWS_ACCESS_KEY_ID", "homeregion"),
        ("AWS_SECRET_ACCESS_KEY", "homeregion"),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_REGION", region),
    ] {
        say!("export {name}={value}");
    }
    let authority = Certificates::of(&arguments.home.folder()?).authority;
    if endpoint.starts_with("https://") && authority.exists() {
        // Node adds it to those that it trusts; for the others it is the only one.
        for name in ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
            say!("export {name}='{}'", authority.display());
        }
    }
    // A token or profile of a real account would win over the keys above.
    say!("unset AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE");
    Ok(())
}

/// The endpoint for commands on this machine: that of [`written`], and where that is TLS on this machine only, its plain
/// side, for which nobody need be trusted.
pub fn endpoint(home: &Home, named: Option<&str>) -> Result<String, String> {
    let endpoint = written(home, named)?;
    let authority = endpoint.strip_prefix("https://").filter(|_| named.is_none());
    let address = authority.and_then(|authority| authority.parse::<SocketAddr>().ok());
    let here = address.filter(|address| address.ip().is_loopback() || address.ip().is_unspecified());
    Ok(here.map_or(endpoint, |address| format!("http://{address}")))
}

/// The endpoint for other programs: the one that was named, else the running server's, else the default.
fn written(home: &Home, named: Option<&str>) -> Result<String, String> {
    if let Some(endpoint) = named {
        return Ok(endpoint.trim_end_matches('/').to_owned());
    }
    let written = std::fs::read_to_string(home.folder()?.join(ENDPOINT_FILE));
    Ok(written.map_or_else(|_| ENDPOINT_DEFAULT.to_owned(), |text| text.trim().to_owned()))
}

/// Writes the endpoint down for [`endpoint`].
pub fn write_down(folder: &Path, endpoint: &str) {
    // Convenience only: a server works without it.
    if let Err(error) = std::fs::write(folder.join(ENDPOINT_FILE), endpoint) {
        log::warn!("the endpoint was not written down for `homeregion env`: {error}");
    }
}
