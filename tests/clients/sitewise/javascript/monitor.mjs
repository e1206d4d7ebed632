// SiteWise Monitor with AWS's JavaScript SDK v3: portal, project, dashboard, access policies, from creation to deletion.
// Prints the operations as they are done.
import assert from "node:assert/strict";
import * as sitewise from "@aws-sdk/client-iotsitewise";

import { call, makeAsset, makeModel, refused, until } from "./client.mjs";

const portal = {
  portalName: "north",
  portalContactEmail: "plant@example.com",
  roleArn: "arn:aws:iam::123456789012:role/portal",
  tags: { site: "north" },
};
const { portalId, portalArn } = await call(sitewise.CreatePortalCommand, portal, 202);
await until(sitewise.waitUntilPortalActive, { portalId });
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
await call(sitewise.UpdateProjectCommand, { projectId, projectName: "all pumps", projectDescription: "größe" });

const { assetModelId } = await makeModel({ assetModelName: "pump" });
const { assetId } = await makeAsset("pump 1", assetModelId);
const nobody = "00000000-0000-4000-8000-00000000dead";
const batch = await call(sitewise.BatchAssociateProjectAssetsCommand, { projectId, assetIds: [assetId, nobody] });
assert.deepEqual(batch.errors.map((error) => [error.assetId, error.code]), [[nobody, "INTERNAL_FAILURE"]]);
assert.deepEqual((await call(sitewise.ListProjectAssetsCommand, { projectId })).assetIds, [assetId]);
await call(sitewise.BatchDisassociateProjectAssetsCommand, { projectId, assetIds: [assetId] });

// Kept byte for byte, spaces and order of members included.
const dashboardDefinition = '{ "widgets" : [ { "type":"sc-line-chart","title":"größe","x":0,"y":0,"height":3,"width":3 } ] }';
const made = await call(sitewise.CreateDashboardCommand, { projectId, dashboardName: "flow", dashboardDefinition }, 201);
const { dashboardId } = made;
const shown = await call(sitewise.DescribeDashboardCommand, { dashboardId });
assert.equal(shown.dashboardDefinition, dashboardDefinition);
const dashboards = await call(sitewise.ListDashboardsCommand, { projectId });
const change = { dashboardId, dashboardName: "flows", dashboardDefinition: '{"widgets":[]}' };
await call(sitewise.UpdateDashboardCommand, change);
assert.deepEqual(dashboards.dashboardSummaries.map((one) => one.id), [dashboardId]);

const accessPolicyIdentity = { user: { id: "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa" } };
const accessPolicyResource = { project: { id: projectId } };
const policy = { accessPolicyIdentity, accessPolicyResource, accessPolicyPermission: "VIEWER" };
const { accessPolicyId } = await call(sitewise.CreateAccessPolicyCommand, policy, 201);
const access = await call(sitewise.DescribeAccessPolicyCommand, { accessPolicyId });
assert.deepEqual(access.accessPolicyIdentity, accessPolicyIdentity);
await call(sitewise.UpdateAccessPolicyCommand, { ...policy, accessPolicyId, accessPolicyPermission: "ADMINISTRATOR" });
const policies = await call(sitewise.ListAccessPoliciesCommand, { resourceType: "PROJECT", resourceId: projectId });
assert.deepEqual(policies.accessPolicySummaries.map((one) => one.permission), ["ADMINISTRATOR"]);

await call(sitewise.DeleteAccessPolicyCommand, { accessPolicyId }, 204);
await call(sitewise.DeleteDashboardCommand, { dashboardId }, 204);
await call(sitewise.DeleteProjectCommand, { projectId }, 204);
await call(sitewise.DeletePortalCommand, { portalId }, 202);
await until(sitewise.waitUntilPortalNotExists, { portalId });
await refused(sitewise.ResourceNotFoundException, 404, sitewise.DescribePortalCommand, { portalId });
