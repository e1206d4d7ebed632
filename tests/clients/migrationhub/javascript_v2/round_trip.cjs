// Every operation that AWS's JavaScript SDK v2 knows, once; its errors carry their names as codes.
// Prints the operations as they are done. The four operations of December 2024 are younger than the release.
"use strict";
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const assert = require("node:assert/strict");
const AWS = require("aws-sdk");

const settings = {
  endpoint: process.env.AWS_ENDPOINT_URL,
  region: process.env.AWS_REGION,
  maxRetries: 0,
};
const mgh = new AWS.MigrationHub(settings);
const home = new AWS.MigrationHubConfig(settings);

async function call(client, operation, input = {}) {
  const { $response, ...answer } = await client[operation](input).promise();
  console.log(operation[0].toUpperCase() + operation.slice(1));
  return answer;
}

async function refused(code, client, operation, input = {}) {
  const error = await client[operation](input)
    .promise()
    .then(
      () => assert.fail(`${operation} is not refused`),
      (error) => error,
    );
  assert.equal(error.code, code, error.message);
  assert.equal(error.statusCode, 400);
  assert.match(error.requestId, /^[0-9a-f-]{36}$/);
}

async function main() {
  const target = { Type: "ACCOUNT" };
  const where = { ProgressUpdateStream: "Tool", MigrationTaskName: "Agent Install - Success / größe" };
  const arn = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b";
  const server = "d-server-0025db43a885966c8";
  const application = "d-application-0039038d504694533";
  const at = new Date(1767323045500);

  assert.deepEqual(await call(home, "getHomeRegion"), {});
  await refused("HomeRegionNotSetException", mgh, "listMigrationTasks");
  const create = { HomeRegion: settings.region, Target: target };
  await refused("DryRunOperation", home, "createHomeRegionControl", { ...create, DryRun: true });
  await refused("InvalidInputException", home, "createHomeRegionControl", { ...create, HomeRegion: "xy-nowhere-1" });
  const control = (await call(home, "createHomeRegionControl", create)).HomeRegionControl;
  assert.deepEqual((await call(home, "describeHomeRegionControls")).HomeRegionControls, [control]);

  await call(mgh, "createProgressUpdateStream", { ProgressUpdateStreamName: "Tool" });
  const streams = (await call(mgh, "listProgressUpdateStreams")).ProgressUpdateStreamSummaryList;
  assert.deepEqual(streams, [{ ProgressUpdateStreamName: "Tool" }]);
  await refused("ResourceNotFoundException", mgh, "describeMigrationTask", where);
  await call(mgh, "importMigrationTask", where);
  const state = { Status: "IN_PROGRESS", StatusDetail: "copying größe", ProgressPercent: 40 };
  const update = { ...where, Task: state, UpdateDateTime: at, NextUpdateSeconds: 60 };
  await refused("DryRunOperation", mgh, "notifyMigrationTaskState", { ...update, DryRun: true });
  await call(mgh, "notifyMigrationTaskState", update);
  const attributes = [{ Type: "FQDN", Value: "web-1.example.com" }];
  await call(mgh, "putResourceAttributes", { ...where, ResourceAttributeList: attributes });
  const task = (await call(mgh, "describeMigrationTask", where)).MigrationTask;
  assert.deepEqual(task, { ...where, Task: state, UpdateDateTime: at, ResourceAttributeList: attributes });
  const tasks = (await call(mgh, "listMigrationTasks")).MigrationTaskSummaryList;
  assert.deepEqual(tasks, [{ ...where, ...state, UpdateDateTime: at }]);

  const artifact = { Name: arn, Description: "image" };
  await call(mgh, "associateCreatedArtifact", { ...where, CreatedArtifact: artifact });
  assert.deepEqual((await call(mgh, "listCreatedArtifacts", where)).CreatedArtifactList, [artifact]);
  await call(mgh, "disassociateCreatedArtifact", { ...where, CreatedArtifactName: arn });
  await refused("ResourceNotFoundException", mgh, "disassociateCreatedArtifact", { ...where, CreatedArtifactName: arn });
  const resource = { ConfigurationId: server, Description: "chosen" };
  await call(mgh, "associateDiscoveredResource", { ...where, DiscoveredResource: resource });
  const resources = (await call(mgh, "listDiscoveredResources", where)).DiscoveredResourceList;
  assert.ok(resources.some((found) => found.ConfigurationId === server && found.Description === "chosen"));
  await call(mgh, "disassociateDiscoveredResource", { ...where, ConfigurationId: server });

  await call(mgh, "notifyApplicationState", { ApplicationId: application, Status: "COMPLETED", UpdateDateTime: at });
  const one = await call(mgh, "describeApplicationState", { ApplicationId: application });
  assert.deepEqual(one, { ApplicationStatus: "COMPLETED", LastUpdatedTime: at });
  const all = (await call(mgh, "listApplicationStates")).ApplicationStateList;
  assert.deepEqual(all, [{ ApplicationId: application, ...one }]);
  await call(mgh, "deleteProgressUpdateStream", { ProgressUpdateStreamName: "Tool" });
  await call(home, "deleteHomeRegionControl", { ControlId: control.ControlId });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
