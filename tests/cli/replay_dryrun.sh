#!/usr/bin/env bash
# replay --dryrun reports the duration, also if packets are not sent at captured times.
. "$(dirname "$0")/common.inc"

capture a.pcap
# expect ARGUMENT... -- DURATION TOTAL AT_MOST PACING: checks the plan, in milliseconds.
expect() {
  local arguments=()
  while [[ $1 != -- ]]; do arguments+=("$1"); shift; done
  shift
  exits 0 replay a.pcap --discard --dryrun "${arguments[@]}" --json
  python3 - "$@" <<'PYTHON'
import json, sys
plan = json.load(open("out"))
ms = lambda ns: "null" if ns is None else f"{ns / 1e6:g}"
found = [ms(plan["duration_ns"]), ms(plan["total_duration_ns"]), str(plan["durations_at_most"]), plan["pacing"]]
assert found == sys.argv[1:], (found, plan)
PYTHON
  exits 0 replay a.pcap --discard --dryrun "${arguments[@]}"
}
expect --loop-count 2 -- 2000 5000 False "capture time"
has out "takes    2s"
expect --pps 10 --loop-count 2 -- 200 500 False "10 packets/s"
has out "takes    200ms, at 10 packets/s"
has out "loops    2, one every 300ms, 500ms in all"
expect --mbps 0.00048 -- 3000 3000 True "3/6250 Mbit/s"
has out "takes    at most 3s, at 3/6250 Mbit/s"
expect --max-gap 100ms --loop-count 2 -- 200 500 True "capture time"
has out "takes    at most 200ms"
has out "loops    2, one every at most 300ms, at most 500ms in all"
expect --topspeed -- 0 null False "top speed"
has out "takes    as long as it takes, at top speed"

# A duration that does not fit into 64-bit nanoseconds is not shown as a number.
exits 0 replay a.pcap --discard --dryrun --time-modifier 0.000000000001
has out "takes    more than 292 years, 1e-12 times as fast"
exits 0 replay a.pcap --discard --dryrun --loop-count 9999999999999
has out "one every 3s, more than 292 years in all"
exits 0 replay a.pcap --discard --dryrun --loop-count 9999999999999 --json
has out '"total_duration_ns": 9223372036854775807'
exits 0 replay a.pcap --discard --dryrun --loop-count 9999999999999 --max-gap 1s
has out "loops    9,999,999,999,999, one every at most 3s, an unknown time in all"

expect --pps 10 --time-modifier 2 -- 200 200 False "10 packets/s"
has err "--time-modifier: does nothing with --pps"
not grep -q "as fast" out
exits 0 replay a.pcap --discard --pps 10 --time-modifier 2
has err "--time-modifier: does nothing with --pps"
has out "pacing  10 packets/s"
not grep -q "as fast" out
has out "span    200ms"
