#!/usr/bin/env python3
"""Every .cc file of src/ has a header of its name beside it and includes it first.

So whoever looks for a function knows which file defines it, and each header is compiled at least once without anything before it that it could rely
on. Tests and main.cc need none. Other files without a header are in EXCEPTIONS, with the reason; an exception that is no longer needed is a violation too.

usage: check_headers.py SOURCE_DIR     violations as file:line, exit 1 if there are any
       check_headers.py --self-test    proves on a generated tree that they are found
"""

import pathlib
import re
import sys
import tempfile

# {path: why}
EXCEPTIONS = {
    "src/archive/extract/extractor_links.cc": "methods of Extractor, whose file would be too long with them",
    "src/replay/send/sender_report.cc": "methods of Sender, whose file would be too long with them",
    # commands.h declares the handlers of all commands, since the command table refers to each of them.
    "src/cli/commands/about_commands.cc": "handlers of commands.h",
    "src/cli/commands/example_config_command.cc": "handler of commands.h",
    "src/cli/commands/map_command.cc": "handler of commands.h",
    "src/cli/commands/ctl_command.cc": "handler of commands.h",
    "src/cli/commands/replay_command.cc": "handler of commands.h",
    "src/cli/commands/tar_command.cc": "handler of commands.h",
    "src/cli/commands/verify_command.cc": "handler of commands.h",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def check_tree(root, exceptions):
    needed = set()
    for path in sorted((root / "src").rglob("*.cc")):
        if path.name.endswith("_test.cc") or path.name == "main.cc":
            continue
        name = path.relative_to(root).as_posix()
        header = path.with_suffix(".h")
        if not header.exists():
            needed.add(name)
            if name not in exceptions:
                yield f"{name}:1: there is no {header.name} beside it"
            continue
        own = header.relative_to(root / "src").as_posix()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := INCLUDE.match(line):
                if match.group(1) != own:
                    yield f'{name}:{number}: includes {match.group(1)} before "{own}"'
                break
        else:
            yield f'{name}:1: does not include "{own}"'
    for name in sorted(set(exceptions) - needed):
        yield f"{name}: is listed as an exception but needs none"


def self_test():
    good = {
        "src/io/a.h": "",
        "src/io/a.cc": '// What it does.\n#include "io/a.h"\n\n#include <string>\n',
        "src/io/deep/b.h": "",
        "src/io/deep/b.cc": '#include "io/deep/b.h"\n',
        "src/io/other_test.cc": "#include <string>\n",
        "src/cli/main.cc": "",
        "src/io/only.h": "",
    }
    bad = {
        "src/io/deep/c.cc": ("", {}, "src/io/deep/c.cc:1: there is no c.h"),
        "src/io/a.cc": ('\n#include <string>\n#include "io/a.h"\n', {}, "src/io/a.cc:2: includes string before"),
        "src/io/deep/b.cc": ("int x;\n", {}, "src/io/deep/b.cc:1: does not include"),
        "src/io/only.cc": ('#include "io/only.h"\n', {"src/io/only.cc": "had none"}, "src/io/only.cc: is listed as an exception"),
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
    if found := run({**good, "src/io/deep/c.cc": ""}, {"src/io/deep/c.cc": "for a test"}):
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
