#!/usr/bin/env bash
# Captures in a folder that are skipped because of their names are reported; so is one that exists under two names.
. "$(dirname "$0")/common.inc"

mkdir -p set/sub
capture set/a.pcap 100 101
capture set/x.pcap1 200
capture set/sub/log.pcap.1588148459 300
capture set/snort.log.1 400
gzip -c set/x.pcap1 >set/y.dmp.gz
echo "notes of some length, which are no capture" >set/notes.txt
mkfifo set/fifo
ln -s /dev/zero set/device
ln -s ../set/x.pcap1 set/link.1

exits 0 map set --dump-json set.json
has err 'warning: 4 captures were passed over because of their names, the first is set/snort.log.1; --file-suffix "" takes every file'
has set.json '"packets": 2'
exits 0 map set --dryrun
has err "4 captures were passed over"
exits 0 replay set --discard
has err "4 captures were passed over because of their names, the first is set/snort.log.1; name them, or map with --file-suffix"
# Only such files.
exits 4 map set/sub --dump-json set.json
has err "1 capture was passed over because of its name: set/sub/log.pcap.1588148459"
# A requested extension or path causes no message.
exits 0 map set --file-suffix pcap --dump-json set.json
not grep -q "passed over" err
exits 0 map set --file-regexp 'a.pcap' --dump-json set.json
not grep -q "passed over" err
"$GOPHERCAP" map set --file-suffix "" --dump-json set.json >out 2>err || true
not grep -q "passed over" err

# If there are very many, only a limited number is examined.
mkdir many && capture many/a.pcap
for i in {1..1100}; do ln set/x.pcap1 "many/$i.one"; done
exits 0 map many --dump-json set.json
has err "at least 1000 captures were passed over"

mkdir twice && capture twice/x.pcap 100 101 && gzip -k twice/x.pcap && capture twice/y.pcap 300 && capture other.pcap 500 && gzip -c other.pcap >twice/y.pcap.gz
exits 0 map twice --dump-json set.json
has out "twice/x.pcap and twice/x.pcap.gz hold the same packets: replay sends them twice"
exits 0 replay --dump-json set.json --discard
has err "warning: twice/x.pcap and twice/x.pcap.gz hold the same packets, so each of these packets occurs twice"
