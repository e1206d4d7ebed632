//! The npm endpoint of each contender, in front of the same made-up registry.

use super::homeregion::{Homeregion, Refused, ask, call};
use super::signed::Operation;
use super::{tools, verdaccio};
use crate::measure::Bench;
use crate::process::Process;
use crate::report::OURS;

/// The name of the peer.
pub const VERDACCIO: &str = "verdaccio";
/// The name of the made-up registry when npm speaks to it alone.
pub const NO_PROXY: &str = "no proxy";

/// Where npm goes.
pub struct Endpoint {
    pub contender: &'static str,
    /// The server in between, if there is one.
    pub server: Option<Process>,
    /// `http://ADDRESS/PATH/`, with a slash at its end.
    pub url: String,
    /// Bearer token, if one is needed.
    pub token: Option<String>,
}

impl Endpoint {
    /// Starts a contender with nothing in its storage.
    pub fn fresh(bench: &Bench, contender: &'static str, registry: &Process) -> Result<Self, Refused> {
        let uplink = format!("http://{}/", registry.address);
        match contender {
            OURS => ours(&bench.homeregion, &uplink),
            VERDACCIO => {
                let script = tools::verdaccio(&bench.tools)?;
                let server = verdaccio::start(&script, &bench.homeregion.scratch, &uplink)?;
                let url = format!("http://{}/", server.address);
                Ok(Self { contender, server: Some(server), url, token: None })
            }
            _ => Ok(Self { contender, server: None, url: uplink, token: None }),
        }
    }

    /// The path below the authority, starting and ending with a slash.
    pub fn path(&self) -> &str {
        let rest = self.url.strip_prefix("http://").unwrap_or(&self.url);
        rest.find('/').map_or("/", |slash| &rest[slash..])
    }
}

/// A repository with an external connection to the public registry, for which the made-up one stands in.
fn ours(homeregion: &Homeregion, uplink: &str) -> Result<Endpoint, Refused> {
    const DATA: &str = "npm";
    homeregion.forget(DATA)?;
    let server = homeregion.start(DATA, &[("HOMEREGION_UPSTREAM_NPMJS", uplink)])?;
    let rest = |method, path: &str| Operation::rest("codeartifact", method, path, "");
    let with_body = |path: &str| Operation::rest("codeartifact", "POST", path, "{}");
    call(&server, &with_body("/v1/domain?domain=shop"), 0)?;
    call(&server, &with_body("/v1/repository?domain=shop&repository=store"), 0)?;
    let connect =
        "/v1/repository/external-connection?domain=shop&repository=store&external-connection=public:npmjs";
    call(&server, &rest("POST", connect), 0)?;
    let answer = ask(&server, &rest("POST", "/v1/authorization-token?domain=shop"))?;
    let token = answer["authorizationToken"].as_str().map(str::to_owned);
    let found =
        ask(&server, &rest("GET", "/v1/repository/endpoint?domain=shop&repository=store&format=npm"))?;
    let url = found["repositoryEndpoint"].as_str().unwrap_or_default();
    let path = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
    let url = format!("http://{}/{}/", server.address, path.trim_end_matches('/'));
    Ok(Endpoint { contender: OURS, server: Some(server), url, token })
}
