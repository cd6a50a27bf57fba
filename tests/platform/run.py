#!/usr/bin/env python3
"""Checks what people install in Salesforce and in Zoho: the folder platform/.

    tests/platform/run.py [PROGRAM] [--folder BUILD_FOLDER] [--only FILE.test.mjs] [node option...]

The tests beside this file and the folder platform/ are copied to BUILD_FOLDER (default: build/platform); `npm ci` runs there
when the lock has changed; then `node --test` runs the *.test.mjs. With PROGRAM, the lockstep program, the component in the
browser speaks to a real `lockstep serve` with a real `lockstep sandbox`; without, to a stand-in that answers as it does.

Exit status: 0 all passed, 1 some failed, 2 usage or something is missing.
"""
import argparse
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
LOADER = importlib.util.spec_from_file_location("clients_run", HERE.parent / "clients" / "run.py")
clients = importlib.util.module_from_spec(LOADER)
LOADER.loader.exec_module(clients)


def copy_all(folder):
    """Makes the build folder's tests and its copy of platform/ those of the source; leaves node_modules."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name not in ("node_modules", ".installed"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for file in HERE.iterdir():
        if file.is_dir() and file.name != "__pycache__":
            shutil.copytree(file, folder / file.name)
        elif file.is_file():
            shutil.copy2(file, folder / file.name)
    shutil.copytree(SOURCE / "platform", folder / "platform")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("--folder", default=SOURCE / "build" / "platform")
    parser.add_argument("--only", help="one test file")
    arguments, node_options = parser.parse_known_args()
    folder = pathlib.Path(arguments.folder).resolve()
    # What calls the loopback address must not go through a proxy; npm, which runs before, may.
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    environment["LOCKSTEP_SOURCE_DIR"] = str(SOURCE)
    try:
        if arguments.program:
            environment["LOCKSTEP_PROGRAM"] = str(pathlib.Path(arguments.program).resolve(strict=True))
        copy_all(folder)
        clients.install(folder)
    except (clients.Missing, FileNotFoundError) as missing:
        print(f"run.py: {missing}", file=sys.stderr)
        return 2
    files = [arguments.only] if arguments.only else sorted(file.name for file in folder.glob("*.test.mjs"))
    command = ["node", "--test", *node_options, *files]
    return 1 if subprocess.run(command, cwd=folder, env=environment, check=False, preexec_fn=clients.die_with_parent).returncode else 0


if __name__ == "__main__":
    sys.exit(main())
