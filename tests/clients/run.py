#!/usr/bin/env python3
"""Runs software that others wrote for the vendors, unmodified, against the real `lockstep sandbox`.

    tests/clients/run.py NAME PROGRAM [--folder BUILD_FOLDER] [--only FILE.test.mjs] [node option...]

NAME is a folder beside this file with package.json, package-lock.json and *.test.mjs; PROGRAM is the lockstep program.
The folder is copied to BUILD_FOLDER/NAME (default: build/clients/NAME); `npm ci` runs there when the lock has changed.
Each test file gets a sandbox of its own on free ports of the loopback address, with the made-up company's data, and runs
under `node --test` with what the sandbox's environment file says (SF_LOGIN_URL, SAP_BASE_URL, SANDBOX_CONTROL_URL, ...).

Exit status: 0 all passed, 1 some failed, 2 usage or something is missing.
"""
import argparse
import ctypes
import hashlib
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PR_SET_PDEATHSIG = 1
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "network")


class Missing(Exception):
    """Something that the tests need is not there."""


def die_with_parent():
    """So that nothing outlives a test that was killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def output_of(command, **options):
    """Runs a command; returns its exit status and what it said."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    except FileNotFoundError:
        raise Missing(f"{command[0]} is not installed (packaging/apt-packages.txt names what is needed)") from None
    return done.returncode, done.stdout


def copy_tests(source, target):
    """Makes the target's test files those of the source; leaves node_modules."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        if old.is_file() and not old.name.startswith("."):
            old.unlink()
    for file in source.iterdir():
        if file.is_file():
            shutil.copy2(file, target / file.name)


def install(folder):
    """Installs exactly what the lock says, unless that was done before."""
    node = output_of(["node", "--version"])[1].strip()
    wanted = hashlib.sha256(node.encode())
    for name in ("package.json", "package-lock.json"):
        wanted.update((folder / name).read_bytes())
    mark = folder / ".installed"
    if (folder / "node_modules").is_dir() and mark.exists() and mark.read_text() == wanted.hexdigest():
        return
    mark.unlink(missing_ok=True)
    status, said = output_of(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"], cwd=folder)
    if status != 0:
        reason = "the npm registry cannot be reached" if any(word in said for word in UNREACHABLE) else "npm ci failed"
        raise Missing(f"{folder.name}: {reason}, so its packages cannot be installed; npm said:\n{said}")
    mark.write_text(wanted.hexdigest())


class Sandbox:
    """A running `lockstep sandbox`; `environment` is what its environment file says."""

    def __init__(self, program, folder):
        env_file = pathlib.Path(folder) / "sandbox.env"
        self.errors = open(pathlib.Path(folder) / "sandbox.err", "w+", encoding="utf-8")
        self.process = subprocess.Popen([program, "sandbox", "--port", "0", "--env-file", str(env_file)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True, preexec_fn=die_with_parent)
        # It says where the environment file is after it listens and has written it.
        if not any(line.startswith("environment ") for line in self.process.stdout):
            self.process.wait()
            self.errors.seek(0)
            raise Missing(f"the sandbox does not start (exit {self.process.returncode}): {self.errors.read()}")
        lines = (shlex.split(line) for line in env_file.read_text(encoding="utf-8").splitlines())
        self.environment = dict(words[0].split("=", 1) for words in lines if words)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.seek(0)
        said = self.errors.read()
        if said:
            print(f"the sandbox said:\n{said}", file=sys.stderr)
        self.errors.close()


def run_file(program, folder, file, node_options):
    """Runs one test file against a fresh sandbox; returns whether it passed."""
    with tempfile.TemporaryDirectory(prefix="lockstep-client-") as scratch, Sandbox(program, scratch) as sandbox:
        # What calls the loopback address must not go through a proxy.
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        environment.update(sandbox.environment, LOCKSTEP_TEST_FOLDER=scratch)
        command = ["node", "--test", *node_options, file.name]
        passed = subprocess.run(command, cwd=folder, env=environment, check=False, preexec_fn=die_with_parent).returncode == 0
        if sandbox.process.poll() is not None:
            print(f"{file.name}: the sandbox ended by itself (exit {sandbox.process.returncode})", file=sys.stderr)
            return False
        return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("program")
    parser.add_argument("--folder", default=HERE.parent.parent / "build" / "clients")
    parser.add_argument("--only", help="one test file")
    arguments, node_options = parser.parse_known_args()
    program = pathlib.Path(arguments.program).resolve()
    source = HERE / arguments.name
    folder = pathlib.Path(arguments.folder).resolve() / arguments.name
    try:
        for needed in (program, source / "package.json", source / "package-lock.json"):
            if not needed.is_file():
                raise Missing(f"there is no {needed}")
        copy_tests(source, folder)
        install(folder)
        files = [folder / arguments.only] if arguments.only else sorted(folder.glob("*.test.mjs"))
        if not files:
            raise Missing(f"{source} has no *.test.mjs")
        failed = [file.name for file in files if not run_file(program, folder, file, node_options)]
    except Missing as missing:
        print(f"run.py: {missing}", file=sys.stderr)
        return 2
    if failed:
        print(f"run.py: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
