#!/usr/bin/env bash
# --out-gzip and --out-zstd: every level, the same bytes after decompression for any number of workers; nothing is
# compressed twice.
. "$(dirname "$0")/common.inc"

mkdir set
python3 - set/big.pcap <<'PYTHON'
import random, sys
random.seed(5)
with open(sys.argv[1], "wb") as f:
    for i in range(2000):
        f.write(bytes(random.choices(b"abcdefgh", k=700)) + random.randbytes(300))
PYTHON
: >set/empty.pcap
printf x >set/short.pcap
gzip -c set/big.pcap >set/done.pcap.gz
xz -c set/short.pcap >set/done.unknown
ln set/big.pcap set/link.pcap
tar -cf set.tar set

for level in fast default best 1 5 12; do
  rm -rf o
  exits 0 tarExtract --in-tarball set.tar --out-dir o --out-gzip --level $level
  has out "2 already compressed"
  [[ $(cd o/set && echo *) == "big.pcap.gz done.pcap.gz done.unknown empty.pcap.gz link.pcap.gz short.pcap.gz" ]]
  for name in big empty short link; do gzip -dc o/set/$name.pcap.gz | cmp - set/$name.pcap; done
  cmp set/done.pcap.gz o/set/done.pcap.gz
  cmp set/done.unknown o/set/done.unknown
  gzip -t o/set/*.gz
done
cp o/set/big.pcap.gz one.gz
exits 0 tarExtract --in-tarball set.tar --out-dir w --out-gzip --level 12 --workers 5
cmp one.gz w/set/big.pcap.gz

for level in fast default 1 7; do
  rm -rf o
  exits 0 tarExtract --in-tarball set.tar --out-dir o --out-zstd --level $level
  for name in big empty short link; do zstd -qdc o/set/$name.pcap.zst | cmp - set/$name.pcap; done
done
exits 2 tarExtract --in-tarball set.tar --out-dir o --out-zstd --out-gzip
exits 2 tarExtract --in-tarball set.tar --out-dir o --out-gzip --level 13
has err "1 to 12"
exits 2 tarExtract --in-tarball set.tar --out-dir o --level 0
