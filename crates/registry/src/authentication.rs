//! Who asks: the token that a package client shows, in any of the spellings that clients have for it.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use codeartifact::token::{Claims, Refused, verify};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use model::Timestamp;

use crate::address::Address;
use crate::refusal::Refusal;
use crate::upstream::Format;

/// Base64 with or without padding, since some clients leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the token and decides whether it opens the domain of the address, as far as it says so itself.
///
/// Errors in this order: no token, a token that is not valid (both with a challenge), a token of another domain.
pub(crate) fn claims(
    headers: &HeaderMap,
    address: &Address,
    key: &[u8; 32],
    now: Timestamp,
) -> Result<(Claims, String), Refusal> {
    let api_key = || (address.format == Format::Nuget).then(|| api_key(headers)).flatten();
    let token = token(headers).or_else(api_key).ok_or_else(|| {
        challenge(address, "a token is needed: run `aws codeartifact login` or send an authorization token")
    })?;
    let realm = realm(&address.domain, &address.repository);
    let claims = verify(key, &token, now).map_err(|refused| not_taken(refused, &realm))?;
    if claims.domain.name != address.domain || claims.domain.account != address.owner {
        return Err(Refusal::new(
            403,
            format!("the token is for domain {}, not for {}", claims.domain.name, address.domain),
        ));
    }
    Ok((claims, token))
}

/// What the challenges of a repository call it.
pub(crate) fn realm(domain: &str, repository: &str) -> String {
    format!("{domain}/{repository}")
}

/// Words why a token is not taken, with a challenge.
pub(crate) fn not_taken(refused: Refused, realm: &str) -> Refusal {
    Refusal::new(401, format!("{refused}: run `aws codeartifact login` again")).challenging(realm)
}

/// The token in `Authorization`: `Bearer TOKEN`, `Basic` with any user and the token as password, or the token alone
/// (cargo).
fn token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    let Some((scheme, rest)) = value.split_once(' ') else {
        return Some(value).filter(|token| !token.is_empty()).map(str::to_owned);
    };
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(rest).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

/// The token as `dotnet nuget push --api-key` sends it, which counts where there is no `Authorization`.
fn api_key(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-nuget-apikey").filter(|_| !headers.contains_key(AUTHORIZATION))?;
    value.to_str().ok().map(str::trim).filter(|token| !token.is_empty()).map(str::to_owned)
}

fn challenge(address: &Address, sentence: &str) -> Refusal {
    Refusal::new(401, sentence).challenging(&realm(&address.domain, &address.repository))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        token(&headers)
    }

    #[test]
    fn a_token_is_found_in_every_spelling() {
        for value in [
            "Bearer t.o-k_n",
            "bearer  t.o-k_n",
            "t.o-k_n",
            "Basic YXdzOnQuby1rX24=",
            "basic YXdzOnQuby1rX24",
        ] {
            assert_eq!(of(value).as_deref(), Some("t.o-k_n"), "{value}");
        }
        assert_eq!(of("Basic OnQuby1rX24=").as_deref(), Some("t.o-k_n"), "without a user");
    }

    #[test]
    fn an_api_key_counts_where_nothing_else_does() {
        let mut headers = HeaderMap::new();
        headers.insert("x-nuget-apikey", " t ".parse().unwrap());
        assert_eq!(api_key(&headers).as_deref(), Some("t"));
        headers.insert(AUTHORIZATION, "Basic YXdzOnQuby1rX24=".parse().unwrap());
        assert_eq!(api_key(&headers), None);
    }

    #[test]
    fn other_values_hold_no_token() {
        for value in ["", "Digest x", "Basic %%%", "Basic dG9rZW4=", "AWS4-HMAC-SHA256 Credential=x"] {
            assert_eq!(of(value), None, "{value}");
        }
        assert_eq!(token(&HeaderMap::new()), None);
    }
}
