//! Answers of the three services as bytes: successes, and every error of the protocols.

use expect_test::{Expect, expect};

use crate::{Wire, json, rest};

async fn check(wire: &Wire, request: &str, expected: Expect) {
    expected.assert_eq(&wire.send(request).await);
}

#[tokio::test]
async fn a_repository_is_answered_whole() {
    let wire = Wire::new();
    wire.send(&rest("codeartifact", "POST /v1/domain?domain=shop", "")).await;
    let create = rest("codeartifact", "POST /v1/repository?domain=shop&repository=store", "{}");
    check(&wire, &create, expect![[r#"
        HTTP/1.1 200 OK
        content-type: application/json
        x-amzn-requestid: ID
        connection: close
        content-length: 261
        date: NOW

        {"repository":{"name":"store","administratorAccount":"111122223333","domainName":"shop","domainOwner":"111122223333","arn":"arn:aws:codeartifact:us-east-1:111122223333:repository/shop/store","upstreams":[],"externalConnections":[],"createdTime":1700000000.125}}"#]]).await;
    let associate = "POST /v1/repository/external-connection?domain=shop&repository=store\
                     &external-connection=public%3Anpmjs";
    wire.send(&rest("codeartifact", associate, "")).await;
    let disassociate = associate.replace("POST", "DELETE");
    check(&wire, &rest("codeartifact", &disassociate, ""), expect![[r#"
        HTTP/1.1 200 OK
        content-type: application/json
        x-amzn-requestid: ID
        connection: close
        content-length: 261
        date: NOW

        {"repository":{"name":"store","administratorAccount":"111122223333","domainName":"shop","domainOwner":"111122223333","arn":"arn:aws:codeartifact:us-east-1:111122223333:repository/shop/store","upstreams":[],"externalConnections":[],"createdTime":1700000000.125}}"#]]).await;
    check(&wire, &rest("codeartifact", &disassociate, ""), expect![[r#"
        HTTP/1.1 404 Not Found
        content-type: application/json
        x-amzn-errortype: ResourceNotFoundException
        x-amzn-requestid: ID
        connection: close
        content-length: 156
        date: NOW

        {"__type":"ResourceNotFoundException","message":"Repository store has no external connection public:npmjs","resourceId":"store","resourceType":"repository"}"#]]).await;
}

#[tokio::test]
async fn migration_hub_answers_an_empty_object_and_capital_message() {
    let wire = Wire::new();
    let get = json("AWSMigrationHubMultiAccountService.GetHomeRegion", "");
    check(
        &wire,
        &get,
        expect![[r#"
        HTTP/1.1 200 OK
        content-type: application/x-amz-json-1.1
        x-amzn-requestid: ID
        connection: close
        content-length: 2
        date: NOW

        {}"#]],
    )
    .await;
    let list = json("AWSMigrationHub.ListProgressUpdateStreams", "{}");
    check(&wire, &list, expect![[r#"
        HTTP/1.1 400 Bad Request
        content-type: application/x-amz-json-1.1
        x-amzn-errortype: HomeRegionNotSetException
        x-amzn-requestid: ID
        connection: close
        content-length: 169
        date: NOW

        {"__type":"HomeRegionNotSetException","Message":"Your home region is not set. Before calling AWS Migration Hub APIs, set your home region with CreateHomeRegionControl."}"#]]).await;
}

#[tokio::test]
async fn sitewise_answers_created_models_with_202() {
    let wire = Wire::new();
    let create = rest("iotsitewise", "POST /asset-models", r#"{"assetModelName":"Pump"}"#);
    check(&wire, &create, expect![[r#"
        HTTP/1.1 202 Accepted
        content-type: application/json
        x-amzn-requestid: ID
        connection: close
        content-length: 205
        date: NOW

        {"assetModelId":"910a2dec-8902-4cc1-beeb-8da1658eec67","assetModelArn":"arn:aws:iotsitewise:us-east-1:111122223333:asset-model/910a2dec-8902-4cc1-beeb-8da1658eec67","assetModelStatus":{"state":"CREATING"}}"#]]).await;
    check(&wire, &create, expect![[r#"
        HTTP/1.1 409 Conflict
        content-type: application/json
        x-amzn-errortype: ResourceAlreadyExistsException
        x-amzn-requestid: ID
        connection: close
        content-length: 263
        date: NOW

        {"__type":"ResourceAlreadyExistsException","message":"Another resource is already using the name Pump","resourceId":"910a2dec-8902-4cc1-beeb-8da1658eec67","resourceArn":"arn:aws:iotsitewise:us-east-1:111122223333:asset-model/910a2dec-8902-4cc1-beeb-8da1658eec67"}"#]]).await;
}

#[tokio::test]
async fn callers_are_identified_in_xml() {
    let wire = Wire::new();
    expect![[r#"
        HTTP/1.1 200 OK
        content-type: text/xml
        x-amzn-requestid: ID
        connection: close
        content-length: 352
        date: NOW

        <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/local</Arn><UserId>local</UserId><Account>111122223333</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></GetCallerIdentityResponse>"#]].assert_eq(&sts(&wire, "GetCallerIdentity").await);
    expect![[r#"
        HTTP/1.1 400 Bad Request
        content-type: text/xml
        x-amzn-requestid: ID
        connection: close
        content-length: 282
        date: NOW

        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation GetSessionToken for version 2011-06-15</Message></Error><RequestId>ID</RequestId></ErrorResponse>"#]].assert_eq(&sts(&wire, "GetSessionToken").await);
}

/// The answer of STS to an action, with the request id made equal.
async fn sts(wire: &Wire, action: &str) -> String {
    let body = format!("Action={action}&Version=2011-06-15");
    let form = rest("sts", "POST /", &body)
        .replace("Content-Length", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length");
    let answer = wire.send(&form).await;
    let id = answer.split("<RequestId>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    answer.replace(id, "ID")
}

/// Name and status line of an answer with its body.
async fn brief(wire: &Wire, request: &str) -> String {
    let answer = wire.send(request).await;
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    let error = head.lines().find_map(|line| line.strip_prefix("x-amzn-errortype: ")).unwrap_or("-");
    format!("{status} {error}\n{body}\n")
}

async fn check_all(wire: &Wire, requests: &[String], expected: Expect) {
    let mut all = String::new();
    for request in requests {
        all.push_str(&brief(wire, request).await);
    }
    expected.assert_eq(&all);
}

#[tokio::test]
async fn each_service_words_protocol_errors_in_its_own_way() {
    let wire = Wire::new();
    let requests = [
        // Unknown operations.
        rest("codeartifact", "POST /v1/nothing", ""),
        rest("codeartifact", "PATCH /v1/domain?domain=shop", ""),
        rest("iotsitewise", "GET /nothing", ""),
        json("AWSMigrationHub.Nothing", "{}"),
        json("Nothing.Nothing", "{}"),
        rest("s3", "GET /bucket/key", ""),
        // Malformed JSON, and JSON that is no object.
        rest("codeartifact", "POST /v1/domain?domain=shop", "{"),
        rest("iotsitewise", "POST /asset-models", "[]"),
        json("AWSMigrationHub.CreateProgressUpdateStream", "{\"a\":"),
        // Wrong types.
        rest("codeartifact", "POST /v1/repositories?max-results=ten", ""),
        rest("iotsitewise", "POST /asset-models", r#"{"assetModelName":7}"#),
        json("AWSMigrationHub.CreateProgressUpdateStream", r#"{"ProgressUpdateStreamName":["SMS"]}"#),
        // Missing members.
        rest("codeartifact", "POST /v1/domain", ""),
        rest("iotsitewise", "POST /asset-models", "{}"),
        json("AWSMigrationHub.CreateProgressUpdateStream", r#"{"ProgressUpdateStreamName":null}"#),
        // Constraints.
        rest("codeartifact", "POST /v1/repository?domain=A&repository=x", ""),
        rest("iotsitewise", "GET /assets/nothing", ""),
        json("AWSMigrationHub.CreateProgressUpdateStream", r#"{"ProgressUpdateStreamName":"a/b"}"#),
    ];
    check_all(&wire, &requests, expect![[r#"
        HTTP/1.1 400 Bad Request ValidationException
        {"__type":"ValidationException","message":"no operation answers POST /v1/nothing","reason":"UNKNOWN_OPERATION"}
        HTTP/1.1 400 Bad Request ValidationException
        {"__type":"ValidationException","message":"/v1/domain does not answer PATCH","reason":"UNKNOWN_OPERATION"}
        HTTP/1.1 404 Not Found UnknownOperationException
        {"__type":"UnknownOperationException","message":"no operation answers GET /nothing"}
        HTTP/1.1 400 Bad Request UnknownOperationException
        {"__type":"UnknownOperationException","Message":"mgh has no operation 'Nothing'"}
        HTTP/1.1 400 Bad Request UnknownOperationException
        {"__type":"UnknownOperationException","message":"no operation has the target 'Nothing.Nothing'"}
        HTTP/1.1 404 Not Found UnknownOperationException
        {"__type":"UnknownOperationException","message":"no operation answers GET /bucket/key"}
        HTTP/1.1 400 Bad Request ValidationException
        {"__type":"ValidationException","message":"the request body is not valid JSON: EOF while parsing an object at line 1 column 1","reason":"CANNOT_PARSE"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"the request body is not a JSON object"}
        HTTP/1.1 400 Bad Request SerializationException
        {"__type":"SerializationException","Message":"the request body is not valid JSON: EOF while parsing a value at line 1 column 5"}
        HTTP/1.1 400 Bad Request ValidationException
        {"__type":"ValidationException","message":"Value at 'maxResults' must be a whole number, found 'ten'","reason":"CANNOT_PARSE"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"Value at 'assetModelName' must be a string, found the number 7"}
        HTTP/1.1 400 Bad Request SerializationException
        {"__type":"SerializationException","Message":"Value at 'progressUpdateStreamName' must be a string, found a list"}
        HTTP/1.1 400 Bad Request ValidationException
        {"__type":"ValidationException","message":"1 validation error detected: Value null at 'domain' failed to satisfy constraint: Member must not be null","reason":"FIELD_VALIDATION_FAILED"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"1 validation error detected: Value null at 'assetModelName' failed to satisfy constraint: Member must not be null"}
        HTTP/1.1 400 Bad Request InvalidInputException
        {"__type":"InvalidInputException","Message":"1 validation error detected: Value null at 'progressUpdateStreamName' failed to satisfy constraint: Member must not be null"}
        HTTP/1.1 400 Bad Request ValidationException
        {"__type":"ValidationException","message":"4 validation errors detected: Value 'A' at 'domain' failed to satisfy constraint: Member must have length greater than or equal to 2; Value 'A' at 'domain' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z][a-z0-9\\-]{0,48}[a-z0-9]; Value 'x' at 'repository' failed to satisfy constraint: Member must have length greater than or equal to 2; Value 'x' at 'repository' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9][A-Za-z0-9._\\-]{1,99}","reason":"FIELD_VALIDATION_FAILED"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"2 validation errors detected: Value 'nothing' at 'assetId' failed to satisfy constraint: Member must have length greater than or equal to 13; Value 'nothing' at 'assetId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?!00000000-0000-0000-0000-000000000000)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^externalId:[a-zA-Z0-9_][a-zA-Z_\\-0-9.:]*[a-zA-Z0-9_]+"}
        HTTP/1.1 400 Bad Request InvalidInputException
        {"__type":"InvalidInputException","Message":"1 validation error detected: Value 'a/b' at 'progressUpdateStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^/:|\\000-\\037]+"}
    "#]]).await;
}

#[tokio::test]
async fn unsigned_and_half_signed_calls_are_refused() {
    let wire = Wire::new();
    let mut requests = Vec::new();
    for request in [
        rest("codeartifact", "GET /v1/domain?domain=shop", ""),
        rest("iotsitewise", "GET /assets?filter=TOP_LEVEL", ""),
        json("AWSMigrationHub.ListProgressUpdateStreams", "{}"),
        rest("sts", "POST /", "Action=GetCallerIdentity"),
    ] {
        let line = request.split("\r\n").find(|line| line.starts_with("Authorization")).unwrap();
        requests.push(request.replace(&format!("{line}\r\n"), ""));
        requests.push(request.replace("AWS4-HMAC-SHA256 Credential", "AWS4-HMAC-SHA256 Nothing"));
    }
    let mut all = String::new();
    for request in &requests {
        let answer = brief(&wire, request).await;
        let id = answer.split("<RequestId>").nth(1).and_then(|rest| rest.split('<').next());
        all.push_str(&id.map_or(answer.clone(), |id| answer.replace(id, "ID")));
    }
    expect![[r#"
        HTTP/1.1 403 Forbidden MissingAuthenticationTokenException
        {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}
        HTTP/1.1 400 Bad Request IncompleteSignatureException
        {"__type":"IncompleteSignatureException","message":"The Authorization header cannot be used: it carries no Credential"}
        HTTP/1.1 403 Forbidden MissingAuthenticationTokenException
        {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}
        HTTP/1.1 400 Bad Request IncompleteSignatureException
        {"__type":"IncompleteSignatureException","message":"The Authorization header cannot be used: it carries no Credential"}
        HTTP/1.1 400 Bad Request MissingAuthenticationTokenException
        {"__type":"MissingAuthenticationTokenException","Message":"Missing Authentication Token"}
        HTTP/1.1 400 Bad Request IncompleteSignatureException
        {"__type":"IncompleteSignatureException","Message":"The Authorization header cannot be used: it carries no Credential"}
        HTTP/1.1 403 Forbidden -
        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code><Message>Missing Authentication Token</Message></Error><RequestId>ID</RequestId></ErrorResponse>
        HTTP/1.1 400 Bad Request -
        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>IncompleteSignature</Code><Message>The Authorization header cannot be used: it carries no Credential</Message></Error><RequestId>ID</RequestId></ErrorResponse>
    "#]].assert_eq(&all);
}

#[tokio::test]
async fn operations_that_are_still_to_come_say_so_after_their_input_was_checked() {
    let wire = Wire::new();
    let requests = [
        rest("iotsitewise", "GET /workspaces/robots", ""),
        rest("iotsitewise", "GET /workspaces/no%20robots", ""),
    ];
    check_all(&wire, &requests, expect![[r#"
        HTTP/1.1 501 Not Implemented NotImplemented
        {"__type":"NotImplemented","message":"iotsitewise DescribeWorkspace is not implemented yet"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"1 validation error detected: Value 'no robots' at 'workspaceName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9_-]+$"}
    "#]]).await;
}

#[tokio::test]
async fn labels_are_decoded_once_and_a_literal_wins_over_a_label() {
    let wire = Wire::new();
    let requests = [
        rest("iotsitewise", "GET /assets/externalId%3Aturbine-7", ""),
        rest("iotsitewise", "GET /assets/externalId%253Aturbine-7", ""),
        rest("iotsitewise", "POST /computation-models/data-binding-usages", "{}"),
        rest("iotsitewise", "GET /timeseries?maxResults=0", ""),
        rest("iotsitewise", "GET /timeseries/?maxResults=0", ""),
    ];
    check_all(&wire, &requests, expect![[r#"
        HTTP/1.1 404 Not Found ResourceNotFoundException
        {"__type":"ResourceNotFoundException","message":"Asset with id externalId:turbine-7 not found"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"1 validation error detected: Value 'externalId%3Aturbine-7' at 'assetId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?!00000000-0000-0000-0000-000000000000)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^externalId:[a-zA-Z0-9_][a-zA-Z_\\-0-9.:]*[a-zA-Z0-9_]+"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"1 validation error detected: Value null at 'dataBindingValueFilter' failed to satisfy constraint: Member must not be null"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"}
        HTTP/1.1 400 Bad Request InvalidRequestException
        {"__type":"InvalidRequestException","message":"1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"}
    "#]]).await;
}
