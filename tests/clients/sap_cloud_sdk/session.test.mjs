// How the client gets its token: HEAD to the request's own address with a slash behind it, whatever the status.
import assert from "node:assert/strict";
import test from "node:test";
import { executeHttpRequest } from "@sap-cloud-sdk/http-client";
import { cookies, destination, path, plain } from "./services.mjs";

const service = path("API_BUSINESS_PARTNER");
const fetchToken = (address, method = "HEAD") => plain(address, { method, headers: { "x-csrf-token": "Fetch" } });
const body = JSON.stringify({ BusinessPartnerCategory: "2", BusinessPartnerGrouping: "BP02", OrganizationBPName1: "Token GmbH" });
const post = (headers) => plain(`${service}/A_BusinessPartner`, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

for (const [address, status] of [["", 200], ["/", 200], ["/A_BusinessPartner/", 200], ["/A_Nothing/", 404], ["/A_BusinessPartner('NONE')/", 404], ["/$batch/", 405], ["/$batch", 405]])
  test(`HEAD ${address || "(service)"} gives token and cookie with ${status}`, async () => {
    const answer = await fetchToken(service + address);
    assert.equal(answer.status, status);
    assert.ok(answer.headers.get("x-csrf-token"));
    assert.match(cookies(answer), /SAP_SESSIONID_S4H_100=/);
    assert.equal((await post({ "x-csrf-token": answer.headers.get("x-csrf-token"), cookie: cookies(answer) })).status, 201);
  });

test("the client fetches its token by itself", async () => {
  const answer = await executeHttpRequest(destination, { method: "post", url: `${service}/A_BusinessPartner`, data: JSON.parse(body) });
  assert.equal(answer.status, 201);
});

test("users and API keys get in as access tokens do", async () => {
  const { SANDBOX_SAP_USER: username, SANDBOX_SAP_PASSWORD: password, SANDBOX_SAP_API_KEY: apiKey } = process.env;
  const { url } = destination;
  const basic = { url, authentication: "BasicAuthentication", username, password };
  const create = { method: "post", url: `${service}/A_BusinessPartner`, data: JSON.parse(body) };
  assert.equal((await executeHttpRequest(basic, create)).status, 201);
  assert.equal((await executeHttpRequest({ url, authentication: "NoAuthentication", headers: { apikey: apiKey } }, create)).status, 201);
  const wrong = await executeHttpRequest({ ...basic, password: "wrong" }, create).catch((error) => error);
  assert.equal((wrong.response ?? wrong.cause.response).status, 401);
});

test("without a token 403 says that one is required; with another session's as well", async () => {
  const without = await post({});
  assert.equal(without.status, 403);
  assert.equal(without.headers.get("x-csrf-token"), "Required");
  const [mine, other] = [await fetchToken(`${service}/`), await fetchToken(`${service}/`)];
  const mixed = await post({ "x-csrf-token": mine.headers.get("x-csrf-token"), cookie: cookies(other) });
  assert.equal(mixed.status, 403);
  assert.equal(mixed.headers.get("x-csrf-token"), "Required");
});

test("a read needs none", async () => {
  assert.equal((await plain(`${service}/A_BusinessPartner?$top=1`)).status, 200);
});
