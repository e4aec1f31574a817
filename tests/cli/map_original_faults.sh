#!/usr/bin/env bash
# Faults of the original's map that are visible on its command line; none of them exists here.
. "$(dirname "$0")/common.inc"

# It crashed if --dir-src did not exist.
exits 2 map
has err "--dir-src"
exits 1 map --dir-src no/such/folder --dump-json d.json
has err "no/such/folder"
[[ ! -e d.json ]]

# --file-regexp had no effect.
mkdir -p set/x set/y
for name in set/y/b set/x/c set/x/a set/y/d; do capture "$name.pcap" 100 101; done
exits 0 map --dir-src set --file-regexp 'x/' --dump-json d.json --json
python3 - out set/x/a.pcap set/x/c.pcap <<'PYTHON'
import json, sys
assert [f["path"] for f in json.load(open(sys.argv[1]))["files"]] == sys.argv[2:]
PYTHON
exits 4 map --dir-src set --file-regexp nowhere --dump-json none.json

# --file-workers 0 was fatal, and files were listed in the order in which the workers ended.
exits 0 map --dir-src set --file-workers 1 --dump-json one.json
for workers in 0 -1 2 64; do
  exits 0 map --dir-src set --file-workers "$workers" --dump-json many.json
  cmp one.json many.json
done
python3 - one.json set/x/a.pcap set/x/c.pcap set/y/b.pcap set/y/d.pcap <<'PYTHON'
import json, sys
files = json.load(open(sys.argv[1]))["files"]
assert [f["path"] for f in files] == sys.argv[2:], files
assert all(f["packets"] == 2 and f["out_of_order"] == 0 for f in files), files
PYTHON

# A dump that could not be written counted as written; here the old one is kept.
exits 1 map --dir-src set --dump-json /dev/full
has err "/dev/full"
exits 1 map --dir-src set --dump-json set/x/a.pcap/dump.json
exits 0 map set/x/a.pcap --dump-json keep.json
cp keep.json before.json
status=0
(ulimit -f 0; trap '' XFSZ; exec "$GOPHERCAP" map --dir-src set --dump-json keep.json) >out 2>err || status=$?
[[ $status -eq 1 ]] || { cat err; exit 1; }
cmp keep.json before.json
[[ $(echo *.json) == "before.json d.json keep.json many.json one.json" ]]

# One packet in a file, or all at the same time, made the whole dump fail (no end, infinite rate).
capture one.pcap 100
capture same.pcap 100 100 100
exits 0 map one.pcap same.pcap --dump-json d.json
python3 - d.json <<'PYTHON'
import json, sys
one, same = json.load(open(sys.argv[1]), parse_constant=lambda word: sys.exit(f"{word} in the dump"))["files"]
assert (one["packets"], one["max_packet_size"], one["duration"]) == (1, 60, 0), one
assert one["beginning"] == one["end"] == "1970-01-01T00:01:40Z", one
assert (same["packets"], same["out_of_order"], same["duration"]) == (3, 0, 0), same
PYTHON
