//! Keys, region and endpoint of an AWS account, from the places where the AWS command line keeps them.
//!
//! The environment, `~/.aws/credentials` and `~/.aws/config`; static keys and session tokens only. Profiles that
//! get their keys elsewhere are named as such, with the way around.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What signs requests.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Names the keys.
    pub access_key_id: String,
    /// Signs.
    pub secret_access_key: String,
    /// Goes with keys that expire.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// An account as a person set it up on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Where the keys come from, for people.
    pub origin: String,
    /// The keys.
    pub credentials: Credentials,
    /// The region that calls go to unless another is named.
    pub region: Option<String>,
    /// The server that calls go to instead of AWS.
    pub endpoint_url: Option<String>,
}

/// Settings that mean keys come from elsewhere, and how a person calls that.
const ELSEWHERE: &[(&str, &str)] = &[
    ("role_arn", "by assuming a role"),
    ("credential_process", "from a program"),
    ("sso_session", "from IAM Identity Center"),
    ("sso_start_url", "from IAM Identity Center"),
    ("login_session", "from a console login"),
    ("web_identity_token_file", "from a web identity"),
];

type Sections = BTreeMap<String, BTreeMap<String, String>>;

impl Profile {
    /// Finds the account: the profile that is named, else the environment's keys, else the environment's profile.
    ///
    /// Without a name, `AWS_REGION` and `AWS_ENDPOINT_URL` win over the files; a named profile's own settings win over
    /// them, since they often point at this server.
    pub fn find(name: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        let endpoint_url = variable("AWS_ENDPOINT_URL");
        if let Some(name) = name {
            let found = Self::read(name, &variable)?;
            return Ok(Self { region: found.region.or(region), ..found });
        }
        let keys = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"));
        if let (Some(access_key_id), Some(secret_access_key)) = keys {
            let session_token = variable("AWS_SESSION_TOKEN");
            let credentials = Credentials { access_key_id, secret_access_key, session_token };
            let origin = "the environment".to_owned();
            return Ok(Self { origin, credentials, region, endpoint_url });
        }
        let chosen = variable("AWS_PROFILE").or_else(|| variable("AWS_DEFAULT_PROFILE"));
        let found = Self::read(chosen.as_deref().unwrap_or("default"), &variable)?;
        Ok(Self {
            region: region.or(found.region),
            endpoint_url: endpoint_url.or(found.endpoint_url),
            ..found
        })
    }

    /// Reads a profile from both files; keys in the credentials file win.
    fn read(name: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let home = variable("HOME").map(PathBuf::from).unwrap_or_default();
        let place =
            |chosen: &str, usual: &str| variable(chosen).map_or_else(|| home.join(usual), PathBuf::from);
        let config = place("AWS_CONFIG_FILE", ".aws/config");
        let credentials = place("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
        let in_config = if name == "default" { "default".to_owned() } else { format!("profile {name}") };
        let (config_sections, credentials_sections) = (read(&config)?, read(&credentials)?);
        let mut settings = match config_sections.get(&in_config) {
            Some(found) => found.clone(),
            None if name == "default" => config_sections.get("profile default").cloned().unwrap_or_default(),
            None => BTreeMap::new(),
        };
        let known = !settings.is_empty()
            || config_sections.contains_key(&in_config)
            || credentials_sections.contains_key(name);
        if !known {
            return Err(unknown(name, &config, &credentials, &config_sections, &credentials_sections));
        }
        settings.extend(credentials_sections.get(name).cloned().unwrap_or_default());
        from_settings(name, &settings)
    }
}

fn from_settings(name: &str, settings: &BTreeMap<String, String>) -> Result<Profile, String> {
    let setting = |key: &str| settings.get(key).filter(|value| !value.is_empty()).cloned();
    if let Some((_, how)) = ELSEWHERE.iter().find(|(key, _)| setting(key).is_some()) {
        return Err(format!(
            "the profile {name:?} gets its keys {how}, which this command does not do; run \
             `eval \"$(aws configure export-credentials --profile {name} --format env)\"` and use the \
             environment's keys instead of --profile"
        ));
    }
    let key = |key: &str| setting(key).ok_or_else(|| format!("the profile {name:?} has no {key}"));
    let credentials = Credentials {
        access_key_id: key("aws_access_key_id")?,
        secret_access_key: key("aws_secret_access_key")?,
        session_token: setting("aws_session_token"),
    };
    Ok(Profile {
        origin: format!("the profile {name:?}"),
        credentials,
        region: setting("region"),
        endpoint_url: setting("endpoint_url"),
    })
}

fn unknown(
    name: &str,
    config: &Path,
    credentials: &Path,
    in_config: &Sections,
    in_credentials: &Sections,
) -> String {
    let names = in_config.keys().filter_map(|section| {
        section.strip_prefix("profile ").or((section == "default").then_some("default"))
    });
    let mut names: Vec<&str> = names.chain(in_credentials.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    let there = match names.as_slice() {
        [] => "there are no profiles".to_owned(),
        names => format!("there are: {}", names.join(", ")),
    };
    format!("no profile {name:?} in {} or {}; {there}", credentials.display(), config.display())
}

/// Reads the sections of a file; a file that does not exist has none.
fn read(path: &Path) -> Result<Sections, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(parse(&text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Sections::new()),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// Indented lines belong to a setting of their own (`s3 =`) and are passed over.
fn parse(text: &str) -> Sections {
    let mut sections = Sections::new();
    let mut current = None;
    for line in text.lines() {
        let is_nested = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) || is_nested {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let words: Vec<&str> = name.split_whitespace().collect();
            let name = words.join(" ").replace('"', "");
            sections.entry(name.clone()).or_default();
            current = Some(name);
        } else if let (Some(section), Some((key, value))) = (&current, line.split_once('=')) {
            let value = value.split(" #").next().unwrap_or_default().trim();
            let settings = sections.entry(section.clone()).or_default();
            settings.insert(key.trim().to_ascii_lowercase(), value.to_owned());
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[default]
region = eu-west-1
[profile old]
region = us-west-2   # home
endpoint_url = http://127.0.0.1:9
s3 =
  addressing_style = path
[profile \"sso one\"]
sso_session = x
[profile half]
aws_access_key_id = AKIA
[sso-session x]
region = us-east-1
";
    const CREDENTIALS: &str = "\
; made by hand
[default]
aws_access_key_id=AKIADEFAULT
aws_secret_access_key = s=1+/
[old]
aws_access_key_id = AKIAOLD
aws_secret_access_key = two
aws_session_token = three==
";

    struct Files(PathBuf);

    impl Files {
        fn make(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("aws-profile-{name}-{}", std::process::id()));
            std::fs::create_dir_all(folder.join(".aws")).unwrap();
            std::fs::write(folder.join(".aws/config"), CONFIG).unwrap();
            std::fs::write(folder.join(".aws/credentials"), CREDENTIALS).unwrap();
            Self(folder)
        }

        fn find(&self, name: Option<&str>, variables: &[(&str, &str)]) -> Result<Profile, String> {
            let home = self.0.display().to_string();
            Profile::find(name, |wanted| {
                let found =
                    variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
                found.or_else(|| (wanted == "HOME").then(|| home.clone()))
            })
        }
    }

    impl Drop for Files {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_named_profile_wins_over_the_environment() {
        let files = Files::make("named");
        let environment = [
            ("AWS_ACCESS_KEY_ID", "homeregion"),
            ("AWS_SECRET_ACCESS_KEY", "homeregion"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        ];
        let found = files.find(Some("old"), &environment).unwrap();
        let expected = Credentials {
            access_key_id: "AKIAOLD".to_owned(),
            secret_access_key: "two".to_owned(),
            session_token: Some("three==".to_owned()),
        };
        assert_eq!(found.credentials, expected);
        assert_eq!(found.region.as_deref(), Some("us-west-2"));
        assert_eq!(found.endpoint_url.as_deref(), Some("http://127.0.0.1:9"));
        let found = files.find(None, &environment).unwrap();
        assert_eq!((found.origin.as_str(), found.region.as_deref()), ("the environment", Some("us-east-1")));
        assert_eq!(found.endpoint_url.as_deref(), Some("http://127.0.0.1:4566"));
    }

    #[test]
    fn without_a_name_the_default_profile_is_taken() {
        let files = Files::make("default");
        let found = files.find(None, &[("AWS_ACCESS_KEY_ID", "")]).unwrap();
        assert_eq!(found.credentials.secret_access_key, "s=1+/");
        assert_eq!(found.region.as_deref(), Some("eu-west-1"));
        assert_eq!(files.find(None, &[("AWS_PROFILE", "old")]).unwrap().origin, "the profile \"old\"");
    }

    #[test]
    fn what_cannot_be_used_is_told_with_the_way_around() {
        let files = Files::make("errors");
        let error = files.find(Some("nobody"), &[]).unwrap_err();
        assert!(error.starts_with("no profile \"nobody\" in "), "{error}");
        assert!(error.ends_with("there are: default, half, old, sso one"), "{error}");
        let error = files.find(Some("sso one"), &[]).unwrap_err();
        assert!(error.contains("from IAM Identity Center"), "{error}");
        assert!(error.contains("aws configure export-credentials --profile sso one --format env"), "{error}");
        let error = files.find(Some("half"), &[]).unwrap_err();
        assert_eq!(error, "the profile \"half\" has no aws_secret_access_key");
    }

    #[test]
    fn secrets_are_not_printed() {
        let files = Files::make("secrets");
        let printed = format!("{:?}", files.find(Some("old"), &[]).unwrap());
        assert!(
            printed.contains("AKIAOLD") && !printed.contains("two") && !printed.contains("three"),
            "{printed}"
        );
    }
}
