#!/usr/bin/env bash
# verify needs only the report of a replay: it has the set, the options and a digest of the plan. The configuration of the replay
# is sufficient too.
. "$(dirname "$0")/common.inc"

mkdir -p set far
capture set/a.pcap 100 102 104 106
capture set/b.pcap 101 103 105 130
exits 0 map set --dump-json set.json

# by_report ARGUMENT...: replays to a file with these arguments, then runs verify with nothing but the
# report.
by_report() {
  rm -f out.pcap
  exits 0 replay "$@" --out-file out.pcap --report sent.json
  exits 0 verify out.pcap --report sent.json --fail-on-late max=1us
}
by_report --dump-json set.json
by_report set
(cd far && exits 0 verify ../out.pcap --report ../sent.json)
by_report set/b.pcap set/a.pcap --wait-disable
by_report --dump-json set.json --file-regexp 'b.pcap' --time-modifier 3
by_report set --time-scale-enabled --time-scale-duration 7s --loop-count 3 --loop-gap 1s
by_report set --time-from '1970-01-01 00:01:42' --time-to '1970-01-01 00:01:46' --out-bpf 'len >= 60' --reorder
by_report set --max-gap 500ms --skip-ooo
by_report set --pps 10
by_report set --mbps 0.5

# Options may also come from the environment and the configuration; the report overrides later
# values of these.
printf 'replay:\n  time:\n    modifier: 2\n  loop:\n    count: 2\n' >c.yaml
GOPHERCAP_REPLAY_MAX_GAP=2s by_report set --config c.yaml
exits 0 verify out.pcap --report sent.json --config c.yaml
GOPHERCAP_VERIFY_TIME_MODIFIER=9 exits 0 verify out.pcap --report sent.json
python3 - <<'PYTHON'
import json
report = json.load(open("sent.json"))
options = report["request"]["options"]
assert options["time-modifier"] == "2" and options["loop-count"] == "2" and options["max-gap"] == "2s", options
assert "time-from" not in options and len(report["plan_digest"]) == 16, report
PYTHON

# Options that contradict the report are refused; equal ones are not.
exits 2 verify out.pcap --report sent.json --time-modifier 3
has err "--time-modifier: contradicts the report, whose replay had 2"
has err "leave it out"
exits 2 verify out.pcap --report sent.json --out-bpf ip
has err "--out-bpf: contradicts the report, whose replay had none"
exits 0 verify out.pcap --report sent.json --time-modifier 2.0 --max-gap 2000ms

# The configuration of the replay, also one with every key.
exits 0 replay --config c.yaml --dump-json set.json --out-file out.pcap
exits 0 verify out.pcap --config c.yaml --dump-json set.json --fail-on-late max=1us
exits 3 verify out.pcap --dump-json set.json
exits 0 exampleConfig --config all.yaml
sed -i -e '/^replay:/,/^[a-z]*:$/s/^    modifier: .*/    modifier: "2"/' -e '/^replay:/,/^[a-z]*:$/s/^    count: 1$/    count: 2/' all.yaml
exits 0 replay --config all.yaml --dump-json set.json --out-file out.pcap
exits 0 verify out.pcap --config all.yaml --dump-json set.json --fail-on-late max=1us

# A set that has changed since, or a different one.
by_report set
capture set/c.pcap 111
exits 2 verify out.pcap --report sent.json
has err "--report: the set has changed since this replay: packets_planned_per_loop is 8 in the report and 9 in the plan"
rm set/c.pcap
capture set/b.pcap 101 103 105 131
exits 2 verify out.pcap --report sent.json --dump-json set.json
has err "the set has changed since this replay"
capture set/b.pcap 101 103 105 130
mkdir elsewhere
cp set/*.pcap elsewhere
exits 0 map elsewhere --dump-json moved.json
rm set/*.pcap
exits 0 verify out.pcap --report sent.json --dump-json moved.json

# A report of an older version without the request: the options have to be given again.
python3 - <<'PYTHON'
import json
report = json.load(open("sent.json"))
del report["request"], report["plan_digest"]
json.dump(report, open("old.json", "w"))
report["request"] = {"set": 7}
json.dump(report, open("bad.json", "w"))
report["request"] = {"set": {"dump": "moved.json"}, "options": {"time-modifier": "soon"}}
json.dump(report, open("wrong.json", "w"))
PYTHON
exits 0 verify out.pcap --report old.json --dump-json moved.json
exits 2 verify out.pcap --report old.json --dump-json moved.json --time-modifier 2
has err "--report: the report is from a different replay (were the options the same?): stretch is"
exits 1 verify out.pcap --report bad.json
has err "bad.json"
exits 2 verify out.pcap --report wrong.json
has err "--report: --time-modifier of the replay"

# Packets that the set has only in part: a recording keeps their original length.
python3 - <<'PYTHON'
import struct
with open("part.pcap", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 96, 1))
    for i in range(8):
        f.write(struct.pack("<IIII", 100 + i, 0, 96, 1500) + bytes([i]) * 96)
PYTHON
by_report part.pcap
