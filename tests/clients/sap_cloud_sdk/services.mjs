// Typed clients of the four services, made by SAP's generator from the sandbox's own $metadata.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "@sap-cloud-sdk/generator";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const base = process.env.SAP_BASE_URL;

export const names = ["API_BUSINESS_PARTNER", "API_SALES_ORDER_SRV", "API_PRODUCT_SRV", "API_MATERIAL_STOCK_SRV"];
export const path = (name) => `/sap/opu/odata/sap/${name}`;

/** An access token, as the destination service would fetch it. */
async function accessToken() {
  const answer = await fetch(process.env.SAP_TOKEN_URL, {
    method: "POST",
    headers: {
      authorization: "Basic " + Buffer.from(`${process.env.SAP_CLIENT_ID}:${process.env.SAP_CLIENT_SECRET}`).toString("base64"),
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  });
  const { access_token: value } = await answer.json();
  return value;
}

const token = await accessToken();

/** The destination as the destination service would give it to the SDK. */
export const destination = {
  url: base,
  authentication: "OAuth2ClientCredentials",
  authTokens: [{ type: "bearer", value: token, expiresIn: "43199", error: null, http_header: { key: "Authorization", value: `Bearer ${token}` } }],
  isTrustingAllCertificates: false,
};

export async function plain(address, options = {}) {
  return fetch(new URL(address, base), {
    ...options,
    headers: { authorization: `Bearer ${token}`, accept: "application/json", ...options.headers },
  });
}

/** Loads records into the sandbox, or states what it holds, by its control API. */
export async function load(object, records) {
  const answer = await fetch(`${process.env.SANDBOX_CONTROL_URL}/load/sap/${object}`, { method: "POST", body: JSON.stringify({ records }) });
  if (!answer.ok) throw new Error(`${object}: ${await answer.text()}`);
}
export async function state(object) {
  return (await (await fetch(`${process.env.SANDBOX_CONTROL_URL}/state/sap/${object}`)).json()).records;
}

async function documents() {
  const found = {};
  for (const name of names) found[name] = await (await plain(`${path(name)}/$metadata`)).text();
  return found;
}

/** The clients are made once for the same documents; only the address, which is made anew each time, is left out. */
async function clientFolder() {
  const found = await documents();
  const known = Object.values(found).join("").replaceAll(base, "");
  const folder = join(here, `clients-${createHash("sha256").update(known).digest("hex").slice(0, 16)}`);
  if (existsSync(join(folder, "done"))) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "metadata"), { recursive: true });
  for (const name of names) await writeFile(join(folder, "metadata", `${name}.edmx`), found[name]);
  // The compiler only translates: what is asked here is whether the metadata makes clients that work.
  const compiler = { target: "es2021", module: "commonjs", moduleResolution: "node", noCheck: true, skipLibCheck: true, declaration: false };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: compiler, include: ["**/*.ts"] }));
  await generate({
    input: join(folder, "metadata"),
    outputDir: join(folder, "made"),
    tsconfig: join(folder, "tsconfig.json"),
    transpile: true,
    overwrite: true,
    transpilationProcesses: 2,
  });
  await writeFile(join(folder, "made", "package.json"), '{"type":"commonjs"}');
  await writeFile(join(folder, "done"), "");
  return folder;
}

const folder = await clientFolder();
const made = (name) => require(join(folder, "made", name, "index.js"));

export const partners = made("API_BUSINESS_PARTNER");
export const orders = made("API_SALES_ORDER_SRV");
export const products = made("API_PRODUCT_SRV");
export const stock = made("API_MATERIAL_STOCK_SRV");
export const partnerService = partners.apiBusinessPartner();
export const orderService = orders.apiSalesOrderSrv();
export const productService = products.apiProductSrv();
export const stockService = stock.apiMaterialStockSrv();

/** What SAP said, out of the SDK's error: the status and the error's code and text. */
export function refusal(error) {
  for (let inner = error; inner; inner = inner.rootCause ?? inner.cause) {
    if (!inner.response) continue;
    const said = inner.response.data?.error;
    return { status: inner.response.status, code: said?.code, message: said?.message?.value, headers: inner.response.headers };
  }
  throw error;
}
export async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return refusal(error);
  }
  throw new Error("it was not refused");
}

let count = 0;
/** What a customer needs to be sold to, of its own each time. */
export function customer(values = {}) {
  const { businessPartnerApi, businessPartnerAddressApi, addressEmailAddressApi, businessPartnerRoleApi } = partnerService;
  const { customerApi, customerSalesAreaApi, customerCompanyApi } = partnerService;
  const email = addressEmailAddressApi.entityBuilder().emailAddress("ap@acme.example").isDefaultEmailAddress(true).build();
  const address = businessPartnerAddressApi.entityBuilder().country("DE").language("EN").cityName("Berlin").postalCode("10115");
  const role = (name) => businessPartnerRoleApi.entityBuilder().businessPartnerRole(name).build();
  const area = customerSalesAreaApi.entityBuilder().salesOrganization("1010").distributionChannel("10").division("00").currency("EUR");
  const company = customerCompanyApi.entityBuilder().companyCode("1010").reconciliationAccount("12100000").build();
  const made = businessPartnerApi.entityBuilder().fromJson({
    businessPartnerCategory: "2",
    businessPartnerGrouping: "BP02",
    organizationBpName1: "Müller & Söhne GmbH",
    businessPartnerIdByExtSystem: `001A0000000E${String(++count).padStart(4, "0")}`,
    ...values,
  });
  made.toBusinessPartnerAddress = [address.streetName("Main Street 1").toEmailAddress([email]).build()];
  made.toBusinessPartnerRole = [role("FLCU00"), role("FLCU01")];
  made.toCustomer = customerApi.entityBuilder().toCustomerSalesArea([area.customerPaymentTerms("0004").build()]).toCustomerCompany([company]).build();
  return made;
}

// What a browser would send back. Node 18 joins several cookies in one text.
const setCookies = (headers) => headers.getSetCookie?.() ?? (headers.get("set-cookie") ?? "").split(/, (?=[^;, ]+=)/);
export const cookies = (answer) => setCookies(answer.headers).map((one) => one.split(";")[0]).join("; ");
