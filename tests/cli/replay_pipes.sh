#!/usr/bin/env bash
# replay reads a set twice, so inputs that can be read only once are refused, under any name and without waiting.
. "$(dirname "$0")/common.inc"

capture a.pcap
tar -cf set.tar a.pcap
mkfifo f1
ln -s f1 link.pcap
twice="but the files of a set are: once to plan, once for their packets"
for path in - f1 link.pcap /dev/null; do
  exits 2 replay "$path" --discard </dev/null
  has err "error: '$path' can't be read twice, $twice"
done
status=0
# shellcheck disable=SC2002
cat a.pcap | "$GOPHERCAP" replay /dev/stdin --discard >out 2>err || status=$?
[[ $status -eq 2 ]]
has err "'/dev/stdin' can't be read twice, $twice"
# A regular file is accepted, also under that name.
exits 0 replay /dev/stdin --discard <a.pcap

# Entries of a dump that map has written for such inputs.
cat a.pcap >f1 &
exits 0 map f1 --dump-json fifo.json
exits 0 map - --dump-json stdin.json <a.pcap
exits 0 map - --dump-json member.json <set.tar
for dump in fifo:f1 stdin:- member:-; do
  exits 2 replay --dump-json "${dump%:*}.json" --discard <a.pcap
  has err "error: ${dump%:*}.json: '${dump#*:}' can't be read twice, $twice"
done

# Paths that are not selected do not matter, and in folders only files are searched.
exits 0 replay a.pcap f1 --file-regexp a --discard
exits 0 replay . --discard
