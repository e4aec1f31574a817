#!/usr/bin/env bash
# replay passes over a set twice, so what can be read only once is refused, under whatever name, and nothing waits for it.
. "$(dirname "$0")/common.inc"

capture a.pcap
tar -cf set.tar a.pcap
mkfifo f1
ln -s f1 link.pcap
twice="it passes over a set twice, once to plan and once to send"
for path in - f1 link.pcap /dev/null; do
  exits 2 replay "$path" --discard </dev/null
  has err "error: replay can't read '$path': $twice"
done
status=0
# shellcheck disable=SC2002
cat a.pcap | "$GOPHERCAP" replay /dev/stdin --discard >out 2>err || status=$?
[[ $status -eq 2 ]]
has err "replay can't read '/dev/stdin': $twice"
# A file is one, also under that name.
exits 0 replay /dev/stdin --discard <a.pcap

# Entries of a dump, which map has read from such.
cat a.pcap >f1 &
exits 0 map f1 --dump-json fifo.json
exits 0 map - --dump-json stdin.json <a.pcap
exits 0 map - --dump-json member.json <set.tar
for dump in fifo:f1 stdin:- member:-; do
  exits 2 replay --dump-json "${dump%:*}.json" --discard <a.pcap
  has err "error: ${dump%:*}.json: replay can't read '${dump#*:}': $twice"
done

# What is not chosen is nobody's business, and in folders only files are looked for.
exits 0 replay a.pcap f1 --file-regexp a --discard
exits 0 replay . --discard
