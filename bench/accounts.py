"""Customers in step: how soon an edit shows on the other side, and what a thousand of them cost."""
import statistics
import time

from figures import AT_MOST
from landscape import Failed, ask, serve_lines, wait_for


class Customers:
    """People who edit on both sides, and what there is."""

    def __init__(self, land):
        self.land = land

    def tell_lockstep(self):
        self.load("salesforce/OutboundMessage", [{"Name": "Accounts", "Object": "Account", "When": "every_write", "Fields": ["SystemModstamp"],
                                                  "EndpointUrl": self.land.address + "/webhook/salesforce/outbound-message"}])
        self.load("zoho_crm/WorkflowRule", [{"name": "Accounts", "module": "Accounts", "events": ["create", "edit", "delete"],
                                             "url": self.land.address + "/webhook/zoho/account"}])

    def load(self, object, records):
        ask(self.land.control, "POST", "/load/" + object, {"records": records})

    def state(self, object):
        return ask(self.land.control, "GET", "/state/" + object)["records"]

    def edit(self, right, edits):
        """`edits`: fields by id."""
        if right:
            self.load("zoho_crm/actions", [{"module": "Accounts", "action": "edit", "id": id, "values": fields} for id, fields in edits.items()])
        else:
            self.load("salesforce/edit", [{"Object": "Account", "Id": id, "Fields": fields} for id, fields in edits.items()])

    def link(self, count):
        """Makes so many in Salesforce as are missing, and waits for their partners; returns all pairs of ids."""
        for first in range(len(self.state("salesforce/Account")), count, 200):
            self.load("salesforce/create", [{"Object": "Account", "Fields": {"Name": f"Customer {i}"}} for i in range(first, min(first + 200, count))])
        wait_for(lambda: len(self.state("zoho_crm/Accounts")) == count, 120, "not every account got its partner")
        self.land.wait_until_idle(120)
        return [(record["Salesforce_Id"], record["id"]) for record in self.state("zoho_crm/Accounts")]


def shown_after(customers, pair, right, value):
    """Milliseconds from an edit on one side until the other side has it; a look at the sandbox takes some of them."""
    began = time.monotonic()
    customers.edit(right, {pair[right]: {"Phone": value}})
    object, key = ("salesforce/Account", "Id") if right else ("zoho_crm/Accounts", "id")
    while time.monotonic() < began + 20:
        if any(record[key] == pair[not right] and record["Phone"] == value for record in customers.state(object)):
            return 1000 * (time.monotonic() - began)
        time.sleep(0.002)
    raise Failed("an edit does not show on the other side")


def writing_requests(land, step):
    """Requests that the runs' step made, each once however many runs share it."""
    found = set()
    runs = ask(land.address, "GET", "/api/v1/runs?flow=accounts&limit=1000")["runs"]
    for run in runs:
        for row in ask(land.address, "GET", "/api/v1/runs/" + run["id"])["journal"]:
            if row.get("step") == step:
                found |= {(its["at_ms"], its["url"], its["duration_ms"]) for its in row.get("calls") or [] if its["method"] != "GET"}
    return found


def accounts(land, report, quick):
    """customers kept in step: how soon an edit shows, and what a burst of edits costs"""
    count, single = (100, 10) if quick else (500, 40)
    land.start_sandbox(options=["--empty"])
    land.start_engine()
    customers = Customers(land)
    customers.tell_lockstep()
    pairs = customers.link(5)
    for right in (False, True):
        times = []
        for i in range(single):
            time.sleep(0.7)  # one edit is one that is alone: calls that come thick wait for company
            times.append(shown_after(customers, pairs[i % len(pairs)], right, f"+49 30 {int(right)}{i:05}"))
        where = "Zoho CRM shows in Salesforce" if right else "Salesforce shows in Zoho CRM"
        report.figure("accounts", f"an edit in {where} after, median", statistics.median(times), "ms", (AT_MOST, 150))
    land.wait_until_idle(60)
    pairs = customers.link(count)
    for right in (False, True):
        town = "Town" if right else "City"
        step = "write_left" if right else "write_right"
        before = writing_requests(land, step)
        field = "Billing_City" if right else "BillingCity"
        began = time.monotonic()
        customers.edit(right, {pair[right]: {field: f"{town} {i}"} for i, pair in enumerate(pairs)})
        object, other = ("salesforce/Account", "BillingCity") if right else ("zoho_crm/Accounts", "Billing_City")
        wait_for(lambda: sum(str(its[other]).startswith(town) for its in customers.state(object)) == count, 120, "not every edit arrived")
        seconds = time.monotonic() - began
        land.wait_until_idle(120)
        writes = len(writing_requests(land, step) - before)
        where, bound = ("Salesforce", 0.05) if right else ("Zoho CRM", 0.03)
        report.figure("accounts", f"{count} edits at once: writing calls to {where} an edit", writes / count, "calls", (AT_MOST, bound), 3)
        report.figure("accounts", f"{count} edits at once: all in {where} after", seconds, "s")
    report.command(*serve_lines(land), f"curl {land.control}/state/zoho_crm/Accounts")
