//! A connection that is given up when its client stalls where the HTTP loop itself would wait for ever.
//!
//! The loop bounds how long the head of an HTTP/1.1 request takes, but neither how long a client takes to show which
//! protocol it speaks, nor how long it leaves an answer in the socket. Either would hold one of the places for good.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::limits::{ANSWER_PAUSE_MAX, HEAD_DURATION_MAX};

/// How an HTTP/2 connection begins; until other bytes arrive, the protocol is not known.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A byte stream that fails with `TimedOut` when its client stalls.
pub(crate) struct Patience<S> {
    stream: S,
    opening: Option<Opening>,
    /// Runs while the client takes no bytes.
    stalled: Option<Pin<Box<Sleep>>>,
}

/// The time before the protocol is known.
struct Opening {
    /// Bytes of the preface that have come.
    seen: usize,
    end: Pin<Box<Sleep>>,
}

impl<S> Patience<S> {
    pub(crate) fn new(stream: S) -> Self {
        let opening = Some(Opening { seen: 0, end: Box::pin(sleep(HEAD_DURATION_MAX)) });
        Self { stream, opening, stalled: None }
    }

    /// Lets the clock run while nothing can be written, and stops it when something was.
    fn timed<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(ANSWER_PAUSE_MAX)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(late("the client does not take its answer")))
    }
}

impl Opening {
    /// Takes note of bytes; answers whether the protocol is still open.
    fn goes_on(&mut self, bytes: &[u8]) -> bool {
        let expected = &PREFACE[self.seen..];
        self.seen += bytes.len();
        bytes.len() < expected.len() && expected.starts_with(bytes)
    }
}

fn late(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl<S: AsyncRead + Unpin> AsyncRead for Patience<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(opening) = &mut self.opening {
            if read.is_pending() {
                ready!(opening.end.as_mut().poll(context));
                return Poll::Ready(Err(late("the client does not say what it wants")));
            }
            if !opening.goes_on(&buffer.filled()[before..]) {
                self.opening = None;
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patience<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.timed(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.timed(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.timed(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.stream).poll_shutdown(context);
        self.timed(context, ended)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::{Instant, timeout};

    use super::*;

    const FOREVER: Duration = Duration::from_secs(24 * 3600);

    fn pair() -> (DuplexStream, Patience<DuplexStream>) {
        let (client, server) = duplex(8);
        (client, Patience::new(server))
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_show_its_protocol_is_given_up() {
        for begun in ["", "PRI", "PRI * HT"] {
            let (mut client, mut server) = pair();
            client.write_all(begun.as_bytes()).await.unwrap();
            let begin = Instant::now();
            let mut seen = Vec::new();
            let error = timeout(FOREVER, server.read_to_end(&mut seen)).await.expect(begun).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert_eq!(seen, begun.as_bytes());
            assert_eq!(begin.elapsed().as_secs(), HEAD_DURATION_MAX.as_secs());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn once_the_protocol_is_known_the_http_loop_keeps_the_time() {
        for begun in [&b"G"[..], b"PRx", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
            let (mut client, mut server) = pair();
            let writing = tokio::spawn(async move {
                client.write_all(begun).await.unwrap();
                client
            });
            let mut seen = vec![0; begun.len()];
            server.read_exact(&mut seen).await.unwrap();
            let _client = writing.await.unwrap();
            assert!(timeout(FOREVER, server.read_u8()).await.is_err(), "{begun:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_take_its_answer_is_given_up() {
        let (_client, mut server) = pair();
        let begin = Instant::now();
        let written = timeout(FOREVER, server.write_all(b"more than eight bytes")).await.unwrap();
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(begin.elapsed().as_secs(), ANSWER_PAUSE_MAX.as_secs());

        // One that takes it slowly is waited for.
        let (mut client, mut server) = pair();
        let reading = tokio::spawn(async move {
            let mut taken = Vec::new();
            while taken.len() < 21 {
                tokio::time::sleep(ANSWER_PAUSE_MAX / 2).await;
                taken.push(client.read_u8().await.unwrap());
            }
            taken
        });
        server.write_all(b"more than eight bytes").await.unwrap();
        assert_eq!(reading.await.unwrap(), b"more than eight bytes");
    }
}
