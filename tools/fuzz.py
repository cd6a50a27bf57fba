#!/usr/bin/env python3
"""Runs the fuzzers of a build tree and says what each did.

    tools/fuzz.py BUILD_DIR [NAME…] [--seconds N] [--jobs N]     each NAME (default: all) for N seconds, two at once
    tools/fuzz.py BUILD_DIR --minimise                           rewrites tests/fuzz/corpus with the least that covers the same

New inputs are kept in BUILD_DIR/corpus/NAME, findings in BUILD_DIR/findings, what was run in BUILD_DIR/executions.tsv.
Exit status: 0 no finding, 1 some, 2 usage.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BOUNDS = ["-timeout=60", "-rss_limit_mb=2048", "-max_len=4096"]
CORPUS = pathlib.Path(__file__).parent.parent / "tests/fuzz/corpus"
KEPT_FILE_BYTES_MAX = 2048  # of new inputs; the seeds written by hand stay


def environment():
    symbolizer = shutil.which("llvm-symbolizer-19") or ""
    return {**os.environ, "ASAN_SYMBOLIZER_PATH": symbolizer, "UBSAN_OPTIONS": "print_stacktrace=1"}


def program(build, name):
    return build / "tests/fuzz" / (name + "_fuzz")


def run(build, name, seconds):
    """Returns (seconds, executions, finding) of one fuzzer's run."""
    grown, findings = build / "corpus" / name, build / "findings"
    grown.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    log = build / (name + ".log")
    command = [program(build, name), f"-max_total_time={seconds}", "-print_final_stats=1", *BOUNDS,
               f"-artifact_prefix={findings}/{name}-", grown, CORPUS / name]
    with log.open("w", errors="replace") as out:
        status = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, env=environment()).returncode
    text = log.read_text(errors="replace")
    executions = re.search(r"stat::number_of_executed_units: (\d+)", text)
    ran = re.search(r"Done \d+ runs in (\d+) second", text)
    finding = re.search(r"^(assertion failed.*|SUMMARY: .*|.*runtime error: .*)$", text, re.M)
    said = "" if status == 0 else finding.group(1) if finding else f"exit status {status}"
    return int(ran.group(1)) if ran else 0, int(executions.group(1)) if executions else 0, said


def fuzz(build, names, seconds, jobs):
    print(f"{'fuzzer':<12} {'seconds':>7} {'executions':>11}  finding")
    found = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(run, build, name, seconds): name for name in names}
        for done in concurrent.futures.as_completed(waiting):
            name, (ran, executions, finding) = waiting[done], done.result()
            found += bool(finding)
            print(f"{name:<12} {ran:>7} {executions:>11}  {finding and finding + f' (see {build}/{name}.log)'}", flush=True)
            with (build / "executions.tsv").open("a") as table:
                table.write(f"{name}\t{ran}\t{executions}\t{finding}\n")
    return 1 if found else 0


def minimise(build, names):
    for name in names:
        kept = CORPUS / name
        with tempfile.TemporaryDirectory() as least:
            subprocess.run([program(build, name), "-set_cover_merge=1", *BOUNDS, least, kept, build / "corpus" / name],
                           stderr=subprocess.DEVNULL, env=environment(), check=True)
            for path in pathlib.Path(least).iterdir():
                if path.stat().st_size <= KEPT_FILE_BYTES_MAX and not (kept / path.name).exists():
                    shutil.copy(path, kept / path.name)
        print(f"{name:<12} {len(list(kept.iterdir())):>5} files {sum(p.stat().st_size for p in kept.iterdir()):>8} bytes")
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minimise", action="store_true")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    known = sorted(path.name.removesuffix("_fuzz") for path in (build / "tests/fuzz").glob("*_fuzz"))
    for name in arguments.names:
        if name not in known:
            print(f"fuzz: there is no fuzzer '{name}': {' '.join(known)}", file=sys.stderr)
            return 2
    names = arguments.names or known
    return minimise(build, names) if arguments.minimise else fuzz(build, names, arguments.seconds, arguments.jobs)


if __name__ == "__main__":
    sys.exit(main())
