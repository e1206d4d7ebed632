//! `npm install` of a project of 300 packages: through the product, through verdaccio, and without a proxy.
//!
//! npm's own cache is empty before each run. *Cold* means that the proxy has nothing either, *warm* that it has all.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::Bench;
use crate::peer::homeregion::{Refused, remove};
use crate::peer::npm::{Endpoint, NO_PROXY, VERDACCIO};
use crate::peer::verdaccio::registry;
use crate::process::Process;
use crate::report::{Better, Figure, Measure, OURS};

/// Packages of the project.
const PACKAGES: usize = 300;

/// Both installations.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let source = registry(&bench.registry, &bench.homeregion.scratch, PACKAGES, 0)?;
    let mut cold = [OURS, VERDACCIO, NO_PROXY].map(Figure::of);
    let mut warm = cold.clone();
    for _ in 0..bench.effort.repetitions {
        for (cold, warm) in cold.iter_mut().zip(&mut warm) {
            if cold.missing.is_some() {
                continue;
            }
            if let Err(refused) = both(bench, &source, cold, warm) {
                cold.missing = Some(refused.to_string());
                warm.missing = Some(refused.to_string());
            }
        }
    }
    let measure = |name: &str, figures: [Figure; 3]| Measure {
        name: format!("npm install of {PACKAGES} packages, {name}"),
        unit: "s",
        better: Better::Less,
        aims: Vec::new(),
        figures: figures.to_vec(),
    };
    Ok(vec![measure("cold", cold), measure("warm", warm)])
}

fn both(bench: &Bench, source: &Process, cold: &mut Figure, warm: &mut Figure) -> Result<(), Refused> {
    let endpoint = Endpoint::fresh(bench, cold.contender, source)?;
    install(&endpoint, &bench.homeregion.scratch, cold)?;
    install(&endpoint, &bench.homeregion.scratch, warm)?;
    if let Some(server) = &endpoint.server {
        warm.add("server MiB afterwards", server.resident_mib()?);
    }
    Ok(())
}

/// Installs into an empty folder and adds the time to the figure.
fn install(endpoint: &Endpoint, scratch: &Path, figure: &mut Figure) -> Result<(), String> {
    let folder = scratch.join("project");
    remove(&folder)?;
    let io = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(io)?;
    let manifest =
        r#"{"name":"project","version":"1.0.0","private":true,"dependencies":{"fixture-0":"^1.0.0"}}"#;
    std::fs::write(folder.join("package.json"), manifest).map_err(io)?;
    let token = endpoint.token.as_ref().map_or_else(String::new, |token| {
        format!("{}:_authToken={token}\n", endpoint.url.trim_start_matches("http:"))
    });
    let url = &endpoint.url;
    let settings = format!("registry={url}\naudit=false\nfund=false\nupdate-notifier=false\n{token}");
    std::fs::write(folder.join(".npmrc"), settings).map_err(io)?;
    let mut command = Command::new("npm");
    command.args(["install", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]);
    command.current_dir(&folder).stdin(Stdio::null());
    command.env("HOME", &folder).env("npm_config_cache", folder.join("cache"));
    let before = endpoint.server.as_ref().map(Process::cpu).transpose()?;
    let begun = Instant::now();
    let output = command.output().map_err(|error| format!("npm: {error}"))?;
    let took = begun.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("npm install: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let installed = installed(&folder.join("node_modules"))?;
    if installed != PACKAGES {
        return Err(format!("npm installed {installed} packages instead of {PACKAGES}"));
    }
    figure.samples.push(took);
    if let (Some(server), Some(before)) = (&endpoint.server, before) {
        figure.add("server CPU s", server.cpu()?.saturating_sub(before).as_secs_f64());
    }
    Ok(())
}

/// Counts the installed packages, scoped ones too.
fn installed(folder: &Path) -> Result<usize, String> {
    let entries = |folder: &Path| -> Result<Vec<std::fs::DirEntry>, String> {
        let listed = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(listed.flatten().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')).collect())
    };
    let mut count = 0;
    for entry in entries(folder)? {
        count += if entry.file_name().to_string_lossy().starts_with('@') {
            entries(&entry.path())?.len()
        } else {
            1
        };
    }
    Ok(count)
}
