// Records as Zoho's own SDK for CRM v8 writes and reads them.
import assert from "node:assert/strict";
import test, { before } from "node:test";
import { bodyOf, Choice, control, coql, headers, initialize, parameters, records, valueOf } from "./support.mjs";

const { RecordOperations, ActionWrapper, ResponseWrapper, SuccessResponse, APIException, GetRecordsParam, GetRecordsHeader, SearchRecordsParam } = records;
const { DeleteRecordsParam, GetDeletedRecordsParam, DeletedRecordsWrapper } = records;

let accounts;
before(async () => {
  await initialize();
  accounts = new RecordOperations("Accounts");
});

const resultsOf = (answer) => {
  assert.ok(answer.getObject() instanceof ActionWrapper, `status ${answer.getStatusCode()}`);
  return answer.getObject().getData();
};
const idOf = (result) => {
  assert.ok(result instanceof SuccessResponse, String(valueOf(result.getCode?.())));
  return BigInt(result.getDetails().get("id"));
};
const detailsOf = (refusal) => Object.fromEntries([...refusal.getDetails()].map(([name, value]) => [name, String(value)]));
async function made(values) {
  return idOf(resultsOf(await accounts.createRecords(bodyOf([values])))[0]);
}
async function read(id) {
  const answer = await accounts.getRecord(id);
  assert.ok(answer.getObject() instanceof ResponseWrapper);
  return answer.getObject().getData()[0];
}

test("a record is inserted and comes back with its types", async () => {
  const answer = await accounts.createRecords(
    bodyOf([
      {
        Account_Name: "Größe & Söhne",
        Phone: "+49 30 1234",
        Employees: 12,
        Annual_Revenue: 1250000.5,
        Industry: new Choice("Consulting"),
        Billing_Code: "01067",
      },
    ]),
  );
  assert.equal(answer.getStatusCode(), 201);
  const [result] = resultsOf(answer);
  assert.equal(valueOf(result.getCode()), "SUCCESS");
  assert.equal(valueOf(result.getMessage()), "record added");
  const record = await read(idOf(result));
  assert.equal(record.getId(), idOf(result));
  assert.equal(record.getKeyValue("Account_Name"), "Größe & Söhne");
  assert.equal(record.getKeyValue("Employees"), 12);
  assert.equal(record.getKeyValue("Annual_Revenue"), 1250000.5);
  assert.equal(record.getKeyValue("Industry").getValue(), "Consulting");
  assert.equal(record.getKeyValue("Billing_Code"), "01067");
  assert.equal(record.getKeyValue("Billing_City"), null);
  assert.ok(record.getModifiedTime() instanceof Date);
  assert.equal(record.getModifiedTime().getMilliseconds(), 0);
  assert.equal(record.getModifiedBy().getEmail(), "integration@sandbox.example");
  assert.equal(record.getKeyValue("Owner").getId(), record.getCreatedBy().getId());
});

test("each of several records is answered in its order", async () => {
  const answer = await accounts.createRecords(bodyOf([{ Account_Name: "First" }, { Account_Name: "x".repeat(201) }, { Account_Name: "Third" }]));
  assert.equal(answer.getStatusCode(), 207);
  const results = resultsOf(answer);
  assert.equal(results.length, 3);
  assert.ok(results[1] instanceof APIException);
  assert.equal(valueOf(results[1].getCode()), "INVALID_DATA");
  assert.deepEqual(detailsOf(results[1]), { maximum_length: "200", api_name: "Account_Name", json_path: "$.data[1].Account_Name" });
  const refused = await accounts.createRecords(bodyOf([{ Account_Name: "x".repeat(201) }]));
  assert.equal(refused.getStatusCode(), 400);
  assert.ok(resultsOf(refused)[0] instanceof APIException);
});

test("a unique value is taken once", async () => {
  const id = await made({ Account_Name: "Unique", Salesforce_Id: "001000000000001AAA" });
  const [refusal] = resultsOf(await accounts.createRecords(bodyOf([{ Account_Name: "Other", Salesforce_Id: "001000000000001AAA" }])));
  assert.equal(valueOf(refusal.getCode()), "DUPLICATE_DATA");
  assert.equal(detailsOf(refusal).id, String(id));
});

test("records are updated singly and together", async () => {
  const ids = [await made({ Account_Name: "A" }), await made({ Account_Name: "B" })];
  const one = await accounts.updateRecord(ids[0], bodyOf([{ Phone: "1" }]));
  assert.equal(one.getStatusCode(), 200);
  assert.equal(valueOf(resultsOf(one)[0].getMessage()), "record updated");
  const both = await accounts.updateRecords(bodyOf(ids.map((id) => ({ id, Website: "www.both.example" })), (body) => body.setTrigger([])));
  assert.equal(both.getStatusCode(), 200);
  const record = await read(ids[0]);
  assert.equal(record.getKeyValue("Phone"), "1");
  assert.equal(record.getKeyValue("Website"), "www.both.example");
});

test("a guard refuses what changed meanwhile", async () => {
  const id = await made({ Account_Name: "Guarded" });
  const seen = (await read(id)).getModifiedTime();
  await control("POST", "/clock", { advance_s: 2 });
  await accounts.updateRecord(id, bodyOf([{ Phone: "1" }]));
  const answer = await accounts.updateRecord(id, bodyOf([{ Phone: "2" }]), await headers(["If-Unmodified-Since", seen.toISOString()]));
  assert.equal(answer.getStatusCode(), 412);
  assert.equal(valueOf(resultsOf(answer)[0].getCode()), "ALREADY_MODIFIED");
  assert.equal((await read(id)).getKeyValue("Phone"), "1");
});

test("an upsert finds by the field that is named", async () => {
  const body = () => bodyOf([{ Account_Name: "Upserted", Salesforce_Id: "001000000000002AAA" }], (made) => made.setDuplicateCheckFields(["Salesforce_Id"]));
  const [first] = resultsOf(await accounts.upsertRecords(body()));
  assert.equal(valueOf(first.getAction()), "insert");
  const [second] = resultsOf(await accounts.upsertRecords(body()));
  assert.equal(valueOf(second.getAction()), "update");
  assert.equal(second.getDuplicateField(), "Salesforce_Id");
  assert.equal(idOf(second), idOf(first));
});

test("lists are paged, and show only what is newer", async () => {
  const fields = [GetRecordsParam.FIELDS, "Account_Name,Modified_Time"];
  const page = (await accounts.getRecords(await parameters(fields, [GetRecordsParam.PER_PAGE, 2]))).getObject();
  assert.ok(page instanceof ResponseWrapper);
  assert.equal(page.getData().length, 2);
  assert.equal(page.getInfo().getMoreRecords(), true);
  const next = await accounts.getRecords(await parameters(fields, [GetRecordsParam.PER_PAGE, 2], [GetRecordsParam.PAGE_TOKEN, page.getInfo().getNextPageToken()]));
  assert.notEqual(next.getObject().getData()[0].getId(), page.getData()[0].getId());
  const { now } = await control("POST", "/clock", { advance_s: 2 });
  const since = await headers([GetRecordsHeader.IF_MODIFIED_SINCE, new Date(now)]);
  assert.equal((await accounts.getRecords(await parameters(fields), since)).getStatusCode(), 304);
  await control("POST", "/clock", { advance_s: 2 });
  await made({ Account_Name: "Newest" });
  const newest = (await accounts.getRecords(await parameters(fields), since)).getObject().getData();
  assert.deepEqual(newest.map((record) => record.getKeyValue("Account_Name")), ["Newest"]);
});

test("records are searched for, and what is not there is an empty answer", async () => {
  await made({ Account_Name: "Searched", Phone: "555 0199" });
  const found = await accounts.searchRecords(await parameters([SearchRecordsParam.CRITERIA, "(Account_Name:equals:Searched)"]));
  assert.equal(found.getObject().getData()[0].getKeyValue("Phone"), "555 0199");
  const none = await accounts.searchRecords(await parameters([SearchRecordsParam.PHONE, "000"]));
  assert.equal(none.getStatusCode(), 204);
});

test("COQL selects, and tells what is wrong", async () => {
  await made({ Account_Name: "Queried", Employees: 77 });
  const run = async (text) => {
    const body = new coql.BodyWrapper();
    body.setSelectQuery(text);
    return new coql.CoqlOperations().getRecords(body);
  };
  const found = await run("select Account_Name, Employees from Accounts where Employees = 77 order by Modified_Time desc limit 0, 10");
  assert.equal(found.getStatusCode(), 200);
  assert.equal(found.getObject().getData()[0].getKeyValue("Account_Name"), "Queried");
  assert.equal(found.getObject().getInfo().getMoreRecords(), false);
  const wrong = await run("select Nothing from Accounts where id is not null");
  assert.equal(wrong.getStatusCode(), 400);
  assert.equal(valueOf(wrong.getObject().getCode()), "INVALID_QUERY");
});

test("deleted records are in the recycle bin", async () => {
  const ids = [await made({ Account_Name: "Gone" }), await made({ Account_Name: "Gone too" })];
  const answer = await accounts.deleteRecords(await parameters([DeleteRecordsParam.IDS, ids.join(",")]));
  assert.equal(answer.getStatusCode(), 200);
  const deleted = (await accounts.getDeletedRecords(await parameters([GetDeletedRecordsParam.TYPE, "recycle"]))).getObject();
  assert.ok(deleted instanceof DeletedRecordsWrapper);
  const names = deleted.getData().map((one) => one.getDisplayName());
  assert.ok(names.includes("Gone") && names.includes("Gone too"), names.join());
  assert.equal((await accounts.getRecord(ids[0])).getStatusCode(), 204);
});

test("a module that does not exist is told", async () => {
  const answer = await new RecordOperations("Nonsense").getRecords(await parameters([GetRecordsParam.FIELDS, "Name"])).catch((error) => error);
  assert.match(String(answer.getObject ? valueOf(answer.getObject().getCode()) : answer), /INVALID_MODULE/);
});
