#!/usr/bin/env python3
"""Every source below src/ is compiled, and every unit test in it is in its module's test program, however deep its folder.

A file that a glob misses is not noticed otherwise: nothing links against it, and a missing test does not fail.

usage: check_all_run.py SOURCE_DIR BUILD_DIR    prints what is missing, one per line; exit 1 if anything is
       check_all_run.py --self-test             proves that a missing nested file or test is found
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

TEST = re.compile(r"^(?:TYPED_)?TEST(_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.M)


def tests_of(path):
    """{(suite, case)} of one file. Parameterized suites are listed under the names of their instances, so they are compared by the end of the name."""
    return {(suite, case) for _, suite, case in TEST.findall(path.read_text())}


def listed(text):
    """{(suite, case)} out of --gtest_list_tests."""
    found, suite = set(), ""
    for line in text.splitlines():
        name = line.split("#")[0].rstrip()
        if not name.startswith(" "):
            suite = name.rstrip(".").split("/")
            suite = suite[1] if len(suite) > 1 and not suite[1].isdigit() else suite[0]
        else:
            found.add((suite, name.strip().split("/")[0]))
    return found


def batched(text):
    """What a file that CMake has written compiles together."""
    return {pathlib.Path(name) for name in re.findall(r'^#include "(/.*\.cc)"$', text, re.M)}


def missing(root, compiled, list_tests):
    by_module = {}
    for path in sorted((root / "src").rglob("*.cc")):
        name = path.relative_to(root)
        if path not in compiled:
            yield f"{name}: is not compiled"
        elif path.name.endswith("_test.cc"):
            by_module.setdefault(name.parts[1], []).append(path)
    for module, paths in by_module.items():
        known = list_tests(module)
        for path in paths:
            for suite, case in sorted(tests_of(path) - known):
                yield f"{path.relative_to(root)}: {suite}.{case} is not in {module}_test"


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        files = {"src/io/a.cc": "", "src/io/deep/b.cc": "", "src/io/deep/er/c_test.cc": "TEST(C, Runs) {\n}\nTEST_F(C,\n       Hides) {\n}\n"}
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        everything = {root / name for name in files}
        both = listed("C.\n  Runs\n  Hides\n")
        cases = [
            ("a whole tree", everything, both, []),
            ("a nested source that is left out", everything - {root / "src/io/deep/b.cc"}, both, ["src/io/deep/b.cc: is not compiled"]),
            ("a nested test that is left out", everything - {root / "src/io/deep/er/c_test.cc"}, both, ["src/io/deep/er/c_test.cc: is not compiled"]),
            ("a case that is not there", everything, listed("C.\n  Runs\n"), ["src/io/deep/er/c_test.cc: C.Hides is not in io_test"]),
        ]
        for what, compiled, known, expected in cases:
            found = list(missing(root, compiled, lambda module: known))
            if found != expected:
                yield f"self-test: {what}: expected {expected}, found {found}"
    if listed("All/Sizes.\n  Fits/0  # GetParam() = 1\nTyped/0.  # TypeParam = int\n  Works\n") != {("Sizes", "Fits"), ("Typed", "Works")}:
        yield "self-test: names of instances are not understood"


def main(arguments):
    problems = list(self_test())
    if arguments != ["--self-test"]:
        if len(arguments) != 2:
            sys.exit(__doc__)
        root, build = (pathlib.Path(argument).resolve() for argument in arguments)
        compiled = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in json.loads((build / "compile_commands.json").read_text())}
        compiled |= {path for batch in compiled if build in batch.parents for path in batched(batch.read_text())}

        def list_tests(module):
            return listed(subprocess.run([build / f"{module}_test", "--gtest_list_tests"], capture_output=True, check=True, text=True).stdout)

        problems += missing(root, compiled, list_tests)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
