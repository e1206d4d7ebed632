//! What opens a private upstream. Never printed, never sent to another origin.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deno_npmrc::RegistryConfig;
use reqwest::Url;
use std::fmt;

/// The value of an Authorization header.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    header: String,
}

impl Credentials {
    /// A bearer token.
    pub fn bearer(token: &str) -> Self {
        Self { header: format!("Bearer {token}") }
    }

    /// A user name and password.
    pub fn basic(user: &str, password: &str) -> Self {
        Self { header: format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))) }
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
            return Some(Self { header: format!("Basic {auth}") });
        }
        let user = config.username.as_ref()?;
        let password = STANDARD.decode(config.password.as_ref()?).ok()?;
        Some(Self::basic(user, &String::from_utf8(password).ok()?))
    }

    pub(super) fn header(&self) -> &str {
        &self.header
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
            Credentials::of_npm(&config)
        };
        assert_eq!(config(|c| c.auth_token = Some("t".into())), Some(Credentials::bearer("t")));
        assert_eq!(config(|c| c.auth = Some("bWU6cA==".into())), Some(Credentials::basic("me", "p")));
        let both = config(|c| {
            c.username = Some("me".into());
            c.password = Some(STANDARD.encode("p"));
        });
        assert_eq!(both, Some(Credentials::basic("me", "p")));
        assert_eq!(config(|c| c.username = Some("me".into())), None);
    }

    #[test]
    fn credentials_are_not_printed() {
        assert_eq!(format!("{:?}", Credentials::bearer("secret")), "Credentials(…)");
    }
}
