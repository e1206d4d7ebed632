// A plant's life with AWS's JavaScript SDK v3: model, asset, association, update, deletion, the SDK's own waiters, and
// errors by their classes. Prints the operations as they are done.
import assert from "node:assert/strict";
import * as sitewise from "@aws-sdk/client-iotsitewise";

import { call, client, makeAsset, makeModel, measurement, refused, until } from "./client.mjs";

const pump = await makeModel({
  assetModelName: "pump",
  assetModelProperties: [
    measurement("flow"),
    { name: "height", dataType: "DOUBLE", unit: "m", type: { attribute: { defaultValue: "1.5" } } },
  ],
});
const station = await makeModel({
  assetModelName: "station",
  assetModelExternalId: "station:model.1",
  assetModelHierarchies: [{ name: "pumps", childAssetModelId: pump.assetModelId, externalId: "its-pumps" }],
  tags: { site: "north" },
});
const taken = await refused(sitewise.ResourceAlreadyExistsException, 409, sitewise.CreateAssetModelCommand, {
  assetModelName: "pump",
});
assert.equal(taken.resourceId, pump.assetModelId);
assert.equal(taken.resourceArn, pump.assetModelArn);

const house = await makeAsset("house 1", station.assetModelId, { assetExternalId: "house-1" });
const first = await makeAsset("pump 1", pump.assetModelId);
const second = await makeAsset("pump 2", pump.assetModelId);
const relation = { assetId: "externalId:house-1", hierarchyId: "externalId:its-pumps" };
for (const child of [first, second]) {
  await call(sitewise.AssociateAssetsCommand, { ...relation, childAssetId: child.assetId });
}
const twice = { ...relation, childAssetId: first.assetId };
const related = await refused(sitewise.ResourceAlreadyExistsException, 409, sitewise.AssociateAssetsCommand, twice);
assert.equal(related.resourceArn, first.assetArn);

const children = [];
const pages = sitewise.paginateListAssociatedAssets({ client, pageSize: 1 }, relation);
for await (const page of pages) children.push(...page.assetSummaries.map((asset) => asset.id));
console.log("ListAssociatedAssets");
assert.deepEqual(children, [first.assetId, second.assetId]);

const { $metadata, ...described } = await client.send(
  new sitewise.DescribeAssetModelCommand({ assetModelId: pump.assetModelId }),
);
console.log("DescribeAssetModel");
assert.ok(described.assetModelCreationDate instanceof Date);
assert.match(described.eTag, /^[\w-]{43}$/);
assert.equal(described.assetModelDescription, undefined);
// Describe, edit, update: the answer goes back as it came.
const update = {
  assetModelId: pump.assetModelId,
  assetModelName: described.assetModelName,
  assetModelDescription: described.assetModelDescription,
  assetModelProperties: [...described.assetModelProperties, measurement("pressure")],
  assetModelHierarchies: described.assetModelHierarchies,
  assetModelCompositeModels: described.assetModelCompositeModels,
  ifMatch: described.eTag,
};
await call(sitewise.UpdateAssetModelCommand, update, 202);
await until(sitewise.waitUntilAssetModelActive, { assetModelId: pump.assetModelId });
const stale = await refused(sitewise.PreconditionFailedException, 412, sitewise.UpdateAssetModelCommand, update);
assert.equal(stale.resourceId, pump.assetModelId);

const seen = await call(sitewise.DescribeAssetCommand, { assetId: first.assetId });
assert.deepEqual(seen.assetProperties.map((property) => property.name), ["flow", "height", "pressure"]);
assert.ok(seen.assetProperties.every((property) => property.notification.state === "DISABLED"));
await call(sitewise.UpdateAssetCommand, { assetId: first.assetId, assetName: "the first pump" }, 202);
const listed = await call(sitewise.ListAssetsCommand, { filter: "TOP_LEVEL" });
assert.deepEqual(listed.assetSummaries.map((asset) => asset.name), ["house 1"]);
const properties = await call(sitewise.ListAssetPropertiesCommand, { assetId: first.assetId, filter: "ALL" });
assert.deepEqual(properties.assetPropertySummaries[0].path.map((step) => step.name), ["the first pump", "flow"]);
const filtered = await call(sitewise.ListAssetModelsCommand, { assetModelTypes: ["ASSET_MODEL", "COMPONENT_MODEL"] });
assert.equal(filtered.assetModelSummaries.length, 2);

const resourceArn = station.assetModelArn;
await call(sitewise.TagResourceCommand, { resourceArn, tags: { owner: "größe", site: "" } });
await call(sitewise.UntagResourceCommand, { resourceArn, tagKeys: ["owner"] });
assert.deepEqual(await call(sitewise.ListTagsForResourceCommand, { resourceArn }), { tags: { site: "" } });

const busy = await refused(sitewise.ConflictingOperationException, 409, sitewise.DeleteAssetCommand, {
  assetId: house.assetId,
});
assert.equal(busy.resourceId, house.assetId);
assert.equal(busy.resourceArn, house.assetArn);
await refused(sitewise.InvalidRequestException, 400, sitewise.DescribeAssetCommand, { assetId: first.assetId.toUpperCase() });
for (const child of [first, second]) {
  await call(sitewise.DisassociateAssetsCommand, { ...relation, childAssetId: child.assetId });
}
for (const { assetId } of [house, first, second]) {
  await call(sitewise.DeleteAssetCommand, { assetId }, 202);
  await until(sitewise.waitUntilAssetNotExists, { assetId });
}
for (const { assetModelId } of [station, pump]) {
  await call(sitewise.DeleteAssetModelCommand, { assetModelId }, 202);
  await until(sitewise.waitUntilAssetModelNotExists, { assetModelId });
}
await refused(sitewise.ResourceNotFoundException, 404, sitewise.DescribeAssetModelCommand, {
  assetModelId: pump.assetModelId,
});
