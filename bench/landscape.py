"""The processes that are measured: sandbox, engine and load, each of its own, and what /proc says of them."""
import http.client
import json
import os
import platform
import shlex
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

DEAL_PATH = "/webhook/salesforce/deal-closed"
API = "/services/data/v60.0"


class Failed(Exception):
    """A scenario could not be measured, or what was measured was not right."""


def call(address, method, path, body=None, headers=None, timeout=60, raw=False):
    """One request; returns the status and the body, read if it is JSON and not to be left as it is."""
    connection = http.client.HTTPConnection(urllib.parse.urlparse(address).netloc, timeout=timeout)
    data = None if body is None else (body if isinstance(body, str) else json.dumps(body))
    connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if text.startswith(("{", "[")) and not raw else text


def ask(address, method, path, body=None, headers=None, timeout=60, raw=False):
    """The same, where anything but success ends the scenario."""
    status, answer = call(address, method, path, body, headers, timeout, raw)
    if status >= 300:
        raise Failed(f"{method} {path}: {status} {str(answer)[:300]}")
    return answer


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release().split('-')[0]}"


def wait_for(what, seconds, said):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if what():
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise Failed(said)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_ports(count):
    """The first of so many ports in a row that are free now."""
    for first in range(20000, 60000, 7 * count):
        probes = []
        try:
            for port in range(first, first + count):
                probes.append(socket.socket())
                probes[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise Failed("no free ports")


def opportunity_id(number):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    text = ""
    for _ in range(7):
        number, digit = divmod(number, 62)
        text = letters[digit] + text
    return "006Hs000" + text


def serve_lines(land, pins=("", "")):
    return [f"{pins[0]}lockstep sandbox --port {land.env['SF_LOGIN_URL'].rsplit(':', 1)[1]} --env-file env",
            f"{pins[1]}lockstep serve --env-file env --port {land.address.rsplit(':', 1)[1]} --store bench.db"]


class Process:
    """A started program."""

    def __init__(self, command, cpu=None):
        pin = None if cpu is None else lambda: os.sched_setaffinity(0, {cpu})
        self.command = command
        self.began = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=pin)
        self.pid = self.process.pid

    def cpu_seconds(self):
        fields = open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def written_bytes(self):
        """What the process caused to be written to the disk."""
        for line in open(f"/proc/{self.pid}/io"):
            if line.startswith("write_bytes:"):
                return int(line.split()[1])
        raise Failed("a process has ended while it was measured")

    def memory_mib(self):
        for line in open(f"/proc/{self.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Failed("a process has ended while it was measured")

    def first_answer_ms(self, port, path, body=None, status=200):
        """How long after its start it answers `path` with this status; with a body, it is posted."""
        request = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if body is not None:
            request += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        request = f"{request}\r\n{body or ''}".encode()
        while time.monotonic() < self.began + 30:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                    connection.sendall(request)
                    if f" {status} ".encode() in connection.recv(4096)[:16]:
                        return 1000 * (time.monotonic() - self.began)
            except OSError:
                pass
            time.sleep(0.0005)
        raise Failed("a process does not answer: " + " ".join(self.command))

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
        return self.process.returncode


class Landscape:
    """Sandbox and engine in a folder of their own. Use it in a `with`."""

    def __init__(self, programs):
        self.program = os.path.join(programs, "lockstep")
        self.loader = os.path.join(programs, "lockstep-load")

    def __enter__(self):
        self.kept = tempfile.TemporaryDirectory(prefix="lockstep-bench-")
        self.folder = self.kept.name
        self.sandbox = self.engine = None
        return self

    def __exit__(self, *_):
        # What is under way is of no use to anybody.
        for process in (self.engine, self.sandbox):
            if process:
                process.stop(signal.SIGKILL)
        self.kept.cleanup()

    def forget(self):
        """Ends both, and leaves the folder as it was."""
        for process in (self.engine, self.sandbox):
            process.stop(signal.SIGKILL)
        for name in os.listdir(self.folder):
            os.unlink(f"{self.folder}/{name}")
        self.engine = self.sandbox = None

    # ---- sandbox

    def start_sandbox(self, cpu=None, options=()):
        env_file = self.folder + "/env"
        port = free_ports(5)
        self.sandbox = Process([self.program, "sandbox", "--port", str(port), "--env-file", env_file, *options], cpu)
        first = self.sandbox.first_answer_ms(port, "/services/data")
        wait_for(lambda: os.path.exists(env_file) and "PORT=" in open(env_file).read(), 30, "the sandbox wrote no environment")
        self.env = {}
        for line in open(env_file):
            name, _, value = line.strip().partition("=")
            self.env[name] = "".join(shlex.split(value))
        self.control = self.env["SANDBOX_CONTROL_URL"]
        return first

    def salesforce_token(self):
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": self.env["SF_CLIENT_ID"],
                                       "client_secret": self.env["SF_CLIENT_SECRET"]})
        answer = ask(self.env["SF_LOGIN_URL"], "POST", "/services/oauth2/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
        return answer["access_token"]

    def rows(self, head, soql):
        address = self.env["SF_LOGIN_URL"]
        page = ask(address, "GET", f"{API}/query?q=" + urllib.parse.quote(soql), headers=head)
        found = page["records"]
        while not page["done"]:
            page = ask(address, "GET", page["nextRecordsUrl"], headers=head)
            found += page["records"]
        return found

    def close_deals(self, count):
        """Closes so many deals with a line and a contact role each, for the made-up manufacturer's accounts; returns their ids."""
        head = {"Authorization": "Bearer " + self.salesforce_token()}
        models = self.rows(head, "SELECT AccountId, Pricebook2Id FROM Opportunity WHERE IsWon = false AND CurrencyIsoCode = 'EUR' ORDER BY Id")
        models = list({model["AccountId"]: model for model in models[:-3]}.values())  # the last cannot be carried through
        people = {row["AccountId"]: row["Id"] for row in self.rows(head, "SELECT Id, AccountId FROM Contact WHERE Email != null ORDER BY Id DESC")}
        models = [model for model in models if model["AccountId"] in people]
        entries = self.rows(head, "SELECT Id, UnitPrice FROM PricebookEntry WHERE CurrencyIsoCode = 'EUR' AND IsActive = true ORDER BY Id LIMIT 50")
        ids = []
        while len(ids) < count:
            size = min(200, count - len(ids))
            deals = [{"attributes": {"type": "Opportunity"}, "Name": f"Bench {len(ids) + i}", "StageName": "Closed Won", "CloseDate": "2026-03-01",
                      "CurrencyIsoCode": "EUR", "AccountId": models[(len(ids) + i) % len(models)]["AccountId"],
                      "Pricebook2Id": models[0]["Pricebook2Id"]} for i in range(size)]
            new = self.create(head, deals)
            lines = []
            for i, id in enumerate(new):
                entry = entries[(len(ids) + i) % len(entries)]
                lines.append({"attributes": {"type": "OpportunityLineItem"}, "OpportunityId": id, "PricebookEntryId": entry["Id"],
                              "Quantity": 3, "UnitPrice": entry["UnitPrice"]})
            self.create(head, lines)
            self.create(head, [{"attributes": {"type": "OpportunityContactRole"}, "OpportunityId": id, "ContactId": people[deal["AccountId"]],
                                "IsPrimary": True} for id, deal in zip(new, deals)])
            ids += new
        return ids

    def create(self, head, records):
        made = ask(self.env["SF_LOGIN_URL"], "POST", f"{API}/composite/sobjects", {"allOrNone": True, "records": records}, head)
        if not all(item["success"] for item in made):
            raise Failed(f"records were refused: {made[:2]}")
        return [item["id"] for item in made]

    def delay(self, milliseconds):
        """Every vendor call from now on takes so much longer."""
        ask(self.control, "POST", "/faults", {"faults": [{"kind": "delay", "delay_ms": milliseconds}]})

    def calls(self):
        return ask(self.control, "GET", "/calls")["calls"]

    # ---- engine

    def launch_engine(self, cpu=None, options=()):
        """Starts the engine on a free port and does not wait for it. Returns the port."""
        port = free_port()
        self.engine = Process([self.program, "serve", "--env-file", self.folder + "/env", "--port", str(port),
                               "--store", self.folder + "/bench.db", *options], cpu)
        self.address = f"http://127.0.0.1:{port}"
        return port

    def start_engine(self, cpu=None, path="/livez", options=()):
        return self.engine_is_there(self.launch_engine(cpu, options), path)

    def engine_is_there(self, port, path="/livez"):
        first = self.engine.first_answer_ms(port, path)
        wait_for(lambda: call(self.address, "GET", "/readyz")[0] == 200, 30, "the engine is not ready")
        return first

    def metrics(self):
        """The engine's metrics: name → {labels: value}; the labels as they stand in the text, '' for none."""
        found = {}
        for line in ask(self.address, "GET", "/metrics").splitlines():
            if line.startswith("#"):
                continue
            name, _, value = line.rpartition(" ")
            name, _, labels = name.partition("{")
            found.setdefault(name, {})[labels.rstrip("}")] = float(value)
        return found

    def commits(self):
        return self.metrics()["lockstep_store_commits_total"][""]

    def runs(self):
        return ask(self.address, "GET", "/health")["runs"]

    def wait_until_idle(self, seconds):
        def idle():
            runs = self.runs()
            return runs["waiting"] + runs["running"] == 0
        wait_for(idle, seconds, f"the runs did not end within {seconds} s")

    # ---- load

    def load(self, arguments, cpu=None):
        """Runs lockstep-load and returns what it reports, and the command as a person would type it."""
        command = [self.loader, *arguments, "--json"]
        pin = None if cpu is None else lambda: os.sched_setaffinity(0, {cpu})
        done = subprocess.run(command, capture_output=True, text=True, timeout=150, preexec_fn=pin)
        if not done.stdout:
            raise Failed(done.stderr.strip() or "the load program said nothing")
        shown = (f"taskset -c {cpu} " if cpu is not None else "") + "lockstep-load " + " ".join(shlex.quote(a) for a in arguments)
        return json.loads(done.stdout), shown.replace(self.folder + "/", "")

    def load_deals(self, ids, *arguments, cpu=None):
        path = self.folder + "/deals.txt"
        with open(path, "w") as file:
            file.write("\n".join(ids) + "\n")
        report, shown = self.load(["--url", self.address, "--kind", "deal", "--ids", path, *arguments], cpu)
        if report["failed"]:
            raise Failed(f"the engine refused deals: {report['statuses']} {report['errors']}")
        return report, shown
