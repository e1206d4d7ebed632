// Gateways, the account's configuration, datasets, computation models and their actions with AWS's JavaScript SDK v3.
import assert from "node:assert/strict";
import * as sitewise from "@aws-sdk/client-iotsitewise";
import { call, makeAsset, makeModel, measurement, properties, refused } from "./client.mjs";

const gatewayPlatform = { greengrassV2: { coreDeviceThingName: "north-core", coreDeviceOperatingSystem: "LINUX_AARCH64" } };
const { gatewayId } = await call(sitewise.CreateGatewayCommand, { gatewayName: "north", gatewayPlatform }, 201);
await call(sitewise.UpdateGatewayCommand, { gatewayId, gatewayName: "north gate" });
const gateway = await call(sitewise.DescribeGatewayCommand, { gatewayId });
assert.deepEqual([gateway.gatewayName, gateway.gatewayPlatform], ["north gate", gatewayPlatform]);
assert.ok(gateway.creationDate instanceof Date);
assert.deepEqual((await call(sitewise.ListGatewaysCommand)).gatewaySummaries.map((one) => one.gatewayId), [gatewayId]);
const capability = { gatewayId, capabilityNamespace: "iotsitewise:publisher:2" };
const capabilityConfiguration = '{ "SiteWisePublisherConfiguration" : { "publishingOrder" : "TIME_ORDER" } }';
const put = await call(sitewise.UpdateGatewayCapabilityConfigurationCommand, { ...capability, capabilityConfiguration }, 201);
assert.equal(put.capabilitySyncStatus, "OUT_OF_SYNC");
const kept = await call(sitewise.DescribeGatewayCapabilityConfigurationCommand, capability);
assert.equal(kept.capabilityConfiguration, capabilityConfiguration);
await call(sitewise.DeleteGatewayCommand, { gatewayId });
await refused(sitewise.ResourceNotFoundException, 404, sitewise.DescribeGatewayCommand, { gatewayId });

await call(sitewise.PutLoggingOptionsCommand, { loggingOptions: { level: "INFO" } });
assert.deepEqual((await call(sitewise.DescribeLoggingOptionsCommand)).loggingOptions, { level: "INFO" });
await call(sitewise.PutDefaultEncryptionConfigurationCommand, { encryptionType: "SITEWISE_DEFAULT_ENCRYPTION" });
const encryption = await call(sitewise.DescribeDefaultEncryptionConfigurationCommand);
assert.equal(encryption.encryptionType, "SITEWISE_DEFAULT_ENCRYPTION");
const storage = { storageType: "SITEWISE_DEFAULT_STORAGE", retentionPeriod: { numberOfDays: 30 }, disallowIngestNullNaN: true };
await call(sitewise.PutStorageConfigurationCommand, storage);
const { retentionPeriod, lastUpdateDate } = await call(sitewise.DescribeStorageConfigurationCommand);
assert.deepEqual(retentionPeriod, { numberOfDays: 30 });
assert.ok(lastUpdateDate instanceof Date);

const kendra = { knowledgeBaseArn: "arn:aws:bedrock:us-west-2:111122223333:knowledge-base/KB1", roleArn: "arn:aws:iam::111122223333:role/reader" };
const datasetSource = { sourceType: "KENDRA", sourceFormat: "KNOWLEDGE_BASE", sourceDetail: { kendra } };
const { datasetId } = await call(sitewise.CreateDatasetCommand, { datasetName: "manuals", datasetSource }, 202);
await call(sitewise.UpdateDatasetCommand, { datasetId, datasetName: "books", datasetSource }, 202);
const dataset = await call(sitewise.DescribeDatasetCommand, { datasetId });
assert.deepEqual([dataset.datasetName, dataset.datasetSource], ["books", datasetSource]);
const datasets = await call(sitewise.ListDatasetsCommand, { sourceType: "KENDRA" });
assert.deepEqual(datasets.datasetSummaries.map((one) => one.id), [datasetId]);
await call(sitewise.DeleteDatasetCommand, { datasetId }, 202);

const assetModelProperties = [measurement("flow"), measurement("anomaly", "STRING")];
const { assetModelId } = await makeModel({ assetModelName: "pump", assetModelProperties });
const { assetId } = await makeAsset("pump 1", assetModelId);
const ids = await properties(assetModelId);
const bound = (name) => ({ assetModelProperty: { assetModelId, propertyId: ids[name] } });
const model = {
  computationModelName: "pumps",
  computationModelConfiguration: { anomalyDetection: { inputProperties: "${inputs}", resultProperty: "${found}" } },
  computationModelDataBinding: { inputs: { list: [bound("flow")] }, found: bound("anomaly") },
};
const { computationModelId } = await call(sitewise.CreateComputationModelCommand, { ...model, tags: { site: "north" } }, 202);
await call(sitewise.UpdateComputationModelCommand, { ...model, computationModelId, computationModelDescription: "all" }, 202);
const described = await call(sitewise.DescribeComputationModelCommand, { computationModelId });
assert.deepEqual(described.computationModelDataBinding, model.computationModelDataBinding);
assert.deepEqual([described.computationModelVersion, described.computationModelDescription], ["2", "all"]);
const models = await call(sitewise.ListComputationModelsCommand, { computationModelType: "ANOMALY_DETECTION" });
assert.deepEqual(models.computationModelSummaries.map((one) => one.id), [computationModelId]);
const usages = await call(sitewise.ListComputationModelDataBindingUsagesCommand, { dataBindingValueFilter: bound("flow") });
assert.deepEqual(usages.dataBindingUsageSummaries, [
  { computationModelIds: [computationModelId], matchedDataBinding: { value: bound("flow") } },
]);

const inference = described.actionDefinitions.find((action) => action.actionType === "AWS/ANOMALY_DETECTION_INFERENCE");
const action = {
  targetResource: { computationModelId },
  actionDefinitionId: inference.actionDefinitionId,
  actionPayload: { stringValue: '{"inferenceMode":"START","dataUploadFrequency":"PT5M"}' },
};
await refused(sitewise.InvalidRequestException, 400, sitewise.ExecuteActionCommand, action);
const { actionId } = await call(sitewise.ExecuteActionCommand, { ...action, resolveTo: { assetId } }, 202);
const { executionTime, ...taken } = await call(sitewise.DescribeActionCommand, { actionId });
assert.deepEqual(taken, { ...action, actionId, resolveTo: { assetId } });
assert.ok(executionTime instanceof Date);
const target = { targetResourceType: "COMPUTATION_MODEL", targetResourceId: computationModelId };
assert.deepEqual((await call(sitewise.ListActionsCommand, target)).actionSummaries.map((one) => one.actionId), [actionId]);
const { executionSummaries } = await call(sitewise.ListExecutionsCommand, target);
const { executionId } = executionSummaries[0];
const execution = await call(sitewise.DescribeExecutionCommand, { executionId });
assert.deepEqual(execution.executionStatus, { state: "FAILED" });
assert.equal(execution.executionDetails.errorCode, "ENGINE_NOT_INSTALLED");
const resolved = await call(sitewise.ListComputationModelResolveToResourcesCommand, { computationModelId });
assert.deepEqual(resolved.computationModelResolveToResourceSummaries, [{ resolveTo: { assetId } }]);
const summary = await call(sitewise.DescribeComputationModelExecutionSummaryCommand, { computationModelId });
assert.deepEqual(summary.computationModelExecutionSummary, {});
const busy = await refused(sitewise.ConflictingOperationException, 409, sitewise.DeleteAssetModelCommand, { assetModelId });
assert.equal(busy.resourceId, assetModelId);
await call(sitewise.DeleteComputationModelCommand, { computationModelId }, 202);
