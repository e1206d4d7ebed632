// AWS's JavaScript SDK v3 against the server under test; each operation is printed as it is done.
import assert from "node:assert/strict";
import * as sitewise from "@aws-sdk/client-iotsitewise";

const settings = { endpoint: process.env.AWS_ENDPOINT_URL, region: process.env.AWS_REGION, maxAttempts: 1 };
// Without this option the SDK would look for api.127.0.0.1.
export const client = new sitewise.IoTSiteWiseClient({ ...settings, disableHostPrefix: true });
const wait = { client, minDelay: 1, maxDelay: 2, maxWaitTime: 20 };

// The answer's own members, after its status and its request id are checked.
export async function call(Command, input = {}, status = 200) {
  const { $metadata, ...answer } = await client.send(new Command(input));
  assert.equal($metadata.httpStatusCode, status, Command.name);
  assert.match($metadata.requestId, /^[0-9a-f-]{36}$/);
  console.log(Command.name.replace(/Command$/, ""));
  return answer;
}

// The error of a call that must be refused, as its own class.
export async function refused(Exception, status, Command, input) {
  const error = await client.send(new Command(input)).then(
    () => assert.fail(`${Command.name} is not refused`),
    (error) => error,
  );
  assert.ok(error instanceof Exception, `${error.name} is not the class ${Exception.name}: ${error.message}`);
  assert.equal(error.$metadata.httpStatusCode, status);
  assert.equal(error.$fault, "client");
  assert.ok(error.message, "an error says what happened");
  return error;
}

// One of the SDK's own waiters.
export async function until(waiter, input) {
  assert.equal((await waiter(wait, input)).state, "SUCCESS");
}

export const measurement = (name, dataType = "DOUBLE") => ({ name, dataType, type: { measurement: {} } });

export async function makeModel(input) {
  const made = await call(sitewise.CreateAssetModelCommand, input, 202);
  await until(sitewise.waitUntilAssetModelActive, { assetModelId: made.assetModelId });
  return made;
}

export async function makeAsset(assetName, assetModelId, more = {}) {
  const made = await call(sitewise.CreateAssetCommand, { assetName, assetModelId, ...more }, 202);
  await until(sitewise.waitUntilAssetActive, { assetId: made.assetId });
  return made;
}

// The properties of a model by their names.
export async function properties(assetModelId) {
  const found = await call(sitewise.ListAssetModelPropertiesCommand, { assetModelId, filter: "ALL" });
  return Object.fromEntries(found.assetModelPropertySummaries.map((property) => [property.name, property.id]));
}
