//! Which form of a package's listing a client wants, read from its Accept header.

/// The media type of the abbreviated form.
pub const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";
/// The media type of the full form.
pub const FULL: &str = "application/json";

/// The two forms of a package's listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Everything that is known: what npm 10 and later install with.
    Full,
    /// What an installer needs, about half the size.
    Abbreviated,
}

impl Form {
    /// The Content-Type of an answer in this form.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Full => FULL,
            Self::Abbreviated => ABBREVIATED,
        }
    }

    /// Chooses the form for an Accept header; without one, and whenever in doubt, the full form.
    ///
    /// The abbreviated form has to be asked for by its own name; a wildcard never means it.
    pub fn negotiate(accept: Option<&str>) -> Self {
        let Some(accept) = accept else { return Self::Full };
        let (mut abbreviated, mut full) = (None, (0, 0));
        for range in accept.split(',') {
            let mut parts = range.split(';');
            let media = parts.next().unwrap_or_default().trim();
            let quality = parts.find_map(quality).unwrap_or(1000);
            let specificity = match media {
                m if m.eq_ignore_ascii_case(ABBREVIATED) => {
                    abbreviated = abbreviated.max(Some(quality));
                    continue;
                }
                m if m.eq_ignore_ascii_case(FULL) => 3,
                "application/*" => 2,
                "*/*" => 1,
                _ => continue,
            };
            full = full.max((specificity, quality));
        }
        match abbreviated {
            Some(quality) if quality > 0 && quality >= full.1 => Self::Abbreviated,
            _ => Self::Full,
        }
    }
}

/// Reads `q=0.8` as thousandths; what cannot be read counts as absent.
fn quality(parameter: &str) -> Option<u32> {
    let value = parameter.trim().strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('=')?.trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 1 || !digits(whole) || fraction.len() > 3 || !digits(fraction) {
        return None;
    }
    let thousandths = format!("{whole}{fraction:0<3}").parse::<u32>().ok()?;
    Some(thousandths.min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_the_form_they_ask_for() {
        let cases = [
            (None, Form::Full),
            // npm 6 and 8, pnpm, yarn 1, bun
            (
                Some("application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"),
                Form::Abbreviated,
            ),
            // npm 10 and 11
            (Some("application/json"), Form::Full),
            (Some("*/*"), Form::Full),
            (Some("application/vnd.npm.install-v1+json"), Form::Abbreviated),
            (Some("application/vnd.npm.install-v1+json;q=0.5, application/json"), Form::Full),
            (Some("application/vnd.npm.install-v1+json;q=0"), Form::Full),
            (Some("application/vnd.npm.install-v1+json; q=0.9, */*; q=0.1"), Form::Abbreviated),
            (Some("text/html, application/vnd.npm.install-v1+json;q=0.8, application/*;q=0.9"), Form::Full),
            (Some(";;;,,q=,application/json;q=abc"), Form::Full),
            (Some(""), Form::Full),
        ];
        for (accept, expected) in cases {
            assert_eq!(Form::negotiate(accept), expected, "{accept:?}");
        }
    }
}
