#!/usr/bin/env bash
# A replay is paused before its first packet, stepped, resumed and stopped through its socket.
. "$(dirname "$0")/common.inc"

capture a.pcap {100..149}
exits 0 map a.pcap --dump-json set.json
# The dump comes through a FIFO, so the replay waits for it, and commands come before the first packet.
mkfifo dump
start() {
  rm -f r.json
  env --default-signal=INT "$GOPHERCAP" replay --dump-json dump --control c.sock --report r.json "$@" >rout 2>rerr &
  pid=$!
  until [[ -S c.sock ]]; do
    [[ -d /proc/$pid ]] || { cat rerr >&2; return 1; }
    sleep 0.02
  done
}
ctl() { exits 0 ctl c.sock "$@"; }
# field NAME: of the last answer.
field() { python3 -c 'import json, sys; print(json.load(open("out"))[sys.argv[1]])' "$1"; }
until_field() {
  for _ in {1..500}; do
    ctl status
    [[ $(grep -o "\"$1\":[^,}]*" out) == "\"$1\":$2" ]] && return 0
    sleep 0.02
  done
  cat out >&2
  return 1
}
report() { python3 -c 'import json, sys; r = json.load(open("r.json")); print(eval(sys.argv[1]))' "$1"; }

start --discard
[[ $(stat -c %a c.sock) == 600 ]]
ctl status
[[ $(field state) == preparing ]]
exits 1 ctl c.sock step
has err "c.sock: step: the replay is not paused"
ctl pause
[[ $(field state) == paused ]]
exits 1 replay a.pcap --discard --control c.sock
has err "--control: c.sock: another process listens there"
cat set.json >dump
until_field packets_sent 0
ctl step 3
until_field packets_sent 3
[[ $(field state) == paused && $(field position) == 1970-01-01T00:01:42Z ]]
ctl step
until_field packets_sent 4
exits 1 ctl c.sock speed 2
has err "c.sock: speed: packets are not sent in real time"
# Back to the second packet, then on to the twentieth.
ctl seek -2s
ctl step
until_field packets_sent 5
[[ $(field position) == 1970-01-01T00:01:41Z ]]
exits 1 ctl c.sock seek +1h
has err "c.sock: seek: 1970-01-01T01:01:41Z is after the last packet (1970-01-01T00:02:29Z)"
ctl seek 1970-01-01 00:02:00
ctl resume
wait "$pid"
[[ ! -e c.sock ]]
[[ $(report 'r["packets"]["sent"], r["packets"]["read"] - r["packets"]["passed_over"]') == "(35, 35)" ]]
[[ $(report '[(c["command"], c.get("value"), c.get("position")) for c in r["control"]["changes"]]') == \
  "[('pause', None, None), ('step', '3', None), ('step', '1', '1970-01-01T00:01:42Z'), ('seek', '1970-01-01T00:01:41Z', '1970-01-01T00:01:43Z'), ('step', '1', '1970-01-01T00:01:41Z'), ('seek', '1970-01-01T00:02:00Z', '1970-01-01T00:01:41Z'), ('resume', None, '1970-01-01T00:02:00Z')]" ]]

# A stop ends it as Ctrl-C does, with a recording of what was sent until then.
start --out-file part.pcap
ctl pause
cat set.json >dump
until_field packets_sent 0
ctl step 5
until_field packets_sent 5
ctl stop
[[ $(field state) == stopping ]]
status=0
wait "$pid" || status=$?
[[ $status -eq 130 ]]
has rerr "interrupted; the report covers what was sent until then"
[[ $(report 'r["packets"]["sent"], r["packets"]["balanced"], r["interrupted"]') == "(5, True, True)" ]]
[[ $(stat -c %s part.pcap) -eq $((24 + 5 * 76)) ]]
[[ ! -e c.sock ]]

# A killed run leaves its socket; the next one replaces it. Any other file stays.
start --discard
kill -KILL "$pid"
wait "$pid" || true
[[ -S c.sock ]]
exits 1 ctl c.sock status
has err "c.sock: no replay listens there (has it ended?)"
exits 0 replay a.pcap --discard --control c.sock
[[ ! -e c.sock ]]
exits 1 replay a.pcap --discard --control a.pcap
has err "--control: a.pcap: exists, and is not a socket"

exits 1 ctl c.sock status
exits 2 ctl c.sock
has err "ctl: needs the path of a socket and a command"
exits 2 ctl c.sock halt
has err "ctl: halt: unknown command"
exits 2 ctl c.sock speed 0
has err "ctl: speed: 0: not a number above zero"
