#!/usr/bin/env bash
# Messages about missing things: files of a dump, matches of an expression, commands of later
# versions.
. "$(dirname "$0")/common.inc"

mkdir set
for i in 1 2 3 4; do capture set/$i.pcap $((i * 100)); done
exits 0 map set --dump-json set.json
rm set/2.pcap set/3.pcap
exits 3 replay --dump-json set.json --discard
has err "warning: 2 of 4 files are missing, the first is set/2.pcap; if they have moved: --path-prefix OLD=NEW"
not grep -q "changed since" err
rm set/4.pcap
exits 3 replay --dump-json set.json --discard
has err "3 of 4 files are missing, the first is set/2.pcap; if they have moved: --path-prefix OLD=NEW"
mv set moved
exits 4 replay --dump-json set.json --discard
has err "set.json: all 4 files are missing, the first is set/1.pcap; if they have moved: --path-prefix OLD=NEW"
exits 3 replay --dump-json set.json --discard --path-prefix set=moved

exits 4 replay --dump-json set.json --discard --file-regexp worker-7
has err "set.json: no file left: --file-regexp worker-7 matches none of 4 files"
exits 4 map moved --file-regexp worker-7 --dump-json d.json
has err "moved: no capture files found that match --file-regexp worker-7"
exits 4 map moved --file-regexp worker-7 --dryrun
has err "moved: no capture files found that match --file-regexp worker-7"
exits 4 map moved --file-suffix log --dump-json d.json
has err "moved: no capture files found with --file-suffix log"

for command in filter extract eve2filter merge-maps report doctor; do
  exits 2 "$command" --yaml x
  has err "$command: not in this version yet"
  not grep -q "did you mean" err
done
exits 2 help filter
has err "filter: not in this version yet"
