//! restJson 1: members of the input travel in the path, the query string, headers and a JSON body.

use hyper::HeaderMap;
use model::{Invalid, Location, Members, Spec};
use percent_encoding::percent_decode_str;
use service::Fault;

/// The parts of a request that carry members.
pub(crate) struct Parts<'a> {
    pub labels: Vec<(&'static str, String)>,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// Reads the members of the input.
pub(crate) fn members(spec: &Spec, parts: &Parts<'_>) -> Result<Members, Fault> {
    let in_body = spec.input.members.iter().any(|member| matches!(member.location, Location::Body));
    let mut members = if in_body { super::object(parts.body)? } else { Members::new() };
    let query = query_pairs(parts.query)?;
    let headers = header_texts(spec, parts.headers)?;
    let named = |pairs: &[(String, String)], wire: &str| {
        pairs.iter().filter(|(name, _)| name == wire).map(|(_, text)| text.clone()).collect()
    };
    model::place(spec.input, &mut members, &mut |location, wire| match location {
        Location::Label => {
            let label = parts.labels.iter().find(|(name, _)| *name == wire);
            label.map(|(_, text)| text.clone()).into_iter().collect()
        }
        Location::Query => named(&query, wire),
        Location::Header => named(&headers, wire),
        Location::Body | Location::Payload => Vec::new(),
    })
    .map_err(|invalid| match invalid {
        Invalid::WrongType { .. } => Fault::WrongType(invalid.to_string()),
        Invalid::Constraints(_) => Fault::Constraints(invalid.to_string()),
    })?;
    Ok(members)
}

fn query_pairs(query: &str) -> Result<Vec<(String, String)>, Fault> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8();
        decoded
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| Fault::Unparsable(format!("the query string is not UTF-8 at '{text}'")))
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn header_texts(spec: &Spec, headers: &HeaderMap) -> Result<Vec<(String, String)>, Fault> {
    let bound = spec.input.members.iter().filter(|member| matches!(member.location, Location::Header));
    let mut texts = Vec::new();
    for member in bound {
        let Some(value) = headers.get(member.wire) else { continue };
        let text = std::str::from_utf8(value.as_bytes())
            .map_err(|_| Fault::Unparsable(format!("the header {} is not UTF-8", member.wire)))?;
        texts.push((member.wire.to_owned(), text.to_owned()));
    }
    Ok(texts)
}
