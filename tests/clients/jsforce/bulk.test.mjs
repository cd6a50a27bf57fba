import assert from "node:assert/strict";
import test, { before } from "node:test";
import { connect, control, raw } from "./support.mjs";

let connection;
before(async () => {
  connection = await connect();
  connection.bulk2.pollInterval = 5;
});

const load = (operation, input, more = {}) => connection.bulk2.loadAndWaitForResults({ object: "Account", operation, input, ...more });

test("insert, update and delete, with what failed and why", async () => {
  const inserted = await load("insert", [{ Name: "Bulk 1", AnnualRevenue: "45000" }, { Name: "" }, { Name: 'Bulk "3", with commas' }]);
  assert.deepEqual(inserted.successfulResults.map((row) => [row.Name, row.sf__Created]), [["Bulk 1", "true"], ['Bulk "3", with commas', "true"]]);
  assert.equal(inserted.failedResults.length, 1);
  assert.equal(inserted.failedResults[0].sf__Error, "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --");
  assert.deepEqual(inserted.unprocessedRecords, []);
  const ids = inserted.successfulResults.map((row) => row.sf__Id);

  const updated = await load("update", [
    { Id: ids[0], Name: "", AnnualRevenue: "#N/A" },
    { Id: "001Hs00000999ZZ", Name: "?", AnnualRevenue: "1" },
  ]);
  assert.deepEqual(updated.successfulResults.map((row) => [row.sf__Id, row.sf__Created]), [[ids[0], "false"]]);
  assert.match(updated.failedResults[0].sf__Error, /^INVALID_CROSS_REFERENCE_KEY:/);
  // An empty value changes nothing, #N/A erases.
  const read = await connection.sobject("Account").retrieve(ids[0]);
  assert.deepEqual([read.Name, read.AnnualRevenue], ["Bulk 1", null]);

  const deleted = await load("delete", ids.map((Id) => ({ Id })));
  assert.equal(deleted.successfulResults.length, 2);
  assert.equal((await connection.query("SELECT Id FROM Account WHERE Name LIKE 'Bulk%'")).totalSize, 0);
});

test("upsert by an external id", async () => {
  const rows = (phone) => [{ External_Id__c: "B-1", Name: "Upserted 1", Phone: phone }, { External_Id__c: "B-2", Name: "Upserted 2", Phone: phone }];
  const first = await load("upsert", rows("1").slice(0, 1), { externalIdFieldName: "External_Id__c" });
  assert.deepEqual(first.successfulResults.map((row) => row.sf__Created), ["true"]);
  const second = await load("upsert", rows("2"), { externalIdFieldName: "External_Id__c" });
  assert.deepEqual(second.successfulResults.map((row) => row.sf__Created), ["false", "true"]);
  assert.equal(second.successfulResults[0].sf__Id, first.successfulResults[0].sf__Id);
});

test("a job of text with its own delimiter and line end goes through its states", async () => {
  const job = connection.bulk2.createJob({ object: "Contact", operation: "insert", columnDelimiter: "SEMICOLON", lineEnding: "CRLF" });
  await job.open();
  assert.equal(job.getInfo().state, "Open");
  assert.equal(job.getInfo().contentUrl, `services/data/v60.0/jobs/ingest/${job.id}/batches`);
  await job.uploadData("LastName;Account.External_Id__c\r\nFrom Bulk;B-1\r\nOrphan;missing\r\n");
  await job.close();
  assert.equal(job.getInfo().state, "UploadComplete");
  const states = [];
  job.on("inProgress", (info) => states.push(info.state));
  await job.poll(5, 5000);
  assert.ok(states.includes("InProgress"));
  assert.deepEqual([job.getInfo().state, job.getInfo().numberRecordsProcessed, job.getInfo().numberRecordsFailed], ["JobComplete", 2, 1]);
  const raw = await job.getSuccessfulResults(true);
  assert.match(raw, /^"sf__Id";"sf__Created";"LastName";"Account.External_Id__c"\r\n"003\w{15}";"true";"From Bulk";"B-1"\r\n$/);
});

test("a job whose columns are unknown fails and leaves all rows unprocessed", async () => {
  const job = connection.bulk2.createJob({ object: "Account", operation: "insert" });
  await job.open();
  await job.uploadData("Name,Nothing\nA,B\n");
  await job.close();
  await assert.rejects(job.poll(5, 5000), /InvalidBatch : Field name not found : Nothing/);
  assert.deepEqual(await job.getUnprocessedRecords(), [{ Name: "A", Nothing: "B" }]);
  await job.delete();
  await assert.rejects(job.check(), { name: "NOT_FOUND" });
});

test("a job is aborted", async () => {
  const job = connection.bulk2.createJob({ object: "Account", operation: "insert" });
  await job.open();
  await job.uploadData("Name\nNever\n");
  await job.abort();
  await assert.rejects(job.poll(5, 5000), /Job has been aborted/);
  assert.equal((await connection.query("SELECT Id FROM Account WHERE Name = 'Never'")).totalSize, 0);
  await assert.rejects(job.close(), { name: "INVALIDJOBSTATE" });
});

test("jobs that make no sense are refused", async () => {
  const open = (options) => connection.bulk2.createJob(options).open();
  await assert.rejects(open({ object: "Nothing", operation: "insert" }), { name: "INVALIDJOB" });
  await assert.rejects(open({ object: "Account", operation: "merge" }), { name: "INVALIDJOB" });
  await assert.rejects(open({ object: "Account", operation: "upsert", externalIdFieldName: "Phone" }), { name: "INVALIDJOB" });
});

test("a query's records come as a stream of CSV", async () => {
  const many = Array.from({ length: 300 }, (_, i) => ({ Name: `Exported ${i}`, AccountNumber: "export", AnnualRevenue: i }));
  await control("POST", "/load/salesforce/Account", { records: many });
  const stream = await connection.bulk2.query("SELECT Id, Name, Owner.Name, AnnualRevenue, CreatedDate FROM Account WHERE AccountNumber = 'export' ORDER BY Name");
  const records = await stream.toArray();
  assert.equal(records.length, 300);
  assert.equal(records[0].Name, "Exported 0");
  assert.equal(records[0]["Owner.Name"], "Integration");
  assert.equal(records[1].AnnualRevenue, "1.0");
  assert.match(records[0].CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
});

test("pages of a query end with the locator null, as text", async () => {
  const base = "/services/data/v60.0/jobs/query";
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ operation: "query", query: "SELECT Name FROM Account WHERE AccountNumber = 'export'", columnDelimiter: "PIPE" });
  const { id, state, jobType } = JSON.parse((await raw(connection, "POST", base, { headers, body })).text);
  assert.deepEqual([state, jobType], ["UploadComplete", "V2Query"]);
  while (JSON.parse((await raw(connection, "GET", `${base}/${id}`)).text).state !== "JobComplete");
  const pages = [];
  for (let locator = ""; locator !== "null"; ) {
    const page = await raw(connection, "GET", `${base}/${id}/results?maxRecords=120${locator && "&locator=" + locator}`);
    assert.equal(page.headers.get("content-type"), "text/csv");
    pages.push(Number(page.headers.get("sforce-numberofrecords")));
    assert.match(page.text, /^"Name"\n/);
    locator = page.headers.get("sforce-locator");
    assert.ok(locator);
  }
  assert.deepEqual(pages, [120, 120, 60]);
});

test("what a bulk query cannot do is refused", async () => {
  const refused = async (soql, words) => assert.rejects(connection.bulk2.query(soql), (error) => error.name === "API_ERROR" && words.test(error.message));
  await refused("SELECT COUNT() FROM Account", /not supported in Bulk Query/);
  await refused("SELECT Id, (SELECT Id FROM Contacts) FROM Account", /Aggregate Relationships not supported/);
  await refused("SELECT BillingAddress FROM Account", /Selecting compound data not supported/);
  await refused("SELECT Nope FROM Account", /INVALID_FIELD/);
});

test("deleted records are exported by queryAll", async () => {
  const { id } = await connection.sobject("Account").create({ Name: "To be exported" });
  await connection.sobject("Account").destroy(id);
  const soql = `SELECT Id, IsDeleted FROM Account WHERE Id = '${id}'`;
  assert.equal((await (await connection.bulk2.query(soql)).toArray()).length, 0);
  assert.deepEqual(await (await connection.bulk2.query(soql, { scanAll: true })).toArray(), [{ Id: id, IsDeleted: "true" }]);
});
