//! A server that the bench started: its address, what it costs, and its end.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to end when asked.
const STOP_PAUSE_MAX: Duration = Duration::from_secs(10);
/// How long a server may take to answer after its start.
const START_PAUSE_MAX: Duration = Duration::from_secs(30);
/// Clock ticks in a second, as `/proc` counts them on every Linux since 2.6.
const TICKS: u64 = 100;

/// A running server; it ends when dropped.
pub struct Process {
    child: Child,
    /// Held open: a closed pipe would end a server that prints.
    _stdout: Option<BufReader<ChildStdout>>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Time from its start until it was ready.
    pub started_in: Duration,
}

impl Process {
    /// Starts a server that prints a line with its URL once it is ready.
    pub fn announcing(command: &mut Command, log: &Path) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let errors = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let begun = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("{name} does not start: {error}"))?;
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        loop {
            line.clear();
            if stdout.read_line(&mut line).map_err(|error| error.to_string())? == 0 {
                let log = std::fs::read_to_string(log).unwrap_or_default();
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{name} ended before it was ready: {log}"));
            }
            if let Some(address) = authority(&line) {
                let started_in = begun.elapsed();
                return Ok(Self { child, _stdout: Some(stdout), address, started_in });
            }
        }
    }

    /// Starts a server that says nothing; it is ready once `ask` succeeds.
    pub fn silent(
        command: &mut Command,
        address: SocketAddr,
        log: &Path,
        ask: impl Fn(SocketAddr) -> bool,
    ) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let errors = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let output = errors.try_clone().map_err(|error| error.to_string())?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let begun = Instant::now();
        let child = command.spawn().map_err(|error| format!("{name} does not start: {error}"))?;
        let mut process = Self { child, _stdout: None, address, started_in: Duration::ZERO };
        while begun.elapsed() < START_PAUSE_MAX {
            if ask(address) {
                process.started_in = begun.elapsed();
                return Ok(process);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(format!("{name} does not answer on {address}; see {}", log.display()))
    }

    /// Processor time that it and its children have used so far, in user space and in the kernel.
    pub fn cpu(&self) -> Result<Duration, String> {
        let mut spent = Self::cpu_of(self.child.id())?;
        for child in self.children() {
            // One that has ended since is counted no more.
            spent += Self::cpu_of(child).unwrap_or_default();
        }
        Ok(spent)
    }

    /// Its children, the workers of nginx for one.
    fn children(&self) -> Vec<u32> {
        let pid = self.child.id();
        let listed = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        listed.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
    }

    fn cpu_of(pid: u32) -> Result<Duration, String> {
        let path = format!("/proc/{pid}/stat");
        let stat = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        // The name in parentheses may hold blanks; user and system time are the 12th and 13th fields behind it.
        let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        let ticks: u64 =
            behind.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 1000 / TICKS))
    }

    /// Memory that it occupies now, in MiB.
    pub fn resident_mib(&self) -> Result<f64, String> {
        self.memory("VmRSS:")
    }

    fn memory(&self, field: &str) -> Result<f64, String> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kib.map(|kib| kib / 1024.0).ok_or_else(|| format!("{path} does not say how much memory is in use"))
    }

    /// The most memory that it has occupied so far, in MiB.
    pub fn peak_mib(&self) -> Result<f64, String> {
        self.memory("VmHWM:")
    }

    /// Asks it to end and waits until it has.
    pub fn stop(mut self) -> Result<(), String> {
        let pid = self.child.id().to_string();
        let _ = Command::new("sh").args(["-c", "kill -TERM $0", &pid]).status();
        let begun = Instant::now();
        while begun.elapsed() < STOP_PAUSE_MAX {
            if self.child.try_wait().map_err(|error| error.to_string())?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(format!("process {pid} does not end"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Workers whose master is killed would go on.
        for child in self.children() {
            let _ = Command::new("sh").args(["-c", "kill -KILL $0", &child.to_string()]).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds `http://ADDRESS` in a line.
fn authority(line: &str) -> Option<SocketAddr> {
    let (_, url) = line.split_once("http://")?;
    url.trim().trim_end_matches('/').parse().ok()
}

/// A loopback port that is free now, for servers that cannot choose one themselves.
pub fn free_port() -> Result<SocketAddr, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map_err(|error| error.to_string())
}
