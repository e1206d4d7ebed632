//! The product: its release binary on `SQLite`, everything at its defaults, the log going to a file.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::signed::Operation;
use crate::process::Process;
use crate::wire::{self, Answer};

/// How the product is started.
#[derive(Clone, Debug)]
pub struct Homeregion {
    pub binary: PathBuf,
    /// Folder of everything that this bench writes.
    pub scratch: PathBuf,
}

impl Homeregion {
    /// Starts the server on a data folder of that name; `variables` join its environment.
    pub fn start(&self, data: &str, variables: &[(&str, &str)]) -> Result<Process, String> {
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(self.data(data));
        command.env_clear().env("HOME", &self.scratch).envs(variables.iter().copied());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Process::announcing(&mut command, &self.scratch.join(format!("{data}.log")))
    }

    /// Where that data folder is.
    pub fn data(&self, data: &str) -> PathBuf {
        self.scratch.join(data)
    }

    /// Empties that data folder.
    pub fn forget(&self, data: &str) -> Result<(), String> {
        remove(&self.data(data))
    }
}

/// Removes a folder that may not be there.
pub fn remove(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Why an operation could not be prepared or measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It answers 501: not there yet.
    NotThereYet,
    /// Anything else.
    Failed(String),
}

impl From<String> for Refused {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotThereYet => out.write_str("not there yet"),
            Self::Failed(reason) => out.write_str(reason),
        }
    }
}

/// Sends one operation.
pub fn call(server: &Process, operation: &Operation, client: usize) -> Result<Answer, Refused> {
    let request = operation.request(server.address, client);
    let answer = wire::ask(server.address, &request).ok_or_else(|| "no answer".to_owned())?;
    match answer.status {
        200..=299 => Ok(answer),
        501 => Err(Refused::NotThereYet),
        // Not even the service is there yet.
        404 if answer.text().contains("UnknownOperationException") => Err(Refused::NotThereYet),
        status => Err(Refused::Failed(format!(
            "{} {} answers {status}: {}",
            operation.method,
            operation.path,
            answer.text()
        ))),
    }
}

/// Sends one operation and reads its JSON.
pub fn ask(server: &Process, operation: &Operation) -> Result<Value, Refused> {
    let answer = call(server, operation, 0)?;
    serde_json::from_slice(&answer.body).map_err(|error| Refused::Failed(error.to_string()))
}

/// Makes a repository; answers the path of its endpoint of a format and the header that opens it.
pub fn repository(server: &Process, format: &str) -> Result<(String, String), Refused> {
    let post = |path: &str| Operation::rest("codeartifact", "POST", path, "{}");
    call(server, &post("/v1/domain?domain=shop"), 0)?;
    call(server, &post("/v1/repository?domain=shop&repository=store"), 0)?;
    let token =
        ask(server, &Operation::rest("codeartifact", "POST", "/v1/authorization-token?domain=shop", ""))?;
    let token =
        format!("Authorization: Bearer {}\r\n", token["authorizationToken"].as_str().unwrap_or_default());
    let endpoint = format!("/v1/repository/endpoint?domain=shop&repository=store&format={format}");
    let found = ask(server, &Operation::rest("codeartifact", "GET", &endpoint, ""))?;
    let url = found["repositoryEndpoint"].as_str().unwrap_or_default();
    let path = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
    Ok((format!("/{}/", path.trim_end_matches('/')), token))
}
