//! The broker of MQTT that the tests use: the distribution's mosquitto, installed when root may.

use std::path::Path;
use std::process::Command;

use super::postgres::is_root;
use super::summary::Summary;
use super::tools::{shown, succeeds};

/// What the tests start, and the packages that bring it.
const PROGRAMS: [&str; 3] = ["mosquitto", "mosquitto_pub", "mosquitto_sub"];
const PACKAGES: [&str; 2] = ["mosquitto", "mosquitto-clients"];

/// Sees to it that there is a broker; without one its tests are skipped, and the summary says so.
pub fn set_up(summary: &mut Summary) {
    if is_installed() {
        return;
    }
    if !is_root() || !succeeds(Command::new("apt-get").arg("--version")) {
        return summary.skip(
            "mosquitto",
            "not installed; install mosquitto and mosquitto-clients to run the MQTT tests",
        );
    }
    println!("installing the distribution's mosquitto and mosquitto-clients packages with apt-get");
    let install = || {
        let mut command = Command::new("apt-get");
        command.args(["install", "-y", "-qq", "--no-install-recommends"]).args(PACKAGES);
        shown(command.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let installed = install()
        .or_else(|_| shown(Command::new("apt-get").args(["update", "-qq"])).and_then(|()| install()));
    if let Err(reason) = installed {
        summary.skip("mosquitto", reason);
    } else if !is_installed() {
        summary.skip("mosquitto", "the packages brought no broker");
    }
}

fn is_installed() -> bool {
    let is_there =
        |name: &&str| ["/usr/sbin", "/usr/bin"].iter().any(|folder| Path::new(folder).join(name).exists());
    PROGRAMS.iter().all(is_there)
}
