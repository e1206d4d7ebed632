//! `[connections.NAME]`: registries of the operator's own, called `custom:NAME`, and what opens them.

use std::path::PathBuf;

use registry::upstream::{Credentials, Custom, Format, Secret};
use serde::Deserialize;

/// A registry, and what opens it.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    /// Where it is.
    pub url: String,
    /// The format of the packages there, in AWS's spelling: `npm`.
    pub format: String,
    /// A token that opens it.
    token: Option<String>,
    /// An environment variable that holds the token.
    token_env: Option<String>,
    /// A file that holds the token; read anew for each request.
    token_file: Option<PathBuf>,
    /// The header that the token is the whole value of, instead of `Authorization: Bearer TOKEN`.
    header: Option<String>,
    /// A user who may read it, with one of the passwords.
    user: Option<String>,
    /// The password of `user`.
    password: Option<String>,
    /// An environment variable that holds the password.
    password_env: Option<String>,
    /// A file that holds the password; read anew for each request.
    password_file: Option<PathBuf>,
}

impl Connection {
    /// Finds what cannot be meant; the sentence goes behind the connection's name.
    ///
    /// Errors in this order: name, format, URL, credentials.
    pub fn check(&self, name: &str) -> Result<(), String> {
        let is_name = (1..=93).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if !is_name {
            return Err("needs a name of at most 93 letters, digits, '.', '_' and '-'".to_owned());
        }
        if self.format.is_empty() || self.url.is_empty() {
            return Err(format!("needs a {}", if self.format.is_empty() { "format" } else { "url" }));
        }
        let Some(format) = Format::parse(&self.format) else {
            let known: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
            return Err(format!("has the format {:?}; formats are {}", self.format, known.join(", ")));
        };
        let url = self.url.strip_prefix("sparse+").filter(|_| format == Format::Cargo).unwrap_or(&self.url);
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(format!(
                "has the url {:?}, which does not begin with http:// or https://",
                without_user(&self.url)
            ));
        }
        match self.credentials()? {
            Some(credentials) => {
                credentials.check().map_err(|error| format!("has credentials that cannot be used: {error}"))
            }
            None => Ok(()),
        }
    }

    /// What opens it.
    ///
    /// Errors in this order: several tokens or passwords, both a user and a token, half a login, a header without a
    /// token, a variable that is not set, a file that cannot be read, a header that is none.
    fn credentials(&self) -> Result<Option<Credentials>, String> {
        let token = secret("token", [&self.token, &self.token_env], self.token_file.as_ref())?;
        let password = secret("password", [&self.password, &self.password_env], self.password_file.as_ref())?;
        match (token, &self.user, password) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                Err("has both a token and a user with a password; one of them opens it".to_owned())
            }
            (None, Some(_), None) => Err("has a user but no password".to_owned()),
            (None, None, Some(_)) => Err("has a password but no user".to_owned()),
            (None, ..) if self.header.is_some() => {
                Err("names a header but no token to send in it".to_owned())
            }
            (None, Some(user), Some(password)) => Ok(Some(Credentials::basic_of(user, password))),
            (None, None, None) => Ok(None),
            (Some(token), None, None) => match &self.header {
                None => Ok(Some(Credentials::bearer_of(token))),
                Some(header) => Credentials::header_of(header, token)
                    .map(Some)
                    .ok_or_else(|| format!("names the header {header:?}, which is no name of a header")),
            },
        }
    }

    /// The connection as the resolver takes it; `None` if it was not checked.
    pub fn custom(&self) -> Option<Custom> {
        let (format, credentials) = (Format::parse(&self.format)?, self.credentials().ok()?);
        Some(Custom { url: self.url.clone(), format, credentials })
    }
}

/// The one place where a secret stands.
fn secret(
    what: &str,
    [text, variable]: [&Option<String>; 2],
    file: Option<&PathBuf>,
) -> Result<Option<Secret>, String> {
    let found = match (text, variable, file) {
        (None, None, None) => return Ok(None),
        (Some(text), None, None) => Secret::Text(text.clone()),
        (None, Some(variable), None) => {
            let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
            Secret::Text(value.ok_or_else(|| {
                format!("takes its {what} from the environment variable {variable}, which is not set")
            })?)
        }
        (None, None, Some(file)) => Secret::File(file.clone()),
        _ => return Err(format!("may have one of {what}, {what}_env and {what}_file")),
    };
    Ok(Some(found))
}

/// A URL without what may be a password in it.
fn without_user(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Connection {
        toml::from_str(&format!("url = \"https://npm.example/\"\nformat = \"npm\"\n{text}")).unwrap()
    }

    #[test]
    fn a_secret_stands_in_the_file_in_a_variable_or_in_a_file_of_its_own() {
        let file = std::env::temp_dir().join(format!("homeregion-connection-{}", std::process::id()));
        std::fs::write(&file, "t\n").unwrap();
        let in_file = format!("token_file = {:?}", file.to_str().unwrap());
        // Cargo sets it for tests.
        let in_variable = "token_env = \"CARGO_PKG_NAME\"";
        let expected = [
            (read("token = \"t\""), Some(Credentials::bearer("t"))),
            (read(in_variable), Some(Credentials::bearer("homeregion"))),
            (read(&in_file), Some(Credentials::bearer_of(Secret::File(file.clone())))),
            (read("user = \"me\"\npassword = \"pä\""), Some(Credentials::basic("me", "pä"))),
            (
                read("token = \"t\"\nheader = \"X-Api-Key\""),
                Credentials::header_of("x-api-key", Secret::Text("t".into())),
            ),
            (read(""), None),
        ];
        for (connection, credentials) in expected {
            assert_eq!(connection.check("team"), Ok(()));
            assert!(connection.custom().unwrap().credentials == credentials);
        }
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_cannot_be_meant_is_said_in_a_sentence() {
        for (text, says) in [
            ("token = \"t\"\ntoken_env = \"T\"", "one of token, token_env and token_file"),
            ("token = \"t\"\nuser = \"me\"", "both a token and a user"),
            ("user = \"me\"", "a user but no password"),
            ("password = \"p\"", "a password but no user"),
            ("header = \"X-Key\"", "no token to send in it"),
            ("token_env = \"NO_SUCH_VARIABLE_HERE\"", "NO_SUCH_VARIABLE_HERE, which is not set"),
            ("token_file = \"/no/such/file\"", "/no/such/file cannot be read"),
            ("token = \"t\"\nheader = \"a b\"", "no name of a header"),
            ("token = \"a\\nb\"", "does not fit a header"),
            ("token = \" \"", "the secret is empty"),
        ] {
            let error = read(text).check("team").unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let bare = |text: &str| toml::from_str::<Connection>(text).unwrap().check("team");
        assert_eq!(bare("url = \"https://npm.example/\""), Err("needs a format".to_owned()));
        assert_eq!(bare("format = \"npm\""), Err("needs a url".to_owned()));
    }

    #[test]
    fn every_format_can_be_connected() {
        for format in Format::ALL {
            let connection =
                Connection { url: "https://x.example/".into(), format: format.as_str().into(), ..read("") };
            assert_eq!(connection.check("x"), Ok(()));
        }
        let sparse =
            |format: &str| Connection { url: "sparse+https://x/".into(), format: format.into(), ..read("") };
        assert_eq!(sparse("cargo").check("x"), Ok(()));
        assert!(sparse("npm").check("x").is_err());
        let secret = Connection { url: "ftp://me:secret@x/".into(), ..read("") };
        assert!(!secret.check("x").unwrap_err().contains("secret@"));
    }
}
