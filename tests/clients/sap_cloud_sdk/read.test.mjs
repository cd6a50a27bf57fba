import assert from "node:assert/strict";
import test from "node:test";
import { and, asc, desc, filterFunctions, not, or } from "@sap-cloud-sdk/odata-v2";
import { destination, load, plain, path, orderService, partnerService, productService, refused, stockService } from "./services.mjs";

const { productApi, productDescriptionApi } = productService;
const { matlStkInAcctModApi, materialStockApi } = stockService;
const product = productApi.schema;
const f = filterFunctions();
const read = (...filter) => productApi.requestBuilder().getAll().filter(and(...filter)).orderBy(asc(product.PRODUCT)).execute(destination);
const found = async (...filter) => (await read(...filter)).map((row) => row.product);

test("all entities of a set, with top, skip, order and a filter", async () => {
  const all = await productApi.requestBuilder().getAll().execute(destination);
  assert.equal(all.length, 300);
  const some = await productApi.requestBuilder().getAll().filter(product.BASE_UNIT.equals("KG")).orderBy(desc(product.PRODUCT)).skip(1).top(2).execute(destination);
  assert.deepEqual(some.map((row) => row.product), ["LUB-1029", "LUB-1028"]);
});

test("the types of values", async () => {
  await load("A_Product", [{ Product: "T-1", GrossWeight: "1234567890.123", IsMarkedForDeletion: true, CrossPlantStatusValidityDate: "2026-02-18T00:00:00" }]);
  const made = await productApi.requestBuilder().getByKey("T-1").execute(destination);
  assert.equal(made.grossWeight.toFixed(), "1234567890.123");
  assert.equal(made.isMarkedForDeletion, true);
  assert.equal(made.crossPlantStatusValidityDate.toISOString(), "2026-02-18T00:00:00.000Z");
  assert.ok(made.lastChangeDateTime.isValid());
  assert.equal(made.validityStartDate, null);
});

test("the filters that the client writes", async () => {
  await load("A_Product", [
    { Product: "F-1", ProductOldID: "O'Brien & Söhne +#1", GrossWeight: "4", CrossPlantStatusValidityDate: "2026-02-18T00:00:00" },
    { Product: "F-2", ProductOldID: "OTHER", GrossWeight: "4.5", IsMarkedForDeletion: true },
  ]);
  const mine = f.startsWith(product.PRODUCT, "F-");
  assert.deepEqual(await found(mine), ["F-1", "F-2"]);
  assert.deepEqual(await found(product.PRODUCT_OLD_ID.equals("O'Brien & Söhne +#1")), ["F-1"]);
  assert.deepEqual(await found(mine, product.GROSS_WEIGHT.equals(4)), ["F-1"], "the literal is 4M");
  assert.deepEqual(await found(mine, product.GROSS_WEIGHT.greaterOrEqual(4.5)), ["F-2"]);
  assert.deepEqual(await found(mine, product.IS_MARKED_FOR_DELETION.equals(true)), ["F-2"]);
  assert.deepEqual(await found(mine, not(product.PRODUCT.equals("F-1"))), ["F-2"]);
  assert.deepEqual(await found(or(product.PRODUCT.equals("F-1"), and(product.PRODUCT.equals("F-2"), product.GROSS_WEIGHT.lessThan(1)))), ["F-1"]);
  const moment = (await productApi.requestBuilder().getByKey("F-1").execute(destination)).crossPlantStatusValidityDate;
  assert.deepEqual(await found(mine, product.CROSS_PLANT_STATUS_VALIDITY_DATE.equals(moment)), ["F-1"], "the literal is datetime'…'");
  assert.deepEqual(await found(mine, product.LAST_CHANGE_DATE_TIME.lessOrEqual(moment)), [], "the literal is datetimeoffset'…'");
});

test("the functions of filters", async () => {
  await load("A_Product", [{ Product: "G-10", ProductOldID: " Pump ", GrossWeight: "1.5", CrossPlantStatusValidityDate: "2026-02-18T00:00:00" }]);
  const is = async (filter) => assert.deepEqual(await found(product.PRODUCT.equals("G-10"), filter), ["G-10"], filter.functionName);
  await is(f.endsWith(product.PRODUCT, "10").equals(true));
  await is(f.startsWith(product.PRODUCT, "G").equals(true));
  await is(f.substringOf("-1", product.PRODUCT).equals(true));
  await is(f.length(product.PRODUCT).equals(4));
  await is(f.indexOf(product.PRODUCT, "-").equals(1));
  await is(f.substring(product.PRODUCT, 2).equals("10"));
  await is(f.substring(product.PRODUCT, 2, 1).equals("1"));
  await is(f.toLower(product.PRODUCT).equals("g-10"));
  await is(f.toUpper(f.trim(product.PRODUCT_OLD_ID)).equals("PUMP"));
  await is(f.concat(product.PRODUCT, "!").equals("G-10!"));
  await is(f.replace(product.PRODUCT, "-", "").equals("G10"));
  await is(f.round(product.GROSS_WEIGHT, "decimal").equals(2));
  await is(f.floor(product.GROSS_WEIGHT, "decimal").equals(1));
  await is(f.ceiling(product.GROSS_WEIGHT, "decimal").equals(2));
  await is(f.year(product.CROSS_PLANT_STATUS_VALIDITY_DATE).equals(2026));
  await is(f.month(product.CROSS_PLANT_STATUS_VALIDITY_DATE).equals(2));
  await is(f.day(product.CROSS_PLANT_STATUS_VALIDITY_DATE).equals(18));
});

test("select and expand, also of what lies deeper", async () => {
  const rows = await productApi
    .requestBuilder()
    .getAll()
    .select(product.PRODUCT, product.TO_DESCRIPTION.select(productDescriptionApi.schema.PRODUCT_DESCRIPTION), product.TO_PLANT)
    .top(1)
    .execute(destination);
  assert.equal(rows[0].toDescription[0].productDescription, "Frequency converter DN 15");
  assert.equal(rows[0].toDescription[0].language, undefined);
  assert.deepEqual(rows[0].toPlant.map((row) => row.plant), ["1010", "1020", "1030"]);
  assert.equal(rows[0].baseUnit, undefined);

  const { salesOrderApi, salesOrderItemApi } = orderService;
  const [order] = await salesOrderApi
    .requestBuilder()
    .getAll()
    .select(salesOrderApi.schema.ALL_FIELDS, salesOrderApi.schema.TO_ITEM.select(salesOrderItemApi.schema.ALL_FIELDS, salesOrderItemApi.schema.TO_PRICING_ELEMENT))
    .top(1)
    .execute(destination);
  assert.equal(order.toItem[0].toPricingElement[0].conditionType, "PPR0");
  assert.ok(order.versionIdentifier.startsWith("W/\"datetimeoffset'"));
});

test("what is expanded to one may be nothing", async () => {
  const { businessPartnerApi } = partnerService;
  await load("A_BusinessPartner", [{ BusinessPartner: "9000001", BusinessPartnerCategory: "2", OrganizationBPName1: "No Customer Ltd" }]);
  const partner = businessPartnerApi.schema;
  const made = await businessPartnerApi.requestBuilder().getByKey("9000001").select(partner.ALL_FIELDS, partner.TO_CUSTOMER).execute(destination);
  assert.equal(made.toCustomer, null);
});

test("keys of several properties, empty ones and quotes among them", async () => {
  const [row] = await matlStkInAcctModApi.requestBuilder().getAll().top(1).execute(destination);
  const keys = [row.material, row.plant, row.storageLocation, row.batch, row.supplier, row.customer, row.wbsElementInternalId, row.sdDocument, row.sdDocumentItem, row.inventorySpecialStockType, row.inventoryStockType];
  const same = await matlStkInAcctModApi.requestBuilder().getByKey(...keys).execute(destination);
  assert.equal(same.matlWrhsStkQtyInMatlBaseUnit.toFixed(), row.matlWrhsStkQtyInMatlBaseUnit.toFixed());
  await load("A_Product", [{ Product: "O'B/1 &2", to_Description: [{ Language: "EN", ProductDescription: "Quoted" }] }]);
  assert.equal((await productDescriptionApi.requestBuilder().getByKey("O'B/1 &2", "EN").execute(destination)).productDescription, "Quoted");
});

test("counting", async () => {
  const builder = () => productApi.requestBuilder().getAll().filter(product.BASE_UNIT.equals("M"));
  assert.equal(await builder().count().execute(destination), 30);
  const raw = await builder().top(2).addCustomQueryParameters({ $inlinecount: "allpages" }).executeRaw(destination);
  assert.equal(raw.data.d.__count, "30", "a text, not a number");
  assert.equal(raw.data.d.results.length, 2);
});

test("pages that the server cuts are followed by their address", async () => {
  await load("settings", [{ page_size: 100 }]);
  const seen = new Set();
  let answer = (await productApi.requestBuilder().getAll().filter(product.PRODUCT_TYPE.equals("FERT")).addCustomQueryParameters({ $inlinecount: "allpages" }).executeRaw(destination)).data.d;
  const total = Number(answer.__count);
  for (let pages = 1; ; ++pages) {
    for (const row of answer.results) seen.add(row.Product);
    if (!answer.__next) {
      assert.equal(pages, Math.ceil(total / 100));
      break;
    }
    answer = (await (await plain(answer.__next)).json()).d;
    assert.equal(answer.__count, String(total));
  }
  assert.equal(seen.size, total);
  await load("settings", [{ page_size: 1000 }]);
});

test("stock: fourteen decimals, and what is not one's own told apart", async () => {
  await load("A_Product", [{ Product: "ST-1", BaseUnit: "KG" }]);
  const row = (values) => ({ Material: "ST-1", Plant: "1010", StorageLocation: "101A", MatlWrhsStkQtyInMatlBaseUnit: "1", ...values });
  await load("A_MatlStkInAcctMod", [
    row({ MatlWrhsStkQtyInMatlBaseUnit: "12345678901234567.00000000000001" }),
    row({ StorageLocation: "101B" }),
    row({ InventoryStockType: "02" }),
    row({ InventorySpecialStockType: "K", Supplier: "100" }),
  ]);
  const stock = matlStkInAcctModApi.schema;
  const rows = await matlStkInAcctModApi
    .requestBuilder()
    .getAll()
    .filter(and(stock.MATERIAL.equals("ST-1"), stock.INVENTORY_STOCK_TYPE.equals("01"), stock.INVENTORY_SPECIAL_STOCK_TYPE.equals("")))
    .execute(destination);
  const sum = rows.reduce((total, one) => one.matlWrhsStkQtyInMatlBaseUnit.plus(total), 0);
  assert.equal(sum.toFixed(14), "12345678901234568.00000000000001");
  const all = await materialStockApi.requestBuilder().getByKey("ST-1").select(materialStockApi.schema.TO_MATL_STK_IN_ACCT_MOD).execute(destination);
  assert.equal(all.toMatlStkInAcctMod.length, 4);
  await load("goods_movements", [{ GoodsMovementType: "601", Material: "ST-1", Plant: "1010", StorageLocation: "101B", QuantityInBaseUnit: "0.25" }]);
  const moved = await matlStkInAcctModApi.requestBuilder().getAll().filter(and(stock.MATERIAL.equals("ST-1"), stock.STORAGE_LOCATION.equals("101B"))).execute(destination);
  assert.equal(moved[0].matlWrhsStkQtyInMatlBaseUnit.toFixed(2), "0.75");
});

test("custom headers and parameters pass", async () => {
  const builder = productApi.requestBuilder().getByKey("PMP-1001").addCustomHeaders({ "sap-client": "100", "sap-language": "EN", "accept-language": "en" });
  assert.equal((await builder.addCustomQueryParameters({ "sap-client": "100" }).execute(destination)).product, "PMP-1001");
});

test("refusals come as errors that name what is wrong", async () => {
  const none = await refused(productApi.requestBuilder().getByKey("NONE").execute(destination));
  assert.equal(none.status, 404);
  assert.equal(none.message, "Resource not found for segment 'A_ProductType'");
  const wrong = await refused(productApi.requestBuilder().getAll().addCustomQueryParameters({ $select: "Product,MRPAvailableQuantity" }).execute(destination));
  assert.equal(wrong.status, 400);
  assert.match(wrong.message, /MRPAvailableQuantity/);
  const nobody = await refused(productApi.requestBuilder().getByKey("NONE").execute({ ...destination, authTokens: undefined, authentication: "NoAuthentication" }));
  assert.equal(nobody.status, 401);
});

test("Atom comes unless JSON is asked for", async () => {
  const answer = await plain(`${path("API_PRODUCT_SRV")}/A_Product('PMP-1001')`, { headers: { accept: "*/*" } });
  assert.equal(answer.headers.get("content-type"), "application/atom+xml;type=entry;charset=utf-8");
  assert.match(await answer.text(), /<d:Product>PMP-1001<\/d:Product>/);
});
