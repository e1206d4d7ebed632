//! A scratch PostgreSQL server out of the distribution's binaries, in a temporary folder, for one run.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::summary::Summary;
use super::tools::{shown, succeeds};

/// PostgreSQL refuses to run as root; this is the user that owns nothing.
const NOBODY: &str = "65534";
const START_MAX: Duration = Duration::from_secs(30);

/// Whether an acknowledged commit survives a power cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durability {
    None,
    Full,
}

/// A running server; dropping it ends the process and removes its folder.
pub struct Postgres {
    /// `postgres://USER@HOST:PORT/DATABASE` of a superuser without password.
    pub url: String,
    /// The client program of the same version.
    pub psql: PathBuf,
    process: Child,
    folder: PathBuf,
}

impl Postgres {
    /// Starts a server; where there are no binaries and none can be installed, says so and answers nothing.
    pub fn start(summary: &mut Summary) -> Option<Self> {
        match binaries().and_then(|bin| Self::launch(&bin, Durability::None)) {
            Ok(server) => {
                println!("PostgreSQL runs at {} (scratch folder {})", server.url, server.folder.display());
                Some(server)
            }
            Err(reason) => {
                summary.skip("postgresql server", reason);
                None
            }
        }
    }

    /// Starts a server that writes to the disk before it answers, for comparisons.
    pub fn start_durable() -> Result<Self, String> {
        binaries().and_then(|bin| Self::launch(&bin, Durability::Full))
    }

    fn launch(bin: &Path, durability: Durability) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("homeregion-postgres-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        if is_root() {
            shown(Command::new("chown").arg(format!("{NOBODY}:{NOBODY}")).arg(&folder))?;
        }
        let data = folder.join("data");
        let mut initdb = as_nobody(&bin.join("initdb"));
        initdb.args([
            "--auth=trust",
            "--username=homeregion",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        shown(initdb.arg("-D").arg(&data).stdout(Stdio::null()).current_dir(&folder))?;
        let port = free_port()?;
        let mut postgres = as_nobody(&bin.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-p", &port.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "max_connections=200", "log_min_messages=fatal"] {
            postgres.args(["-c", setting]);
        }
        // The tests kill our server, never this one: it does not have to survive a power cut.
        if durability == Durability::None {
            postgres.args(["-c", "fsync=off"]);
        }
        let process = postgres
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("postgres does not start: {error}"))?;
        let url = format!("postgres://homeregion@127.0.0.1:{port}/postgres");
        let mut server = Self { url, psql: bin.join("psql"), process, folder };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let started = Instant::now();
        while !succeeds(Command::new(&self.psql).args(["-X", "-q", "-c", "SELECT 1"]).arg(&self.url)) {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(format!("postgres ended at start with {status}"));
            }
            if started.elapsed() > START_MAX {
                return Err(format!("postgres did not answer within {} seconds", START_MAX.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // An interrupt makes PostgreSQL drop its connections and end its children.
        let _ = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status();
        let started = Instant::now();
        while !matches!(self.process.try_wait(), Ok(Some(_))) {
            if started.elapsed() > START_MAX {
                let _ = self.process.kill();
                let _ = self.process.wait();
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the newest server binaries; installs the distribution's package when root may.
fn binaries() -> Result<PathBuf, String> {
    if let Some(bin) = installed() {
        return Ok(bin);
    }
    if !is_root() || !succeeds(Command::new("apt-get").arg("--version")) {
        return Err(
            "no server binaries under /usr/lib/postgresql; install the distribution's postgresql package"
                .to_owned(),
        );
    }
    println!("installing the distribution's postgresql package with apt-get");
    let install = || {
        let mut command = Command::new("apt-get");
        command.args(["install", "-y", "-qq", "--no-install-recommends", "postgresql"]);
        shown(command.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    if install().is_err() {
        shown(Command::new("apt-get").args(["update", "-qq"]))?;
        install()?;
    }
    installed().ok_or_else(|| "the postgresql package brought no server binaries".to_owned())
}

fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            Some((entry.file_name().to_string_lossy().parse().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    let newest = found.pop().map(|(_, bin)| bin);
    newest.or_else(|| {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        let bin = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        bin.join("initdb").exists().then_some(bin)
    })
}

/// Whether the tests run as root, who may install packages.
pub(super) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Runs a program as the user that owns nothing, when root runs the tests; it ends when this program is killed.
fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "INT"]);
    if is_root() {
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
    } else if !succeeds(Command::new("setpriv").args(["--pdeathsig", "INT", "true"])) {
        return Command::new(program);
    }
    command.arg(program);
    command
}

fn free_port() -> Result<u16, String> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}
