//! The Amazon resource names of domains, repositories and packages.

use crate::domain::DomainKey;
use crate::name::Coordinates;
use crate::repository::RepositoryKey;

/// Names a domain.
pub fn domain(partition: &str, key: &DomainKey) -> String {
    format!("arn:{partition}:codeartifact:{}:{}:domain/{}", key.region, key.account, key.name)
}

/// Names a repository; the account is the domain owner's, whoever administers it.
pub fn repository(partition: &str, key: &RepositoryKey) -> String {
    let RepositoryKey { domain, name } = key;
    format!(
        "arn:{partition}:codeartifact:{}:{}:repository/{}/{name}",
        domain.region, domain.account, domain.name
    )
}

/// Names a package of a repository; a package without namespace has an empty segment.
pub fn package(partition: &str, key: &RepositoryKey, package: &Coordinates) -> String {
    let RepositoryKey { domain, name } = key;
    format!(
        "arn:{partition}:codeartifact:{}:{}:package/{}/{name}{package}",
        domain.region, domain.account, domain.name
    )
}

/// Names a package group of a domain.
pub fn package_group(partition: &str, key: &DomainKey, pattern: &str) -> String {
    let pattern = pattern.replace('%', "%25").replace('*', "%2a").replace('$', "%24");
    format!("arn:{partition}:codeartifact:{}:{}:package-group/{}{pattern}", key.region, key.account, key.name)
}

/// What an ARN of this service names, of the kinds that can carry tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A domain.
    Domain(DomainKey),
    /// A repository.
    Repository(RepositoryKey),
    /// A package group: the domain and the pattern.
    PackageGroup(DomainKey, String),
}

/// Reads the ARN of something that can carry tags; anything else is `None`.
pub fn parse(partition: &str, arn: &str) -> Option<Resource> {
    let mut parts = arn.splitn(6, ':');
    if parts.next()? != "arn" || parts.next()? != partition || parts.next()? != "codeartifact" {
        return None;
    }
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) || region.is_empty() {
        return None;
    }
    let (kind, path) = resource.split_once('/')?;
    let key = |name: &str| {
        (!name.is_empty()).then(|| DomainKey {
            account: account.to_owned(),
            region: region.to_owned(),
            name: name.to_owned(),
        })
    };
    match kind {
        "domain" if !path.contains('/') => Some(Resource::Domain(key(path)?)),
        "repository" => {
            let (domain, name) = path.split_once('/')?;
            let known = !name.is_empty() && !name.contains('/');
            known
                .then_some(RepositoryKey { domain: key(domain)?, name: name.to_owned() })
                .map(Resource::Repository)
        }
        "package-group" => {
            let (domain, encoded) = path.split_once('/')?;
            let pattern = encoded.replace("%2a", "*").replace("%24", "$").replace("%25", "%");
            let (domain, pattern) = (key(domain)?, format!("/{pattern}"));
            // Of the spellings that mean the same pattern one is its name.
            let known = package_group(partition, &domain, &pattern) == arn;
            known.then_some(Resource::PackageGroup(domain, pattern))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> DomainKey {
        DomainKey { account: "111122223333".into(), region: "eu-west-1".into(), name: "shop".into() }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let web = RepositoryKey { domain: shop(), name: "web.main".into() };
        let printed = repository("aws", &web);
        assert_eq!(printed, "arn:aws:codeartifact:eu-west-1:111122223333:repository/shop/web.main");
        assert_eq!(parse("aws", &printed), Some(Resource::Repository(web.clone())));
        assert_eq!(parse("aws", &domain("aws", &shop())), Some(Resource::Domain(shop())));
        assert_eq!(
            parse("aws", "arn:aws:codeartifact:eu-west-1:111122223333:package-group/shop/npm/acme/%2a"),
            Some(Resource::PackageGroup(shop(), "/npm/acme/*".into()))
        );
        for pattern in ["/*", "/npm//lodash$", "/maven/com.any~", "/npm/50%25/a%$"] {
            let printed = package_group("aws", &shop(), pattern);
            assert_eq!(
                parse("aws", &printed),
                Some(Resource::PackageGroup(shop(), pattern.into())),
                "{printed}"
            );
        }
    }

    #[test]
    fn a_package_without_namespace_has_an_empty_segment() {
        let web = RepositoryKey { domain: shop(), name: "web".into() };
        assert_eq!(
            package("aws", &web, &Coordinates::npm("", "react")),
            "arn:aws:codeartifact:eu-west-1:111122223333:package/shop/web/npm//react"
        );
    }

    #[test]
    fn other_names_are_refused() {
        for arn in [
            "",
            "shop",
            "arn:aws:s3:::bucket",
            "arn:aws-cn:codeartifact:eu-west-1:111122223333:domain/shop",
            "arn:aws:codeartifact:eu-west-1:1234:domain/shop",
            "arn:aws:codeartifact:eu-west-1:111122223333:domain/",
            "arn:aws:codeartifact:eu-west-1:111122223333:repository/shop",
            "arn:aws:codeartifact:eu-west-1:111122223333:repository/shop/web/more",
            "arn:aws:codeartifact:eu-west-1:111122223333:package/shop/web/npm//react",
            "arn:aws:codeartifact:eu-west-1:111122223333:package-group/shop/npm/*",
            "arn:aws:codeartifact:eu-west-1:111122223333:package-group/shop/npm/%2A",
            "arn:aws:codeartifact:eu-west-1:111122223333:package-group/shop",
        ] {
            assert_eq!(parse("aws", arn), None, "{arn}");
        }
    }
}
