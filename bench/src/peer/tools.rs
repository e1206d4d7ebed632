//! Installs the contenders into the build folder, once: Python programs, verdaccio from npm, nginx from Debian.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const REQUIREMENTS: &str = include_str!("../../tools/requirements.txt");
const PACKAGE: &str = include_str!("../../tools/package.json");

/// Finds `moto_server`, installing it if need be.
pub fn moto(folder: &Path) -> Result<PathBuf, String> {
    python(folder, "moto_server")
}

/// Finds a program of the Python environment, installing that if need be.
pub fn python(folder: &Path, program: &str) -> Result<PathBuf, String> {
    let environment = folder.join("venv");
    let program = environment.join("bin").join(program);
    let stamp = folder.join("requirements.txt");
    if is_stamped(&stamp, REQUIREMENTS) && program.exists() {
        return Ok(program);
    }
    eprintln!("installing the Python contenders into {} (once)", environment.display());
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let wanted = folder.join("wanted.txt");
    write(&wanted, REQUIREMENTS)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    run(Command::new(environment.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&wanted))?;
    write(&stamp, REQUIREMENTS)?;
    Ok(program)
}

/// Finds verdaccio's start script, installing it if need be.
pub fn verdaccio(folder: &Path) -> Result<PathBuf, String> {
    let home = folder.join("npm");
    let script = home.join("node_modules/verdaccio/bin/verdaccio");
    let stamp = folder.join("package.json");
    if is_stamped(&stamp, PACKAGE) && script.exists() {
        return Ok(script);
    }
    eprintln!("installing verdaccio into {} (once)", home.display());
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    write(&home.join("package.json"), PACKAGE)?;
    run(Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"])
        .current_dir(&home))?;
    write(&stamp, PACKAGE)?;
    Ok(script)
}

/// Finds nginx: the machine's own, else Debian's package unpacked into the folder, which needs no rights.
pub fn nginx(folder: &Path) -> Result<PathBuf, String> {
    let own = PathBuf::from("/usr/sbin/nginx");
    if own.exists() {
        return Ok(own);
    }
    let home = folder.join("nginx");
    let program = home.join("usr/sbin/nginx");
    if program.exists() {
        return Ok(program);
    }
    eprintln!("unpacking nginx into {} (once)", home.display());
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    run(Command::new("apt-get").args(["download", "--quiet", "nginx"]).current_dir(&home))?;
    let listed = std::fs::read_dir(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let package = listed
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|it| it == "deb"));
    let package = package.ok_or("apt-get brought no package")?;
    run(Command::new("dpkg").arg("-x").arg(&package).arg(&home))?;
    Ok(program)
}

fn is_stamped(stamp: &Path, wanted: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|installed| installed == wanted)
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Runs a command to its end; its output goes to standard error, because standard output is the report's.
fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(format!("{name} ended with {}", output.status)) }
}
