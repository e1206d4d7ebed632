//! Every operation of Migration Hub and Migration Hub Config once with AWS's Rust SDK, errors by their variants.
//!
//! Prints the operations as they are done; the account's keys, the endpoint and the region come from the environment.

mod task;

use aws_credential_types::Credentials;
use aws_sdk_migrationhub as mgh;
use aws_sdk_migrationhub::Error;
use aws_sdk_migrationhub::error::ProvideErrorMetadata as _;
use aws_sdk_migrationhubconfig as config;
use aws_sdk_migrationhubconfig::Error as HomeError;
use aws_smithy_http_client::Builder;

/// Where a stream or an application is looked for.
pub const STREAM: &str = "Migration tool";

/// Says that an operation is done.
pub fn done(operation: &str) {
    println!("{operation}");
}

/// Calls an operation, which has to answer.
#[macro_export]
macro_rules! call {
    ($operation:literal, $call:expr) => {{
        let answer = $call.send().await.unwrap_or_else(|error| panic!("{}: {error:?}", $operation));
        $crate::done($operation);
        answer
    }};
}

/// Calls an operation, which has to be refused with this variant.
#[macro_export]
macro_rules! refused {
    ($error:ident, $variant:ident, $call:expr) => {{
        let error = $call.send().await.expect_err("it is refused");
        let error = $error::from(error);
        assert!(matches!(error, $error::$variant(_)), "{error:?}");
        error
    }};
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let keys = Credentials::from_keys(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), None);
    let (endpoint, region) = (variable("AWS_ENDPOINT_URL"), variable("AWS_REGION"));
    let http = Builder::new().build_http();
    let home = config::Client::from_conf(
        config::Config::builder()
            .behavior_version_latest()
            .credentials_provider(keys.clone())
            .endpoint_url(&endpoint)
            .region(config::config::Region::new(region.clone()))
            .http_client(http.clone())
            .build(),
    );
    let hub = mgh::Client::from_conf(
        mgh::Config::builder()
            .behavior_version_latest()
            .credentials_provider(keys)
            .endpoint_url(&endpoint)
            .region(mgh::config::Region::new(region.clone()))
            .http_client(http)
            .build(),
    );
    let control = set_home(&home, &hub, &region).await;
    streams(&hub).await;
    task::everything(&hub).await;
    applications(&hub).await;
    call!(
        "DeleteProgressUpdateStream",
        hub.delete_progress_update_stream().progress_update_stream_name(STREAM)
    );
    let again = hub.delete_progress_update_stream().progress_update_stream_name(STREAM);
    refused!(Error, ResourceNotFoundException, again);
    unknown(&hub).await;
    call!("DeleteHomeRegionControl", home.delete_home_region_control().control_id(control));
}

async fn set_home(home: &config::Client, hub: &mgh::Client, region: &str) -> String {
    assert_eq!(call!("GetHomeRegion", home.get_home_region()).home_region(), None);
    let unset = refused!(Error, HomeRegionNotSetException, hub.list_progress_update_streams());
    assert!(unset.message().is_some_and(|text| text.contains("home region is not set")), "{unset:?}");
    let target = config::types::Target::builder().r#type(config::types::TargetType::Account).build().unwrap();
    let create = || home.create_home_region_control().home_region(region).target(target.clone());
    refused!(HomeError, DryRunOperation, create().dry_run(true));
    refused!(HomeError, InvalidInputException, create().home_region("xy-nowhere-1"));
    let made = call!("CreateHomeRegionControl", create()).home_region_control.unwrap();
    let control = made.control_id().unwrap().to_owned();
    let described =
        call!("DescribeHomeRegionControls", home.describe_home_region_controls().control_id(&control));
    assert_eq!(described.home_region_controls(), [made]);
    assert_eq!(call!("GetHomeRegion", home.get_home_region()).home_region(), Some(region));
    control
}

async fn streams(hub: &mgh::Client) {
    let create = || hub.create_progress_update_stream();
    refused!(Error, InvalidInputException, create().progress_update_stream_name("a/b"));
    refused!(Error, DryRunOperation, create().progress_update_stream_name(STREAM).dry_run(true));
    call!("CreateProgressUpdateStream", create().progress_update_stream_name(STREAM));
    let listed = call!("ListProgressUpdateStreams", hub.list_progress_update_streams().max_results(1));
    let names: Vec<_> = listed
        .progress_update_stream_summary_list()
        .iter()
        .map(|stream| stream.progress_update_stream_name().unwrap())
        .collect();
    assert_eq!((names, listed.next_token()), (vec![STREAM], None));
}

async fn applications(hub: &mgh::Client) {
    let id = "d-application-0039038d504694533";
    let at = mgh::primitives::DateTime::from_millis(1_767_323_045_500);
    let status = mgh::types::ApplicationStatus::Completed;
    let notify =
        hub.notify_application_state().application_id(id).status(status.clone()).update_date_time(at);
    call!("NotifyApplicationState", notify);
    let one = call!("DescribeApplicationState", hub.describe_application_state().application_id(id));
    assert_eq!((one.application_status(), one.last_updated_time()), (Some(&status), Some(&at)));
    let all = call!("ListApplicationStates", hub.list_application_states().application_ids(id));
    assert_eq!(all.application_state_list().len(), 1);
    let nobody = hub.describe_application_state().application_id("d-application-00000000000000000");
    refused!(Error, ResourceNotFoundException, nobody);
}

async fn unknown(hub: &mgh::Client) {
    let coffee = hub.list_migration_tasks().customize().mutate_request(|request| {
        request.headers_mut().insert("x-amz-target", "AWSMigrationHub.MakeCoffee");
    });
    let error = coffee.send().await.expect_err("it is refused");
    assert_eq!(error.code(), Some("UnknownOperationException"), "{error:?}");
}
