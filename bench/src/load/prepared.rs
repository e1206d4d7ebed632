//! Requests that were all written before the first of them is sent, each of them sent once.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;

use super::{ANSWER_PAUSE_MAX, Outcome, answer, connect, outcome, text};
use crate::process::Process;

/// Requests to be sent in their order, by as many connections as there are to be.
pub struct Prepared {
    pub requests: Vec<Vec<u8>>,
    pub connections: usize,
    /// What each answer must hold: a bench of refusals would look fast.
    pub expected: &'static str,
}

impl Prepared {
    /// Sends them all; the rate is that of all requests from the first one sent to the last one answered.
    pub fn send(self, server: &Process) -> Result<Outcome, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(text)?;
        runtime.block_on(self.all(server))
    }

    async fn all(self, server: &Process) -> Result<Outcome, String> {
        let (connections, address) = (self.connections, server.address);
        let shared = Arc::new((self, AtomicUsize::new(0)));
        let before = server.cpu()?;
        let begun = Instant::now();
        let tasks: Vec<_> =
            (0..connections).map(|_| tokio::spawn(connection(shared.clone(), address))).collect();
        let mut durations = Vec::with_capacity(shared.0.requests.len());
        for task in tasks {
            durations.extend(task.await.map_err(text)?.map_err(|error| format!("{address}: {error}"))?);
        }
        let whole = begun.elapsed();
        let spent = server.cpu()?.saturating_sub(before);
        if durations.is_empty() {
            return Err("there was nothing to send".to_owned());
        }
        Ok(outcome(durations, whole, spent))
    }
}

async fn connection(shared: Arc<(Prepared, AtomicUsize)>, address: SocketAddr) -> io::Result<Vec<Duration>> {
    let (prepared, next) = &*shared;
    let mut durations = Vec::new();
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut stream = connect(address).await?;
    let expected = prepared.expected.as_bytes();
    while let Some(request) = prepared.requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let sent = Instant::now();
        stream.write_all(request).await?;
        let answered =
            tokio::time::timeout(ANSWER_PAUSE_MAX, answer::read(&mut stream, &mut buffer)).await??;
        let holds = expected.is_empty() || buffer.windows(expected.len()).any(|part| part == expected);
        if !(200..300).contains(&answered.status) || !holds {
            return Err(io::Error::other(format!("answered {}", String::from_utf8_lossy(&buffer))));
        }
        durations.push(sent.elapsed());
        if answered.closes {
            stream = connect(address).await?;
        }
    }
    Ok(durations)
}
