import assert from "node:assert/strict";
import test from "node:test";
import { cookies, customer, destination, partnerService, partners, path, plain, productService, products } from "./services.mjs";

const { businessPartnerApi } = partnerService;
const { productApi, productDescriptionApi } = productService;
const { batch, changeset } = partners;
const read = (key) => businessPartnerApi.requestBuilder().getByKey(key);
const create = (values) => businessPartnerApi.requestBuilder().create(customer(values));
const count = () => businessPartnerApi.requestBuilder().getAll().count().execute(destination);

for (const kind of ["relativeToService", "relativeToEntity", "noPath", "absolute"])
  test(`reads in a batch, addresses ${kind}`, async () => {
    const all = productApi.requestBuilder().getAll().top(2).filter(productApi.schema.BASE_UNIT.equals("KG"));
    const one = productDescriptionApi.requestBuilder().getByKey("PMP-1001", "EN");
    const none = productApi.requestBuilder().getByKey("NONE");
    const made = products.batch(all, one, none);
    if (kind !== "relativeToService") made.withSubRequestPathType(kind);
    const [first, second, third] = await made.execute(destination);
    assert.ok(first.isSuccess() && second.isSuccess());
    assert.equal(first.as(productApi).length, 2);
    assert.equal(second.as(productDescriptionApi)[0].language, "EN");
    assert.equal(third.isSuccess(), false);
    assert.equal(third.httpCode, 404);
    assert.equal(third.body.error.message.value, "Resource not found for segment 'A_ProductType'");
  });

for (const kind of ["relativeToService", "relativeToEntity", "noPath", "absolute"])
  test(`change sets in a batch, addresses ${kind}`, async () => {
    const made = batch(changeset(create({ organizationBpName1: "One" }), create({ organizationBpName1: "Two" })), businessPartnerApi.requestBuilder().getAll().top(1));
    if (kind !== "relativeToService") made.withSubRequestPathType(kind);
    const [changes, reads] = await made.execute(destination);
    assert.ok(changes.isSuccess());
    assert.deepEqual(changes.responses.map((response) => response.httpCode), [201, 201]);
    const [one, two] = changes.responses.map((response) => response.as(businessPartnerApi));
    assert.equal(one.organizationBpName1, "One");
    assert.equal((await read(two.businessPartner).execute(destination)).organizationBpName1, "Two");
    assert.equal(reads.as(businessPartnerApi).length, 1);
  });

test("a change set happens as a whole or not at all, and the others are no part of it", async () => {
  const before = await count();
  const bad = changeset(create(), create({ businessPartnerGrouping: "XXXX" }));
  const [refused, made] = await batch(bad, changeset(create())).execute(destination);
  assert.equal(refused.isSuccess(), false);
  assert.equal(refused.httpCode, 400);
  assert.match(refused.body.error.message.value, /Grouping XXXX is not defined/);
  assert.ok(made.isSuccess());
  assert.equal(await count(), before + 1);
});

test("updates and deletions in a change set carry their tags", async () => {
  const made = await businessPartnerApi.requestBuilder().create(customer()).execute(destination);
  const stale = await read(made.businessPartner).execute(destination);
  made.searchTerm1 = "BATCH";
  const [answer] = await batch(changeset(businessPartnerApi.requestBuilder().update(made))).execute(destination);
  assert.ok(answer.isSuccess());
  assert.equal(answer.responses[0].httpCode, 204);
  stale.searchTerm1 = "STALE";
  const [refused] = await batch(changeset(businessPartnerApi.requestBuilder().update(stale))).execute(destination);
  assert.equal(refused.httpCode, 412);
  assert.equal((await read(made.businessPartner).execute(destination)).searchTerm1, "BATCH");
});

test("line ends may be LF alone", async () => {
  const address = `${path("API_PRODUCT_SRV")}/$batch`;
  const body = ["--b", "Content-Type: application/http", "Content-Transfer-Encoding: binary", "", "GET /A_Product?$top=1 HTTP/1.1", "Accept: application/json", "", "", "--b--", ""].join("\n");
  const head = await plain(`${address}/`, { method: "HEAD", headers: { "x-csrf-token": "Fetch" } });
  const session = { "x-csrf-token": head.headers.get("x-csrf-token"), cookie: cookies(head) };
  const answer = await plain(address, { method: "POST", body, headers: { "content-type": "multipart/mixed; boundary=b", ...session } });
  assert.equal(answer.status, 202);
  assert.match(await answer.text(), /HTTP\/1\.1 200 OK/);
});
