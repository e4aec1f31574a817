#!/usr/bin/env bash
# Packets that were lost, duplicated, reordered, delayed or cut after a replay are counted exactly, and the exit status
# shows it.
. "$(dirname "$0")/common.inc"

# Two files whose packets alternate, 1 ms apart; every tenth packet has the same bytes. Then variants of what a receiver might
# capture.
cat >make.py <<'PYTHON'
import json, struct, subprocess, sys
MS = 10**6

def write(path, packets, snap=262144):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, snap, 1))
        for t, data in packets:
            kept = data[:snap]
            f.write(struct.pack("<IIII", t // 10**9, t % 10**9, len(kept), len(data)) + kept)

def frame(n):
    return bytes(12) + b"\x08\x00" + struct.pack(">I", 0 if n % 10 == 0 else n) + bytes(range(100))

packets = [(1600000000 * 10**9 + n * MS, frame(n)) for n in range(1000)]
write("a.pcap", packets[0::2])
write("b.pcap", packets[1::2])
# The clock of the receiver differs.
seen = [(t + 3600 * 10**9 + 77, d) for t, d in packets]

def gone(places):
    return [p for i, p in enumerate(seen) if i not in places]

write("all.pcap", seen)
write("lost.pcap", gone({5, 100, 101, 999}))
write("copied.pcap", sorted(seen + [(t + 50, d) for t, d in (seen[7], seen[300])]))
swapped = [d for _, d in seen]
swapped[33], swapped[36] = swapped[36], swapped[33]
write("swapped.pcap", [(t, d) for (t, _), d in zip(seen, swapped)])
write("strangers.pcap", sorted(seen + [(seen[9][0] + 5, b"\xff" * 60)]))
write("late.pcap", [(t + (400000 if i == 500 else 0), d) for i, (t, d) in enumerate(seen)])
write("cut.pcap", seen, 64)
write("none.pcap", [])
PYTHON
python3 make.py
exits 0 map a.pcap b.pcap --dump-json set.json

# counts FILE STATUS KEY=NUMBER...: checks keys of --json. Keys that are not given must be 0, except
# for expected and arrived.
counts() {
  local file=$1 status=$2
  shift 2
  exits "$status" verify "$file" --dump-json set.json --json
  python3 - "$@" <<'PYTHON'
import json, sys
got = json.load(open("out"))["packets"]
want = dict.fromkeys(("lost", "duplicated", "unexpected", "reordered", "cut", "padded", "vlan_tags_restored"), 0)
want.update(expected=1000, **{k: int(v) for k, v in (a.split("=") for a in sys.argv[1:])})
want["arrived"] = want["expected"] - want["lost"]
assert {k: got[k] for k in want} == want, got
PYTHON
}
figure() { python3 -c 'import json, sys
value = json.load(open("out"))
for key in sys.argv[1].split("."): value = value[int(key)] if isinstance(value, list) else value[key]
print(value)' "$1"; }

counts all.pcap 0
[[ $(figure gophercap_verify_version) == 1 && $(figure offset_error.max_ns) == 0 && $(figure complete) == True ]]
counts lost.pcap 3 lost=4
[[ $(figure first_lost.0.place) == 5 && $(figure first_lost.3.place) == 999 && $(figure offset_error.max_ns) == 0 ]]
has err "4 lost, 0 duplicated, 0 reordered, of 1,000 packets"
counts copied.pcap 3 duplicated=2
counts swapped.pcap 3 reordered=3
[[ $(figure packets.reorder_extent_packets) == 3 ]]
counts strangers.pcap 0 unexpected=1
has err "captured, but not in the plan: 1 packet"
counts late.pcap 0
[[ $(figure offset_error.max_ns) == 400000 && $(figure gap_error.max_ns) == 400000 ]]
counts cut.pcap 0 cut=1000
[[ $(figure compared_bytes) == 64 ]]

# From a pipe, and in several files.
status=0
"$GOPHERCAP" verify - --dump-json set.json <cut.pcap >out 2>err || status=$?
[[ $status -eq 0 ]]
has out "1,000 compared in their first 64 bytes"
exits 0 verify a.pcap b.pcap --dump-json set.json

exits 1 verify late.pcap --dump-json set.json --fail-on-late max=399us
has err "--fail-on-late max=399us: it was 400"
exits 0 verify late.pcap --dump-json set.json --fail-on-late max=400us
exits 4 verify none.pcap --dump-json set.json
exits 4 verify all.pcap --dump-json set.json --out-bpf 'less 10'
exits 1 verify nowhere.pcap --dump-json set.json
exits 2 verify --dump-json set.json
has err "verify: needs what the receiver captured"
exits 2 verify - - --dump-json set.json --loop-count 0 --mtu -1
has err "--loop-count"
has err "--mtu"
has err "verify: - can be given only once"
exits 2 verify all.pcap --dump-json set.json --fail-on-late soon
has err "--fail-on-late"
exits 2 verify all.pcap --dump-json set.json --memory 20K
has err "--memory: 20K is too little for 1000 packets; --memory 1M would do"
exits 2 verify all.pcap --dump-json set.json --memory 1
has err "--memory: 1 is too little"
exits 3 verify all.pcap --dump-json set.json --out-bpf 'ip and less 10 or greater 100' --loop-count 2
has out "lost        1,000 packets"

# From a configuration, like every option.
exits 0 replay --dump-json set.json --time-modifier 2 --out-file twice.pcap
printf 'verify:\n  time:\n    modifier: 2\n  fail:\n    on:\n      late: max=1us\n' >c.yaml
exits 0 verify twice.pcap --dump-json set.json --config c.yaml
exits 1 verify late.pcap --dump-json set.json --config c.yaml
