//! One request at a time over a connection of its own, for setting contenders up and for timing large answers.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long a server may be silent.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// From sending until the head was there.
    pub head_after: Duration,
    /// From sending until the last byte was there.
    pub whole_after: Duration,
}

/// A keep-alive connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PAUSE_MAX))?;
        Ok(Self { stream: BufReader::with_capacity(256 * 1024, stream) })
    }

    /// Sends bytes and reads the answer to them.
    pub fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        let sent = Instant::now();
        self.stream.get_mut().write_all(request)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.trim().parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("not an HTTP answer: {line:?}")))?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let head_after = sent.elapsed();
        let mut answer = Answer { status, headers, body: Vec::new(), head_after, whole_after: head_after };
        self.body(&mut answer)?;
        answer.whole_after = sent.elapsed();
        Ok(answer)
    }

    /// Sends bytes, reads the answer and throws its body away; answers how long that was.
    pub fn discard(&mut self, request: &[u8]) -> io::Result<u64> {
        self.stream.get_mut().write_all(request)?;
        let mut length = None;
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            // The status line has no colon either.
            let (name, value) = match line.trim_end().split_once(':') {
                Some(field) => field,
                None if line.starts_with("HTTP/") => continue,
                None => break,
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
        }
        let length: u64 = length.ok_or_else(|| io::Error::other("no Content-Length"))?;
        io::copy(&mut self.stream.by_ref().take(length), &mut io::sink())
    }

    fn body(&mut self, answer: &mut Answer) -> io::Result<()> {
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let mut line = String::new();
                self.stream.read_line(&mut line)?;
                let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
                let before = answer.body.len();
                answer.body.resize(before + size, 0);
                self.stream.read_exact(&mut answer.body[before..])?;
                line.clear();
                self.stream.read_line(&mut line)?;
                if size == 0 {
                    return Ok(());
                }
            }
        }
        if answer.status == 204 || answer.status == 304 {
            return Ok(());
        }
        match answer.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => {
                answer.body = vec![0; length];
                self.stream.read_exact(&mut answer.body)
            }
            None => self.stream.read_to_end(&mut answer.body).map(|_| ()),
        }
    }
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text, for messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(400).collect()
    }
}

/// Asks once on a connection of its own; `None` when nobody listens or the answer is torn.
pub fn ask(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    Connection::open(address).ok()?.send(request).ok()
}
