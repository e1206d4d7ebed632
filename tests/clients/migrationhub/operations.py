"""The operations of Migration Hub and Migration Hub Config."""

import boto3

# Since December 2024; clients of before do not know them.
YOUNG_OPERATIONS = {
    "AssociateSourceResource",
    "DisassociateSourceResource",
    "ListMigrationTaskUpdates",
    "ListSourceResources",
}


def of(service):
    client = boto3.client(service, region_name="us-west-2", aws_access_key_id="x", aws_secret_access_key="x")
    return set(client.meta.service_model.operation_names)


OPERATIONS = of("mgh") | of("migrationhub-config")
assert len(OPERATIONS) == 25
