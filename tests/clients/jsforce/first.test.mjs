import assert from "node:assert/strict";
import test from "node:test";
import jsforce from "jsforce";

test("client credentials give a connection", async () => {
  const connection = new jsforce.Connection({
    oauth2: { loginUrl: process.env.SF_LOGIN_URL, clientId: process.env.SF_CLIENT_ID, clientSecret: process.env.SF_CLIENT_SECRET },
  });
  await connection.authorize({ grant_type: "client_credentials" });
  assert.equal(connection.instanceUrl, process.env.SF_LOGIN_URL);
});
