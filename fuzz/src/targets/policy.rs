//! Policy documents.

use iam::{Context, Document, Kind, Principal, Request, Verdict};

use crate::note;

pub(super) const WORDS: &[&str] = &[
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#,
    r#""NotPrincipal":{"AWS":"111122223333"}"#,
    r#""NotAction":"codeartifact:Get*""#,
    r#""NotResource":"arn:aws:codeartifact:*:*:package/${aws:username, 'x'}""#,
    r#""Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":["a*","?"]}}"#,
    r#""Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"DateLessThan":{"aws:CurrentTime":"2026-01-01"}}"#,
    r#""Deny""#,
    "2008-10-17",
    "${*}",
    "arn:aws:iam::111122223333:root",
];

/// A document is refused with a sentence, or answers every request; a denial of everything added to it denies, and
/// one that says nothing changes nothing.
pub(super) fn document(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let document = match Document::parse(&text, Kind::Resource) {
        Ok(document) => document,
        Err(invalid) => {
            let sentence = invalid.to_string();
            assert!(sentence.len() < 4_000, "{sentence}");
            // Names in the path and values in the rule are the input's own.
            let words: Vec<&str> = invalid.rule.split(' ').take(3).collect();
            return note((invalid.path.split('.').count().min(5), words));
        }
    };
    let mut context = Context::new();
    for (key, value) in [
        ("aws:username", "ann"),
        ("aws:SourceIp", "10.1.2.3"),
        ("aws:CurrentTime", "2026-01-02T03:04:05Z"),
        ("aws:SecureTransport", "false"),
        ("sts:DurationSeconds", "900"),
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:user/ann"),
    ] {
        context.set(key, value);
    }
    context.set_all("aws:TagKeys", ["a".to_owned(), "b".to_owned()]);
    for caller in ["arn:aws:iam::111122223333:user/ann", "arn:aws:sts::444455556666:assumed-role/build/ci"] {
        let principal = Principal::parse(caller);
        for (action, resource) in [
            ("codeartifact:GetAuthorizationToken", "arn:aws:codeartifact:eu-west-1:111122223333:domain/shop"),
            (
                "codeartifact:ReadFromRepository",
                "arn:aws:codeartifact:eu-west-1:111122223333:repository/shop/web",
            ),
            ("sts:GetServiceBearerToken", "*"),
        ] {
            let request = Request { principal: principal.as_ref(), action, resource, context: &context };
            let verdict = document.verdict(&request);
            note((action, verdict as u8, document.statements.len().min(4)));
            with_more(&document, "Deny", "*", |more| assert_eq!(more.verdict(&request), Verdict::Deny));
            with_more(&document, "Deny", "other:Thing", |more| assert_eq!(more.verdict(&request), verdict));
            with_more(&document, "Allow", "*", |more| {
                let opened = if verdict == Verdict::Deny { Verdict::Deny } else { Verdict::Allow };
                assert_eq!(more.verdict(&request), opened);
            });
        }
    }
}

/// Shows a document with one more statement on everything.
fn with_more(document: &Document, effect: &str, action: &str, look: impl FnOnce(&Document)) {
    let text = format!(
        r#"{{"Statement": {{"Effect": "{effect}", "Principal": "*", "Action": "{action}", "Resource": "*"}}}}"#
    );
    let statement = Document::parse(&text, Kind::Resource).expect("the statement is well-formed");
    let mut more = document.clone();
    more.statements.extend(statement.statements);
    look(&more);
}
