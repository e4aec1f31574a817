#!/usr/bin/env bash
# File names can't send control characters to a terminal, neither in results nor in errors; the dump keeps the true bytes.
. "$(dirname "$0")/common.inc"

name=$'a\e[2J\nb\xff.pcap'
capture "$name"
exits 0 map "$name" --dump-json d.json
has out 'a\x1b[2J\nb\xff.pcap'
not grep -q $'\e' out
exits 1 map $'none\e[31m.pcap' --dump-json d.json
has err 'none\x1b[31m.pcap'
not grep -q $'\e' err
exits 0 map "$name" --dump-json d.json
exits 0 replay --dump-json d.json --out-file o.pcap
