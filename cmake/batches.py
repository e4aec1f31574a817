#!/usr/bin/env python3
"""Sorts C++ sources into batches, each of which is compiled as one file; prints a line "BATCH SOURCE" for each source.

Two sources share a batch only if neither mentions a name that the other one declares locally: in an anonymous namespace, or as
static, constant, alias or macro. So authors need not think of other sources. The script relies on the layout of clang-format:
a declaration begins at the left margin."""
import functools
import re
import sys

MOST_LINES = 2500  # of a batch; with larger ones, processors are idle at the end of a build

NOISE = re.compile(r'R"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
# Members (.word, ->word) are not names of a namespace.
WORD = re.compile(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")
TYPE = re.compile(r"(?:template <.*> )?(?:class|struct|enum class|enum|union|concept) (\w+)(?! \w)")
ALIAS = re.compile(r"(?:using|namespace) (\w+) = |using [\w:]+::(\w+);")
MACRO = re.compile(r"#\s*define (\w+)")
# The name is before the arguments, the value or the end.
DECLARED = re.compile(r"([\w:~]+)\s*(?:\[[^\]]*\]\s*)*[({=;]")
USED_MACRO = re.compile(r"\b[A-Z][A-Z_]+\d?\([^()]*\)")
LOCAL = re.compile(r"static |constexpr |const |inline ")


HEADER = re.compile(r'^#include "([\w/]+\.h)"$', re.M)


@functools.cache
def words_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            return set(WORD.findall(NOISE.sub(" ", file.read())))
    except FileNotFoundError:
        return set()


def words_of_headers(path, text):
    """Words of our headers that the source includes directly. Names in them must not be hidden either."""
    root = path.partition("/src/")[0] + "/src/"
    return set().union(*(words_of(root + name) for name in HEADER.findall(text)))


class Source:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.lines = text.count("\n")
        of_headers = words_of_headers(path, text)
        # clang-format adds a comment to this brace; comments are removed.
        text = NOISE.sub(" ", re.sub(r"^}\s*//\s*namespace$", "@end", text, flags=re.M))
        self.words = set(WORD.findall(text)) | of_headers
        self.names, self.aliases = set(), set()
        self.declare(text)

    def declare(self, text):
        anonymous = False
        # An indented line continues a declaration, unless it is in a body.
        for line in re.sub(r"(?<![{;:])\n {4,}", " ", text).split("\n"):
            if line.startswith("namespace {"):
                anonymous = True
            elif line.startswith("@end"):
                anonymous = False
            elif match := ALIAS.match(line):
                self.names.add(match[1] or match[2])
                self.aliases.add(line)
            elif match := MACRO.match(line):
                self.names.add(match[1])
            elif line[:1] not in ("", " ", "#") and (anonymous or LOCAL.match(line)):
                match = TYPE.match(line) or DECLARED.search(USED_MACRO.sub("", line))
                # A qualified name was declared elsewhere.
                if match and ":" not in match[1]:
                    self.names.add(match[1])


class Batch:
    def __init__(self):
        self.lines, self.sources = 0, []

    def takes(self, source):
        return self.lines + source.lines <= MOST_LINES and all(apart(source, other) for other in self.sources)

    def add(self, source):
        self.lines += source.lines
        self.sources.append(source)


def apart(one, other):
    same = {name for alias in one.aliases & other.aliases for name in ALIAS.match(alias).groups()}
    return not (one.names & other.words | other.names & one.words) - same


def batches(sources):
    result = []
    for source in sources:
        batch = next((batch for batch in result if batch.takes(source)), None)
        if not batch:
            batch = Batch()
            result.append(batch)
        batch.add(source)
    return result


def main():
    for number, batch in enumerate(batches([Source(path) for path in sorted(sys.argv[1:])])):
        for source in batch.sources:
            print(number, source.path)


if __name__ == "__main__":
    main()
