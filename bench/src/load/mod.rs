//! The load generator: some connections, each sending its next request when the answer to the last one is there.
//!
//! One thread, as on the other side of a benchmark with two cores there should be room for the server.

mod answer;
mod prepared;
mod template;

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

pub use prepared::Prepared;
pub use template::Template;

use crate::process::Process;

/// How long one answer may take before the measure is given up.
const ANSWER_PAUSE_MAX: Duration = Duration::from_secs(20);

/// One burst of requests.
pub struct Load<'a> {
    pub address: SocketAddr,
    pub template: &'a Template,
    pub connections: usize,
    pub warm_up: Duration,
    pub measured: Duration,
}

/// What a burst showed.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Requests answered in each second.
    pub rate: f64,
    /// Median time to the answer.
    pub p50_ms: f64,
    /// Time that one request in a hundred exceeds.
    pub p99_ms: f64,
    /// Processor time that the server spent on each request.
    pub cpu_us: f64,
}

/// Sends requests for a while.
///
/// An answer that is not 2xx or 304 ends the burst: a bench of refusals would look fast.
pub fn run(load: &Load<'_>, server: &Process) -> Result<Outcome, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(text)?;
    runtime.block_on(burst(load, server))
}

async fn burst(load: &Load<'_>, server: &Process) -> Result<Outcome, String> {
    let begin = Instant::now() + load.warm_up;
    let end = begin + load.measured;
    let tasks: Vec<_> = (0..load.connections)
        .map(|client| tokio::spawn(connection(client, load.address, load.template.clone(), begin, end)))
        .collect();
    tokio::time::sleep_until(begin.into()).await;
    let before = server.cpu()?;
    tokio::time::sleep_until(end.into()).await;
    let spent = server.cpu()?.saturating_sub(before);
    let mut durations = Vec::new();
    for task in tasks {
        durations.extend(task.await.map_err(text)?.map_err(|error| format!("{}: {error}", load.address))?);
    }
    if durations.is_empty() {
        return Err(format!("{} answered nothing in {:?}", load.address, load.measured));
    }
    Ok(outcome(durations, load.measured, spent))
}

/// Sums up how long each request took, all of them, and the server's processor time.
fn outcome(mut durations: Vec<Duration>, whole: Duration, spent: Duration) -> Outcome {
    durations.sort_unstable();
    #[allow(clippy::cast_precision_loss)] // counts of requests are far below 2^52
    let count = durations.len() as f64;
    let at = |share: usize| {
        durations[(durations.len() * share / 100).min(durations.len() - 1)].as_secs_f64() * 1e3
    };
    Outcome {
        rate: count / whole.as_secs_f64(),
        p50_ms: at(50),
        p99_ms: at(99),
        cpu_us: spent.as_secs_f64() * 1e6 / count,
    }
}

/// Drives one connection; answers how long each request took that was sent and answered inside the window.
async fn connection(
    client: usize,
    address: SocketAddr,
    template: Template,
    begin: Instant,
    end: Instant,
) -> io::Result<Vec<Duration>> {
    let mut durations = Vec::with_capacity(64 * 1024);
    let mut request = template.blank();
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut stream = connect(address).await?;
    loop {
        template.fill(client, &mut request);
        let sent = Instant::now();
        if sent >= end {
            return Ok(durations);
        }
        stream.write_all(&request).await?;
        let answered =
            tokio::time::timeout(ANSWER_PAUSE_MAX, answer::read(&mut stream, &mut buffer)).await??;
        if !(200..300).contains(&answered.status) && answered.status != 304 {
            return Err(io::Error::other(format!("answered {}", String::from_utf8_lossy(&buffer))));
        }
        let answered_at = Instant::now();
        if sent >= begin && answered_at <= end {
            durations.push(answered_at - sent);
        }
        if answered.closes {
            stream = connect(address).await?;
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
