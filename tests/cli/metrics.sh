#!/usr/bin/env bash
# --metrics publishes the figures of a running replay, in a file or over HTTP.
. "$(dirname "$0")/common.inc"

capture set.pcap 100 101 102 103
metric() { awk -v name="gophercap_$1" '$1 == name { print $2 }' figures.prom; }

exits 0 replay set.pcap --discard --loop-count 5 --metrics figures.prom
[[ $(metric running) == 0 && $(metric packets_sent_total) == 20 && $(metric bytes_sent_total) == 1200 ]]
[[ $(metric 'packets_not_sent_total{reason="too_long"}') == 0 ]]
exits 3 replay set.pcap --out-file - --mtu 20 --metrics figures.prom
[[ $(metric packets_sent_total) == 0 && $(metric 'packets_not_sent_total{reason="too_long"}') == 4 ]]

# What cannot be published is said before the first packet, and no input is replaced.
exits 1 replay set.pcap --discard --metrics nowhere/figures.prom
has err "--metrics: nowhere/figures.prom: No such file or directory"
exits 1 replay set.pcap --discard --metrics /dev/null
has err "--metrics: /dev/null: not a regular file"
exits 2 replay set.pcap --discard --metrics set.pcap
exits 2 replay set.pcap --discard --metrics 127.0.0.1:99999
has err "the port must be from 1 to 65535"

# A run that fails before its first packet is over, too.
exits 1 replay set.pcap --out-interface no.such.if --metrics figures.prom
[[ $(metric running) == 0 ]]

# Two outputs with one path would replace each other.
exits 2 replay set.pcap --out-file y.pcap --metrics ./y.pcap
has err "--metrics: the same file as --out-file"
exits 2 replay set.pcap --discard --metrics m --report "$PWD/m"
has err "the same file as"
exits 2 replay set.pcap --discard --control c --report c
has err "--control: the same file as --report"

# A server at a free port, with clients that behave and others.
python3 - <<'PYTHON'
import os, re, signal, socket, subprocess, time, urllib.error, urllib.request

def start():
    # Another process may take the port in between.
    for _ in range(20):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        run = subprocess.Popen([os.environ["GOPHERCAP"], "replay", "set.pcap", "--discard", "--loop-infinite", "--quiet",
                                "--metrics", f":{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return run, port
            except ConnectionRefusedError:
                if run.poll() is not None:
                    break
                time.sleep(0.05)
    raise SystemExit("no server")

def get(port, path="/metrics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.headers, answer.read().decode()

def sent(text):
    return int(re.search(r"^gophercap_packets_sent_total (\d+)$", text, re.M)[1])

run, port = start()
idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
endless = socket.create_connection(("127.0.0.1", port))
try:
    endless.sendall(b"GET /" + b"x" * 100000)
except OSError:
    pass
headers, text = get(port)
assert headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers
assert "gophercap_running 1\n" in text
for _ in range(600):
    if sent(get(port)[1]) > sent(text):
        break
    time.sleep(0.05)
else:
    raise SystemExit("the figures do not move")
try:
    get(port, "/secret")
    raise SystemExit("there is nothing else")
except urllib.error.HTTPError as error:
    assert error.code == 404
second = subprocess.run([os.environ["GOPHERCAP"], "replay", "set.pcap", "--discard", "--metrics", f":{port}"], capture_output=True,
                        text=True)
assert second.returncode == 1 and f"--metrics: 127.0.0.1:{port}: Address already in use" in second.stderr, second.stderr
run.send_signal(signal.SIGINT)
assert run.wait() == -signal.SIGINT, run.returncode
PYTHON
