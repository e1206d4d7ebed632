//! Documents that are refused, each with its sentence, and documents of AWS's guides with what they decide.

use iam::{Context, Document, Kind, Principal, Refused, Request, Verdict, decide};

const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const STRANGER: &str = "arn:aws:iam::444455556666:role/build";

fn refused(text: &str) -> String {
    Document::parse(text, Kind::Resource).unwrap_err().to_string()
}

/// A document of one statement on everything, with these members in the place of the defaults.
fn statement(more: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*", {more}}}]}}"#)
}

fn verdict(document: &str, principal: &str, action: &str, resource: &str, context: &Context) -> Verdict {
    let document = Document::parse(document, Kind::Resource).unwrap();
    let principal = Principal::parse(principal);
    document.verdict(&Request { principal: principal.as_ref(), action, resource, context })
}

#[test]
fn a_document_of_another_shape_is_refused_with_its_fault() {
    let deep = format!(r#"{{"Statement": {}1{}}}"#, "[".repeat(500), "]".repeat(500));
    let long = format!(r#"{{"Id": "{}"}}"#, "x".repeat(40_000));
    for (text, sentence) in [
        ("", "the document is not well-formed JSON: EOF while parsing a value at line 1 column 0"),
        ("[]", "the document must be an object, not a list"),
        ("{}", "the document has no Statement"),
        (r#"{"Statement": []}"#, "Statement must not be empty"),
        (
            r#"{"Version": "2012-10-18", "Statement": []}"#,
            r#"Version must be "2012-10-17" or "2008-10-17", not "2012-10-18""#,
        ),
        (
            r#"{"Statment": []}"#,
            r#"the document has an element "Statment"; elements are Version, Id, Statement"#,
        ),
        (r#"{"Statement": [7]}"#, "Statement[0] must be an object, not a number"),
        (r#"{"Statement": {}}"#, "Statement has no Effect"),
        (r#"{"Statement": {"Effect": "allow"}}"#, r#"Statement.Effect must be Allow or Deny, not "allow""#),
        (
            r#"{"Statement": {"Effect": "Deny", "Effect": "Allow"}}"#,
            r#"the document is not well-formed JSON: the member "Effect" is given twice at line 1 column 41"#,
        ),
        (&deep, "the document is not well-formed JSON: recursion limit exceeded at line 1 column 141"),
        (&long, "the document has 40010 bytes; at most 32768 are looked at"),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
            "Statement[0] has neither Principal nor NotPrincipal",
        ),
        (&statement(r#""Resource": "*""#), "Statement[0] has neither Action nor NotAction"),
        (&statement(r#""Action": "*""#), "Statement[0] has neither Resource nor NotResource"),
        (
            &statement(r#""Action": "*", "NotAction": "*", "Resource": "*""#),
            "Statement[0] has both Action and NotAction; it may have one of them",
        ),
    ] {
        assert_eq!(refused(text), sentence, "{text}");
    }
}

#[test]
fn what_an_element_cannot_be_is_refused_with_member_value_and_rule() {
    for (text, sentence) in [
        (statement(r#""Action": [], "Resource": "*""#), "Statement[0].Action must not be empty"),
        (
            statement(r#""Action": ["codeartifact:Get*", "Get*"], "Resource": "*""#),
            r#"Statement[0].Action[1] must be "*" or service:Action, with wildcards only in the action, not "Get*""#,
        ),
        (
            statement(r#""Action": "*", "Resource": "shop""#),
            r#"Statement[0].Resource must be "*" or an ARN, not "shop""#,
        ),
        (
            statement(r#""Action": "*", "Resource": "arn:aws:s3:::${aws:username""#),
            "Statement[0].Resource has a policy variable that begins with ${ and does not end with }",
        ),
        (
            statement(r#""Action": "*", "Resource": "*", "Condition": {"StringIs": {}}"#),
            "Statement[0].Condition.StringIs is not a condition operator",
        ),
        (
            statement(r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"secure": "true"}}"#),
            "Statement[0].Condition.Bool.secure is not a condition key like aws:SourceIp",
        ),
        (
            statement(
                r#""Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "10.0.0.0/33"]}}"#,
            ),
            r#"Statement[0].Condition.IpAddress.aws:SourceIp[1] must be an IP address or a range like 203.0.113.0/24, not "10.0.0.0/33""#,
        ),
        (
            statement(
                r#""Action": "*", "Resource": "*", "Condition": {"NumericLessThan": {"sts:DurationSeconds": "an hour"}}"#,
            ),
            r#"Statement[0].Condition.NumericLessThan.sts:DurationSeconds must be a number, not "an hour""#,
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "111122223333"}}"#.to_owned(),
            r#"Statement.Principal must be "*" or an object like {"AWS": "111122223333"}, not "111122223333""#,
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"Aws": "*"}}}"#.to_owned(),
            "Statement.Principal.Aws is not a kind of principal; kinds are AWS, Service, Federated and CanonicalUser",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": ["1"]}}}"#.to_owned(),
            "Statement.Principal.AWS[0] must be \"*\", an account of twelve digits, or the ARN of an account's root, a \
             user, a role or a session, without wildcards, not \"1\"",
        ),
    ] {
        assert_eq!(refused(&text), sentence, "{text}");
    }
}

#[test]
fn names_of_statements_are_unique() {
    let one = r#"{"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}"#;
    let text = format!(r#"{{"Statement": [{one}, {one}]}}"#);
    assert_eq!(refused(&text), r#"Statement[1].Sid must be unique in the document; "a" is given twice"#);
}

#[test]
fn the_policy_of_an_identity_names_no_principal() {
    let statement = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let document = Document::parse(statement, Kind::Identity).unwrap();
    let (principal, context) = (Principal::parse(ANN), Context::new());
    let request = Request { principal: principal.as_ref(), action: "a:B", resource: "*", context: &context };
    assert_eq!(document.verdict(&request), Verdict::Allow);
    let named = statement.replace(r#""Action""#, r#""Principal": "*", "Action""#);
    assert_eq!(
        Document::parse(&named, Kind::Identity).unwrap_err().to_string(),
        "Statement[0] names a principal; the policy of an identity speaks of that identity"
    );
}

/// The example of the guide for accounts that share a domain.
const GUIDE: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "ContributorPolicy", "Effect": "Allow",
     "Action": ["codeartifact:GetAuthorizationToken", "codeartifact:DescribeDomain", "codeartifact:CreateRepository"],
     "Resource": "*", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}},
    {"Effect": "Deny", "NotAction": "codeartifact:Describe*", "Resource": "*",
     "NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::444455556666:role/build"]}}]}"#;

#[test]
fn the_guides_domain_policy_admits_the_other_account() {
    let on = |principal: &str, action: &str| verdict(GUIDE, principal, action, "arn:aws:x", &Context::new());
    assert_eq!(on(STRANGER, "codeartifact:DescribeDomain"), Verdict::Allow);
    assert_eq!(on(STRANGER, "CodeArtifact:describedomain"), Verdict::Allow, "letter case is nothing");
    assert_eq!(on(STRANGER, "codeartifact:DeleteDomain"), Verdict::Silent);
    assert_eq!(on("arn:aws:iam::444455556666:role/other", "codeartifact:CreateRepository"), Verdict::Deny);
    assert_eq!(on("arn:aws:iam::444455556666:role/other", "codeartifact:DescribeDomain"), Verdict::Allow);
    assert_eq!(on(ANN, "codeartifact:DescribeDomain"), Verdict::Silent);
}

#[test]
fn variables_are_those_of_the_newer_version_only() {
    let own = r#""Action": "s:*", "Resource": "arn:aws:s:::home/${aws:username}/*""#;
    let mut context = Context::new();
    context.set("aws:username", "ann");
    let on = |document: &str, resource: &str, context: &Context| {
        verdict(document, ANN, "s:Get", resource, context)
    };
    assert_eq!(on(&statement(own), "arn:aws:s:::home/ann/x", &context), Verdict::Allow);
    assert_eq!(on(&statement(own), "arn:aws:s:::home/bob/x", &context), Verdict::Silent);
    assert_eq!(on(&statement(own), "arn:aws:s:::home//x", &Context::new()), Verdict::Silent);
    let older = statement(own).replace("2012", "2008");
    assert_eq!(on(&older, "arn:aws:s:::home/ann/x", &context), Verdict::Silent);
    assert_eq!(on(&older, "arn:aws:s:::home/${aws:username}/x", &context), Verdict::Allow);
}

#[test]
fn an_unfilled_variable_never_opens() {
    let but = r#""Action": "s:*", "NotResource": "arn:aws:s:::home/${aws:username}/*""#;
    let on = |document: &str| verdict(document, ANN, "s:Get", "arn:aws:s:::x", &Context::new());
    assert_eq!(on(&statement(but)), Verdict::Silent);
    assert_eq!(on(&statement(but).replace("Allow", "Deny")), Verdict::Deny);
}

#[test]
fn accounts_decide_together() {
    use Verdict::{Allow, Deny, Silent};
    for (identity, resource, same, outcome) in [
        (Allow, Silent, true, Ok(())),
        (Silent, Allow, true, Ok(())),
        (Silent, Silent, true, Err(Refused::NotAllowedByIdentity)),
        (Allow, Deny, true, Err(Refused::DeniedByResource)),
        (Deny, Allow, true, Err(Refused::DeniedByIdentity)),
        (Allow, Allow, false, Ok(())),
        (Allow, Silent, false, Err(Refused::NotAllowedByResource)),
        (Silent, Allow, false, Err(Refused::NotAllowedByIdentity)),
        (Allow, Deny, false, Err(Refused::DeniedByResource)),
    ] {
        assert_eq!(decide(identity, resource, same), outcome, "{identity:?} {resource:?} {same}");
    }
}
