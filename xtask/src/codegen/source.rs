//! Where the models come from: a wheel, pinned by name, version and sum, fetched by the machine's own pip.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::json::Json;

/// What `models/botocore.toml` pins.
#[derive(Deserialize)]
pub struct Pins {
    package: String,
    version: String,
    wheel: String,
    sha256: String,
    #[serde(rename = "service")]
    pub services: Vec<ServicePin>,
}

/// One service and the place of its generated files.
#[derive(Deserialize)]
pub struct ServicePin {
    pub id: String,
    api_version: String,
    #[serde(rename = "crate")]
    pub krate: String,
    pub module: Option<String>,
}

/// Checks the sum of the wheel and prints one file of it; the service models inside are compressed once more.
const UNPACK: &str = "
import gzip, hashlib, sys, zipfile
wheel, expected, out = sys.argv[1:4]
found = hashlib.sha256(open(wheel, 'rb').read()).hexdigest()
if found != expected:
    sys.exit(f'{wheel} has sha256 {found}, pinned is {expected}')
archive = zipfile.ZipFile(wheel)
for name in sys.argv[4:]:
    inner, target = name.split('=')
    open(f'{out}/{target}', 'wb').write(gzip.decompress(archive.read(inner)))
";

impl Pins {
    pub fn read(root: &Path) -> Result<Self, String> {
        let path = root.join("models/botocore.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Fetches the wheel where it is missing, checks it, and reads the model of every service.
    pub fn models(&self, root: &Path) -> Result<Vec<Json>, String> {
        let folder = root.join("target/models");
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let wheel = folder.join(&self.wheel);
        if !wheel.exists() {
            self.download(&folder)?;
        }
        let mut unpack = Command::new("python3");
        unpack.args(["-c", UNPACK]).arg(&wheel).arg(&self.sha256).arg(&folder);
        for service in &self.services {
            unpack.arg(format!(
                "botocore/data/{}/{}/service-2.json.gz={}.json",
                service.id, service.api_version, service.id
            ));
        }
        run(&mut unpack, "unpacking the wheel")?;
        self.services.iter().map(|service| read(&folder.join(format!("{}.json", service.id)))).collect()
    }

    fn download(&self, folder: &Path) -> Result<(), String> {
        let requirement = format!("{}=={}", self.package, self.version);
        println!("fetching {requirement} with pip");
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps", "--dest"]);
        run(pip.arg(folder).arg(requirement), "pip download")
    }
}

fn read(path: &PathBuf) -> Result<Json, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{what}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{what} failed ({status})")) }
}
