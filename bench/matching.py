"""Two sides that have never seen each other: how fast partners are found, and how many of them rightly."""
import json
import os
import subprocess

from figures import AT_LEAST, AT_MOST
from landscape import Failed


def match(land, report, quick):
    """first contact of two sides with as many accounts each"""
    records = 10_000 if quick else 100_000
    command = [f"{os.path.dirname(land.program)}/lockstep-match-bench", str(records)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise Failed(f"{command[0]} ended with {done.returncode}: {done.stderr[:300]}")
    figures = json.loads(done.stdout)
    report.figure("match", f"{records:,} × {records:,} accounts", figures["seconds"], "s", (AT_MOST, 20))
    report.figure("match", "peak memory, with the accounts themselves", figures["peak_mib"], "MiB", (AT_MOST, 500))
    report.figure("match", "linked, of all true pairs", figures["linked_percent"], "%")
    # Two companies of one name, each on one side alone and with nothing else known of them, cannot be told from one.
    report.figure("match", "links that are wrong, of all links", 100 * figures["wrong_links"] / max(1, figures["linked"]), "%", (AT_MOST, 0.1))
    report.figure("match", "linked or proposed, of all true pairs", figures["found_percent"], "%", (AT_LEAST, 90))
    report.figure("match", "best proposal of a group is right", figures["right_firsts_percent"], "%")
    report.note(f"{figures['truth']:,} true pairs; {figures['linked']:,} linked, {figures['proposals']:,} proposals in {figures['groups']:,} groups, "
                f"{figures['ambiguous']:,} ambiguities")
    report.command(" ".join(command))
