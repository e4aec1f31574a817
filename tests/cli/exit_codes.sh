#!/usr/bin/env bash
# The exit status: 0 success, 1 failure, 3 done with damage, 4 nothing found.
. "$(dirname "$0")/common.inc"

capture good.pcap
capture empty.pcap none
head -c 150 good.pcap >cut.pcap
mkdir none
exits 0 map good.pcap --dump-json d.json
exits 3 map good.pcap cut.pcap --dump-json d.json
has out "cut.pcap: byte "
has err "1 of 2 files damaged"
[[ -s d.json ]]
exits 4 map none --dump-json none.json
[[ ! -e none.json ]]
exits 1 map missing.pcap --dump-json d.json
has err "gophercap: error: missing.pcap: "
exits 1 map empty.pcap --dump-json empty.json
has err "no packet in 1 file"
[[ -s empty.json ]] # written all the same
exits 1 map good.pcap --dump-json no/such/d.json
exits 1 replay --dump-json missing.json --out-file out.pcap
exits 3 replay cut.pcap --out-file out.pcap
exits 0 replay good.pcap --out-file out.pcap
