#!/usr/bin/env bash
# A capture that is still being written is replayed as far as it was mapped; one that has changed otherwise is mapped again.
. "$(dirname "$0")/common.inc"

seconds() { python3 -c 'import struct, sys
d, n = open(sys.argv[1], "rb").read(), 24
while n < len(d): s, _, c, _ = struct.unpack_from("<4I", d, n); n += 16 + c; print(s)' "$1" | tr '\n' ' '; }

capture long.pcap 100 101 102 103 104
capture other.pcap 500 501 502 503 504
for cut in 176 200; do # after two packets, and in the middle of the third
  for kind in pcap pcap.gz; do
    if [[ $kind == pcap ]]; then
      head -c "$cut" long.pcap >a.$kind
    else
      head -c "$cut" long.pcap | gzip >a.$kind
      # A writer that has flushed but not ended the stream.
      head -c -8 a.$kind >cut.gz && mv cut.gz a.$kind
    fi
    "$GOPHERCAP" map a.$kind --dump-json set.json >out 2>err || true
    has set.json '"packets": 2'
    sleep 0.02
    if [[ $kind == pcap ]]; then tail -c +$((cut + 1)) long.pcap >>a.$kind; else gzip -c long.pcap >a.$kind; fi
    rm -f merged.pcap
    exits 0 replay --dump-json set.json --out-file merged.pcap
    if [[ $kind == pcap ]]; then
      has err "a.$kind has grown since it was mapped; only what was mapped is used"
    fi
    [[ $(seconds merged.pcap) == "100 101 " ]]
    exits 0 replay --dump-json set.json --discard --dryrun
    has out "2 packets"
    rm -f a.$kind
  done
done

# Larger, with other contents: mapped again.
head -c 176 long.pcap >a.pcap
exits 0 map a.pcap --dump-json set.json
cp other.pcap a.pcap
rm -f merged.pcap
exits 0 replay --dump-json set.json --out-file merged.pcap
has err "1 of 1 file changed since the set was mapped; mapping again what changed"
[[ $(seconds merged.pcap) == "500 501 502 503 504 " ]]
# Shorter: mapped again.
head -c 100 other.pcap >a.pcap
exits 0 replay --dump-json set.json --discard
has err "mapping again what changed"
