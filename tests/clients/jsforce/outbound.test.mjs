// What the organisation sends by itself, as whoever it is sent to sees it.
import assert from "node:assert/strict";
import http from "node:http";
import test, { after, before, beforeEach } from "node:test";
import { connect, control, later, until } from "./support.mjs";

const ack = (value) =>
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
  `<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>${value}</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`;

let connection, receiver, endpoint;
let received = [];
let answer = () => ack("true");
before(async () => {
  connection = await connect();
  receiver = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk)).on("end", () => {
      received.push({ path: request.url, headers: request.headers, body, ids: [...body.matchAll(/<Notification><Id>(\w+)<\/Id>/g)].map(([, id]) => id) });
      const text = answer(received.length);
      response.writeHead(text === undefined ? 500 : 200, { "content-type": "text/xml" }).end(text);
    });
  });
  await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
  endpoint = `http://127.0.0.1:${receiver.address().port}`;
});
after(() => receiver.close());
beforeEach(() => {
  received = [];
  answer = () => ack("true");
});

const rule = (fields) =>
  control("POST", "/load/salesforce/OutboundMessage", {
    records: [{ Name: "Won", EndpointUrl: endpoint + "/secret", Fields: ["Name", "Amount", "StageName", "CloseDate", "AccountId"], RetryBaseMs: 20, ...fields }],
  });
const open = (Name) => ({ Name, StageName: "Negotiation/Review", CloseDate: "2026-02-18", Amount: 45000 });
const delivery = async (RecordId) => (await control("GET", "/state/salesforce/OutboundDelivery")).records.find((one) => one.RecordId === RecordId);
const settled = (id) =>
  until(async () => {
    const one = await delivery(id);
    return one && one.State !== "pending" && one;
  });

test("an opportunity that becomes won sends one message, whatever wrote it", async () => {
  await rule({});
  const deals = connection.sobject("Opportunity");
  const { id } = await deals.create(open("Deal & Co"));
  await deals.update({ Id: id, Amount: 45000.5 });
  await deals.update({ Id: id, StageName: "Closed Won" });
  assert.equal((await settled(id)).State, "delivered");
  await deals.update({ Id: id, NextStep: "none" });
  const again = await deals.create({ ...open("Won at once"), StageName: "Closed Won" });
  await settled(again.id);
  assert.equal(received.length, 2);
  const { path, headers, body } = received[0];
  assert.equal(path, "/secret");
  assert.equal(headers["content-type"], "text/xml; charset=UTF-8");
  assert.equal(headers.soapaction, '""');
  assert.match(body, /<OrganizationId>00D\w{15}<\/OrganizationId><ActionId>04k\w{15}<\/ActionId><SessionId xsi:nil="true"\/>/);
  assert.match(body, new RegExp(`<Notification><Id>04l\\w{15}</Id><sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>${id}</sf:Id>`));
  // Fields by name, numbers with a decimal, texts escaped, nothing of what is null.
  assert.match(body, /<\/sf:Id><sf:Amount>45000.5<\/sf:Amount><sf:CloseDate>2026-02-18<\/sf:CloseDate><sf:Name>Deal &amp; Co<\/sf:Name><sf:StageName>Closed Won<\/sf:StageName><\/sObject>/);
});

test("it is sent again until it is acknowledged", async () => {
  await rule({});
  answer = (count) => [undefined, "", '{"ok":true}', ack("false"), ack("true")][count - 1];
  const { id } = await connection.sobject("Opportunity").create({ ...open("Stubborn"), StageName: "Closed Won" });
  const done = await settled(id);
  assert.deepEqual([done.State, done.Attempts, done.LastStatus], ["delivered", 5, 200]);
  assert.equal(received.length, 5);
  assert.equal(new Set(received.map((one) => one.ids[0])).size, 1);
});

test("what waits together is sent together, up to a hundred", async () => {
  answer = () => undefined;
  await rule({ RetryBaseMs: 3_600_000, RetryCapMs: 3_600_000 });
  const deals = Array.from({ length: 150 }, (_, i) => ({ ...open(`Lot ${i}`), StageName: "Closed Won" }));
  const created = await connection.sobject("Opportunity").create(deals);
  // An attempt counts when it is sent; it is over when there is an answer. The two messages may overtake one another.
  const answered = async (status) => {
    const lot = (await control("GET", "/state/salesforce/OutboundDelivery")).records.filter((one) => created.some(({ id }) => id === one.RecordId));
    return lot.length === 150 && lot.every((one) => one.LastStatus === status);
  };
  const sizes = () => received.map((one) => one.ids.length).sort((a, b) => b - a);
  await until(() => answered(500));
  assert.deepEqual(sizes(), [100, 50]);
  answer = () => ack("true");
  received = [];
  await later(3600);
  await until(() => answered(200));
  assert.deepEqual(sizes(), [100, 50]);
});

test("after a day it is dropped", async () => {
  answer = () => undefined;
  await rule({ RetryBaseMs: 7_200_000 });
  const { id } = await connection.sobject("Opportunity").create({ ...open("Nobody home"), StageName: "Closed Won" });
  await until(async () => (await delivery(id))?.LastStatus === 500);
  await later(24 * 3600);
  const done = await settled(id);
  assert.deepEqual([done.State, done.Attempts, done.LastStatus], ["dropped", 1, 500]);
});

test("what was rolled back sends nothing", async () => {
  connection = await connect();
  await rule({});
  const results = await connection.sobject("Opportunity").create([{ ...open("Undone"), StageName: "Closed Won" }, {}], { allOrNone: true });
  assert.ok(results.every((result) => !result.success));
  const { id } = await connection.sobject("Opportunity").create({ ...open("After"), StageName: "Closed Won" });
  await settled(id);
  assert.equal(received.length, 1);
});

test("a flow's callout is JSON, made once", async () => {
  await control("POST", "/load/salesforce/OutboundMessage", { records: [{ Name: "Won", IsActive: false }] });
  await control("POST", "/load/salesforce/FlowCallout", {
    records: [
      {
        Name: "Flow",
        EndpointUrl: endpoint + "/webhook",
        Headers: { Authorization: "Bearer shared" },
        Body: { opportunityId: "{!$Record.Id}", amount: "{!$Record.Amount}", text: "{!$Record.Name} is {!$Record.StageName}" },
      },
    ],
  });
  answer = () => undefined;
  const { id } = await connection.sobject("Opportunity").create({ ...open("By Flow"), StageName: "Closed Won" });
  const done = await settled(id);
  assert.deepEqual([done.State, done.Attempts, done.LastStatus], ["failed", 1, 500]);
  assert.equal(received.length, 1);
  assert.equal(received[0].headers.authorization, "Bearer shared");
  assert.deepEqual(JSON.parse(received[0].body), { opportunityId: id, amount: 45000, text: "By Flow is Closed Won" });
});

test("rules that make no sense are refused", async () => {
  await assert.rejects(rule({ EndpointUrl: "nowhere" }), /EndpointUrl must be an address/);
  await assert.rejects(rule({ Fields: ["Nothing"] }), /Opportunity has no such field: Nothing/);
  await assert.rejects(rule({ Object: "Account", Fields: [] }), /When is/);
});
