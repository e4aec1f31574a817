#!/usr/bin/env bash
# The forms of the original's command lines: options before and after the command, --a=b and --a b, --bool=false.
. "$(dirname "$0")/common.inc"

mkdir set
capture set/a.pcap
capture set/b.cap
for arguments in "--dump-json d.json map --dir-src set" "map --dir-src=set --dump-json=d.json" \
  "--file-regexp= --dump-json=d.json --dir-src set map" "map --dump-json d.json --json=false set"; do
  rm -f d.json
  # shellcheck disable=SC2086
  exits 0 $arguments
  [[ -s d.json ]]
  has out "files       2"
done
exits 0 map --dump-json d.json --file-suffix cap set
has out "files       1"
exits 0 map --dump-json d.json --file-suffix cap --file-suffix pcap set
has out "files       2"
exits 0 map --dump-json d.json -- set
not "$GOPHERCAP" map --dump-json d.json -- --json 2>/dev/null
