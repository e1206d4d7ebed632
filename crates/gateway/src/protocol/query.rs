//! The Query protocol, as far as tools need it before anything else: `sts:GetCallerIdentity`.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Response};

use crate::answer::{ResponseBody, full};

/// Who asks.
pub(crate) struct Caller<'a> {
    pub account: &'a str,
    pub principal: &'a str,
    pub request_id: &'a str,
}

/// Takes the `Action` out of a form body or a query string; `None` when this is not a Query request.
pub(crate) fn action(headers: &HeaderMap, query: &str, body: &[u8]) -> Option<String> {
    let form = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let text = if form { std::str::from_utf8(body).ok()? } else { query };
    text.split('&').find_map(|pair| pair.strip_prefix("Action=")).map(str::to_owned)
}

/// Answers an action.
pub(crate) fn answer(action: &str, caller: &Caller<'_>) -> Response<ResponseBody> {
    if action != "GetCallerIdentity" {
        return error(
            400,
            "InvalidAction",
            &format!("Could not find operation {} for version 2011-06-15", escape(action)),
            caller.request_id,
        );
    }
    let Caller { account, principal, request_id } = caller;
    let user = principal.rsplit('/').next().unwrap_or_default();
    xml(
        200,
        format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <GetCallerIdentityResult><Arn>{}</Arn><UserId>{}</UserId><Account>{account}</Account>\
             </GetCallerIdentityResult><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
             </GetCallerIdentityResponse>",
            escape(principal),
            escape(user),
        ),
    )
}

/// Frames a failure in STS's own form.
pub(crate) fn error(status: u16, code: &str, message: &str, request_id: &str) -> Response<ResponseBody> {
    xml(
        status,
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
            escape(message)
        ),
    )
}

fn xml(status: u16, body: String) -> Response<ResponseBody> {
    let mut response = Response::new(full(Bytes::from(body)));
    *response.status_mut() =
        hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_is_read_from_a_form_or_a_query_string() {
        let mut form = HeaderMap::new();
        form.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8"),
        );
        let body = b"Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(action(&form, "", body).as_deref(), Some("GetCallerIdentity"));
        assert_eq!(action(&HeaderMap::new(), "Version=1&Action=X", b"").as_deref(), Some("X"));
        assert_eq!(action(&HeaderMap::new(), "", body), None);
    }
}
