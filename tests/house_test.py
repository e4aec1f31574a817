#!/usr/bin/env python3
"""Tests the tools of the build: which sources cmake/batches.py puts together, and what tests/count.py counts. Checks that
sources decide by the code, errno and cause of an error, never by its text.

usage: house_test.py SOURCE_DIR"""
import os
import re
import subprocess
import sys
import tempfile

source_dir = os.path.abspath(sys.argv[1])

# Name, text, and the expected batch.
SOURCES = [
    ("a.cc", "namespace gophercap {\nnamespace {\nconstexpr int kSize = 3;\nint twice(int x) { return 2 * x; }\n}  // namespace\n}\n", "first"),
    ("b.cc", "namespace gophercap {\nnamespace {\nconstexpr int kSize = 4;\n}  // namespace\n}\n", "second"),
    ("c.cc", "namespace gophercap {\nint shown() { return other.twice(); }  // kSize\nconst char* text = \"kSize\";\n}\n", "first"),
    ("d.cc", "namespace gophercap {\nint use() { return twice(1); }\n}\n", "second"),
    ("e.cc", "namespace gophercap {\nnamespace {\nstd::pair<std::string, std::string>\n    use(int);\n}  // namespace\n}\n", "first"),
    ("f.cc", "#define kSize 5\n", "third"),
    ("g.cc", "namespace {\nFile* use GUARDED_BY(mutex) = nullptr;\n}  // namespace\n", "third"),
]
CTEST = """<testsuite>
<testcase name="io.shard_0" time="2.5" status="run"/>
<testcase name="io.shard_1" time="1" status="fail"><failure message=""/></testcase>
<testcase name="io.shard_2" time="1" status="fail"><failure message=""/></testcase>
<testcase name="cli.map" time="1" status="run"/>
<testcase name="net.far" time="0" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
</testsuite>"""
SHARDS = {
    "io.shard_0": """<testsuites><testsuite name="A"><testcase name="X" status="run" result="completed" time="2" classname="A"/>
<testcase name="Y" status="run" result="skipped" time="0" classname="A"><skipped message="no root"/></testcase></testsuite></testsuites>""",
    "io.shard_1": """<testsuites><testsuite name="B"><testcase name="X" status="run" time="1" classname="B"><failure message="1"/></testcase>
<testcase name="Y" status="run" time="1" classname="B"/></testsuite></testsuites>""",
    # shard_2 has left no file, because it did not finish.
}


def batches(folder):
    for name, text, _ in SOURCES:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    paths = [os.path.join(folder, name) for name, _, _ in SOURCES]
    lines = subprocess.run([sys.executable, f"{source_dir}/cmake/batches.py", *paths], capture_output=True, check=True, text=True).stdout.split()
    numbers = {"first": "0", "second": "1", "third": "2"}
    found = dict(zip(map(os.path.basename, lines[1::2]), lines[::2]))
    assert found == {name: numbers[batch] for name, _, batch in SOURCES}, found


def counts(folder):
    for name, text in [("ctest-all", CTEST), *SHARDS.items()]:
        with open(os.path.join(folder, name + ".xml"), "w", encoding="utf-8") as file:
            file.write(text)
    lines = subprocess.run([sys.executable, f"{source_dir}/tests/count.py", folder], capture_output=True, check=True, text=True).stdout.splitlines()
    assert lines[:4] == ["skipped: io.A.Y", "skipped: net.far", "failed: io.B.X", "failed: io.shard_2"], lines
    assert lines[-1] == "3 passed, 2 failed, 2 skipped", lines


# A text of an Error or of a Damage that is searched or compared. Only base/result.cc may, which puts it together.
SEARCHED = re.compile(r"""\b(?:what|reason|failure)(?:\(\))?\s*(?:\.|->)\s*(?:find|rfind|contains|starts_with|ends_with|compare|substr)\b
                          |(?:\.|->)(?:what|reason)\s*[=!]=
                          |[=!]=\s*[\w.\->*()]*(?:\.|->)(?:what|reason)\b""", re.X)
BY_TEXT = ['if (error.what.find("x") != 0)', "error->what\n    .ends_with(kEnd)", 'got.error().what == "x"', "damage->reason.starts_with(path)",
           'if ("x" == error.what) {']
BY_CODE = ["fmt::format(\"{}\", error.what)", "error.cause == Cause::kOther", "said.what = other.what;", "text.find(what)"]


def error_texts(_):
    assert all(map(SEARCHED.search, BY_TEXT)), [text for text in BY_TEXT if not SEARCHED.search(text)]
    assert not any(map(SEARCHED.search, BY_CODE)), [text for text in BY_CODE if SEARCHED.search(text)]
    found = []
    for folder, _, names in os.walk(os.path.join(source_dir, "src")):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), source_dir)
            if not name.endswith((".cc", ".h")) or "_test." in name or "_for_test." in name or path.startswith("src/testing/") or path == "src/base/result.cc":
                continue
            with open(os.path.join(source_dir, path), encoding="utf-8") as file:
                text = file.read()
            found += [f"{path}:{text.count(chr(10), 0, hit.start()) + 1}: {hit.group().strip()}" for hit in SEARCHED.finditer(text)]
    assert not found, "decided by the text of an error: give it a Cause (base/result.h)\n" + "\n".join(found)


for test in (batches, counts, error_texts):
    with tempfile.TemporaryDirectory() as work:
        test(work)
