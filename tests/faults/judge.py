"""Rules for what a run with one fault must and must not do."""
import errno
import json
import os
import re
import sqlite3
import tempfile

# Words of damage. An error of the system must not be reported with any of these.
BLAME = re.compile(r"damag|corrupt|not a capture|truncated|cut off|ends (inside|before|in the middle)|it begins with|malformed|not a tar|"
                   r"became shorter|was replaced|has changed", re.IGNORECASE)
OUR_BUG = re.compile(r"internal:|bug in gophercap|terminate called|Assertion|Sanitizer", re.IGNORECASE)

# Other words for the same cause.
EQUIVALENT = {
    errno.ENOMEM: ["memory"],
    errno.EAGAIN: ["thread"],
    errno.ENOSPC: ["disk is full"],
    errno.EIO: ["disk i/o error"],
}


class Tree:
    """The files below a folder: maps relative paths to bytes, links to their target, folders to None."""

    def __init__(self, folder):
        self.files = {}
        for path, folders, files in os.walk(folder):
            for name in folders + files:
                whole = os.path.join(path, name)
                relative = os.path.relpath(whole, folder)
                if os.path.islink(whole):
                    self.files[relative] = b"-> " + os.readlink(whole).encode()
                elif os.path.isdir(whole):
                    self.files[relative] = None
                else:
                    with open(whole, "rb") as file:
                        self.files[relative] = file.read()


class Outcome:
    def __init__(self, status, out, err, tree):
        self.status, self.out, self.err, self.tree = status, out, err, tree


def same(kind, want, got):
    if kind == "report":
        try:
            return json.loads(want)["packets"] == json.loads(got)["packets"]
        except (ValueError, KeyError):
            return False
    if kind == "index":
        return whole_index(got)
    return want == got


def whole_index(data):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            base = sqlite3.connect(f"file:{file.name}?mode=ro&immutable=1", uri=True)
            return base.execute("pragma integrity_check").fetchone()[0] == "ok"
        except sqlite3.Error:
            return False


def is_whole(name, data):
    """Whether a file with its final name is complete in itself, even if it differs from that of a run without a fault."""
    if name.endswith(".json"):
        try:
            json.loads(data)
            return True
        except ValueError:
            return False
    if name.endswith((".pcap", ".pcapng")):
        return name.startswith("out.") and data[:4] in (b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a") and whole_records(data)
    return False


def whole_records(data):
    at = 24
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        at = 0
        while at + 12 <= len(data):
            at += int.from_bytes(data[at + 4:at + 8], "little")
        return at == len(data)
    while at + 16 <= len(data):
        at += 16 + int.from_bytes(data[at + 8:at + 12], "little")
    return at == len(data)


def plain_name(path):
    """The final name of a temporary file."""
    name = os.path.basename(path.rstrip("/"))
    temporary = re.fullmatch(r"\.(.*?)(\.[0-9]+-[0-9]+)?\.part(-journal)?", name)
    return temporary.group(1) if temporary else re.sub(r"-journal$", "", name)


def names_object(words, path):
    if path in ("", ".") or path.startswith(("/proc", "/sys", "/dev", "/etc")) or path in ("/tmp", "/var/tmp", "/usr/tmp"):
        return True
    name = plain_name(path)
    return name in words or name.removesuffix(".index") in words


def new_lines(text, known):
    """Lines that a run without a fault does not print; counts in them may differ."""
    def shape(line):
        return " ".join(re.sub(r"[0-9]+( files?)?", "N", line).split())
    known = {shape(line) for line in known.splitlines()}
    return "\n".join(line for line in text.splitlines() if shape(line) not in known)


def judge(scenario, fault, clean, got, hit):
    """Yields everything that is wrong."""
    if got.status is None:
        yield "hang"
        return
    if got.status < 0 or got.status >= 128:
        yield f"signal {-got.status}"
        return
    if got.status == 70 or OUR_BUG.search(got.err):
        yield "bug"
        return
    if got.status == 2:
        yield "usage"
    words = new_lines(got.err, clean.err) + "\n" + new_lines(got.out, clean.out) + "\n" + new_reasons(clean, got)
    named = names_cause(words, fault)
    # If something was wrong without the fault already, the exit status tells nothing, and a message is
    # required.
    said = got.status != clean.status or (got.status == 3 and named)
    yield from judge_files(scenario, clean, got, said)
    # The number of damaged files is printed next to the number of unread files.
    blame = BLAME.search(re.sub(r"(?m)^files +[0-9].*$|^.*[0-9] files? damaged; .*$", "", words))
    if blame and not fault.is_short:
        yield f"blames the file: {blame.group(0)}"
    if not said:
        return
    if fault.is_transient:
        yield f"{fault.error_name} ends the run"
        return
    if not named:
        yield "cause not named"
    if fault.kind not in ("malloc", "thread") and not names_object(words, hit.path):
        yield "object not named"


def names_cause(words, fault):
    texts = [os.strerror(fault.number), *EQUIVALENT.get(fault.number, [])]
    return any(text.lower() in words.lower() for text in texts)


def new_reasons(clean, got):
    """What a dump says about files that were not read to their end."""
    def reasons(outcome):
        dump = outcome.tree.files.get("dump.json") or outcome.tree.files.get("map.json") or b""
        return "\n".join(re.findall(r'"(?:damage|reason|code)": (?:"[^"]*"|{)', dump.decode(errors="replace")))
    return new_lines(reasons(got), reasons(clean))


def untimed(out):
    return re.sub(r'"elapsed_ns": ?[0-9]+', "", out)


def judge_files(scenario, clean, got, said):
    for name, data in got.tree.files.items():
        if name not in clean.tree.files:
            yield f"left over: {re.sub('[0-9]+', 'N', name)}"
            continue
        want = clean.tree.files[name]
        if same(scenario.volatile.get(name), want, data):
            continue
        if not said:
            yield f"{name} differs, exit status {got.status}"
        elif not is_whole(name, data) and name not in scenario.before:
            yield f"half file: {name}"
    if not said:
        for name in clean.tree.files:
            if name not in got.tree.files and scenario.volatile.get(name) != "index":
                yield f"{name} is missing, exit status {got.status}"
        if scenario.compare_stdout and untimed(got.out) != untimed(clean.out):
            yield f"output differs, exit status {got.status}"
