// Composite models, interfaces, single properties and time series with AWS's JavaScript SDK v3.
import assert from "node:assert/strict";
import * as sitewise from "@aws-sdk/client-iotsitewise";
import { call, client, makeAsset, makeModel, measurement, properties, refused, until } from "./client.mjs";

const settle = (assetModelId) => until(sitewise.waitUntilAssetModelActive, { assetModelId });
const motor = await makeModel({
  assetModelName: "motor",
  assetModelType: "COMPONENT_MODEL",
  assetModelProperties: [measurement("heat")],
});
const pump = await makeModel({ assetModelName: "pump", assetModelProperties: [measurement("flow"), measurement("turns", "INTEGER")] });
const { assetModelId } = pump;
const { assetId } = await makeAsset("pump 1", assetModelId);

const group = { assetModelId, assetModelCompositeModelName: "drive", assetModelCompositeModelType: "CUSTOM" };
const composed = { ...group, composedAssetModelId: motor.assetModelId, assetModelCompositeModelExternalId: "drive:1" };
const made = await call(sitewise.CreateAssetModelCompositeModelCommand, composed, 202);
await settle(assetModelId);
const where = { assetModelId, assetModelCompositeModelId: "externalId:drive:1" };
const composite = await call(sitewise.DescribeAssetModelCompositeModelCommand, where);
assert.equal(composite.assetModelCompositeModelId, made.assetModelCompositeModelId);
assert.deepEqual(composite.compositionDetails, { compositionRelationship: [{ id: motor.assetModelId }] });
assert.equal(composite.assetModelCompositeModelProperties[0].name, "heat");
await call(sitewise.UpdateAssetModelCompositeModelCommand, { ...where, assetModelCompositeModelName: "engine" }, 202);
await settle(assetModelId);
const listed = await call(sitewise.ListAssetModelCompositeModelsCommand, { assetModelId });
assert.deepEqual(listed.assetModelCompositeModelSummaries.map((one) => one.name), ["engine"]);
const users = await call(sitewise.ListCompositionRelationshipsCommand, { assetModelId: motor.assetModelId });
assert.deepEqual(users.compositionRelationshipSummaries.map((one) => one.assetModelId), [assetModelId]);
const ofAsset = { assetId, assetCompositeModelId: made.assetModelCompositeModelId };
const seen = await call(sitewise.DescribeAssetCompositeModelCommand, ofAsset);
assert.deepEqual(seen.assetCompositeModelPath.map((step) => step.name), ["pump 1", "engine"]);
const ids = await properties(assetModelId);
const inside = await call(sitewise.DescribeAssetPropertyCommand, { assetId, propertyId: ids.heat });
assert.equal(inside.assetProperty, undefined);
assert.equal(inside.compositeModel.assetProperty.name, "heat");

const alias = "/north/pump 1/größe+flow";
const flow = { assetId, propertyId: ids.flow };
const property = { ...flow, propertyAlias: alias, propertyNotificationState: "ENABLED", propertyUnit: "l/s" };
await call(sitewise.UpdateAssetPropertyCommand, property);
const own = await call(sitewise.DescribeAssetPropertyCommand, flow);
assert.equal(own.assetProperty.alias, alias);
assert.equal(own.assetProperty.notification.state, "ENABLED");
const series = await call(sitewise.DescribeTimeSeriesCommand, { alias });
assert.equal(series.timeSeriesId, `${assetId}:${ids.flow}`);
assert.ok(series.timeSeriesCreationDate instanceof Date);
const streams = await call(sitewise.ListTimeSeriesCommand, { aliasPrefix: "/north/pump 1", timeSeriesType: "ASSOCIATED" });
assert.deepEqual(streams.TimeSeriesSummaries.map((one) => one.alias), [alias]);
await call(sitewise.DisassociateTimeSeriesFromAssetPropertyCommand, { ...flow, alias });
assert.equal((await call(sitewise.DescribeTimeSeriesCommand, { alias })).assetId, undefined);
await call(sitewise.AssociateTimeSeriesToAssetPropertyCommand, { ...flow, alias });
await call(sitewise.DeleteTimeSeriesCommand, { alias });
await refused(sitewise.ResourceNotFoundException, 404, sitewise.DescribeTimeSeriesCommand, { alias });

const standard = await makeModel({ assetModelName: "flowing", assetModelType: "INTERFACE", assetModelProperties: [measurement("flow")] });
const relation = { assetModelId, interfaceAssetModelId: standard.assetModelId };
const propertyMappingConfiguration = { matchByPropertyName: true, createMissingProperty: true };
await call(sitewise.PutAssetModelInterfaceRelationshipCommand, { ...relation, propertyMappingConfiguration }, 202);
await settle(assetModelId);
const mapped = await call(sitewise.DescribeAssetModelInterfaceRelationshipCommand, relation);
assert.equal(mapped.propertyMappings[0].assetModelPropertyId, ids.flow);
const { interfaceAssetModelId } = relation;
const followers = await call(sitewise.ListInterfaceRelationshipsCommand, { interfaceAssetModelId });
assert.deepEqual(followers.interfaceRelationshipSummaries, [{ id: assetModelId }]);
await call(sitewise.DeleteAssetModelInterfaceRelationshipCommand, relation, 202);
await settle(assetModelId);

await call(sitewise.DeleteAssetModelCompositeModelCommand, where, 202);
await settle(assetModelId);
await refused(sitewise.ResourceNotFoundException, 404, sitewise.DescribeAssetModelCompositeModelCommand, where);

const house = await makeModel({ assetModelName: "house", assetModelHierarchies: [{ name: "pumps", childAssetModelId: assetModelId }] });
const above = await makeAsset("house 1", house.assetModelId);
const described = await client.send(new sitewise.DescribeAssetModelCommand({ assetModelId: house.assetModelId }));
const hierarchyId = described.assetModelHierarchies[0].id;
await call(sitewise.AssociateAssetsCommand, { assetId: above.assetId, hierarchyId, childAssetId: assetId });
const way = await call(sitewise.ListAssetRelationshipsCommand, { assetId, traversalType: "PATH_TO_ROOT" });
assert.deepEqual(way.assetRelationshipSummaries.map((one) => one.hierarchyInfo.parentAssetId), [above.assetId]);
