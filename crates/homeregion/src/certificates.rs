//! `--tls-self`: a certificate authority of this installation's own, made once, and the server's certificate from it.
//!
//! People trust the authority once; the server's certificate is made again when its names change or its end is near.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

/// The folder of these files, in the data folder.
const FOLDER: &str = "tls";
/// How long the authority lasts.
const AUTHORITY_DAYS: i64 = 20 * 365;
/// How long the server's certificate lasts; clients refuse private ones of more than 825 days.
const SERVER_DAYS: i64 = 397;
/// How long before its end it is made again.
const RENEWED_BEFORE_DAYS: i64 = 60;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Labels that AWS SDKs put before the host of an endpoint.
const PREFIXES: [&str; 3] = ["api", "data", "monitor"];

/// The files of a server with an authority of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificates {
    /// The authority's certificate, to be trusted by clients.
    pub authority: PathBuf,
    /// The server's certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Certificates {
    /// Names the files in a data folder; they need not be there. The names are whole, for they are handed to programs
    /// that run in other folders.
    pub fn of(folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).join(FOLDER);
        Self {
            authority: folder.join("ca.pem"),
            certificate: folder.join("server.pem"),
            key: folder.join("server-key.pem"),
        }
    }

    /// Makes what is missing, for a server that is reached under these names and addresses.
    pub fn make(&self, hosts: &[String], now: Timestamp) -> Result<(), String> {
        let folder = self.authority.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
        let issuer = self.issuer(folder, now)?;
        let names = names(hosts);
        // What the certificate says, so that it need not be read back.
        let stamp = folder.join("server.json");
        let kept = std::fs::read(&stamp).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let kept: (Vec<String>, i64) = kept.unwrap_or_default();
        let lasts = kept.1 > now.millis() + RENEWED_BEFORE_DAYS * DAY_MS;
        if kept.0 == names && lasts && self.certificate.exists() && self.key.exists() {
            return Ok(());
        }
        let end = Timestamp::from_millis(now.millis() + SERVER_DAYS * DAY_MS);
        let mut params = CertificateParams::new(names.clone()).map_err(failed)?;
        params.distinguished_name = named("homeregion");
        last(&mut params, yesterday(now), end);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
        write(&self.key, &key.serialize_pem(), true)?;
        write(&self.certificate, &certificate.pem(), false)?;
        write(&stamp, &serde_json::json!([names, end.millis()]).to_string(), false)
    }

    /// The authority: its key is made once, and everything else follows from the key.
    fn issuer(&self, folder: &Path, now: Timestamp) -> Result<Issuer<'static, KeyPair>, String> {
        let file = folder.join("ca-key.pem");
        let key = match std::fs::read_to_string(&file) {
            Ok(text) => KeyPair::from_pem(&text).map_err(|error| format!("{}: {error}", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = KeyPair::generate().map_err(failed)?;
                write(&file, &key.serialize_pem(), true)?;
                key
            }
            Err(error) => return Err(format!("{} cannot be read: {error}", file.display())),
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&format!("homeregion CA {}", fingerprint(&key)));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        if !self.authority.exists() {
            let end = Timestamp::from_millis(now.millis() + AUTHORITY_DAYS * DAY_MS);
            last(&mut params, yesterday(now), end);
            let certificate = params.self_signed(&key).map_err(failed)?;
            write(&self.authority, &certificate.pem(), false)?;
        }
        Ok(Issuer::new(params, key))
    }

    /// What a person does with the authority's certificate.
    pub fn advice(&self) -> String {
        let file = self.authority.display();
        format!(
            "To trust this server: AWS_CA_BUNDLE={file} for the AWS CLI and SDKs, npm config set cafile {file}, \
             PIP_CERT, REQUESTS_CA_BUNDLE, SSL_CERT_FILE, CARGO_HTTP_CAINFO for others; or, for everybody on this machine: \
             cp {file} /usr/local/share/ca-certificates/homeregion.crt && update-ca-certificates"
        )
    }
}

/// All names that the server answers to: host style endpoints put `DOMAIN-OWNER.d.` in front, SDKs `api.` and the like.
fn names(hosts: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    names.extend(hosts.iter().map(|host| host.trim_matches(['[', ']']).to_ascii_lowercase()));
    let is_name = |name: &&String| name.parse::<IpAddr>().is_err();
    let below: Vec<String> = names
        .iter()
        .filter(is_name)
        .flat_map(|name| {
            PREFIXES.iter().map(move |prefix| format!("{prefix}.{name}")).chain([format!("*.d.{name}")])
        })
        .collect();
    names.extend(below);
    names.sort();
    names.dedup();
    names
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Tells authorities of several installations apart in a list of trusted ones.
fn fingerprint(key: &KeyPair) -> String {
    let digest = Sha256::digest(key.public_key_raw());
    format!("{:08x}", digest.first_chunk().map_or(0, |first| u32::from_be_bytes(*first)))
}

/// Clocks differ; a certificate must not begin in the future of a client.
fn yesterday(now: Timestamp) -> Timestamp {
    Timestamp::from_millis(now.millis() - DAY_MS)
}

/// Lets a certificate last from the day of one moment to the day of another.
fn last(params: &mut CertificateParams, begin: Timestamp, end: Timestamp) {
    let day = |moment: Timestamp| {
        let text = moment.to_rfc3339();
        let mut parts = text.split(['-', 'T']).map(|part| part.parse::<u16>().unwrap_or(1));
        let mut part = || parts.next().unwrap_or(1);
        let (year, month, day) = (part(), part(), part());
        date_time_ymd(i32::from(year), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
    };
    (params.not_before, params.not_after) = (day(begin), day(end));
}

fn failed(error: impl std::fmt::Display) -> String {
    format!("a certificate cannot be made: {error}")
}

/// Writes a file in one step; a secret one only its owner may read.
fn write(file: &Path, text: &str, is_secret: bool) -> Result<(), String> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let beside = file.with_extension("new");
    let mode = if is_secret { 0o600 } else { 0o644 };
    let written =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside);
    let written = written.and_then(|mut open| {
        open.write_all(text.as_bytes())?;
        open.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&beside, file))
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_763_740_800_000;

    fn in_folder(name: &str) -> (PathBuf, Certificates) {
        let folder = std::env::temp_dir().join(format!("homeregion-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let certificates = Certificates::of(&folder);
        (folder, certificates)
    }

    #[test]
    fn the_authority_stays_and_the_certificate_follows_names_and_time() {
        let (folder, certificates) = in_folder("authority");
        let at = |days: i64| Timestamp::from_millis(NOW + days * DAY_MS);
        let shown = || std::fs::read_to_string(&certificates.certificate).unwrap();
        let hosts = ["region.example".to_owned()];
        certificates.make(&hosts, at(0)).unwrap();
        let (authority, first) = (std::fs::read(&certificates.authority).unwrap(), shown());
        certificates.make(&hosts, at(300)).unwrap();
        assert_eq!(shown(), first);
        certificates.make(&hosts, at(340)).unwrap();
        let second = shown();
        assert_ne!(second, first, "its end was near");
        certificates.make(&[], at(340)).unwrap();
        assert_ne!(shown(), second, "it has other names");
        assert_eq!(std::fs::read(&certificates.authority).unwrap(), authority);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn keys_are_for_their_owner_and_fit_their_certificates() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, certificates) = in_folder("keys");
        certificates.make(&["10.0.0.7".to_owned()], Timestamp::from_millis(NOW)).unwrap();
        for key in [certificates.key.clone(), folder.join("tls/ca-key.pem")] {
            assert_eq!(std::fs::metadata(key).unwrap().permissions().mode() & 0o777, 0o600);
        }
        gateway::Tls::open(&certificates.certificate, &certificates.key).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn every_style_of_endpoint_has_its_name() {
        let names = names(&["Region.example".to_owned(), "10.0.0.7".to_owned(), "[::1]".to_owned()]);
        for name in [
            "localhost",
            "10.0.0.7",
            "region.example",
            "*.d.region.example",
            "data.localhost",
            "*.d.localhost",
        ] {
            assert!(names.iter().any(|known| known == name), "{name} of {names:?}");
        }
        assert!(!names.iter().any(|name| name.contains("d.10.")), "{names:?}");
    }
}
