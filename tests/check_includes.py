#!/usr/bin/env python3
"""Checks every #include of src/ against the module table of cmake/modules.cmake.

The module of a file is the first folder below src/, however deep the file is nested. A module may include its own headers and those of the modules in its DEPS, and DEPS may name lower levels only. The linker
cannot detect violations by headers alone, so this script does. Tests may include any module of their own level or below, and
src/testing/, which nothing else may. Only base::ThreadGroup creates threads, and only capture/packet_loop.h loops over the
batches of a reader, except in tests.

usage: check_includes.py SOURCE_DIR     violations as file:line, exit 1 if there are any
       check_includes.py --self-test    proves on a generated tree that violations are found
"""

import pathlib
import re
import sys
import tempfile

MODULE = re.compile(r"^\s*gophercap_module\(\s*(\w+)\s+LEVEL\s+(\d+)([^)]*)\)", re.M)
THREAD = re.compile(r"\bstd::(jthread|thread(?!::(hardware_concurrency|id)\b)|async)\b|\bpthread_create\b")
THREAD_MAKER = "src/base/thread_group.cc"
BATCH_LOOP = re.compile(r"\bReadStatus::kPacket\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
TABLE = "cmake/modules.cmake"
TESTING = "testing"
# Rooms may include each other, except for these, which must stay independent of some others.
KEPT_APART = {"src/jobs/set/": ("jobs/replay/", "jobs/verify/", "jobs/tar/")}


def read_table(text):
    """{module: (level, deps, line)}"""
    table = {}
    for match in MODULE.finditer(text):
        name, level, rest = match.groups()
        deps = re.search(r"\bDEPS\b((?:\s+(?!LINK\b)[\w-]+)*)", rest)
        line = text.count("\n", 0, match.start(1)) + 1
        table[name] = (int(level), deps.group(1).split() if deps else [], line)
    return table


def check_table(table):
    for name, (level, deps, line) in table.items():
        for dep in deps:
            if dep not in table:
                yield f"{TABLE}:{line}: {name} depends on {dep}, which is no module"
            elif table[dep][0] >= level:
                yield f"{TABLE}:{line}: {name} (level {level}) depends on {dep} (level {table[dep][0]})"


def breach(table, module, is_test, target):
    """Why a file of `module` must not include a header of `target`; None if it may."""
    if target == module:
        return None
    if target == TESTING:
        return None if is_test else "only tests include testing/"
    if target not in table:
        return f"{target}/ is no module"
    if module == TESTING:
        return None  # helpers of tests for every module; the program does not link them
    level, deps, _ = table[module]
    if is_test:
        return None if table[target][0] <= level else f"{target} is of a higher level than {module}"
    return None if target in deps else f"{target} is not in DEPS of {module}"


def breach_of_room(name, header):
    """Why `name` must not include `header` although both are in the same module; None if it may."""
    for room, others in KEPT_APART.items():
        if name.startswith(room) and header.startswith(others):
            return f"{room.removeprefix('src/').rstrip('/')} is used without {header.rpartition('/')[0]}"
    return None


def check_tree(root):
    table = read_table((root / TABLE).read_text())
    if not table:
        yield f"{TABLE}:1: no gophercap_module() found"
        return
    yield from check_table(table)
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        name = path.relative_to(root)
        module = name.parts[1]
        if module not in table and module != TESTING:
            yield f"{name}:1: {module} is not in {TABLE}"
            continue
        is_test = module == TESTING or path.name.endswith("_test.cc")
        may_thread = is_test or str(name) == THREAD_MAKER
        may_loop = is_test or module == "capture"
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not may_thread and THREAD.search(line.partition("//")[0]):
                yield f"{name}:{number}: threads are made by base/thread_group.h only"
            if not may_loop and BATCH_LOOP.search(line.partition("//")[0]):
                yield f"{name}:{number}: capture/packet_loop.h has the loop over a capture's packets"
            match = INCLUDE.match(line)
            if not match:
                continue
            target, slash, _ = match.group(1).partition("/")
            reason = (
                breach(table, module, path.name.endswith(("_test.cc", "_for_test.h")), target) if slash else "has no module in front"
            )
            reason = reason or breach_of_room(name.as_posix(), match.group(1))
            if reason:
                yield f'{name}:{number}: #include "{match.group(1)}": {reason}'


def self_test():
    table = """
gophercap_module(base LEVEL 0 LINK fmt::fmt)
gophercap_module(io   LEVEL 1 DEPS base LINK x::y)
gophercap_module(net  LEVEL 1
                 DEPS base)
gophercap_module(top  LEVEL 2 DEPS base io)
gophercap_module(jobs LEVEL 3 DEPS base)
gophercap_module(capture LEVEL 1 DEPS base)
"""
    good = {
        "src/base/a.h": "#include <vector>\n",
        "src/io/b.cc": '#include "io/b.h"\n#include "base/a.h"\n',
        "src/base/thread_group.cc": "pthread_create(&t);\n",
        "src/capture/loop.h": "while (r.read(b) == ReadStatus::kPacket) {}\n",
        "src/io/loop_test.cc": "while (r.read(b) == capture::ReadStatus::kPacket) {}\n",
        "src/io/n.cc": "unsigned n = std::thread::hardware_concurrency();\n",
        "src/io/file/deep/d.cc": '#include "io/file/deep/d.h"\n#include "base/a.h"\n',
        "src/io/file/d_test.cc": '#include "testing/t.h"\n',
        "src/testing/deep/t.h": '#include "top/c.h"\n',
        "src/io/b_for_test.h": '#include "testing/t.h"\n',
        "src/io/b_test.cc": 'std::jthread t;\n#include "testing/t.h"\n#include "net/n.h"\n',
        "src/testing/t.cc": '#include "top/c.h"\n#include "testing/t.h"\n',
        "src/top/c.cc": '#include "io/b.h"\n',
        "src/jobs/replay/r.h": '#include "jobs/set/s.h"\n',
        "src/jobs/set/s.h": '#include "jobs/map/m.h"\n',
    }
    bad = {
        "src/base/up.h": ('\n#include "io/b.h"\n', "src/base/up.h:2:"),
        "src/io/sideways.cc": ('#include "net/n.h"\n', "src/io/sideways.cc:1:"),
        "src/top/skipped.cc": ('#  include "net/n.h"\n', "src/top/skipped.cc:1:"),
        "src/io/helper.cc": ('#include "testing/t.h"\n', "src/io/helper.cc:1:"),
        "src/io/up_test.cc": ('#include "top/c.h"\n', "src/io/up_test.cc:1:"),
        "src/io/bare.h": ('#include "b.h"\n', "src/io/bare.h:1:"),
        "src/io/strange.h": ('#include "nowhere/b.h"\n', "src/io/strange.h:1:"),
        "src/base/deep/up.h": ('#include "io/b.h"\n', "src/base/deep/up.h:1:"),
        "src/io/file/deep/sideways.cc": ('\n#include "net/deep/n.h"\n', "src/io/file/deep/sideways.cc:2:"),
        "src/io/file/t.cc": ("std::jthread t;\n", "src/io/file/t.cc:1:"),
        "src/jobs/set/up.h": ('#include "jobs/replay/r.h"\n', "src/jobs/set/up.h:1:"),
        "src/new/deep/x.h": ("", "src/new/deep/x.h:1:"),
        "src/stray.cc": ("", "src/stray.cc:1:"),
        "src/new/x.h": ("", "src/new/x.h:1:"),
        "src/io/loop.cc": ("while (r.read(b) == capture::ReadStatus::kPacket) {}\n", "src/io/loop.cc:1:"),
        "src/io/t.h": ("std::jthread t;\n", "src/io/t.h:1:"),
        "src/io/t.cc": ("std::vector<std::thread> t;\n", "src/io/t.cc:1:"),
    }
    bad_tables = [
        (table.replace("LEVEL 2 DEPS base io", "LEVEL 1 DEPS base io"), f"{TABLE}:6:"),
        (table.replace("DEPS base io", "DEPS base oi"), f"{TABLE}:6:"),
        ("", f"{TABLE}:1:"),
    ]

    def run(module_table, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {TABLE: module_table, **files}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(check_tree(root))

    failures = []
    if found := run(table, good):
        failures.append(f"a clean tree has violations: {found}")
    for name, (text, expected) in bad.items():
        found = run(table, {**good, name: text})
        if len(found) != 1 or not found[0].startswith(expected):
            failures.append(f"{name}: expected one violation at {expected}, found {found}")
    for text, expected in bad_tables:
        found = run(text, {})
        if len(found) != 1 or not found[0].startswith(expected):
            failures.append(f"table: expected one violation at {expected}, found {found}")
    return failures


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    # The self-test is quick, and a check that no longer finds anything must not pass.
    problems = self_test()
    if arguments[0] != "--self-test":
        problems += check_tree(pathlib.Path(arguments[0]))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
