#!/usr/bin/env bash
# map --dryrun lists what would be read and writes nothing.
. "$(dirname "$0")/common.inc"

mkdir -p set/sub
capture set/b.pcap
capture set/sub/a.pcap.gz
touch set/readme.txt
for flag in --dryrun --dry-run; do
  exits 0 map set "$flag" --dump-json d.json
  printf 'set/b.pcap\nset/sub/a.pcap.gz\n' | cmp - out
  [[ ! -e d.json ]]
done
exits 0 map set --dryrun --file-regexp sub --json
python3 -c 'import json; assert json.load(open("out"))["files"] == ["set/sub/a.pcap.gz"]'
exits 4 map set --dryrun --file-suffix erf
