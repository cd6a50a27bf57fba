// What the test files share: Zoho's SDK initialised against the sandbox, and the control API.
import path from "node:path";
import * as sdk from "@zohocrm/nodejs-sdk-8.0";

export const env = process.env;
const { Record: records, Coql: coql, Notifications: notifications, ParameterMap, HeaderMap, Header, Choice } = sdk;
export { sdk, records, coql, notifications, Choice };

/** Initialises the SDK with the environment's refresh token for CRM, or with a grant code. */
export async function initialize({ grantToken } = {}) {
  const { DataCenter, InitializeBuilder, LogBuilder, Levels, OAuthBuilder, FileStore, SDKConfigBuilder } = sdk;
  const builder = new OAuthBuilder().clientId(env.ZOHO_CLIENT_ID).clientSecret(env.ZOHO_CLIENT_SECRET);
  const token = (grantToken ? builder.grantToken(grantToken) : builder.refreshToken(env.ZOHO_CRM_REFRESH_TOKEN)).build();
  const folder = env.LOCKSTEP_TEST_FOLDER;
  await (await new InitializeBuilder())
    .environment(DataCenter.setEnvironment(env.ZOHO_API_URL, env.ZOHO_ACCOUNTS_URL + "/oauth/v2/token", env.ZOHO_API_URL))
    .token(token)
    .store(new FileStore(path.join(folder, "tokens.csv")))
    .SDKConfig(new SDKConfigBuilder().autoRefreshFields(false).pickListValidation(false).build())
    .resourcePath(folder)
    .logger(new LogBuilder().level(Levels.OFF).filePath(path.join(folder, "sdk.log")).build())
    .initialize();
  return token;
}

/** The body of a writing call with these records, their values by API names. */
export function bodyOf(list, more = () => {}) {
  const body = new records.BodyWrapper();
  body.setData(
    list.map((values) => {
      const record = new records.Record();
      for (const [name, value] of Object.entries(values)) name === "id" ? record.setId(value) : record.addKeyValue(name, value);
      return record;
    }),
  );
  more(body);
  return body;
}

/** What the SDK wraps as one of a few values, or the value. */
export const valueOf = (wrapped) => wrapped?.getValue?.() ?? wrapped;

export async function parameters(...pairs) {
  const map = new ParameterMap();
  for (const [parameter, value] of pairs) await map.add(parameter, value);
  return map;
}

/** Headers; those that the SDK has no name for are given as text. */
export async function headers(...pairs) {
  const map = new HeaderMap();
  for (const [header, value] of pairs) await map.add(typeof header === "string" ? new Header(header) : header, value);
  return map;
}

/** Calls the sandbox's control API. */
export async function control(method, target, body) {
  const answer = await fetch(env.SANDBOX_CONTROL_URL + target, { method, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${JSON.stringify(value)}`);
  return value;
}

/** Asks again until `holds` gives something; the sandbox does what it does by itself within milliseconds. */
export async function until(holds, timeout = 10_000) {
  for (const end = Date.now() + timeout; ; ) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((done) => setTimeout(done, 10));
  }
}
