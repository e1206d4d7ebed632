//! `homeregion events`: what happened, one JSON object a line, oldest first.

use crate::arguments::Events;
use crate::serve;

/// Events that are read at once.
const PAGE_SIZE: u32 = 500;

/// Prints the events that are kept, from the first after `--after` on.
pub fn run(arguments: &Events) -> Result<(), String> {
    let store = serve::look(&arguments.home)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| format!("cannot start threads: {error}"))?;
    let mut after = arguments.after;
    loop {
        let events =
            runtime.block_on(store.events_after(after, PAGE_SIZE)).map_err(|error| error.to_string())?;
        let Some(last) = events.last() else { return Ok(()) };
        after = last.sequence;
        for event in &events {
            let line = serde_json::json!({
                "sequence": event.sequence,
                "time": event.emitted_at.to_rfc3339(),
                "account": event.account,
                "region": event.region,
                "topic": event.topic,
                "body": event.body,
            });
            say!("{line}");
        }
    }
}
