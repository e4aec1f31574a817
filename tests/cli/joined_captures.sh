#!/usr/bin/env bash
# `cat a.pcap b.pcap`: a file with two captures, each read according to its own header, by every command and with any number of
# workers.
. "$(dirname "$0")/common.inc"

python3 - <<'PYTHON'
import gzip, struct
def pcap(order, magic, link, first, unit):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for n in range(3):
        out += struct.pack(order + "IIII", first + n, 7 * unit, 60, 60) + bytes(range(60))
    return out
a, b = pcap("<", 0xA1B2C3D4, 1, 1000, 1), pcap(">", 0xA1B23C4D, 1, 2000, 1000)
open("a.pcap", "wb").write(a)
open("b.pcap", "wb").write(b)
open("joined.pcap", "wb").write(a + b)
open("joined.pcap.gz", "wb").write(gzip.compress(a) + gzip.compress(b))
open("mixed.pcap", "wb").write(a + pcap("<", 0xA1B2C3D4, 101, 2000, 1))
open("cut.pcap", "wb").write(a + b[:20])
PYTHON
exits 0 replay a.pcap b.pcap --out-file apart.pcap
for joined in joined.pcap joined.pcap.gz; do
  for workers in 1 4; do
    exits 0 map "$joined" --file-workers "$workers" --dump-json "$workers.json"
    has out "joined"
    has out "$joined holds 2 captures one after the other"
  done
  cmp 1.json 4.json
  has 1.json '"packets": 6'
  has 1.json '"sections": 2'
  exits 0 replay --dump-json 1.json --out-file "of.$joined.pcap"
  has err "$joined holds 2 captures one after the other; all are used"
  cmp apart.pcap "of.$joined.pcap"
  exits 0 verify "of.$joined.pcap" --dump-json 1.json
  exits 0 verify "$joined" --dump-json 1.json
done
tar -cf set.tar joined.pcap
exits 0 map set.tar --dump-json tar.json
has out "set.tar!/joined.pcap holds 2 captures"
exits 0 replay --dump-json tar.json --out-file of.tar.pcap
cmp apart.pcap of.tar.pcap
# Two link types.
exits 0 map mixed.pcap --dump-json mixed.json
has mixed.json '"link_type": 101'
has mixed.json '"interfaces": 2'
exits 0 replay mixed.pcap --out-file mixed.pcapng
# A header is never read as a packet, not even a truncated one.
exits 3 map cut.pcap --dump-json cut.json
has out "the file header of another capture is cut off by the end of the file"
has cut.json '"packets": 3'
