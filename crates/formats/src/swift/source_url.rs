//! Addresses of source repositories, so that the same repository is known however it is written.

/// The longest address that is looked at.
const BYTES_MAX: usize = 2048;

/// Gives the one spelling of an address that stands for all: host and path in lower case, without scheme, user, `.git`
/// and slashes at the end; `None` for what is no address.
///
/// `https://host/a/b.git`, `ssh://git@host/a/b` and `git@host:a/b` are the same (assumed, as SwiftPM compares).
pub fn canonical(url: &str) -> Option<String> {
    let url = url.trim();
    if url.is_empty() || url.len() > BYTES_MAX || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let lower = url.to_lowercase();
    let (with_scheme, rest) = match lower.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, lower.as_str()),
    };
    // A user stands before the first slash only.
    let host_end = rest.find('/').unwrap_or(rest.len());
    let rest = rest[..host_end].rfind('@').map_or(rest, |at| &rest[at + 1..]);
    let place = if with_scheme {
        rest.to_owned()
    } else {
        let (host, path) = rest.split_once(':')?;
        format!("{host}/{}", path.trim_start_matches('/'))
    };
    let mut place = place.trim_end_matches('/');
    while let Some(shorter) = place.strip_suffix(".git") {
        place = shorter.trim_end_matches('/');
    }
    let (_, path) = place.split_once('/')?;
    (!path.is_empty()).then(|| place.to_owned())
}

/// Tells whether an address can stand in a `Link` header.
pub fn is_linkable(url: &str) -> bool {
    let visible = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\".contains(&byte));
    visible && url.len() <= BYTES_MAX && (url.starts_with("https://") || url.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_many_spellings() {
        for url in [
            "https://git.example/Mona/LinkedList",
            "https://git.example/mona/linkedlist.git",
            "https://git.example/mona/linkedlist.git.git",
            "http://git.example/mona/linkedlist/",
            "ssh://git@git.example/mona/linkedlist.git",
            "git@git.example:mona/LinkedList.git",
            " https://user:secret@git.example/mona/linkedlist.git/ ",
        ] {
            assert_eq!(canonical(url).as_deref(), Some("git.example/mona/linkedlist"), "{url}");
        }
        assert_eq!(canonical("http://127.0.0.1:1/acme/a.git").as_deref(), Some("127.0.0.1:1/acme/a"));
        assert_eq!(canonical("file:///srv/a.git").as_deref(), Some("/srv/a"));
    }

    #[test]
    fn what_is_no_address_has_no_spelling() {
        for url in [
            "",
            "mona",
            "https://",
            "https://git.example",
            "git.example/mona",
            "a\nb://c/d",
            "a:b .git",
            &"a".repeat(3000),
        ] {
            assert_eq!(canonical(url), None, "{url}");
        }
    }

    #[test]
    fn only_plain_web_addresses_are_linked() {
        assert!(is_linkable("https://git.example/a?b=c#d"));
        for url in [
            "git@git.example:a",
            "https://git.example/a>; rel=\"x\"",
            "https://git.example/a b",
            "https://é/",
        ] {
            assert!(!is_linkable(url), "{url}");
        }
    }
}
