#!/usr/bin/env python3
"""Fails on an #include that breaks the layers of ARCHITECTURE.md.

    tools/check_layers.py SOURCE_DIR     reads the include lines of src/, sandbox/ and sim/ (tests aside)
    tools/check_layers.py --self-test    feeds it forbidden and allowed includes and must tell them apart

Each finding is one line, file:line: message. Exit status: 0 none, 1 some, 2 usage.
"""
import pathlib
import re
import sys
import tempfile

# What each folder may include besides itself and the C++ library. What these may include is allowed with them.
MAY_INCLUDE = {
    "base": [],
    "value": ["base"],
    "schema": ["value"],
    "net": ["value"],
    "store": ["value"],
    "expr": ["schema"],
    "flow": ["expr"],
    "sync": ["expr"],
    "connector": ["net", "schema"],
    "connectors": ["connector"],
    "engine": ["flow", "sync", "connector", "store"],
    "config": ["flow", "sync", "connectors", "engine"],
    "api": ["engine", "config"],
    "sandbox": ["value", "net"],
    "sim": ["engine", "config", "sandbox"],
    "cli": ["api", "sandbox", "sim"],
}

# Libraries that cost compile time or throw: one .cpp of one folder knows each, no header does.
CONTAINED = {
    "curl/": "net",
    "microhttpd.h": "net",
    "sqlite3.h": "store",
    "libpq-fe.h": "store",
    "yaml-cpp/": "value",
    "boost/json": "value",
    "pugixml.hpp": "value",
    "date/": "base",
    "re2/": "expr",
    "CLI/": "cli",
    "prometheus/": "api",
    "grpcpp/": "connectors",
}

# How many files may know a library, where it is more than one: the server's callbacks and what its threads share.
FILES_MAX = {"microhttpd.h": 2}

# Refused in headers, or everywhere, with the reason.
REFUSED_IN_HEADERS = {"iostream": "costs every file that includes the header a stream's static initialisation"}
REFUSED = {
    "regex": "std::regex is slow and overflows the stack; expr uses RE2",
    "nlohmann/json.hpp": "values are read and written by value/json.h",
    "boost/asio.hpp": "HTTP is behind net/",
    "boost/beast.hpp": "HTTP is behind net/",
}

INCLUDE_LINE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
TEST_NAME = re.compile(r"(_test|_bench|_fuzz)\.(cpp|h)$|/testing/|/test_[^/]*\.h$|_test_[^/]*\.(cpp|h)$")


def reachable(folder):
    """All folders that a folder may include."""
    seen, waiting = set(), [folder]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += MAY_INCLUDE[current]
    return seen


def folder_of(path):
    """The layer of a file, from its path inside the source folder."""
    parts = path.split("/")
    if parts[0] != "src":
        return parts[0]
    return parts[1] if len(parts) > 2 else "cli"  # main.cpp


def is_header(path):
    return path.endswith(".h")


def check_own(path, target):
    """An include in quotes: one of our own files."""
    own, other = folder_of(path), target.split("/")[0]
    if "/" not in target or other not in MAY_INCLUDE:
        return f'include our files by their path from src/, as "net/http.h": {target}'
    if own not in MAY_INCLUDE:
        return f"folder {own} has no place in the layers; give it one in tools/check_layers.py"
    if other not in reachable(own):
        return f"{own}/ must not include {other}/: {target}"
    if own == other == "connectors" and path.split("/")[2] != target.split("/")[1]:
        return f"a vendor's folder must not include another's: {target}"
    return None


def check_foreign(path, target, owners):
    """An include in angle brackets. Remembers in `owners` which file knows which contained library."""
    if target in REFUSED:
        return f"<{target}> is not used here: {REFUSED[target]}"
    if is_header(path) and target in REFUSED_IN_HEADERS:
        return f"<{target}> must not stand in a header: {REFUSED_IN_HEADERS[target]}"
    for library, folder in CONTAINED.items():
        if not target.startswith(library):
            continue
        if is_header(path):
            return f"<{target}> must not stand in a header, only in one .cpp of {folder}/"
        if folder_of(path) != folder:
            return f"<{target}> belongs to {folder}/, behind its header"
        files = owners.setdefault(library, set())
        files.add(path)
        if len(files) > FILES_MAX.get(library, 1):
            return f"<{target}> is known already to {', '.join(sorted(files - {path}))}; one file is enough"
    return None


def check_file(path, text, owners):
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE_LINE.match(line)
        if not match:
            continue
        own = match.group(1) == '"'
        message = check_own(path, match.group(2)) if own else check_foreign(path, match.group(2), owners)
        if message:
            yield f"{path}:{number}: {message}"


def check(source_dir):
    root = pathlib.Path(source_dir)
    owners, findings, files = {}, [], 0
    for top in ("src", "sandbox", "sim"):
        for file in sorted((root / top).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.suffix not in (".h", ".cpp") or TEST_NAME.search(path):
                continue
            files += 1
            findings += check_file(path, file.read_text(encoding="utf-8"), owners)
    return findings, files


def self_test():
    """Writes one source tree for each case; a check that cannot fail is none."""
    cases = [
        ({"src/value/a.cpp": '#include "base/time.h"\n'}, None),
        ({"src/flow/a.cpp": '#include "value/value.h"\n#include <vector>\n'}, None),
        ({"src/config/a.cpp": '#include "engine/engine.h"\n#include "connectors/sap/api.h"\n'}, None),
        ({"src/cli/a.cpp": '#include "sandbox/sandbox.h"\n'}, None),
        ({"src/net/a.cpp": "#include <curl/curl.h>\n"}, None),
        ({"sim/a.cpp": '#include "sim/world.h"\n'}, None),
        ({"src/base/a_test.cpp": '#include "value/value.h"\n'}, None),
        ({"src/base/a.cpp": '// fine\n#include "value/value.h"\n'}, "src/base/a.cpp:2: base/ must not include value/"),
        ({"src/flow/a.h": '#include "engine/engine.h"\n'}, "flow/ must not include engine/"),
        ({"src/flow/a.h": '#  include "sync/merge.h"\n'}, "flow/ must not include sync/"),
        ({"src/net/a.h": '#include "schema/action.h"\n'}, "net/ must not include schema/"),
        ({"src/connector/a.h": '#include "expr/expr.h"\n'}, "connector/ must not include expr/"),
        ({"src/engine/a.cpp": '#include "connectors/sap/api.h"\n'}, "engine/ must not include connectors/"),
        ({"src/connectors/sap/a.cpp": '#include "connectors/slack/api.h"\n'}, "must not include another's"),
        ({"sandbox/sap/a.cpp": '#include "connectors/sap/api.h"\n'}, "sandbox/ must not include connectors/"),
        ({"sim/a.cpp": '#include "cli/command.h"\n'}, "sim/ must not include cli/"),
        ({"src/net/a.cpp": '#include "http.h"\n'}, "by their path from src/"),
        ({"src/shiny/a.cpp": '#include "base/time.h"\n'}, "has no place in the layers"),
        ({"src/net/a.h": "#include <curl/curl.h>\n"}, "must not stand in a header"),
        ({"src/engine/a.cpp": "#include <sqlite3.h>\n"}, "belongs to store/"),
        ({"src/net/a.cpp": "#include <curl/curl.h>\n", "src/net/b.cpp": "#include <curl/multi.h>\n"}, "already"),
        ({"src/value/a.cpp": "#include <regex>\n"}, "is not used here"),
        ({"src/value/a.h": "#include <iostream>\n"}, "must not stand in a header"),
    ]
    failed = 0
    for files, wanted in cases:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                file = pathlib.Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            findings, _ = check(folder)
        good = not findings if wanted is None else len(findings) == 1 and wanted in findings[0]
        if not good:
            failed += 1
            print(f"self-test: {files}: wanted {wanted}, got {findings}", file=sys.stderr)
    print(f"self-test: {len(cases) - failed} of {len(cases)} cases good")
    return 1 if failed else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    findings, files = check(arguments[0])
    for finding in findings:
        print(finding, file=sys.stderr)
    if files == 0:
        print(f"no sources in {arguments[0]}", file=sys.stderr)
        return 2
    print(f"{files} files, {len(findings)} forbidden includes")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
