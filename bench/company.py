"""A growing company in the sandbox's systems: accounts, deals, stock and payments, and what must have come of them."""
import collections
import decimal
import http.client
import json
import random
import threading
import time
import urllib.parse

from landscape import API, Failed, ask

PRODUCTS = 500
LOW_BELOW = 10
FIRST_ZOHO_ID = 460_000_000_000_000_000  # the sandbox numbers from here on


def record_id(prefix, serial):
    """The 18 characters of a Salesforce id; without capitals the checksum is AAA."""
    return f"{prefix}{serial:012}AAA"


class Company:
    """Loads records in the vendors, and remembers what was told."""

    def __init__(self, land, seed=1):
        self.land, self.random = land, random.Random(seed)
        self.accounts = self.deals = self.generation = 0
        self.begin()

    def begin(self):
        """After the vendors have forgotten everything. Zoho's ids go on, as links to the old ones stay in Lockstep's store."""
        self.generation += 1
        self.first_account = self.accounts
        self.told = []
        if self.generation > 1:
            self.load("zoho_books/items", [{"item_id": str(FIRST_ZOHO_ID + self.generation * 10**10), "name": f"Generation {self.generation}", "rate": 1}])
        codes = [(i, f"STOCK-{i:04}") for i in range(PRODUCTS)]
        self.load("salesforce/Product2", [{"Id": record_id("01t", i), "Name": f"Ventil Größe {i}", "ProductCode": code, "IsActive": True} for i, code in codes])
        self.load("sap/A_Product", [{"Product": code, "BaseUnit": "PC"} for _, code in codes])
        self.stock = {}
        self.move_stock(1)

    def load(self, what, records):
        for first in range(0, len(records), 1000):
            ask(self.land.control, "POST", f"/load/{what}", {"records": records[first:first + 1000]})

    def move_stock(self, part):
        moved = [f"STOCK-{i:04}" for i in range(PRODUCTS) if self.random.random() < part]
        self.stock.update({code: self.random.randrange(200) for code in moved})
        self.load("sap/A_MatlStkInAcctMod", [{"Material": code, "Plant": "1010", "StorageLocation": "101A", "InventoryStockType": "01",
                                             "MaterialBaseUnit": "PC", "MatlWrhsStkQtyInMatlBaseUnit": str(self.stock[code])} for code in moved])

    def win_deals(self, count):
        """So many more deals that are won, a twentieth of them of new accounts; returns their ids."""
        new = range(self.accounts, self.accounts + max(1, count // 20))
        self.accounts = new.stop
        self.load("salesforce/Account", [{"Id": record_id("001", i), "Name": f"Köhler & Söhne Nº {i} GmbH", "Phone": "+49 221 1234", "BillingStreet": f"Straße {i}",
                                          "BillingCity": "Köln", "BillingPostalCode": "50667", "BillingCountry": "Germany"} for i in new])
        self.load("salesforce/Contact", [{"AccountId": record_id("001", i), "LastName": "O'Neill", "Email": f"invoices@account-{i}.example"} for i in new])
        deals, lines = [], []
        for serial in range(self.deals, self.deals + count):
            account = self.random.randrange(max(self.first_account, self.accounts - 2000), self.accounts)
            deals.append({"Id": record_id("006", serial), "Name": f"Deal {serial}", "AccountId": record_id("001", account), "StageName": "Closed Won",
                          "CloseDate": "2026-02-18"})
            lines += [{"OpportunityId": record_id("006", serial), "Product2Id": record_id("01t", (serial + i) % PRODUCTS), "Quantity": 1 + serial % 7,
                       "UnitPrice": (995 + serial * 137 % 9000 + i) / 100} for i in range(1 + serial % 2)]
        self.deals += count
        self.load("salesforce/Opportunity", deals)
        self.load("salesforce/OpportunityLineItem", lines)
        return [deal["Id"] for deal in deals]


class Client:
    """A person's connection to Zoho Books or SAP. It may fail, as any."""

    def __init__(self, address, headers):
        self.netloc, self.headers, self.connection = urllib.parse.urlparse(address).netloc, {"Content-Type": "application/json", **headers}, None

    def send(self, method, path, body=None):
        """The answer, or None if there was none or it was an error."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.netloc, timeout=30)
            self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
            return json.loads(text, parse_float=decimal.Decimal) if answer.status < 300 else None
        except (OSError, http.client.HTTPException, ValueError):
            self.connection = None
            return None

    def must(self, method, path):
        answer = self.send(method, path)
        if answer is None:
            raise Failed(f"{method} {path} was not answered well")
        return answer


def zoho(land):
    form = urllib.parse.urlencode({"refresh_token": land.env["ZOHO_REFRESH_TOKEN"], "client_id": land.env["ZOHO_CLIENT_ID"],
                                   "client_secret": land.env["ZOHO_CLIENT_SECRET"], "grant_type": "refresh_token"})
    token = ask(land.env["ZOHO_ACCOUNTS_URL"], "POST", "/oauth/v2/token", form, {"Content-Type": "application/x-www-form-urlencoded"})["access_token"]
    return Client(land.env["ZOHO_API_URL"], {"Authorization": "Zoho-oauthtoken " + token})


def books(land, path, **parameters):
    return f"/books/v3/{path}?" + urllib.parse.urlencode({"organization_id": land.env["ZOHO_ORG_ID"], **parameters})


class Finance(threading.Thread):
    """Records payments of told deals' invoices in Zoho Books, so many a second; Zoho Books tells of them by its webhook."""

    def __init__(self, land, company, rate):
        super().__init__(daemon=True)
        self.land, self.company, self.rate = land, company, rate
        self.client, self.random, self.ended, self.recorded = zoho(land), random.Random(2), threading.Event(), 0

    def run(self):
        due = time.monotonic()
        while not self.ended.wait(max(0.0, due - time.monotonic())):
            due = max(due + 1 / self.rate, time.monotonic() - 1)
            told = self.company.told
            if len(told) > 100:
                self.pay(told[self.random.randrange(max(0, len(told) - 5000), len(told) - 50)])

    def pay(self, deal):
        found = self.client.send("GET", books(self.land, "invoices", reference_number="SF-" + deal))
        invoice = found["invoices"][0] if found and found["invoices"] else None
        if invoice is None or invoice["status"] not in ("sent", "overdue") or not invoice["balance"]:
            return
        amount = float(invoice["balance"]) if self.random.random() < 0.5 else 0.37
        self.recorded += 1
        self.client.send("POST", books(self.land, "customerpayments"),
                         {"customer_id": invoice["customer_id"], "date": "2026-02-20", "payment_mode": "banktransfer", "amount": amount,
                          "invoices": [{"invoice_id": invoice["invoice_id"], "amount_applied": amount}]})

    def stop(self):
        self.ended.set()
        self.join(60)


def state(land, what):
    return json.loads(ask(land.control, "GET", f"/state/{what}", raw=True), parse_float=decimal.Decimal)["records"]


def all_invoices(land):
    client, page = zoho(land), 1
    while True:
        answer = client.must("GET", books(land, "invoices", per_page=200, page=page))
        yield from answer["invoices"]
        if not answer["page_context"]["has_more_page"]:
            return
        page += 1


def all_orders(land):
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": land.env["SAP_CLIENT_ID"], "client_secret": land.env["SAP_CLIENT_SECRET"]})
    token = ask(land.env["SAP_BASE_URL"], "POST", "/oauth/token", form, {"Content-Type": "application/x-www-form-urlencoded"})["access_token"]
    client = Client(land.env["SAP_BASE_URL"], {"Authorization": "Bearer " + token, "Accept": "application/json"})
    path = "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder?$select=SalesOrder,PurchaseOrderByCustomer,TotalNetAmount"
    while path:
        page = client.must("GET", path)["d"]
        yield from page["results"]
        after = page.get("__next")
        path = after and urllib.parse.urlparse(after)._replace(scheme="", netloc="").geturl()


def prove(land, company):
    """Compares the vendors' records with what was told. Returns how many promises were looked at and a list of what is wrong, by kind."""
    wrong, looked = collections.Counter(), collections.Counter()

    def exactly_one(kind, found, wanted):
        counts = collections.Counter(found)
        looked[kind] += len(wanted)
        wrong[kind + " lost"] += sum(counts[key] == 0 for key in wanted)
        wrong[kind + " doubled"] += sum(count > 1 for count in counts.values())
        wrong[kind + " nobody asked for"] += len(set(counts) - set(wanted))

    def right(kind, is_right):
        looked[kind] += 1
        wrong[kind + " wrong"] += not is_right

    head = {"Authorization": "Bearer " + land.salesforce_token()}
    deals = {row["Id"]: row for row in land.rows(head, "SELECT Id, AccountId, Amount, Zoho_Invoice_Number__c, SAP_Order_Number__c, Sync_Status__c,"
                                                 " Payment_Amount__c, Payment_Received__c FROM Opportunity")}
    told = [deal for deal in dict.fromkeys(company.told)]
    accounts = {deals[deal]["AccountId"] for deal in told}
    orders, invoices = list(all_orders(land)), list(all_invoices(land))
    exactly_one("orders", [order["PurchaseOrderByCustomer"] for order in orders], set(told))
    exactly_one("invoices", [invoice["reference_number"] for invoice in invoices], {"SF-" + deal for deal in told})
    exactly_one("emails", [email["invoice_id"] for email in state(land, "zoho_books/emails")], {invoice["invoice_id"] for invoice in invoices})
    exactly_one("partners", [partner["BusinessPartnerIDByExtSystem"] for partner in state(land, "sap/A_BusinessPartner")], accounts)
    exactly_one("contacts", [contact["custom_field_hash"]["cf_salesforce_id"] for contact in state(land, "zoho_books/contacts")], accounts)
    order_of = {order["PurchaseOrderByCustomer"]: order for order in orders}
    invoice_of = {invoice["reference_number"]: invoice for invoice in invoices}
    paid = collections.Counter()
    for payment in state(land, "zoho_books/customerpayments"):
        for part in payment["invoices"]:
            paid[part["invoice_id"]] += decimal.Decimal(part["amount_applied"])
    for id in told:
        deal, order, invoice = deals[id], order_of.get(id), invoice_of.get("SF-" + id)
        if not order or not invoice:
            continue
        amount = number(deal["Amount"])
        right("totals", decimal.Decimal(order["TotalNetAmount"]) == amount == decimal.Decimal(invoice["total"]))
        right("write-backs", deal["SAP_Order_Number__c"] == order["SalesOrder"] and deal["Zoho_Invoice_Number__c"] == invoice["invoice_number"]
              and deal["Sync_Status__c"] == "Synced")
        right("payments", number(deal["Payment_Amount__c"] or 0) == paid[invoice["invoice_id"]]
              and bool(deal["Payment_Received__c"]) == (decimal.Decimal(invoice["balance"]) == 0))
    for row in land.rows(head, "SELECT ProductCode, Available_Stock__c, Low_Stock_Alert__c FROM Product2"):
        amount = company.stock[row["ProductCode"]]
        right("stock", row["Available_Stock__c"] == amount and row["Low_Stock_Alert__c"] == (amount < LOW_BELOW))
    return looked, +wrong


def number(value):
    return decimal.Decimal(str(value))
