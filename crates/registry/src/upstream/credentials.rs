//! What opens a private upstream. Never printed, never sent to another origin.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deno_npmrc::RegistryConfig;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use std::fmt;
use std::path::PathBuf;

/// What is shown to an upstream at each request.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    scheme: Scheme,
    secret: Secret,
}

#[derive(Clone, PartialEq, Eq)]
enum Scheme {
    /// `Authorization: Bearer SECRET`
    Bearer,
    /// `Authorization: Basic base64(user:SECRET)`
    Basic(String),
    /// `Authorization: Basic SECRET`, encoded already.
    Encoded,
    /// `NAME: SECRET`
    Header(HeaderName),
}

/// A token or password, and where it stands.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// Here.
    Text(String),
    /// In a file, read anew for each request, so that it may be exchanged while the server runs.
    File(PathBuf),
}

impl Secret {
    /// Reads it; blanks and line ends around it do not count.
    ///
    /// Errors: a file that cannot be read, a text that is empty.
    pub fn read(&self) -> Result<String, String> {
        let (text, place) = match self {
            Self::Text(text) => (text.trim().to_owned(), "the secret".to_owned()),
            Self::File(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| format!("the secret in {} cannot be read: {error}", path.display()))?;
                (text.trim().to_owned(), format!("the secret in {}", path.display()))
            }
        };
        if text.is_empty() {
            return Err(format!("{place} is empty"));
        }
        Ok(text)
    }
}

impl Credentials {
    /// A bearer token.
    pub fn bearer(token: &str) -> Self {
        Self::bearer_of(Secret::Text(token.to_owned()))
    }

    /// A bearer token that stands somewhere.
    pub fn bearer_of(secret: Secret) -> Self {
        Self { scheme: Scheme::Bearer, secret }
    }

    /// A user name and password.
    pub fn basic(user: &str, password: &str) -> Self {
        Self::basic_of(user, Secret::Text(password.to_owned()))
    }

    /// A user name, and a password that stands somewhere.
    pub fn basic_of(user: &str, secret: Secret) -> Self {
        Self { scheme: Scheme::Basic(user.to_owned()), secret }
    }

    /// A header of its own with a secret as its whole value; `None` when no header is called so.
    ///
    /// With `Authorization` it is what cargo sends: the token without a scheme.
    pub fn header_of(name: &str, secret: Secret) -> Option<Self> {
        let name = HeaderName::try_from(name).ok()?;
        Some(Self { scheme: Scheme::Header(name), secret })
    }

    /// Takes the user information out of a URL.
    pub(super) fn take_from(url: &mut Url) -> Option<Self> {
        if url.username().is_empty() && url.password().is_none() {
            return None;
        }
        let plain = |text: &str| {
            let bytes: Vec<u8> = percent_decoded(text);
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let credentials = Self::basic(&plain(url.username()), &plain(url.password().unwrap_or_default()));
        // Neither fails for a URL that had user information.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Some(credentials)
    }

    /// What npm's configuration says about a registry.
    pub(super) fn of_npm(config: &RegistryConfig) -> Option<Self> {
        if let Some(token) = &config.auth_token {
            return Some(Self::bearer(token));
        }
        if let Some(auth) = &config.auth {
            return Some(Self { scheme: Scheme::Encoded, secret: Secret::Text(auth.clone()) });
        }
        let user = config.username.as_ref()?;
        let password = STANDARD.decode(config.password.as_ref()?).ok()?;
        Some(Self::basic(user, &String::from_utf8(password).ok()?))
    }

    /// Whether they can be sent.
    ///
    /// Errors: a secret that cannot be read, or does not fit a header.
    pub fn check(&self) -> Result<(), String> {
        self.header().map(drop)
    }

    /// The header to send.
    ///
    /// Errors: a secret that cannot be read.
    pub(super) fn header(&self) -> Result<(HeaderName, HeaderValue), String> {
        let (name, text) = match &self.scheme {
            // Passwords may hold any character once they are encoded.
            Scheme::Basic(user) => {
                let password = match &self.secret {
                    Secret::Text(password) => password.clone(),
                    Secret::File(_) => self.secret.read()?,
                };
                (AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
            }
            Scheme::Bearer => (AUTHORIZATION, format!("Bearer {}", self.secret.read()?)),
            Scheme::Encoded => (AUTHORIZATION, format!("Basic {}", self.secret.read()?)),
            Scheme::Header(name) => (name.clone(), self.secret.read()?),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| "the secret does not fit a header")?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// Whether clients must be kept from taking the header along to another origin: they know `Authorization` only.
    pub(super) fn is_private_header(&self) -> bool {
        matches!(&self.scheme, Scheme::Header(name) if *name != AUTHORIZATION)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let escaped = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_information_moves_from_the_url_to_the_header() {
        let mut url = Url::parse("https://me:p%40ss@registry.example/npm/").unwrap();
        assert_eq!(Credentials::take_from(&mut url), Some(Credentials::basic("me", "p@ss")));
        assert_eq!(url.as_str(), "https://registry.example/npm/");
        assert_eq!(Credentials::take_from(&mut url), None);
    }

    #[test]
    fn the_shapes_of_npm_configuration_are_understood() {
        let config = |change: fn(&mut RegistryConfig)| {
            let mut config = RegistryConfig::default();
            change(&mut config);
            Credentials::of_npm(&config).map(|credentials| credentials.header().unwrap().1)
        };
        let shown = |credentials: Credentials| Some(credentials.header().unwrap().1);
        assert_eq!(config(|c| c.auth_token = Some("t".into())), shown(Credentials::bearer("t")));
        assert_eq!(config(|c| c.auth = Some("bWU6cA==".into())), shown(Credentials::basic("me", "p")));
        let both = config(|c| {
            c.username = Some("me".into());
            c.password = Some(STANDARD.encode("p"));
        });
        assert_eq!(both, shown(Credentials::basic("me", "p")));
        assert_eq!(config(|c| c.username = Some("me".into())), None);
    }

    #[test]
    fn credentials_are_not_printed() {
        assert_eq!(format!("{:?}", Credentials::bearer("secret")), "Credentials(…)");
    }

    #[test]
    fn a_secret_may_stand_in_a_file_and_be_exchanged_there() {
        let path = std::env::temp_dir().join(format!("homeregion-secret-{}", std::process::id()));
        let credentials = Credentials::bearer_of(Secret::File(path.clone()));
        assert!(credentials.header().unwrap_err().contains("cannot be read"));
        for secret in ["first", "second"] {
            std::fs::write(&path, format!("{secret}\n")).unwrap();
            let (name, value) = credentials.header().unwrap();
            assert_eq!(name, AUTHORIZATION);
            assert_eq!(value.to_str().unwrap(), format!("Bearer {secret}"));
            assert!(value.is_sensitive());
        }
        std::fs::write(&path, "\n").unwrap();
        assert!(credentials.header().unwrap_err().contains("is empty"));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_secret_may_have_a_header_of_its_own() {
        let secret = || Secret::Text("s".to_owned());
        let credentials = Credentials::header_of("X-Api-Key", secret()).unwrap();
        let (name, value) = credentials.header().unwrap();
        assert_eq!((name.as_str(), value.to_str().unwrap()), ("x-api-key", "s"));
        assert!(credentials.is_private_header());
        let raw = Credentials::header_of("Authorization", secret()).unwrap();
        assert_eq!(raw.header().unwrap().1.to_str().unwrap(), "s");
        assert!(!raw.is_private_header());
        assert_eq!(Credentials::header_of("not a header", secret()), None);
    }
}
