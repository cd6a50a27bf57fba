#!/usr/bin/env python3
"""Measures Lockstep end to end: a real `lockstep sandbox` and a real `lockstep serve`, deals over real sockets.

Reports, in one run on this machine: durable acknowledgements a second, deals a second end to end, CPU a deal of the
engine's process, and its memory. Figures only; asserts nothing but that every deal was synced once.
"""
import argparse
import http.client
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse


def call(address, method, path, body=None, headers=None):
    host = urllib.parse.urlparse(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    data = None if body is None else (body if isinstance(body, str) else json.dumps(body))
    connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if text.startswith(("{", "[")) else text


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if what():
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise SystemExit("bench: a process did not come up")


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def environment(path):
    values = {}
    for line in open(path):
        if "=" in line and not line.startswith("#"):
            name, value = line.strip().split("=", 1)
            values[name] = value.strip("'\"")
    return values


def close_deals(salesforce, env, count):
    """Closes `count` deals of the seed data, in the emulated Salesforce, and returns their ids."""
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": env["SF_CLIENT_ID"], "client_secret": env["SF_CLIENT_SECRET"]})
    _, token = call(salesforce, "POST", "/services/oauth2/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
    head = {"Authorization": "Bearer " + token["access_token"]}
    api = "/services/data/v60.0"

    def rows(soql):
        found = []
        _, page = call(salesforce, "GET", f"{api}/query?q=" + urllib.parse.quote(soql), headers=head)
        found += page["records"]
        while not page["done"]:
            _, page = call(salesforce, "GET", page["nextRecordsUrl"], headers=head)
            found += page["records"]
        return found

    accounts = [row["Id"] for row in rows("SELECT AccountId, Id FROM Opportunity WHERE IsWon = false AND CurrencyIsoCode = 'EUR' ORDER BY Id LIMIT 20")]
    templates = rows("SELECT AccountId, Pricebook2Id FROM Opportunity WHERE IsWon = false AND CurrencyIsoCode = 'EUR' ORDER BY Id LIMIT 20")
    entries = rows("SELECT Id, UnitPrice, Product2Id FROM PricebookEntry WHERE CurrencyIsoCode = 'EUR' AND IsActive = true ORDER BY Id LIMIT 50")
    assert accounts and entries
    ids = []
    for start in range(0, count, 200):
        batch = [{"attributes": {"type": "Opportunity"}, "Name": f"Bench {start + i}", "StageName": "Closed Won", "CloseDate": "2026-03-01", "CurrencyIsoCode": "EUR",
                  "AccountId": templates[(start + i) % len(templates)]["AccountId"], "Pricebook2Id": templates[0]["Pricebook2Id"]} for i in range(min(200, count - start))]
        _, made = call(salesforce, "POST", f"{api}/composite/sobjects", {"allOrNone": True, "records": batch}, head)
        new = [item["id"] for item in made]
        lines = [{"attributes": {"type": "OpportunityLineItem"}, "OpportunityId": id, "PricebookEntryId": entry["Id"], "Quantity": 3, "UnitPrice": entry["UnitPrice"]}
                 for id in new for entry in (entries[len(ids) % len(entries)],)]
        _, made = call(salesforce, "POST", f"{api}/composite/sobjects", {"allOrNone": True, "records": lines}, head)
        assert all(item["success"] for item in made), made[:2]
        ids += new
    return ids


def post_all(address, ids, connections):
    """Posts the webhook for every id, closed loop on so many connections; returns seconds."""
    host = urllib.parse.urlparse(address).netloc
    shares = [ids[i::connections] for i in range(connections)]

    def work(share):
        connection = http.client.HTTPConnection(host, timeout=60)
        for id in share:
            connection.request("POST", "/webhook/salesforce/deal-closed", json.dumps({"opportunityId": id}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 202, answer.status
        connection.close()

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--deals", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--latency-ms", type=int, default=0, help="of every vendor call")
    options = parser.parse_args()
    started = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            env_file = folder + "/env"
            sandbox = subprocess.Popen([options.program, "sandbox", "--port", "0", "--env-file", env_file], stdout=subprocess.DEVNULL)
            started.append(sandbox)
            wait_for(lambda: os.path.exists(env_file) and "SANDBOX_CONTROL_URL" in open(env_file).read())
            env = environment(env_file)
            store = folder + "/bench.db"
            serve = subprocess.Popen([options.program, "serve", "--env-file", env_file, "--port", "0", "--store", store], stderr=subprocess.DEVNULL)
            started.append(serve)
            wait_for(lambda: os.path.exists(store + ".address"))
            address = open(store + ".address").read().strip()
            wait_for(lambda: call(address, "GET", "/readyz")[0] == 200)
            idle = memory_mib(serve.pid)
            ids = close_deals(env["SF_LOGIN_URL"], env, options.deals)
            if options.latency_ms:
                call(env["SANDBOX_CONTROL_URL"], "POST", "/faults", {"seed": 1, "faults": [{"connector": "*", "method": "*", "route": "*", "kind": "delay", "probability": 1, "delay_ms": options.latency_ms}]})
            cpu = cpu_seconds(serve.pid)
            began = time.monotonic()
            acknowledged = post_all(address, ids, options.connections)
            while True:
                health = call(address, "GET", "/health")[1]
                if health["runs"]["waiting"] + health["runs"]["running"] == 0:
                    break
                time.sleep(0.1)
            seconds = time.monotonic() - began
            cpu = cpu_seconds(serve.pid) - cpu
            orders = call(env["SANDBOX_CONTROL_URL"], "GET", "/state/sap/A_SalesOrder")[1]["records"]
            mine = [order for order in orders if order["PurchaseOrderByCustomer"] in set(ids)]
            runs = health["runs"]
            print(f"deals                          {options.deals} (succeeded {runs['succeeded']}, parked {runs['parked']}, orders {len(mine)})")
            print(f"acknowledged durably           {options.deals / acknowledged:10.0f} /s on {options.connections} connections (load in Python, while deals are worked on)")
            print(f"end to end                     {options.deals / seconds:10.0f} deals/s at {options.latency_ms} ms vendor latency")
            print(f"CPU of the engine's process    {1000 * cpu / options.deals:10.2f} ms a deal")
            print(f"resident memory                {idle:10.1f} MiB idle, {memory_mib(serve.pid):.1f} MiB after")
            assert len(mine) == options.deals, "not every deal became exactly one order"
        finally:
            for process in started:
                process.send_signal(signal.SIGTERM)
            for process in started:
                process.wait(timeout=60)


main()
