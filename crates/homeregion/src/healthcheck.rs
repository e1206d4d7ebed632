//! `homeregion healthcheck`: asks a running server whether it is well.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::arguments::Healthcheck;
use crate::environment;

/// How long the server may take to answer.
const ANSWER_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Asks, and fails when the answer is not 200.
pub fn run(arguments: &Healthcheck) -> Result<(), String> {
    let endpoint = environment::endpoint(&arguments.home, arguments.endpoint.as_deref())?;
    let authority = endpoint.strip_prefix("http://").unwrap_or(&endpoint);
    let authority = authority.split('/').next().unwrap_or(authority);
    let status = ask(authority).map_err(|error| format!("{endpoint} does not answer: {error}"))?;
    if status == 200 {
        say!("{endpoint} is well");
        return Ok(());
    }
    Err(format!("{endpoint} answers {status}"))
}

fn ask(authority: &str) -> std::io::Result<u16> {
    let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let address = address.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_PAUSE_MAX)?;
    stream.set_read_timeout(Some(ANSWER_PAUSE_MAX))?;
    write!(stream, "GET /_homeregion/health HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer)?;
    let line = String::from_utf8_lossy(&answer);
    line.split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or(std::io::ErrorKind::InvalidData.into())
}
