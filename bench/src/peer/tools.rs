//! Installs the contenders into the build folder, once: Python programs, verdaccio from npm, nginx, VictoriaMetrics and
//! InfluxDB from Debian.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PACKAGE: &str = include_str!("../../tools/package.json");

/// A Python environment: its folder and what it holds.
type Environment = (&'static str, &'static str);
const OF_MOTO: Environment = ("venv", include_str!("../../tools/requirements.txt"));
const OF_PYPI: Environment = ("venv-pypi", include_str!("../../tools/requirements-pypi.txt"));

/// Finds `moto_server`, installing it if need be.
pub fn moto(folder: &Path) -> Result<PathBuf, String> {
    Ok(python(folder, OF_MOTO)?.join("moto_server"))
}

/// Finds the folder of the programs of proxpi and devpi, installing them if need be.
pub fn pypi(folder: &Path) -> Result<PathBuf, String> {
    python(folder, OF_PYPI)
}

/// Finds the programs of a Python environment, making it if need be.
fn python(folder: &Path, (name, requirements): Environment) -> Result<PathBuf, String> {
    let environment = folder.join(name);
    let programs = environment.join("bin");
    let stamp = folder.join(format!("{name}.txt"));
    if is_stamped(&stamp, requirements) && programs.exists() {
        return Ok(programs);
    }
    eprintln!("installing into {} (once)", environment.display());
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let wanted = folder.join("wanted.txt");
    write(&wanted, requirements)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    run(Command::new(programs.join("pip"))
        .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&wanted))?;
    write(&stamp, requirements)?;
    Ok(programs)
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

/// Finds nginx.
pub fn nginx(folder: &Path) -> Result<PathBuf, String> {
    debian(folder, "nginx", "usr/sbin/nginx")
}

/// Finds VictoriaMetrics.
pub fn victoria(folder: &Path) -> Result<PathBuf, String> {
    debian(folder, "victoria-metrics", "usr/bin/victoria-metrics")
}

/// Finds InfluxDB.
pub fn influx(folder: &Path) -> Result<PathBuf, String> {
    debian(folder, "influxdb", "usr/bin/influxd")
}

/// Finds a program: the machine's own, else that of Debian's package unpacked into the folder, which needs no rights.
fn debian(folder: &Path, package: &str, program: &str) -> Result<PathBuf, String> {
    let own = Path::new("/").join(program);
    if own.exists() {
        return Ok(own);
    }
    let home = folder.join(package);
    let program = home.join(program);
    if program.exists() {
        return Ok(program);
    }
    eprintln!("unpacking {package} into {} (once)", home.display());
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    run(Command::new("apt-get").args(["download", "--quiet", package]).current_dir(&home))?;
    let listed = std::fs::read_dir(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let file = listed
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|it| it == "deb"));
    let file = file.ok_or("apt-get brought no package")?;
    run(Command::new("dpkg").arg("-x").arg(&file).arg(&home))?;
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
