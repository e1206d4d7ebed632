//! Which repository a request is for: read from its Host and path, in either of AWS's two styles.

use crate::upstream::Format;
use percent_encoding::percent_decode_str;

/// What comes before the first slash of a path that is a label or segment: `{domain}-{owner}`.
const OWNER_DIGITS: usize = 12;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The package format of the endpoint.
    pub format: Format,
    /// The domain's name.
    pub domain: String,
    /// The account that owns the domain.
    pub owner: String,
    /// The repository's name.
    pub repository: String,
    /// The path of the repository's endpoint, with a slash at both ends.
    pub base_path: String,
    /// What follows it, percent-encoded as it came.
    pub rest: String,
    /// Whether the Host named the domain.
    pub host_style: bool,
}

impl Address {
    /// Reads the authority (`Host`) and the path of a request.
    ///
    /// Host style `{domain}-{owner}.d.… /{format}/{repository}/…` comes first, so that a repository named `d` works
    /// there; path style is `/{format}/d/{domain}-{owner}/{repository}/…` on any host. Only the repository's name is
    /// decoded, and once.
    pub fn read(host: &str, path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let (format, after) = path.split_once('/')?;
        let format = Format::parse(format)?;
        if let Some((domain, owner)) = host_names(host) {
            let (repository, rest) = after.split_once('/').unwrap_or((after, ""));
            let base_path = format!("/{}/{repository}/", format.as_str());
            return Self::of(format, (&domain, owner), repository, base_path, rest, true);
        }
        let after = after.strip_prefix("d/")?;
        let (label, after) = after.split_once('/')?;
        let (domain, owner) = split_label(label)?;
        let (repository, rest) = after.split_once('/').unwrap_or((after, ""));
        let base_path = format!("/{}/d/{label}/{repository}/", format.as_str());
        Self::of(format, (domain, owner), repository, base_path, rest, false)
    }

    fn of(
        format: Format,
        (domain, owner): (&str, &str),
        repository: &str,
        base_path: String,
        rest: &str,
        host_style: bool,
    ) -> Option<Self> {
        let repository = percent_decode_str(repository).decode_utf8().ok()?.into_owned();
        // No repository is called otherwise, and names are logged.
        if repository.is_empty() || !repository.chars().all(|c| c.is_ascii_graphic()) {
            return None;
        }
        let (domain, owner, rest) = (domain.to_owned(), owner.to_owned(), rest.to_owned());
        Some(Self { format, domain, owner, repository, base_path, rest, host_style })
    }
}

/// The domain and owner that a Host names; host names know no letter case.
fn host_names(host: &str) -> Option<(String, &str)> {
    let (label, rest) = host.split_once('.')?;
    let (domain, owner) = split_label(label)?;
    let below = rest.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("d."));
    below.then(|| (domain.to_ascii_lowercase(), owner))
}

/// Splits `{domain}-{owner}` at the last hyphen: domains may hold hyphens and digits, owners are twelve digits.
fn split_label(label: &str) -> Option<(&str, &str)> {
    let (domain, owner) = label.rsplit_once('-')?;
    let digits = owner.len() == OWNER_DIGITS && owner.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !domain.is_empty()).then_some((domain, owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(host: &str, path: &str) -> Option<(String, String, String, String, String)> {
        let found = Address::read(host, path)?;
        Some((found.domain, found.owner, found.repository, found.base_path, found.rest))
    }

    fn parts(of: [&str; 5]) -> (String, String, String, String, String) {
        let [domain, owner, repository, base, rest] = of.map(str::to_owned);
        (domain, owner, repository, base, rest)
    }

    #[test]
    fn both_styles_name_the_same_repository() {
        let base = "/npm/d/my-shop-1-111122223333/web.main/";
        assert_eq!(
            read("127.0.0.1:4566", "/npm/d/my-shop-1-111122223333/web.main/@acme%2fkit/-/kit-1.0.0.tgz"),
            Some(parts(["my-shop-1", "111122223333", "web.main", base, "@acme%2fkit/-/kit-1.0.0.tgz"]))
        );
        assert_eq!(
            read("My-shop-1-111122223333.D.localhost:4566", "/npm/web.main/@acme%2fkit"),
            Some(parts(["my-shop-1", "111122223333", "web.main", "/npm/web.main/", "@acme%2fkit"]))
        );
    }

    #[test]
    fn a_repository_named_d_works_in_host_style() {
        assert_eq!(
            read("shop-111122223333.d.localhost", "/npm/d/x-444455556666/y"),
            Some(parts(["shop", "111122223333", "d", "/npm/d/", "x-444455556666/y"]))
        );
    }

    #[test]
    fn the_slash_behind_the_repository_may_be_missing() {
        let base = "/npm/d/shop-111122223333/web/";
        assert_eq!(
            read("h", "/npm/d/shop-111122223333/web"),
            Some(parts(["shop", "111122223333", "web", base, ""]))
        );
        assert_eq!(
            read("h", "/npm/d/shop-111122223333/w%65b//x"),
            Some(parts(["shop", "111122223333", "web", "/npm/d/shop-111122223333/w%65b/", "/x"]))
        );
    }

    #[test]
    fn other_addresses_name_no_repository() {
        for path in [
            "",
            "/",
            "/npm",
            "/npm/",
            "/npm/d",
            "/npm/d/",
            "/npm/d/shop",
            "/npm/d/shop/web/x",
            "/npm/d/shop-11112222333/web/x",
            "/npm/d/-111122223333/web/x",
            "/npm/d/shop-111122223333",
            "/npm/d/shop-111122223333/",
            "/npm/d/shop-111122223333//x",
            "/npm/d/shop-111122223333/%ff/x",
            "/npm/d/shop-111122223333/web%0a/x",
            "/deb/d/shop-111122223333/web/x",
        ] {
            assert_eq!(Address::read("127.0.0.1:4566", path), None, "{path}");
        }
    }
}
