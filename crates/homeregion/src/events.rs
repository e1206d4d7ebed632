//! `homeregion events`: what happened, one JSON object a line, oldest first; with `--follow` what happens, too.

use std::io::Write as _;
use std::time::Duration;

use model::Timestamp;
use store::Event;

use crate::arguments::Events;
use crate::serve;

/// Events that are read at once.
const PAGE_SIZE: u32 = 500;
/// How often a follower looks for new ones.
const FOLLOW_PAUSE: Duration = Duration::from_millis(200);

/// Prints the events that are kept, from the first after `--after` on, and then those that come if it follows.
///
/// Reads the data beside a server that works on it or without one.
pub fn run(arguments: &Events) -> Result<(), String> {
    let since = arguments.since.as_deref().map(moment).transpose()?;
    let store = serve::look(&arguments.home)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| format!("cannot start threads: {error}"))?;
    let mut after = arguments.after;
    loop {
        let events =
            runtime.block_on(store.events_after(after, PAGE_SIZE)).map_err(|error| error.to_string())?;
        for event in &events {
            after = event.sequence;
            let is_early = since.is_some_and(|since| event.emitted_at.millis() < since.millis());
            let is_other = arguments.account.as_ref().is_some_and(|account| *account != event.account);
            if is_early || is_other {
                continue;
            }
            if !print(event) {
                return Ok(());
            }
        }
        match (events.is_empty(), arguments.follow) {
            (false, _) => {}
            (true, false) => return Ok(()),
            (true, true) => std::thread::sleep(FOLLOW_PAUSE),
        }
    }
}

/// Prints an event at once; false when nobody reads any more.
fn print(event: &Event) -> bool {
    let line = serde_json::json!({
        "sequence": event.sequence,
        "time": event.emitted_at.to_rfc3339(),
        "account": event.account,
        "region": event.region,
        "topic": event.topic,
        "body": event.body,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}

/// Reads a time, or how long ago: `2026-01-31T12:00:00Z`, `90s`, `15m`, `2h`, `7d`.
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Some(time) = Timestamp::from_rfc3339(text) {
        return Ok(time);
    }
    let wrong = || {
        format!("--since {text} is neither a time as 2026-01-31T12:00:00Z nor a duration as 15m, 2h or 7d")
    };
    let unit_s: i64 = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 24 * 3600,
        _ => return Err(wrong()),
    };
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let now = store::Clock::System.now();
    Ok(Timestamp::from_millis(now.millis() - i64::from(count) * unit_s * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_time_or_a_duration() {
        assert_eq!(moment("1970-01-01T00:00:01Z").unwrap().millis(), 1000);
        let now = store::Clock::System.now().millis();
        let hours = now - moment("2h").unwrap().millis();
        assert!((7_190_000..7_210_000).contains(&hours), "{hours}");
        for bad in ["", "h", "2w", "-1h", "yesterday", "2é"] {
            assert!(moment(bad).unwrap_err().contains("--since"), "{bad}");
        }
    }
}
