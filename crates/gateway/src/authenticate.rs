//! `POST /authenticate`, with which clients of a gateway at the edge log in: Grafana's data source for IoT SiteWise in its
//! Edge mode, for one. It answers the keys with which requests are signed from then on.
//!
//! In the mode `open` every password is good, as every key is: beyond loopback the server does not even listen unless it
//! was told that everybody may do everything.

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use model::Timestamp;
use serde_json::{Value, json};

use crate::answer::{self, ResponseBody, full};
use crate::own;

/// Where clients log in.
pub(crate) const PATH: &str = "/authenticate";

/// A user, a password and a word.
const BODY_BYTES_MAX: usize = 16 << 10;

/// How long until a client logs in again.
const SESSION_MS: i64 = 4 * 3600 * 1000;

/// Answers a login at `now`: a user who is called by twelve digits acts for that account, everybody else for
/// `default_account`.
pub(crate) async fn answer(
    request: Request<Incoming>,
    default_account: &str,
    now: Timestamp,
) -> Response<ResponseBody> {
    if own::is_from_web_page(request.headers()) {
        return answer::refusal(403, "AccessDeniedException", own::NO_WEB_PAGES);
    }
    if request.method() != Method::POST {
        return said(StatusCode::METHOD_NOT_ALLOWED, &json!({ "message": "log in with POST" }));
    }
    let Ok(body) = Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await else {
        return said(StatusCode::BAD_REQUEST, &json!({ "message": "the request is too large, or was cut" }));
    };
    match session(&body.to_bytes(), default_account, now) {
        Ok(session) => said(StatusCode::OK, &session),
        Err(sentence) => said(StatusCode::BAD_REQUEST, &json!({ "message": sentence })),
    }
}

fn said(status: StatusCode, body: &Value) -> Response<ResponseBody> {
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Makes a session of a login, or says what is wrong with it.
fn session(body: &[u8], default_account: &str, now: Timestamp) -> Result<Value, String> {
    let login: Value = serde_json::from_slice(body).map_err(|_| "a login is a JSON object".to_owned())?;
    let text = |member: &str| -> Result<String, String> {
        let text = login.get(member).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| {
            format!(
                "{member} is missing; a login has username, password and authMechanism, all of them texts"
            )
        })
    };
    let (user, _password, mechanism) = (text("username")?, text("password")?, text("authMechanism")?);
    let is_account = user.len() == 12 && user.bytes().all(|byte| byte.is_ascii_digit());
    Ok(json!({
        "username": user,
        "accessKeyId": if is_account { user.as_str() } else { default_account },
        "secretAccessKey": "any",
        "sessionToken": "any",
        "sessionExpiryTime": Timestamp::from_millis(now.millis() + SESSION_MS).to_rfc3339(),
        "authMechanism": mechanism,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_answered_with_keys() {
        let now = Timestamp::from_millis(1_772_445_600_000);
        let login =
            |user: &str| json!({"username": user, "password": "p", "authMechanism": "linux"}).to_string();
        let found = session(login("me").as_bytes(), "000000000000", now).unwrap();
        assert_eq!(
            found,
            json!({
                "username": "me", "accessKeyId": "000000000000", "secretAccessKey": "any", "sessionToken": "any",
                "sessionExpiryTime": "2026-03-02T14:00:00Z", "authMechanism": "linux",
            })
        );
        let found = session(login("111122223333").as_bytes(), "000000000000", now).unwrap();
        assert_eq!(found["accessKeyId"], "111122223333");
        for (wrong, says) in [
            ("", "JSON"),
            ("{}", "username"),
            (r#"{"username":"me"}"#, "password"),
            (r#"{"username":"me","password":"p"}"#, "authMechanism"),
            (r#"{"username":1,"password":"p","authMechanism":"ldap"}"#, "username"),
        ] {
            let error = session(wrong.as_bytes(), "000000000000", now).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
