//! Which form of the simple index a client wants, read from its Accept header (PEP 691).

/// The media type of the JSON form.
pub const JSON: &str = "application/vnd.pypi.simple.v1+json";
/// The media type of the HTML form by its versioned name.
pub const HTML: &str = "application/vnd.pypi.simple.v1+html";
/// What upstream indexes are asked for.
pub const BOTH: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// The forms of an index page, by what the client calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// JSON.
    Json,
    /// HTML by its versioned name.
    Html,
    /// HTML as browsers know it.
    TextHtml,
}

impl Form {
    /// The Content-Type of an answer in this form.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => JSON,
            Self::Html => HTML,
            Self::TextHtml => "text/html; charset=utf-8",
        }
    }

    /// Whether the page is JSON.
    pub fn is_json(self) -> bool {
        self == Self::Json
    }

    /// Chooses the form for an Accept header: the one of the highest weight, of equal ones the first here; `None` when
    /// the client takes none of them. Without a header, and for a wildcard, HTML (PEP 691).
    pub fn negotiate(accept: Option<&str>) -> Option<Self> {
        let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
            return Some(Self::TextHtml);
        };
        let ranges: Vec<(String, u32)> = accept.split(',').take(RANGES_MAX).map(range).collect();
        let named = |names: [&str; 2], wild: &str| {
            let weight = |wanted: &dyn Fn(&str) -> bool| {
                ranges.iter().filter(|(name, _)| wanted(name)).map(|(_, weight)| *weight).max()
            };
            weight(&|name| names.contains(&name))
                .map(|weight| (weight, true))
                .or_else(|| {
                    weight(&|name| name == wild).or_else(|| weight(&|name| name == "*/*")).map(|w| (w, false))
                })
                .unwrap_or((0, false))
        };
        let candidates = [
            (named([JSON, "application/vnd.pypi.simple.latest+json"], "application/*"), Self::Json),
            (named([HTML, "application/vnd.pypi.simple.latest+html"], "application/*"), Self::Html),
            (named(["text/html", "text/html"], "text/*"), Self::TextHtml),
        ];
        let mut best: Option<((u32, bool), Self)> = None;
        for (weight, form) in candidates {
            // Of what only a wildcard admits, the last and most common form is the answer.
            let better = best.is_none_or(|(known, _)| weight > known || weight == known && !weight.1);
            if weight.0 > 0 && better {
                best = Some((weight, form));
            }
        }
        best.map(|(_, form)| form)
    }
}

/// How many ranges of a header are looked at.
const RANGES_MAX: usize = 64;

/// Reads a media range and its weight in thousandths.
fn range(text: &str) -> (String, u32) {
    let mut parts = text.split(';');
    let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let weight = parts.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value: f32 = key.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().ok())??;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped before")]
        (!value.is_nan()).then(|| (value.clamp(0.0, 1.0) * 1000.0) as u32)
    });
    (name, weight.unwrap_or(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_the_form_they_ask_for() {
        for (accept, form) in [
            (None, Some(Form::TextHtml)),
            (Some(""), Some(Form::TextHtml)),
            (Some("*/*"), Some(Form::TextHtml)),
            // pip
            (
                Some(
                    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01",
                ),
                Some(Form::Json),
            ),
            // poetry
            (Some("application/vnd.pypi.simple.v1+json, */*;q=0.1"), Some(Form::Json)),
            (Some("application/vnd.pypi.simple.latest+json"), Some(Form::Json)),
            (Some("application/vnd.pypi.simple.latest+html"), Some(Form::Html)),
            (Some("application/vnd.pypi.simple.v1+html"), Some(Form::Html)),
            (Some("text/html"), Some(Form::TextHtml)),
            (Some("Text/HTML;q=0.5, application/vnd.pypi.simple.v1+json;q=0.4"), Some(Form::TextHtml)),
            // a browser
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some(Form::TextHtml)),
            (Some("application/vnd.pypi.simple.v1+json;q=0, text/html"), Some(Form::TextHtml)),
            (Some("text/*"), Some(Form::TextHtml)),
            (Some("image/png"), None),
            (Some("application/json"), None),
            (Some("application/vnd.pypi.simple.v2+json"), None),
            (Some("text/html;q=0"), None),
            (Some(";;,q=,;q=nan"), None),
        ] {
            assert_eq!(Form::negotiate(accept), form, "{accept:?}");
        }
    }
}
