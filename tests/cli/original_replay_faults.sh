#!/usr/bin/env bash
# Faults of the original's replay that are visible on its command line, by their numbers; the others are
# in src/jobs/original_faults_test.cc.
. "$(dirname "$0")/common.inc"

# G1: it opened every file before the first packet was sent.
g01_files_are_opened_when_they_are_needed() {
  mkdir many
  python3 - <<'PYTHON'
import struct
for f in range(400):
    with open(f"many/{f:03}.pcap", "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n in range(3):
            out.write(struct.pack("<IIII", 1000 + n, f, 60, 60) + bytes(60))
PYTHON
  (
    ulimit -n 48
    "$GOPHERCAP" replay many --out-file many.pcap --json --quiet >out 2>err
  ) || { cat err; return 1; }
  [[ $(python3 -c 'import json; print(json.load(open("out"))["packets"]["sent"])') -eq 1200 ]]
}

# G17: its README had a flag that did not exist.
g17_the_time_modifier_is_a_flag() {
  capture slow.pcap 100 101
  exits 0 replay slow.pcap --out-file fast.pcap --time-modifier 4 --json
  [[ $(python3 -c 'import json; print(json.load(open("out"))["planned_duration_ns"])') -eq 250000000 ]]
}

# G19: "infinite" sent nothing.
g19_loop_count_zero_goes_on_until_it_is_stopped() {
  capture loop.pcap 100 101
  local status=0
  timeout -s INT 1 "$GOPHERCAP" replay loop.pcap --discard --loop-count 0 --json >out 2>err || status=$?
  [[ $status -eq 124 || $status -eq 130 ]]
  [[ $(python3 -c 'import json; print(json.load(open("out"))["loops_done"])') -gt 10 ]]
}

# G18, and 4 of the measured ones: there was no summary, and the last packet could be missing.
g18_the_summary_accounts_for_every_packet() {
  capture sum.pcap 100 101 102
  exits 0 replay sum.pcap --discard
  grep -Eq '^read +3 packets$' out
  grep -Eq '^sent +3 packets' out
}

for test in $(compgen -A function g); do
  echo "$test"
  "$test"
done
