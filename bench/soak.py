#!/usr/bin/env python3
"""Soak: sandbox, engine and load as processes of their own, at half of what they can do, for an hour or as long as is said.

    soak.py PROGRAMS [--minutes 60] [--rate auto|N] [--json FILE] [--page FILE]

Deals are told at a steady rate, invoices are paid, stock moves every minute, 1 % of all vendor calls fail, and the store keeps
history for minutes only. Every 15 s a line says how it stands. At the end the vendors' records are compared with what was
told, and the last two quarters with each other: do memory and file size level off? Exit status 1: a promise was broken, or
something could not be measured, or memory or file size grow on.
"""
import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import sqlite3
import statistics
import sys
import time

from company import Company, Finance, prove
from figures import replace_between
from landscape import Failed, Landscape, ask, call, machine

SLICE_S = 15
PAYMENTS_A_DEAL, PAYMENTS_A_SECOND_MAX = 0.2, 40
SANDBOX_MIB_MAX = 3000  # then the load stops for as long as it takes to compare everything, and the vendors forget
FAULTS = [{"kind": "status", "status": 500, "probability": 0.004}, {"kind": "drop_after", "probability": 0.004},
          {"kind": "late_apply", "probability": 0.002, "delay_ms": 150}]
SETTLE_MS = 1000  # the sandbox applies a call within 150 ms
CONFIG = """
store: bench.db
log: { level: error }
retention: { runs: %dm, journal: %dm }
connections:
  salesforce: { client_id: "${env.SF_CLIENT_ID}", private_key_path: "${env.SF_PRIVATE_KEY_PATH}", username: "${env.SF_USERNAME}", login_url: "${env.SF_LOGIN_URL}" }
  sap: { base_url: "${env.SAP_BASE_URL}", token_url: "${env.SAP_TOKEN_URL}", client_id: "${env.SAP_CLIENT_ID}", client_secret: "${env.SAP_CLIENT_SECRET}" }
  zoho_books:
    client_id: "${env.ZOHO_CLIENT_ID}"
    client_secret: "${env.ZOHO_CLIENT_SECRET}"
    refresh_token: "${env.ZOHO_REFRESH_TOKEN}"
    organization_id: "${env.ZOHO_ORG_ID}"
    accounts_url: "${env.ZOHO_ACCOUNTS_URL}"
    api_url: "${env.ZOHO_API_URL}"
  slack: { webhook_url: "${env.SLACK_WEBHOOK_URL}" }
"""


class Soak:
    def __init__(self, land, minutes):
        self.land, self.minutes = land, minutes
        self.samples, self.promises, self.wrong = [], {}, {}
        self.acknowledged_by_load = self.replayed = self.by_hand = self.refused = 0
        self.seen, self.deals_max = set(), None

    # ---- the landscape

    def start(self):
        land = self.land
        land.start_sandbox(options=["--empty"])
        # History is kept for a twelfth of the time, so that it is trimmed from the second twelfth on.
        runs, journal = max(1, round(self.minutes / 12)), max(1, round(self.minutes / 30))
        with open(land.folder + "/lockstep.yaml", "w") as file:
            file.write(CONFIG % (runs, journal))
        land.start_engine(options=["--config", land.folder + "/lockstep.yaml", "--settle-ms", str(SETTLE_MS)])
        self.retention = f"runs {runs} min, their journals {journal} min"
        self.long_enough = self.minutes / 4 >= 3 * runs
        self.company = Company(land)
        self.prepare()

    def prepare(self):
        ask(self.land.control, "POST", "/load/zoho_books/webhooks",
            {"records": [{"webhook_name": "lockstep", "entity": "customer_payment", "url": self.land.address + "/webhook/zoho/payment"}]})

    def capacity(self):
        """Deals a second that it can do with their payments, without faults."""
        land, company = self.land, self.company
        self.tell(company.win_deals(200))
        land.wait_until_idle(60)
        ids = company.win_deals(1500)
        began = time.monotonic()
        self.tell(ids)
        land.wait_until_idle(120)
        deals = len(ids) / (time.monotonic() - began)
        finance = Finance(land, company, 1)
        began = time.monotonic()
        for deal in random.sample(ids, 300):
            finance.pay(deal)
        land.wait_until_idle(60)
        payments = finance.recorded / (time.monotonic() - began)
        return deals, payments, 1 / (1 / deals + PAYMENTS_A_DEAL / payments)

    # ---- load

    def tell(self, ids, *arguments):
        """Tells of these deals; what was refused is told again. Returns the load's report."""
        path = self.land.folder + "/deals.txt"
        with open(path, "w") as file:
            file.write("\n".join(ids) + "\n")
        report, _ = self.land.load(["--url", self.land.address, "--kind", "deal", "--ids", path, "--connections", "32", *arguments])
        self.acknowledged_by_load += report["requests"] - report["failed"]
        if report["failed"]:
            self.refused += report["failed"]
            for id in ids:
                self.post("/webhook/salesforce/deal-closed", {"opportunityId": id})
        self.company.told += ids
        return report

    def post(self, path, body):
        """Until it is acknowledged."""
        for _ in range(200):
            status, answer = call(self.land.address, "POST", path, body)
            if status == 202:
                return
            if status < 500:
                raise Failed(f"{path}: {status} {answer}")
            time.sleep(0.2)
        raise Failed(f"{path} is not taken")

    def tell_untaken(self):
        """What Zoho's webhook could not deliver is told by hand."""
        for its in ask(self.land.control, "GET", "/state/zoho_books/webhook_deliveries")["records"]:
            if its["sent"] and its["status"] != 202 and its["delivery_id"] not in self.seen:
                self.seen.add(its["delivery_id"])
                self.by_hand += 1
                self.post("/webhook/zoho/payment", json.loads(its["body"]))

    # ---- the hour

    def run(self, rate):
        land, began = self.land, time.monotonic()
        self.began = began
        until = began + 60 * self.minutes
        while time.monotonic() < until:
            finance = Finance(land, self.company, min(PAYMENTS_A_SECOND_MAX, rate * PAYMENTS_A_DEAL))
            ask(land.control, "POST", "/faults", {"seed": self.company.generation, "faults": FAULTS})
            finance.start()
            try:
                self.segment(rate, until)
            finally:
                finance.stop()
            self.prove(finance)

    def segment(self, rate, until):
        slices = 0
        while time.monotonic() < until and not self.is_large():
            if slices % 4 == 0:
                self.company.move_stock(0.1)
                self.post("/api/v1/flows/inventory/run", {"key": "inventory"})
            slices += 1
            before = self.land.metrics(), self.land.engine.cpu_seconds(), time.monotonic()
            report = self.tell(self.company.win_deals(max(1, round(rate * SLICE_S))), "--rate", str(rate))
            self.tell_untaken()
            self.sample(report, *before)

    def is_large(self):
        """Whether the sandbox is to forget. What it has forgotten it does not give back to the system: from the second time on it is
        the number of deals that says so."""
        if self.deals_max is None and self.land.sandbox.memory_mib() >= SANDBOX_MIB_MAX:
            self.deals_max = len(self.company.told)
        return self.deals_max is not None and len(self.company.told) >= self.deals_max

    def sample(self, report, before, cpu_before, began):
        land, now = self.land, self.land.metrics()
        total = lambda metrics, name: sum(metrics.get(name, {}).values())
        files = [f"{land.folder}/bench.db{suffix}" for suffix in ("", "-wal")]
        sizes = [os.stat(file).st_size / 2**20 if os.path.exists(file) else 0 for file in files]
        if len(self.samples) % 4 == 0:
            self.links_mib = links_mib(files[0])
        seconds = time.monotonic() - began
        sample = {"at_s": time.monotonic() - self.began, "engine_mib": land.engine.memory_mib(), "sandbox_mib": land.sandbox.memory_mib(),
                  "database_mib": sizes[0], "log_mib": sizes[1], "links_mib": self.links_mib,
                  "open": total(now, "lockstep_runs_waiting") + total(now, "lockstep_runs_active"), "parked": total(now, "lockstep_runs_parked"),
                  "acknowledged": total(now, "lockstep_events_total"), "ended": total(now, "lockstep_runs_ended_total"),
                  "cpu": (land.engine.cpu_seconds() - cpu_before) / seconds,
                  "ack_p50_ms": report["latency_ms"]["p50"], "ack_p99_ms": report["latency_ms"]["p99"],
                  "run_p50_s": quantile(before, now, "deal-closed", 0.5), "run_p99_s": quantile(before, now, "deal-closed", 0.99)}
        self.samples.append(sample)
        if len(self.samples) % 20 == 1:
            print("     time  engine  database     log  sandbox    open parked  acknowledged     ended   CPU   ack p50   p99   deal p50    p99")
        print(f"  {sample['at_s']:5.0f} s {sample['engine_mib']:5.0f} M {sample['database_mib']:7.0f} M {sample['log_mib']:5.0f} M {sample['sandbox_mib']:6.0f} M"
              f" {sample['open']:7.0f} {sample['parked']:6.0f} {sample['acknowledged']:13,.0f} {sample['ended']:9,.0f} {100 * sample['cpu']:4.0f} %"
              f" {sample['ack_p50_ms']:6.1f} ms {sample['ack_p99_ms']:4.0f} ms  ≤{sample['run_p50_s']:5.2f} s ≤{sample['run_p99_s']:4.1f} s", flush=True)

    # ---- the end, and whenever the sandbox has grown too large

    def prove(self, finance):
        land, began = self.land, time.monotonic()
        ask(land.control, "DELETE", "/faults")
        self.settle()
        looked, wrong = prove(land, self.company)
        for totals, new in ((self.promises, looked), (self.wrong, wrong)):
            for name, count in new.items():
                totals[name] = totals.get(name, 0) + count
        self.promises["payments recorded"] = self.promises.get("payments recorded", 0) + finance.recorded
        print(f"  {time.monotonic() - self.began:5.0f} s compared in {time.monotonic() - began:.0f} s: "
              + ", ".join(f"{count} {name}" for name, count in looked.items()) + "; wrong: "
              + (", ".join(f"{count} {name}" for name, count in wrong.items()) or "nothing"), flush=True)
        ask(land.control, "POST", "/reset", {})
        self.company.begin()
        self.prepare()

    def settle(self):
        """Waits for the end of everything; what was parked (three failures in a row) is replayed."""
        for _ in range(5):
            self.land.wait_until_idle(240)
            self.tell_untaken()
            parked = ask(self.land.address, "GET", "/api/v1/runs?status=parked&limit=1000")["runs"]
            if not parked and self.land.runs()["waiting"] + self.land.runs()["running"] == 0:
                return
            for run in parked:
                self.replayed += 1
                call(self.land.address, "POST", f"/api/v1/runs/{run['id']}/replay", {})
        raise Failed("runs park again and again: " + str(parked[:2]))


def links_mib(path):
    """How much of the database are links: which record there is which record here is kept for as long as the database."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        return (store.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'links' AND aggregate = TRUE").fetchone()[0] or 0) / 2**20


def quantile(before, now, flow, part):
    """The upper bound of the bucket in which this part of the runs between two readings lies."""
    buckets = []
    for labels, count in now.get("lockstep_run_duration_seconds_bucket", {}).items():
        if f'flow="{flow}"' in labels and 'outcome="succeeded"' in labels:
            bound = labels.rsplit('le="', 1)[1].split('"')[0]
            buckets.append((float(bound.replace("+Inf", "inf")), count - before.get("lockstep_run_duration_seconds_bucket", {}).get(labels, 0)))
    buckets.sort()
    return next((bound for bound, count in buckets if buckets[-1][1] > 0 and count >= part * buckets[-1][1]), 0.0)


def levels(samples):
    """The medians of the four quarters, and whether the last is no more than the one before and 5 %."""
    rows = []
    ends = [round(len(samples) * i / 4) for i in range(5)]
    for name, value in (("engine, resident, MiB", lambda s: s["engine_mib"]), ("database and log without links, MiB", lambda s: s["database_mib"] + s["log_mib"] - s["links_mib"]),
                        ("links, kept for ever, MiB", lambda s: s["links_mib"]), ("database and log, MiB", lambda s: s["database_mib"] + s["log_mib"]),
                        ("open runs", lambda s: s["open"]), ("acknowledged p99, ms", lambda s: s["ack_p99_ms"]), ("deal p50, at most s", lambda s: s["run_p50_s"])):
        medians = [statistics.median(map(value, samples[ends[i]:ends[i + 1]])) for i in range(4)]
        rows.append({"name": name, "quarters": medians, "level": medians[3] <= 1.05 * medians[2] + 1})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", default="auto", help="deals a second; auto: half of what a short bench finds")
    parser.add_argument("--json", metavar="FILE", help="also writes the samples and the result there")
    parser.add_argument("--page", metavar="FILE", help="also writes the result between `<!-- soak -->` and `<!-- end -->` of that page")
    options = parser.parse_args()
    if not 1 <= options.minutes <= 24 * 60:
        parser.error("--minutes is from 1 to 1440")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    print(f"{machine()}; load average {os.getloadavg()[0]:.1f} before", flush=True)
    with Landscape(options.programs) as land:
        soak = Soak(land, options.minutes)
        soak.start()
        if options.rate == "auto":
            deals, payments, both = soak.capacity()
            rate = round(both / 2, 1)
            print(f"capacity: {deals:.0f} deals/s or {payments:.0f} payments/s, so {both:.0f} deals/s with {PAYMENTS_A_DEAL} payments each; half of it: {rate}/s", flush=True)
        else:
            rate = float(options.rate)
        print(f"{options.minutes:g} minutes at {rate:g} deals/s; retention: {soak.retention}", flush=True)
        soak.run(rate)
        code = land.engine.stop()
        return finished(soak, rate, code, options)


def finished(soak, rate, code, options):
    rows = levels(soak.samples)
    grows = [row["name"] for row in rows[:2] if not row["level"] and soak.long_enough]
    text = result(soak, rate, code, options.minutes, rows, grows)
    print("\n" + text, flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine(), "minutes": options.minutes, "rate": rate, "retention": soak.retention, "quarters": rows, "promises": soak.promises,
                       "wrong": soak.wrong, "exit": code, "samples": soak.samples}, file, indent=1)
    if options.page:
        replace_between(options.page, "soak", text)
    return 1 if soak.wrong or grows or code != 0 else 0


def result(soak, rate, code, minutes, rows, grows):
    last = soak.samples[-1]
    lines = [f"{machine()}; {minutes:g} minutes at {rate:g} deals/s, {PAYMENTS_A_DEAL} payments a deal; retention: {soak.retention}.", "",
             "| median of each quarter | 1 | 2 | 3 | 4 | the 4th over the 3rd |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        third, fourth = row["quarters"][2:]
        lines.append(f"| {row['name']} | " + " | ".join(f"{value:.1f}" for value in row["quarters"]) + f" | {100 * (fourth / third - 1) if third else 0:+.1f} % |")
    lines += ["", "| compared with the vendors' records | |", "| --- | ---: |"]
    lines += [f"| {name} | {count:,} |" for name, count in soak.promises.items()]
    lines += [f"| **lost, doubled or wrong** | {', '.join(f'{count} {name}' for name, count in soak.wrong.items()) or 'nothing'} |", "",
              f"{last['acknowledged']:,.0f} events were acknowledged; {soak.refused} tellings were refused and repeated, {soak.by_hand} webhooks told by hand, "
              f"{soak.replayed} parked runs replayed; the engine ended with {code}. "
              + (f"GROWS: {', '.join(grows)}." if grows else "Memory levels off, and so does the file without its links." if soak.long_enough
                 else "Too short to say whether memory and file size level off.")]
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, OSError, http.client.HTTPException) as failure:
        sys.exit(f"soak: not measured: {failure}")
