//! Which version of the protocol and which kind of answer a client asks for in `Accept`.

/// What all media types of the protocol begin with.
const TREE: &str = "application/vnd.swift.registry";

/// The kind of answer that a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever the path gives.
    Any,
    /// JSON.
    Json,
    /// A manifest.
    Swift,
    /// A source archive.
    Zip,
}

/// What is asked for and cannot be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unacceptable {
    /// Another version of the protocol.
    Version(String),
    /// Another kind of answer.
    MediaType(String),
}

impl Wanted {
    /// Reads an `Accept` header; the first media type of the protocol that can be given counts, and without any of them
    /// everything goes.
    ///
    /// Errors in this order, if there are only others: the version, the kind.
    pub fn negotiate(accept: Option<&str>) -> Result<Wanted, Unacceptable> {
        let mut failure = None;
        for range in accept.unwrap_or_default().split(',') {
            let media_type = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let Some(rest) = media_type.strip_prefix(TREE) else { continue };
            match of_the_protocol(rest) {
                Ok(wanted) => return Ok(wanted),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(Wanted::Any), Err)
    }
}

/// Reads `.v1+json`, of which each half may be missing.
fn of_the_protocol(rest: &str) -> Result<Wanted, Unacceptable> {
    let short = |text: &str| text.chars().take(40).collect::<String>();
    let (version, kind) = rest.split_once('+').map_or((rest, None), |(version, kind)| (version, Some(kind)));
    if !matches!(version, "" | ".v1") {
        return Err(Unacceptable::Version(short(version.strip_prefix(".v").unwrap_or(version))));
    }
    match kind {
        None => Ok(Wanted::Any),
        Some("json") => Ok(Wanted::Json),
        Some("swift") => Ok(Wanted::Swift),
        Some("zip") => Ok(Wanted::Zip),
        Some(other) => Err(Unacceptable::MediaType(short(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_is_negotiated() {
        let read = |text| Wanted::negotiate(Some(text));
        assert_eq!(Wanted::negotiate(None), Ok(Wanted::Any));
        for any in [
            "*/*",
            "",
            "application/json",
            "application/vnd.swift.registry.v1",
            "application/vnd.swift.registry",
        ] {
            assert_eq!(read(any), Ok(Wanted::Any), "{any}");
        }
        assert_eq!(read("application/vnd.swift.registry.v1+json"), Ok(Wanted::Json));
        assert_eq!(read("application/vnd.swift.registry+swift; q=0.5"), Ok(Wanted::Swift));
        assert_eq!(read("text/html, Application/VND.swift.registry.v1+ZIP"), Ok(Wanted::Zip));
        assert_eq!(read("application/vnd.swift.registry.v2+json"), Err(Unacceptable::Version("2".into())));
        assert_eq!(
            read("application/vnd.swift.registry.v2+json, application/vnd.swift.registry.v1+json"),
            Ok(Wanted::Json)
        );
        assert_eq!(read("application/vnd.swift.registry.v1+pdf"), Err(Unacceptable::MediaType("pdf".into())));
        assert_eq!(read("application/vnd.swift.registryx"), Err(Unacceptable::Version("x".into())));
    }
}
