import assert from "node:assert/strict";
import http from "node:http";
import test from "node:test";
import jsforce from "jsforce";
import { assertion, connect, env, host, later, oauth2 } from "./support.mjs";

const works = async (connection) => assert.equal((await connection.query("SELECT Id FROM User")).totalSize, 1);

test("login by user name and password without a client is a SOAP login", async () => {
  const connection = new jsforce.Connection({ loginUrl: host });
  const user = await connection.login(env.SF_USERNAME, env.SF_PASSWORD);
  assert.match(user.id, /^005[A-Za-z0-9]{15}$/);
  assert.match(user.organizationId, /^00D[A-Za-z0-9]{15}$/);
  assert.equal(connection.instanceUrl, host);
  await works(connection);
  await connection.logout();
});

test("a SOAP logout ends the session", async () => {
  const connection = new jsforce.Connection({ loginUrl: host });
  await connection.login(env.SF_USERNAME, env.SF_PASSWORD);
  const sessionId = connection.accessToken;
  await connection.logout();
  await assert.rejects(new jsforce.Connection({ instanceUrl: host, accessToken: sessionId }).query("SELECT Id FROM User"), {
    name: "INVALID_SESSION_ID",
  });
});

test("a false password is refused with the SOAP fault's words", async () => {
  const connection = new jsforce.Connection({ loginUrl: host });
  await assert.rejects(connection.login(env.SF_USERNAME, "false"), /^Error: INVALID_LOGIN: Invalid username, password/);
});

test("login with a client is the username-password flow", async () => {
  const connection = new jsforce.Connection({ oauth2 });
  const user = await connection.login(env.SF_USERNAME, env.SF_PASSWORD);
  assert.match(user.url, /\/id\/00D\w{15}\/005\w{15}$/);
  await works(connection);
});

test("a false client is refused by its name", async () => {
  const connection = new jsforce.Connection({ oauth2: { ...oauth2, clientId: "unknown" } });
  await assert.rejects(connection.login(env.SF_USERNAME, env.SF_PASSWORD), { name: "invalid_client_id" });
});

test("a signed assertion gives a token", async () => {
  const connection = new jsforce.Connection({ oauth2: { loginUrl: host } });
  await connection.authorize({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: assertion() });
  await works(connection);
});

test("an assertion for somebody else is refused", async () => {
  const connection = new jsforce.Connection({ oauth2: { loginUrl: host } });
  const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  await assert.rejects(connection.authorize({ grant_type, assertion: assertion({ sub: "nobody@example.com" }) }), { name: "invalid_grant" });
});

test("the identity address answers with who one is", async () => {
  const connection = await connect();
  const identity = await connection.identity();
  assert.equal(identity.username, env.SF_USERNAME);
  assert.equal(identity.organization_id, connection.userInfo.organizationId);
  assert.match(identity.urls.rest, /\/services\/data\/v\{version\}\//);
});

test("userinfo and introspection tell of a living token, and of a dead one that it is", async () => {
  const connection = await connect();
  const introspect = async () =>
    (
      await fetch(host + "/services/oauth2/introspect", {
        method: "POST",
        body: new URLSearchParams({ token: connection.accessToken, client_id: env.SF_CLIENT_ID, client_secret: env.SF_CLIENT_SECRET }),
      })
    ).json();
  const info = await connection.request({ method: "GET", url: host + "/services/oauth2/userinfo" });
  assert.equal(info.preferred_username, env.SF_USERNAME);
  const living = await introspect();
  assert.deepEqual([living.active, living.username], [true, env.SF_USERNAME]);
  await connection.oauth2.revokeToken(connection.accessToken);
  assert.equal((await introspect()).active, false);
});

const redirectUri = "http://127.0.0.1/callback";
async function signedIn() {
  const connection = new jsforce.Connection({ oauth2: { ...oauth2, redirectUri } });
  const page = await fetch(connection.oauth2.getAuthorizationUrl({ scope: "api refresh_token", state: "s1" }), { redirect: "manual" });
  assert.equal(page.status, 302);
  const back = new URL(page.headers.get("location"));
  assert.equal(back.searchParams.get("state"), "s1");
  const code = back.searchParams.get("code");
  await connection.authorize(code);
  return { connection, code };
}

test("the web server flow gives a refresh token, and each code is good once", async () => {
  const { connection, code } = await signedIn();
  assert.ok(connection.refreshToken);
  await works(connection);
  await assert.rejects(new jsforce.Connection({ oauth2: { ...oauth2, redirectUri } }).authorize(code), { name: "invalid_grant" });
});

test("a session that is over is refreshed and the call repeated", async () => {
  const { connection } = await signedIn();
  const before = connection.accessToken;
  const refreshed = [];
  connection.on("refresh", (token) => refreshed.push(token));
  await later(3 * 3600);
  await works(connection);
  assert.equal(refreshed.length, 1);
  assert.notEqual(connection.accessToken, before);
});

test("a session that is over and cannot be refreshed is an error", async () => {
  const connection = await connect();
  await later(3 * 3600);
  connection.oauth2 = undefined;
  await assert.rejects(new jsforce.Connection({ instanceUrl: host, accessToken: connection.accessToken }).query("SELECT Id FROM User"), {
    name: "INVALID_SESSION_ID",
    message: "Session expired or invalid",
  });
});

test("a revoked token is none", async () => {
  const connection = await connect();
  const { accessToken } = connection;
  await connection.logout();
  await assert.rejects(new jsforce.Connection({ instanceUrl: host, accessToken }).query("SELECT Id FROM User"), { name: "INVALID_SESSION_ID" });
});

test("a revoked refresh token is none until the user agrees again", async () => {
  const { connection } = await signedIn();
  await connection.oauth2.revokeToken(connection.refreshToken);
  await assert.rejects(connection.oauth2.refreshToken(connection.refreshToken), { name: "invalid_grant" });
  const again = await signedIn();
  assert.ok((await again.connection.oauth2.refreshToken(again.connection.refreshToken)).access_token);
});

test("a token request may come in chunks and without a length", async () => {
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: env.SF_CLIENT_ID, client_secret: env.SF_CLIENT_SECRET }).toString();
  const answer = await new Promise((done, failed) => {
    const request = http.request(host + "/services/oauth2/token", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "transfer-encoding": "chunked" },
    });
    request.on("error", failed).on("response", (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).on("end", () => done({ status: response.statusCode, text }));
    });
    request.write(form.slice(0, 20));
    request.end(form.slice(20));
  });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(JSON.parse(answer.text).access_token);
});

test("the versions are listed without a token", async () => {
  for (const path of ["/services/data", "/services/data/"]) {
    const versions = await (await fetch(host + path)).json();
    assert.ok(versions.some(({ version, url }) => version === "60.0" && url === "/services/data/v60.0"));
  }
});
