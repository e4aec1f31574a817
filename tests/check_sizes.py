#!/usr/bin/env python3
"""Limits files to 450 lines and functions to 80.

Functions are recognized by the layout that clang-format gives them: a function begins at the same indentation as its closing
brace. Longer ones are in EXCEPTIONS, with the reason; an exception that is no longer needed is a violation too.

usage: check_sizes.py SOURCE_DIR     violations as file:line, exit 1 if there are any
       check_sizes.py --self-test    proves on a generated tree that they are found
"""

import pathlib
import re
import sys
import tempfile

MOST_FILE_LINES = 450
MOST_FUNCTION_LINES = 80
FOLDERS = ("src", "tests", "bench", "fuzz", "demo")
SUFFIXES = (".cc", ".h", ".py", ".sh")

# {"path": why} for a file, {"path:function": why} for a function.
EXCEPTIONS = {
}

TYPE = re.compile(r"^(template\b.*>\s*)?(struct|class|union|enum)\b")
NAME = re.compile(r"([\w:~]+(?:operator\S+)?)\s*\(")


def is_code(line):
    text = line.strip()
    return bool(text) and not text.startswith(("//", "#"))


def blocks(lines, indent, first, last):
    """Yields (begin, end) of the blocks of lines[first:last] whose closing brace has that indentation; end is that brace."""
    closing = " " * indent + "}"
    begin = None
    before = ""
    for i in range(first, last):
        line = lines[i]
        if line.startswith(closing):
            if begin is not None:
                yield begin, i
            begin = None
        elif is_code(line) and len(line) - len(line.lstrip()) == indent:
            if begin is None or before.endswith(";"):  # a statement whose last line is indented
                begin = i
            if line.rstrip().endswith(";") or line.startswith(("namespace", "extern")):
                begin = None  # the contents of a namespace have its indentation
        if is_code(line):
            before = line.rstrip()


def cpp_functions(lines, indent=0, first=0, last=None):
    """Yields (name, line, count) of functions, those in types included."""
    for begin, end in blocks(lines, indent, first, len(lines) if last is None else last):
        head = lines[begin].strip()
        if TYPE.match(head) or (head.startswith("template") and TYPE.match(lines[begin + 1].strip())):
            yield from cpp_functions(lines, indent + 2, begin + 1, end)
            continue
        if lines[end].strip() != "}":
            continue  # a table
        name = NAME.search(" ".join(line.strip() for line in lines[begin : end + 1]))
        yield (name.group(1) if name else head), begin + 1, end - begin + 1


def python_functions(lines):
    for i, line in enumerate(lines):
        match = re.match(r"( *)def (\w+)", line)
        if not match:
            continue
        end = i
        for j in range(i + 1, len(lines)):
            if lines[j].strip() and not lines[j].startswith((match.group(1) + " ", match.group(1) + ")")):
                break
            if lines[j].strip():
                end = j
        yield match.group(2), i + 1, end - i + 1


def check_tree(root, exceptions):
    needed = set()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            name = str(path.relative_to(root))
            lines = path.read_text().splitlines()
            if len(lines) > MOST_FILE_LINES:
                needed.add(name)
                if name not in exceptions:
                    yield f"{name}:1: {len(lines)} lines, more than {MOST_FILE_LINES}"
            functions = {".py": python_functions, ".sh": lambda _: ()}.get(path.suffix, cpp_functions)
            for function, line, count in functions(lines):
                if count <= MOST_FUNCTION_LINES:
                    continue
                needed.add(f"{name}:{function}")
                if f"{name}:{function}" not in exceptions:
                    yield f"{name}:{line}: {function} has {count} lines, more than {MOST_FUNCTION_LINES}"
    for name in sorted(set(exceptions) - needed):
        yield f"{name}: is listed as an exception but needs none"


def self_test():
    def body(count, indent=0):
        return "".join(f"{' ' * indent}  call({i});\n" for i in range(count - 2))

    long_function = f"int work(int a,\n         int b) {{\n{body(80)}}}\n"
    good = {
        "src/a/ok.cc": f"namespace a {{\nvoid f() {{\n{body(80)}}}\n\nstruct S {{\n  int x = 0;\n  void g() {{\n{body(80, 2)}  }}\n}};\n}}  // namespace a\n",
        "src/a/table.cc": "constexpr int kTable[] = {\n" + "    1,\n" * 200 + "};\n",
        "src/a/array.cc": "constexpr auto kAll = make({{1,\n" + " {2},\n" * 90 + "  {3}});\n\nvoid f() {\n  call();\n}\n",
        "tests/x/ok.py": "def f():\n" + "    call()\n" * 79 + "\n\ndef g():\n    call()\n",
        "bench/ok.sh": "true\n" * 450,
    }
    bad = {
        "src/a/deep/long.cc": ("int x;\n" * 451, {}, "src/a/deep/long.cc:1: 451 lines"),
        "fuzz/f.cc": (f"namespace {{\n\n{long_function}\n}}  // namespace\n", {}, "fuzz/f.cc:3: work has 81 lines"),
        "src/a/m.h": (f"class C {{\n public:\n  void m() {{\n{body(81, 2)}  }}\n}};\n", {}, "src/a/m.h:3: m has 81 lines"),
        "src/a/t.h": (f"template <class T>\nclass C {{\n  void m() {{\n{body(81, 2)}  }}\n}};\n", {}, "src/a/t.h:3: m has 81 lines"),
        "tests/l.py": ("def f():\n" + "    call()\n" * 80, {}, "tests/l.py:1: f has 81 lines"),
        "tests/l.sh": ("true\n" * 451, {}, "tests/l.sh:1: 451 lines"),
        "src/a/short.cc": ("int x;\n", {"src/a/short.cc": "was long"}, "src/a/short.cc: is listed as an exception"),
    }

    def run(files, exceptions):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(check_tree(root, exceptions))

    failures = []
    if found := run(good, {}):
        failures.append(f"a clean tree has violations: {found}")
    for name, (text, exceptions, expected) in bad.items():
        found = run({**good, name: text}, exceptions)
        if len(found) != 1 or not found[0].startswith(expected):
            failures.append(f"{name}: expected one violation, {expected}, found {found}")
    if found := run({"fuzz/f.cc": long_function}, {"fuzz/f.cc:work": "for a test"}):
        failures.append(f"an exception is ignored: {found}")
    return failures


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    # The self-test is quick, and a check that no longer finds anything must not pass.
    problems = self_test()
    if arguments[0] != "--self-test":
        problems += check_tree(pathlib.Path(arguments[0]), EXCEPTIONS)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
