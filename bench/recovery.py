"""kill -9 with thousands of open runs, and how soon the next process takes events and has taken up the runs."""
import contextlib
import itertools
import os
import re
import shutil
import signal
import sqlite3
import statistics
import time

from burst import expect_orders
from figures import AT_MOST
from landscape import DEAL_PATH, Failed, ask, opportunity_id, serve_lines

MIGRATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/store/sqlite/migrations")
APPLICATION_ID = 0x4C737470  # docs/store.md


def recovery(land, report, quick):
    """a process that dies with 10,000 open runs (--quick: 1,000)"""
    count, kills = (1000, 3) if quick else (10_000, 5)
    land.start_sandbox()
    land.start_engine()
    ids = land.close_deals(count + 1)
    land.load_deals(ids[:1])
    land.wait_until_idle(30)
    land.delay(200)  # so that few of them end, and calls are under way when it dies
    _, shown = land.load_deals(ids[1:], "--connections", "32")
    time.sleep(1)
    answers, resumed, unknown = [], [], itertools.count(1_000_000)
    for _ in range(kills):
        runs = killed(land)
        answer, all_there = start_again(land, runs["open"], next(unknown))
        answers.append(answer)
        resumed.append(all_there)
        time.sleep(1)
    runs = killed(land)
    report.figure("recovery", "open runs, the last time", runs["open"], "runs", None, 0)
    report.figure("recovery", "of these in the middle", runs["begun"], "runs", None, 0)
    report.figure("recovery", "their calls that are in doubt", runs["calling"], "calls", None, 0)
    report.figure("recovery", "to the first acknowledged event, median", statistics.median(answers), "ms", (AT_MOST, 300))
    report.figure("recovery", "to the first acknowledged event, slowest", max(answers), "ms")
    report.figure("recovery", "all open runs resumed, median", statistics.median(resumed), "ms", (AT_MOST, 2000))
    report.figure("recovery", "all open runs resumed, slowest", max(resumed), "ms")
    report.command(*serve_lines(land), shown, f"kill -9 {land.engine.pid}", serve_lines(land)[1])
    previous_schema(land, report, 10_000 if quick else 100_000, next(unknown))
    ask(land.control, "DELETE", "/faults")
    land.wait_until_idle(240)
    expect_orders(land, ids)
    report.note(f"afterwards each of the {count + 1} deals had exactly one order")


def killed(land):
    """Kills the engine; what its store then holds. It is read in a copy."""
    land.engine.stop(signal.SIGKILL)
    with contextlib.closing(sqlite3.connect(copy_store(land, "killed.db"))) as store:
        one = lambda sql: store.execute(sql).fetchone()[0]
        return {"open": one("SELECT count(*) FROM runs WHERE status IN ('waiting', 'running')"),
                "begun": one("SELECT count(DISTINCT run_id) FROM journal JOIN runs ON id = run_id WHERE status = 'running'"),
                "calling": one("SELECT count(*) FROM (SELECT kind, max(number) FROM journal JOIN runs ON id = run_id"
                               " WHERE status = 'running' AND journal.step <> '' GROUP BY run_id, journal.step, element) WHERE kind IN ('intended', 'in_doubt')")}


def copy_store(land, name):
    for suffix in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{land.folder}/{name}{suffix}")
        if os.path.exists(f"{land.folder}/bench.db{suffix}"):
            shutil.copyfile(f"{land.folder}/bench.db{suffix}", f"{land.folder}/{name}{suffix}")
    return f"{land.folder}/{name}"


def start_again(land, open_runs, number):
    """Milliseconds from the start to the first acknowledged event, and until every open run is taken up."""
    port = land.launch_engine()
    answer = land.engine.first_answer_ms(port, DEAL_PATH, f'{{"opportunityId":"{opportunity_id(number)}"}}', 202)
    while time.monotonic() < land.engine.began + 60:
        if is_resumed(land.metrics(), open_runs + 1):
            return answer, 1000 * (time.monotonic() - land.engine.began)
        time.sleep(0.005)
    raise Failed(f"{open_runs} open runs are not resumed after a minute: {land.runs()}")


def is_resumed(metrics, runs):
    """Every run that was open is queued or active (its locks are held) or has ended, and calls are made."""
    total = lambda name: sum(metrics.get(name, {}).values())
    there = total("lockstep_runs_waiting") + total("lockstep_runs_active") + total("lockstep_runs_ended_total")
    calls = total("lockstep_calls_under_way") + total("lockstep_calls_total")
    return there >= runs and calls > 0 and total("lockstep_recovering") == 0


def previous_schema(land, report, ended, number):
    """The same, where the database is one of the version before, with a history."""
    store = copy_store(land, "newest.db")
    path = f"{land.folder}/bench.db"
    runs, version = make_previous(store, path, ended)
    if version is None:
        report.note("there is one version of the database only: nothing is migrated")
        return
    answer, resumed = start_again(land, runs, number)
    report.figure("recovery", f"migrated from version {version}, {ended} ended runs in it: first acknowledged event", answer, "ms")
    report.figure("recovery", f"migrated from version {version}, {ended} ended runs in it: all resumed", resumed, "ms")


def make_previous(source, path, ended):
    """Writes what `source` holds, and so many ended runs more, as the version before would have. Returns the open runs and that version."""
    files = sorted(name for name in os.listdir(MIGRATIONS) if re.match(r"\d{4}_.*\.sql$", name))
    if len(files) < 2:
        return 0, None
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        for name in files[:-1]:
            text = open(os.path.join(MIGRATIONS, name), encoding="utf-8").read()
            store.executescript(re.sub(r'R"sql\(|\)sql"', "", text))
        store.execute("ATTACH ? AS newest", (source,))
        store.execute("BEGIN")
        for table, in store.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name = 'journal'").fetchall():
            columns = ", ".join(row[1] for row in store.execute(f"PRAGMA main.table_info({table})"))
            store.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newest.{table}")
        add_history(store, ended)
        store.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        store.execute(f"PRAGMA user_version = {len(files) - 1}")
        store.execute("COMMIT")
        return store.execute("SELECT count(*) FROM main.runs WHERE status IN ('waiting', 'running')").fetchone()[0], len(files) - 1


def add_history(store, ended):
    numbers = f"WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < {ended}) "
    event, run, at = "printf('01H0000000E%015d', n)", "printf('01H0000000R%015d', n)", "1700000000000 + n"
    key = "printf('006X%011dAAA', n)"
    store.execute(f"{numbers} INSERT INTO main.events (id, flow, key, dedupe_id, trigger_kind, body_json, received_at_ms)"
                  f" SELECT {event}, 'deal-closed', {key}, '', 'webhook', '{{}}', {at} FROM c")
    store.execute(f"{numbers} INSERT INTO main.runs (id, event_id, flow, key, status, reason, reason_code, step, retries, created_at_ms,"
                  f" updated_at_ms, ended_at_ms, summary_json) SELECT {run}, {event}, 'deal-closed', {key}, 'succeeded', '', '', '', 0, {at}, {at}, {at}, '' FROM c")
    store.execute(f"{numbers} INSERT INTO main.journal (run_id, seq, at_ms, kind, step, element, attempt, data_json, trace_json)"
                  f" SELECT {run}, 1, {at}, 'started', '', -1, 0, '', '' FROM c")
