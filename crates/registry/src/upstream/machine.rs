//! The machine that the server runs on, as far as its package clients are configured there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a package client may take to say where its registry is.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// What is read of its answer.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// The environment and files that configuration is read from.
pub trait Machine: Send + Sync {
    /// An environment variable; an empty one counts as absent.
    fn variable(&self, name: &str) -> Option<String>;

    /// The text of a file, if there is one that can be read.
    fn read(&self, path: &Path) -> Option<String>;

    /// What a program prints, if it is installed and succeeds.
    fn output(&self, _program: &str, _arguments: &[&str]) -> Option<String> {
        None
    }

    /// The user's own folder.
    fn home(&self) -> Option<PathBuf> {
        self.variable("HOME").or_else(|| self.variable("USERPROFILE")).map(PathBuf::from)
    }
}

/// The machine that the process runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn read(&self, path: &Path) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Option<String> {
        use std::io::Read as _;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let stdout = child.stdout.take()?;
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let read = stdout.take(ANSWER_BYTES_MAX).read_to_string(&mut text);
            // Nobody waits any more once the time is over.
            let _ = tell.send(read.is_ok().then_some(text));
        });
        let answer = told.recv_timeout(ANSWER_TIMEOUT).ok().flatten();
        if answer.is_none() {
            // It may have ended by itself.
            let _ = child.kill();
        }
        let succeeded = child.wait().is_ok_and(|status| status.success());
        answer.filter(|_| succeeded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_answer_only_when_they_succeed() {
        let machine = ThisMachine;
        assert_eq!(machine.output("sh", &["-c", "printf found"]).as_deref(), Some("found"));
        assert_eq!(machine.output("sh", &["-c", "printf found; exit 3"]), None);
        assert_eq!(machine.output("no-such-program-here", &[]), None);
    }
}
