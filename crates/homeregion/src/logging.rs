//! Log lines on standard error: buffered, so that a request does not wait for a write of its own.

use std::io::{self, BufWriter, Stderr, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use log::{LevelFilter, Log, Metadata, Record};

/// How long a line may wait in the buffer.
const FLUSH_PAUSE: Duration = Duration::from_millis(200);

struct Logger {
    out: Mutex<BufWriter<Stderr>>,
}

static LOGGER: std::sync::LazyLock<Logger> = std::sync::LazyLock::new(|| Logger {
    out: Mutex::new(BufWriter::with_capacity(32 * 1024, io::stderr())),
});

/// Starts logging from `level` on.
pub fn start(level: LevelFilter) -> Result<(), String> {
    log::set_logger(&*LOGGER).map_err(|error| error.to_string())?;
    log::set_max_level(level);
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(|| {
            loop {
                std::thread::sleep(FLUSH_PAUSE);
                LOGGER.flush();
            }
        })
        .map_err(|error| format!("cannot start the log thread: {error}"))?;
    Ok(())
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        // Libraries speak only when something is wrong.
        let own = !record.target().contains("::") || record.target().starts_with("gateway");
        if !own && record.level() > log::Level::Info {
            return;
        }
        let now = model::Timestamp::from_millis(store::Clock::System.now().millis());
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written must not end the server.
        let _ = writeln!(out, "{} {:5} {}", now.to_rfc3339(), record.level(), record.args());
        if record.level() <= log::Level::Warn {
            let _ = out.flush();
        }
    }

    fn flush(&self) {
        let _ = self.out.lock().unwrap_or_else(PoisonError::into_inner).flush();
    }
}
