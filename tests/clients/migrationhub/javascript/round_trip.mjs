// Every operation that this release of AWS's JavaScript SDK knows, once, errors by their classes.
// Prints the operations as they are done. The four operations of December 2024 are younger than the release.
import assert from "node:assert/strict";
import * as hub from "@aws-sdk/client-migration-hub";
import * as config from "@aws-sdk/client-migrationhub-config";

const settings = {
  endpoint: process.env.AWS_ENDPOINT_URL,
  region: process.env.AWS_REGION,
  maxAttempts: 1,
};
const mgh = new hub.MigrationHubClient(settings);
const home = new config.MigrationHubConfigClient(settings);

async function call(client, Command, input = {}) {
  const { $metadata, ...answer } = await client.send(new Command(input));
  assert.equal($metadata.httpStatusCode, 200);
  assert.match($metadata.requestId, /^[0-9a-f-]{36}$/);
  console.log(Command.name.replace(/Command$/, ""));
  return answer;
}

async function refused(Exception, client, Command, input = {}) {
  const error = await client.send(new Command(input)).then(
    () => assert.fail(`${Command.name} is not refused`),
    (error) => error,
  );
  assert.ok(error instanceof Exception, `${error.name} is not the class ${Exception.name}: ${error.message}`);
  assert.equal(error.$metadata.httpStatusCode, 400);
  assert.ok(error.message, "an error says what happened");
  return error;
}

const target = { Type: "ACCOUNT" };
const stream = "Migration tool";
const where = { ProgressUpdateStream: stream, MigrationTaskName: "Agent Install - Success / größe" };
const arn = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b";
const server = "d-server-0025db43a885966c8";
const application = "d-application-0039038d504694533";
// This SDK sends whole seconds.
const at = new Date(1767323045000);

assert.deepEqual(await call(home, config.GetHomeRegionCommand), {});
const unset = await refused(hub.HomeRegionNotSetException, mgh, hub.ListProgressUpdateStreamsCommand);
assert.match(unset.message, /home region is not set/);
const create = { HomeRegion: settings.region, Target: target };
await refused(config.DryRunOperation, home, config.CreateHomeRegionControlCommand, { ...create, DryRun: true });
await refused(config.InvalidInputException, home, config.CreateHomeRegionControlCommand, {
  HomeRegion: "xy-nowhere-1",
  Target: target,
});
const control = (await call(home, config.CreateHomeRegionControlCommand, create)).HomeRegionControl;
assert.match(control.ControlId, /^hrc-[a-z0-9]{12}$/);
assert.ok(control.RequestedTime instanceof Date);
const described = await call(home, config.DescribeHomeRegionControlsCommand, { ControlId: control.ControlId });
assert.deepEqual(described.HomeRegionControls, [control]);
assert.equal((await call(home, config.GetHomeRegionCommand)).HomeRegion, settings.region);

await refused(hub.InvalidInputException, mgh, hub.CreateProgressUpdateStreamCommand, { ProgressUpdateStreamName: "a/b" });
await call(mgh, hub.CreateProgressUpdateStreamCommand, { ProgressUpdateStreamName: stream });
const streams = await call(mgh, hub.ListProgressUpdateStreamsCommand, { MaxResults: 1 });
assert.deepEqual(streams.ProgressUpdateStreamSummaryList, [{ ProgressUpdateStreamName: stream }]);
assert.equal(streams.NextToken, undefined);

await refused(hub.ResourceNotFoundException, mgh, hub.DescribeMigrationTaskCommand, where);
await call(mgh, hub.ImportMigrationTaskCommand, where);
const state = { Status: "IN_PROGRESS", ProgressPercent: 40, StatusDetail: "copying größe" };
// JavaScript's own largest integer; AWS's tools send larger ones.
const update = { ...where, Task: state, UpdateDateTime: at, NextUpdateSeconds: Number.MAX_SAFE_INTEGER };
await refused(hub.DryRunOperation, mgh, hub.NotifyMigrationTaskStateCommand, { ...update, DryRun: true });
await call(mgh, hub.NotifyMigrationTaskStateCommand, update);
const attributes = [
  { Type: "FQDN", Value: "web-1.example.com" },
  { Type: "MAC_ADDRESS", Value: "00:1a:2b:3c:4d:5e" },
];
await call(mgh, hub.PutResourceAttributesCommand, { ...where, ResourceAttributeList: attributes });
const task = (await call(mgh, hub.DescribeMigrationTaskCommand, where)).MigrationTask;
assert.deepEqual(task, { ...where, Task: state, UpdateDateTime: at, ResourceAttributeList: attributes });
const tasks = await call(mgh, hub.ListMigrationTasksCommand);
assert.deepEqual(tasks.MigrationTaskSummaryList, [{ ...where, ...state, UpdateDateTime: at }]);

const artifact = { Name: arn, Description: "image" };
await call(mgh, hub.AssociateCreatedArtifactCommand, { ...where, CreatedArtifact: artifact });
assert.deepEqual((await call(mgh, hub.ListCreatedArtifactsCommand, where)).CreatedArtifactList, [artifact]);
const cut = { ...where, CreatedArtifactName: arn };
await refused(hub.DryRunOperation, mgh, hub.DisassociateCreatedArtifactCommand, { ...cut, DryRun: true });
await call(mgh, hub.DisassociateCreatedArtifactCommand, cut);
await refused(hub.ResourceNotFoundException, mgh, hub.DisassociateCreatedArtifactCommand, cut);
assert.deepEqual((await call(mgh, hub.ListCreatedArtifactsCommand, where)).CreatedArtifactList, []);

const resource = { ConfigurationId: server, Description: "chosen" };
await call(mgh, hub.AssociateDiscoveredResourceCommand, { ...where, DiscoveredResource: resource });
const resources = (await call(mgh, hub.ListDiscoveredResourcesCommand, where)).DiscoveredResourceList;
assert.ok(resources.some((found) => found.ConfigurationId === server && found.Description === "chosen"));
await call(mgh, hub.DisassociateDiscoveredResourceCommand, { ...where, ConfigurationId: server });

const status = { ApplicationId: application, Status: "COMPLETED", UpdateDateTime: at };
await call(mgh, hub.NotifyApplicationStateCommand, status);
const one = await call(mgh, hub.DescribeApplicationStateCommand, { ApplicationId: application });
assert.deepEqual(one, { ApplicationStatus: "COMPLETED", LastUpdatedTime: at });
const all = await call(mgh, hub.ListApplicationStatesCommand, { ApplicationIds: [application] });
assert.deepEqual(all.ApplicationStateList, [{ ApplicationId: application, ...one }]);

await call(mgh, hub.DeleteProgressUpdateStreamCommand, { ProgressUpdateStreamName: stream });
const gone = { ProgressUpdateStreamName: stream };
await refused(hub.ResourceNotFoundException, mgh, hub.DeleteProgressUpdateStreamCommand, gone);

mgh.middlewareStack.add(
  (next) => (args) => {
    args.request.headers["x-amz-target"] = "AWSMigrationHub.MakeCoffee";
    return next(args);
  },
  { step: "build" },
);
const unknown = await refused(hub.MigrationHubServiceException, mgh, hub.ListMigrationTasksCommand);
assert.equal(unknown.name, "UnknownOperationException");

await call(home, config.DeleteHomeRegionControlCommand, { ControlId: control.ControlId });
