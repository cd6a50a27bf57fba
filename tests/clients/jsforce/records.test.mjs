import assert from "node:assert/strict";
import test, { before } from "node:test";
import jsforce from "jsforce";
import { connect, host, later, oauth2, raw } from "./support.mjs";

let connection, accounts;
before(async () => {
  connection = await connect();
  accounts = connection.sobject("Account");
});

test("a record is created, read, changed and deleted", async () => {
  const created = await accounts.create({ Name: "One", BillingStreet: "Line 1\nLine 2", AnnualRevenue: 45000 });
  assert.deepEqual({ success: created.success, errors: created.errors }, { success: true, errors: [] });
  const read = await accounts.retrieve(created.id);
  assert.equal(read.Name, "One");
  assert.equal(read.AnnualRevenue, 45000);
  assert.equal(read.BillingAddress.street, "Line 1\nLine 2");
  assert.equal(read.attributes.url, `/services/data/v60.0/sobjects/Account/${created.id}`);
  assert.equal((await accounts.update({ Id: created.id, Name: "Uno" })).success, true);
  assert.equal((await accounts.retrieve(created.id.slice(0, 15))).Name, "Uno");
  assert.equal((await accounts.destroy(created.id)).success, true);
  await assert.rejects(accounts.retrieve(created.id), { name: "ENTITY_IS_DELETED" });
});

test("several records go through collections, and each says what became of it", async () => {
  const results = await accounts.create([{ Name: "A" }, { Phone: "1" }, { Name: "C".repeat(256) }, { Name: "D" }]);
  assert.deepEqual(results.map((result) => result.success), [true, false, false, true]);
  assert.deepEqual(results[1].errors[0], {
    statusCode: "REQUIRED_FIELD_MISSING",
    message: "Required fields are missing: [Name]",
    fields: ["Name"],
  });
  assert.equal(results[2].errors[0].statusCode, "STRING_TOO_LONG");
  const ids = [results[0].id, results[3].id];
  const updated = await accounts.update([{ Id: ids[0], Name: "A2" }, { Id: "001Hs00000999ZZ", Name: "?" }]);
  assert.deepEqual(updated.map((result) => result.success), [true, false]);
  const read = await accounts.retrieve(ids);
  assert.deepEqual(read.map((record) => record.Name), ["A2", "D"]);
  const gone = await accounts.destroy(ids);
  assert.ok(gone.every((result) => result.success));
});

test("all or none undoes what had succeeded", async () => {
  const results = await accounts.create([{ Name: "Never" }, {}], { allOrNone: true });
  assert.deepEqual(results.map((result) => result.errors[0].statusCode), ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]);
  assert.equal((await connection.query("SELECT Id FROM Account WHERE Name = 'Never'")).totalSize, 0);
});

test("more than 200 records are split by jsforce", async () => {
  const results = await accounts.create(Array.from({ length: 450 }, (_, i) => ({ Name: `Lot ${i}` })), { allowRecursive: true });
  assert.equal(results.filter((result) => result.success).length, 450);
  await assert.rejects(accounts.create(Array.from({ length: 201 }, () => ({ Name: "x" }))), /Exceeded max limit of concurrent call|record limit reached/);
});

test("an upsert says whether it created, by the version's status", async () => {
  const record = { External_Id__c: "K-1", Name: "Keyed" };
  const first = await accounts.upsert(record, "External_Id__c");
  assert.equal(first.created, true);
  const second = await accounts.upsert({ ...record, Phone: "2" }, "External_Id__c");
  assert.deepEqual([second.created, second.id], [false, first.id]);
  // Up to version 45 an update has no body.
  const old = await connect({ version: "45.0" });
  const answer = await old.sobject("Account").upsert({ ...record, Phone: "3" }, "External_Id__c");
  assert.equal(answer.success, true);
  assert.equal(answer.id, undefined);
  assert.equal((await accounts.retrieve(first.id)).Phone, "3");
});

test("an upsert of several records, and a duplicate of a unique key", async () => {
  const results = await accounts.upsert([{ External_Id__c: "K-2", Name: "Two" }, { External_Id__c: "K-1", Name: "One again" }, { External_Id__c: "K-3" }], "External_Id__c");
  assert.deepEqual(results.map((result) => [result.success, result.created]), [[true, true], [true, false], [false, undefined]]);
  await assert.rejects(accounts.create({ Name: "Double", External_Id__c: "k-2" }), (error) => {
    assert.equal(error.name, "DUPLICATE_VALUE");
    assert.match(error.message, /^duplicate value found: External_Id__c duplicates value on record with id: 001\w{12}$/);
    return true;
  });
});

test("errors of one record", async () => {
  await assert.rejects(accounts.create({}), { name: "REQUIRED_FIELD_MISSING", message: "Required fields are missing: [Name]" });
  await assert.rejects(accounts.create({ Name: "x", Email: "a@example.com" }), { name: "INVALID_FIELD" });
  await assert.rejects(accounts.retrieve("001Hs00000999ZZ"), { name: "NOT_FOUND" });
  await assert.rejects(connection.sobject("Nothing").create({ Name: "x" }), { name: "NOT_FOUND" });
  await assert.rejects(accounts.create({ Name: "x", ParentId: "006000000000001" }), { name: "MALFORMED_ID" });
  await assert.rejects(connection.sobject("Opportunity").create({ Name: "x", StageName: "Nowhere", CloseDate: "2026-01-01" }), {
    name: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
  });
});

test("errors are a list and success has no body", async () => {
  const { id } = await accounts.create({ Name: "Raw" });
  const path = `/services/data/v60.0/sobjects/Account/${id}`;
  const headers = { "content-type": "application/json" };
  const done = await raw(connection, "PATCH", path, { headers, body: '{"Name":"Raw 2"}' });
  assert.deepEqual([done.status, done.text], [204, ""]);
  const refused = await raw(connection, "PATCH", path, { headers, body: '{"Nope":1}' });
  assert.equal(refused.status, 400);
  assert.ok(Array.isArray(JSON.parse(refused.text)));
  const deleted = await raw(connection, "DELETE", path);
  assert.deepEqual([deleted.status, deleted.text], [204, ""]);
});

test("an account is written only if its tag still fits", async () => {
  const { id } = await accounts.create({ Name: "Guarded" });
  const path = `/services/data/v60.0/sobjects/Account/${id}`;
  const tag = (await raw(connection, "GET", path)).headers.get("etag");
  const headers = { "content-type": "application/json", "if-match": tag };
  assert.equal((await raw(connection, "PATCH", path, { headers, body: '{"Name":"Guarded 2"}' })).status, 204);
  const second = await raw(connection, "PATCH", path, { headers, body: '{"Name":"Guarded 3"}' });
  assert.equal(second.status, 412);
  assert.equal((await accounts.retrieve(id)).Name, "Guarded 2");
});

test("times guard every record", async () => {
  const { id } = await connection.sobject("Product2").create({ Name: "Timed" });
  const path = `/services/data/v60.0/sobjects/Product2/${id}`;
  const modified = (await raw(connection, "GET", path)).headers.get("last-modified");
  assert.equal((await raw(connection, "GET", path, { headers: { "if-modified-since": modified } })).status, 304);
  const headers = { "content-type": "application/json", "if-unmodified-since": modified };
  await later(2);
  assert.equal((await raw(connection, "PATCH", path, { headers, body: '{"Family":"Pumps"}' })).status, 204);
  assert.equal((await raw(connection, "PATCH", path, { headers, body: '{"Family":"Seals"}' })).status, 412);
  assert.equal((await raw(connection, "GET", path, { headers: { "if-modified-since": modified } })).status, 200);
});

test("describe names fields, types and children", async () => {
  const description = await accounts.describe();
  const field = description.fields.find(({ name }) => name === "External_Id__c");
  assert.deepEqual([field.type, field.externalId, field.unique, field.idLookup], ["string", true, true, true]);
  assert.ok(description.childRelationships.some(({ relationshipName }) => relationshipName === "Contacts"));
  assert.equal(description.keyPrefix, "001");
  const all = await connection.describeGlobal();
  assert.ok(["Account", "Contact", "Opportunity", "OpportunityLineItem", "Product2"].every((name) => all.sobjects.some((object) => object.name === name)));
});

test("what was updated and deleted in a span", async () => {
  const start = await later(180);
  const kept = await accounts.create({ Name: "Kept" });
  const gone = await accounts.create({ Name: "Gone" });
  await accounts.destroy(gone.id);
  const end = await later(120);
  const updated = await accounts.updated(start.toISOString(), end.toISOString());
  assert.ok(updated.ids.includes(kept.id));
  assert.ok(!updated.ids.includes(gone.id));
  assert.ok(new Date(updated.latestDateCovered) <= end);
  const deleted = await accounts.deleted(start.toISOString(), end.toISOString());
  assert.deepEqual(deleted.deletedRecords.map((record) => record.id), [gone.id]);
  assert.ok(new Date(deleted.deletedRecords[0].deletedDate) >= new Date(start.getTime() - 60_000));
  await assert.rejects(accounts.updated(end.toISOString(), start.toISOString()), { name: "INVALID_REPLICATION_DATE" });
});

test("limits are told, and counted on every answer", async () => {
  const before = connection.limitInfo.apiUsage.used;
  const limits = await connection.limits();
  assert.equal(limits.DailyApiRequests.Max - limits.DailyApiRequests.Remaining, before + 1);
  assert.deepEqual(connection.limitInfo.apiUsage, { used: before + 1, limit: limits.DailyApiRequests.Max });
});

test("a composite request refers to earlier answers", async () => {
  const base = "/services/data/v60.0";
  const { compositeResponse } = await connection.requestPost("/composite", {
    allOrNone: true,
    compositeRequest: [
      { method: "POST", url: `${base}/sobjects/Account`, referenceId: "account", body: { Name: "Composed" } },
      { method: "POST", url: `${base}/sobjects/Contact`, referenceId: "contact", body: { LastName: "Member", AccountId: "@{account.id}" } },
      { method: "GET", url: `${base}/query?q=SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Id = '@{account.id}'`, referenceId: "read" },
      { method: "PATCH", url: `${base}/sobjects/Account/@{account.id}`, referenceId: "changed", httpHeaders: { "If-Unmodified-Since": new Date(0).toUTCString() }, body: { Name: "x" } },
    ],
  });
  assert.deepEqual(compositeResponse.map((one) => one.httpStatusCode), [400, 400, 400, 412]);
  assert.equal(compositeResponse[0].body[0].errorCode, "PROCESSING_HALTED");
  assert.equal((await connection.query("SELECT Id FROM Account WHERE Name = 'Composed'")).totalSize, 0);
});

test("a composite request without all or none halts only what depends", async () => {
  const base = "/services/data/v60.0";
  const { compositeResponse } = await connection.requestPost("/composite", {
    compositeRequest: [
      { method: "POST", url: `${base}/sobjects/Account`, referenceId: "broken", body: {} },
      { method: "POST", url: `${base}/sobjects/Contact`, referenceId: "child", body: { LastName: "x", AccountId: "@{broken.id}" } },
      { method: "POST", url: `${base}/sobjects/Account`, referenceId: "good", body: { Name: "Alone" } },
      { method: "GET", url: `${base}/sobjects/Account/@{good.id}?fields=Name`, referenceId: "read" },
    ],
  });
  assert.deepEqual(compositeResponse.map((one) => one.httpStatusCode), [400, 400, 201, 200]);
  assert.equal(compositeResponse[1].body[0].errorCode, "PROCESSING_HALTED");
  assert.equal(compositeResponse[2].httpHeaders.Location, `${base}/sobjects/Account/${compositeResponse[2].body.id}`);
  assert.equal(compositeResponse[3].body.Name, "Alone");
});

test("a subrequest of a composite request has headers of its own", async () => {
  const { id } = await accounts.create({ Name: "Tagged" });
  const url = `/services/data/v60.0/sobjects/Account/${id}`;
  const tag = (await raw(connection, "GET", url)).headers.get("etag");
  const change = (referenceId, Phone) => ({ method: "PATCH", url, referenceId, httpHeaders: { "If-Match": tag }, body: { Phone } });
  const { compositeResponse } = await connection.requestPost("/composite", { compositeRequest: [change("a", "1"), change("b", "2")] });
  assert.deepEqual(compositeResponse.map((one) => [one.httpStatusCode, one.body === null]), [[204, true], [412, false]]);
  assert.equal((await accounts.retrieve(id)).Phone, "1");
});

test("batch, graph and tree", async () => {
  const batch = await connection.requestPost("/composite/batch", {
    batchRequests: [{ method: "GET", url: "v60.0/limits" }, { method: "GET", url: "v60.0/sobjects/Account/001Hs00000999ZZ" }],
  });
  assert.equal(batch.hasErrors, true);
  assert.deepEqual(batch.results.map((result) => result.statusCode), [200, 404]);
  const node = (referenceId, Name) => ({ method: "POST", url: "/services/data/v60.0/sobjects/Account", referenceId, body: { Name } });
  const { graphs } = await connection.requestPost("/composite/graph", {
    graphs: [
      { graphId: "good", compositeRequest: [node("a", "Graph A"), { ...node("c"), url: "/services/data/v60.0/sobjects/Contact", body: { LastName: "G", AccountId: "@{a.id}" } }] },
      { graphId: "bad", compositeRequest: [node("b", "Graph B"), node("n", "")] },
    ],
  });
  assert.deepEqual(graphs.map((graph) => graph.isSuccessful), [true, false]);
  assert.equal((await connection.query("SELECT Id FROM Account WHERE Name LIKE 'Graph %'")).totalSize, 1);
  const record = (type, referenceId, fields) => ({ attributes: { type, referenceId }, ...fields });
  const tree = await connection.requestPost("/composite/tree/Account", {
    records: [record("Account", "r1", { Name: "Tree", Contacts: { records: [record("Contact", "r2", { LastName: "Leaf" })] } })],
  });
  assert.deepEqual([tree.hasErrors, tree.results.map((result) => result.referenceId)], [false, ["r1", "r2"]]);
  const [leaf] = (await connection.query("SELECT Account.Name FROM Contact WHERE LastName = 'Leaf'")).records;
  assert.equal(leaf.Account.Name, "Tree");
});

test("jsforce's own default version is served", async () => {
  const old = new jsforce.Connection({ oauth2 });
  await old.authorize({ grant_type: "client_credentials" });
  assert.equal(old.version, "50.0");
  assert.equal(old.instanceUrl, host);
  assert.equal((await old.query("SELECT Id FROM User")).totalSize, 1);
});
