//! The verdicts on names and values, one line each.

use model::{Operation, validate};
use model_migrationhub::{config, mgh};
use serde_json::{Value, json};

/// Tells whether the one value that `members` leaves to judge is accepted.
fn accepts<O: Operation>(members: Value) -> bool {
    validate(O::SPEC.input, members.as_object().expect("an object")).is_ok()
}

fn stream(name: &str) -> bool {
    accepts::<mgh::operations::CreateProgressUpdateStream>(json!({"ProgressUpdateStreamName": name}))
}

fn task(name: &str) -> bool {
    accepts::<mgh::operations::DescribeMigrationTask>(
        json!({"ProgressUpdateStream": "s", "MigrationTaskName": name}),
    )
}

fn artifact(artifact: Value) -> bool {
    accepts::<mgh::operations::AssociateCreatedArtifact>(
        json!({"ProgressUpdateStream": "s", "MigrationTaskName": "t", "CreatedArtifact": artifact}),
    )
}

fn source(source: Value) -> bool {
    accepts::<mgh::operations::AssociateSourceResource>(
        json!({"ProgressUpdateStream": "s", "MigrationTaskName": "t", "SourceResource": source}),
    )
}

fn page(members: Value) -> bool {
    accepts::<mgh::operations::ListProgressUpdateStreams>(members)
}

#[test]
fn stream_names() {
    for name in ["a", "with space", "ünï", "\u{7f}", "\\000", "07", &"é".repeat(50)] {
        assert!(stream(name), "{name:?}");
    }
    for name in ["", "a/b", "a:b", "a|b", "a\nb", "\0", "\u{1f}", "a\t", &"é".repeat(51)] {
        assert!(!stream(name), "{name:?}");
    }
}

#[test]
fn task_names() {
    for name in ["Agent Install - Success", "a/b", "two\nlines", "日本", &"x".repeat(256)] {
        assert!(task(name), "{name:?}");
    }
    for name in ["", "a:b", "a|b", &"x".repeat(257)] {
        assert!(!task(name), "{name:?}");
    }
}

#[test]
fn artifact_names_start_like_an_arn() {
    for name in [
        "arn:aws:ec2:us-east-1:123456789012:instance/i-0",
        "arn:aws:ec2:::",
        "arn:aws:s3:::bucket",
        "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:ami",
        "arn:aws-cn:ec2:cn-north-1::x",
        "arn:aws:ec2:us-east-1:123456789012:two\nlines",
        "arn:aws:ec2:us-east-1:123456789012:",
    ] {
        assert!(artifact(json!({"Name": name})), "{name:?}");
    }
    for name in [
        "",
        "i-0",
        " arn:aws:ec2:::",
        "arn:aws:ec2:us-east-1:aws:image/ami-0",
        "arn:AWS:ec2:::",
        "arn:aws:ec2:us-east-1:12345678901:x",
        "arn:aws::us-east-1:123456789012:x",
        "arn:aws:ec2:us-east-1:123456789012",
        "arn:aws:ec2:US:123456789012:x",
    ] {
        assert!(!artifact(json!({"Name": name})), "{name:?}");
    }
    let longest = format!("arn:aws:s3:::{}", "x".repeat(1600 - 13));
    assert!(artifact(json!({"Name": longest})) && !artifact(json!({"Name": longest.clone() + "x"})));
}

#[test]
fn descriptions_hold_no_line_terminator() {
    let described = |text: &str| artifact(json!({"Name": "arn:aws:s3:::b", "Description": text}));
    assert!(described("") && described("a\tb") && described(&"😀".repeat(500)));
    for text in ["a\nb", "a\r", "\u{85}", "\u{2028}", "\u{2029}", "trailing\n", &"x".repeat(501)] {
        assert!(!described(text), "{text:?}");
    }
}

#[test]
fn source_resources_and_status_details() {
    assert!(source(json!({"Name": "two\nlines", "StatusDetail": "x".repeat(2500)})));
    assert!(!source(json!({"Name": "a", "StatusDetail": "x".repeat(2501)})));
    assert!(!source(json!({"Name": "a", "StatusDetail": "a\nb"})));
    assert!(!source(json!({"Name": "a", "Description": "a\nb"})));
    assert!(!source(json!({"Name": ""})) && source(json!({"Name": "x".repeat(1600)})));
    assert!(!source(json!({"Name": "x".repeat(1601)})));
}

#[test]
fn tokens_and_page_sizes() {
    assert!(page(json!({"NextToken": ""})) && page(json!({"NextToken": "aA0/+="})) && page(json!({})));
    assert!(!page(json!({"NextToken": "a-b"})) && !page(json!({"NextToken": "a".repeat(2049)})));
    assert!(page(json!({"MaxResults": 1})) && page(json!({"MaxResults": 100})));
    assert!(!page(json!({"MaxResults": 0})) && !page(json!({"MaxResults": 101})));
}

#[test]
fn states_attributes_and_percentages() {
    let attribute = |kind: &str, value: &str| {
        accepts::<mgh::operations::PutResourceAttributes>(json!({
            "ProgressUpdateStream": "s", "MigrationTaskName": "t",
            "ResourceAttributeList": [{"Type": kind, "Value": value}]
        }))
    };
    assert!(attribute("VM_NAME", "x") && attribute("MOTHERBOARD_SERIAL_NUMBER", &"x".repeat(256)));
    assert!(!attribute("VM", "x") && !attribute("VM_NAME", "") && !attribute("VM_NAME", "a\nb"));
    let notify = |task: Value| {
        accepts::<mgh::operations::NotifyMigrationTaskState>(json!({
            "ProgressUpdateStream": "s", "MigrationTaskName": "t", "Task": task, "UpdateDateTime": 1,
            "NextUpdateSeconds": 0
        }))
    };
    assert!(notify(json!({"Status": "FAILED", "ProgressPercent": 100})));
    assert!(!notify(json!({"Status": "failed"})) && !notify(json!({"ProgressPercent": 1})));
    assert!(!notify(json!({"Status": "FAILED", "ProgressPercent": 101})));
    let state = |status: &str| {
        accepts::<mgh::operations::NotifyApplicationState>(json!({"ApplicationId": "a", "Status": status}))
    };
    assert!(state("COMPLETED") && !state("FAILED"));
}

#[test]
fn home_region_controls() {
    let delete = |id: &str| accepts::<config::operations::DeleteHomeRegionControl>(json!({"ControlId": id}));
    assert!(delete("hrc-0123456789ab") && !delete("hrc-0123456789aB") && !delete("hrc-0123456789abc"));
    let create = |members: Value| accepts::<config::operations::CreateHomeRegionControl>(members);
    let target = json!({"Type": "ACCOUNT", "Id": "123456789012"});
    assert!(create(json!({"HomeRegion": "us-west-2", "Target": target})));
    assert!(create(json!({"HomeRegion": "us-west-2", "Target": {"Type": "ACCOUNT"}})));
    assert!(!create(json!({"HomeRegion": "us-west-2", "Target": {"Type": "ORGANIZATION"}})));
    assert!(!create(json!({"HomeRegion": "us-west-2", "Target": {"Type": "ACCOUNT", "Id": "١٢٣٤٥٦٧٨٩٠١٢"}})));
    assert!(!create(json!({"HomeRegion": "", "Target": target})));
}

#[test]
fn messages_name_the_member_as_aws_does() {
    let input = mgh::operations::CreateProgressUpdateStream::SPEC.input;
    let message = |members: Value| validate(input, members.as_object().unwrap()).unwrap_err().to_string();
    assert_eq!(
        message(json!({"ProgressUpdateStreamName": "a/b"})),
        "1 validation error detected: Value 'a/b' at 'progressUpdateStreamName' failed to satisfy constraint: Member \
         must satisfy regular expression pattern: [^/:|\\000-\\037]+"
    );
}
