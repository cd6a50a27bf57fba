// Channels as Zoho's own SDK sets them up, and what comes of them and of workflow rules.
import assert from "node:assert/strict";
import http from "node:http";
import test, { after, before, beforeEach } from "node:test";
import { bodyOf, control, env, initialize, notifications, parameters, records, until } from "./support.mjs";

const { NotificationsOperations, Notification, BodyWrapper, SuccessResponse, DeleteNotificationParam } = notifications;

let receiver, address;
let received = [];
before(async () => {
  await initialize();
  receiver = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk)).on("end", () => {
      received.push({ method: request.method, path: request.url, headers: request.headers, body: JSON.parse(body) });
      response.end("ok");
    });
  });
  await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
  address = `http://127.0.0.1:${receiver.address().port}`;
});
after(() => receiver.close());
beforeEach(() => (received = []));

const channel = "1000000068001";
function watch(change = () => {}) {
  const notification = new Notification();
  notification.setChannelId(channel);
  notification.setNotifyUrl(address + "/zoho");
  notification.setEvents(["Accounts.create", "Accounts.edit"]);
  notification.setToken("a shared secret");
  notification.setReturnAffectedFieldValues(true);
  change(notification);
  const body = new BodyWrapper();
  body.setWatch([notification]);
  return body;
}
const accounts = () => new records.RecordOperations("Accounts");
const make = async (values, more) => BigInt((await accounts().createRecords(bodyOf([values], more))).getObject().getData()[0].getDetails().get("id"));

test("a channel tells of changes with its token, until it ends", async () => {
  const answer = await new NotificationsOperations().enableNotifications(watch());
  assert.equal(answer.getStatusCode(), 201);
  const [result] = answer.getObject().getWatch();
  assert.ok(result instanceof SuccessResponse);
  const expiry = result.getDetails().get("events")[0].getChannelExpiry();
  assert.ok(expiry > new Date());
  const id = await make({ Account_Name: "Told", Phone: "1" });
  await until(() => received.length === 1);
  await accounts().updateRecord(id, bodyOf([{ Phone: "2" }], (body) => body.setTrigger([])));
  await until(() => received.length === 2);
  const [inserted, updated] = received.map((one) => one.body);
  assert.equal(inserted.operation, "insert");
  assert.equal(updated.operation, "update");
  assert.deepEqual(updated.ids, [String(id)]);
  assert.deepEqual(updated.affected_fields, [{ [id]: ["Phone"] }]);
  assert.deepEqual(updated.affected_values, [{ record_id: String(id), values: { Phone: "2" } }]);
  assert.equal(updated.token, "a shared secret");
  assert.equal(updated.module, "Accounts");
  assert.equal(updated.resource_uri, env.ZOHO_API_URL + "/crm/v8/Accounts");
});

test("a channel is listed, changed and taken away", async () => {
  const operations = new NotificationsOperations();
  const listed = (await operations.getNotifications()).getObject().getWatch();
  assert.equal(listed.length, 1);
  assert.deepEqual(listed[0].getEvents(), ["Accounts.create", "Accounts.edit"]);
  const later = new Date(Date.now() + 5 * 3600 * 1000);
  const changed = await operations.updateNotifications(watch((notification) => notification.setChannelExpiry(later)));
  assert.equal(changed.getStatusCode(), 200);
  const gone = await operations.deleteNotification(await parameters([DeleteNotificationParam.CHANNEL_IDS, channel]));
  assert.equal(gone.getStatusCode(), 200);
  assert.equal((await operations.getNotifications()).getStatusCode(), 204);
  await make({ Account_Name: "Untold" });
  assert.equal(received.length, 0);
});

test("a workflow rule runs its function, unless the call has an empty trigger", async () => {
  await control("POST", "/load/zoho_crm/WorkflowRule", {
    records: [{ name: "Accounts changed", url: address + "/webhook/zoho/account", headers: { "X-Lockstep-Secret": "s3cret" } }],
  });
  await make({ Account_Name: "Silent" }, (body) => body.setTrigger([]));
  const id = await make({ Account_Name: "Loud" });
  await until(() => received.length === 1);
  const [{ method, path, headers, body }] = received;
  assert.equal(`${method} ${path}`, "POST /webhook/zoho/account");
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["x-lockstep-secret"], "s3cret");
  assert.deepEqual(Object.keys(body), ["module", "id", "operation", "modified_time"]);
  assert.equal(body.id, String(id));
  assert.equal(body.operation, "create");
});
