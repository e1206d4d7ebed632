// SiteWise Monitor with AWS's JavaScript SDK v3: portal, project, dashboard, access policies, from creation to deletion.
// Prints the operations as they are done.
import assert from "node:assert/strict";
import * as sitewise from "@aws-sdk/client-iotsitewise";

const settings = { endpoint: process.env.AWS_ENDPOINT_URL, region: process.env.AWS_REGION, maxAttempts: 1 };
const client = new sitewise.IoTSiteWiseClient({ ...settings, disableHostPrefix: true });
const wait = { client, minDelay: 1, maxDelay: 2, maxWaitTime: 20 };

async function call(Command, input = {}, status = 200) {
  const { $metadata, ...answer } = await client.send(new Command(input));
  assert.equal($metadata.httpStatusCode, status, Command.name);
  console.log(Command.name.replace(/Command$/, ""));
  return answer;
}

async function refused(Exception, Command, input) {
  const error = await client.send(new Command(input)).then(
    () => assert.fail(`${Command.name} is not refused`),
    (error) => error,
  );
  assert.ok(error instanceof Exception, `${error.name} is not the class ${Exception.name}: ${error.message}`);
}

const portal = {
  portalName: "north",
  portalContactEmail: "plant@example.com",
  roleArn: "arn:aws:iam::123456789012:role/portal",
  tags: { site: "north" },
};
const { portalId, portalArn } = await call(sitewise.CreatePortalCommand, portal, 202);
assert.equal((await sitewise.waitUntilPortalActive(wait, { portalId })).state, "SUCCESS");
await call(sitewise.UpdatePortalCommand, { ...portal, tags: undefined, portalId, portalName: "north gate" }, 202);
const described = await call(sitewise.DescribePortalCommand, { portalId });
assert.deepEqual([described.portalName, described.portalArn], ["north gate", portalArn]);
assert.ok(described.portalCreationDate instanceof Date);
const portals = await call(sitewise.ListPortalsCommand);
assert.deepEqual(portals.portalSummaries.map((one) => one.id), [portalId]);

const { projectId } = await call(sitewise.CreateProjectCommand, { portalId, projectName: "pumps" }, 201);
assert.equal((await call(sitewise.DescribeProjectCommand, { projectId })).portalId, portalId);
const projects = await call(sitewise.ListProjectsCommand, { portalId });
assert.deepEqual(projects.projectSummaries.map((one) => one.name), ["pumps"]);

// Kept byte for byte, spaces and order of members included.
const dashboardDefinition = '{ "widgets" : [ { "type":"sc-line-chart","title":"größe","x":0,"y":0,"height":3,"width":3 } ] }';
const made = await call(sitewise.CreateDashboardCommand, { projectId, dashboardName: "flow", dashboardDefinition }, 201);
const { dashboardId } = made;
const shown = await call(sitewise.DescribeDashboardCommand, { dashboardId });
assert.equal(shown.dashboardDefinition, dashboardDefinition);
const dashboards = await call(sitewise.ListDashboardsCommand, { projectId });
assert.deepEqual(dashboards.dashboardSummaries.map((one) => one.id), [dashboardId]);

const accessPolicyIdentity = { user: { id: "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa" } };
const accessPolicyResource = { project: { id: projectId } };
const policy = { accessPolicyIdentity, accessPolicyResource, accessPolicyPermission: "VIEWER" };
const { accessPolicyId } = await call(sitewise.CreateAccessPolicyCommand, policy, 201);
const access = await call(sitewise.DescribeAccessPolicyCommand, { accessPolicyId });
assert.deepEqual(access.accessPolicyIdentity, accessPolicyIdentity);
const policies = await call(sitewise.ListAccessPoliciesCommand, { resourceType: "PROJECT", resourceId: projectId });
assert.deepEqual(policies.accessPolicySummaries.map((one) => one.permission), ["VIEWER"]);

await call(sitewise.DeleteAccessPolicyCommand, { accessPolicyId }, 204);
await call(sitewise.DeleteDashboardCommand, { dashboardId }, 204);
await call(sitewise.DeleteProjectCommand, { projectId }, 204);
await call(sitewise.DeletePortalCommand, { portalId }, 202);
assert.equal((await sitewise.waitUntilPortalNotExists(wait, { portalId })).state, "SUCCESS");
await refused(sitewise.ResourceNotFoundException, sitewise.DescribePortalCommand, { portalId });
