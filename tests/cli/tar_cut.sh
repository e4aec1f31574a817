#!/usr/bin/env bash
# Truncated or damaged tarballs: complete members stay, the place is named, the exit status is 3, and --resume extracts the rest.
. "$(dirname "$0")/common.inc"

mkdir set
for i in 1 2 3 4 5 6 7 8; do head -c 150000 /dev/urandom >set/$i.pcap; done
tar -cf set.tar set
for codec in cat gzip zstd 'lz4 -qB4' xz bzip2; do
  $codec <set.tar >whole
  head -c 1000000 whole >cut
  rm -rf o
  exits 3 tarExtract --in-tarball cut --out-dir o --json
  python3 - <<'PYTHON'
import json
report = json.load(open("out"))
damage = report["damage"]
assert damage["code"] == "truncated" and damage["file_bytes"] == 1000000, damage
assert damage["member"].endswith(".pcap") and report["files"] >= 4, report
PYTHON
  has err "cut: breaks"
  for file in o/set/*; do cmp "$file" "set/${file##*/}"; done
  not grep -q . <(find o -name '.*')
  files=$(find o -type f | wc -l)
  exits 0 tarExtract --in-tarball whole --out-dir o --resume
  has out "$files more already complete"
  diff -r set o/set
done
# A cut between two members is only visible by the missing end mark.
head -c $((512 * 2 + 150016)) set.tar >between.tar
exits 3 tarExtract --in-tarball between.tar --out-dir b
has err "ends without the mark of its end"
# Wrong bytes, in the data and in a header.
gzip -c set.tar >bad.tar.gz
printf XXXX | dd of=bad.tar.gz bs=1 seek=500000 conv=notrunc status=none
exits 3 tarExtract --in-tarball bad.tar.gz --out-dir g
has err "gzip data"
printf XXXX | dd of=set.tar bs=1 seek=$((512 + 150528)) conv=notrunc status=none
exits 3 tarExtract --in-tarball set.tar --out-dir d --json
has err "set.tar: byte 151040 of the archive: a damaged header; 150528 bytes passed over"
has out '"passed_over":{"places":1,"bytes":150528,"first":[{"archive_bytes":151040,'
[[ $(find d -type f | wc -l) -eq 7 ]]
for file in d/set/*; do cmp "$file" "set/${file##*/}"; done
