#!/usr/bin/env bash
# Results go to standard output, messages to standard error; JSON, --quiet, full devices, readers that
# exit.
. "$(dirname "$0")/common.inc"

capture a.pcap
exits 0 map a.pcap --dump-json d.json --json
cmp out d.json
[[ ! -s err ]]
exits 0 map a.pcap --dump-json -
cmp out d.json
exits 0 replay a.pcap --out-file o.pcap --json --report r.json
cmp out r.json
python3 -c 'import json; assert json.load(open("r.json"))'
exits 0 replay a.pcap --out-file - --quiet
[[ ! -s err ]]
cmp out o.pcap
exits 0 replay a.pcap --out-file -
has err "sent "

status=0
"$GOPHERCAP" map a.pcap --dump-json d.json >/dev/full 2>err || status=$?
[[ $status -eq 1 ]]
has err "standard output: No space left on device"
"$GOPHERCAP" map a.pcap --dump-json d.json 2>err | true
[[ ! -s err ]]
