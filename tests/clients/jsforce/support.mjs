// What the test files share: where the sandbox is and how to get a connection.
import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import jsforce from "jsforce";

export const env = process.env;
export const host = env.SF_LOGIN_URL;
export const oauth2 = { loginUrl: host, clientId: env.SF_CLIENT_ID, clientSecret: env.SF_CLIENT_SECRET };

/** A connection with a token of the client credentials flow. */
export async function connect(options = {}) {
  const connection = new jsforce.Connection({ oauth2, version: "60.0", ...options });
  await connection.authorize({ grant_type: "client_credentials" });
  return connection;
}

/** A signed assertion for the JWT bearer flow; `claims` replaces some of its claims. */
export function assertion(claims = {}) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text =
    part({ alg: "RS256" }) +
    "." +
    part({ iss: env.SF_CLIENT_ID, sub: env.SF_USERNAME, aud: host, exp: Math.floor(Date.now() / 1000) + 180, ...claims });
  return text + "." + createSign("RSA-SHA256").update(text).sign(readFileSync(env.SF_PRIVATE_KEY_PATH), "base64url");
}

/** Calls the sandbox's control API. */
export async function control(method, path, body) {
  const answer = await fetch(env.SANDBOX_CONTROL_URL + path, { method, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(value)}`);
  return value;
}

/** Moves the vendor's clock and returns its time. */
export async function later(seconds) {
  return new Date((await control("POST", "/clock", { advance_s: seconds })).now);
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

/** Plain HTTP, for what jsforce hides. */
export async function raw(connection, method, path, { headers = {}, body } = {}) {
  const answer = await fetch(host + path, { method, body, headers: { authorization: `Bearer ${connection.accessToken}`, ...headers } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
