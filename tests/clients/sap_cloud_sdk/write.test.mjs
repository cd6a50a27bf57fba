import assert from "node:assert/strict";
import test from "node:test";
import { asc } from "@sap-cloud-sdk/odata-v2";
import { customer, destination, load, orderService, partnerService, productService, refused, state, stockService } from "./services.mjs";

const { businessPartnerApi, businessPartnerAddressApi, businessPartnerRoleApi, buPaIdentificationApi, customerSalesAreaApi } = partnerService;
const { salesOrderApi, salesOrderItemApi, salesOrderItemPrElementApi } = orderService;
const partner = businessPartnerApi.schema;

const make = (entity, api = businessPartnerApi) => api.requestBuilder().create(entity).execute(destination);
const price = (rate) => salesOrderItemPrElementApi.entityBuilder().conditionType("PPR0").conditionRateValue(rate).conditionCurrency("EUR").conditionQuantity(1).conditionQuantityUnit("PC").build();
const item = (values = {}, rate = 314.13) => {
  const made = salesOrderItemApi.entityBuilder().fromJson({ material: "PMP-1001", requestedQuantityUnit: "PC", ...values });
  made.requestedQuantity = values.requestedQuantity ?? 2.5;
  made.toPricingElement = [price(rate)];
  return made;
};
const order = (soldTo, values = {}, items = [item()]) => {
  const made = salesOrderApi.entityBuilder().fromJson({
    salesOrderType: "OR", salesOrganization: "1010", distributionChannel: "10", organizationDivision: "00",
    soldToParty: soldTo, purchaseOrderByCustomer: "006A0000000EXAMPLE", transactionCurrency: "EUR", ...values,
  });
  made.toItem = items;
  return made;
};
let known;
const soldTo = async () => (known ??= (await make(customer())).businessPartner);

test("a customer in one deep insert", async () => {
  const made = await make(customer({ organizationBpName1: "Deep GmbH" }));
  assert.match(made.businessPartner, /^\d{7}$/);
  assert.equal(made.businessPartnerFullName, "Deep GmbH");
  assert.equal(made.toBusinessPartnerAddress[0].toEmailAddress[0].emailAddress, "ap@acme.example");
  assert.deepEqual(made.toBusinessPartnerRole.map((role) => role.businessPartnerRole), ["FLCU00", "FLCU01"]);
  assert.equal(made.toCustomer.toCustomerSalesArea[0].currency, "EUR");
  assert.ok(made.versionIdentifier, "it has an entity tag");
  const read = await businessPartnerApi.requestBuilder().getByKey(made.businessPartner).select(partner.ALL_FIELDS, partner.TO_CUSTOMER).execute(destination);
  assert.equal(read.toCustomer.customer, made.businessPartner);
  const next = await make(customer());
  assert.equal(Number(next.businessPartner), Number(made.businessPartner) + 1, "numbers come from a range");
});

test("what makes a partner no customer is refused in SAP's words", async () => {
  const speechless = customer();
  speechless.toBusinessPartnerAddress[0].language = "";
  assert.equal((await refused(make(speechless))).code, "FSBP_ECC/030");
  const poor = customer();
  poor.toCustomer.toCustomerSalesArea[0].currency = "";
  const said = await refused(make(poor));
  assert.equal(said.status, 400);
  assert.equal(said.code, "CVI_API/003");
  assert.equal(said.message, "Currency (KNVV-WAERS) is a required entry field");
  const nameless = await refused(make(customer({ organizationBpName1: "" })));
  assert.equal(nameless.status, 400);
  const long = await refused(make(customer({ organizationBpName1: "x".repeat(41) })));
  assert.match(long.message, /OrganizationBPName1/);
});

test("a change sends only what differs, with the entity's tag", async () => {
  const made = await make(customer());
  const read = await businessPartnerApi.requestBuilder().getByKey(made.businessPartner).execute(destination);
  read.searchTerm1 = "CHANGED";
  const changed = await businessPartnerApi.requestBuilder().update(read).execute(destination);
  assert.notEqual(changed.versionIdentifier, made.versionIdentifier);
  assert.equal((await businessPartnerApi.requestBuilder().getByKey(made.businessPartner).execute(destination)).searchTerm1, "CHANGED");
});

test("412 for a stale tag, 428 without one, and * to force it", async () => {
  const number = (await make(order(await soldTo()), salesOrderApi)).salesOrder;
  const read = () => salesOrderApi.requestBuilder().getByKey(number).execute(destination);
  const [first, second] = [await read(), await read()];
  first.purchaseOrderByShipToParty = "FIRST";
  await salesOrderApi.requestBuilder().update(first).execute(destination);
  second.purchaseOrderByShipToParty = "SECOND";
  assert.equal((await refused(salesOrderApi.requestBuilder().update(second).execute(destination))).status, 412);
  const without = salesOrderApi.requestBuilder().update(second);
  without.requestConfig.eTag = undefined;
  assert.equal((await refused(without.execute(destination))).status, 428);
  assert.equal((await read()).purchaseOrderByShipToParty, "FIRST");
  await salesOrderApi.requestBuilder().update(second).ignoreVersionIdentifier().execute(destination);
  assert.equal((await read()).purchaseOrderByShipToParty, "SECOND");
});

test("MERGE is as good as PATCH, by itself and tunnelled through POST", async () => {
  const made = await make(customer());
  const update = () => {
    made.searchTerm2 = `T${Math.random()}`.slice(0, 20);
    return businessPartnerApi.requestBuilder().update(made).ignoreVersionIdentifier();
  };
  const merge = update();
  merge.requestConfig.method = "merge";
  assert.equal((await merge.executeRaw(destination)).status, 204);
  const tunnelled = update().addCustomHeaders({ "x-http-method": "MERGE" });
  tunnelled.requestConfig.method = "post";
  assert.equal((await tunnelled.executeRaw(destination)).status, 204);
  assert.equal((await businessPartnerApi.requestBuilder().getByKey(made.businessPartner).execute(destination)).searchTerm2, made.searchTerm2);
});

test("PUT replaces the whole entity", async () => {
  const made = await make(customer({ searchTerm1: "BEFORE", searchTerm2: "KEPT" }));
  const read = await businessPartnerApi.requestBuilder().getByKey(made.businessPartner).execute(destination);
  read.searchTerm1 = "";
  await businessPartnerApi.requestBuilder().update(read).replaceWholeEntityWithPut().execute(destination);
  const again = await businessPartnerApi.requestBuilder().getByKey(made.businessPartner).execute(destination);
  assert.deepEqual([again.searchTerm1, again.searchTerm2, again.customer], ["", "KEPT", made.businessPartner]);
});

test("parts are added below what exists", async () => {
  const made = await make(customer());
  const address = businessPartnerAddressApi.entityBuilder().country("AT").language("DE").cityName("Wien").build();
  const added = await businessPartnerAddressApi.requestBuilder().create(address).asChildOf(made, partner.TO_BUSINESS_PARTNER_ADDRESS).execute(destination);
  assert.equal(added.businessPartner, made.businessPartner);
  const identification = buPaIdentificationApi.entityBuilder().businessPartner(made.businessPartner).bpIdentificationType("BUP001").bpIdentificationNumber("123").build();
  assert.equal((await make(identification, buPaIdentificationApi)).bpIdentificationNumber, "123");
  const nobody = businessPartnerRoleApi.entityBuilder().businessPartner("4711").businessPartnerRole("FLCU01").build();
  assert.equal((await refused(make(nobody, businessPartnerRoleApi))).status, 400);
});

test("times are written as /Date(ms+0000)/ and come back the same", async () => {
  const made = await make(customer());
  const address = await businessPartnerAddressApi.requestBuilder().getByKey(made.businessPartner, made.toBusinessPartnerAddress[0].addressId).execute(destination);
  const end = address.validityStartDate.clone().add(90, "days");
  address.validityEndDate = end;
  const change = businessPartnerAddressApi.requestBuilder().update(address);
  assert.match(change.requestConfig.payload.ValidityEndDate, /^\/Date\(\d+\+0000\)\/$/);
  await change.execute(destination);
  const again = await businessPartnerAddressApi.requestBuilder().getByKey(made.businessPartner, address.addressId).execute(destination);
  assert.equal(again.validityEndDate.valueOf(), end.valueOf());
  const wanted = order(await soldTo());
  wanted.requestedDeliveryDate = end.clone().startOf("day");
  const create = salesOrderApi.requestBuilder().create(wanted);
  assert.match(create.requestConfig.payload.RequestedDeliveryDate, /^\/Date\(\d+\+0000\)\/$/, "an offset also where the type has none");
  assert.equal((await create.execute(destination)).requestedDeliveryDate.valueOf(), wanted.requestedDeliveryDate.valueOf());
});

test("deleting: an identification yes, a partner no", async () => {
  const made = await make(customer());
  const identification = buPaIdentificationApi.entityBuilder().businessPartner(made.businessPartner).bpIdentificationType("BUP001").bpIdentificationNumber("9").build();
  const stored = await make(identification, buPaIdentificationApi);
  const read = () => buPaIdentificationApi.requestBuilder().getByKey(made.businessPartner, "BUP001", "9").execute(destination);
  assert.equal((await read()).bpIdentificationNumber, "9");
  await buPaIdentificationApi.requestBuilder().delete(stored).execute(destination);
  assert.equal((await refused(read())).status, 404);
  assert.equal(businessPartnerApi.requestBuilder().delete, undefined, "the metadata says that partners are not deleted");
});

test("an order in one deep insert, priced", async () => {
  const answer = await salesOrderApi.requestBuilder().create(order(await soldTo(), {}, [item(), item({ requestedQuantity: 1 }, 10)])).executeRaw(destination);
  assert.equal(answer.status, 201);
  assert.ok(answer.headers.location.endsWith(`A_SalesOrder('${answer.data.d.SalesOrder}')`));
  const schema = salesOrderApi.schema, items = salesOrderItemApi.schema;
  const read = await salesOrderApi.requestBuilder().getByKey(answer.data.d.SalesOrder).select(schema.ALL_FIELDS, schema.TO_ITEM.select(items.ALL_FIELDS, items.TO_PRICING_ELEMENT)).execute(destination);
  assert.equal(read.totalNetAmount.toFixed(2), "795.33");
  assert.deepEqual(read.toItem.map((row) => row.salesOrderItem), ["10", "20"], "items are numbered");
  assert.deepEqual(read.toItem.map((row) => row.netAmount.toFixed(2)), ["785.33", "10.00"]);
  const [element] = read.toItem[0].toPricingElement;
  assert.equal(`${element.pricingProcedureStep} ${element.pricingProcedureCounter} ${element.conditionRateValue.toFixed(2)}`, "20 1 314.13");
});

test("an order that lacks something is made, and says so in sap-message", async () => {
  const answer = await salesOrderApi.requestBuilder().create(order(await soldTo(), {}, [item({ requestedQuantity: 0 })])).executeRaw(destination);
  assert.equal(answer.status, 201);
  const message = JSON.parse(answer.headers["sap-message"]);
  assert.equal(message.severity, "warning");
  assert.match(message.details[0].message, /quantity is missing/);
});

test("orders that cannot be are refused", async () => {
  const to = await soldTo();
  const of = async (values, items) => (await refused(make(order(to, values, items), salesOrderApi))).message;
  assert.match(await of({ soldToParty: "4711" }), /Customer 4711 does not exist/);
  assert.match(await of({ salesOrganization: "1020" }), /not maintained for sales area 1020 10 00/);
  assert.match(await of({ transactionCurrency: "XXX" }), /Currency XXX is not defined/);
  assert.match(await of({}, [item({ material: "NONE" })]), /Material NONE does not exist/);
  assert.match(await of({ purchaseOrderByCustomer: "x".repeat(36) }), /PurchaseOrderByCustomer/);
  const unknown = await refused(salesOrderApi.requestBuilder().create(order(to, {}, [item().setCustomField("NetPriceAmount", "1")])).execute(destination));
  assert.match(unknown.message, /NetPriceAmount/);
});

test("an item changes the order's total, and so does its deletion", async () => {
  const made = await make(order(await soldTo()), salesOrderApi);
  const added = await salesOrderItemApi.requestBuilder().create(item({ requestedQuantity: 1 }, 10)).asChildOf(made, salesOrderApi.schema.TO_ITEM).execute(destination);
  const total = async () => (await salesOrderApi.requestBuilder().getByKey(made.salesOrder).execute(destination)).totalNetAmount.toFixed(2);
  assert.equal(await total(), "795.33");
  added.requestedQuantity = 2;
  await salesOrderItemApi.requestBuilder().update(added).execute(destination);
  assert.equal(await total(), "805.33");
  await salesOrderItemApi.requestBuilder().delete(added).execute(destination);
  assert.equal(await total(), "785.33");
});

test("what another user holds is refused until it is released", async () => {
  const made = await make(order(await soldTo()), salesOrderApi);
  const update = () => {
    made.assignmentReference = "HELD";
    return salesOrderApi.requestBuilder().update(made).execute(destination);
  };
  await load("locks", [{ object: "A_SalesOrder", key: made.salesOrder, user: "CLERK" }]);
  const said = await refused(update());
  assert.equal(`${said.status} ${said.code}`, "400 V1/042");
  assert.match(said.message, /currently being processed \(by user CLERK\)/);
  await load("locks", [{ object: "A_SalesOrder", key: made.salesOrder, user: "" }]);
  await update();
  await load("locks", [{ object: "A_BusinessPartner", key: await soldTo(), user: "CLERK", seconds: 3600 }]);
  const partnerHeld = await businessPartnerApi.requestBuilder().getByKey(await soldTo()).execute(destination);
  partnerHeld.searchTerm1 = "HELD";
  assert.match((await refused(businessPartnerApi.requestBuilder().update(partnerHeld).execute(destination))).message, /is locked by user CLERK/);
  assert.equal((await state("locks")).length, 1);
  await load("locks", [{ object: "A_BusinessPartner", key: await soldTo(), user: "" }]);
});

test("the metadata's flags reach the typed clients", async () => {
  const { materialStockApi } = stockService;
  assert.equal(materialStockApi.requestBuilder().create, undefined);
  assert.equal(materialStockApi.requestBuilder().update, undefined);
  assert.equal(partnerService.customerApi.requestBuilder().create, undefined);
  const { productApi } = productService;
  const refusal = await refused(productApi.requestBuilder().create(productApi.entityBuilder().product("NEW").build()).execute(destination));
  assert.equal(refusal.code, "API_PRD_MSG/009");
  const area = await customerSalesAreaApi.requestBuilder().getAll().orderBy(asc(customerSalesAreaApi.schema.CUSTOMER)).top(1).execute(destination);
  assert.equal(area[0].division, "00");
});
