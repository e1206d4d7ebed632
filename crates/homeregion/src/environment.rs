//! `homeregion env`: shell lines that point AWS tools at the server.

use std::path::Path;

use crate::arguments::{Env, Home};

/// The file in the data folder that holds the endpoint of the running server.
const ENDPOINT_FILE: &str = "endpoint";
/// Where a server listens when nobody says otherwise.
const ENDPOINT_DEFAULT: &str = "http://127.0.0.1:4566";

/// Prints the lines.
pub fn run(arguments: &Env) -> Result<(), String> {
    let endpoint = endpoint(&arguments.home, arguments.endpoint.as_deref())?;
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
    // A token or profile of a real account would win over the keys above.
    say!("unset AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE");
    Ok(())
}

/// The endpoint to use: the one that was named, else the running server's, else the default.
pub fn endpoint(home: &Home, named: Option<&str>) -> Result<String, String> {
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
