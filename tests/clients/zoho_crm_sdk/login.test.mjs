// How Zoho's own SDK signs in with a code of the API console. It can be initialised once a process.
import assert from "node:assert/strict";
import test from "node:test";
import { env, initialize, parameters, records } from "./support.mjs";

test("a grant code gives a refresh token and works", async () => {
  const token = await initialize({ grantToken: env.SANDBOX_ZOHO_GRANT_CODE });
  const fields = await parameters([records.GetRecordsParam.FIELDS, "Account_Name"]);
  const answer = await new records.RecordOperations("Accounts").getRecords(fields);
  assert.ok([200, 204].includes(answer.getStatusCode()));
  assert.match(token.getRefreshToken(), /^1000\./);
});
