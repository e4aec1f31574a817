#!/usr/bin/env bash
# One signal ends each command while it waits for the other end of a FIFO: a dump, report, recording, configuration, or standard
# output; the shell sees the signal. A FIFO in the place of an index is ignored.
. "$(dirname "$0")/common.inc"

ulimit -c 0
mkdir set && capture set/a.pcap && capture set/b.pcap
capture a.pcap
tar -czf set.tar.gz set
exits 0 map a.pcap --dump-json one.json
mkfifo f1 .go-replay.yaml
head -c 100 /dev/zero | tr '\0' x >long_name
long=$(cat long_name)
mkdir many && for i in {1..400}; do ln a.pcap "many/$long$i.pcap"; done

python3 - "$GOPHERCAP" <<'PYTHON'
import os, signal, subprocess, sys, time
HOME_OK = {"HOME": "/nonexistent"}
FILE_OUT, FULL_PIPE = "file", "pipe"
CASES = [
    (["map", "a.pcap", "--dump-json", "f-{}"], HOME_OK, FILE_OUT),
    (["map", "set.tar.gz", "--dump-json", "f-{}"], HOME_OK, FILE_OUT),
    (["tarExtract", "set.tar.gz", "--out-dir", "out-{}", "--map", "f-{}"], HOME_OK, FILE_OUT),
    (["replay", "--dump-json", "f-{}", "--discard"], HOME_OK, FILE_OUT),
    (["replay", "--dump-json", "f-{}", "--discard", "--dryrun"], HOME_OK, FILE_OUT),
    (["replay", "a.pcap", "--out-file", "f-{}"], HOME_OK, FILE_OUT),
    (["replay", "a.pcap", "--out-file", "f-{}.gz"], HOME_OK, FILE_OUT),
    (["replay", "a.pcap", "--discard", "--report", "f-{}"], HOME_OK, FILE_OUT),
    (["verify", "a.pcap", "--dump-json", "f-{}"], HOME_OK, FILE_OUT),
    (["verify", "a.pcap", "--dump-json", "one.json", "--report", "f-{}"], HOME_OK, FILE_OUT),
    (["map", "a.pcap", "--config", "f-{}"], HOME_OK, FILE_OUT),
    (["replay", "a.pcap", "--discard", "--config", "f-{}"], HOME_OK, FILE_OUT),
    (["exampleConfig", "--config", "f-{}", "--force"], HOME_OK, FILE_OUT),
    (["map", "a.pcap"], {}, FILE_OUT),  # ~/.go-replay.yaml
    (["map", "many", "--json", "--dump-json", "d-{}.json"], HOME_OK, FULL_PIPE),
    (["map", "many", "--dump-json", "-"], HOME_OK, FULL_PIPE),
    (["map", "many", "--dryrun"], HOME_OK, FULL_PIPE),
]

def begin(number, words, environment, where, sig):
    for name in f"f-{number}", f"f-{number}.gz": os.mkfifo(name)
    read = None
    if where == FULL_PIPE:
        read, out = os.pipe()
        subprocess.run(["head", "-c", "65000", "/dev/zero"], stdout=out, check=True)
    else:
        out = os.open(os.devnull, os.O_WRONLY)
    # Background jobs of a shell ignore SIGINT and SIGQUIT.
    child = subprocess.Popen(
        [sys.argv[1]] + [w.format(number) for w in words], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        preexec_fn=lambda: [signal.signal(s, signal.SIG_DFL) for s in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)])
    os.close(out)
    return child, words, sig, read

runs = []
for sig in (signal.SIGINT, signal.SIGTERM):
    for case in CASES:
        runs.append(begin(len(runs), *case, sig))
time.sleep(1)  # Most of them wait by now; a signal that comes earlier ends them all the same.
for child, words, sig, _ in runs:
    assert child.poll() is None, (words, child.returncode, child.stderr.read())
    child.send_signal(sig)
deadline = time.monotonic() + 60
for child, words, sig, read in runs:
    try:
        child.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        for other in runs:
            other[0].kill()
        raise AssertionError(f"{sig.name} did not end: {words}")
    assert child.returncode == -sig, (words, sig, child.returncode, child.stderr.read())
    assert b"bug" not in child.stderr.read()
    if read is not None:
        os.close(read)
PYTHON
[[ -z $(find . -name '.*.part' -o -name core) ]]

# A reader that comes late gets everything.
export HOME=/nonexistent
"$GOPHERCAP" map a.pcap --dump-json f1 >out 2>err &
pid=$!
cat f1 >late.json
wait "$pid"
cmp late.json one.json

rm -f ./*.index
mkfifo set.tar.gz.index
timeout 60 "$GOPHERCAP" map set.tar.gz --dump-json d.json >out 2>err
[[ -p set.tar.gz.index && -f set.tar.gz.2.index ]]
timeout 60 "$GOPHERCAP" replay --dump-json d.json --discard >out 2>err
