//! What the public registry keeps of people: accounts, tokens, teams, access, stars. Here that is the business of IAM
//! and of `GetAuthorizationToken`, and clients are told so.

use crate::refusal::Refusal;

/// `npm login` and `npm adduser` in both of their ways.
pub(super) fn no_login() -> Refusal {
    let sentence = "this registry has no accounts of its own: \
                    run `aws codeartifact login --tool npm`, or put an authorization token into .npmrc";
    Refusal::new(405, sentence)
}

/// `npm logout`: the client forgets its token whatever is answered.
pub(super) fn no_logout() -> Refusal {
    Refusal::new(405, "npm cannot revoke authorization tokens; they end by themselves")
}

/// Everything else, in words that follow "no".
pub(super) fn none(what: &str) -> Refusal {
    Refusal::not_found(format!(
        "this registry keeps no {what}; IAM and resource policies say who may do what"
    ))
}
