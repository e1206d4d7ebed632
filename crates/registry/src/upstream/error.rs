//! Why an upstream could not be read.

/// A failed fetch. Cheap to copy, because all who waited for it get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchError {
    /// No connection, or it broke before an answer; says what happened.
    Unreachable(String),
    /// It did not answer, or stopped sending, for longer than the limit.
    TimedOut(String),
    /// It answered with a status that is no answer to the question.
    Status(u16),
    /// It sent more than the limit.
    TooLarge,
    /// It stopped in the middle, or what it sent cannot be decoded.
    Broken(String),
    /// What it sent is not what its own listing promised.
    Integrity(String),
    /// The URL it gave cannot be fetched.
    BadUrl(String),
    /// Too many requests to it are waiting.
    Busy,
    /// The bytes could not be kept here.
    Store(store::Error),
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(what) => write!(f, "the upstream registry cannot be reached: {what}"),
            Self::TimedOut(what) => write!(f, "the upstream registry does not answer in time: {what}"),
            Self::Status(status) => write!(f, "the upstream registry answered {status}"),
            Self::TooLarge => f.write_str("the upstream registry sent too much"),
            Self::Broken(what) => write!(f, "the upstream registry's answer is broken: {what}"),
            Self::Integrity(what) => {
                write!(f, "the upstream registry sent other bytes than it promised: {what}")
            }
            Self::BadUrl(url) => {
                write!(f, "the upstream registry names a tarball that cannot be fetched: {url}")
            }
            Self::Busy => f.write_str("too many requests to the upstream registry are waiting"),
            Self::Store(what) => write!(f, "the package cannot be kept: {what}"),
        }
    }
}

impl std::error::Error for FetchError {}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        let what = described(&error);
        if error.is_timeout() {
            return Self::TimedOut(what);
        }
        if error.is_connect() || error.is_request() {
            return Self::Unreachable(what);
        }
        Self::Broken(what)
    }
}

/// The error with its causes, without the URL, which may be long and says nothing new.
fn described(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
