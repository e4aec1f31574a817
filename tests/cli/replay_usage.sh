#!/usr/bin/env bash
# Contradictory options are refused before anything is read, each with its own message; an exceeded limit of lateness sets
# the exit status.
. "$(dirname "$0")/common.inc"

capture a.pcap
exits 2 replay a.pcap --out-file x --time-from '2021-01-01 00:00:00' --time-to '2020-01-01 00:00:00'
has err "--time-to: must be later than --time-from"
exits 2 replay a.pcap --out-file x --time-scale-enabled --time-scale-duration 0s
has err "--time-scale-duration: must be above zero"
exits 2 replay a.pcap --out-file x --loop-gap -1s --skip-mtu -1 --max-gap 0s
has err "--loop-gap"
has err "--skip-mtu"
has err "--max-gap"
exits 2 replay a.pcap --out-file x --pps 1 --mbps 1
has err "--pps: excludes --mbps"
exits 2 replay a.pcap --out-file x --pps 1 --topspeed
exits 2 replay a.pcap --out-file x --late sometimes
has err "--late"
exits 2 replay a.pcap --out-file x --fail-on-late often
has err "--fail-on-late"
exits 2 replay a.pcap --fail-on-late ""
has err "--fail-on-late"
# A limit that is never checked would look like one that was met.
for target in "--out-file x" --discard; do
  # shellcheck disable=SC2086
  exits 2 replay a.pcap $target --fail-on-late p99=50us
  has err "--fail-on-late: needs an interface"
done
exits 2 replay a.pcap --topspeed --fail-on-late p99=50us
has err "--fail-on-late: excludes --topspeed"
exits 2 replay a.pcap --out-file x --start-at '2020-01-01 00:00:00'
has err "--start-at: is in the past"
exits 2 replay a.pcap --out-file x --path-prefix nowhere
has err "--path-prefix"
exits 2 replay a.pcap --out-file x --time-modifier 0
has err "--time-modifier"
exits 2 replay a.pcap --out-file x --out-bpf 'udp prt 3'
has err "syntax error"
exits 2 replay a.pcap --out-file x --discard
[[ ! -e x ]]
exits 0 replay a.pcap --out-file x --time-scale-duration 10s
has err "--time-scale-duration: does nothing without --time-scale-enabled"
exits 0 replay a.pcap --out-file x --tx ring --late drop --pacing balanced
has err "--tx: does nothing with --out-file"
has err "--late: does nothing with --out-file"
not grep -q "pacing: does nothing" err
exits 4 replay a.pcap --out-file x --time-from '2020-01-01 00:00:00'
has err "the set goes from 1970-01-01T00:01:40Z to 1970-01-01T00:01:42Z"

# The first replay, before any map.
exits 1 replay --discard --dump-json none.json
has err "none.json: No such file or directory"
has err "hint: gophercap map PATH --dump-json none.json writes it"
exits 1 replay a.pcap none.json --discard --dump-json none.json
not grep -q "hint:" err

exits 0 replay a.pcap --discard --json
python3 - <<'PYTHON'
import json
report = json.load(open("out"))
assert report["packets"]["sent"] == 3 and report["packets"]["balanced"], report
PYTHON

# Captures that were moved: found by prefix, and beside the dump.
mkdir -p old/day new
capture old/day/a.pcap 100 101
exits 0 map old --dump-json old/d.json
mv old/day/a.pcap new/a.pcap
exits 0 replay --dump-json old/d.json --out-file x --path-prefix old/day=new
has err "--path-prefix changes 1 of 1 path"
mv new/a.pcap old/
exits 0 replay --dump-json old/d.json --out-file x
has err "1 of 1 file found beside the dump"
exits 2 replay a.pcap --topspeed --out-file x --out-interface y
