//! `moto_server`: the emulator that people use today, on its nearest operations.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::signed::Operation;
use crate::process::{self, Process};
use crate::wire;

/// Connections that suit it best: more of them only queue behind its interpreter lock.
pub const CONNECTIONS: usize = 4;

/// Starts a server.
pub fn start(program: &Path, scratch: &Path) -> Result<Process, String> {
    let address = process::free_port()?;
    let log: PathBuf = scratch.join("moto.log");
    let mut command = Command::new(program);
    command.args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
    command.env("HOME", scratch);
    Process::silent(&mut command, address, &log, is_up)
}

fn is_up(address: SocketAddr) -> bool {
    let request = format!("GET /moto-api/data.json HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    wire::ask(address, request.as_bytes()).is_some_and(|answer| answer.status == 200)
}

/// Reads one small thing of the account under awsJson 1.1.
pub fn get_parameter() -> (Vec<Operation>, Operation) {
    let put = Operation::target(
        "ssm",
        "AmazonSSM.PutParameter",
        r#"{"Name":"home-region","Value":"us-west-2","Type":"String","Overwrite":true}"#,
    );
    (vec![put], Operation::target("ssm", "AmazonSSM.GetParameter", r#"{"Name":"home-region"}"#))
}

/// Describes one thing under restJson.
pub fn describe_thing() -> (Vec<Operation>, Operation) {
    let create =
        Operation::rest("iot", "POST", "/things/pump", r#"{"attributePayload":{"attributes":{"site":"a"}}}"#);
    (vec![create], Operation::rest("iot", "GET", "/things/pump", ""))
}

/// Creates a thing of a name of its own under restJson.
pub fn create_thing() -> (Vec<Operation>, Operation) {
    let body = r#"{"attributePayload":{"attributes":{"site":"a"}}}"#;
    (Vec::new(), Operation::rest("iot", "POST", "/things/thing-{serial:12}", body))
}

/// Describes one repository.
pub fn get_repository() -> (Vec<Operation>, Operation) {
    let body = r#"{"repositoryName":"app","repositoryDescription":"of the bench"}"#;
    let create = Operation::target("codecommit", "CodeCommit_20150413.CreateRepository", body);
    (
        vec![create],
        Operation::target("codecommit", "CodeCommit_20150413.GetRepository", r#"{"repositoryName":"app"}"#),
    )
}
