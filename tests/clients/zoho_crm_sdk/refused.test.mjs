// What Zoho's own SDK is told when its code was used before.
import assert from "node:assert/strict";
import test from "node:test";
import { env, initialize } from "./support.mjs";

test("a used code is told as what it is", async () => {
  const form = { grant_type: "authorization_code", client_id: env.ZOHO_CLIENT_ID, client_secret: env.ZOHO_CLIENT_SECRET, code: env.SANDBOX_ZOHO_GRANT_CODE };
  const first = await fetch(env.ZOHO_ACCOUNTS_URL + "/oauth/v2/token", { method: "POST", body: new URLSearchParams(form) });
  assert.match((await first.json()).refresh_token, /^1000\./);
  await assert.rejects(initialize({ grantToken: env.SANDBOX_ZOHO_GRANT_CODE }), (error) => {
    assert.match(`${error.message} ${error.cause?.message} ${error.cause?.cause}`, /invalid_code/);
    return true;
  });
});
