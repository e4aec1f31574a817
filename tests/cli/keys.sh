#!/usr/bin/env bash
# On a terminal, keys pause, resume and stop a replay. The mode of the terminal is restored whenever the process does not run in its
# foreground.
. "$(dirname "$0")/common.inc"

capture a.pcap {100..149}
exits 0 map a.pcap --dump-json set.json
mkfifo dump
python3 - "$GOPHERCAP" <<'PYTHON'
import json, os, pty, select, signal, subprocess, sys, termios, time

binary = sys.argv[1]
DEADLINE = 20


def wait_for(what, holds):
    end = time.monotonic() + DEADLINE
    while not holds():
        read_screen()
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            sys.exit(f"waited in vain for {what}; the screen says {screen!r}")
        time.sleep(0.01)


def read_screen():
    global screen
    while select.select([terminal], [], [], 0)[0]:
        try:
            screen += os.read(terminal, 4096).decode()
        except OSError:
            return


def keys_wanted():
    return not termios.tcgetattr(terminal)[3] & termios.ECHO


def status():
    result = subprocess.run([binary, "ctl", "c.sock", "status"], capture_output=True, text=True)
    return json.loads(result.stdout) if result.returncode == 0 else {}


def state(wanted):
    return lambda: status().get("state") == wanted


screen = ""
child, terminal = pty.fork()
if child == 0:
    os.environ["TERM"] = "xterm"
    os.execv(binary, [binary, "replay", "--dump-json", "dump", "--discard", "--control", "c.sock"])
wait_for("the keys", keys_wanted)
wait_for("the socket", lambda: os.path.exists("c.sock"))
os.write(terminal, b" ")
wait_for("a pause", state("paused"))
with open("dump", "w", encoding="utf-8") as dump:
    dump.write(open("set.json", encoding="utf-8").read())
wait_for("the beginning", lambda: status().get("packets_sent") == 0)
os.write(terminal, b"x+")
wait_for("a refusal", lambda: "packets are not sent in real time" in screen)

# Ctrl-Z gives the terminal back, and the next process in the foreground may set its mode.
os.write(terminal, b"\x1a")
wait_for("the suspension", lambda: os.waitpid(child, os.WUNTRACED | os.WNOHANG)[0] == child)
assert not keys_wanted(), "suspended without restoring the terminal"
os.kill(child, signal.SIGCONT)
wait_for("the keys again", keys_wanted)
assert status()["state"] == "paused"

os.write(terminal, b"q")
ended = None


def has_ended():
    global ended
    pid, code = os.waitpid(child, os.WNOHANG)
    ended = code if pid == child else None
    return pid == child


wait_for("the end", has_ended)
assert os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGINT, ended
assert not keys_wanted(), "ended without restoring the terminal"
read_screen()
for words in ("keys: space pauses and resumes, q stops", "interrupted; the report covers"):
    assert words in screen, screen

# Without a foreground terminal there are no keys.
PYTHON
exits 0 replay a.pcap --discard
not grep -q "keys:" err
