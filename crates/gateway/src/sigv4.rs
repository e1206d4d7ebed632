//! Who calls: what the `Authorization` header of Signature Version 4 says.
//!
//! In mode `open` the signature itself is not checked; the header must be there and well formed all the same, which
//! keeps web pages from calling a loopback server. Stored keys and the check of the signature join here.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

/// The credential scope of a signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    pub access_key: String,
    pub region: String,
    pub service: String,
}

/// Why the header was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is none.
    Missing,
    /// It is not a whole SigV4 header; says what is wrong.
    Incomplete(&'static str),
}

/// Longest region name that is taken; AWS's longest is 14 characters, `HomeRegion` allows 50.
const REGION_CHARS_MAX: usize = 50;

/// The region for which Grafana's data source signs in its Edge mode, and the one that is meant (assumed: a gateway at the
/// edge has no regions; here its data is that of the default region).
const EDGE: &str = "Edge";
const REGION_OF_EDGE: &str = "us-east-1";

/// Reads the credential of a request.
pub(crate) fn credential(headers: &HeaderMap) -> Result<Credential, Refused> {
    let value = headers.get(AUTHORIZATION).ok_or(Refused::Missing)?;
    let value = value.to_str().map_err(|_| Refused::Incomplete("the header is not ASCII"))?;
    let Some(fields) = value.strip_prefix("AWS4-HMAC-SHA256").filter(|rest| rest.starts_with([' ', ',']))
    else {
        return Err(Refused::Missing);
    };
    let field = |name: &str| {
        fields.split(',').map(str::trim).find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    if field("SignedHeaders").is_none_or(str::is_empty) {
        return Err(Refused::Incomplete("it names no SignedHeaders"));
    }
    if field("Signature").is_none_or(str::is_empty) {
        return Err(Refused::Incomplete("it carries no Signature"));
    }
    let scope = field("Credential").ok_or(Refused::Incomplete("it carries no Credential"))?;
    // Access keys may contain slashes in principle; the scope is what follows the last four.
    let mut parts = scope.rsplitn(5, '/');
    let (Some("aws4_request"), Some(service), Some(region), Some(_date), Some(access_key)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refused::Incomplete("its Credential is not KEY/DATE/REGION/SERVICE/aws4_request"));
    };
    let region = if region == EDGE { REGION_OF_EDGE } else { region };
    let region_is_name = !region.is_empty()
        && region.len() <= REGION_CHARS_MAX
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !region_is_name {
        return Err(Refused::Incomplete("its Credential names no region"));
    }
    if access_key.is_empty() {
        return Err(Refused::Incomplete("its Credential names no access key"));
    }
    Ok(Credential {
        access_key: access_key.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
    })
}

impl Credential {
    /// The account of the caller: a twelve-digit access key names it, any other key means `default`.
    pub(crate) fn account(&self, default: &str) -> String {
        let names_account =
            self.access_key.len() == 12 && self.access_key.bytes().all(|b| b.is_ascii_digit());
        if names_account { self.access_key.clone() } else { default.to_owned() }
    }
}

/// The partition of a region.
pub(crate) fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        return "aws-cn";
    }
    if region.starts_with("us-gov-") { "aws-us-gov" } else { "aws" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Credential, Refused> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        credential(&headers)
    }

    #[test]
    fn the_scope_names_key_region_and_service() {
        let header = "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/mgh/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=abc";
        let credential = read(header).unwrap();
        assert_eq!(credential.region, "eu-west-1");
        assert_eq!(credential.service, "mgh");
        assert_eq!(read(&header.replace("eu-west-1", "Edge")).unwrap().region, "us-east-1");
        assert_eq!(credential.account("000000000000"), "111122223333");
        assert_eq!(
            read(&header.replace("111122223333", "test")).unwrap().account("000000000000"),
            "000000000000"
        );
    }

    #[test]
    fn other_schemes_count_as_missing_and_torn_headers_as_incomplete() {
        assert_eq!(read("Bearer abc"), Err(Refused::Missing));
        assert_eq!(credential(&HeaderMap::new()), Err(Refused::Missing));
        for torn in [
            "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/mgh/aws4_request, SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=k/us-east-1/mgh/aws4_request, SignedHeaders=host, Signature=a",
            "AWS4-HMAC-SHA256 Credential=k/20260101/US EAST/mgh/aws4_request, SignedHeaders=host, Signature=a",
        ] {
            assert!(matches!(read(torn), Err(Refused::Incomplete(_))), "{torn}");
        }
    }

    #[test]
    fn partitions_follow_the_region() {
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("us-east-1"), "aws");
    }
}
