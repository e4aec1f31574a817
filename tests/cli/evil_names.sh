#!/usr/bin/env bash
# File names cannot send control characters to a terminal or break a line in a pipe, neither in results nor in errors, in text and
# JSON. The dump keeps the exact bytes.
. "$(dirname "$0")/common.inc"

name=$'a\e[2J\nb\xff.pcap'
capture "$name"
exits 0 map "$name" --dump-json d.json
has out 'a\x1b[2J\nb\xff.pcap'
not grep -q $'\e' out
exits 1 map $'none\e[31m.pcap' --dump-json d.json
has err 'none\x1b[31m.pcap'
not grep -q $'\e' err
exits 0 map "$name" --dump-json d.json
exits 0 replay --dump-json d.json --out-file o.pcap
rm -f "$name" o.pcap out err

# Each command that prints names, as text and JSON, to a pipe and to a terminal.
capture plain.pcap
head -c 100 plain.pcap >cut.pcap
python3 - "$GOPHERCAP" <<'PYTHON'
import io, json, os, pty, re, subprocess, sys, tarfile
EVIL = "\x1b]0;title\x07\x1b[31m\u009b2J\r\n\u202e\u2066\u061c\u200b\ufeff\U000e0041\x08\x7fé🦫"
os.mkdir("set")
for name in ("ok", "cut"):
    os.link("plain.pcap" if name == "ok" else "cut.pcap", f"set/{EVIL}{name}.pcap")
os.symlink(EVIL, f"set/{EVIL}link")
with tarfile.open("set.tar", "w", format=tarfile.PAX_FORMAT) as tar:
    tar.add("set")
    outside = tarfile.TarInfo(f"../{EVIL}up.pcap")
    tar.addfile(outside, io.BytesIO())

def on_pipe(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    return done.stdout, done.stderr

def on_terminal(command):
    ours, theirs = pty.openpty()
    child = subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    os.close(theirs)
    text = b""
    try:
        while piece := os.read(ours, 65536):
            text += piece
    except OSError:  # EIO: the terminal's other side is closed
        pass
    errors = child.stderr.read()
    child.wait()
    os.close(ours)
    return text.replace(b"\r\n", b"\n"), errors

BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
def look(command, text):
    found = BAD.search(text.decode())
    assert not found, (command, found, text)

def check(*arguments, lines=None):
    for run in (on_pipe, on_terminal):
        out, err = run([sys.argv[1], *arguments])
        look(arguments, out), look(arguments, err)
        assert out and EVIL[:9] not in out.decode()
        if lines is not None:
            assert out.count(b"\n") == lines, (arguments, out)
        if "--json" in arguments or "-" in arguments:
            json.loads(out)
    return out

members = check("tarExtract", "set.tar", "--dryrun", "--json")
assert {f"set/{EVIL}ok.pcap", f"set/{EVIL}link"} <= {m["path"] for m in json.loads(members)["members"]}
check("tarExtract", "set.tar", "--dryrun", lines=1 + 5)
check("tarExtract", "set.tar", "--out-dir", f"o{EVIL}", "--force")
check("tarExtract", "set.tar", "--out-dir", f"o{EVIL}", "--force", "--json")
check("tarExtract", "set.tar", "--out-dir", f"o{EVIL}", "--force", "--map", "-")
for source in ("set", "set.tar"):
    check("map", source, "--dryrun", lines={"set": 2, "set.tar": 1}[source])
    check("map", source, "--dryrun", "--json")
    check("map", source, "--dump-json", f"{EVIL}.json")
    check("map", source, "--dump-json", "-")
    dump = check("map", source, "--dump-json", f"{EVIL}.json", "--json")
    assert any(f["path"].endswith(f"{EVIL}ok.pcap") for f in json.loads(dump)["files"])
    check("replay", "--dump-json", f"{EVIL}.json", "--dryrun", "--discard")
    check("replay", "--dump-json", f"{EVIL}.json", "--dryrun", "--discard", "--json")
    check("replay", "--dump-json", f"{EVIL}.json", "--out-file", f"{EVIL}.pcap")
    check("replay", "--dump-json", f"{EVIL}.json", "--out-file", f"{EVIL}.pcap", "--report", "-")
    check("verify", f"{EVIL}.pcap", f"set/{EVIL}cut.pcap", "--dump-json", f"{EVIL}.json")
    check("verify", f"{EVIL}.pcap", f"set/{EVIL}cut.pcap", "--dump-json", f"{EVIL}.json", "--json")
PYTHON
