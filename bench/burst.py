"""Many deals at once, and none at all: what the vendors are asked."""
import re
import time

from figures import AT_MOST
from landscape import Failed, ask, serve_lines


def is_token(row):
    return "oauth" in row["route"] or "token" in row["route"]


def is_write(row):
    """Salesforce reads many records, and Zoho CRM answers queries, by POST: on `composite/sobjects/{object}`, `composite` and `composite/batch` may hold reads or writes."""
    return row["method"] != "GET" and row["connector"] != "slack" and not re.search(r"composite/sobjects/[^/]+$|/coql$", row["route"])


def made_calls(land, connector=None):
    return [row for row in land.calls() if not is_token(row) and connector in (None, row["connector"])]


def shown_calls(rows):
    return ", ".join(f"{row['count']} {row['method']} {row['route'].rsplit('/services/data/', 1)[-1]}" for row in rows)


def expect_orders(land, ids):
    orders = [order["PurchaseOrderByCustomer"] for order in ask(land.control, "GET", "/state/sap/A_SalesOrder")["records"]]
    mine = [order for order in orders if order in set(ids)]
    if len(mine) != len(ids) or len(set(mine)) != len(ids):
        raise Failed(f"{len(ids)} deals made {len(mine)} orders for {len(set(mine))} of them")


def burst(land, report, quick):
    """deals that are told all at once: Salesforce calls a deal, and how long they take"""
    count = 200 if quick else 1000
    for delay in (0, 50):
        if land.sandbox:
            land.forget()
        land.start_sandbox()
        land.start_engine()
        ids = land.close_deals(count + 1)
        # Tokens are fetched once an hour, not once a deal.
        land.load_deals(ids[:1])
        land.wait_until_idle(30)
        if delay:
            land.delay(delay)
        ask(land.control, "DELETE", "/calls")
        began = time.monotonic()
        load, shown = land.load_deals(ids[1:], "--connections", "64")
        told = time.monotonic() - began
        land.wait_until_idle(140)
        seconds = time.monotonic() - began
        expect_orders(land, ids)
        rows = made_calls(land, "salesforce")
        name = f"{delay} ms vendors: "
        report.figure("burst", name + "Salesforce calls a deal", sum(row["count"] for row in rows) / count, "calls", (AT_MOST, 0.2), 3)
        report.figure("burst", name + f"{count} deals acknowledged in", 1000 * told, "ms")
        report.figure("burst", name + f"{count} deals done in", seconds, "s")
        report.note(shown_calls(rows))
        faults = [f"curl -d '{{\"faults\":[{{\"kind\":\"delay\",\"delay_ms\":{delay}}}]}}' {land.control}/faults"] if delay else []
        report.command(*serve_lines(land), *faults, shown, f"curl {land.control}/calls")


def idle(land, report, quick):
    """a quiet landscape, and one in which everything is told once more"""
    count, seconds = (100, 5) if quick else (500, 30)
    land.start_sandbox()
    land.start_engine()
    ids = land.close_deals(count)
    land.load_deals(ids, "--connections", "16")
    ask(land.address, "POST", "/api/v1/flows/inventory/run", {"key": "inventory"})
    land.wait_until_idle(100)
    ask(land.control, "DELETE", "/calls")
    before = land.engine.cpu_seconds(), land.commits(), land.engine.written_bytes()
    time.sleep(seconds)
    cpu, commits, written = land.engine.cpu_seconds() - before[0], land.commits() - before[1], land.engine.written_bytes() - before[2]
    rows = made_calls(land)
    report.figure("idle", f"nothing happens for {seconds} s: calls to vendors", sum(row["count"] for row in rows), "calls", None, 0)
    report.figure("idle", f"nothing happens for {seconds} s: writes to vendors", sum(row["count"] for row in rows if is_write(row)), "calls", (AT_MOST, 0), 0)
    report.figure("idle", f"nothing happens for {seconds} s: commits", commits, "commits", None, 0)
    report.figure("idle", f"nothing happens for {seconds} s: written to disk", written / 1024, "KiB", None, 0)
    report.figure("idle", "CPU of the engine's process, idle", 1000 * cpu / seconds, "ms a second")
    _, shown = land.load_deals(ids, "--connections", "16")
    ask(land.address, "POST", "/api/v1/flows/inventory/run", {"key": "inventory"})
    for flow in ("deal-closed", "payment"):
        ask(land.address, "POST", f"/api/v1/flows/{flow}/sweep", {})
    time.sleep(2)
    land.wait_until_idle(100)
    rows = made_calls(land)
    writes = [row for row in rows if is_write(row)]
    report.figure("idle", f"{count} synced deals told again, stock run, sweeps: writes", sum(row["count"] for row in writes), "calls", (AT_MOST, 0), 0)
    report.note(shown_calls(rows))
    report.command(*serve_lines(land), shown, f"curl {land.control}/calls")
