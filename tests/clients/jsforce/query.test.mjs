import assert from "node:assert/strict";
import test, { before } from "node:test";
import jsforce from "jsforce";
import { connect, control } from "./support.mjs";

let connection;
before(async () => {
  connection = await connect();
  const many = Array.from({ length: 450 }, (_, i) => ({ Name: `Row ${String(i).padStart(4, "0")}`, AccountNumber: "paged" }));
  await control("POST", "/load/salesforce/Account", { records: many });
});

const paged = "SELECT Id, Name FROM Account WHERE AccountNumber = 'paged' ORDER BY Name";
const small = { headers: { "Sforce-Query-Options": "batchSize=200" } };

test("a query is read page by page with a small batch size", async () => {
  const pages = [await connection.query(paged, small)];
  while (!pages.at(-1).done) pages.push(await connection.queryMore(pages.at(-1).nextRecordsUrl, small));
  assert.deepEqual(pages.map((page) => page.records.length), [200, 200, 50]);
  assert.ok(pages.every((page) => page.totalSize === 450));
  // jsforce puts the host before what is relative.
  assert.match(pages[0].nextRecordsUrl, /\/services\/data\/v60\.0\/query\/01g\w{15}-200$/);
  const names = pages.flatMap((page) => page.records.map((record) => record.Name));
  assert.equal(new Set(names).size, 450);
  assert.deepEqual(names, [...names].sort());
});

test("jsforce fetches all pages by itself", async () => {
  const records = await connection.query(paged, { ...small, autoFetch: true, maxFetch: 1000 });
  assert.equal(records.records.length, 450);
  const events = [];
  await new Promise((done, failed) =>
    connection.query(paged, small).on("record", (record) => events.push(record.Name)).on("end", done).on("error", failed).run({ autoFetch: true, maxFetch: 1000 }),
  );
  assert.equal(events.length, 450);
});

test("a cursor stays where it is when records change, come and go", async () => {
  const first = await connection.query(paged, small);
  const seen = first.records.map((record) => record.Name);
  await connection.sobject("Account").create({ Name: "Row 0000 and a half", AccountNumber: "paged" });
  const gone = await connection.query("SELECT Id FROM Account WHERE Name = 'Row 0210'");
  await connection.sobject("Account").destroy(gone.records[0].Id);
  let page = first;
  while (!page.done) {
    page = await connection.queryMore(page.nextRecordsUrl, small);
    seen.push(...page.records.map((record) => record.Name));
  }
  const expected = Array.from({ length: 450 }, (_, i) => `Row ${String(i).padStart(4, "0")}`).filter((name) => name !== "Row 0210");
  assert.deepEqual(seen, expected);
});

test("a false locator is refused", async () => {
  await assert.rejects(connection.queryMore("/services/data/v60.0/query/01gHs00000000zzIAA-200"), { name: "INVALID_QUERY_LOCATOR" });
});

test("parents nest and children are results of their own", async () => {
  const account = await connection.sobject("Account").create({ Name: "Parent GmbH" });
  await connection.sobject("Contact").create([
    { LastName: "Adams", AccountId: account.id, Email: "adams@example.com" },
    { LastName: "Brown", AccountId: account.id },
  ]);
  const { records } = await connection.query(`SELECT Name, Account.Name, Account.Owner.Name FROM Contact WHERE AccountId = '${account.id}' ORDER BY LastName`);
  assert.equal(records[0].Account.Name, "Parent GmbH");
  assert.equal(records[0].Account.Owner.Name, "Integration");
  assert.equal(records[0].Account.attributes.type, "Account");
  const parents = await connection.query(
    `SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName DESC), (SELECT Id FROM Opportunities) FROM Account WHERE Id = '${account.id}'`,
  );
  assert.deepEqual(parents.records[0].Contacts.records.map((record) => record.LastName), ["Brown", "Adams"]);
  assert.equal(parents.records[0].Contacts.totalSize, 2);
  assert.equal(parents.records[0].Opportunities, null);
});

test("children beyond a page are fetched by their own locator", async () => {
  const account = await connection.sobject("Account").create({ Name: "Many Contacts" });
  const contacts = Array.from({ length: 250 }, (_, i) => ({ LastName: `C${i}`, AccountId: account.id }));
  await control("POST", "/load/salesforce/Contact", { records: contacts });
  const { records } = await connection.query(`SELECT Id, (SELECT LastName FROM Contacts) FROM Account WHERE Id = '${account.id}'`, small);
  const children = records[0].Contacts;
  assert.equal(children.totalSize, 250);
  assert.equal(children.done, false);
  const rest = await connection.queryMore(children.nextRecordsUrl, small);
  assert.equal(children.records.length + rest.records.length, 250);
});

test("find builds a query with conditions, order and limit", async () => {
  const sobject = connection.sobject("Account");
  const found = await sobject
    .find({ AccountNumber: "paged", Name: { $like: "Row 01%" }, CreatedDate: { $gt: jsforce.SfDate.YESTERDAY } }, ["Id", "Name"])
    .sort({ Name: -1 })
    .limit(3)
    .skip(1)
    .execute();
  assert.deepEqual(found.map((record) => record.Name), ["Row 0198", "Row 0197", "Row 0196"]);
  assert.equal(await sobject.count({ AccountNumber: "paged", Name: { $in: ["Row 0001", "Row 0002"] } }), 2);
  assert.equal((await sobject.findOne({ Name: "Row 0007" }, { Name: 1 })).Name, "Row 0007");
  assert.equal(await sobject.findOne({ Name: "nobody" }), null);
});

test("find with include selects children", async () => {
  const found = await connection
    .sobject("Account")
    .find({ Name: "Parent GmbH" }, "Name")
    .include("Contacts", { LastName: { $like: "A%" } }, "LastName")
    .end()
    .execute();
  assert.deepEqual(found[0].Contacts.records.map((record) => record.LastName), ["Adams"]);
});

test("aggregates have their names or expr0", async () => {
  const { records } = await connection.query(
    "SELECT AccountNumber n, COUNT(Id), MAX(Name) last FROM Account WHERE AccountNumber = 'paged' GROUP BY AccountNumber HAVING COUNT(Id) > 400",
  );
  assert.equal(records[0].n, "paged");
  assert.equal(records[0].last, "Row 0449");
  assert.ok(records[0].expr0 >= 449);
  assert.equal((await connection.query("SELECT COUNT() FROM User")).totalSize, 1);
});

test("and, or, not, in and date literals", async () => {
  const count = async (condition) => (await connection.query(`SELECT Id FROM Account WHERE AccountNumber = 'paged' AND ${condition}`)).totalSize;
  assert.equal(await count("(Name = 'Row 0001' OR Name = 'Row 0002')"), 2);
  assert.equal(await count("Name IN ('Row 0003', 'Row 0004', 'x')"), 2);
  assert.equal(await count("Name LIKE 'Row 000_' AND (NOT Name LIKE '%5')"), 9);
  assert.equal(await count("CreatedDate = TODAY AND Name = 'Row 0001'"), 1);
  assert.equal(await count("CreatedDate < LAST_N_DAYS:3"), 0);
  await assert.rejects(count("Name = 'a' OR Name = 'b'"), { name: "MALFORMED_QUERY" });
});

test("several choices of a picklist are included or excluded", async () => {
  await connection.sobject("Account").create([
    { Name: "Chooser 1", Product_Interests__c: "Valves;Pumps" },
    { Name: "Chooser 2", Product_Interests__c: "Pumps" },
    { Name: "Chooser 3", Product_Interests__c: "Seals" },
  ]);
  const names = async (condition) =>
    (await connection.query(`SELECT Name FROM Account WHERE Name LIKE 'Chooser%' AND Product_Interests__c ${condition} ORDER BY Name`)).records.map((record) => record.Name);
  assert.deepEqual(await names("INCLUDES ('Pumps;Valves', 'Seals')"), ["Chooser 1", "Chooser 3"]);
  assert.deepEqual(await names("EXCLUDES ('Pumps')"), ["Chooser 3"]);
  assert.deepEqual(await names("= 'Pumps;Valves'"), ["Chooser 1"]);
});

test("deleted records are seen by scanAll only", async () => {
  const { id } = await connection.sobject("Account").create({ Name: "Short Life" });
  await connection.sobject("Account").destroy(id);
  const soql = `SELECT Id, IsDeleted FROM Account WHERE Id = '${id}'`;
  assert.equal((await connection.query(soql)).totalSize, 0);
  const all = await connection.query(soql, { scanAll: true });
  assert.equal(all.records[0].IsDeleted, true);
});

test("an alias is for groups only", async () => {
  await assert.rejects(connection.query("SELECT Name n FROM Account"), /only aggregate expressions use field aliasing/);
});

test("errors of a query say what and where", async () => {
  await assert.rejects(connection.query("SELECT Nothing FROM Account"), (error) => {
    assert.equal(error.name, "INVALID_FIELD");
    assert.match(error.message, /No such column 'Nothing' on entity 'Account'/);
    return true;
  });
  await assert.rejects(connection.query("SELECT Id FROM Nothing"), { name: "INVALID_TYPE" });
  await assert.rejects(connection.query("SELEC Id FROM Account"), { name: "MALFORMED_QUERY" });
});
