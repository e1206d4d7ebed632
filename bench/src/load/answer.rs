//! Reads one answer off a keep-alive connection, no more of it than the generator needs to go on.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Largest head that is looked for; none of the contenders sends a kilobyte.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// What the generator looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Status code.
    pub status: u16,
    /// Whether the server closes the connection behind this answer.
    pub closes: bool,
}

/// Reads one answer; `buffer` is reused from one to the next.
pub async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<Answered> {
    buffer.clear();
    let head = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if buffer.len() > HEAD_BYTES_MAX {
            return Err(io::Error::other("the head of an answer does not end"));
        }
    };
    let (answered, length) = parse(&buffer[..head])?;
    let Some(length) = length else {
        // In chunks: the last one is empty. What looks like it inside of one would only end the reading of a page early,
        // and the next answer would then not begin like one.
        while !buffer[head..].ends_with(b"0\r\n\r\n") {
            if stream.read_buf(buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        return Ok(answered);
    };
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    if buffer.len() > head + length {
        return Err(io::Error::other("more bytes than one answer"));
    }
    Ok(answered)
}

/// What the head says; no length means chunks.
fn parse(head: &[u8]) -> io::Result<(Answered, Option<usize>)> {
    let wrong = |what: &str| io::Error::other(format!("{what}: {}", String::from_utf8_lossy(head)));
    let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let status = status.ok_or_else(|| wrong("no status"))?;
    let (mut length, mut chunked) = (None, false);
    let mut closes = head.starts_with(b"HTTP/1.0");
    for line in head.split(|byte| *byte == b'\n') {
        if let Some(value) = field(line, b"content-length:") {
            length = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok());
        } else if let Some(value) = field(line, b"transfer-encoding:") {
            chunked = value.trim_ascii().eq_ignore_ascii_case(b"chunked");
        } else if let Some(value) = field(line, b"connection:") {
            closes = value.trim_ascii().eq_ignore_ascii_case(b"close");
        }
    }
    // 204 and 304 have no body, whatever length they name.
    let length = if matches!(status, 204 | 304) { Some(0) } else { length };
    if length.is_none() && !chunked {
        return Err(wrong("no Content-Length"));
    }
    Ok((Answered { status, closes }, length))
}

fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then_some(value)
}
