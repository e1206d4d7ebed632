//! The operations on one migration task.

use aws_sdk_migrationhub::primitives::DateTime;
use aws_sdk_migrationhub::types::{
    CreatedArtifact, DiscoveredResource, ResourceAttribute, ResourceAttributeType, SourceResource, Status,
    Task,
};
use aws_sdk_migrationhub::{Client, Error};

use crate::{STREAM, call, refused};

const TASK: &str = "Agent Install - Success / größe";
const ARN: &str = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b";
const SERVER: &str = "d-server-0025db43a885966c8";

/// Fills in where the task is.
macro_rules! on_task {
    ($call:expr) => {
        $call.progress_update_stream(STREAM).migration_task_name(TASK)
    };
}

/// Imports a task, reports on it, and ties everything to it and off again.
pub async fn everything(hub: &Client) {
    refused!(Error, ResourceNotFoundException, on_task!(hub.describe_migration_task()));
    call!("ImportMigrationTask", on_task!(hub.import_migration_task()));
    state(hub).await;
    artifact(hub).await;
    discovered(hub).await;
    source(hub).await;
}

async fn state(hub: &Client) {
    let at = DateTime::from_millis(1_767_323_045_500);
    let state = Task::builder()
        .status(Status::InProgress)
        .progress_percent(40)
        .status_detail("copying größe")
        .build();
    let state = state.unwrap();
    let notify = || {
        let call = on_task!(hub.notify_migration_task_state()).task(state.clone());
        call.update_date_time(at).next_update_seconds(i32::MAX)
    };
    refused!(Error, DryRunOperation, notify().dry_run(true));
    call!("NotifyMigrationTaskState", notify());
    let attribute = |kind, value| ResourceAttribute::builder().r#type(kind).value(value).build().unwrap();
    let attributes = [
        attribute(ResourceAttributeType::Fqdn, "web-1.example.com"),
        attribute(ResourceAttributeType::MacAddress, "00:1a:2b:3c:4d:5e"),
    ];
    let put = on_task!(hub.put_resource_attributes());
    call!("PutResourceAttributes", put.set_resource_attribute_list(Some(attributes.to_vec())));
    let task =
        call!("DescribeMigrationTask", on_task!(hub.describe_migration_task())).migration_task.unwrap();
    assert_eq!((task.task(), task.update_date_time()), (Some(&state), Some(&at)));
    assert_eq!(task.resource_attribute_list(), attributes);
    let listed = call!("ListMigrationTasks", hub.list_migration_tasks());
    let [summary] = listed.migration_task_summary_list() else { panic!("{listed:?}") };
    assert_eq!((summary.migration_task_name(), summary.progress_percent()), (Some(TASK), Some(40)));
    let listed = call!("ListMigrationTaskUpdates", on_task!(hub.list_migration_task_updates()));
    let [update] = listed.migration_task_update_list() else { panic!("{listed:?}") };
    assert_eq!((update.migration_task_state(), update.update_date_time()), (Some(&state), Some(&at)));
}

async fn artifact(hub: &Client) {
    let artifact = CreatedArtifact::builder().name(ARN).description("image").build().unwrap();
    call!(
        "AssociateCreatedArtifact",
        on_task!(hub.associate_created_artifact()).created_artifact(artifact.clone())
    );
    let listed = call!("ListCreatedArtifacts", on_task!(hub.list_created_artifacts()));
    assert_eq!(listed.created_artifact_list(), [artifact]);
    let cut = || on_task!(hub.disassociate_created_artifact()).created_artifact_name(ARN);
    refused!(Error, DryRunOperation, cut().dry_run(true));
    call!("DisassociateCreatedArtifact", cut());
    refused!(Error, ResourceNotFoundException, cut());
    assert!(hub_has_no_artifacts(hub).await);
}

async fn hub_has_no_artifacts(hub: &Client) -> bool {
    call!("ListCreatedArtifacts", on_task!(hub.list_created_artifacts())).created_artifact_list().is_empty()
}

async fn discovered(hub: &Client) {
    let resource =
        DiscoveredResource::builder().configuration_id(SERVER).description("chosen").build().unwrap();
    let tie = on_task!(hub.associate_discovered_resource()).discovered_resource(resource.clone());
    call!("AssociateDiscoveredResource", tie);
    let listed = call!("ListDiscoveredResources", on_task!(hub.list_discovered_resources()));
    assert!(listed.discovered_resource_list().contains(&resource), "{listed:?}");
    let of_server = hub.list_migration_tasks().resource_name(SERVER).send().await.unwrap();
    assert_eq!(of_server.migration_task_summary_list().len(), 1);
    call!(
        "DisassociateDiscoveredResource",
        on_task!(hub.disassociate_discovered_resource()).configuration_id(SERVER)
    );
}

async fn source(hub: &Client) {
    let resource = SourceResource::builder().name("wave\n1").description("a wave").status_detail("1 of 2");
    let resource = resource.build().unwrap();
    call!(
        "AssociateSourceResource",
        on_task!(hub.associate_source_resource()).source_resource(resource.clone())
    );
    let listed = call!("ListSourceResources", on_task!(hub.list_source_resources()));
    assert_eq!(listed.source_resource_list(), [resource]);
    let cut = || on_task!(hub.disassociate_source_resource()).source_resource_name("wave\n1");
    call!("DisassociateSourceResource", cut());
    refused!(Error, ResourceNotFoundException, cut());
}
