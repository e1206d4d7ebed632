//! The clients that the tests use: a Python environment with pinned versions, node and npm.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::summary::Summary;

/// Where the clients are; what cannot be had here is absent, and its tests say so.
pub struct Tools {
    /// The build folder of cargo.
    pub target: PathBuf,
    /// The folder that holds the environment and its caches.
    pub folder: PathBuf,
    /// The interpreter of the environment.
    pub python: Option<PathBuf>,
    /// Whether node and npm are installed.
    pub npm: bool,
}

impl Tools {
    /// Sets up what is missing and says what it does.
    pub fn set_up(root: &Path, summary: &mut Summary) -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |target| root.join(target));
        let folder = target.join("test-tools");
        let python = match environment(root, &folder) {
            Ok(python) => Some(python),
            Err(reason) => {
                summary.skip("python environment", reason);
                None
            }
        };
        let npm =
            succeeds(Command::new("node").arg("--version")) && succeeds(Command::new("npm").arg("--version"));
        if !npm {
            summary.skip("node and npm", "not installed; install Node.js 18 or newer to run the npm tests");
        }
        Self { target, folder, python, npm }
    }
}

/// The environment's interpreter; the environment is made again when the pinned versions change.
pub fn environment(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let requirements = root.join("tests/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)
        .map_err(|error| format!("{}: {error}", requirements.display()))?;
    let python = folder.join("venv/bin/python");
    let stamp = folder.join("requirements.installed");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    println!(
        "setting up {} from tests/requirements.txt (once, about a minute)",
        folder.join("venv").display()
    );
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    shown(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("venv")))?;
    shown(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements),
    )?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}

/// Whether a command exists and succeeds.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command with its output shown; an error says which command it was.
pub fn shown(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
            Err(format!("{name} {} ended with {status}", arguments.join(" ")))
        }
        Err(error) => Err(format!("{name} does not start: {error}")),
    }
}
