#!/usr/bin/env python3
"""Measures Lockstep: sandbox, engine and load as processes of their own.

    bench.py PROGRAMS [--quick] [--json FILE] [--page FILE] [SCENARIO…]

PROGRAMS is the folder of `lockstep` and `lockstep-load`. Each figure is printed with its target and the commands that
it came from. Figures only: exit status 1 means that something could not be measured or was not right (a deal without
its order), not that a target was missed.
"""
import argparse
import http.client
import itertools
import json
import math
import os
import re
import sqlite3
import statistics
import sys
import time

from accounts import accounts
from burst import burst, idle
from figures import AT_LEAST, AT_MOST, Report, replace_between
from landscape import API, Failed, Landscape, ask, machine, opportunity_id, serve_lines
from matching import match
from recovery import recovery

# ---- scenarios


def deals(land, report, quick):
    """end to end at 0 ms vendor latency"""
    count = 500 if quick else 3000
    land.start_sandbox()
    land.start_engine()
    ids = land.close_deals(count)
    before = land.engine.cpu_seconds(), land.sandbox.cpu_seconds()
    began = time.monotonic()
    load, shown = land.load_deals(ids, "--connections", "16")
    land.wait_until_idle(100)
    seconds = time.monotonic() - began
    engine, sandbox = land.engine.cpu_seconds() - before[0], land.sandbox.cpu_seconds() - before[1]
    orders = ask(land.control, "GET", "/state/sap/A_SalesOrder")["records"]
    mine = [order["PurchaseOrderByCustomer"] for order in orders if order["PurchaseOrderByCustomer"] in set(ids)]
    if len(mine) != count or len(set(mine)) != count:
        raise Failed(f"{count} deals made {len(mine)} orders for {len(set(mine))} of them")
    report.figure("deals", "deals end to end", count / seconds, "deals/s", (AT_LEAST, 1000))
    report.figure("deals", "CPU of the engine's process", 1000 * engine / count, "ms a deal", (AT_MOST, 0.6))
    report.figure("deals", "CPU of the sandbox's process", 1000 * sandbox / count, "ms a deal")
    report.figure("deals", "CPU of the load program", 1000 * float(load["cpu_seconds"]) / count, "ms a deal")
    report.figure("deals", "memory of the engine afterwards", land.engine.memory_mib(), "MiB")
    report.note(f"{count} deals, each one order, while {load['per_second']:.0f}/s were acknowledged")
    report.command(*serve_lines(land), shown)


def acknowledge(land, report, quick):
    """durable acknowledgements, vendors stalled so that nothing else is done"""
    land.start_sandbox()
    land.delay(600_000)
    seconds = "1" if quick else "3"
    numbers = itertools.count()
    for connections, target in ((1, 3000), (128, 20000)):
        land.start_engine()
        path = land.folder + "/ids.txt"
        with open(path, "w") as file:
            file.write("".join(opportunity_id(n) + "\n" for n in itertools.islice(numbers, 190_000)))
        load, shown = land.load(["--url", land.address, "--kind", "deal", "--ids", path, "--connections", str(connections), "--duration", seconds])
        if load["failed"]:
            raise Failed(f"the engine refused deals: {load['statuses']} {load['errors']}")
        cpu = land.engine.cpu_seconds()
        plural = "connection" if connections == 1 else "connections"
        report.figure("acknowledge", f"acknowledged on {connections} {plural}", load["per_second"], "/s", (AT_LEAST, target))
        report.figure("acknowledge", f"latency on {connections} {plural}, p50", load["latency_ms"]["p50"], "ms")
        report.figure("acknowledge", f"latency on {connections} {plural}, p99", load["latency_ms"]["p99"], "ms")
        report.figure("acknowledge", "CPU of the engine's process", 1e6 * cpu / load["requests"], "µs each")
        report.command(*serve_lines(land), shown)
        land.engine.stop(9)
        for name in os.listdir(land.folder):
            if name.startswith("bench.db"):
                os.unlink(f"{land.folder}/{name}")


def slow_vendors(land, report, quick):
    """the median deal when every vendor call takes 50 ms, open loop"""
    count, rate, delay = (20 if quick else 60), 5, 50
    land.start_sandbox()
    land.start_engine()
    ids = land.close_deals(count + 1)
    # Tokens are fetched once an hour, not once a deal.
    land.load_deals(ids[:1])
    land.wait_until_idle(30)
    land.delay(delay)
    load, shown = land.load_deals(ids[1:], "--rate", str(rate), "--connections", "32")
    land.wait_until_idle(60)
    runs = ask(land.address, "GET", "/api/v1/runs?limit=1000")["runs"]
    runs = [run for run in runs if run["key"][:15] in {id[:15] for id in ids[1:]}]
    if len(runs) != count or any(run["status"] != "succeeded" for run in runs):
        raise Failed("not every deal succeeded")
    times = [moment(run["ended_at"]) - moment(run["created_at"]) for run in runs]
    chains = [longest_chain(ask(land.address, "GET", "/api/v1/runs/" + run["id"])["journal"]) for run in runs]
    chain, median = statistics.median(chains), statistics.median(times)
    report.figure("slow-vendors", "median deal", median, "ms")
    report.figure("slow-vendors", "longest chain of dependent calls", chain, "calls")
    report.figure("slow-vendors", "median deal over that chain", 100 * (median / (chain * delay) - 1), "% more", (AT_MOST, 15))
    report.figure("slow-vendors", "slowest deal", max(times), "ms")
    report.note(f"{count} deals at {rate}/s; the chain is {chain:.0f} × {delay} ms = {chain * delay:.0f} ms")
    report.command(*serve_lines(land), f"curl -d '{{\"faults\":[{{\"kind\":\"delay\",\"delay_ms\":{delay}}}]}}' {land.control}/faults", shown)


def moment(text):
    """Milliseconds of a time of day."""
    hours, minutes, seconds = text.split("T")[1].rstrip("Z").split(":")
    return 1000 * (3600 * int(hours) + 60 * int(minutes) + float(seconds))


def flow_needs(path):
    """Which steps each step of a flow waits for: those it names, or else the one before it."""
    needs, last = {}, None
    for line in open(path, encoding="utf-8"):
        if re.match(r"\w+:", line) and not line.startswith("steps:"):
            last = None
        started = re.match(r"  - id: (\w+)", line)
        if started:
            needs[started[1]] = [last] if last else []
            last = started[1]
        named = re.match(r"    needs: \[(.*)\]", line)
        if named and last:
            needs[last] = [name.strip() for name in named[1].split(",")]
    return needs


def longest_chain(journal):
    """How many calls of a run had to be one after the other: steps that wait for each other, and a step's own calls."""
    made = {}
    for entry in journal:
        if entry.get("step"):
            step = entry["step"].split("[")[0]
            made[step] = made.get(step, 0) + len(entry.get("calls", []))
    needs = flow_needs(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../flows/deal-closed.yaml"))
    longest = {}
    for step, before in needs.items():
        longest[step] = made.get(step, 0) + max((longest[name] for name in before), default=0)
    return max(longest.values())


def inventory(land, report, quick):
    """calls and time of a stock run over 5,000 products"""
    products = 5000
    land.start_sandbox()
    land.start_engine()
    there = len([row for row in ask(land.control, "GET", "/state/salesforce/Product2")["records"] if row["IsActive"]])
    for first in range(there, products, 1000):
        numbers = range(first, min(first + 1000, products))
        load_products(land, [f"BENCH-{number:05}" for number in numbers])
    for name, calls_max in (("all changed", 30), ("unchanged", 5)):
        ask(land.control, "DELETE", "/calls")
        before, began = land.engine.cpu_seconds(), time.monotonic()
        ask(land.address, "POST", "/api/v1/flows/inventory/run", {"key": "inventory"})
        land.wait_until_idle(60)
        seconds, cpu = time.monotonic() - began, land.engine.cpu_seconds() - before
        run = ask(land.address, "GET", "/api/v1/runs?flow=inventory&limit=1")["runs"][0]
        if run["status"] != "succeeded":
            raise Failed(f"the run {name} did not succeed: {run}")
        calls = [row for row in land.calls() if row["connector"] != "slack" and "oauth" not in row["route"]]
        writes = sum(row["count"] for row in calls if row["method"] != "GET")
        report.figure("inventory", f"{name}: calls", sum(row["count"] for row in calls), "calls", (AT_MOST, calls_max), 0)
        report.figure("inventory", f"{name}: of these writes", writes, "calls", (AT_MOST, 0) if name == "unchanged" else None, 0)
        report.figure("inventory", f"{name}: run", 1000 * seconds, "ms")
        report.figure("inventory", f"{name}: CPU of the engine's process", 1000 * cpu, "ms")
        report.note(", ".join(f"{row['count']} {row['method']} {row['route'].rsplit('/', 1)[1]}" for row in calls))
    report.figure("inventory", "memory of the engine afterwards", land.engine.memory_mib(), "MiB")
    report.command(*serve_lines(land), f"curl -H 'Content-Type: application/json' -d '{{\"key\":\"inventory\"}}' {land.address}/api/v1/flows/inventory/run",
                   f"curl {land.control}/calls")


def load_products(land, codes):
    """Products that both sides know, each with one row of stock."""
    load = lambda where, records: ask(land.control, "POST", f"/load/{where}", {"records": records})
    load("salesforce/Product2", [{"Name": code, "ProductCode": code, "IsActive": True, "QuantityUnitOfMeasure": "Each"} for code in codes])
    load("sap/A_Product", [{"Product": code, "ProductType": "FERT", "BaseUnit": "PC", "to_Plant": [{"Plant": "1010", "BaseUnit": "PC"}]} for code in codes])
    load("sap/A_MatlStkInAcctMod", [{"Material": code, "Plant": "1010", "StorageLocation": "101A", "InventoryStockType": "01",
                                    "MaterialBaseUnit": "PC", "MatlWrhsStkQtyInMatlBaseUnit": str(20 + i % 300)} for i, code in enumerate(codes)])


def size(land, report, quick):
    """memory and start of the engine"""
    land.start_sandbox()
    starts = []
    for _ in range(3 if quick else 7):
        if land.engine:
            land.engine.stop()
        starts.append(land.start_engine())
    report.figure("size", "first answer after start, median", statistics.median(starts), "ms", (AT_MOST, 50))
    report.figure("size", "first answer after start, slowest", max(starts), "ms")
    time.sleep(2)
    idle = land.engine.memory_mib()
    report.figure("size", "resident, idle", idle, "MiB", (AT_MOST, 20))
    land.delay(600_000)
    waiting = 10_000
    load, shown = land.load_deals([opportunity_id(n) for n in range(waiting)], "--connections", "32")
    time.sleep(1)
    runs = land.runs()
    if runs["waiting"] + runs["running"] != waiting:
        raise Failed(f"not every deal waits: {runs}")
    report.figure("size", f"resident more with {waiting} waiting deals", land.engine.memory_mib() - idle, "MiB", (AT_MOST, 64))
    report.command(*serve_lines(land), shown)


def sandbox(land, report, quick):
    """the sandbox alone: its start, and simple calls on one core"""
    starts = []
    for _ in range(3 if quick else 7):
        if land.sandbox:
            land.sandbox.stop()
            os.unlink(land.folder + "/env")
        starts.append(land.start_sandbox())
    report.figure("sandbox", "first answer after start, median", statistics.median(starts), "ms", (AT_MOST, 100))
    report.figure("sandbox", "resident with the seed data", land.sandbox.memory_mib(), "MiB")
    land.sandbox.stop()
    os.unlink(land.folder + "/env")
    land.start_sandbox(cpu=0)
    for name, arguments in simple_calls(land):
        before = land.sandbox.cpu_seconds()
        load, shown = land.load([*arguments, "--connections", "64", "--duration", "1" if quick else "2"], cpu=os.cpu_count() - 1)
        if load["failed"]:
            raise Failed(f"{name}: {load['statuses']} {load['errors']}")
        report.figure("sandbox", name, load["per_second"], "calls/s", (AT_LEAST, 20000))
        report.figure("sandbox", "CPU of the sandbox's process", 1e6 * (land.sandbox.cpu_seconds() - before) / load["requests"], "µs a call",
                      (AT_MOST, 50))
        report.command(re.sub(r"(Bearer|Zoho-oauthtoken|APIKey:) \S+'", r"\1 …'", shown))
    report.note(f"the sandbox on core 0, the load on core {os.cpu_count() - 1}")


def simple_calls(land):
    """One read or write of each vendor that costs the vendor little."""
    env = land.env
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    salesforce = "Authorization: Bearer " + land.salesforce_token()
    refresh = (f"grant_type=refresh_token&client_id={env['ZOHO_CLIENT_ID']}&client_secret={env['ZOHO_CLIENT_SECRET']}"
               f"&refresh_token={env['ZOHO_REFRESH_TOKEN']}")
    zoho = "Authorization: Zoho-oauthtoken " + ask(env["ZOHO_ACCOUNTS_URL"], "POST", "/oauth/v2/token", refresh, form)["access_token"]
    client = f"grant_type=client_credentials&client_id={env['SAP_CLIENT_ID']}&client_secret={env['SAP_CLIENT_SECRET']}"
    sap = "Authorization: Bearer " + ask(env["SAP_BASE_URL"], "POST", "/oauth/token", client, form)["access_token"]
    deal = ask(land.control, "GET", "/state/salesforce/Opportunity")["records"][0]["Id"]
    order = ask(land.control, "GET", "/state/sap/A_SalesOrder")["records"][0]["SalesOrder"]
    contact = ask(land.control, "GET", "/state/zoho_books/contacts")["records"][0]["contact_id"]
    record = f"{env['SF_LOGIN_URL']}{API}/sobjects/Opportunity/{deal}"
    return [
        ("Salesforce: record by id", ["--url", record, "--header", salesforce]),
        ("Salesforce: update of a record", ["--url", record, "--method", "PATCH", "--body-template", '{"NextStep":"{n}"}', "--header", salesforce]),
        ("SAP: order by key", ["--url", f"{env['SAP_BASE_URL']}/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('{order}')?$select=SalesOrder",
                               "--header", sap, "--header", "Accept: application/json"]),
        ("Zoho Books: contact by id", ["--url", f"{env['ZOHO_API_URL']}/books/v3/contacts/{contact}?organization_id={env['ZOHO_ORG_ID']}",
                                       "--header", zoho]),
    ]


SCENARIOS = {"deals": deals, "burst": burst, "accounts": accounts, "idle": idle, "acknowledge": acknowledge, "slow-vendors": slow_vendors, "recovery": recovery,
             "inventory": inventory, "size": size, "sandbox": sandbox, "match": match}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS) + " (default: all)")
    parser.add_argument("--quick", action="store_true", help="less of everything, and coarser")
    parser.add_argument("--json", metavar="FILE", help="also writes the figures there")
    parser.add_argument("--page", metavar="FILE", help="also replaces the table between `<!-- figures -->` and `<!-- end -->` of that page")
    options = parser.parse_intermixed_args()
    for name in options.scenarios:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario `{name}`; there are {', '.join(SCENARIOS)}")
    report = Report()
    failures = 0
    place = f"{machine()}; load average {os.getloadavg()[0]:.1f} before"
    print(place, flush=True)
    for name in options.scenarios or SCENARIOS:
        print(f"\n{name}: {SCENARIOS[name].__doc__}", flush=True)
        try:
            with Landscape(options.programs) as land:
                SCENARIOS[name](land, report, options.quick)
        except (Failed, OSError, KeyError, sqlite3.Error, http.client.HTTPException) as failure:
            failures += 1
            print(f"  NOT MEASURED: {failure}", flush=True)
    missed = [figure for figure in report.figures if figure["reached"] is False]
    print(f"\n{sum(figure['reached'] is True for figure in report.figures)} targets reached, {len(missed)} missed"
          + "".join(f"\n  {figure['scenario']}: {figure['name']}: {figure['value']:g} {figure['unit']}, target {figure['target']}" for figure in missed))
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine(), "figures": report.figures}, file, indent=2, ensure_ascii=False)
    if options.page:
        replace_between(options.page, "figures", f"{place}.\n\n{report.table()}")
    return 1 if failures else 0


sys.exit(main())
