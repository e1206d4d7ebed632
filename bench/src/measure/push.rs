//! Many uploads from several clients at once, each over a connection that waits for its answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::peer::homeregion::Refused;
use crate::process::Process;
use crate::wire::Connection;

/// Sends so many requests, made from their number, and answers the seconds that it took. An answer that is not 2xx ends it.
pub fn push(
    server: &Process,
    clients: usize,
    count: usize,
    request: impl Fn(usize) -> Vec<u8> + Sync,
) -> Result<f64, Refused> {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..clients).map(|_| scope.spawn(|| client(server, count, &next, &request))).collect();
        clients.into_iter().try_for_each(|client| {
            client.join().unwrap_or_else(|_| Err("a client broke off".to_owned().into()))
        })
    })?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Sends one request after the other until all are taken.
fn client(
    server: &Process,
    count: usize,
    next: &AtomicUsize,
    request: &(impl Fn(usize) -> Vec<u8> + Sync),
) -> Result<(), Refused> {
    let open = || Connection::open(server.address).map_err(|error| error.to_string());
    let mut connection = open()?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(());
        }
        let answer = connection.send(&request(number)).map_err(|error| error.to_string())?;
        if !(200..300).contains(&answer.status) {
            return Err(format!("an upload answers {}: {}", answer.status, answer.text()).into());
        }
        if answer.header("connection") == Some("close") {
            connection = open()?;
        }
    }
}
