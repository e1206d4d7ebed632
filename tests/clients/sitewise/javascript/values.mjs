// Values with AWS's JavaScript SDK v3: written, and read back in every way.
import assert from "node:assert/strict";
import * as sitewise from "@aws-sdk/client-iotsitewise";
import { call, client, makeAsset, makeModel, measurement, properties, refused } from "./client.mjs";

const assetModelProperties = [measurement("flow"), measurement("starts", "INTEGER"), measurement("note", "STRING")];
const { assetModelId } = await makeModel({ assetModelName: "meter", assetModelProperties });
const { assetId } = await makeAsset("meter 1", assetModelId);
const ids = await properties(assetModelId);
const flow = { assetId, propertyId: ids.flow };
// The minute before the last full one.
const start = Math.floor(Date.now() / 60_000) * 60 - 60;
const at = (seconds, offsetInNanos = 0) => ({ timeInSeconds: start + seconds, offsetInNanos });
const good = (seconds, value) => ({ value, timestamp: at(seconds), quality: "GOOD" });
const doubles = (from) => Array.from({ length: 10 }, (_, i) => good(from + i - 30, { doubleValue: from + i + 0.5 }));

const none = await call(sitewise.GetAssetPropertyValueCommand, flow);
assert.deepEqual(none, {});
const put = await call(sitewise.BatchPutAssetPropertyValueCommand, {
  entries: [
    { entryId: "a", ...flow, propertyValues: doubles(0) },
    { entryId: "b", ...flow, propertyValues: doubles(10) },
    { entryId: "c", assetId, propertyId: ids.starts, propertyValues: [good(0, { integerValue: 7 })] },
    { entryId: "d", propertyAlias: "/free/note", propertyValues: [good(0, { stringValue: 'say "ä"' })] },
    { entryId: "e", assetId, propertyId: ids.note, propertyValues: [good(0, { doubleValue: 1 })] },
  ],
});
assert.equal(put.errorEntries.length, 1);
const [error] = put.errorEntries;
assert.deepEqual([error.entryId, error.errors[0].errorCode], ["e", "InvalidRequestException"]);
assert.deepEqual(error.errors[0].timestamps, [at(0)]);
const nan = { value: { doubleValue: NaN }, timestamp: at(1, 5), quality: "BAD" };
const odd = { value: { nullValue: { valueType: "D" } }, timestamp: at(1, 5), quality: "UNCERTAIN" };
const bad = { entryId: "f", ...flow, propertyValues: [nan, odd] };
assert.deepEqual((await call(sitewise.BatchPutAssetPropertyValueCommand, { entries: [bad] })).errorEntries, []);

const values = [...doubles(0), ...doubles(10)];
const latest = (await call(sitewise.GetAssetPropertyValueCommand, { propertyAlias: "/free/note" })).propertyValue;
assert.deepEqual(latest, good(0, { stringValue: 'say "ä"' }));
const all = await call(sitewise.GetAssetPropertyValueHistoryCommand, { ...flow, maxResults: 100 });
assert.deepEqual(all.assetPropertyValueHistory, [...values, odd, nan]);
const startDate = new Date((start - 30) * 1000);
const between = { startDate, endDate: new Date((start - 25) * 1000 + 500), qualities: ["GOOD"] };
const some = await call(sitewise.GetAssetPropertyValueHistoryCommand, { ...flow, ...between, timeOrdering: "DESCENDING" });
assert.deepEqual(some.assetPropertyValueHistory, values.slice(1, 6).reverse());
const pages = [];
for await (const page of sitewise.paginateGetAssetPropertyValueHistory({ client, pageSize: 8 }, { ...flow })) {
  pages.push(page.assetPropertyValueHistory.length);
}
assert.deepEqual(pages, [8, 8, 6]);

const window = { resolution: "1m", startDate: new Date((start - 60) * 1000), endDate: new Date(start * 1000) };
const aggregateTypes = ["AVERAGE", "COUNT", "SUM"];
const { aggregatedValues } = await call(sitewise.GetAssetPropertyAggregatesCommand, { ...flow, ...window, aggregateTypes });
const sum = values.reduce((total, one) => total + one.value.doubleValue, 0);
const item = { timestamp: window.endDate, quality: "GOOD", value: { average: sum / 20, count: 20, sum } };
assert.deepEqual(aggregatedValues, [item]);
const grid = {
  startTimeInSeconds: start - 30,
  endTimeInSeconds: start - 20,
  intervalInSeconds: 5,
  quality: "GOOD",
  type: "LINEAR_INTERPOLATION",
};
const line = await call(sitewise.GetInterpolatedAssetPropertyValuesCommand, { ...flow, ...grid });
assert.deepEqual(line.interpolatedAssetPropertyValues, [
  { timestamp: at(-25), value: { doubleValue: 5.5 } },
  { timestamp: at(-20), value: { doubleValue: 10.5 } },
]);

const entries = [
  { entryId: "flow", ...flow },
  { entryId: "none", propertyAlias: "/none" },
];
const now = await call(sitewise.BatchGetAssetPropertyValueCommand, { entries });
assert.deepEqual(now.successEntries, [{ entryId: "flow", assetPropertyValue: now.successEntries[0].assetPropertyValue }]);
assert.deepEqual(now.errorEntries.map((one) => one.errorCode), ["ResourceNotFoundException"]);
const batch = await call(sitewise.BatchGetAssetPropertyValueHistoryCommand, {
  entries: entries.map((entry) => ({ ...entry, ...between })),
  maxResults: 3,
});
assert.deepEqual(batch.successEntries[0].assetPropertyValueHistory, values.slice(1, 4));
const next = { entries: entries.map((entry) => ({ ...entry, ...between })), maxResults: 3, nextToken: batch.nextToken };
const rest = await call(sitewise.BatchGetAssetPropertyValueHistoryCommand, next);
assert.deepEqual(rest.successEntries[0].assetPropertyValueHistory, values.slice(4, 6));
assert.deepEqual(rest.errorEntries.map((one) => one.entryId), ["none"]);
const sums = await call(sitewise.BatchGetAssetPropertyAggregatesCommand, {
  entries: [{ entryId: "flow", ...flow, ...window, aggregateTypes }],
});
assert.deepEqual(sums.successEntries, [{ entryId: "flow", aggregatedValues: [item] }]);
assert.deepEqual(sums.skippedEntries, []);
await refused(sitewise.ResourceNotFoundException, 404, sitewise.GetAssetPropertyValueCommand, { propertyAlias: "/none" });
const many = { entries: Array.from({ length: 17 }, (_, i) => ({ entryId: `e${i}`, ...flow })) };
await refused(sitewise.InvalidRequestException, 400, sitewise.BatchGetAssetPropertyValueHistoryCommand, many);
