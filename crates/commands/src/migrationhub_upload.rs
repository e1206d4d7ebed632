//! `homeregion migrationhub upload`: puts a CSV file into a running server, for StartImportTask.

use std::io::Read as _;
use std::path::Path;

use migrationhub::discovery::import_task::{FILE_BYTES_MAX, UPLOAD_PATH, is_upload_name};

use crate::aws_client::{Client, Service};

/// Uploads a file, and answers the URL by which imports name it.
pub fn run(client: &Client, region: &str, file: &Path) -> Result<String, String> {
    let name = name_of(file)?;
    let cannot = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    let mut content = Vec::new();
    let opened = std::fs::File::open(file).map_err(cannot)?;
    opened.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut content).map_err(cannot)?;
    if content.len() > FILE_BYTES_MAX {
        return Err(format!("{} is larger than 10 MiB, the most that one import takes", file.display()));
    }
    let path = format!("{UPLOAD_PATH}{name}");
    let answer = client
        .put(Service::ApplicationDiscovery, region, &path, "text/csv", content)
        .map_err(|error| error.to_string())?;
    let url = answer["importUrl"].as_str();
    url.map(str::to_owned).ok_or_else(|| format!("{} does not take uploads", client.endpoint()))
}

/// The name under which a file is uploaded: its own, with hyphens for what a URL would have to escape.
fn name_of(file: &Path) -> Result<String, String> {
    let own = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = own.rsplit_once('.').filter(|(_, ending)| ending.eq_ignore_ascii_case("csv"));
    let Some((stem, _)) = stem else { return Err(format!("{} is not named .csv", file.display())) };
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let name = format!("{}.csv", stem.chars().map(plain).collect::<String>());
    if is_upload_name(&name) {
        return Ok(name);
    }
    Err(format!("the name of {} must have 1 to 100 characters before .csv", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_their_names_as_far_as_urls_carry_them() {
        for (file, name) in [
            ("servers.csv", "servers.csv"),
            ("/tmp/wave 1/Größe (2).CSV", "Gr--e--2-.csv"),
            ("a.b.csv", "a.b.csv"),
        ] {
            assert_eq!(name_of(Path::new(file)).as_deref(), Ok(name), "{file}");
        }
        let too_long = format!("{}.csv", "a".repeat(101));
        for file in ["servers.txt", "servers", ".csv", "/", too_long.as_str()] {
            assert!(name_of(Path::new(file)).is_err(), "{file}");
        }
    }
}
